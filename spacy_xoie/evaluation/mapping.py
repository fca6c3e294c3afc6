"""From the text of a benchmark to text for a pipeline, and back by offsets.

Benchmarks write "-LRB-" for a bracket, and some put a space after every Chinese
character. A pipeline reads the sentence as it would be written; what it finds is cut
out of the benchmark's own text, by the characters it covers, so that it can be compared
with gold tuples in the benchmark's spelling.
"""

import re
from dataclasses import dataclass
from typing import List, Sequence, Tuple

from ..doc.triples import Phrase, Triple
from .text import BRACKETS

ESCAPES = {**BRACKETS, "``": '"', "''": '"'}
_WORD = re.compile(r"\S+")
_UNSPACED = re.compile("[\u3001-\u30ff\u3400-\u9fff\uff01-\uff9f]")


@dataclass(frozen=True)
class MappedSentence:
    """A sentence of a benchmark, and the text that a pipeline reads of it.

    original (str): The sentence of the benchmark.
    text (str): The text for the pipeline.
    places (Tuple[Tuple[int, int], …]): For each character of `text`, the characters
        of `original` that it stands for.
    """

    original: str
    text: str
    places: Tuple[Tuple[int, int], ...]

    def phrase(self, phrase: Phrase) -> str:
        """RETURNS (str): A part of a triple in the benchmark's spelling, its pieces
        joined by spaces."""
        pieces = [
            self.original[self.places[s.start_char][0] : self.places[s.end_char - 1][1]]
            for s in phrase.spans
            if s.end_char > s.start_char
        ]
        return " ".join(pieces)

    def parts(self, triple: Triple) -> Tuple[str, ...]:
        """RETURNS (Tuple[str, …]): Subject, relation and objects of a triple in the
        benchmark's spelling."""
        return tuple(self.phrase(part) for part in triple.parts)


def map_sentence(sentence: str) -> MappedSentence:
    """Turn a sentence of a benchmark into text.

    sentence (str): The sentence, perhaps with escaped brackets and quotes and a space
        after every character.
    RETURNS (MappedSentence): The text, and the way back.
    """
    words = list(_WORD.finditer(sentence))
    han = sum(bool(_UNSPACED.search(word.group())) for word in words)
    spaced_out = han > len(words) / 2 and all(len(w.group()) == 1 for w in words)
    text: List[str] = []
    places: List[Tuple[int, int]] = []
    end = 0
    for word in words:
        start = word.start()
        if text and not spaced_out:
            text.append(" ")
            places.append((end, start))
        end = word.end()
        if word.group() in ESCAPES:
            text.append(ESCAPES[word.group()])
            places.append((start, end))
            continue
        text.extend(word.group())
        places.extend((at, at + 1) for at in range(start, end))
    return MappedSentence(sentence, "".join(text), tuple(places))


def binary_facts(parts: Sequence[str]) -> List[Tuple[str, str, str]]:
    """The binary facts of an n-ary triple, as `Triple.binary` makes them, in the
    spelling of a benchmark.

    parts (Sequence[str]): Subject, relation and objects.
    RETURNS (List[Tuple[str, str, str]]): (S; V; O), then (S; V O; X) for each other X.
    """
    subject, relation, *objects = parts
    if not objects:
        return []
    first, *rest = objects
    longer = f"{relation} {first}"
    return [(subject, relation, first), *((subject, longer, x) for x in rest)]
