"""Honest comparisons: both sides in turn, in one run, as ratios."""

import statistics
import time
from typing import Callable, List, NamedTuple


class Ratio(NamedTuple):
    """Time of one thing over the time of another, pair by pair."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


def seconds(run: Callable[[], object]) -> float:
    """RETURNS (float): The time that one call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def compare(
    run: Callable[[], object], against: Callable[[], object], rounds: int
) -> Ratio:
    """Time two things in turn, after one call of each that is not counted.

    run (Callable): What is measured.
    against (Callable): What it is measured against.
    rounds (int): Number of pairs.
    RETURNS (Ratio): The ratio of the pairs: median, least and most.
    """
    run()
    against()
    ratios: List[float] = []
    for number in range(rounds):
        # Who goes first changes, so that neither always has the warm cache.
        if number % 2:
            b, a = seconds(against), seconds(run)
        else:
            a, b = seconds(run), seconds(against)
        ratios.append(a / b)
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))
