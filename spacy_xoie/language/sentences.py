"""Sentence boundaries, also of docs in which nobody has set any."""

import re
from typing import List, Tuple

from spacy.tokens import Doc

from ..doc.text import text_of
from .borders import BLANK, sentence_starts

_BLANKS = re.compile(f"[{BLANK}]*")


def sentence_bounds(doc: Doc) -> List[Tuple[int, int]]:
    """Find the sentences of a doc, without changing it.

    doc (Doc): The doc.
    RETURNS (List[Tuple[int, int]]): Start and end token of each sentence: those
        annotated, else those that its text has by rules for all languages, whichever
        its tokens are. No sentence but the first begins with white space, and none
        within a token.
    """
    if not len(doc):
        return []
    if doc.has_annotation("SENT_START"):
        return [(sent.start, sent.end) for sent in doc.sents]
    text = text_of(doc)
    places = sentence_starts(text)
    if not places:
        return [(0, len(doc))]
    offsets = doc.to_array("IDX")
    starts = [0]
    for start, place in zip(
        (offsets.searchsorted(places, side="right") - 1).tolist(), places, strict=True
    ):
        blanks = _BLANKS.match(text, int(offsets[start]), place)
        if start > starts[-1] and blanks is not None and blanks.end() == place:
            starts.append(start)
    return list(zip(starts, [*starts[1:], len(doc)], strict=True))
