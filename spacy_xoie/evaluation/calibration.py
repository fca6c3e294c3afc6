"""Scores that mean something: how far they are from probabilities, and the curve
that makes them such."""

from typing import List, NamedTuple, Sequence, Tuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import DataError

KNOTS = 21
"""Points of a fitted curve."""

Floats = NDArray[np.float64]


class Reliability(NamedTuple):
    """How well scores predict what is right.

    brier (float): Mean squared error of the scores, 0 is best (Brier 1950).
    ece (float): Expected calibration error: mean distance of score and share of
        right ones, over ten bins of as many triples each (Naeini et al. 2015).
    auc (float): Probability that a right one has a higher score than a wrong one.
    size (int): Number of triples.
    """

    brier: float
    ece: float
    auc: float
    size: int


def fit_calibration(
    scores: ArrayLike, correct: ArrayLike, *, prior: float = 1.0
) -> List[Tuple[float, float]]:
    """Fit the probability of being right as a logistic function of the log odds of
    a score (Platt 1999), which rises as scores do.

    scores (ArrayLike): (triples,), raw scores from 0 to 1.
    correct (ArrayLike): (triples,), whether each is right.
    prior (float): Strength of the pull towards the scores as they are.
    RETURNS (List[Tuple[float, float]]): Points (score, probability) of the curve.
    RAISES (DataError): If there are not both right and wrong ones.
    """
    x, y = _check(scores, correct)
    odds = _log_odds(x)
    features = np.stack([np.ones_like(odds), odds], axis=1)
    weights = regress(features, y, np.full(2, prior), start=np.array([0.0, 1.0]))
    # A curve that fell would turn the order around: better a flat one.
    weights[1] = max(weights[1], 1e-3)
    knots = np.linspace(0.0, 1.0, KNOTS)
    curve = logistic(weights[0] + weights[1] * _log_odds(knots))
    return [
        (round(float(a), 4), round(float(b), 4))
        for a, b in zip(knots, np.maximum.accumulate(curve), strict=True)
    ]


def regress(
    features: Floats, right: Floats, penalties: Floats, *, start: Floats
) -> Floats:
    """Logistic regression with a quadratic penalty, by Newton's method.

    features (Floats): (rows, features)
    right (Floats): (rows,), 0 or 1.
    penalties (Floats): (features,), strength of the pull of each weight to `start`.
    start (Floats): (features,), weights.
    RETURNS (Floats): (features,), weights.
    """
    weights = start.copy()
    for _ in range(100):
        chance = logistic(features @ weights)
        slope = features.T @ (chance - right) + penalties * (weights - start)
        bend = (features * (chance * (1 - chance))[:, None]).T @ features
        step = np.linalg.solve(bend + np.diag(penalties), slope)
        # Far from the optimum a full step of Newton's overshoots.
        weights = weights - step * min(1.0, 1.0 / float(np.abs(step).max() + 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return weights


def apply_calibration(
    scores: ArrayLike, calibration: Sequence[Tuple[float, float]]
) -> Floats:
    """RETURNS (Floats): The probabilities that a curve gives scores."""
    raw, chance = zip(*calibration, strict=True)
    return np.asarray(np.interp(np.asarray(scores, dtype=np.float64), raw, chance))


def reliability(
    scores: ArrayLike, correct: ArrayLike, *, bins: int = 10
) -> Reliability:
    """RETURNS (Reliability): How well scores predict what is right.
    RAISES (DataError): If there are not both right and wrong ones.
    """
    x, y = _check(scores, correct)
    order = np.argsort(x, kind="stable")
    ece = 0.0
    for part in np.array_split(order, min(bins, len(order))):
        ece += len(part) / len(x) * abs(float(x[part].mean() - y[part].mean()))
    _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    right = y == 1
    n_right, n_wrong = int(right.sum()), int((~right).sum())
    auc = (ranks[right].sum() - n_right * (n_right + 1) / 2) / (n_right * n_wrong)
    return Reliability(float(((x - y) ** 2).mean()), float(ece), float(auc), len(x))


def _check(scores: ArrayLike, correct: ArrayLike) -> Tuple[Floats, Floats]:
    x = np.asarray(scores, dtype=np.float64)
    y = np.asarray(correct, dtype=np.float64)
    if x.shape != y.shape or x.ndim != 1 or not 0 < y.sum() < len(y):
        raise DataError(
            f"{len(np.atleast_1d(x))} scores of which {int(y.sum())} are right tell "
            f"nothing: there must be right ones and wrong ones."
        )
    return x, y


def _log_odds(scores: Floats) -> Floats:
    inner = np.clip(scores, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inner / (1 - inner)))


def logistic(values: Floats) -> Floats:
    """RETURNS (Floats): The probabilities of log odds."""
    return np.asarray(1 / (1 + np.exp(-values)))
