"""Sentence boundaries, also of docs in which nobody has set any."""

from functools import lru_cache
from typing import List, Tuple

from spacy.pipeline import Sentencizer
from spacy.tokens import Doc


def sentence_bounds(doc: Doc) -> List[Tuple[int, int]]:
    """Find the sentences of a doc, without changing it.

    doc (Doc): The doc.
    RETURNS (List[Tuple[int, int]]): Start and end token of each sentence: those
        annotated, else those that spaCy's `sentencizer` would set.
    """
    if not len(doc):
        return []
    if doc.has_annotation("SENT_START"):
        return [(sent.start, sent.end) for sent in doc.sents]
    guesses = _make_sentencizer().predict([doc])[0]
    starts = [i for i, is_start in enumerate(guesses) if is_start]
    return list(zip(starts, [*starts[1:], len(doc)]))


@lru_cache(maxsize=1)
def _make_sentencizer() -> Sentencizer:
    return Sentencizer()
