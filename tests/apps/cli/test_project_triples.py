"""`spacy xoie project-triples`: every triple is carried over, or said why not."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest
from spacy.language import Language
from spacy.tokens import DocBin
from typer.testing import CliRunner, Result

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.cli import app

TEXTS = ["The council built a bridge .", "Anna met Ben ."]
SPANISH = ["El consejo construyó un puente .", "Ana vio a Ben ."]
PARTS = [(((0, 2),), ((2, 3),), ((3, 5),)), (((0, 1),), ((1, 2),), ((2, 3),))]


def run(*arguments: Any) -> Result:
    given = ["project-triples", *map(str, arguments)]
    return CliRunner().invoke(app, given)


@pytest.fixture
def files(tmp_path: Path, blank: Language) -> Path:
    docs = []
    for text, (subject, relation, target) in zip(TEXTS, PARTS, strict=True):
        doc = blank.make_doc(text)
        triple = TokenTriple(subject, relation, (target,), score=0.5, language="en")
        set_triples(doc, [triple], language="en")
        docs.append(doc)
    DocBin(docs=docs).to_disk(tmp_path / "en.spacy")
    pairs = zip(TEXTS, SPANISH, strict=True)
    (tmp_path / "en-es.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in pairs))
    return tmp_path


def options(files: Path) -> List[Any]:
    return ["--target", "es", "--translations", files / "en-es.tsv", "-l", "en"]


def records(path: Path) -> List[Dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_docs_with_triples(files: Path) -> None:
    output = files / "es.jsonl"
    result = run(files / "en.spacy", *options(files), "-o", output)
    assert result.exit_code == 0, result.output
    for record, text, spanish in zip(records(output), TEXTS, SPANISH, strict=True):
        assert (record["language"], record["text"]) == ("es", spanish)
        assert record["source"]["text"] == text
        (original,) = record["source"]["triples"]
        told = [*record["triples"], *record["refused"]]
        assert [each["original"] for each in told] == [original["id"]]
    (triple,) = records(output)[0]["triples"]
    assert triple["relation"]["text"] == "construyó" and triple["alignment"] > 0
    assert "kept" in result.stdout
    # What was written is a file of docs with triples itself, and the run is done.
    again = run(files / "en.spacy", *options(files), "-o", output)
    assert "2 were there before" in again.stderr and len(records(output)) == 2
    back = (
        *options(files)[2:4],
        "-l",
        "es",
        "--target",
        "en",
        "-o",
        files / "en.jsonl",
    )
    assert run(output, *back).exit_code == 0
    assert {r["untranslated"]["reason"] for r in records(files / "en.jsonl")} == {
        "no translation given"
    }


def test_table_tells_the_fate_of_each(files: Path) -> None:
    lines = [
        {"id": "a", "language": "en", "text": TEXTS[0], "triples": []},
        {"id": "b", "language": "en", "text": "Nobody knows .", "triples": []},
        {"id": "c", "language": "en", "text": "x", "triples": [{"subject": 1}]},
        {"id": "d", "language": "es", "text": SPANISH[0], "triples": []},
    ]
    path = files / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    result = run(path, files / "en.spacy", *options(files))
    assert result.exit_code == 3
    assert "a: no triples" in result.stdout
    assert "b: not translated: no translation given" in result.stdout
    assert "d: not translated: is in the target language" in result.stdout
    assert "construyó; un puente" in result.stdout
    assert f"Left out: {path}:3: triples.0" in result.stderr


def test_raw_text_and_config(files: Path) -> None:
    config = files / "projector.cfg"
    config.write_text(
        '[projector]\ntarget = "es"\n\n[projector.translator]\n'
        '@misc = "spacy-xoie.PrecomputedTranslator.v1"\n'
        f'path = "{files}/en-es.tsv"\n'
    )
    result = run(TEXTS[0], "--config", config, "-l", "en", "-o", "-")
    assert result.exit_code == 0, result.output
    (record,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert record["id"] == "text:1" and record["text"] == SPANISH[0]
    assert len(record["triples"]) + len(record["refused"]) == len(
        record["source"]["triples"]
    )


@pytest.mark.parametrize(
    "arguments, words",
    [
        ([], "--target"),
        (["--target", "es", "--translator", "babel"], "'babel'"),
        (["--target", "tlh"], "Apertium has no translation"),
        (["--target", "es", "--translator", "marian:nowhere"], "nowhere"),
    ],
)
def test_errors_are_one_line(files: Path, arguments: List[str], words: str) -> None:
    result = run(files / "en.spacy", "-q", *arguments)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ") and words in line
