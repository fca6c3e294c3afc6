"""Re-OIE2016: extractions against a manual annotation, by lexical overlap.

Zhan and Zhao (2020): Span Model for Open Information Extraction on Accurate Corpus.
AAAI 2020. The scores are those of the evaluation that Ro, Lee and Kang (2020):
Multi²OIE, Findings of EMNLP 2020, ran on it and on its Spanish and Portuguese
translations.
"""

from collections import Counter
from typing import List, Mapping, Sequence

from ..corpora.extractions import Extraction
from .curves import TupleScore, precision_recall_curve
from .text import confidence_of, sentence_key

COVERAGE = 0.5


def score_reoie2016(
    gold: Mapping[str, Sequence[Extraction]],
    predicted: Mapping[str, Sequence[Extraction]],
    *,
    binary: bool = False,
    plain_recall: bool = False,
) -> TupleScore:
    """Score extractions by lexical overlap.

    An extraction matches a tuple of the annotation if it covers more than half of the
    tuple's words, in whichever slot they are; case counts, and a word that occurs
    several times on both sides counts once for each pair. Every tuple takes the first
    matching extraction that no tuple before it has taken. Precision is the share of
    the extractions that were taken, recall the share of the tuples that took one. The
    extractions are then ranked by confidence, and the threshold with the best F1 is
    returned. Extractions for sentences that are not annotated are not counted.

    The published evaluation counts the n tuples of a sentence without any extraction
    as n * n missed tuples. So does this one, unless told otherwise, lest scores be
    incomparable.

    gold (Mapping[str, Sequence[Extraction]]): The annotation of each sentence.
    predicted (Mapping[str, Sequence[Extraction]]): Extractions of each sentence.
        Sentences are the same if they differ in spaces and punctuation only.
    binary (bool): Binary instead of n-ary extraction: only the relation and the first
        two arguments are looked at, on both sides, and all extractions have the same
        confidence.
    plain_recall (bool): Count each missed tuple once.
    RETURNS (TupleScore): The scores.
    """
    reference = {sentence_key(text): tuples for text, tuples in gold.items()}
    output = {sentence_key(text): tuples for text, tuples in predicted.items()}
    scores: List[float] = []
    correct: List[bool] = []
    total = 0
    for key, tuples in reference.items():
        extractions = output.get(key, ())
        if not extractions:
            # An entry without extractions is a sentence without an entry.
            total += len(tuples) if plain_recall else len(tuples) ** 2
            continue
        total += len(tuples)
        if binary:
            tuples, extractions = _binary(tuples), _binary(extractions)
        correct += _match(tuples, extractions)
        scores += map(confidence_of, extractions)
    score = precision_recall_curve(correct, scores, total)
    return TupleScore(
        **vars(score),
        gold=sum(map(len, reference.values())),
        predicted=len(scores),
        matched=sum(correct),
    )


def covers(extraction: Extraction, reference: Extraction) -> bool:
    """Compare an extraction with a tuple of the annotation.

    extraction (Extraction): The extraction.
    reference (Extraction): The tuple.
    RETURNS (bool): Whether the extraction covers more than half of its words.
    """
    return _covers(Counter(_words(extraction)), _words(reference))


def _binary(extractions: Sequence[Extraction]) -> List[Extraction]:
    return [Extraction(one.relation, one.arguments[:2]) for one in extractions]


def _words(extraction: Extraction) -> List[str]:
    parts = [extraction.relation, *(part for part in extraction.arguments if part)]
    return " ".join(parts).split(" ")


def _covers(extraction: "Counter[str]", reference: Sequence[str]) -> bool:
    return sum(extraction[word] for word in reference) > COVERAGE * len(reference)


def _match(
    tuples: Sequence[Extraction], extractions: Sequence[Extraction]
) -> List[bool]:
    """Whether each extraction is the first that matches some tuple."""
    bags = [Counter(_words(extraction)) for extraction in extractions]
    matched = [False] * len(bags)
    for reference in map(_words, tuples):
        for number, bag in enumerate(bags):
            if not matched[number] and _covers(bag, reference):
                matched[number] = True
                break
    return matched
