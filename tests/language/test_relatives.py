"""Facts about languages, distances between them, and what follows from those."""

import math
import pkgutil
import subprocess
import sys
from dataclasses import replace
from itertools import chain, combinations, pairwise
from typing import Dict, List

import pytest
import spacy.lang
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.errors import ConfigError
from spacy_xoie.language.facts import (
    DATA,
    Facts,
    find_language,
    load_features,
    load_languages,
)
from spacy_xoie.language.groups import clusters, suggest_sources
from spacy_xoie.language.relatives import (
    KINDS,
    PROFILES,
    Distance,
    Distances,
    compare,
    distance,
    distances,
    explain,
    nearest,
    relative_weights,
)

CODES = sorted(load_languages())
# Languages of the table that spaCy has no class for.
EXTRA = set(
    """as ast be br bs cy eo fy gl ha jv ka kk km lo mn mt my oc or pa ps sc so sw tg tk
    ug uz wo yi yue zu""".split()
)
codes = st.sampled_from(CODES)


def value(a: str, b: str, kind: str = "overall") -> float:
    found = distance(a, b, kind).value
    assert found is not None
    return found


def near(code: str, n: int = 5, profile: str = "overall") -> List[str]:
    return [relative.code for relative in nearest(code, n=n, profile=profile)]


# The table.


def test_languages_of_spacy() -> None:
    known = {m.name for m in pkgutil.iter_modules(spacy.lang.__path__) if m.ispkg}
    assert set(CODES) == (known - {"xx"}) | EXTRA
    assert not known & EXTRA


def test_rows() -> None:
    text = (DATA / "languages.tsv").read_text(encoding="utf8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    header, *rows = (line.split("\t") for line in lines)
    assert {len(row) for row in rows} == {len(header)}
    assert not any(cell != cell.strip() or not cell for row in rows for cell in row)
    listed = [row[0] for row in rows]
    assert listed == sorted(set(listed))
    names = [row[header.index("name")] for row in rows]
    assert len(names) == len(set(names))
    assert set(header[7:]) == set(load_features())


def test_closed_vocabulary() -> None:
    features = load_features()
    assert {feature.kind for feature in features.values()} == {"syntax", "morphology"}
    used: Dict[str, set[str]] = {name: set() for name in features}
    for facts in load_languages().values():
        for name, values in facts.features.items():
            used[name] |= values
    assert used == {name: set(feature.values) for name, feature in features.items()}


@pytest.mark.parametrize("code", CODES)
def test_plausible(code: str) -> None:
    facts = load_languages()[code]
    assert facts.genealogy and all(node == node.strip() for node in facts.genealogy)
    assert all(len(script) == 4 and script.istitle() for script in facts.scripts)
    assert facts.scripts
    if code != "eo":
        assert facts.place is not None
        north, east = facts.place
        assert -60 < north < 75 and -180 <= east <= 180
    # Cases need something that marks them, and none is marked without them.
    features = facts.features
    if {"cases", "alignment"} <= features.keys() and features["cases"] != {"none"}:
        assert features["alignment"] & {"accusative", "ergative"} or code in (
            "ga",
            "gd",
        )
    if features.get("affixes") == {"little"}:
        assert features["type"] == {"isolating"}


def test_families_hang_together() -> None:
    # Each node has one parent only, so that a name means one thing.
    parents: Dict[str, tuple[str, ...]] = {}
    for facts in load_languages().values():
        for i, node in enumerate(facts.genealogy):
            above = facts.genealogy[:i]
            assert parents.setdefault(node, above) == above, node


def test_aliases_are_unique() -> None:
    everything = [c for f in load_languages().values() for c in (f.code, *f.aliases)]
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize(
    ("given_code", "code"),
    [
        ("pt-br", "pt"),
        ("PT_BR", "pt"),
        ("zh-Hant", "zh"),
        ("spa", "es"),
        ("ger", "de"),
        ("cmn", "zh"),
        ("no", "nb"),
        ("kur", "kmr"),
        ("glg", "gl"),
    ],
)
def test_codes(given_code: str, code: str) -> None:
    assert find_language(given_code).code == code


def test_unknown_language() -> None:
    with pytest.raises(ConfigError, match=r"'galicain'.*gl \(Galician\)"):
        find_language("galicain")
    for odd in ("", "-", "xx", "qqq"):
        with pytest.raises(ConfigError, match="No facts are known"):
            find_language(odd)


# Distances.


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
    blank = Facts("qq", (), "Nothing", (), frozenset(), None, {})
    apart = compare(blank, find_language("de"))
    assert apart == Distances(*[Distance(None, 0.0)] * 5)
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
    assert compare(script_only, other).combined() == Distance(None, pytest.approx(0.2))


def test_combined_by_hand() -> None:
    parts = [Distance(v, 1.0) for v in (0.1, 0.2, 0.3, 0.4)]
    apart = Distances(*parts, Distance(None, 0.0))
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
        {"loudness": 1},
        {},
        {"syntax": 0},
        {"syntax": -1},
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
    relatives = {relative.code: relative for relative in nearest("hi", n=None)}
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
    found = nearest("pt-br", among=["zh", "spa", "es-mx", "por", "de"], n=3)
    assert [relative.code for relative in found] == ["es", "de", "zh"]
    values = [relative.distance.value or 0 for relative in found]
    assert values == sorted(values)
    assert found[0].distance == distance("pt", "es")
    assert nearest("pt", among=[]) == []


def test_unknown_ones_come_last() -> None:
    found = nearest("de", profile={"geography": 1}, n=None)
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


# Groups.

ROMANCE = {"es", "pt", "gl", "ast", "ca", "oc", "fr", "it", "lij", "sc", "ro"}


def test_clusters() -> None:
    groups = clusters(["de", "nl", "zh", "yue", *sorted(ROMANCE)], n=3)
    assert list(map(set, groups)) == [ROMANCE, {"de", "nl"}, {"yue", "zh"}]


@given(st.lists(codes, min_size=1, max_size=12), st.integers(1, 12))
def test_clusters_are_a_partition(languages: List[str], n: int) -> None:
    groups = clusters(languages, n=n)
    assert sorted(chain(*groups)) == sorted(set(languages))
    assert len(groups) == min(n, len(set(languages)))
    assert groups == clusters(reversed(languages), n=n)


def test_average_linkage() -> None:
    """Checked against the mean over all pairs, recomputed from scratch."""
    languages = ["de", "en", "ru", "uk", "tr", "zh", "hi", "ur", "fi"]
    groups = [[code] for code in languages]
    while len(groups) > 3:
        pairs = combinations(range(len(groups)), 2)

        def mean(pair: tuple[int, int]) -> float:
            first, second = (groups[i] for i in pair)
            found = [value(a, b) for a in first for b in second]
            return sum(found) / len(found)

        i, j = min(pairs, key=mean)
        groups[i] += groups.pop(j)
    assert sorted(map(sorted, groups)) == sorted(clusters(languages, n=3))


def test_threshold() -> None:
    assert clusters(["es", "pt", "zh"], threshold=0.2) == [["es", "pt"], ["zh"]]
    assert len(clusters(["es", "pt", "zh"], threshold=0.0)) == 3
    assert len(clusters(["es", "pt", "zh"], threshold=1.0)) == 1


def test_unknown_distances_join_nothing() -> None:
    profile = {"geography": 1.0}
    assert clusters(["de", "eo", "fr"], n=1, profile=profile) == [["de", "fr"], ["eo"]]


def test_faulty_clusters() -> None:
    with pytest.raises(ConfigError, match="either"):
        clusters(["de", "en"])
    with pytest.raises(ConfigError, match="either"):
        clusters(["de", "en"], n=1, threshold=0.5)
    with pytest.raises(ConfigError, match="at least 1"):
        clusters(["de", "en"], n=0)


# Sources.


@given(
    st.lists(codes, min_size=1, max_size=4),
    st.lists(codes, max_size=6),
    st.lists(codes, max_size=3),
    st.integers(1, 5),
)
def test_sources(
    targets: List[str], among: List[str], covered: List[str], budget: int
) -> None:
    picks = suggest_sources(targets, budget, among=among, covered=covered)
    chosen = [pick.code for pick in picks]
    assert len(picks) == min(budget, len(set(among) - set(covered)))
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(among) - set(covered)
    # Greedy choice, checked against the mean distances by definition.
    aims = sorted(set(targets))

    def mean(sources: List[str]) -> float:
        return sum(min([1.0, *(value(a, s) for s in sources)]) for a in aims) / len(
            aims
        )

    sources = sorted(set(covered))
    for pick in picks:
        free = set(among) - set(sources)
        assert pick.mean == pytest.approx(min(mean([*sources, c]) for c in free))
        assert pick.gain == pytest.approx(mean(sources) - pick.mean, abs=1e-8)
        sources.append(pick.code)
        assert pick.mean == pytest.approx(mean(sources))
    gains = [pick.gain for pick in picks]
    assert all(a >= b - 1e-8 for a, b in pairwise(gains))


def test_sources_for_two_families() -> None:
    among = ["de", "es", "ru", "zh"]
    picks = suggest_sources(["gl", "ca", "uk"], 3, among=among)
    assert [pick.code for pick in picks] == ["es", "ru", "de"]
    assert picks[0].serves == ("ca", "gl", "uk")
    assert picks[1].serves == ("uk",)
    assert picks[1].why.startswith("uk: same branch (East Slavic), same script")
    assert picks[2].gain == 0
    assert picks[2].why.startswith("no target gets nearer")
    covered = suggest_sources(["gl", "ca", "uk"], 1, among=among, covered=["es"])
    assert [pick.code for pick in covered] == ["ru"]
    assert covered[0].gain == picks[1].gain


def test_targets_are_sources_only_by_name() -> None:
    assert "gl" not in [pick.code for pick in suggest_sources(["gl"], 200)]
    (pick,) = suggest_sources(["gl"], 1, among=["gl", "pt"])
    assert (pick.code, pick.mean) == ("gl", 0)
    assert pick.why == "gl: the language itself"


def test_rest_of_the_budget_goes_to_the_next_nearest() -> None:
    picks = suggest_sources(["gl"], 3, among=["zh", "es", "de", "fr", "pt"])
    assert [pick.code for pick in picks] == ["pt", "es", "fr"]


def test_ties_by_name() -> None:
    # Both are as far from German in script, the only thing that counts here.
    picks = suggest_sources(["de"], 2, among=["th", "ka"], profile={"script": 1.0})
    assert [pick.code for pick in picks] == ["ka", "th"]


def test_faulty_sources() -> None:
    with pytest.raises(ConfigError, match="budget"):
        suggest_sources(["gl"], 0)
    with pytest.raises(ConfigError, match="at least one language"):
        suggest_sources([], 1)
    assert suggest_sources(["gl"], 2, among=[]) == []


def test_same_in_every_process() -> None:
    """Sets and hashes of strings must not decide an order."""
    lines = (
        "nearest('ja', n=None)",
        "clusters(n=20)",
        "relative_weights('ja', ['zh', 'ko', 'tr'])",
        "suggest_sources(['ja', 'sw', 'ga', 'eo'], 9)",
    )
    program = (
        "from spacy_xoie.language.relatives import *\n"
        "from spacy_xoie.language.groups import *\n"
        f"print(*({', '.join(lines)}), sep='\\n')\n"
    )
    other = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONHASHSEED": "1", "PYTHONPATH": ":".join(sys.path)},
        check=True,
        capture_output=True,
        text=True,
    )
    here = (
        nearest("ja", n=None),
        clusters(n=20),
        relative_weights("ja", ["zh", "ko", "tr"]),
        suggest_sources(["ja", "sw", "ga", "eo"], 9),
    )
    assert other.stdout.splitlines() == list(map(repr, here))
