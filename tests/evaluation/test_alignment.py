"""Scores of word alignments, and the gold ones."""

from pathlib import Path
from typing import List, Tuple

import pytest

from spacy_xoie.errors import DataError
from spacy_xoie.evaluation.alignment import (
    GoldAlignment,
    read_gold_alignments,
    score_alignments,
)

TEXTS = "the old house ||| la casa vieja\nit rains ||| llueve\n"


def write(folder: Path, texts: str, links: str) -> Tuple[Path, Path]:
    paths = folder / "enes.src-tgt", folder / "enes.gold"
    for path, content in zip(paths, (texts, links)):
        path.write_text(content, encoding="utf8", newline="")
    return paths


def test_worked_example(tmp_path: Path) -> None:
    gold = read_gold_alignments(*write(tmp_path, TEXTS, "1-1 2-3 3-2\n1p1 2-1\n"))
    assert gold[0] == GoldAlignment(
        ["the", "old", "house"],
        ["la", "casa", "vieja"],
        {(0, 0), (1, 2), (2, 1)},
        {(0, 0), (1, 2), (2, 1)},
    )
    assert gold[1].sure == {(1, 0)}
    assert gold[1].possible == {(0, 0), (1, 0)}
    # Five links, two of which are sure and one possible; four sure ones in all.
    found = [[(0, 0), (1, 1), (2, 1), (0, 0)], [(0, 0)]]
    score = score_alignments([*found[:1], [(0, 0)]], gold)
    assert score.precision == pytest.approx(3 / 4)
    assert score.recall == pytest.approx(2 / 4)
    assert score.f1 == pytest.approx(2 * 3 / 4 * 2 / 4 / (3 / 4 + 2 / 4))
    assert score.aer == pytest.approx(1 - (2 + 3) / (4 + 4))


def test_all_right_and_all_wrong() -> None:
    gold = [GoldAlignment(["a", "b"], ["x", "y"], {(0, 0)}, {(0, 0), (1, 1)})]
    assert score_alignments([[(0, 0)]], gold) == (1, 1, 1, 0)
    assert score_alignments([[(0, 0), (1, 1)]], gold) == (1, 1, 1, 0)
    assert score_alignments([[(0, 1)]], gold) == (0, 0, 0, 1)


def test_nothing_found_and_nothing_to_find() -> None:
    gold = [GoldAlignment(["a"], ["x"], {(0, 0)}, {(0, 0)})]
    assert score_alignments([[]], gold) == (0, 0, 0, 1)
    assert score_alignments([], []) == (0, 0, 0, 0)
    with pytest.raises(ValueError):
        score_alignments([], gold)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1-4", "1-4 is outside"),
        ("0-1", "0-1 is outside"),
        ("1-1 2", "'2' is not a link"),
        ("1-1-1", "'1-1-1' is not a link"),
        ("x-1", "'x-1' is not a link"),
        ("-1-1", "'-1-1' is not a link"),
    ],
)
def test_a_bad_line_costs_one_pair(tmp_path: Path, line: str, message: str) -> None:
    paths = write(tmp_path, TEXTS, f"{line}\n1p1 2-1\n")
    faults: List[str] = []
    gold = read_gold_alignments(*paths, lambda fault: faults.append(str(fault)))
    assert [pair.target for pair in gold] == [["llueve"]]
    (fault,) = faults
    assert fault.startswith("enes.src-tgt:1: ") and message in fault
    with pytest.raises(DataError, match="enes.src-tgt:1: "):
        read_gold_alignments(*paths)


def test_a_line_without_bars(tmp_path: Path) -> None:
    faults: List[str] = []
    paths = write(tmp_path, "a | b\na ||| b", "1-1\n1-1")
    assert (
        len(read_gold_alignments(*paths, lambda fault: faults.append(str(fault)))) == 1
    )
    assert "there is no '|||'" in faults[0]


def test_lines_end_at_their_ends_only(tmp_path: Path) -> None:
    paths = write(tmp_path, "a\u2028b\x0b ||| x\x85\r\nc ||| z\r\n", "1-1\r\n\r\n")
    first, second = read_gold_alignments(*paths)
    assert first.sure == {(0, 0)}
    assert second.possible == set()


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="2 lines but .* 1"):
        read_gold_alignments(*write(tmp_path, TEXTS, "1-1\n"))
    with pytest.raises(DataError, match=r"absent"):
        read_gold_alignments(tmp_path / "absent", tmp_path / "absent")
    (tmp_path / "enes.gold").write_bytes(b"\xff1-1\n")
    with pytest.raises(DataError, match=r"enes.gold cannot be read"):
        read_gold_alignments(tmp_path / "enes.src-tgt", tmp_path / "enes.gold")
