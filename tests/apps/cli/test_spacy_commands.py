"""Every command of spaCy's that takes a pipeline or its config takes ours, too."""

from pathlib import Path
from typing import Any, Callable, List

import pytest
import spacy
import srsly
from conftest import SENTENCES, make_example
from spacy.cli._util import app
from spacy.tokens import DocBin
from typer.testing import CliRunner

import spacy_xoie  # noqa: F401
from spacy_xoie import get_triples

Run = Callable[..., str]


@pytest.fixture(scope="module")
def folder(trained_bytes: bytes, tmp_path_factory: Any) -> Path:
    """A trained pipeline, data and texts."""
    from conftest import TINY_MODEL, TOKENIZER

    place: Path = tmp_path_factory.mktemp("commands")
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": TINY_MODEL})
    nlp.from_bytes(trained_bytes)
    nlp.to_disk(place / "model")
    gold = [make_example(nlp, *sentence).reference for sentence in SENTENCES]
    DocBin(docs=gold).to_disk(place / "gold.spacy")
    DocBin(docs=gold * 20).to_disk(place / "many.spacy")
    srsly.write_jsonl(place / "texts.jsonl", [{"text": doc.text} for doc in gold])
    return place


@pytest.fixture
def run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command of spaCy's; words in capitals are places."""
    names = {
        "MODEL": folder / "model",
        "CONFIG": folder / "model" / "config.cfg",
        "GOLD": folder / "gold.spacy",
        "MANY": folder / "many.spacy",
        "RECORDS": folder / "texts.jsonl",
        "OUT": tmp_path / "out",
    }
    monkeypatch.chdir(tmp_path)

    def call(command: str, *arguments: str) -> str:
        words = [str(names.get(word, word)) for word in command.split()]
        result = CliRunner().invoke(app, [*words, *arguments])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.output

    return call


DATA = "--paths.train GOLD --paths.dev GOLD"


@pytest.mark.parametrize("command", ["evaluate", "benchmark accuracy"])
def test_accuracy(run: Run, command: str, tmp_path: Path) -> None:
    run(f"{command} MODEL GOLD --output scores.json --per-component")
    scores = srsly.read_json(tmp_path / "scores.json")
    assert scores["xoie"]["xoie_triple_f"] == 1.0


def test_speed(run: Run) -> None:
    command = "benchmark speed MODEL GOLD --batches 30 --batch-size 4 --warmup 0"
    assert "Mean:" in run(command)


def test_find_threshold(run: Run) -> None:
    output = run("find-threshold MODEL GOLD xoie threshold xoie_triple_f --n_trials 3")
    rows = [line.split() for line in output.splitlines() if line[:1].isdigit()]
    scores = {float(threshold): float(score) for threshold, score in rows}
    assert set(scores) == {0.0, 0.5, 1.0}
    assert scores[0.5] > scores[1.0] == 0.0


def test_debug_data(run: Run) -> None:
    output = run("debug data CONFIG --paths.train MANY --paths.dev GOLD --verbose")
    assert "120 training docs" in output


def test_debug_config(run: Run) -> None:
    # `--show-functions` fails on pipelines of spaCy's own, too.
    assert "Config is valid" in run(f"debug config CONFIG {DATA} --show-variables")


def test_debug_profile(run: Run) -> None:
    assert "component.py" in run("debug profile MODEL RECORDS")


def test_debug_model(run: Run) -> None:
    for step in "", " -P0 -P1 -P2 -P3":
        assert run(f"debug model CONFIG xoie {DATA}{step}")


@pytest.mark.parametrize("processes", [1, 2])
def test_apply(run: Run, processes: int, tmp_path: Path) -> None:
    run(f"apply MODEL RECORDS done.spacy --n-process {processes} --force")
    vocab = spacy.blank("xx").vocab
    docs: List[Any] = list(DocBin().from_disk(tmp_path / "done.spacy").get_docs(vocab))
    found = [len(get_triples(doc)) for doc in docs]
    assert found == [len(triples) for _, _, triples in SENTENCES]


def test_assemble(run: Run, tmp_path: Path, folder: Path) -> None:
    config = spacy.util.load_config(folder / "model" / "config.cfg")
    for name in ("xoie", "xoie_lang"):
        config["components"][name] = {"source": str(folder / "model")}
    config.to_disk(tmp_path / "sourced.cfg")
    run("assemble sourced.cfg OUT")
    assert spacy.load(tmp_path / "out")(SENTENCES[0][0])._.triples


def test_info(run: Run) -> None:
    assert "'xoie_lang', 'xoie'" in run("info MODEL")


def test_fill_config(run: Run, tmp_path: Path) -> None:
    (tmp_path / "base.cfg").write_text(
        '[nlp]\nlang = "xx"\npipeline = ["xoie"]\n'
        '[components]\n[components.xoie]\nfactory = "xoie"\n'
    )
    run("init fill-config base.cfg filled.cfg")
    config = spacy.util.load_config(tmp_path / "filled.cfg")
    assert config["components"]["xoie"]["threshold"] == 0.1


def test_train(run: Run, tmp_path: Path) -> None:
    run(f"train CONFIG --output OUT {DATA} --training.max_steps 2")
    assert (tmp_path / "out" / "model-last").is_dir()


def test_package(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    run("package MODEL OUT --build none --name tiny")
    meta = next((tmp_path / "out").glob("*/meta.json"))
    requirements = srsly.read_json(meta)["requirements"]
    assert any(line.startswith("spacy-xoie") for line in requirements), requirements


def test_settings_are_stored_in_the_config_alone(folder: Path) -> None:
    """Those that a user gives when loading hold; spaCy's own `cfg` would undo them."""
    settings = {"components.xoie.threshold": 0.9, "components.xoie.max_triples": 3}
    pipe = spacy.load(folder / "model", config=settings).get_pipe("xoie")
    assert (pipe.threshold, pipe.max_triples) == (0.9, 3)
    assert pipe.cfg["threshold"] == 0.9
