"""Cutting docs into the stretches of tokens that the network sees."""

from typing import List

from spacy.pipeline import Sentencizer
from spacy.tokens import Doc, Span

from ..errors import ConfigError

ABBREVIATIONS = frozenset(
    "dr dra prof mr mrs ms st sr sra srta jr vs no nr núm art av bzw ca vgl hr fr "
    "ing lic gen col capt lt sen rep gov inc ltd co corp etc".split()
)
"""Words, in lower case, after which a full stop rarely ends a sentence."""


class Segmenter:
    """Cuts docs into sentences, and sentences that are too long into pieces.

    Sentences are those of the doc, or, where it has none, those that spaCy's
    rule-based sentencizer finds, less those that begin after the full stop of an
    abbreviation, an initial or an ordinal number. The doc itself is not changed.
    Every token is in exactly one segment.

    max_length (int): Most tokens of a segment.
    RAISES (ConfigError): If `max_length` is below 1.
    """

    def __init__(self, max_length: int) -> None:
        if max_length < 1:
            raise ConfigError(
                f"max_length is {max_length}, but a sentence needs at least 1 token. "
                f"100 is the default."
            )
        self.max_length = max_length
        self._rules = Sentencizer()

    def __call__(self, doc: Doc) -> List[Span]:
        """RETURNS (List[Span]): The segments of a doc, in order."""
        if not len(doc):
            return []
        if doc.has_annotation("SENT_START"):
            starts = [sent.start for sent in doc.sents]
        else:
            guesses = self._rules.predict([doc])[0]
            starts = [
                index
                for index, is_start in enumerate(guesses)
                if is_start and not _is_abbreviation(doc, index)
            ]
        starts = sorted({0, *starts})
        segments: List[Span] = []
        for start, end in zip(starts, [*starts[1:], len(doc)]):
            segments.extend(split_span(doc[start:end], self.max_length))
        return segments


def _is_abbreviation(doc: Doc, start: int) -> bool:
    """Whether the full stop before a token does not end a sentence."""
    if start < 2 or doc[start - 1].text != ".":
        return False
    word, after = doc[start - 2], doc[start]
    if after.is_lower or after.is_punct:
        return True
    if doc[start - 1].idx != word.idx + len(word):
        return False
    is_ordinal = word.is_digit and len(word) <= 2 and after.is_alpha
    is_initial = word.is_alpha and word.is_upper and len(word) == 1
    return is_ordinal or is_initial or word.lower_ in ABBREVIATIONS


def split_span(span: Span, max_length: int) -> List[Span]:
    """Cut a span into pieces of at most `max_length` tokens, after a punctuation
    mark where there is one in the second half of a piece."""
    doc, start, end = span.doc, span.start, span.end
    pieces = []
    while end - start > max_length:
        cut = start + max_length
        for index in range(cut - 1, start + max_length // 2, -1):
            if doc[index].is_punct:
                cut = index + 1
                break
        pieces.append(doc[start:cut])
        start = cut
    pieces.append(doc[start:end])
    return pieces
