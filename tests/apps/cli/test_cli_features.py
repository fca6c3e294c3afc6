"""The draft of a language's features, and the report, from the command line."""

from pathlib import Path

import pytest
import srsly
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app
from spacy_xoie.syntax.languages import features_from

TREEBANK = """\
# text = nu lie bo lib
1\tnu\t_\tPART\t_\tPolarity=Neg\t2\tadvmod\t_\t_
2\tlie\t_\tVERB\t_\t_\t0\troot\t_\t_
3\tbo\t_\tPROPN\t_\t_\t2\tnsubj\t_\t_
4\tlib\t_\tNOUN\t_\t_\t2\tobj\t_\t_

"""


@pytest.fixture
def treebank(tmp_path: Path) -> Path:
    path = tmp_path / "fi_own-ud-train.conllu"
    path.write_text(TREEBANK * 25, encoding="utf8")
    return path


def test_draft_and_report(treebank: Path, tmp_path: Path) -> None:
    output = tmp_path / "features.json"
    srsly.write_json(output, {"sv": {"features": {"negations": ["inte"]}}})
    result = CliRunner().invoke(
        app, ["features", str(treebank), "--output", str(output), "--examples", "1"]
    )
    assert result.exit_code == 0, result.output
    assert "negations: nu" in result.output
    assert "bo | nu lie | lib" in result.output
    assert result.output.count("nu lie bo lib") == 1
    entries = srsly.read_json(output)
    assert entries["fi"]["treebanks"] == ["fi_own"]
    assert entries["fi"]["sentences"] == 25
    assert features_from(entries["fi"]["features"]).negations == {"nu"}
    assert entries["sv"]["features"] == {"negations": ["inte"]}


def test_what_cannot_be_read(treebank: Path, tmp_path: Path) -> None:
    nameless = treebank.rename(tmp_path / "corpus.conllu")
    result = CliRunner().invoke(app, ["features", str(nameless)])
    assert result.exit_code == 1 and "--language" in result.output
    nameless.write_text("no tree\n", encoding="utf8")
    result = CliRunner().invoke(app, ["features", str(nameless), "-l", "fi"])
    assert result.exit_code == 1 and "no sentence" in result.output
