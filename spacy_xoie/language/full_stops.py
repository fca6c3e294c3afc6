"""Full stops that belong to the word before them, and end no sentence."""

import re
from typing import NamedTuple
from unicodedata import normalize

from ..doc.text import is_unspaced
from .abbreviations import (
    AT_ENDS,
    BEFORE_CAPITALIZED_NAMES,
    BEFORE_NAMES,
    BEFORE_NUMBERS,
    BEFORE_WORDS,
    GERMAN_AFTER_ORDINALS,
    GERMAN_BEFORE_ORDINALS,
    MID_SENTENCE,
    MID_SENTENCE_ENDINGS,
    NAME_PARTICLES,
    SENTENCE_OPENERS,
    UNITS,
)

# Marks in front of a word; that of Hebrew abbreviations is in it.
_NO_WORD = re.compile(r"(?:[()\[\]{}“”«»„¿¡—–/,;:|。！？，]|(?<![א-ת])\"|\"(?![א-ת]))+")
_AFTER = re.compile(r"[\w'’]+")
_INITIALS = re.compile(r"(?:[^\W\d_]{1,2}\.[-‐]?)+[^\W\d_]{1,2}")
_ROMAN = re.compile(r"[IVXLCM]{2,}")
_NO_VOWELS = re.compile(r"[bcdfghjklmnpqrstvxzçčďřšťžñß]{2,4}", re.IGNORECASE)
_DATE = re.compile(r"\.\s*\d{1,2}\s?\.\s*\d")
_ITEM = re.compile(r"\W*(?:\d{1,3}(?:\.\d{1,3})*|[^\W\d_]|[ivxIVX]{1,5})\s*")

_WORD_LENGTH = 40
_ITEM_LENGTH = 16

LISTED = frozenset().union(
    BEFORE_NAMES,
    BEFORE_CAPITALIZED_NAMES,
    BEFORE_NUMBERS,
    BEFORE_WORDS,
    MID_SENTENCE,
    AT_ENDS,
)
"""All abbreviations of the lists."""


class FullStop(NamedTuple):
    """A full stop with what is around it."""

    text: str
    start: int
    """Start of its sentence."""
    place: int
    after: int
    """Where the next sentence would begin."""
    letter: int
    """The first character there that is no opening mark."""
    is_caseless: bool
    """Whether capitals tell nothing, because there are none, or no others."""


def word_before(text: str, start: int, place: int) -> str:
    """The word that a mark follows.

    text (str): A text.
    start (int): Start of the sentence.
    place (int): Place of the mark.
    RETURNS (str): The word, composed, or "" where another mark comes before.
    """
    parts = text[max(start, place - _WORD_LENGTH) : place].split()
    word = parts[-1] if parts else ""
    end = 0
    for mark in _NO_WORD.finditer(word):
        end = mark.end()
    return normalize("NFC", word[end:])


def is_abbreviation(stop: FullStop, word: str) -> bool:
    """Whether a full stop belongs to the word before it, and the sentence goes on.

    stop (FullStop): The full stop.
    word (str): The word.
    RETURNS (bool): Whether it does.
    """
    if not word:
        return False
    is_short = stop.place - stop.start <= _ITEM_LENGTH
    if is_short and _ITEM.fullmatch(stop.text, stop.start, stop.place):
        return True  # The number of an item, or an initial.
    letter = stop.text[stop.letter]
    match = _AFTER.match(
        normalize("NFC", stop.text[stop.letter : stop.letter + _WORD_LENGTH])
    )
    following = match.group() if match else ""
    if word.replace(".", "").isdigit():
        return _is_ordinal(stop, word, following)
    plain = word.rstrip(".").lower()
    for apostrophe in "'’":
        plain = plain.rpartition(apostrophe)[2] or plain  # l'art. 5
    if plain in AT_ENDS:
        return stop.is_caseless
    begins = following in SENTENCE_OPENERS and not stop.is_caseless
    is_number = letter.isdigit() or letter in "§№" or _ROMAN.fullmatch(following)
    if plain in BEFORE_NAMES or plain in BEFORE_WORDS:
        return True
    if plain in BEFORE_NUMBERS and (is_number or stop.text[stop.after] == "("):
        return True
    if len(plain) == 1 and plain.isalpha() and not is_unspaced(plain):
        # "De" after an initial is part of a name: "A. De Vries".
        is_name = word.isupper() and following in NAME_PARTICLES
        return is_name or not begins
    return not begins and (
        plain in MID_SENTENCE
        or (plain in BEFORE_CAPITALIZED_NAMES and word[0].isupper())
        or plain.endswith(MID_SENTENCE_ENDINGS)
        or _INITIALS.fullmatch(plain) is not None
        or (
            _NO_VOWELS.fullmatch(plain) is not None
            and not word.isupper()
            and plain not in UNITS
        )
    )


def _is_ordinal(stop: FullStop, number: str, following: str) -> bool:
    """Whether a number is the place in an order, a part of a date, or that of an item.
    Capitals after ordinals are German: elsewhere months and nouns have none."""
    if stop.text[stop.letter].isdigit():
        # 3. 5. 2010, 2010. 5. 3.
        return len(number) <= 2 or _DATE.match(stop.text, stop.place) is not None
    if len(number) > 3:
        return False
    if stop.is_caseless:
        return len(number) <= 2
    if following.lower() in GERMAN_AFTER_ORDINALS:
        return True
    if following.capitalize() in SENTENCE_OPENERS:
        return False
    place = stop.text.rfind(number, stop.start, stop.place)
    before = stop.text[max(stop.start, place - _WORD_LENGTH) : place].rstrip()
    if before.endswith((":", ",", ";", "՝")):
        return True
    word = word_before(stop.text, stop.start, place)
    return word.lower() in GERMAN_BEFORE_ORDINALS
