"""`consistency`."""

import json
from pathlib import Path
from typing import Any, Iterator, List, Sequence

import catalogue
import pytest
from spacy.language import Language
from spacy.util import registry
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app
from spacy_xoie.doc.translations import Alignment
from spacy_xoie.projection.ty import Aligner, Pair

# Sentences that the pipeline of the fixture has learnt, and in "de" the same words in
# the same places.
CORPUS: List[tuple[str, str, str]] = [
    ("1", "en", "Anna has recently met Ben in Rome ."),
    ("1", "de", "Anna has recently met Ben in Rome ."),
    ("2", "en", "Good morning !"),
    ("2", "de", "Guten Morgen !"),
    ("3", "en", "The museum bought three paintings ."),
    ("3", "de", "Guten Morgen !"),
]


@pytest.fixture
def diagonal() -> Iterator[str]:
    """The registered name of an aligner that links tokens at the same place."""

    def align(pairs: Sequence[Pair]) -> List[Alignment]:
        found = []
        for pair in pairs:
            n_tokens = min(len(pair.source), len(pair.target))
            links = tuple((i, i) for i in range(n_tokens))
            found.append(Alignment(links, (1.0,) * n_tokens, (True,) * n_tokens))
        return found

    def make() -> Aligner:
        return align

    name = "test.DiagonalAligner.v1"
    registry.misc.register(name, func=make)
    yield name
    del catalogue.REGISTRY[(*registry.misc.namespace, name)]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for code in ("en", "de"):
        records = [
            {"id": identity, "language": language, "text": text}
            for identity, language, text in CORPUS
            if language == code
        ]
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (folder / f"{code}.jsonl").write_text(lines)
    return folder


def run(*arguments: Any) -> Any:
    return CliRunner().invoke(app, ["consistency", *map(str, arguments)])


@pytest.fixture
def model(trained: Language, tmp_path: Path) -> Path:
    trained.to_disk(tmp_path / "model")
    return tmp_path / "model"


def test_command(model: Path, corpus: Path, tmp_path: Path, diagonal: str) -> None:
    output, picture = tmp_path / "out.json", tmp_path / "heat.png"
    result = run(
        *(model, corpus, "--aligner", diagonal),
        *("--output", output, "--plot", picture),
    )
    assert result.exit_code == 0, result.output
    table = json.loads(output.read_text())
    assert table["languages"] == ["de", "en"]
    judged = {(p["reference"], p["judged"]): p for p in table["pairs"]}
    pair = judged["en", "de"]
    assert (pair["n_sentences"], pair["n_reference"], pair["n_judged"]) == (3, 2, 1)
    # What was found in German is there in English, but not the other way round.
    assert pair["precision"] > 0.8
    assert judged["de", "en"]["recall"] == pytest.approx(1.0)
    assert judged["de", "en"]["precision"] == pytest.approx(0.5)
    assert picture.read_bytes().startswith(b"\x89PNG")
    (row,) = (line for line in result.output.splitlines() if line[:9] == "de" + 7 * " ")
    assert row.split()[:5] == ["de", "en", "3", "1/2", "1.000"]


def test_languages(model: Path, corpus: Path, tmp_path: Path, diagonal: str) -> None:
    named = (model, corpus, "--aligner", diagonal, "--languages")
    output = tmp_path / "out.json"
    result = run(*named, "en-GB,de_AT,deu", "--output", output)
    assert result.exit_code == 0, result.output
    assert json.loads(output.read_text())["languages"] == ["en", "de"]
    result = run(*named, "en,pt-BR")
    assert result.exit_code == 1
    assert "no sentence in pt" in result.output


def test_one_language_with_each_other(
    model: Path, corpus: Path, tmp_path: Path, diagonal: str
) -> None:
    output = tmp_path / "out.json"
    named = (model, corpus, "--aligner", diagonal, "--output", output)
    result = run(*named, "--with", "de-AT", "--limit", 1)
    assert result.exit_code == 0, result.output
    table = json.loads(output.read_text())
    assert (table["center"], table["languages"]) == ("de", ["de", "en"])
    assert [pair["n_sentences"] for pair in table["pairs"]] == [1, 1]
    result = run(*named, "--with", "pt")
    assert result.exit_code == 1 and "no sentence in pt" in result.output


def test_pretrained_model(corpus: Path, tmp_path: Path, diagonal: str) -> None:
    output = tmp_path / "out.json"
    found = {}
    for threshold in (0, 1):
        result = run(
            *("xx_xoie_sm", corpus, "--aligner", diagonal, "--threshold", threshold),
            *("--output", output, "--facts", "minimal"),
        )
        assert result.exit_code == 0, result.output
        pairs = json.loads(output.read_text())["pairs"]
        found[threshold] = sum(pair["n_reference"] for pair in pairs)
    assert found[0] > found[1]


def test_faults(corpus: Path) -> None:
    result = run("xx_xoie_sm", corpus, "--aligner", "unknown")
    assert result.exit_code == 1
    assert "There is no aligner 'unknown'" in result.output
    detector = "spacy-xoie.LangidDetector.v1"
    result = run("xx_xoie_sm", corpus, "--aligner", detector)
    assert result.exit_code == 1
    assert "no aligner" in result.output


def test_language_that_spacy_has_no_class_for(
    corpus: Path, tmp_path: Path, diagonal: str
) -> None:
    (tmp_path / "news.cy.txt").write_text("Agorodd y cyngor lyfrgell newydd.\n")
    output = tmp_path / "out.json"
    result = run(
        *("xx_xoie_sm", corpus, tmp_path / "news.cy.txt", "--aligner", diagonal),
        *("--with", "en", "--output", output),
    )
    assert result.exit_code == 0, result.output
    assert json.loads(output.read_text())["languages"] == ["en", "de", "cy"]
