"""How far languages are from each other, and which are the nearest relatives.

There are five distances from 0 to 1: syntax (the share of word-order features that
differ), morphology (the same for word forms), genealogy (how far the common ancestor
is), script (the share of scripts that only one of both uses) and geography (the great
circle, as a share of half the circumference of the Earth). What is not known about a
language takes no part: a distance is over what is known of both, says which share that
was, and is None where it was too little. A profile weighs the distances into one.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, Optional, Union

import numpy

from ..errors import ConfigError
from .facts import Facts, Feature, find_language, find_languages, load_features

KINDS = ("syntax", "genealogy", "script", "morphology", "geography")
# Which tokens belong to a predicate follows scripts and word forms, and what its
# arguments are follows word order; a little genealogy breaks ties of coarse features.
PROFILES: Dict[str, Dict[str, float]] = {
    "overall": {
        "syntax": 0.25,
        "genealogy": 0.25,
        "script": 0.2,
        "morphology": 0.2,
        "geography": 0.1,
    },
    "predicate": {"script": 0.4, "morphology": 0.4, "genealogy": 0.2},
    "argument": {"syntax": 0.8, "genealogy": 0.2},
}
# The name of a profile, or a weight for each kind of distance.
Profile = Union[str, Mapping[str, float]]
# Over less than this share of what could be known, a distance would be a guess.
MIN_KNOWN = 1 / 3


@dataclass(frozen=True)
class Distance:
    """A distance.

    value (Optional[float]): From 0 (equal) to 1, or None if too little is known.
    known (float): Share of the features (or weights) that it rests on.
    """

    value: Optional[float]
    known: float


UNKNOWN = Distance(None, 0.0)


@dataclass(frozen=True)
class Distances:
    """All distances of two languages."""

    syntax: Distance
    genealogy: Distance
    script: Distance
    morphology: Distance
    geography: Distance

    def combined(self, profile: Profile = "overall") -> Distance:
        """Weigh the distances into one; those that are None take no part.

        profile (Profile): Name of a profile, or a weight for each kind.
        RETURNS (Distance): The weighted mean.
        """
        weights = resolve_profile(profile)
        total = sum(weights.values())
        measured = [
            (weight / total, apart.value, apart.known)
            for weight, apart in (
                (w, getattr(self, kind)) for kind, w in weights.items()
            )
            if apart.value is not None
        ]
        known = min(sum(weight * known for weight, _, known in measured), 1.0)
        if known < MIN_KNOWN:
            return Distance(None, known)
        share = sum(weight for weight, _, _ in measured)
        value = sum(weight * value for weight, value, _ in measured) / share
        return Distance(min(value, 1.0), known)

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): Value and known share by kind."""
        return asdict(self)


@dataclass(frozen=True)
class Relative:
    """A language, as a relative of another one.

    code (str): Its code.
    distance (Distance): How far it is by the profile.
    distances (Distances): How far it is in each respect.
    why (str): What both share and in what they differ.
    """

    code: str
    distance: Distance
    distances: Distances
    why: str


def resolve_profile(profile: Profile) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): The positive weights of a profile, by kind.
    RAISES (ConfigError): There is no such profile or kind, or a weight is negative."""
    if isinstance(profile, str):
        if profile not in PROFILES:
            raise ConfigError(
                f"There is no profile {profile!r}; use one of {', '.join(PROFILES)}, "
                f"or a weight for each kind of distance."
            )
        return PROFILES[profile]
    wrong = [kind for kind in profile if kind not in KINDS]
    if wrong:
        raise ConfigError(
            f"There is no distance {wrong[0]!r}; weigh some of {', '.join(KINDS)}."
        )
    weights = {kind: float(weight) for kind, weight in profile.items() if weight != 0}
    if not weights or not all(0 < w < math.inf for w in weights.values()):
        raise ConfigError(
            f"The weights {dict(profile)} do not weigh anything; they must not be "
            f"negative, and one must be above 0."
        )
    return weights


def distances(a: str, b: str) -> Distances:
    """Measure how far two languages are from each other.

    a (str): Code of a language.
    b (str): Code of another language.
    RETURNS (Distances): All distances.
    RAISES (ConfigError): One of the languages is not known.
    """
    return compare(find_language(a), find_language(b))


def distance(a: str, b: str, kind: str = "overall") -> Distance:
    """Measure one distance of two languages.

    a (str): Code of a language.
    b (str): Code of another language.
    kind (str): One of `KINDS`, or the name of a profile.
    RETURNS (Distance): The distance.
    RAISES (ConfigError): A language or the kind is not known.
    """
    apart = distances(a, b)
    if kind in KINDS:
        single: Distance = getattr(apart, kind)
        return single
    return apart.combined(kind)


def compare(a: Facts, b: Facts) -> Distances:
    """Measure all distances between two languages, given the facts about them.

    a (Facts): What is known of a language.
    b (Facts): What is known of another language.
    RETURNS (Distances): All distances.
    """
    return Distances(
        syntax=_features(a, b, "syntax"),
        genealogy=_genealogy(a, b),
        script=_script(a, b),
        morphology=_features(a, b, "morphology"),
        geography=_geography(a, b),
    )


def find_relatives(
    language: str,
    *,
    among: Optional[Iterable[str]] = None,
    profile: Profile = "overall",
    n: Optional[int] = 5,
) -> List[Relative]:
    """Find the nearest relatives of a language.

    language (str): Code of the language.
    among (Optional[Iterable[str]]): Languages to choose from; all of the table by
        default. The language itself is no relative of its own.
    profile (Profile): Name of a profile, or a weight for each kind of distance.
    n (Optional[int]): How many to return; None for all.
    RETURNS (List[Relative]): The nearest one first, equal ones by code. Languages of
        which too little is known to say how far they are come last.
    RAISES (ConfigError): A language or the profile is not known.
    """
    this = find_language(language)
    relatives = []
    for other in find_languages(among):
        if other.code != this.code:
            apart = compare(this, other)
            total = apart.combined(profile)
            relatives.append(Relative(other.code, total, apart, explain(this, other)))
    return sorted(relatives, key=_rank)[:n]


def relative_weights(
    language: str,
    among: Iterable[str],
    *,
    profile: Profile = "overall",
    temperature: float = 0.1,
) -> Dict[str, float]:
    """Weigh languages by how near they are to another one, as when their adapters are
    merged into one for a language that has none.

    language (str): Code of the language.
    among (Iterable[str]): Languages to weigh. The language itself counts as well if it
        is one of them.
    profile (Profile): Name of a profile, or a weight for each kind of distance.
    temperature (float): Softness: near 0, the nearest one takes all.
    RETURNS (Dict[str, float]): A weight for each of them, under the name that was
        given; they sum to 1. Those of unknown distance are left out.
    RAISES (ConfigError): A language or the profile is not known, the temperature is
        not above 0, or no distance is known.
    """
    if not 0 < temperature < math.inf:
        raise ConfigError(f"The temperature {temperature} must be above 0.")
    this = find_language(language)
    apart = {name: compare(this, find_language(name)) for name in sorted(set(among))}
    totals = {name: one.combined(profile).value for name, one in apart.items()}
    values = {name: value for name, value in totals.items() if value is not None}
    if not values:
        raise ConfigError(
            f"No distance from {this.name} to {', '.join(totals) or 'anything'} is "
            f"known. Name other languages, or use another profile."
        )
    scores = -numpy.array(list(values.values())) / temperature
    weights = numpy.exp(scores - scores.max())
    return dict(zip(values, (weights / weights.sum()).tolist(), strict=True))


def explain(a: Facts, b: Facts, *, limit: int = 4) -> str:
    """Say in words what two languages share, and in what they differ.

    a (Facts): What is known of a language.
    b (Facts): What is known of another language.
    limit (int): How many differences to name; the others are counted.
    RETURNS (str): Such as "same branch (Ibero-Romance), same script, same word order;
        differs: definite article".
    """
    same, differs = [], []
    common = _common(a, b)
    if common:
        noun = "family" if len(common) == 1 else "branch"
        same.append(f"same {noun} ({common[-1]})")
    elif a.genealogy and b.genealogy:
        differs.append("family")
    if a.scripts and b.scripts:
        shared = a.scripts & b.scripts
        if a.scripts == b.scripts:
            same.append("same script")
        elif shared:
            same.append(f"shared script ({', '.join(sorted(shared))})")
        else:
            differs.append("script")
    for kind, noun in (("syntax", "word order"), ("morphology", "morphology")):
        if _features(a, b, kind).value == 0:
            same.append(f"same {noun}")
        differs += [feature.label for feature, v in _compared(a, b, kind) if v > 0]
    if len(differs) > limit:
        differs[limit:] = [f"{len(differs) - limit} more"]
    parts = [", ".join(same), f"differs: {', '.join(differs)}" if differs else ""]
    return "; ".join(part for part in parts if part) or "nothing is known of both"


def _rank(relative: Relative) -> tuple[float, str]:
    value = relative.distance.value
    # Sums of the same numbers in another order differ in their last digits.
    return (math.inf if value is None else round(value, 9), relative.code)


def _features(a: Facts, b: Facts, kind: str) -> Distance:
    values = [value for _, value in _compared(a, b, kind)]
    n_features = sum(feature.kind == kind for feature in load_features().values())
    share = len(values) / n_features
    return Distance(sum(values) / len(values) if share >= MIN_KNOWN else None, share)


def _compared(a: Facts, b: Facts, kind: str) -> List[tuple[Feature, float]]:
    """The features that are known of both, and how far both are apart there."""
    return [
        (feature, _apart(feature, a.features[name], b.features[name]))
        for name, feature in load_features().items()
        if feature.kind == kind and name in a.features and name in b.features
    ]


def _apart(feature: Feature, a: FrozenSet[str], b: FrozenSet[str]) -> float:
    if not feature.scale:
        return _unshared(a, b)
    steps = {value: i for i, value in enumerate(feature.values)}
    middles = [sum(steps[value] for value in side) / len(side) for side in (a, b)]
    return abs(middles[0] - middles[1]) / (len(steps) - 1)


def _unshared(a: FrozenSet[str], b: FrozenSet[str]) -> float:
    return 1 - len(a & b) / len(a | b)


def _common(a: Facts, b: Facts) -> List[str]:
    """The families that both languages belong to."""
    common = []
    for one, other in zip(a.genealogy, b.genealogy, strict=False):
        if one != other:
            break
        common.append(one)
    return common


def _genealogy(a: Facts, b: Facts) -> Distance:
    if not (a.genealogy and b.genealogy):
        return UNKNOWN
    # The language is the last node of its own path.
    depth = len(_common(a, b)) + (a.code == b.code)
    length = len(a.genealogy) + len(b.genealogy) + 2
    return Distance(1 - 2 * depth / length, 1.0)


def _script(a: Facts, b: Facts) -> Distance:
    if not (a.scripts and b.scripts):
        return UNKNOWN
    return Distance(_unshared(a.scripts, b.scripts), 1.0)


def _geography(a: Facts, b: Facts) -> Distance:
    if a.place is None or b.place is None:
        return UNKNOWN
    (north_a, east_a), (north_b, east_b) = (
        (math.radians(north), math.radians(east)) for north, east in (a.place, b.place)
    )
    haversine = (
        math.sin((north_b - north_a) / 2) ** 2
        + math.cos(north_a) * math.cos(north_b) * math.sin((east_b - east_a) / 2) ** 2
    )
    return Distance(2 * math.asin(math.sqrt(min(haversine, 1.0))) / math.pi, 1.0)
