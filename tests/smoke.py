"""What must work with every version of libraries that setup.cfg allows: the commands
from end to end, on a text or two. `.ci/versions` runs this with the lowest versions and
with the newest ones; the tests proper, with those of constraints.txt, ask more."""

import json
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, List

import pytest
import spacy
from chat_server import ChatServer, in_turn
from conftest import SENTENCES, TINY_MODEL, TOKENIZER, heed_ctrl_c, make_example
from spacy.cli.train import train
from typer.main import get_command
from typer.testing import CliRunner

ROOT = Path(__file__).parents[1]
TEXTS = {
    "en": "Siemens bought a small company in Porto.",
    "de": "Der Rat lehnte den Plan ab.",
}
APP = entry_points(group="spacy_cli")["xoie"].load()


def xoie(*arguments: Any, code: int = 0) -> str:
    result = CliRunner().invoke(APP, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


@pytest.fixture
def news(tmp_path: Path) -> Path:
    (tmp_path / "news").mkdir()
    for language, text in TEXTS.items():
        (tmp_path / "news" / f"{language}.txt").write_text(text)
    return tmp_path / "news"


def test_texts_in_two_languages(news: Path, tmp_path: Path) -> None:
    output = tmp_path / "triples.jsonl"
    command = [sys.executable, "-m", "spacy", "xoie", "extract", str(news)]
    subprocess.run([*command, "--format", "jsonl", "--output", output], check=True)
    records = map(json.loads, output.read_text().splitlines())
    relations = {
        record["language"]: record["triples"][0]["relation"]["text"]
        for record in records
    }
    assert relations == {"en": "bought", "de": "lehnte ab"}
    assert "lehnte ab" in xoie("extract", TEXTS["de"])


def test_pipeline_by_name() -> None:
    doc = spacy.load("xx_xoie_sm")(TEXTS["de"])
    assert doc._.triples[0].relation.text == "lehnte ab"


def test_every_command_explains_itself() -> None:
    for name in get_command(APP).commands:
        assert "Usage" in xoie(name, "--help")
    xoie("doctor", "--json")


def test_graphs_and_questions(news: Path, tmp_path: Path) -> None:
    assert "<graphml" in xoie("extract", news, "--format", "graphml")
    assert "lehnte" in xoie("extract", news, "--format", "rdf")
    store = tmp_path / "news.store"
    xoie("store", news, "--store", store)
    assert "Siemens" in xoie("ask", store, "acquisitions", "--format", "json")


def test_server() -> None:
    command = [sys.executable, "-m", "spacy", "xoie", "serve", "--no-translator"]
    server = subprocess.Popen(
        [*command, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=heed_ctrl_c,
    )
    too_long = threading.Timer(120, server.kill)
    too_long.start()
    try:
        assert server.stdout is not None
        lines: List[str] = []
        address = None
        for line in server.stdout:
            lines.append(line)
            if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        assert address, lines
        request = urllib.request.Request(
            f"{address[0]}/api/extract",
            json.dumps({"text": TEXTS["de"]}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as reply:
            answer = json.load(reply)
        assert answer["triples"][0]["relation"]["text"] == "lehnte ab"
        server.send_signal(signal.SIGINT)
        server.stdout.read()
        assert server.wait(60) == 0
    finally:
        too_long.cancel()
        server.kill()
        server.wait()


def test_corpus_and_training(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for language in TEXTS:
        lines = (ROOT / f"assets/corpus/{language}.jsonl").read_text().splitlines()
        (corpus / f"{language}.jsonl").write_text("\n".join(lines[:8]) + "\n")
    xoie("validate", corpus)
    xoie("convert", corpus, tmp_path)
    overrides = {
        "paths.train": str(tmp_path / "train.spacy"),
        "paths.dev": str(tmp_path / "train.spacy"),
        "training.max_steps": 2,
        "training.eval_frequency": 2,
    }
    train(ROOT / "configs/sm_stage1.cfg", tmp_path / "out", overrides=overrides)
    model = tmp_path / "out" / "model-last"
    assert "all" in xoie("evaluate", model, tmp_path / "train.spacy")
    xoie("gates", model, corpus, "--plot", tmp_path / "gates.png")
    record = json.loads(lines[0])
    del record["text"]
    (corpus / "de.jsonl").write_text(json.dumps(record) + "\n")
    assert "de.jsonl:1" in xoie("validate", corpus, code=1)


def test_treebank_in_simplified_characters(tmp_path: Path) -> None:
    rows = [
        "1\t貓\t_\tNOUN\t_\t_\t2\tnsubj\t_\t_",
        "2\t吃\t_\tVERB\t_\t_\t0\troot\t_\t_",
    ]
    rows.append("3\t魚\t_\tNOUN\t_\t_\t2\tobj\t_\tSpaceAfter=No")
    (tmp_path / "zh_a-ud-train.conllu").write_text("\n".join(rows) + "\n\n")
    options = ["--format", "conllu", "--simplify", 1, "--dev-share", 0]
    xoie("convert", tmp_path, tmp_path / "out", *options)
    docs = spacy.tokens.DocBin().from_disk(tmp_path / "out" / "train.spacy")
    doc = next(docs.get_docs(spacy.blank("xx").vocab))
    assert "".join(doc.text.split()) == "猫吃鱼"
    assert len(doc._.triples) == 1


def annotate(config: str, folder: Path, *lines: str, **settings: Any) -> Path:
    (folder / "texts.txt").write_text("\n".join(lines))
    settings = {"input.path": folder / "texts.txt", **settings}
    options = [f"--{name}={value}" for name, value in settings.items()]
    output = folder / "annotated"
    path = ROOT / "configs/annotation" / config
    xoie("annotate", path, "--output", output, *options)
    return output


def test_near_duplicates(tmp_path: Path) -> None:
    text = "The museum in the old harbour bought three paintings of a young artist"
    output = annotate("annotate.cfg", tmp_path, f"{text}.", f"{text}!")
    assert "near duplicate" in (output / "report.md").read_text()


def test_language_model(tmp_path: Path) -> None:
    text = "The crew has repaired the mast of the old ship."
    answer = json.dumps([["the crew", "had repaired", "the mast of an old ship"]])
    with ChatServer(in_turn(answer)) as server:
        settings = {"teacher.client.base_url": server.url, "teacher.fuzzy": 0.8}
        output = annotate("llm.cfg", tmp_path, text, **settings)
    assert "(The crew; has repaired;" in (output / "sheet.md").read_text()


def test_adapters_are_those_of_peft(tmp_path: Path) -> None:
    from peft import PeftConfig

    xoie("adapter", "export", "de", "--output", tmp_path / "de")
    assert PeftConfig.from_pretrained(str(tmp_path / "de")).r > 0
    options = ["--name", "nl", "--output", tmp_path / "model"]
    xoie("adapter", "import", tmp_path / "de", *options)


def test_transformer(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel, BertTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = [word.lower() for text, _, _ in SENTENCES for word in text.split()]
    (tmp_path / "vocab.txt").write_text("\n".join(dict.fromkeys([*special, *words])))
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    sizes = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    config = BertConfig(vocab_size=100, num_attention_heads=2, **sizes)
    BertModel(config).save_pretrained(tmp_path)
    architecture = "spacy-xoie.TransformerEncoder.v1"
    encoder = {"@architectures": architecture, "name": str(tmp_path)}
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie", config={"model": {**TINY_MODEL, "encoder": encoder}})
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    optimizer = nlp.initialize(lambda: data)
    assert nlp.update(data, sgd=optimizer)["xoie"] > 0
    nlp.to_disk(tmp_path / "model")
    spacy.load(tmp_path / "model")(SENTENCES[0][0])


def test_wheel(tmp_path: Path) -> None:
    xoie("package", "de", "--out", tmp_path)
    xoie("try-wheels", tmp_path, ROOT / "assets/sample.json")
