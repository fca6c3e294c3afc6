"""The table of facts about languages: whole, consistent and well known to spaCy."""

import pkgutil
from typing import Dict

import pytest
import spacy.lang

from spacy_xoie.errors import ConfigError
from spacy_xoie.language.facts import (
    DATA,
    find_language,
    load_features,
    load_languages,
)

CODES = sorted(load_languages())
# Languages of the table that spaCy has no class for.
EXTRA = set(
    """as ast be br bs cy eo fy gl ha jv ka kk km lo mn mt my oc or pa ps sc so sw tg tk
    ug uz wo yi yue zu""".split()
)


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
    assert set(header[8:]) == set(load_features())


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
    if features.get("affixes") == frozenset(["little"]):
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
