"""Normalisation as SentencePiece does it, from its rules for single characters."""

import unicodedata

from tokenizers.normalizers import Precompiled

from spacy_xoie.foundations.charsmap import build_charsmap

CHARACTERS = {"\t": " ", "Ａ": "A", "ﬁ": "fi", "\xad": "", "\u0340": "\u0300"}


def test_characters_become_what_they_are_to_become() -> None:
    normalizer = Precompiled(build_charsmap(CHARACTERS))
    for character, text in CHARACTERS.items():
        assert normalizer.normalize_str(f"x {character} y") == f"x {text} y"
    assert normalizer.normalize_str("nothing of 这 Ö") == "nothing of 这 Ö"


def test_marks_are_composed() -> None:
    normalizer = Precompiled(build_charsmap(CHARACTERS))
    n_composed = 0
    for letter in "aeiouycnszgAEIOUYCNSZG\u0416\u0418\u0430\u0438":
        for mark in "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327\u0328\u0306":
            text = letter + mark
            whole = unicodedata.normalize("NFC", text)
            assert normalizer.normalize_str(text) == whole
            n_composed += whole != text
    assert n_composed > 100
    # A mark that stands for another.
    assert normalizer.normalize_str("a\u0340") == "à"


def test_every_byte_leads_somewhere() -> None:
    """A byte that is in no rule must not lead out of the table."""
    normalizer = Precompiled(build_charsmap({"\t": " "}))
    text = "".join(map(chr, [*range(1, 0xD800, 7), *range(0xE000, 0x110000, 1009)]))
    assert unicodedata.normalize("NFC", normalizer.normalize_str(text))
