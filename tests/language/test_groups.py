"""Groups of languages, and languages worth annotating."""

import subprocess
import sys
from itertools import chain, combinations, pairwise
from typing import List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.errors import ConfigError
from spacy_xoie.language.distances import distance, find_relatives, relative_weights
from spacy_xoie.language.facts import load_languages
from spacy_xoie.language.groups import clusters, suggest_sources

codes = st.sampled_from(sorted(load_languages()))


def value(a: str, b: str) -> float:
    found = distance(a, b).value
    assert found is not None
    return found


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
        "find_relatives('ja', n=None)",
        "clusters(n=20)",
        "relative_weights('ja', ['zh', 'ko', 'tr'])",
        "suggest_sources(['ja', 'sw', 'ga', 'eo'], 9)",
    )
    program = (
        "from spacy_xoie.language.distances import *\n"
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
        find_relatives("ja", n=None),
        clusters(n=20),
        relative_weights("ja", ["zh", "ko", "tr"]),
        suggest_sources(["ja", "sw", "ga", "eo"], 9),
    )
    assert other.stdout.splitlines() == list(map(repr, here))
