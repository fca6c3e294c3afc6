"""Sentence boundaries, also of docs in which nobody has set any."""

from functools import lru_cache
from typing import List, Tuple

from spacy.pipeline import Sentencizer
from spacy.tokens import Doc

ABBREVIATIONS = frozenset(
    (
        "dr dra prof mr mrs ms st sr sra srta jr vs no nr núm art av bzw ca vgl hr fr "
        "ing lic gen col capt lt sen rep gov inc ltd co corp etc"
    ).split()
)
"""Words, in lower case, after which a full stop rarely ends a sentence."""


def sentence_bounds(doc: Doc) -> List[Tuple[int, int]]:
    """Find the sentences of a doc, without changing it.

    doc (Doc): The doc.
    RETURNS (List[Tuple[int, int]]): Start and end token of each sentence: those
        annotated, else those that spaCy's `sentencizer` would set, less those that
        begin after an abbreviation, an initial, an ordinal number or a decimal point.
    """
    if not len(doc):
        return []
    if doc.has_annotation("SENT_START"):
        return [(sent.start, sent.end) for sent in doc.sents]
    guesses = _make_sentencizer().predict([doc])[0]
    starts = [
        index
        for index, is_start in enumerate(guesses)
        if index == 0 or (is_start and not _is_abbreviation(doc, index))
    ]
    return list(zip(starts, [*starts[1:], len(doc)], strict=True))


def _is_abbreviation(doc: Doc, start: int) -> bool:
    """Whether the full stop before a token does not end a sentence."""
    if start < 2 or doc[start - 1].text != ".":
        return False
    word, after = doc[start - 2], doc[start]
    if after.is_lower or after.is_punct:
        return True
    if doc[start - 1].idx != word.idx + len(word):
        return False
    if word.is_digit and after.is_digit and not doc[start - 1].whitespace_:
        return True  # A decimal point, where each digit is a token.
    is_ordinal = word.is_digit and len(word) <= 2 and after.is_alpha
    is_initial = word.is_alpha and word.is_upper and len(word) == 1
    return is_ordinal or is_initial or word.lower_ in ABBREVIATIONS


@lru_cache(maxsize=1)
def _make_sentencizer() -> Sentencizer:
    return Sentencizer()
