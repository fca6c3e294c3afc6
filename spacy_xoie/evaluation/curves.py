"""Precision and recall as the confidence threshold moves."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Mapping, Sequence, Tuple, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ConfigError, DataError
from .pictures import picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CurvePoint:
    """Precision and recall of what has at least a certain confidence."""

    precision: float
    recall: float
    threshold: float


@dataclass(frozen=True)
class CurveScore:
    """Scores of extractions that have a confidence.

    precision, recall, f1 (float): At the threshold of the best F1.
    auc (float): Area under the curve.
    threshold (float): The threshold of the best F1.
    points (Tuple[CurvePoint, …]): The curve, the threshold rising.
    """

    precision: float
    recall: float
    f1: float
    auc: float
    threshold: float = 0.0
    points: Tuple[CurvePoint, ...] = ()

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The scores without the curve, JSON-ready."""
        names = ("precision", "recall", "f1", "auc", "threshold")
        return {name: getattr(self, name) for name in names}

    def to_record(self, *, max_points: int = 200) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The scores with the curve, JSON-ready: "points" are
        at most `max_points` times precision, recall and threshold."""
        n_points = min(max_points, len(self.points))
        places = np.linspace(0, len(self.points) - 1, n_points).round().astype(int)
        points = [
            [round(p.precision, 5), round(p.recall, 5), round(p.threshold, 5)]
            for p in (self.points[place] for place in places)
        ]
        return {**self.to_dict(), "points": points}

    @classmethod
    def from_record(cls, record: Dict[str, Any]) -> "CurveScore":
        """RETURNS (CurveScore): What `to_record` wrote.
        RAISES (DataError): If it is something else.
        """
        try:
            points = tuple(CurvePoint(*map(float, p)) for p in record["points"])
            names = ("precision", "recall", "f1", "auc", "threshold")
            return cls(**{name: float(record[name]) for name in names}, points=points)
        except (KeyError, TypeError, ValueError) as e:
            raise DataError(
                f"This is not a curve of precision and recall ({e!r}): "
                f"{str(record)[:100]}."
            ) from e


@dataclass(frozen=True)
class TupleScore(CurveScore):
    """Scores on a benchmark of tuples, at the threshold of the best F1.

    gold (int): Tuples in the reference.
    predicted (int): Extractions of sentences in the reference, at any confidence.
    matched (int): Tuples that an extraction matches at any confidence, where one
        either does or does not.
    """

    gold: int = 0
    predicted: int = 0
    matched: int = 0


def f1_score(precision: float, recall: float) -> float:
    """RETURNS (float): The harmonic mean, 0 where both are 0."""
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


def best_point(precision: Floats, recall: Floats, thresholds: Floats) -> CurveScore:
    """Choose the point of the best F1 (the lowest threshold among equals), and
    measure the area under the curve by trapezoids, down to recall 0 with precision 1.

    precision, recall, thresholds (Floats): The curve, the threshold rising and so
        the recall falling. Shape: (points,)
    RETURNS (CurveScore): The scores; all 0 for a curve without points.
    """
    if not len(thresholds):
        return CurveScore(0.0, 0.0, 0.0, 0.0)
    f1 = np.array([f1_score(p, r) for p, r in zip(precision, recall, strict=True)])
    best = int(np.argmax(f1))
    heights, places = np.append(precision, 1.0), np.append(recall, 0.0)
    return CurveScore(
        precision=float(precision[best]),
        recall=float(recall[best]),
        f1=float(f1[best]),
        auc=float(np.trapezoid(heights[::-1], places[::-1])),
        threshold=float(thresholds[best]),
        points=tuple(
            CurvePoint(float(p), float(r), float(t))
            for p, r, t in zip(precision, recall, thresholds, strict=True)
        ),
    )


def precision_recall_curve(
    correct: Sequence[bool], scores: ArrayLike, n_gold: int
) -> CurveScore:
    """The curve of extractions of which it is known whether they are right.

    correct (Sequence[bool]): Whether each extraction is right.
    scores (ArrayLike): Its confidence. Shape: (extractions,)
    n_gold (int): Number of tuples that should be found.
    RETURNS (CurveScore): One point for each confidence that occurs, and the area.
    RAISES (DataError): If there are more right extractions than gold tuples, or
        lengths differ.
    """
    flags = np.asarray(correct, dtype="float64")
    values = np.asarray(scores, dtype="float64")
    if flags.shape != values.shape or flags.ndim != 1:
        raise DataError(
            f"There are {flags.shape} flags for {values.shape} scores. Give one flag "
            f"for each score."
        )
    if flags.sum() > n_gold:
        raise DataError(
            f"{int(flags.sum())} extractions are right, but there are {n_gold} gold "
            f"tuples. Count each gold tuple once."
        )
    order = np.argsort(values, kind="stable")
    thresholds, first = np.unique(values[order], return_index=True)
    # Of the extractions in rising confidence, those from a place on are kept.
    hits = np.append(np.cumsum(flags[order][::-1])[::-1], 0.0)[first]
    n_predicted = len(values) - first
    recall = hits / n_gold if n_gold else np.zeros(len(first))
    return best_point(hits / n_predicted, recall, thresholds)


def save_curves(
    path: Union[str, Path], panels: Mapping[str, Mapping[str, CurveScore]]
) -> None:
    """Draw precision over recall, each benchmark in a panel of its own, for what is
    right in one may be wrong in the next.

    path (Union[str, Path]): The picture, .png or .svg.
    panels (Mapping[str, Mapping[str, CurveScore]]): Curves by name, by the title of
        the panel.
    RAISES (ConfigError): If there is no curve, matplotlib is not installed, or the
        kind of picture is unknown.
    """
    if not panels:
        raise ConfigError(
            "There is no curve to draw: nothing was found in any benchmark that says "
            "how right triples are at each score."
        )
    with picture(path, 1 + 5 * len(panels), 5) as figure:
        places = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
        for axes, (title, curves) in zip(places, panels.items(), strict=True):
            _draw(axes, title, curves)
        places[0].set_ylabel("Precision")


def _draw(axes: "Axes", title: str, curves: Mapping[str, CurveScore]) -> None:
    """A panel, with a dot at the best F1 of each curve."""
    for name, score in curves.items():
        recall = [point.recall for point in score.points]
        precision = [point.precision for point in score.points]
        label = f"{name} (F1 {score.f1:.3f}, area {score.auc:.3f})"
        (line,) = axes.plot(recall, precision, label=label, marker=".", markersize=3)
        axes.plot(score.recall, score.precision, "o", color=line.get_color())
    axes.set(title=title, xlabel="Recall", xlim=(0, 1), ylim=(0, 1.02))
    # Few curves end there, and to look for the best place takes long.
    axes.legend(loc="lower right", fontsize="small")
