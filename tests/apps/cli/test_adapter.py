"""`spacy xoie adapter`: a language goes in and out of a model by commands."""

import json
from pathlib import Path
from typing import Any, List

import pytest
import spacy
from click.testing import Result
from conftest import TINY_MODEL, TOKENIZER, make_example
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.util import fix_random_seed
from thinc.api import Config
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app
from spacy_xoie.extraction.pretrained import META, load_model, save_model
from spacy_xoie.loading import load

SUBJECTS = ["De stad", "De raad", "Het dorp", "De bank"]
OBJECTS = ["het huis", "een brug", "de weg", "het plan", "een park", "de muur"]
TEXTS = ["Anna has met the friends of Ben.", "Der Rat lehnte den Plan ab."]
DUTCH = "De raad heeft gisteren een nieuwe brug over de weg gekocht ."
QUICK = ["--few", "0", "--epochs", "8", "--learn-rate", "0.02", "--max-tokens", "100"]


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(app, ["adapter", *map(str, arguments)])


def done(*arguments: Any) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def refused(*arguments: Any) -> str:
    result = run(*arguments)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def found(nlp: Language) -> List[Any]:
    return [
        [(t.as_tuple(), t.score, t.adapter) for t in doc._.triples]
        for doc in nlp.pipe(TEXTS)
    ]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    docs = []
    for subject in SUBJECTS:
        for object_ in OBJECTS:
            text = f"{subject} heeft {object_} gekocht ."
            triples = [(subject, "heeft|gekocht", [object_])]
            docs.append(make_example(nlp, text, "nl", triples).reference)
    path = tmp_path_factory.mktemp("corpus") / "nl.spacy"
    DocBin(docs=docs).to_disk(path)
    return path


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory, trained_bytes: bytes) -> Path:
    fix_random_seed(0)
    bank = {**TINY_MODEL["bank"], "targets": ["mix", "convolution"]}  # type: ignore[dict-item]
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": {**TINY_MODEL, "bank": bank}})
    examples = [
        make_example(nlp, "Anna has met Ben .", "en", [("Anna", "has|met", ["Ben"])]),
        make_example(nlp, "Eva kauft ein Haus .", "de", [("Eva", "kauft", ["ein"])]),
    ]
    optimizer = nlp.initialize(lambda: examples)
    pipe: Any = nlp.get_pipe("xoie")
    pipe.set_stage("all")
    optimizer.learn_rate = 0.01
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    path = tmp_path_factory.mktemp("model") / "pipeline"
    nlp.to_disk(path)
    return path


@pytest.fixture(scope="module")
def with_dutch(
    pipeline: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    output = tmp_path_factory.mktemp("added") / "pipeline"
    told = done(
        "add", "nl", "--model", pipeline, "--corpus", corpus, "--output", output, *QUICK
    )
    assert "nl from 14 docs" in told and "on 10 development docs triple_f" in told
    return output


def test_added_language_is_detected_and_served(
    pipeline: Path, with_dutch: Path
) -> None:
    before, after = spacy.load(pipeline), spacy.load(with_dutch)
    assert found(after) == found(before)
    doc = after(DUTCH)
    assert doc._.language == "nl"
    assert {triple.adapter for triple in doc._.triples} == {"nl"}


def test_list(with_dutch: Path) -> None:
    told = done("list", "--model", with_dutch)
    rows = told.split("MB")
    assert "en trained with the base 2 0.00" in rows[0]
    assert "nl added 2" in rows[2]
    assert "triple_f" in rows[3] and "→" in rows[3]


def test_remove_and_rename(with_dutch: Path, tmp_path: Path) -> None:
    done("remove", "de", "--model", with_dutch, "--output", tmp_path / "a")
    assert spacy.load(tmp_path / "a").get_pipe("xoie").languages == ("en", "nl")  # type: ignore[attr-defined]
    told = done(
        "rename", "nl", "xq", "--model", tmp_path / "a", "--output", tmp_path / "b"
    )
    assert "does not detect 'xq'" in told
    assert spacy.load(tmp_path / "b").get_pipe("xoie").languages == ("en", "xq")  # type: ignore[attr-defined]


def test_export_and_import(pipeline: Path, with_dutch: Path, tmp_path: Path) -> None:
    folder = tmp_path / "nl"
    done("export", "nl", "--model", with_dutch, "--output", folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    assert (config["peft_type"], config["r"]) == ("LORA", 2)
    output = tmp_path / "model"
    told = done("import", folder, "--model", pipeline, "--output", output)
    assert "with nl" in told
    wanted, got = (
        [(t.as_tuple(), t.score) for t in spacy.load(path)(DUTCH)._.triples]
        for path in (with_dutch, output)
    )
    assert got == wanted
    assert "named twice: nl" in refused(
        "import", folder, "--model", output, "--output", tmp_path / "x"
    )
    (folder / "adapter_model.safetensors").write_bytes(b"")
    assert "damaged or cut short" in refused(
        "import", folder, "--model", pipeline, "--output", tmp_path / "x"
    )
    assert not (tmp_path / "x").exists()


def test_pretrained_model_stays_one(
    pipeline: Path, corpus: Path, tmp_path: Path
) -> None:
    nlp = spacy.load(pipeline)
    config = Config({"model": nlp.config["components"]["xoie"]["model"]})
    save_model(nlp.get_pipe("xoie").model, config, tmp_path / "old")  # type: ignore[attr-defined]
    (tmp_path / "old" / META).write_text('{"license": "CC0", "languages": ["en"]}')
    done(
        *("add", "nl", "--model", tmp_path / "old", "--corpus", corpus),
        *("--output", tmp_path / "new", "--start", "de=0.5,en=0.5", *QUICK),
    )
    meta = json.loads((tmp_path / "new" / META).read_text())
    languages = ["en", "de", "nl"]
    assert meta == {"name": "new", "license": "CC0", "languages": languages}
    old, new = (load_model(str(tmp_path / n)).network for n in ("old", "new"))
    assert new.experts == ["en", "de", "nl"]
    state = new.state_dict()
    assert all((state[name] == value).all() for name, value in old.state_dict().items())
    doc = load(str(tmp_path / "new"), "xx")(DUTCH)
    assert doc._.language == "nl"


def test_what_cannot_be_done(pipeline: Path, corpus: Path, tmp_path: Path) -> None:
    output = tmp_path / "x"
    add = ["add", "nl", "--model", pipeline, "--corpus", corpus, "--output", output]
    assert "must be 'nearest', 'none', or like" in refused(*add, "--start", "de=a")
    assert "no adapter 'fr'" in refused(*add, "--start", "fr")
    assert "no docs in 'it'" in refused(*add, "--from-code", "it")
    assert "only in nl" in refused("add", "it", *add[2:])
    assert "epochs is 0" in refused(*add, "--epochs", 0)
    wrong = tmp_path / "wrong.spacy"
    wrong.write_bytes(b"no docs")
    assert "is not a .spacy file" in refused(*add[:5], wrong, *add[6:])
    assert "no extractor called 'x'" in refused(
        "list", "--model", pipeline, "--component", "x"
    )
    assert "tmp/nowhere" in refused("list", "--model", "tmp/nowhere")
    assert not output.exists()
    output.mkdir()
    (output / "kept").touch()
    assert "is there already" in refused(*add)


def test_output_may_be_the_folder_in_which_we_are(
    pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    (folder / ".here.1234.part").mkdir(parents=True)  # of one that was killed
    (tmp_path / "here.part").mkdir()
    (tmp_path / "here.part" / "config.cfg").write_text("of others")
    monkeypatch.chdir(folder)
    rename = ("rename", "de", "nds", "--model", pipeline, "--output", ".")
    done(*rename)
    assert Path.cwd() == folder
    assert "nds" in done("list", "--model", folder)
    assert (tmp_path / "here.part" / "config.cfg").read_text() == "of others"
    assert "is there already" in refused(*rename)


def test_triples_alone_teach_the_default_model_nothing(
    corpus: Path, tmp_path: Path
) -> None:
    told = refused("add", "nl", "--corpus", corpus, "--output", tmp_path / "x")
    assert "convert --format conllu" in told and "24 have triples" in told


def test_records_as_corpus(pipeline: Path, tmp_path: Path) -> None:
    path = tmp_path / "nl.jsonl"
    lines = []
    for number, (subject, object_) in enumerate(
        (s, o) for s in SUBJECTS for o in OBJECTS
    ):
        text = f"{subject} bouwt {object_}."
        verb = len(subject) + 1
        parts = {
            "subject": {"text": subject, "spans": [[0, len(subject)]]},
            "relation": {"text": "bouwt", "spans": [[verb, verb + 5]]},
            "objects": [{"text": object_, "spans": [[verb + 6, len(text) - 1]]}],
        }
        record = {"id": str(number), "language": "nl", "text": text, "triples": [parts]}
        lines.append(json.dumps(record))
    # What is held back teaches nothing.
    held_back = json.dumps({**record, "id": "held back", "split": "test"})
    path.write_text("\n".join([*lines, held_back, "{"]))
    told = done(
        *("add", "nl", "--model", pipeline, "--corpus", path),
        *("--output", tmp_path / "x", "--epochs", "1"),
    )
    assert "Left out" in told and "nl from 24 docs" in told
    assert "in 5-fold cross-validation on them" in told
    assert "1 test records are held back" in told
