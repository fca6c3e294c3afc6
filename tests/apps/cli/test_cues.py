"""`translate-cues`."""

import tomllib
from pathlib import Path

from typer.testing import CliRunner

from spacy_xoie.apps.cli import app

NAMES = ("Anna", "Ben", "Clara", "Dora", "Emil", "Fay")
OBJECTS = {"house": "huis", "horse": "paard", "garden": "tuin"}
VERBS = {"bought": "kocht", "wrote": "schreef", "saw": "zag"}


def test_the_draft_is_a_schema_with_counts(tmp_path: Path) -> None:
    corpus = tmp_path / "pairs.tsv"
    corpus.write_text(
        "".join(
            f"{name} {verb} the {noun}.\t{name} {other} het {dutch}.\n"
            for name in NAMES
            for verb, other in VERBS.items()
            for noun, dutch in OBJECTS.items()
        )
    )
    arguments = ["translate-cues", str(corpus), "--source", "en", "--target", "nl"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    relations = tomllib.loads(result.output)["relations"]
    assert relations["Acquisition"]["cues"]["nl"] == ["kocht"]
    assert relations["Authorship"]["cues"]["nl"] == ["schreef"]
    assert "# 18 times, 100% of its places" in result.output


def test_a_corpus_without_pairs_is_said_to_have_none(tmp_path: Path) -> None:
    corpus = tmp_path / "pairs.tsv"
    corpus.write_text("\n")
    result = CliRunner().invoke(app, ["translate-cues", str(corpus), "--target", "nl"])
    assert result.exit_code == 1
    assert "no sentence in 'en'" in " ".join(result.output.split())
