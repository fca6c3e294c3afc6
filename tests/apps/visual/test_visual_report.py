"""One page of a run of the project."""

import os
from pathlib import Path
from typing import Any, Dict

import numpy as np
import pytest
import srsly
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab
from typer.testing import CliRunner

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.cli import app
from spacy_xoie.apps.visual.report import report_html
from spacy_xoie.doc.languages import set_language
from spacy_xoie.errors import DataError
from spacy_xoie.evaluation.curves import CurveScore, precision_recall_curve
from spacy_xoie.evaluation.gates import tabulate_gates

LEVELS = ("predicate", "argument", "triple")


def write_run(folder: Path) -> None:
    """What a finished run leaves behind."""
    docs = []
    for language in ("en", "en", "ar"):
        doc = Doc(Vocab(), words=["a", "b", "c"])
        set_language(doc, language)
        set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),))] * 2)
        docs.append(doc)
    (folder / "corpus").mkdir(parents=True)
    DocBin(docs=docs).to_disk(folder / "corpus" / "train.spacy")
    model = folder / "training" / "sm" / "stage1" / "model-best"
    model.mkdir(parents=True)
    performance = {f"xoie_{level}_f": 0.25 for level in LEVELS}
    srsly.write_json(model / "meta.json", {"performance": performance})
    lines = [
        {
            "epoch": 0,
            "step": step,
            "losses": {"xoie": 3.0 - step},
            "scores": {f"xoie_{level}_f": 10.0 * step for level in LEVELS},
            "score": step / 10,
        }
        for step in range(3)
    ]
    srsly.write_jsonl(model.parent / "log.jsonl", lines)
    curve = precision_recall_curve([True, False, True], [0.9, 0.5, 0.4], 4)
    scores = {level: {"p": 0.5, "r": 0.25, "f": 1 / 3} for level in LEVELS}
    metrics: Dict[str, Any] = {
        "xoie_per_language": {"<b>en</b>": scores},
        "n_docs": 3,
        "curves": {"en": curve.to_record()},
    }
    gates = {"en": [np.array([[1.0, 0.0]])], "ar": [np.array([[0.25, 0.75]])]}
    table = tabulate_gates(gates, ["en", "ar"])
    (folder / "metrics").mkdir()
    srsly.write_json(folder / "metrics" / "test.json", metrics)
    srsly.write_json(folder / "metrics" / "gates.json", table.to_dict())


def test_whole_run_has_all_pictures_and_nothing_missing(tmp_path: Path) -> None:
    write_run(tmp_path / "run")
    page, missing = report_html(tmp_path / "run")
    assert not missing
    assert page.count("<img ") == page.count("data:image/svg+xml;base64,") == 4
    assert '<td>en</td><td class="number">2</td><td class="number">66.7</td>' in page
    assert '<td class="number">0.75</td>' in page
    assert "<b>" not in page and "&lt;b&gt;en" in page


def test_what_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "corpus" / "dev.spacy").write_bytes(b"no docs")
    log = tmp_path / "training" / "sm" / "stage1" / "log.jsonl"
    log.write_text(log.read_text() + "{\n")
    os.utime(log, (1, 1))
    (tmp_path / "metrics" / "gates.json").unlink()
    (tmp_path / "metrics" / "bad.json").write_text('{"layers": [{}]}')
    (tmp_path / "metrics" / "old.json").write_text('{"xoie_per_language": {}}')
    (tmp_path / "metrics" / "other.json").write_text("{}")
    page, missing = report_html(tmp_path)
    text = "\n".join(missing)
    for message in (
        "corpus/dev.spacy cannot be read",
        "line 4 is damaged",
        "older than the model",
        "metrics/bad.json cannot be read",
        "metrics/old.json has scores, but no curves",
        "metrics/other.json is of no kind",
        "There are no gates",
    ):
        assert message in text
    assert page.count("<li>") == len(missing) == 7
    assert page.count("<img ") == 3


def test_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing of a run"):
        report_html(tmp_path)
    with pytest.raises(DataError, match="no folder"):
        report_html(tmp_path / "nowhere")


def test_command_writes_the_page_and_tells_what_is_missing(tmp_path: Path) -> None:
    write_run(tmp_path)
    (tmp_path / "metrics" / "gates.json").unlink()
    result = CliRunner().invoke(app, ["report", str(tmp_path)])
    assert result.exit_code == 0
    assert "There are no gates" in result.output
    assert "<h1>" in (tmp_path / "metrics" / "report.html").read_text("utf8")
    result = CliRunner().invoke(app, ["report", str(tmp_path / "nowhere")])
    assert result.exit_code == 1 and result.stderr.count("\n") == 1


def test_curve_is_read_back_as_it_was_written() -> None:
    rng = np.random.default_rng(0)
    curve = precision_recall_curve(list(rng.random(900) < 0.5), rng.random(900), 600)
    record = srsly.json_loads(srsly.json_dumps(curve.to_record(max_points=50)))
    back = CurveScore.from_record(record)
    assert len(back.points) == 50 and back.f1 == pytest.approx(curve.f1)
    assert back.points[0].recall == pytest.approx(curve.points[0].recall, abs=1e-4)
    assert back.points[-1].recall == pytest.approx(curve.points[-1].recall, abs=1e-4)
    for damaged in ({}, {**record, "points": [[1]]}, {**record, "f1": None}):
        with pytest.raises(DataError, match="not a curve"):
            CurveScore.from_record(damaged)
