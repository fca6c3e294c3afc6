"""Which languages belong together, and which ones are worth annotating."""

from dataclasses import dataclass
from typing import Iterable, List, Optional, Sequence, Tuple

import numpy
from numpy.typing import NDArray

from ..errors import ConfigError
from .distances import Profile, compare, explain
from .facts import Facts, find_language, find_languages

# Sums of the same numbers in another order differ in their last digits.
DIGITS = 9


@dataclass(frozen=True)
class Source:
    """A language that is worth annotating or training on.

    code (str): Its code.
    gain (float): By how much it brings the targets nearer to their nearest source, in
        the mean over all of them.
    mean (float): Mean distance of the targets to their nearest source, with this one
        and those before it.
    serves (Tuple[str, ...]): The targets that it is nearer to than those before it.
    why (str): What it shares with the target that it serves best.
    """

    code: str
    gain: float
    mean: float
    serves: Tuple[str, ...]
    why: str


def clusters(
    languages: Optional[Iterable[str]] = None,
    *,
    n: Optional[int] = None,
    threshold: Optional[float] = None,
    profile: Profile = "overall",
) -> List[List[str]]:
    """Group languages, joining again and again those two groups that are nearest to
    each other in the mean over the pairs of their languages (average linkage).

    languages (Optional[Iterable[str]]): Languages to group; None for all of the table.
    n (Optional[int]): How many groups to leave.
    threshold (Optional[float]): Or: join groups up to this distance. Groups between
        which no distance is known are never joined.
    profile (Profile): Name of a profile, or a weight for each kind of distance.
    RETURNS (List[List[str]]): Codes of each group, large groups first.
    RAISES (ConfigError): A language or the profile is not known, or not one of `n` and
        `threshold` is given, or it makes no sense.
    """
    if (n is None) == (threshold is None):
        raise ConfigError("Give either the number of clusters or a threshold.")
    if n is not None and n < 1:
        raise ConfigError(f"The number of clusters ({n}) must be at least 1.")
    facts = find_languages(languages)
    groups = [[language.code] for language in facts]
    sums, counts = _pairwise(facts, profile)
    while len(groups) > (n or 1):
        first, second, apart = _closest(sums, counts)
        if not apart <= (1.0 if threshold is None else threshold):
            break
        groups[first] += groups.pop(second)
        for matrix in (sums, counts):
            matrix[first] += matrix[second]
            matrix[:, first] += matrix[:, second]
        sums, counts = (
            numpy.delete(numpy.delete(matrix, second, 0), second, 1)
            for matrix in (sums, counts)
        )
    return sorted(map(sorted, groups), key=lambda group: (-len(group), group))


def suggest_sources(
    targets: Sequence[str],
    budget: int,
    *,
    among: Optional[Iterable[str]] = None,
    covered: Iterable[str] = (),
    profile: Profile = "overall",
) -> List[Source]:
    """Propose languages to annotate or train on, for the sake of others.

    Studies of transfer between languages (Lin et al. 2019, "Choosing Transfer Languages
    for Cross-Lingual Learning") find that near languages serve best, by genealogy,
    geography and syntax. So the targets are covered greedily: each pick is the one that
    most lowers their mean distance to the nearest source; among picks of the same gain,
    the one that is nearest to all targets, then the first by code. How much data there
    is, or can be had, is not known here: name with `among` what is in reach.

    targets (Sequence[str]): Languages to serve.
    budget (int): How many languages to pick; there may be fewer to choose from.
    among (Optional[Iterable[str]]): Languages to choose from, targets too if they are
        named; by default all of the table but the targets.
    covered (Iterable[str]): Languages that are sources already.
    profile (Profile): Name of a profile, or a weight for each kind of distance.
    RETURNS (List[Source]): The picks in their order. The distance of a target without
        any source counts as 1, and so does one that is not known.
    RAISES (ConfigError): A language or the profile is not known, there is no target, or
        the budget is below 1.
    """
    if budget < 1:
        raise ConfigError(f"The budget ({budget}) must be at least one language.")
    if not targets:
        raise ConfigError("Name at least one language that the sources shall serve.")
    served = find_languages(targets)
    aims = {facts.code for facts in served}
    spent = {facts.code for facts in find_languages(covered)}
    free = {
        facts.code: _reach(facts, served, profile)
        for facts in find_languages(among)
        if facts.code not in spent and (among is not None or facts.code not in aims)
    }
    best = numpy.ones(len(served))
    for code in sorted(spent):
        best = numpy.minimum(best, _reach(find_language(code), served, profile))
    picks: List[Source] = []
    while free and len(picks) < budget:
        code = min(free, key=lambda code: _cost(best, free[code], code))
        reach = free.pop(code)
        nearer = [i for i, value in enumerate(reach) if value < best[i]]
        lowered = numpy.minimum(best, reach)
        picks.append(
            Source(
                code=code,
                gain=round(float(best.mean() - lowered.mean()), DIGITS),
                mean=round(float(lowered.mean()), DIGITS),
                serves=tuple(served[i].code for i in nearer),
                why=_why(find_language(code), served, reach, nearer),
            )
        )
        best = lowered
    return picks


def _cost(
    best: NDArray[numpy.float64], reach: NDArray[numpy.float64], code: str
) -> Tuple[float, float, str]:
    covered = float(numpy.minimum(best, reach).mean())
    return round(covered, DIGITS), round(float(reach.mean()), DIGITS), code


def _why(
    source: Facts,
    targets: Sequence[Facts],
    reach: NDArray[numpy.float64],
    nearer: Sequence[int],
) -> str:
    closest = min(nearer or range(len(targets)), key=lambda i: (reach[i], i))
    target = targets[closest]
    if target.code == source.code:
        return f"{target.code}: the language itself"
    why = f"{target.code}: {explain(target, source)}"
    return why if nearer else f"no target gets nearer; {why}"


def _reach(
    source: Facts, targets: Sequence[Facts], profile: Profile
) -> NDArray[numpy.float64]:
    """How far a source is from each target."""
    values = [compare(target, source).combined(profile).value for target in targets]
    return numpy.array([1.0 if value is None else value for value in values])


def _pairwise(
    facts: Sequence[Facts], profile: Profile
) -> Tuple[NDArray[numpy.float64], NDArray[numpy.float64]]:
    """Distances between all pairs (0 where not known), and which of them are known."""
    sums = numpy.zeros((len(facts), len(facts)))
    counts = numpy.zeros_like(sums)
    for i, a in enumerate(facts):
        for j, b in enumerate(facts[:i]):
            value = compare(a, b).combined(profile).value
            if value is not None:
                sums[i, j] = sums[j, i] = value
                counts[i, j] = counts[j, i] = 1
    return sums, counts


def _closest(
    sums: NDArray[numpy.float64], counts: NDArray[numpy.float64]
) -> Tuple[int, int, float]:
    """The two groups nearest to each other, first one first, and how far they are."""
    means = numpy.full_like(sums, numpy.inf)
    numpy.divide(sums, counts, out=means, where=counts > 0)
    means[numpy.tril_indices_from(means)] = numpy.inf
    first, second = divmod(int(means.round(DIGITS).argmin()), len(means))
    return first, second, float(means[first, second])
