"""`languages` and `suggest-sources`, on the table of the package."""

import json
from typing import Any, List

from typer.testing import CliRunner

import spacy_xoie.apps.cli.languages  # noqa: F401
from spacy_xoie.apps.cli import app
from spacy_xoie.language.facts import load_languages


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(app, list(map(str, arguments)))


def rows(output: str) -> List[List[str]]:
    """The cells of the lines below the dividing line of a table."""
    lines = [line for line in output.splitlines() if line.strip()]
    (divider,) = (i for i, line in enumerate(lines) if set(line) == set("- "))
    return [
        [c.strip() for c in line.split("   ") if c] for line in lines[divider + 1 :]
    ]


def test_list() -> None:
    result = run("languages")
    assert result.exit_code == 0, result.output
    found = {row[0]: row for row in rows(result.output)}
    assert list(found) == sorted(load_languages())
    assert found["sr"][1:4] == ["Serbian", "Cyrl, Latn", "SVO"]
    assert found["hsb"][3] == "?"
    entries = json.loads(run("languages", "--json", "--among", "ja,de").output)
    assert [entry["code"] for entry in entries] == ["de", "ja"]
    assert entries[1]["scripts"] == ["Hani", "Hira", "Kana"]


def test_relatives() -> None:
    result = run("languages", "pt-br", "--nearest", 2, "--among", "zh,es,it,eo")
    assert result.exit_code == 0, result.output
    assert "Portuguese (pt)" in result.output
    first, second = rows(result.output)
    assert first[:2] == ["es", "Spanish"]
    assert second[:2] == ["it", "Italian"]
    assert first[6] == "0.000" and 0 < float(first[2]) < float(second[2]) < 1
    assert "same branch (Ibero-Romance), same script" in first[-1]
    (row,) = rows(run("languages", "eo", "--among", "de").output)
    # Nobody knows where the centre of Esperanto is.
    assert row[8] == "?"


def test_profile() -> None:
    nearest = []
    for profile in ("predicate", "argument"):
        options = ("--json", "--nearest", 1, "--profile", profile)
        found = json.loads(run("languages", "hi", *options).output)
        nearest.append(found["hi"][0]["code"])
    assert nearest[0] != nearest[1] == "ur"


def test_clusters() -> None:
    result = run("languages", *"es pt de nl ru uk".split(), "--clusters", 3)
    assert result.exit_code == 0, result.output
    assert [row[1] for row in rows(result.output)] == ["de nl", "es pt", "ru uk"]
    result = run("languages", "--among", "es,pt,zh", "--clusters", 2, "--json")
    assert json.loads(result.output) == [["es", "pt"], ["zh"]]


def test_suggest_sources() -> None:
    options = ("--budget", 2, "--among", "de,es,pt,ru,zh", "--covered", "es")
    result = run("suggest-sources", "gl", "ca", "uk", *options)
    assert result.exit_code == 0, result.output
    first, second = rows(result.output)
    assert first[:2] == ["ru", "Russian"] and first[4] == "uk"
    assert second[:2] == ["pt", "Portuguese"] and second[4] == "gl"
    picks = json.loads(run("suggest-sources", "gl", "--budget", 4, "--json").output)
    assert picks[0]["code"] == "pt" and len(picks) == 4


def test_nothing_to_choose_from() -> None:
    result = run("suggest-sources", "gl", "--budget", 1, "--among", "")
    assert result.exit_code == 0
    assert "no language left" in result.output


def test_faults() -> None:
    for arguments in (("languages", "galicain"), ("languages", "--among", "galicain")):
        result = run(*arguments)
        assert result.exit_code == 1
        assert "gl (Galician)" in result.output
    result = run("languages", "gl", "--profile", "loud")
    assert result.exit_code == 1
    assert "overall, predicate, argument" in result.output
    assert run("suggest-sources", "gl").exit_code == 2
    assert run("suggest-sources", "gl", "--budget", 0).exit_code == 2
