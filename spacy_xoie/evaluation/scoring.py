"""Scores fitted to what readers accept."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import (
    Any,
    Dict,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..syntax.scores import BIAS, EVIDENCE, POOLED, TripleScorer
from .acceptability import KINDS, Example, Kind
from .calibration import (
    Reliability,
    apply_calibration,
    fit_calibration,
    regress,
    reliability,
)
from .pictures import picture

FOLDS = 10
KEPT = 0.5
"""The threshold at which it is told what is kept."""
FEWEST = 20
"""Triples of a language that is reported by itself."""
REST = "rest"
"""What the other languages are reported as."""

_SHARED, _OF_LANGUAGE, _OF_KIND = 10.0, 3.0, 10.0
"""Penalties of weights (of standardised evidence): of those that all share, and of what
a language and a kind of data add."""
_FREE = 1e-3
_DIGITS = 4

Floats = NDArray[np.float64]


@dataclass
class Scoring:
    """What makes scores of what a model finds.

    weights (Dict[str, Dict[str, float]]): See `TripleScorer`; for models that predict
        trees.
    curve (Sequence[Tuple[float, float]]): See `apply_calibration`; for the others. With
        neither, scores stay as they are.
    """

    weights: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    curve: Sequence[Tuple[float, float]] = ()

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> "Scoring":
        """RETURNS (Scoring): What the block `model` of a model's config says."""
        return cls(model["head"].get("scores") or {}, model.get("calibration") or ())

    def put(self, model: Dict[str, Any]) -> None:
        """Write this into the block `model` of a model's config."""
        model["calibration"] = [list(point) for point in self.curve]
        model["head"].pop("scores", None)
        if self.weights:
            model["head"]["scores"] = {k: dict(v) for k, v in self.weights.items()}

    def __call__(self, examples: Sequence[Example]) -> Floats:
        """RETURNS (Floats): (examples,), their scores."""
        if self.weights:
            scorer = TripleScorer(self.weights)
            scores = [scorer(one.evidence, one.read_as) for one in examples]
            return np.array(scores, dtype=np.float64)
        raw = np.array([one.score for one in examples], dtype=np.float64)
        return apply_calibration(raw, self.curve) if self.curve else raw


def fit_scoring(examples: Sequence[Example]) -> Scoring:
    """Fit the probability that a reader accepts a triple: a logistic regression on what
    is known of it, of which languages and kinds of data each have what they add. What
    a kind adds to the surest one is left out of the result (as for domains, Daumé 2007,
    arXiv 0907.1815).

    examples (Sequence[Example]): Triples. If their model predicts no trees, a curve is
        fitted to their scores, see `fit_calibration`.
    RETURNS (Scoring): What makes scores.
    RAISES (DataError): If there are not both right and wrong ones.
    """
    right = np.array([one.right for one in examples], dtype=np.float64)
    if not 0 < right.sum() < len(right):
        raise DataError(
            f"Of {len(right)} triples {int(right.sum())} are right, which tells "
            f"nothing: there must be right ones and wrong ones."
        )
    if not all(one.evidence for one in examples):
        return Scoring(curve=fit_calibration([one.score for one in examples], right))
    evidence = np.array([one.evidence for one in examples], dtype=np.float64)
    centre, spread = evidence.mean(axis=0), evidence.std(axis=0)
    spread[spread < 1e-6] = 1.0
    standard = np.hstack([np.ones((len(right), 1)), (evidence - centre) / spread])
    n_shared = standard.shape[1]
    blocks = [standard]
    penalties = [np.full(n_shared, _SHARED)]
    penalties[0][0] = _FREE
    codes = sorted({one.read_as for one in examples})
    for code in codes:
        rows = np.array([one.read_as == code for one in examples])
        # Of its own a language has a bias and the weight of its arcs.
        blocks.append(standard[:, :2] * rows[:, None])
        penalties.append(np.full(2, _OF_LANGUAGE))
    for kind in kinds_of(examples)[1:]:
        rows = np.array([one.kind == kind for one in examples])
        blocks.append(standard * rows[:, None])
        penalties.append(np.full(n_shared, _OF_KIND))
        penalties[-1][0] = _FREE
    features, strengths = np.hstack(blocks), np.concatenate(penalties)
    weights = regress(features, right, strengths, start=np.zeros(len(strengths)))
    found = {POOLED: _unscaled(weights[:n_shared], centre, spread)}
    for place, code in enumerate(codes):
        start = n_shared + 2 * place
        if code and code != POOLED:
            found[code] = _unscaled(weights[start : start + 2], centre, spread)
    return Scoring(weights=found)


def kinds_of(examples: Sequence[Example]) -> List[Kind]:
    """RETURNS (List[Kind]): The kinds that there are, the surest first."""
    present = {one.kind for one in examples}
    return [kind for kind in KINDS if kind in present]


def _unscaled(weights: Floats, centre: Floats, spread: Floats) -> Dict[str, float]:
    """Weights of evidence as it is, from those of the bias and of standardised
    evidence."""
    inner = weights[1:] / spread[: len(weights) - 1]
    bias = float(weights[0] - inner @ centre[: len(inner)])
    named = zip(EVIDENCE[: len(inner)], inner.tolist(), strict=True)
    values = {BIAS: bias, **dict(named)}
    return {name: round(value, _DIGITS) for name, value in values.items()}


def cross_validate(examples: Sequence[Example], folds: int = FOLDS) -> Floats:
    """Score each triple by what was fitted without its text.

    examples (Sequence[Example]): Triples.
    folds (int): Parts of the texts, each of which is left out once.
    RETURNS (Floats): (examples,), scores.
    RAISES (DataError): See `fit_scoring`.
    """
    parts = np.array([crc32(one.text.encode("utf8")) % folds for one in examples])
    scores = np.zeros(len(examples))
    for part in np.unique(parts):
        held_back = np.flatnonzero(parts == part).tolist()
        learnt = [one for one, own in zip(examples, parts, strict=True) if own != part]
        scores[held_back] = fit_scoring(learnt)([examples[i] for i in held_back])
    return scores


class ScoreReport(NamedTuple):
    """How well scores tell what readers accept.

    name (str): Of the triples: a language, or a kind of data.
    size (int): Triples.
    precision (float): Share of them that is right.
    before, after (Optional[Reliability]): Of the old scores and the new ones; None if
        all are right, or all wrong.
    kept (float): Share of the right ones that score `KEPT` or more.
    kept_precision (Optional[float]): Share of right ones among all that do.
    """

    name: str
    size: int
    precision: float
    before: Optional[Reliability]
    after: Optional[Reliability]
    kept: float
    kept_precision: Optional[float]


def report_scores(
    examples: Sequence[Example], before: Floats, after: Floats
) -> List[ScoreReport]:
    """RETURNS (List[ScoreReport]): How good scores are: for each kind of data, and of
    the surest one for each language.

    examples (Sequence[Example]): Triples.
    before, after (Floats): (examples,), the old scores and the new ones.
    """
    kinds = kinds_of(examples)
    groups: Dict[str, List[int]] = {kind: [] for kind in kinds}
    for place, one in enumerate(examples):
        groups[one.kind].append(place)
    for name, places in languages_of(examples).items():
        groups[name] = places
    return [
        _report(name, [examples[i] for i in places], before[places], after[places])
        for name, places in groups.items()
    ]


def languages_of(examples: Sequence[Example]) -> Dict[str, List[int]]:
    """RETURNS (Dict[str, List[int]]): Of the surest kind of data, the numbers of the
    triples of each language; those of languages with few of them together."""
    found: Dict[str, List[int]] = {}
    for place, one in enumerate(examples):
        if one.kind == kinds_of(examples)[0]:
            found.setdefault(one.language, []).append(place)
    groups = {code: found[code] for code in sorted(found) if len(found[code]) >= FEWEST}
    rest = [place for code, own in found.items() if code not in groups for place in own]
    return {**groups, REST: rest} if rest else groups


def _report(
    name: str, examples: Sequence[Example], before: Floats, after: Floats
) -> ScoreReport:
    right = np.array([one.right for one in examples], dtype=bool)
    both = 0 < right.sum() < len(right)
    above = after >= KEPT
    return ScoreReport(
        name,
        len(right),
        float(right.mean()),
        reliability(before, right) if both else None,
        reliability(after, right) if both else None,
        float(above[right].mean()) if right.any() else 0.0,
        float(right[above].mean()) if above.any() else None,
    )


def save_reliability(
    path: Union[str, Path],
    panels: Mapping[str, Tuple[Floats, NDArray[np.bool_]]],
    *,
    bins: int = 5,
    columns: int = 4,
) -> None:
    """Draw the share of right triples over their scores, each group of triples in a
    panel of its own.

    path (Union[str, Path]): The picture, .png or .svg.
    panels (Mapping[str, Tuple[Floats, NDArray]]): (triples,) scores, and whether each
        is right, by the title of the panel.
    bins (int): Points of a curve, of as many triples each.
    columns (int): Most panels beside each other.
    RAISES (ConfigError): See `picture`.
    """
    n_columns = min(columns, len(panels))
    n_rows = -(-len(panels) // n_columns)
    with picture(path, 3 * n_columns, 3 * n_rows) as figure:
        places = figure.subplots(
            n_rows, n_columns, sharex=True, sharey=True, squeeze=False
        ).ravel()
        for axes in places[len(panels) :]:
            axes.set_axis_off()
        for axes, (title, (scores, right)) in zip(places, panels.items(), strict=False):
            order = np.argsort(scores, kind="stable")
            parts = [p for p in np.array_split(order, bins) if len(p)]
            share = np.array([right[part].mean() for part in parts])
            spread = np.sqrt(
                share * (1 - share) / np.array([len(part) for part in parts])
            )
            axes.plot([0, 1], [0, 1], color="grey", linewidth=0.8)
            axes.errorbar(
                [scores[part].mean() for part in parts],
                share,
                yerr=spread,
                marker="o",
                markersize=4,
                capsize=2,
            )
            axes.set(title=f"{title} ({len(scores)})", xlim=(0, 1), ylim=(0, 1.02))
        figure.supxlabel("Score")
        figure.supylabel("Right or nearly right")
