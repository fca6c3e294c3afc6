"""Cutting docs into the stretches of words that the network sees."""

from typing import List

from spacy.tokens import Span

from ..errors import ConfigError
from ..language.sentences import sentence_bounds
from .reading import Reading

BULLETS = frozenset("•‣◦▪●○■□*-–—#>")
"""Marks that may stand before a sentence and are no part of it."""


class Segmenter:
    """Cuts docs into sentences, and sentences that are too long into pieces.

    Sentences are those of `sentence_bounds`. The doc itself is not changed, and every
    word is in one segment, but for bullets and the like before a sentence.

    max_length (int): Most words of a segment.
    RAISES (ConfigError): If `max_length` is below 1.
    """

    def __init__(self, max_length: int) -> None:
        if max_length < 1:
            raise ConfigError(
                f"max_length is {max_length}, but a sentence needs at least 1 word. "
                f"100 is the default."
            )
        self.max_length = max_length

    def __call__(self, reading: Reading) -> List[Span]:
        """RETURNS (List[Span]): The segments of a doc, in order: spans of its words."""
        segments: List[Span] = []
        for bounds in sentence_bounds(reading.doc):
            start, end = reading.word_bounds(*bounds)
            while start < end - 1 and BULLETS.issuperset(reading.words[start].text):
                start += 1
            if start < end:
                sentence = reading.words[start:end]
                segments.extend(split_span(sentence, self.max_length))
        return segments


def split_span(span: Span, max_length: int) -> List[Span]:
    """Cut a span into pieces of at most `max_length` words, after a punctuation
    mark where there is one in the second half of a piece."""
    doc, start, end = span.doc, span.start, span.end
    pieces = []
    while end - start > max_length:
        border = start + max_length
        for index in range(border - 1, start + max_length // 2 - 1, -1):
            if doc[index].is_punct:
                border = index + 1
                break
        pieces.append(doc[start:border])
        start = border
    pieces.append(doc[start:end])
    return pieces
