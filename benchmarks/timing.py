"""Comparisons that hold on a busy machine: both sides in turn, in one run, by the time
that the processor worked for this process. Waiting for others is not counted."""

import statistics
import time
from typing import Callable, List, NamedTuple, Sequence, Tuple

Run = Callable[[], object]


class Ratio(NamedTuple):
    """The time of one thing over the time of another, pair by pair.

    median (float): Of the ratios of the pairs.
    least (float): Of the ratios of the pairs.
    most (float): Of the ratios of the pairs.
    seconds (float): Median time of one run of the first.
    against (float): Median time of one run of the other.
    """

    median: float
    least: float
    most: float
    seconds: float
    against: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.least:.2f}–{self.most:.2f})"


def paired(run: Run, against: Run, *, rounds: int, least: float = 0.05) -> Ratio:
    """Time two things in turn. Whatever slows the machine down for longer than a pair
    takes slows both down; a wide range says that something shorter did.

    run (Run): What is measured.
    against (Run): What it is measured against.
    rounds (int): Number of pairs.
    least (float): Seconds that each side of a pair takes at least, by repetition.
    RETURNS (Ratio): The ratio of the pairs.
    """
    repeats = 1
    for task in (run, against):
        task()  # The first call pays for caches, and does not count.
        repeats = max(repeats, round(least / max(seconds(task), 1e-9)))
    pairs: List[Tuple[float, float]] = []
    for number in range(rounds):
        # Who goes first changes, so that neither always finds the caches warm.
        if number % 2:
            other, own = seconds(against, repeats), seconds(run, repeats)
        else:
            own, other = seconds(run, repeats), seconds(against, repeats)
        pairs.append((own, other))
    return ratio_of(pairs)


def ratio_of(pairs: Sequence[Tuple[float, float]]) -> Ratio:
    """RETURNS (Ratio): The ratio of pairs of times, of one thing and of the other."""
    ratios = [own / other for own, other in pairs]
    own, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    return Ratio(statistics.median(ratios), min(ratios), max(ratios), own, other)


def seconds(run: Run, repeats: int = 1) -> float:
    """RETURNS (float): The processor's time for one of so many calls, all threads."""
    start = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - start) / repeats
