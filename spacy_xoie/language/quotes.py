"""Quotes and brackets of a text, as far as the borders of sentences depend on them.

Which way a quote faces is told by the white space at its sides, not by its form:
straight and curled ones, and those of all languages, are read alike.
"""

import re
from bisect import bisect_left
from functools import cached_property
from typing import List
from unicodedata import normalize

QUOTES = '"“”«»„‟〝〞″'
SINGLE_QUOTES = "'’‘‛‹›"
UNSPACED = re.compile(
    "[\u2e80-\u2fff\u3005-\u3007\u3021-\u30ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f"
    "\U00020000-\U0003ffff]"
)
"""A character of Chinese or Japanese, which needs no space after a mark."""

PARTICLES = frozenset("とはがをのにでもへやっな")
"""Beginnings of the words by which a Japanese sentence goes on after a quote."""

_QUOTE = re.compile(rf"(?<!\w)[{QUOTES}]|[{QUOTES}](?!\w)")
_ANY_QUOTE = re.compile(
    rf"(?<!\w)[{QUOTES}{SINGLE_QUOTES}]|[{QUOTES}{SINGLE_QUOTES}](?!\w)|[“”«»‹›‘]"
)
_MAY_OPEN = re.compile(rf"[(\[（【「『{QUOTES}{SINGLE_QUOTES}]")
_BEFORE_OPENERS = "([{—–"
_AFTER_CLOSERS = ".,;:!?)]}—–-，。；：！？、"
_BRACKETS = {")": "(", "]": "[", "）": "（", "】": "【", "」": "「", "』": "『"}

# How far a look goes, so that no text takes longer than its length.
_BRACKET_LENGTH = 250
_TITLE_LENGTH = 100


class Quotes:
    """The quotes and brackets of a paragraph.

    text (str): The text that the paragraph is in.
    start (int): Its start.
    end (int): Its end.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self.text = text
        self.start = start
        self.end = end

    def opens(self, place: int) -> bool:
        """Whether a quote opens, by the white space at its sides; where there is as
        much on both, by its form, else by the number of quotes before it.

        place (int): Where it is.
        RETURNS (bool): Whether it opens.
        """
        text, mark = self.text, self.text[place]
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        begins = not before or before.isspace() or before in _BEFORE_OPENERS
        if mark in SINGLE_QUOTES:
            return begins
        if mark in "„〝":
            return True
        if self._is_within_word(place):
            return False
        ends = place + 1 >= self.end or after.isspace() or after in _AFTER_CLOSERS
        if begins != ends:
            return begins
        if not begins and UNSPACED.match(after):
            if mark in "“«":
                return True
            if mark in "”»":
                return False
        return bisect_left(self._places, place) % 2 == 0

    def is_within(self, start: int, mark: int, tail: int) -> bool:
        """Whether a bracket or a short quote is open that began amid a sentence.

        start (int): Start of the sentence.
        mark (int): Place of a mark in it.
        tail (int): End of what follows the mark without white space.
        RETURNS (bool): Whether the sentence has to go on after the mark.
        """
        text = self.text
        low = max(start, mark - _BRACKET_LENGTH)
        if _MAY_OPEN.search(text, low, mark) is None:
            return False
        for closer, opener in _BRACKETS.items():
            opening = text.rfind(opener, low, mark)
            if opening < 0 or text.find(closer, opening, tail) >= 0:
                continue
            closing = text.find(closer, tail, min(self.end, mark + _BRACKET_LENGTH))
            if closing < 0:
                continue
            if opener in "「『":
                if is_particle(text, closing + 1):
                    return True
            elif any(map(str.isalnum, text[low:opening])):
                return True
        low = max(start, mark - _TITLE_LENGTH)
        high = min(self.end, mark + _TITLE_LENGTH)
        places = [match.start() for match in _ANY_QUOTE.finditer(text, low, high)]
        return any(
            self._is_in_title([n for n in places if text[n] in quotes], low, mark, tail)
            for quotes in (QUOTES, SINGLE_QUOTES)
        )

    def _is_in_title(self, places: List[int], low: int, mark: int, tail: int) -> bool:
        """Whether a quote belongs to the words before and after: the film "Who? Me!"
        was long."""
        text = self.text
        after = bisect_left(places, mark)
        if not 0 < after < len(places):
            return False
        opening, closing = places[after - 1], places[after]
        if not self.opens(opening) or closing < tail or self.opens(closing):
            return False
        if not text[low:opening].rstrip()[-1:].isalnum():
            return False
        following = text[closing + 1 : closing + _TITLE_LENGTH].lstrip()[:1]
        return following.islower() or following in tuple(",;.)")

    def _is_within_word(self, place: int) -> bool:
        """Whether it is an apostrophe, or a mark of an abbreviation in Hebrew."""
        text = self.text
        return (
            text[place] in "'’\"″"
            and text[place - 1 : place].isalnum()
            and text[place + 1 : place + 2].isalnum()
        )

    @cached_property
    def _places(self) -> List[int]:
        quotes = _QUOTE.finditer(self.text, self.start, self.end)
        return [match.start() for match in quotes]


def is_particle(text: str, place: int) -> bool:
    """RETURNS (bool): Whether a Japanese quote goes on as part of a sentence."""
    return normalize("NFC", text[place : place + 5].lstrip())[:1] in PARTICLES
