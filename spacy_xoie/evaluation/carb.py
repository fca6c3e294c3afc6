"""CaRB: extractions against a crowdsourced reference, word by word.

Bhardwaj, Aggarwal and Mausam (2019): CaRB: A Crowdsourced Benchmark for Open IE.
EMNLP-IJCNLP 2019.
"""

from bisect import bisect_left
from collections import Counter
from typing import List, Mapping, NamedTuple, Sequence, Tuple

import numpy as np

from ..corpora.extractions import Extraction
from .curves import Floats, TupleScore, best_point
from .text import confidence_of, sentence_key

FORMS_OF_BE = frozenset("be is am are was were been being".split())
SAYING = ("said", "told", "added", "adds", "says")


class Match(NamedTuple):
    """How an extraction and a tuple of the reference agree: the share of the words
    of the extraction, and of the words of the tuple, that are in the other."""

    precision: float
    recall: float


class Bags(NamedTuple):
    """Words of the relation, and of each argument."""

    relation: "Counter[str]"
    arguments: Tuple["Counter[str]", ...]


NONE = Match(0.0, 0.0)


def score_carb(
    gold: Mapping[str, Sequence[Extraction]],
    predicted: Mapping[str, Sequence[Extraction]],
) -> TupleScore:
    """Score extractions by shared words.

    All arguments after the subject are taken as one. A tuple of the reference and an
    extraction are compared slot by slot: the words that both have, as they are
    written and as often as both have them, of the words of the extraction (precision)
    and of those of the tuple (recall). "be" in a relation of the extraction also
    agrees with another form of be. Without a shared word in the relation, or
    without an argument that the other has, nothing is shared. If the relation of the
    tuple is one of saying, subject and object may change places.

    For each sentence, precision comes from pairing extractions and tuples one to one,
    always the pair with the highest precision next; extractions without partner count
    as 0. Recall comes from the best extraction for each tuple, which may serve
    several tuples. Both are added up over all sentences. This is done at every
    confidence that occurs; the point with the best F1 is returned. Extractions for
    sentences that the reference does not have are not counted.

    gold (Mapping[str, Sequence[Extraction]]): The reference of each sentence.
    predicted (Mapping[str, Sequence[Extraction]]): Extractions of each sentence.
        Sentences are the same if they differ in spaces and punctuation only.
    RETURNS (TupleScore): The scores.
    """
    reference = {sentence_key(text): tuples for text, tuples in gold.items()}
    output = {sentence_key(text): tuples for text, tuples in predicted.items()}
    thresholds = sorted({confidence_of(e) for one in output.values() for e in one})
    # Sums over all sentences at each threshold.
    precise, covered, counts = np.zeros((3, len(thresholds)))
    total = sum(map(len, reference.values()))
    n_predicted = 0
    for key, tuples in reference.items():
        extractions = output.get(key, ())
        n_predicted += len(extractions)
        begin = 0
        for confidence, sums in _sums_by_confidence(tuples, extractions):
            end = bisect_left(thresholds, confidence) + 1
            precise[begin:end] += sums.precise
            covered[begin:end] += sums.covered
            counts[begin:end] += sums.size
            begin = end
    precision = np.divide(precise, counts, out=np.ones_like(counts), where=counts > 0)
    recall = covered / total if total else np.zeros_like(covered)
    score = best_point(precision, recall, np.array(thresholds))
    return TupleScore(**vars(score), gold=total, predicted=n_predicted)


class _Sums(NamedTuple):
    precise: float
    covered: float
    size: int


def _sums_by_confidence(
    tuples: Sequence[Extraction], extractions: Sequence[Extraction]
) -> List[Tuple[float, _Sums]]:
    """RETURNS (List[Tuple[float, _Sums]]): For each confidence, lowest first, what the
    extractions that have it or a higher one add to the sums."""
    if not extractions:
        return []
    grid = _grid(tuples, extractions)
    scores = np.array([confidence_of(extraction) for extraction in extractions])
    # Best precision first; of equals the first tuple, then the first extraction.
    pairs = np.argsort(-grid[:, :, 0], axis=None, kind="stable")
    rows, columns = np.unravel_index(pairs, grid.shape[:2])
    ordered = list(zip(rows.tolist(), columns.tolist(), strict=True))
    sums: List[Tuple[float, _Sums]] = []
    for confidence in sorted(set(scores.tolist())):
        keep = scores >= confidence
        count = int(keep.sum())
        covered = float(sum(grid[:, keep, 1].max(axis=1))) if len(tuples) else 0.0
        precise, n_free = 0.0, min(count, len(tuples))
        free_rows = [True] * len(tuples)
        free_columns = keep.tolist()
        for row, column in ordered:
            if not n_free:
                break
            if free_rows[row] and free_columns[column]:
                free_rows[row] = free_columns[column] = False
                precise += float(grid[row, column, 0])
                n_free -= 1
        sums.append((confidence, _Sums(precise, covered, count)))
    return sums


def _grid(tuples: Sequence[Extraction], extractions: Sequence[Extraction]) -> Floats:
    straight = [_bags(extraction) for extraction in extractions]
    turned = [_bags(_turned(extraction)) for extraction in extractions]
    grid = np.zeros((len(tuples), len(extractions), 2))
    for row, reference in enumerate(tuples):
        bags = _bags(reference)
        saying = any(word in reference.relation for word in SAYING)
        for column, (one, other) in enumerate(zip(straight, turned, strict=True)):
            match = _match(bags, one)
            grid[row, column] = max(match, _match(bags, other)) if saying else match
    return grid


def match_tuples(reference: Extraction, extraction: Extraction) -> Match:
    """Compare a tuple of the reference with an extraction; see `score_carb`.

    reference (Extraction): The tuple of the reference.
    extraction (Extraction): The extraction.
    RETURNS (Match): How they agree.
    """
    grid = _grid([reference], [extraction])
    return Match(float(grid[0, 0, 0]), float(grid[0, 0, 1]))


def _turned(extraction: Extraction) -> Extraction:
    if len(extraction.arguments) < 2:
        return extraction
    subject, *rest = extraction.arguments
    return Extraction(extraction.relation, (" ".join(rest), subject))


def _bags(extraction: Extraction) -> Bags:
    arguments = extraction.arguments
    if len(arguments) > 2:
        arguments = (arguments[0], " ".join(arguments[1:]))
    return Bags(
        Counter(extraction.relation.split()),
        tuple(Counter(argument.split()) for argument in arguments),
    )


def _match(reference: Bags, extraction: Bags) -> Match:
    if len(extraction.arguments) < len(reference.arguments):
        return NONE
    common = reference.relation & extraction.relation
    shared = common.total()
    if extraction.relation["be"] > common["be"] and (
        FORMS_OF_BE & reference.relation.keys()
    ):
        shared += 1
    if not shared:
        return NONE
    n_gold, n_predicted = reference.relation.total(), extraction.relation.total()
    for one, other in zip(reference.arguments, extraction.arguments, strict=False):
        shared += (one & other).total()
        n_gold += one.total()
        n_predicted += other.total()
    return Match(shared / n_predicted, shared / n_gold)
