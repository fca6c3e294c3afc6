"""The benchmark of projection, on two small treebanks."""

from pathlib import Path
from typing import List, Tuple

import pytest
from typer import Typer
from typer.testing import CliRunner

from benchmarks.projection import LEAST_F1, Part, figures, is_right, main, read_side

Row = Tuple[str, str, int, str]

ENGLISH: List[Row] = [
    ("The", "DET", 2, "det"),
    ("dog", "NOUN", 4, "nsubj"),
    ("has", "AUX", 4, "aux"),
    ("seen", "VERB", 0, "root"),
    ("Rome", "PROPN", 4, "obj"),
    (".", "PUNCT", 4, "punct"),
]
GERMAN: List[Row] = [
    ("Der", "DET", 2, "det"),
    ("Hund", "NOUN", 5, "nsubj"),
    ("hat", "AUX", 5, "aux"),
    ("Rome", "PROPN", 5, "obj"),
    ("gesehen", "VERB", 0, "root"),
    (".", "PUNCT", 5, "punct"),
]
# Without an object.
SLEEPS: List[Row] = [("Anna", "PROPN", 2, "nsubj"), ("sleeps", "VERB", 0, "root")]


def write(path: Path, *sentences: List[Row]) -> None:
    text = ""
    for number, rows in enumerate(sentences):
        words = " ".join(word for word, *_ in rows)
        text += f"# sent_id = {number}\n# text = {words}\n"
        for place, (word, tag, head, label) in enumerate(rows, start=1):
            text += f"{place}\t{word}\t_\t{tag}\t_\t_\t{head}\t{label}\t_\t_\n"
        text += "\n"
    path.write_text(text, encoding="utf8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path / "en_x-ud-test.conllu", ENGLISH, SLEEPS)
    write(tmp_path / "de_x-ud-test.conllu", GERMAN, SLEEPS)
    return tmp_path


def test_gold_triples(folder: Path) -> None:
    side = read_side(folder, "de")
    assert side["0"].parts == [Part(1, {0, 1}), Part(4, {2, 4}), Part(3, {3})]
    assert side["1"].parts is None


def test_what_is_right() -> None:
    gold = [Part(1, {0, 1}), Part(4, {2, 4}), Part(3, {3})]
    assert is_right([{0, 1}, {2, 4}, {3}], gold)
    # Two thirds of the tokens are enough, if the head is among them.
    assert LEAST_F1 < 2 / 3
    assert is_right([{1}, {4}, {3}], gold)
    assert not is_right([{0}, {4}, {3}], gold)
    assert not is_right([{0, 1}, {2, 4}, {2, 3, 4, 5}], gold)


def test_benchmark(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Dictionaries that happen to be installed are large.
    lexical = "spacy_xoie.projection.aligners.lexical"
    monkeypatch.setattr(f"{lexical}.read_freedict", lambda *languages: {})
    app = Typer()
    app.command()(main)
    # eflomal takes minutes for so few pairs.
    arguments = [str(folder), "--target", "de", "--no-eflomal"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.output.splitlines() if "→" in line]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)[::-1]
    assert {row[0] for row in rows} == {"en→de", "de→en"}
    assert {row[1] for row in rows} >= {"lexical,", "+", "FreeDict"}
    # One triple in each direction, and what is precise keeps no more of them.
    assert {row[-5] for row in rows} == {"1"}
    for recall, precise in zip(rows[::2], rows[1::2], strict=True):
        assert float(recall[-4]) >= float(precise[-4])


def test_figures() -> None:
    from collections import Counter

    from benchmarks.projection import Score

    assert figures(Score(8, 4, 3, 1, Counter())) == [
        "8",
        "0.500",
        "0.375",
        "0.750",
        "0.125",
    ]
    assert figures(Score(0, 0, 0, 0, Counter())) == ["0", *["0.000"] * 4]
