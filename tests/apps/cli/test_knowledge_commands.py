"""`store` and `ask`: a folder of text becomes a graph that can be asked."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any, Iterator

import pytest
from spacy.language import Language
from typer.testing import CliRunner

import spacy_xoie.loading as loading
from spacy_xoie.apps.cli import app

pytest.importorskip("pyoxigraph")


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Runs the commands with a pipeline without a model: "A verb B." is a triple."""
    from spacy_xoie import TokenTriple, set_triples
    from spacy_xoie.doc.blank import multilingual_pipeline

    @Language.component("test_reader", assigns=["doc._.triples"])
    def read(doc: Any) -> Any:
        found = [TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), 0.5, "en")]
        set_triples(doc, found if len(doc) > 2 else [], language="en")
        return doc

    def pipeline(*settings: object) -> Language:
        nlp = multilingual_pipeline()
        nlp.add_pipe("test_reader")
        return nlp

    monkeypatch.setattr(loading, "load", pipeline)
    yield lambda *arguments: CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("Alba bought Berg.")
    (folder / "b.txt").write_text("Ana admires Berg.")
    return folder


@pytest.mark.parametrize("n_process", [1, 2])
def test_a_record_keeps_its_language(
    reader: Any, tmp_path: Path, n_process: int
) -> None:
    path = tmp_path / "t.jsonl"
    records = [{"text": "Alba kaufte Berg.", "language": "de"}, {"text": "A b c."}]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    settings = ["--language", "pt", "--n-process", n_process]
    done = reader("store", path, "--store", tmp_path / "s", *settings)
    assert done.exit_code == 0, done.output
    query = "SELECT ?language { ?d a xoie:Document ; xoie:language ?language }"
    shown = reader("ask", tmp_path / "s", query, "--format", "json")
    assert sorted(row["language"] for row in json.loads(shown.output)) == ["de", "pt"]


def test_store_and_ask(reader: Any, texts: Path, tmp_path: Path) -> None:
    store = tmp_path / "s"
    first = reader("store", texts, "--store", store, "--dump", tmp_path / "s.nq")
    assert first.exit_code == 0, first.output
    assert "2 texts added with 2 triples and 1 facts, 0 were" in " ".join(
        first.output.split()
    )
    dump = (tmp_path / "s.nq").read_bytes()
    again = reader("store", texts, "--store", store, "--dump", tmp_path / "t.nq")
    assert "0 texts added with 0 triples and 0 facts, 2 were" in " ".join(
        again.output.split()
    )
    assert (tmp_path / "t.nq").read_bytes() == dump

    shown = reader("ask", store, "acquisitions")
    assert shown.exit_code == 0, shown.output
    assert shown.output.splitlines()[1].split()[:2] == ["buyer", "bought"]
    assert "Alba" in shown.output and "Alba bought Berg." in shown.output
    as_json = json.loads(reader("ask", store, "facts", "--format", "json").output)
    assert [(row["subject"], row["object"], row["score"]) for row in as_json] == [
        ("Alba", "Berg", 0.5)
    ]
    query = tmp_path / "q.rq"
    query.write_text("SELECT ?t { ?s a xoie:Span ; xoie:text ?t } ORDER BY ?t")
    output = tmp_path / "answer.csv"
    done = reader("ask", store, "--file", query, "--format", "csv", "--output", output)
    assert done.exit_code == 0 and done.output == ""
    with output.open(newline="") as lines:
        cells = [row[0] for row in csv.reader(lines)]
    assert cells[0] == "t" and {"Alba", "Berg", "bought", "Ana"} <= set(cells)
    plain = reader("ask", store, query.read_text(), "--format", "csv").output
    assert [row[0] for row in csv.reader(StringIO(plain))] == cells
    nothing = reader("ask", store, "SELECT ?s { ?s a xoie:Nothing }")
    assert nothing.exit_code == 0 and "no answer" in nothing.output


def test_schema_of_a_file_or_none(reader: Any, texts: Path, tmp_path: Path) -> None:
    schema = tmp_path / "s.toml"
    schema.write_text('[relations.Admiration]\ncues = {en = ["admire"]}')
    store = tmp_path / "s"
    assert reader("store", texts, "--store", store, "--schema", schema).exit_code == 0
    answer = reader("ask", store, "facts", "--format", "json")
    assert [row["relation"] for row in json.loads(answer.output)] == ["Admiration"]
    # Another schema: the texts are read again.
    done = reader("store", texts, "--store", store, "--schema", "none")
    assert "2 texts added" in " ".join(done.output.split())
    assert json.loads(reader("ask", store, "facts", "--format", "json").output) == []
    schema.write_text("[relations.Admiration]\n")
    failed = reader("store", texts, "--store", store, "--schema", schema)
    assert failed.exit_code == 1 and "relations.Admiration" in failed.output
    assert "Traceback" not in failed.output


def test_bad_texts_are_named(reader: Any, texts: Path, tmp_path: Path) -> None:
    (texts / "c.txt").write_bytes(b"\xff")
    (texts / "d.jsonl").write_text('{"text": "Ana met Eva."}\n{"txt": ""}\n')
    result = reader("store", texts, "--store", tmp_path / "s")
    assert result.exit_code == 3
    assert "c.txt: this is not UTF-8" in result.output
    assert "d.jsonl:2: text: this must be a text" in result.output
    assert "3 texts added" in " ".join(result.output.split())


def test_records_are_known_by_their_file(tmp_path: Path, reader: Any) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    for name in ("a.jsonl", "deep/b.jsonl"):
        lines = ['{"text": "Alba bought Berg.", "id": "i"}', '{"text": "A\u2028b c."}']
        (folder / name).write_text("\n".join(lines), encoding="utf8")
    (folder / "c.md").write_text("\ufeffAna met Eva.", encoding="utf8")
    store = tmp_path / "s"
    for path in (folder / "a.jsonl", folder):
        result = reader("store", path, "--store", store)
        assert result.exit_code == 0, result.output
    assert "3 texts added" in " ".join(result.output.split())
    dump = tmp_path / "s.nq"
    reader("store", folder, "--store", store, "--dump", dump)
    content = dump.read_text(encoding="utf8")
    for name in ("a.jsonl:i", "a.jsonl:2", "deep/b.jsonl:i", "deep/b.jsonl:2", "c.md"):
        assert f'in/{name}"' in content


def test_one_line_says_what_is_wrong(reader: Any, texts: Path, tmp_path: Path) -> None:
    store, none = tmp_path / "s", tmp_path / "none"
    assert reader("store", texts, "--store", store).exit_code == 0
    for arguments, message in (
        (("ask", none, "facts"), "There is no store in"),
        (("store", none, "--store", none), "There is no file or folder"),
        (("ask", store, "nonsense"), "no prepared query 'nonsense'"),
        (("ask", store, "SELECT {"), "no SPARQL"),
        (("ask", store, "SELECT * { SERVICE <u:x> {} }"), "--remote"),
        (("ask", store, "facts", "--file", __file__), "not both"),
    ):
        result = reader(*arguments)
        assert result.exit_code == 1
        assert message in result.output and "Traceback" not in result.output
        assert result.output.count("\n") == 1
    assert not none.exists()


def test_without_a_query_the_prepared_ones_are_listed(reader: Any) -> None:
    result = reader("ask", "anything")
    assert result.exit_code == 0
    assert "acquisitions: Who acquired whom, in any language" in result.output


def test_standard_input_need_not_be_named(reader: Any, tmp_path: Path) -> None:
    store = tmp_path / "s"
    done = CliRunner().invoke(app, ["store", "--store", str(store)], input="A b c.")
    assert done.exit_code == 0 and "1 texts added" in " ".join(done.output.split())
