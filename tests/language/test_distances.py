"""Distances between languages, and their nearest relatives."""

import math
from dataclasses import replace
from itertools import combinations, pairwise
from typing import Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.errors import ConfigError
from spacy_xoie.language.distances import (
    KINDS,
    PROFILES,
    Distance,
    Distances,
    compare,
    distance,
    distances,
    explain,
    find_relatives,
    relative_weights,
)
from spacy_xoie.language.facts import (
    Facts,
    find_language,
    load_features,
    load_languages,
)

CODES = sorted(load_languages())
codes = st.sampled_from(CODES)


def value(a: str, b: str, kind: str = "overall") -> float:
    found = distance(a, b, kind).value
    assert found is not None
    return found


def near(code: str, n: int = 5, profile: str = "overall") -> List[str]:
    return [relative.code for relative in find_relatives(code, n=n, profile=profile)]


@pytest.mark.parametrize("kind", [*KINDS, *PROFILES])
def test_metric(kind: str) -> None:
    def measure(a: Facts, b: Facts) -> Distance:
        apart = compare(a, b)
        found = getattr(apart, kind) if kind in KINDS else apart.combined(kind)
        assert isinstance(found, Distance)
        return found

    facts = list(load_languages().values())
    unknown = set()
    for a, b in combinations(facts, 2):
        there, back = measure(a, b), measure(b, a)
        assert (there.known, there.value) == (back.known, back.value)
        assert 0 <= there.known <= 1
        if there.value is None:
            assert there.known < 1 / 3
            unknown |= {a.code, b.code}
        else:
            assert 0 <= there.value <= 1
            assert there.known >= 1 / 3
    for one in facts:
        placeless = kind == "geography" and one.code == "eo"
        assert measure(one, one).value == (None if placeless else 0)
    # Two languages may share too little that is known, but only in one respect.
    assert not unknown or kind in ("geography", "morphology")


def test_different_languages_are_apart() -> None:
    for a, b in combinations(CODES, 2):
        assert value(a, b) > 0


@given(codes, codes, st.sets(st.sampled_from(sorted(load_features()))))
def test_missing_features(a: str, b: str, gone: set[str]) -> None:
    """What is removed takes no part, and nothing else comes in for it."""
    whole, other = find_language(a), find_language(b)
    left = {name: v for name, v in whole.features.items() if name not in gone}
    partial = replace(whole, features=left)
    before, after = compare(whole, other), compare(partial, other)
    for kind in ("syntax", "morphology"):
        names = [name for name, f in load_features().items() if f.kind == kind]
        both = [name for name in names if name in left and name in other.features]
        found: Distance = getattr(after, kind)
        assert found.known == pytest.approx(len(both) / len(names))
        assert found.known <= getattr(before, kind).known
        if found.value is None:
            assert found.known < 1 / 3
            continue
        singles = []
        for name in both:
            # A distance over one feature alone is too little known, so all others are
            # made equal.
            alone = {n: frozenset(load_features()[n].values[:1]) for n in names}
            alone[name] = other.features[name]
            equal = replace(other, features=alone)
            changed = replace(whole, features={**alone, name: left[name]})
            part = getattr(compare(changed, equal), kind).value
            singles.append(part * len(names))
        assert found.value == pytest.approx(sum(singles) / len(both))
    assert (after.script, after.genealogy) == (before.script, before.genealogy)


def test_nothing_known() -> None:
    blank = Facts("qq", (), "Nothing", (), frozenset(), None, None, {})
    apart = compare(blank, find_language("de"))
    assert apart == Distances(**dict.fromkeys(KINDS, Distance(None, 0.0)))
    for profile in PROFILES:
        assert apart.combined(profile) == Distance(None, 0.0)
    assert explain(blank, find_language("de")) == "nothing is known of both"


def test_missing_kind() -> None:
    whole, other = find_language("de"), find_language("ru")
    homeless = compare(replace(whole, place=None), other)
    assert homeless.geography.value is None
    found = homeless.combined()
    apart = compare(whole, other)
    weights = {k: w for k, w in PROFILES["overall"].items() if k != "geography"}
    assert found.value == pytest.approx(apart.combined(weights).value)
    assert found.known == pytest.approx(apart.combined().known - 0.1)
    script_only = replace(whole, place=None, genealogy=(), features={})
    # Script alone weighs a fifth, which is too little to say anything.
    alone = compare(script_only, other).combined()
    assert alone.value is None
    assert alone.known == pytest.approx(0.2)


def test_combined_by_hand() -> None:
    values = zip(KINDS, (0.1, 0.2, 0.3, 0.4), strict=False)
    parts = {kind: Distance(value, 1.0) for kind, value in values}
    apart = Distances(**parts, geography=Distance(None, 0.0))
    assert apart.combined({"syntax": 1, "script": 3}).value == pytest.approx(0.25)
    assert apart.combined({"syntax": 1, "geography": 1}) == Distance(0.1, 0.5)
    expected = 0.4 * 0.3 + 0.4 * 0.4 + 0.2 * 0.2
    assert apart.combined("predicate").value == pytest.approx(expected)


def test_geography() -> None:
    pole = replace(find_language("de"), place=(90.0, 0.0))
    south = replace(find_language("en"), place=(-90.0, 120.0))
    equator = replace(find_language("fr"), place=(0.0, 77.0))
    assert compare(pole, south).geography.value == pytest.approx(1)
    assert compare(pole, equator).geography.value == pytest.approx(0.5)
    west = replace(equator, place=(0.0, -179.0))
    east = replace(equator, place=(0.0, 179.0))
    assert compare(west, east).geography.value == pytest.approx(2 / 180)


def test_steps_count() -> None:
    """On a scale, many cases are farther from none than a few are."""
    names = [name for name, f in load_features().items() if f.kind == "morphology"]
    rest = {name: frozenset("x") for name in names if name not in ("classifiers",)}
    rest["agreement"] = frozenset(["subject"])
    none, few, many = (
        replace(find_language("de"), features={**rest, "cases": frozenset([step])})
        for step in ("none", "2-4", "8+")
    )
    first, second = (compare(none, other).morphology.value for other in (few, many))
    assert first is not None and second is not None
    assert first == pytest.approx(second / 3)


def test_unknown_profile() -> None:
    with pytest.raises(ConfigError, match="predicate"):
        distance("de", "en", "loudness")
    apart = distances("de", "en")
    odd: Dict[str, float]
    for odd in (
        {"loudness": 1.0},
        {},
        {"syntax": 0.0},
        {"syntax": -1.0},
        {"script": math.nan},
    ):
        with pytest.raises(ConfigError, match="weigh"):
            apart.combined(odd)


# Sanity by typology.


@pytest.mark.parametrize(
    ("code", "relatives"),
    [
        ("gl", ["pt", "es"]),
        ("ca", ["oc", "es"]),
        ("nl", ["de", "fy"]),
        ("uk", ["ru", "be"]),
        ("id", ["ms", "jv"]),
        ("tr", ["az", "tk"]),
        ("fi", ["et"]),
        ("zh", ["yue"]),
        ("cs", ["sk"]),
        ("kn", ["ta", "te"]),
        ("am", ["ti"]),
        ("zu", ["tn", "sw"]),
        ("th", ["lo"]),
    ],
)
def test_nearest(code: str, relatives: List[str]) -> None:
    assert set(relatives) <= set(near(code))
    assert code not in near(code, n=len(CODES))


def test_romance_is_near_catalan() -> None:
    romance = max(value("ca", code) for code in ("es", "it", "fr"))
    assert romance < min(value("ca", code) for code in ("de", "en", "ru", "eu", "zh"))


def test_hindi_and_urdu() -> None:
    assert value("hi", "ur", "syntax") == 0
    assert value("hi", "ur", "script") == 1
    assert value("hi", "ur", "argument") < value("hi", "ur", "predicate")
    assert near("hi", 1, "argument") == ["ur"]
    assert near("hi", 1, "predicate") != ["ur"]


def test_japanese_and_chinese() -> None:
    assert value("ja", "zh", "genealogy") == 1
    assert value("ja", "zh", "script") == pytest.approx(2 / 3)
    assert value("ja", "ko", "syntax") < value("ja", "zh", "syntax")


def test_cognate_families() -> None:
    assert value("eu", "es", "genealogy") == 1
    steps = [value("de", code, "genealogy") for code in ("lb", "nl", "sv", "hi", "fi")]
    assert steps == sorted(set(steps))
    assert steps[-1] == 1


# Relatives.


def test_why() -> None:
    relatives = {relative.code: relative for relative in find_relatives("hi", n=None)}
    assert len(relatives) == len(CODES) - 1
    why = relatives["ur"].why
    assert why.startswith("same branch (Hindustani), same word order")
    assert why.endswith("differs: script")
    assert "same family (Indo-European)" in relatives["es"].why
    assert "differs: family, script" in relatives["tr"].why
    far = explain(find_language("zh"), find_language("ka"))
    assert far.count(",") <= 4 and far.endswith("more")
    shared = explain(find_language("ja"), find_language("zh"))
    assert "shared script (Hani)" in shared


def test_among() -> None:
    found = find_relatives("pt-br", among=["zh", "spa", "es-mx", "por", "de"], n=3)
    assert [relative.code for relative in found] == ["es", "de", "zh"]
    values = [relative.distance.value or 0 for relative in found]
    assert values == sorted(values)
    assert found[0].distance == distance("pt", "es")
    assert find_relatives("pt", among=[]) == []


def test_unknown_ones_come_last() -> None:
    found = find_relatives("de", profile={"geography": 1}, n=None)
    assert found[-1].code == "eo"
    assert found[-1].distance.value is None


# Weights.


@given(
    codes,
    st.lists(codes, min_size=1, max_size=8),
    st.sampled_from(sorted(PROFILES)),
    st.floats(1e-6, 1e6),
)
def test_weights(
    code: str, others: List[str], profile: str, temperature: float
) -> None:
    weights = relative_weights(code, others, profile=profile, temperature=temperature)
    assert set(weights) == set(others)
    assert sum(weights.values()) == pytest.approx(1)
    ranked = sorted(others, key=lambda other: value(code, other, profile))
    in_order = [weights[other] for other in ranked]
    assert all(a >= b - 1e-9 for a, b in pairwise(in_order))


def test_weights_of_models() -> None:
    languages = ["ar", "de", "en", "es", "fr", "pt", "zh"]
    galician = relative_weights("gl", languages)
    assert max(galician, key=lambda code: galician[code]) == "pt"
    assert galician["pt"] + galician["es"] + galician["fr"] > 0.9
    cold = relative_weights("gl", languages, temperature=1e-4)
    assert cold["pt"] == pytest.approx(1)
    hot = relative_weights("gl", languages, temperature=1e6)
    assert hot["zh"] == pytest.approx(1 / 7, rel=1e-3)
    # Names are those that were given, and the language itself is its own nearest.
    own = relative_weights("pt", ["pt-br", "de"], temperature=0.01)
    assert own["pt-br"] == pytest.approx(1)


def test_weights_of_nothing() -> None:
    with pytest.raises(ConfigError, match="temperature"):
        relative_weights("gl", ["pt"], temperature=0)
    with pytest.raises(ConfigError, match="No distance"):
        relative_weights("gl", [])
    with pytest.raises(ConfigError, match="No distance from Esperanto to de"):
        relative_weights("eo", ["de"], profile={"geography": 1.0})
    weights = relative_weights("de", ["eo", "nl"], profile={"geography": 1.0})
    assert weights == {"nl": 1.0}
