"""Re-OIE2016: extractions against a manual annotation, by lexical overlap.

Zhan and Zhao (2020): Span Model for Open Information Extraction on Accurate Corpus.
AAAI 2020. The scores are those of the evaluation that Ro, Lee and Kang (2020):
Multi²OIE, Findings of EMNLP 2020, ran on it and on its Spanish and Portuguese
translations.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import List, Mapping, Sequence, Tuple

from ..corpora.extractions import Extraction
from .curves import CurvePoint, curve_points
from .text import area_under, confidence_of, sentence_key

COVERAGE = 0.5


@dataclass(frozen=True)
class ReOIEScore:
    """Scores on Re-OIE2016 at the threshold with the best F1.

    precision (float): Precision.
    recall (float): Recall.
    f1 (float): Harmonic mean of both.
    auc (float): Area under the curve of precision over recall, through the point of
        precision 1 and recall 0.
    threshold (float): Least confidence of the extractions that are kept.
    gold (int): Tuples in the annotation.
    predicted (int): Extractions of sentences in the annotation.
    matched (int): Tuples that an extraction matches, at any confidence.
    points (Tuple[CurvePoint, ...]): The curve, the threshold rising.
    """

    precision: float
    recall: float
    f1: float
    auc: float
    threshold: float
    gold: int
    predicted: int
    matched: int
    points: Tuple[CurvePoint, ...] = ()


def score_reoie2016(
    gold: Mapping[str, Sequence[Extraction]],
    predicted: Mapping[str, Sequence[Extraction]],
    *,
    binary: bool = False,
    plain_recall: bool = False,
) -> ReOIEScore:
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
    RETURNS (ReOIEScore): The scores.
    """
    reference = {sentence_key(text): tuples for text, tuples in gold.items()}
    output = {sentence_key(text): tuples for text, tuples in predicted.items()}
    ranked: List[Tuple[float, bool]] = []
    total = matched = 0
    for key, tuples in reference.items():
        extractions = output.get(key, ())
        if not extractions:
            # An entry without extractions is a sentence without an entry.
            total += len(tuples) if plain_recall else len(tuples) ** 2
            continue
        total += len(tuples)
        if binary:
            tuples, extractions = _binary(tuples), _binary(extractions)
        taken = _taken(tuples, extractions)
        matched += sum(taken)
        for extraction, right in zip(extractions, taken, strict=True):
            ranked.append((confidence_of(extraction), right))
    count = sum(len(tuples) for tuples in reference.values())
    precision, recall, thresholds = _curve(ranked, total)
    best = 0
    f1 = [_f1(p, r) for p, r in zip(precision, recall, strict=True)]
    for at, value in enumerate(f1):
        if value > f1[best]:
            best = at
    if not thresholds:
        return ReOIEScore(0.0, 0.0, 0.0, 0.0, 0.0, count, 0, 0)
    return ReOIEScore(
        precision=precision[best],
        recall=recall[best],
        f1=f1[best],
        auc=area_under([*precision, 1.0], [*recall, 0.0]),
        threshold=thresholds[best],
        gold=count,
        predicted=len(ranked),
        matched=matched,
        points=curve_points(precision, recall, thresholds),
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


def _covers(found: "Counter[str]", wanted: Sequence[str]) -> bool:
    return sum(found[word] for word in wanted) > COVERAGE * len(wanted)


def _taken(
    tuples: Sequence[Extraction], extractions: Sequence[Extraction]
) -> List[bool]:
    bags = [Counter(_words(extraction)) for extraction in extractions]
    taken = [False] * len(bags)
    for reference in tuples:
        wanted = _words(reference)
        for number, bag in enumerate(bags):
            if not taken[number] and _covers(bag, wanted):
                taken[number] = True
                break
    return taken


def _curve(
    ranked: Sequence[Tuple[float, bool]], total: int
) -> Tuple[List[float], List[float], List[float]]:
    """RETURNS (Tuple[List[float], List[float], List[float]]): Precision and recall at
    each threshold, and the thresholds, lowest first."""
    points: List[Tuple[float, float, float]] = []
    kept = right = 0
    ordered = sorted(ranked, key=lambda pair: -pair[0])
    for threshold, group in groupby(ordered, key=lambda pair: pair[0]):
        hits = [hit for _, hit in group]
        kept += len(hits)
        right += sum(hits)
        points.append((right / kept, right / total if total else 0.0, threshold))
    points.reverse()
    return (
        [precision for precision, _, _ in points],
        [recall for _, recall, _ in points],
        [threshold for _, _, threshold in points],
    )


def _f1(precision: float, recall: float) -> float:
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0
