"""`spacy xoie extract`, as it is called: also when it is stopped, killed, or nobody
reads what it writes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, Sequence

import pytest
import spacy
import typer
from conftest import TINY_MODEL, TOKENIZER, heed_ctrl_c
from typer.testing import CliRunner, Result

from spacy_xoie.apps.batch.engines import ProcessEngine
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.apps.cli import app
from spacy_xoie.apps.cli.inputs import named_inputs, split_inputs, standard_input
from spacy_xoie.errors import DataError
from spacy_xoie.loading import PipelineLoader

ENGLISH = "The museum bought three paintings ."
GERMAN = "Die Stadt hat das Haus gebaut ."
MANY = 3000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, trained_bytes: bytes) -> str:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": TINY_MODEL})
    path = tmp_path_factory.mktemp("model") / "pipeline"
    nlp.from_bytes(trained_bytes).to_disk(path)
    return str(path)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("many") / "many.jsonl"
    lines = (
        json.dumps({"id": f"doc {n}", "text": (ENGLISH, GERMAN)[n % 2]})
        for n in range(MANY)
    )
    path.write_text("\n".join(lines) + "\n")
    return path


def run(*arguments: Any, **settings: Any) -> Result:
    given = ["extract", *map(str, arguments)]
    return CliRunner().invoke(app, given, **settings)


def start(module: Sequence[str], *arguments: Any, **streams: Any) -> Any:
    """Start the command as a process of its own, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", *module, "extract", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
        stderr=subprocess.PIPE,
        preexec_fn=heed_ctrl_c,
        **streams,
    )


def wait_for_lines(path: Path, process: Any) -> None:
    until = time.monotonic() + 120
    while not path.exists() or path.read_bytes().count(b"\n") < 5:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.01)


def records(content: str) -> Dict[str, Any]:
    """By the name of the document; none twice, all whole."""
    assert content.endswith("\n")
    lines = [json.loads(line) for line in content.splitlines()]
    found = {line["id"]: line for line in lines}
    assert len(found) == len(lines)
    return found


def triples(record: Dict[str, Any]) -> List[Any]:
    return [
        (t["subject"]["text"], t["relation"]["text"], t["language"])
        for t in record["triples"]
    ]


def test_all_kinds_of_input(model: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(f"{ENGLISH}\n{GERMAN}")
    (tmp_path / "r.jsonl").write_text(
        json.dumps({"id": "r", "text": GERMAN}) + "\n{}\n"
    )
    result = run(ENGLISH, tmp_path, "-", "-m", model, "-f", "jsonl", input=GERMAN)
    found = records(result.stdout)
    assert list(found) == ["text:1", f"{tmp_path}/a.txt", "r", "stdin"]
    english, german = ("The museum", "bought", "en"), ("Die Stadt", "hat gebaut", "de")
    # A model as small as this one may find more where a line ends within a text.
    for record, wanted in zip(
        found.values(), ({english}, {english, german}, {german}, {german}), strict=True
    ):
        assert wanted <= set(triples(record))
    # One record was bad: the rest is there, and the exit code says so.
    assert result.exit_code == 3
    assert f"Left out: {tmp_path}/r.jsonl:2: text" in result.stderr
    assert "4 documents, " in result.stderr and "; 1 left out" in result.stderr


@pytest.mark.parametrize("n_process", [1, 2])
def test_language_can_be_fixed(model: str, n_process: int) -> None:
    fixed = run(
        *(ENGLISH, GERMAN, "-m", model, "-l", "de", "-f", "jsonl"),
        *("--n-process", n_process),
    )
    assert fixed.exit_code == 0, fixed.output
    for record in records(fixed.stdout).values():
        assert record["language"] == "de"
        assert {triple["language"] for triple in record["triples"]} <= {"de"}
    for text, language in ((ENGLISH, "en"), (GERMAN, "und")):
        chosen = run(text, "-m", model, "-l", "en,fr", "-f", "jsonl")
        assert records(chosen.stdout)["text:1"]["language"] == language


def test_table_and_tsv(model: str) -> None:
    table = run(GERMAN, "-m", model)
    assert "Die Stadt  hat gebaut  das Haus" in table.stdout
    tabbed = run(GERMAN, "-m", model, "-f", "tsv")
    header, row = tabbed.stdout.splitlines()
    cells = dict(zip(header.split("\t"), row.split("\t"), strict=True))
    assert (cells["subject"], cells["relation"], cells["object1"]) == (
        *("Die Stadt", "hat gebaut"),
        "das Haus",
    )
    assert (cells["start"], cells["end"], cells["sentence"]) == ("0", "29", GERMAN)
    none = run(GERMAN, "-m", model, "--threshold", 1.0)
    assert none.stdout == "text:1: no triples\n"


@pytest.mark.parametrize("form", ["rdf", "graphml"])
def test_graphs(form: str, model: str, tmp_path: Path) -> None:
    if form == "rdf":
        pytest.importorskip("pyoxigraph")
    pytest.importorskip("spacy_xoie.apps.knowledge.graph")
    path = tmp_path / "out"
    result = run(GERMAN, ENGLISH, "-m", model, "-f", form, "-o", path)
    assert result.exit_code == 0, result.output
    assert "Die Stadt" in path.read_text() and "museum" in path.read_text()
    assert list(tmp_path.iterdir()) == [path]
    if form == "rdf":
        before = path.read_bytes()
        again = run(GERMAN, ENGLISH, "-m", model, "-f", form, "-o", path)
        assert again.exit_code == 0 and path.read_bytes() == before


def test_a_folder_for_neo4j(model: str, tmp_path: Path) -> None:
    folder = tmp_path / "neo4j"
    result = run(GERMAN, "-m", model, "-f", "neo4j", "-o", folder)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in folder.iterdir()) == [
        "nodes.csv",
        "relationships.csv",
    ]
    assert "Die Stadt" in (folder / "nodes.csv").read_text(encoding="utf8")
    assert ",text:1," in (folder / "relationships.csv").read_text(encoding="utf8")
    again = run(GERMAN, "-m", model, "-f", "neo4j", "-o", folder)
    assert again.exit_code == 1 and "is there already" in again.output
    assert run(GERMAN, "-m", model, "-f", "neo4j").exit_code == 2


def test_only_what_is_asserted(model: str) -> None:
    texts = ("-m", model, "-f", "jsonl", "Did the museum buy paintings ?", ENGLISH)
    found = [json.loads(line) for line in run(*texts).stdout.splitlines()]
    only = run(*texts, "--asserted")
    assert only.exit_code == 0, only.output
    assert [json.loads(line)["triples"] for line in only.stdout.splitlines()] == [
        [one for one in record["triples"] if one["modality"] == "asserted"]
        for record in found
    ]


def test_arguments_with_cores(model: str) -> None:
    pytest.importorskip("dateparser")
    result = run(ENGLISH, "-m", model, "-f", "jsonl", "--cores")
    assert result.exit_code == 0, result.output
    triple, *_ = json.loads(result.stdout)["triples"]
    assert triple["subject"]["core"]["text"] == "museum"
    assert run(ENGLISH, "--reference-date", "2024-05-15").exit_code == 2


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["nowhere.txt"], "no file or folder 'nowhere.txt'"),
        (["x y", "-m", "nowhere"], "nowhere"),
        (["x y", "-l", "de,tlh"], "cannot tell"),
        (["x y", "-o", "/proc/nowhere/x"], "/proc/nowhere"),
    ],
)
def test_errors_are_one_line(arguments: List[str], words: str, model: str) -> None:
    named = [] if "-m" in arguments else ["-m", model]
    result = run(*arguments, *named)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ") and words in line
    shown = run(*arguments, *named, "--debug")
    assert isinstance(shown.exception, (DataError, OSError, ValueError))


def test_nothing_to_read() -> None:
    result = run()
    assert result.exit_code == 2 and "There is nothing to read" in result.stderr


def test_standard_input_need_not_be_named(model: str) -> None:
    result = run("-m", model, "-f", "jsonl", input=GERMAN)
    assert list(records(result.stdout)) == ["stdin"]
    # What is named is meant, whatever else there is.
    result = run("--text", ENGLISH, "-m", model, "-f", "jsonl", input=GERMAN)
    assert list(records(result.stdout)) == ["text:1"]


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="needs a terminal")
@pytest.mark.parametrize(
    "command",
    [
        ["extract"],
        ["project-triples", "--target", "de"],
        ["store", "--output", "s"],
        ["visualize"],
        ["gates", "xx_xoie_sm"],
        ["consistency", "xx_xoie_sm"],
        ["validate"],
    ],
)
def test_nobody_waits_at_a_terminal(
    command: List[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = os.openpty()
    with open(theirs) as terminal:  # noqa: PTH123
        monkeypatch.setattr("sys.stdin", terminal)
        with pytest.raises(typer.BadParameter, match="There is nothing to read"):
            named_inputs([], standard_input())
    os.close(ours)
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 2 and "There is nothing to read" in result.stderr


def test_a_fault_of_ours_is_one_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: Any, **settings: Any) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr("spacy_xoie.apps.cli.extract.Source", broken)
    result = run("x y")
    assert result.exit_code == 1
    assert result.stderr == "Error: KeyError: 'a fault' (--debug shows where)\n"


def test_what_is_a_text_and_what_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a b.txt"
    path.touch()
    texts = ["Paris.", "Anna met Ben. And/or Eva.", "木木", "*met Ben*"]
    files = [str(path), "-", "news/*.txt"]
    assert split_inputs([*texts, *files]) == (files, texts)
    for name in ("a.txt", "folder/a", "b.jsonl.gz"):
        with pytest.raises(DataError, match="--text"):
            split_inputs([name])


def test_output_is_not_an_input(model: str, tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text(json.dumps({"id": "r", "text": GERMAN, "triples": []}) + "\n")
    before = path.read_bytes()
    result = run(tmp_path, "-m", model, "-f", "jsonl", "-o", path)
    assert result.exit_code == 1 and "input and output" in result.stderr
    assert path.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("form", ["table", "jsonl"])
def test_full_disk(form: str, model: str) -> None:
    result = run(GERMAN, "-m", model, "-f", form, "-o", "/dev/full")
    assert result.exit_code == 1
    assert "No space left on device: '/dev/full'" in result.stderr


def test_interrupted_and_resumed(model: str, many: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    command = (many, "-m", model, "-f", "jsonl", "-o", path)
    process = start(["spacy", "xoie"], *command, "--batch-size", 8, "--n-process", 2)
    wait_for_lines(path, process)
    os.killpg(process.pid, signal.SIGINT)
    error = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130, error
    assert "Traceback" not in error
    there = len(records(path.read_text()))
    assert 0 < there < MANY
    assert f"Stopped: {there} documents are in {path}" in error
    result = run(*command)
    assert result.exit_code == 0, result.output
    assert f"{there} were there before" in result.stderr
    assert len(records(path.read_text())) == MANY
    # Not one document is worked on again.
    assert f"{path}: {MANY - there} documents" in result.stderr


def test_killed_and_resumed(model: str, many: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    command = (many, "-m", model, "-f", "jsonl", "-o", path)
    process = start(["spacy_xoie"], *command, "--batch-size", 8, "--n-process", 2)
    wait_for_lines(path, process)
    process.kill()
    # Its workers hold the other end of stderr: they go as well.
    process.communicate(timeout=60)
    with path.open("ab") as file:
        file.write(b'{"id": "doc 2999", "language": "d')
    result = run(*command)
    assert result.exit_code == 0, result.output
    found = records(path.read_text())
    assert set(found) == {f"doc {number}" for number in range(MANY)}
    assert triples(found["doc 2999"]) == [("Die Stadt", "hat gebaut", "de")]


@pytest.mark.parametrize("form", ["jsonl", "tsv", "rdf"])
def test_a_run_does_not_go_on_with_other_texts(
    form: str, model: str, tmp_path: Path
) -> None:
    if form == "rdf":
        pytest.importorskip("pyoxigraph")
    path, output = tmp_path / "a.txt", tmp_path / "out"
    options = ("-m", model, "-f", form, "-o", output, "--input-format", "lines")
    path.write_text(f"{ENGLISH}\nGood day!\n")
    assert run(path, *options).exit_code == 0
    before = output.read_bytes()
    path.write_text(f"{ENGLISH}\nGood day!\n{GERMAN}\n")
    result = run(path, *options)  # what was added behind is read
    assert result.exit_code == 0 and "2 were there before" in result.stderr
    after = output.read_bytes()
    assert after.startswith(before) and len(after) > len(before)
    for text in (f"{GERMAN}\n{ENGLISH}\nGood day!\n", f"{ENGLISH}\nGood days!\n"):
        path.write_text(text)
        result = run(path, *options)
        assert result.exit_code == 1 and output.read_bytes() == after
        assert "since then the text" in result.stderr and "--overwrite" in result.stderr
    assert run(path, *options, "--overwrite").exit_code == 0
    # Texts that were typed have names that say nothing of them.
    run(ENGLISH, "-m", model, "-f", form, "-o", tmp_path / "typed")
    result = run(GERMAN, "-m", model, "-f", form, "-o", tmp_path / "typed")
    assert result.exit_code == 1 and "the text text:1 changed" in result.stderr


def test_closed_pipe(model: str, many: Path) -> None:
    process = start(
        ["spacy_xoie"], many, "-m", model, "-f", "tsv", "-q", stdout=subprocess.PIPE
    )
    assert process.stdout.readline().startswith(b"document\t")
    process.stdout.close()
    error = process.stderr.read().decode()
    assert process.wait(60) == 141, error
    assert error == ""


class DeadlyLoader(PipelineLoader):
    """Makes a pipeline that one text kills the process of."""

    def _load(self) -> Any:
        nlp = super()._load()
        make_doc = nlp.make_doc

        def deadly(text: str) -> Any:
            if text == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            return make_doc(text)

        nlp.make_doc = deadly  # type: ignore[method-assign]
        return nlp


def test_a_worker_that_dies_costs_one_text(model: str) -> None:
    texts = [Text(str(number), GERMAN) for number in range(20)]
    texts[6] = Text("6", "die")
    engine = ProcessEngine(DeadlyLoader(model), batch_size=4, n_process=2)
    errors = {}
    for text, (answered, doc, error) in zip(texts, engine(iter(texts)), strict=True):
        assert answered == text
        assert (doc is None) == bool(error)
        assert doc is None or len(doc._.triples) == 1
        if error:
            errors[text.name] = error
    assert list(errors) == ["6"] and "died" in errors["6"]


def test_long_lines_are_cut(model: str) -> None:
    long = "x" * 450_000
    result = run(
        *("--text", GERMAN, "--text", ENGLISH, "-m", model, "-f", "jsonl"),
        *("-", "--input-format", "lines"),
        input=f"{long}\n{GERMAN}\n",
    )
    found = records(result.stdout)
    assert result.exit_code == 0, result.stderr[-500:]
    assert found["stdin:1#3"]["start"] == 400_000
    assert triples(found["stdin:2"]) == [("Die Stadt", "hat gebaut", "de")]
