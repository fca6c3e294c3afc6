"""`gates`."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import SENTENCES
from spacy.language import Language
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app


@pytest.fixture
def model(trained: Language, tmp_path: Path) -> Path:
    trained.to_disk(tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for code in ("en", "de"):
        lines = [
            json.dumps({"id": str(number), "language": language, "text": text})
            for number, (text, language, _) in enumerate(SENTENCES)
            if language == code
        ]
        (folder / f"{code}.jsonl").write_text("\n".join(lines))
    return folder


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(app, ["gates", *map(str, arguments)])


def test_command(model: Path, corpus: Path, tmp_path: Path) -> None:
    output, picture = tmp_path / "gates.json", tmp_path / "gates.png"
    result = run(model, corpus, "--output", output, "--plot", picture)
    assert result.exit_code == 0, result.output
    found = json.loads(output.read_text())
    assert found["unit"] == "bit"
    assert found["sentences"] == {"de": 3, "en": 3}
    (layer,) = found["layers"]
    assert layer["gates"]["de"]["de"] > layer["gates"]["de"]["en"]
    assert f"{layer['information']:.2f} of 1.00 bits" in result.output
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_limit_and_languages(model: Path, corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "gates.json"
    result = run(
        *(model, corpus / "de.jsonl", "--limit", 2, "--languages", "de-AT, DEU"),
        *("--output", output),
    )
    assert result.exit_code == 0, result.output
    assert json.loads(output.read_text())["sentences"] == {"de": 2}


def test_faults(model: Path, corpus: Path, tmp_path: Path) -> None:
    result = run(model, corpus, "--languages", "pt")
    assert result.exit_code == 1
    assert "no sentence in 'pt'" in result.output
    result = run(model, corpus, "--languages", "German")
    assert result.exit_code == 1
    assert "--languages: A language must be a code" in result.output
    result = run(model, corpus, "--plot", tmp_path / "gates.gif")
    assert result.exit_code == 1
    assert "gates.gif" in result.output


def test_records_on_standard_input(model: Path, corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "gates.json"
    given = ["gates", str(model), "--output", str(output)]
    text = (corpus / "de.jsonl").read_text() + "\nnonsense"
    result = CliRunner().invoke(app, given, input=text)
    assert result.exit_code == 0, result.output
    assert json.loads(output.read_text())["sentences"] == {"de": 3}
    assert "stdin.jsonl:4" in "".join(result.output.split())
