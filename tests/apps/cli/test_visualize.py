"""The command that draws triples of texts and files."""

from pathlib import Path

import pytest
import srsly
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.cli import app


def stored(path: Path) -> str:
    doc = Doc(Vocab(), words=["Ann", "met", "<script>"])
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), language="en")])
    DocBin(docs=[doc]).to_disk(path)
    return str(path)


@pytest.mark.parametrize("style", ["spans", "arcs", "table", "graph"])
def test_stored_docs_are_drawn_as_they_are(tmp_path: Path, style: str) -> None:
    page = tmp_path / "out" / "page.html"
    source = stored(tmp_path / "a.spacy")
    args = ["visualize", source, "--style", style, "-o", str(page), "--title", "<i>"]
    result = CliRunner().invoke(app, args)
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf8")
    assert "Ann" in text and "<title>&lt;i&gt;</title>" in text
    # The graph has two scripts of its own.
    assert text.count("<script") == (2 if style == "graph" else 0)


def test_texts_and_files_are_read_and_a_bad_line_costs_only_itself(
    tmp_path: Path, trained: Language
) -> None:
    trained.to_disk(tmp_path / "model")
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "a.txt").write_text("Anna has recently met Ben in Rome .")
    lines = ['{"text": "The museum bought three paintings .", "id": "m"}', "{", "[]"]
    (folder / "b.jsonl").write_text("\n".join(lines))
    args = ["visualize", str(folder), "Good morning !", "-", "-s", "table"]
    args += ["--model", str(tmp_path / "model")]
    result = CliRunner().invoke(app, args, input="Der Rat lehnte den Plan ab .")
    assert result.exit_code == 3
    for word in ("a.txt", "in Rome", "three paintings", "lehnte ab"):
        assert word in result.stdout
    assert "b.jsonl:2: " in result.stderr and "b.jsonl:3: " in result.stderr


def test_standard_input_need_not_be_named(tmp_path: Path, trained: Language) -> None:
    trained.to_disk(tmp_path / "model")
    args = ["visualize", "-s", "table", "--model", str(tmp_path / "model")]
    result = CliRunner().invoke(app, args, input="Der Rat lehnte den Plan ab .")
    assert result.exit_code == 0 and "lehnte ab" in result.stdout


def test_given_translations_are_drawn_beside_the_texts(
    tmp_path: Path, trained: Language
) -> None:
    trained.to_disk(tmp_path / "model")
    base = ["visualize", "The museum bought three paintings .", "-s", "projection"]
    base += ["--model", str(tmp_path / "model"), "--target", "de"]
    good = [*base, "--translation", "Das Museum kaufte drei Bilder ."]
    result = CliRunner().invoke(app, good)
    assert result.exit_code == 0, result.output
    assert "Das Museum kaufte" in result.stdout and "<svg" in result.stdout
    result = CliRunner().invoke(app, [*good, "--translation", "Noch einer ."])
    assert result.exit_code == 1 and "2 translations" in result.stderr
    result = CliRunner().invoke(app, base)
    assert result.exit_code == 3 and "xoie_projector" in result.stderr


@pytest.mark.parametrize(
    "args, message",
    [
        (["missing.txt"], "There is no file or folder 'missing.txt'"),
        (["x", "--style", "projection"], "needs --target"),
        (["x", "--translation", "y"], "--style projection"),
    ],
)
def test_what_cannot_work_is_one_line(args: list[str], message: str) -> None:
    result = CliRunner().invoke(app, ["visualize", *args])
    assert result.exit_code == 1
    assert message in result.stderr and result.stderr.count("\n") == 1


def test_docs_without_triples_and_damaged_ones_are_named(tmp_path: Path) -> None:
    DocBin(docs=[Doc(Vocab(), words=["Ann"])]).to_disk(tmp_path / "a.spacy")
    (tmp_path / "b.spacy").write_bytes(b"no docs")
    srsly.write_json(tmp_path / "c.json", {})
    for name, message in (
        ("a.spacy", "have no triples"),
        ("b.spacy", "cannot be read"),
        ("c.json", "no known kind"),
    ):
        result = CliRunner().invoke(app, ["visualize", str(tmp_path / name)])
        assert result.exit_code == 1 and message in result.stderr
