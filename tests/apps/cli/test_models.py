"""`export` and `calibrate`."""

import json
from pathlib import Path

import pytest
import spacy
from conftest import SENTENCES
from spacy.language import Language
from thinc.api import Config
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app
from spacy_xoie.extraction.pretrained import META, load_model, stored_config
from spacy_xoie.loading import load

BENCHIE = """sent_id:1\tAnna kaufte das Boot .
1--> Cluster 1:
Anna --> kaufte --> das Boot

sent_id:2\tDer Rat lehnte den Plan ab .
2--> Cluster 1:
Der Rat --> lehnte nicht ab --> den Plan
"""


@pytest.fixture
def exported(trained: Language, tmp_path: Path) -> Path:
    trained.to_disk(tmp_path / "pipeline")
    # As in configs in which one setting stands for several.
    config = Config().from_disk(tmp_path / "pipeline" / "config.cfg", interpolate=False)
    head = config["components"]["xoie"]["model"]["head"]
    config["paths"]["width"], head["width"] = head["width"], "${paths.width}"
    config.to_disk(tmp_path / "pipeline" / "config.cfg")
    arguments = ["export", str(tmp_path / "pipeline"), str(tmp_path / "model")]
    lists = [[{"name": "Ours", "license": "MIT"}], [{"name": "Theirs"}]]
    for number, rows in enumerate([*lists, lists[0]]):
        path = tmp_path / f"sources{number}.json"
        path.write_text(json.dumps(rows))
        arguments += ["--sources", str(path)]
    result = CliRunner().invoke(app, [*arguments, "--license", "CC0"])
    assert result.exit_code == 0, result.output
    return tmp_path / "model"


def test_export(exported: Path, trained: Language) -> None:
    meta = json.loads((exported / META).read_text())
    assert meta["license"] == "CC0"
    assert meta["sources"] == [{"name": "Ours", "license": "MIT"}, {"name": "Theirs"}]
    assert meta["languages"] == sorted(trained.get_pipe("xoie").languages)
    nlp = spacy.blank("de")
    model = {"@architectures": "spacy-xoie.PretrainedModel.v1", "name": str(exported)}
    nlp.add_pipe("xoie", config={"model": model, "threshold": 0.5})
    assert nlp(SENTENCES[0][0])._.triples is not None


def test_export_of_what_is_no_extractor(trained: Language, tmp_path: Path) -> None:
    trained.to_disk(tmp_path / "pipeline")
    arguments = [str(tmp_path / "pipeline"), str(tmp_path / "x")]
    result = CliRunner().invoke(app, ["export", *arguments, "--component", "xoie_lang"])
    assert result.exit_code == 1
    assert "no extractor" in result.output


@pytest.mark.parametrize("text", ['{"name": "Ours"}', '["Ours"]', '[{"url": "x"}]'])
def test_export_with_what_is_no_list_of_sources(
    text: str, trained: Language, tmp_path: Path
) -> None:
    trained.to_disk(tmp_path / "pipeline")
    (tmp_path / "sources.json").write_text(text)
    arguments = [str(tmp_path / "pipeline"), str(tmp_path / "x")]
    result = CliRunner().invoke(
        app, ["export", *arguments, "--sources", str(tmp_path / "sources.json")]
    )
    assert result.exit_code == 1
    assert "sources.json is no list of sources" in result.output


def test_calibrate(exported: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold_de.txt"
    gold.write_text(BENCHIE, encoding="utf8")
    result = CliRunner().invoke(app, ["calibrate", str(exported), str(gold)])
    assert result.exit_code == 0, result.output
    curve = stored_config(str(exported))["model"]["calibration"]
    assert curve[0][0] == 0 and curve[-1][0] == 1
    assert load_model(str(exported)) is not None


def test_calibrate_on_judged_triples(exported: Path, tmp_path: Path) -> None:
    """A model that predicts no trees gets a curve; benchmarks are reported beside."""
    nlp = load(str(exported), threshold=0.0)
    rows = []
    for text, language, _ in SENTENCES:
        for number, triple in enumerate(nlp(text)._.triples):
            row = {"lang": language, "text": text, "triple": triple.as_tuple()}
            rows.append({**row, "verdict": ("right", "wrong")[number % 2]})
    rows.append({**rows[0], "text": "x", "verdict": "fine"})
    judged, gold = tmp_path / "judged.jsonl", tmp_path / "gold_de.txt"
    judged.write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    gold.write_text(BENCHIE, encoding="utf8")
    result = CliRunner().invoke(
        app, ["calibrate", str(exported), str(judged), str(gold)]
    )
    assert result.exit_code == 0, result.output
    assert "judged.jsonl:" in result.output and "BenchIE" in result.output
    assert stored_config(str(exported))["model"]["calibration"]


def test_calibrate_needs_facts(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "carb.tsv").write_text("A b c .\tb\tA\tc\n")
    result = CliRunner().invoke(
        app, ["calibrate", str(exported), f"carb:{tmp_path / 'carb.tsv'}"]
    )
    assert result.exit_code == 1
    assert "neither judged triples nor" in " ".join(result.output.split())
