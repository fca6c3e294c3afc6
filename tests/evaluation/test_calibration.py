"""Scores that mean something."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_xoie.errors import DataError
from spacy_xoie.evaluation.calibration import (
    apply_calibration,
    fit_calibration,
    reliability,
)


def drawn(
    seed: int, n: int = 4000, power: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and whether each is right with probability score ** power."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0.02, 0.98, n)
    return scores, rng.random(n) < scores**power


@settings(max_examples=20)
@given(st.integers(0, 1000), st.floats(0.2, 5.0))
def test_curve_rises_from_0_to_1(seed: int, power: float) -> None:
    curve = fit_calibration(*drawn(seed, 300, power))
    raw, chance = np.array(curve).T
    assert raw[0] == 0 and raw[-1] == 1
    assert (np.diff(raw) > 0).all() and (np.diff(chance) >= 0).all()
    assert (chance >= 0).all() and (chance <= 1).all()


def test_what_is_calibrated_stays_as_it_is() -> None:
    curve = fit_calibration(*drawn(0, 20_000))
    points = np.linspace(0.1, 0.9, 9)
    assert apply_calibration(points, curve) == pytest.approx(points, abs=0.04)


@pytest.mark.parametrize("power", [0.3, 3.0])
def test_mends_what_is_not(power: float) -> None:
    curve = fit_calibration(*drawn(0, power=power))
    scores, correct = drawn(1, power=power)
    before = reliability(scores, correct)
    after = reliability(apply_calibration(scores, curve), correct)
    assert after.ece < before.ece / 3
    assert after.brier < before.brier
    assert after.auc == pytest.approx(before.auc, abs=1e-3)


def test_scores_that_are_worse_than_none_are_made_flat() -> None:
    scores, correct = drawn(0)
    curve = fit_calibration(1 - scores, correct)
    assert curve[-1][1] - curve[0][1] < 0.05


def test_reliability_by_hand() -> None:
    result = reliability([0.9, 0.6, 0.6, 0.1], [1, 1, 0, 0], bins=2)
    assert result.size == 4
    assert result.brier == pytest.approx((0.01 + 0.16 + 0.36 + 0.01) / 4)
    # Pairs of right and wrong: 0.9 > 0.6, 0.9 > 0.1, 0.6 = 0.6, 0.6 > 0.1.
    assert result.auc == pytest.approx(3.5 / 4)


@pytest.mark.parametrize("correct", [[1, 1], [0, 0], []])
def test_nothing_to_learn_from(correct: list[int]) -> None:
    with pytest.raises(DataError, match="right ones and wrong ones"):
        fit_calibration([0.5] * len(correct), correct)
