"""`spacy xoie annotate`, as it is called."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, List

import pytest
from conftest import heed_ctrl_c
from spacy import util
from typer.testing import CliRunner, Result

from spacy_xoie.annotation.builder import STORE, answered
from spacy_xoie.annotation.outputs import Files
from spacy_xoie.annotation.settings import read_settings
from spacy_xoie.apps.cli import app
from spacy_xoie.errors import ConfigError

EXAMPLE = Path(__file__).parents[3] / "configs" / "annotation" / "annotate.cfg"

# A teacher in a file of its own, as somebody would write one.
CODE = """
import time

import spacy
from spacy.util import registry
from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.annotation.ty import Annotation


class Slow:
    def __init__(self, pause):
        self.name = "slow"
        self.nlp = spacy.blank("xx")
        self.pause = pause

    def __call__(self, items):
        for item in items:
            time.sleep(self.pause)
            doc = self.nlp.make_doc(item.text)
            triple = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), origin="slow")
            set_triples(doc, [triple], language=item.language)
            yield Annotation(item, doc)


@registry.misc("xoie-tests.SlowTeacher.v1")
def make_slow_teacher(pause: float = 0.0):
    return Slow(pause)
"""
CONFIG = """
[input]
path = "nowhere"
language = "en"

[cleaning]
near = null

[teacher]
@misc = "xoie-tests.SlowTeacher.v1"

[run]
batch_size = 1
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "annotate.cfg").write_text(CONFIG)
    texts = "".join(f"Anna met Ben number {n}\n" for n in range(20))
    (tmp_path / "texts.txt").write_text(texts)
    return tmp_path


def arguments(files: Path, *more: Any) -> List[str]:
    given: List[Any] = ["annotate", files / "annotate.cfg", "--code", files / "code.py"]
    given += ["--output", files / "out", "--input.path", files / "texts.txt", *more]
    return [str(arg) for arg in given]


def run(files: Path, *more: Any) -> Result:
    return CliRunner().invoke(app, arguments(files, *more))


def told(result: Result) -> str:
    """The output, however it was cut into lines."""
    return " ".join(result.output.split())


def assert_one_line(result: Result, *words: str) -> None:
    """Of an error: exit code 1, one line after the bar, and no traceback."""
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    line = result.stderr.splitlines()[-1]
    assert line.startswith("Error: ")
    for word in words:
        assert word in line


def test_annotate(files: Path) -> None:
    with (files / "texts.txt").open("a") as file:
        file.write("Anna met Ben number 3\n")
    result = run(files)
    assert result.exit_code == 0, result.output
    assert "20 records in en, 20 triples" in told(result)
    assert "removed: duplicate: 1" in result.output
    # The progress, on stderr.
    assert "20/20" in result.stderr and "20/20" not in result.stdout
    names = {path.name for path in (files / "out").iterdir()}
    assert names == {
        *("corpus", "train.spacy", "dev.spacy", "report.json", "report.md"),
        *("provenance.jsonl", "discards.jsonl", "removed.jsonl", "instructions.jsonl"),
        *("sheet.md", STORE),
    }


def test_bad_lines_are_named(files: Path) -> None:
    path = files / "texts.jsonl"
    path.write_text('{"text": "Anna met Ben"}\n{"text": 5}\n{"text": "Ben met Anna"}\n')
    result = run(files, "--input.path", path)
    assert result.exit_code == 0, result.output
    assert "texts.jsonl:2: text: this must be a text" in result.output
    assert "2 records" in told(result)


def test_nothing_to_make(files: Path) -> None:
    (files / "texts.txt").write_text("\n")
    result = run(files)
    assert result.exit_code == 0
    assert "There is no training data" in told(result)


def test_another_run_needs_another_folder(files: Path) -> None:
    assert run(files).exit_code == 0
    assert_one_line(run(files, "--teacher.pause", 0.001), "[teacher] changed")
    again = run(files, "--teacher.pause", 0.001, "--overwrite")
    assert again.exit_code == 0, again.output


@pytest.mark.parametrize(
    "more, words",
    [
        (["--input.path", "nowhere.txt"], ["no file or folder nowhere.txt"]),
        (["--cleaning.nearly", "3"], ["[cleaning] nearly", "not permitted"]),
        (["--run.batch_size", "0"], ["[run] batch_size", "greater than or equal"]),
        (["--output.dev_share", "many"], ["[output] dev_share", "'many'"]),
        (["--cleaning.floor", "0.95"], ["floor is 0.95", "ceiling is 0.9"]),
        (["--writing.path", "x"], ["[writing]", "[input], [teacher]"]),
        (["--teacher.pause", "long"], ["teacher", "pause"]),
        (["--teacher.@misc", "no.Teacher.v1"], ["no.Teacher.v1"]),
    ],
)
def test_settings_that_cannot_work(
    files: Path, more: List[str], words: List[str]
) -> None:
    assert_one_line(run(files, *more), *words)
    assert not (files / "out").exists()


def test_what_is_no_config(files: Path) -> None:
    (files / "annotate.cfg").write_text("hello")
    assert_one_line(run(files), "annotate.cfg is not a config")


def test_a_full_disk_is_one_line(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Files, name: str, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Files, "put", full)
        assert_one_line(run(files), "No space left on device")
    assert {path.name for path in (files / "out").rglob("*.part")} == set()
    assert answered(files / "out") == (20, 20)
    assert run(files).exit_code == 0


def test_a_folder_that_cannot_be_made_is_one_line(files: Path) -> None:
    (files / "out").write_text("in the way")
    assert_one_line(run(files), "out")


def test_interrupted_and_resumed(files: Path) -> None:
    """Ctrl-C says what is there, and the same command goes on."""
    command = [sys.executable, "-m", "spacy", "xoie", *arguments(files)]
    slow = [*command, "--teacher.pause", "0.1"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        slow,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        preexec_fn=heed_ctrl_c,
    ) as process:
        assert process.stderr is not None and process.stdout is not None
        seen = ""
        while "2/20" not in seen:
            piece = process.stderr.read(1)
            assert piece, seen
            seen += piece
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    done, total = answered(files / "out")
    assert 2 <= done < total == 20
    assert f"{done} of 20 sentences are answered" in " ".join(out.split())
    result = run(files, "--teacher.pause", 0.1)
    assert result.exit_code == 0, result.output
    assert "20 records" in told(result)
    report = json.loads((files / "out" / "report.json").read_text())
    assert report["asked"] == 20


def test_the_example_can_be_read(tmp_path: Path) -> None:
    import spacy_xoie.annotation.pipeline  # noqa: F401  (until it is installed)

    settings = read_settings(util.load_config(EXAMPLE, interpolate=True))
    assert settings.teacher.name == "xoie"
    assert settings.cleaning.near == 0.8
    text = EXAMPLE.read_text().replace("[teacher]", "[tutor]")
    (tmp_path / "a.cfg").write_text(text)
    with pytest.raises(ConfigError, match="tutor"):
        read_settings(util.load_config(tmp_path / "a.cfg", interpolate=True))


AGREEMENT = """
[input]
path = "nowhere"
language = "en"

[teacher]
@misc = "spacy-xoie.AgreementTeacher.v1"
least = 1.0

[teacher.teachers]

[teacher.teachers.good]
@misc = "xoie-tests.SlowTeacher.v1"

[teacher.teachers.bad]
@misc = "xoie-tests.SlowTeacher.v1"
first = 2
"""


def test_teachers_are_weighed_on_gold_sentences(files: Path) -> None:
    code = CODE.replace("pause: float = 0.0", "pause: float = 0.0, first: int = 0")
    code = code.replace("return Slow(pause)", "return Slow(pause, first)")
    code = code.replace("def __init__(self, pause)", "def __init__(self, pause, first)")
    code = code.replace("self.pause = pause", "self.pause, self.first = pause, first")
    code = code.replace(
        "((0, 1),), ((1, 2),), (((2, 3),),)",
        "((0, 1),), ((self.first + 1, self.first + 2),), (((2, 3),),)",
    )
    (files / "code.py").write_text(code)
    (files / "agreement.cfg").write_text(AGREEMENT)
    part = '{"text": "%s", "spans": [[%d, %d]]}'
    line = '{"id": "%d", "language": "en", "text": "Anna met Ben number %d", %s}\n'
    triple = (
        f'"triples": [{{"subject": {part % ("Anna", 0, 4)}, '
        f'"relation": {part % ("met", 5, 8)}, "objects": [{part % ("Ben", 9, 12)}]}}]'
    )
    gold = "".join(line % (n, n, triple) for n in range(9))
    (files / "gold.jsonl").write_text(gold + "{broken\n")
    arguments = ["agreement.cfg", "gold.jsonl", "weights.json"]
    paths = [str(files / name) for name in arguments]
    result = CliRunner().invoke(
        app, ["weigh-teachers", *paths, "--code", str(files / "code.py")]
    )
    assert result.exit_code == 0, result.output
    assert "gold.jsonl:10" in result.output
    weights = json.loads((files / "weights.json").read_text())["weights"]
    assert weights["good"]["en"] > 3 * weights["bad"]["en"]


def test_only_teachers_that_agree_are_weighed(files: Path) -> None:
    paths = [str(files / name) for name in ("annotate.cfg", "texts.txt", "w.json")]
    result = CliRunner().invoke(
        app, ["weigh-teachers", *paths, "--code", str(files / "code.py")]
    )
    assert result.exit_code == 1
    assert "AgreementTeacher" in result.output
    assert not (files / "w.json").exists()
