"""`convert --format …` and `export-prodigy`."""

import gzip
import json
import sys
from pathlib import Path
from typing import Any, List

import pytest
import spacy
from spacy.tokens import DocBin
from typer.testing import CliRunner, Result

from spacy_xoie.apps.cli import app
from spacy_xoie.corpora import treebanks

OIE2016 = "".join(
    f"{i}\t{word}\tmet\t[1]\t1\t0\t0\t{label}\n"
    for i, (word, label) in enumerate([("Ann", "A0-B"), ("met", "P-B"), ("Bo", "A1-B")])
)
OPENIE4 = json.dumps(
    {
        "sentence": "Ann met Bo",
        "sentence_tokenized": "Ann met Bo",
        "tuples": [{"arg0_pos": [0, 0], "relation_pos": [1, 1], "args_pos": [[2, 2]]}],
    }
)
RECORD = json.dumps(
    {
        "id": "a",
        "language": "en",
        "text": "Ann met Bo",
        "triples": [
            {
                "subject": {"text": "Ann", "spans": [[0, 3]]},
                "relation": {"text": "met", "spans": [[4, 7]]},
                "objects": [{"text": "Bo", "spans": [[8, 10]]}],
            }
        ],
    }
)
CONLLU = "".join(
    f"{i}\t{word}\t_\t{tag}\t_\t_\t{head}\t{label}\t_\t_\n"
    for i, word, tag, head, label in [
        (1, "Ann", "PROPN", 2, "nsubj"),
        (2, "met", "VERB", 0, "root"),
        (3, "Bo", "PROPN", 2, "obj"),
    ]
)


def run(*args: Any) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


def triples(path: Path) -> List[str]:
    docs = DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab)
    return [str(triple) for doc in docs for triple in doc._.triples]


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    files = {
        "oie2016": ("a.oie.conll", OIE2016),
        "openie4": ("a.json", OPENIE4),
        "conllu": ("en_a-ud-train.conllu", CONLLU),
    }
    for name, (file, text) in files.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text(text + "\nnonsense\n")
        (tmp_path / name / f"{file}.gz").write_bytes(gzip.compress(text.encode()))
        (tmp_path / name / "README.txt").write_text("not of the corpus")
    return tmp_path


@pytest.mark.parametrize("name", ["oie2016", "openie4", "conllu"])
def test_formats(corpora: Path, name: str) -> None:
    output = corpora / "out"
    options = ["--format", name, "--dev-share", 0]
    result = run("convert", corpora / name, output, *options)
    assert result.exit_code == 0, result.output
    assert triples(output / "train.spacy") == ["(Ann; met; Bo)"] * 2
    assert not (output / "test.spacy").exists()
    lines = result.output.splitlines()
    left_out = [line for line in lines if line.startswith("Left out: ")]
    assert len(left_out) == 1
    assert "train: 2 docs, 2 triples" in result.output
    read = [line for line in lines if "1 sentences" in line]
    assert len(read) == 2


@pytest.mark.parametrize("name", ["oie2016", "openie4", "conllu"])
def test_share_for_development(corpora: Path, name: str) -> None:
    output = corpora / "out"
    (file,) = (corpora / name).glob("*.gz")
    result = run("convert", file, output, "--format", name, "--dev-share", 1)
    assert result.exit_code == 0, result.output
    assert triples(output / "dev.spacy") == ["(Ann; met; Bo)"]
    if name == "conllu":
        assert triples(output / "train.spacy") == []


def test_prodigy_and_back(corpora: Path) -> None:
    first, second = corpora / "first", corpora / "second"
    run("convert", corpora / "openie4", first, "--format", "openie4")
    tasks = corpora / "new" / "tasks.jsonl"
    result = run("export-prodigy", first / "train.spacy", tasks)
    assert result.exit_code == 0, result.output
    assert "2 tasks, 4 arcs" in " ".join(result.output.split())
    result = run("convert", tasks.parent, second, "--format", "prodigy")
    assert result.exit_code == 0, result.output
    assert triples(second / "train.spacy") == triples(first / "train.spacy")


@pytest.mark.parametrize("name", ["oie2016", "openie4", "prodigy", "conllu"])
def test_folder_without_such_files(tmp_path: Path, name: str) -> None:
    result = run("convert", tmp_path, tmp_path / "out", "--format", name)
    assert result.exit_code == 1
    assert "There is no file" in result.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "file, content, reason",
    [
        ("qq_a.conllu", CONLLU.encode(), "code of a language"),
        ("en_a.conllu.gz", gzip.compress(CONLLU.encode(), mtime=0)[:-12], "is damaged"),
    ],
)
def test_treebank_that_cannot_be_read(
    tmp_path: Path, file: str, content: bytes, reason: str
) -> None:
    (tmp_path / file).write_bytes(content)
    result = run("convert", tmp_path, tmp_path / "out", "--format", "conllu")
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"Error: {file}") and reason in line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"", b"no corpus", b"\x28\xb5\x2f\xfd"])
def test_export_of_what_is_no_corpus(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.spacy"
    path.write_bytes(content)
    result = run("export-prodigy", path, tmp_path / "out.jsonl")
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert "is not a .spacy file" in result.stderr
    assert not (tmp_path / "out.jsonl").exists()


@pytest.fixture
def systems(tmp_path: Path) -> Path:
    folder = tmp_path / "systems"
    folder.mkdir()
    (folder / "sentences.txt").write_text("Ann met Bo .\nBo sat in Rome .\n")
    (folder / "one.txt").write_text("1\tAnn\tmet\tBo\n2\tBo\tsat\tin Rome\n")
    (folder / "two.txt").write_text("1\tAnn\tmet\tBo\nno tuple\n")
    return folder


def test_agreement_of_systems(systems: Path) -> None:
    output = systems.parent / "out"
    options = ["--format", "systems", "--sentences", systems / "sentences.txt"]
    result = run("convert", systems, output, *options)
    assert result.exit_code == 0, result.output
    assert triples(output / "train.spacy") == ["(Ann; met; Bo)"]
    assert "one, two: " in result.output
    (fault,) = (x for x in result.output.splitlines() if x.startswith("Left out: "))
    assert "two.txt:2" in fault


def test_agreement_needs_sentences_and_two_systems(systems: Path) -> None:
    output = systems.parent / "out"
    result = run("convert", systems, output, "--format", "systems")
    assert result.exit_code == 1 and "--sentences" in result.stderr
    (systems / "two.txt").unlink()
    options = ["--format", "systems", "--sentences", systems / "sentences.txt"]
    result = run("convert", systems, output, *options)
    assert result.exit_code == 1 and "Two systems can agree" in result.stderr
    assert not output.exists()


@pytest.mark.parametrize(
    "file, text", [("en_a.CONLLU", CONLLU), ("a.Conll", OIE2016), ("a.JSONL", RECORD)]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_name_says_the_format(
    tmp_path: Path, file: str, text: str, encoding: str
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / file).write_text(text, encoding=encoding)
    (corpus / f".{file}").write_text("hidden")
    (corpus / ".ipynb_checkpoints").mkdir()
    (corpus / ".ipynb_checkpoints" / file).write_text(text)
    options = ["--dev-share", 0]
    for source in (corpus / file, corpus):
        output = tmp_path / f"out {source.name}"
        result = run("convert", source, output, *options)
        assert result.exit_code == 0, result.output
        assert triples(output / "train.spacy") == ["(Ann; met; Bo)"]


def test_treebanks_in_folders(tmp_path: Path) -> None:
    for number in "ab":
        folder = tmp_path / "release" / f"UD_English-{number}"
        folder.mkdir(parents=True)
        (folder / f"en_{number}-ud-train.conllu").write_text(CONLLU)
    output = tmp_path / "out"
    result = run("convert", tmp_path / "release", output, "--dev-share", 0)
    assert result.exit_code == 0, result.output
    assert triples(output / "train.spacy") == ["(Ann; met; Bo)"] * 2


def test_a_treebank_of_any_name(tmp_path: Path) -> None:
    path = tmp_path / "treebank.conllu"
    path.write_text(CONLLU)
    result = run("convert", path, tmp_path / "no")
    assert result.exit_code == 1 and "--language" in result.stderr
    options = ["--language", "en", "--dev-share", 0]
    result = run("convert", path, tmp_path / "out", *options)
    assert result.exit_code == 0, result.output
    assert triples(tmp_path / "out" / "train.spacy") == ["(Ann; met; Bo)"]


def test_what_is_needed_is_looked_for_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a line is read, though the file that needs it is the last."""
    for name in ("de_a.conllu", "zh_a.conllu"):
        (tmp_path / name).write_text(CONLLU)
    monkeypatch.setattr(treebanks, "read_treebank", pytest.fail)
    monkeypatch.setitem(sys.modules, "opencc", None)
    treebanks._converter.cache_clear()
    result = run("convert", tmp_path, tmp_path / "out", "--format", "conllu")
    assert result.exit_code == 1 and "pip install" in result.stderr
    (tmp_path / "file").touch()
    result = run("convert", tmp_path / "de_a.conllu", tmp_path / "file" / "out")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr and "Not a directory" in result.stderr
