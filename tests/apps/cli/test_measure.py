"""`measure`."""

import json
import shutil
from pathlib import Path

from spacy.tokens import DocBin
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app
from spacy_xoie.extraction.pretrained import find_model
from spacy_xoie.loading import load

EXPECTED = {
    "lang": "en",
    "text": "The museum bought three paintings.",
    "expected": [["The museum", "bought", "three paintings"]],
}


def test_figures_are_kept_with_the_model(tmp_path: Path) -> None:
    model = shutil.copytree(find_model("xx_xoie_sm"), tmp_path / "model")
    meta = json.loads((model / "meta.json").read_text())
    meta["by_language"] = {"en": {"trees": 7}}
    (model / "meta.json").write_text(json.dumps(meta))
    (tmp_path / "expected.jsonl").write_text(json.dumps(EXPECTED))
    output = tmp_path / "figures.json"
    command = ["measure", str(model), "--expected", str(tmp_path / "expected.jsonl")]
    result = CliRunner().invoke(app, [*command, "--output", str(output), "--store"])
    assert result.exit_code == 0, result.output
    (row,) = (line for line in result.output.splitlines() if line.startswith("en "))
    assert row.split() == ["en", "–", "–", "–", "1.00", "(1)", "–"]
    figures = {"soft_f": 1.0, "soft_texts": 1}
    assert json.loads(output.read_text()) == {"en": figures}
    assert load(str(model)).meta["by_language"] == {"en": {"trees": 7, **figures}}
    others = json.loads((model / "meta.json").read_text())
    del others["by_language"], meta["by_language"]
    assert others == meta


def test_faults(tmp_path: Path) -> None:
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    result = CliRunner().invoke(
        app, ["measure", "xx_xoie_sm", "--expected", str(empty)]
    )
    assert result.exit_code == 1
    assert "no text with expected triples" in " ".join(result.output.split())
    # Figures are kept with models, not with pipelines.
    DocBin().to_disk(tmp_path / "a.spacy")
    command = [
        "measure",
        str(tmp_path),
        "--train",
        str(tmp_path / "a.spacy"),
        "--store",
    ]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1 and "no pretrained model" in result.output
