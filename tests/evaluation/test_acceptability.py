"""Triples of which it is known whether a reader accepts them."""

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest
import spacy
from conftest import TOKENIZER
from spacy.language import Language

from spacy_xoie.evaluation.acceptability import (
    Judgement,
    accepted,
    find_examples,
    find_judgements,
)
from spacy_xoie.files import Fault

TEXT = "Anna bought a boat in May."
GOOD, LONG = ["Anna", "bought", "a boat"], ["Anna", "bought", "a boat", "in May"]
BAD = ["May", "bought", "a boat"]


def write(path: Path, *rows: Dict[str, Any]) -> Path:
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    return path


def row(triple: object, verdict: object, text: object = TEXT) -> Dict[str, Any]:
    return {"lang": "en", "text": text, "triple": triple, "verdict": verdict}


def test_judged_triples_are_gathered_by_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        row(LONG, "right"),
        row(["Ben", "sang", "songs"], "wrong", "Ben sang songs."),
        row(BAD, "wrong"),
        row(GOOD, "near"),
    )
    first, second = find_judgements(path)
    assert first == Judgement(
        "judged", "en", TEXT, [LONG, BAD, GOOD], [True, False, True], str(path)
    )
    assert second.right == [False]


@pytest.mark.parametrize(
    "bad, field",
    [
        (row(GOOD, "fine"), "verdict"),
        (row("Anna bought a boat", "right"), "triple"),
        (row(GOOD, "right", ""), "text"),
        ({**row(GOOD, "right"), "lang": "?"}, "lang"),
    ],
)
def test_rows_that_cannot_be_read(
    bad: Dict[str, Any], field: str, tmp_path: Path
) -> None:
    faults: List[Fault] = []
    path = write(tmp_path / "a.jsonl", row(GOOD, "right"), bad)
    (judgement,) = find_judgements(path, faults.append)
    assert judgement.triples == [GOOD]
    assert [(fault.place, fault.field) for fault in faults] == [("a.jsonl:2", field)]


def test_a_folder_of_several_kinds(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", row(GOOD, "right"))
    write(tmp_path / "b.jsonl", {"lang": "en", "text": TEXT, "expected": [LONG]})
    phrase = {"text": "Anna", "spans": [[0, 4]]}
    triple = {
        "subject": phrase,
        "relation": {"text": "bought", "spans": [[5, 11]]},
        "objects": [{"text": "a boat", "spans": [[12, 18]]}],
    }
    record = {"language": "en", "text": TEXT, "triples": [triple]}
    write(
        tmp_path / "c.jsonl",
        {**record, "id": "1", "split": "dev"},
        {**record, "id": "2", "split": "test"},
        {**record, "id": "3", "split": "train"},
    )
    (tmp_path / "notes.txt").write_text("none")
    found = find_judgements(tmp_path)
    assert [(one.kind, one.triples) for one in found] == [
        ("judged", [GOOD]),
        ("expected", [LONG]),
        ("gold", [GOOD]),
    ]
    assert find_judgements(tmp_path / "notes.txt") == []


def test_what_is_accepted() -> None:
    judged = Judgement("judged", "en", TEXT, [LONG, BAD], [True, False])
    # Of a triple that nobody has judged nothing is known.
    assert accepted([LONG, BAD, GOOD], judged) == [True, False, None]
    expected = Judgement("expected", "en", TEXT, [LONG])
    assert accepted([LONG, BAD, GOOD], expected) == [True, False, True]
    assert accepted([GOOD], Judgement("gold", "en", TEXT, [])) == [False]


@pytest.fixture
def trees() -> Language:
    """A pipeline with a small model that predicts trees, and has learnt none."""
    from conftest import SENTENCES, TINY_MODEL, make_example

    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    head = {"@architectures": "spacy-xoie.ArcHead.v1", "dropout": 0.0}
    model = {**TINY_MODEL, "head": head, "calibration": [[0.0, 0.5], [1.0, 0.6]]}
    nlp.add_pipe("xoie", config={"model": model, "threshold": 0.55})
    nlp.initialize(lambda: [make_example(nlp, *one) for one in SENTENCES])
    return nlp


def test_examples_of_a_pipeline(trained: Language) -> None:
    text = "The museum bought three paintings ."
    (triple,) = trained(text)._.triples
    judgement = Judgement("judged", "en", text, [[*triple.as_tuple()]], [True])
    trained.get_pipe("xoie").threshold = 0.99999  # type: ignore[attr-defined]
    (example,) = find_examples(trained, [judgement])
    assert example.right and example.evidence == ()
    assert example.score == pytest.approx(triple.score)
    assert trained.get_pipe("xoie").threshold == 0.99999  # type: ignore[attr-defined]


def test_verdicts_on_what_another_pipeline_found(trained: Language) -> None:
    """That a pipeline finds one of five triples again says that this is a good one, and
    nothing of its others."""
    text = "The museum bought three paintings ."
    (triple,) = trained(text)._.triples
    others = [["Anna", "sang", song] for song in "abcd"]
    judged = [[*triple.as_tuple()], *others]
    for verdict in (True, False):
        verdicts = [verdict, True, False, False, False]
        judgement = Judgement("judged", "en", text, judged, verdicts)
        example = max(find_examples(trained, [judgement]), key=lambda one: one.score)
        assert (example.kind, example.right) == ("expected", verdict)


def test_evidence_of_a_pipeline_with_trees(trees: Language) -> None:
    pipe = trees.get_pipe("xoie")
    read = pipe.network.head.read  # type: ignore[attr-defined]
    texts = [
        "The museum bought three paintings .",
        "Die Stadt hat das Haus gebaut .",
    ] * 9
    expected = [Judgement("expected", "en", text, []) for text in texts]
    for example in find_examples(trees, expected):
        assert example.evidence and not example.right
    # All is as it was.
    assert pipe.network.head.read is read  # type: ignore[attr-defined]
    assert pipe.network.calibration == [(0, 0.5), (1, 0.6)]  # type: ignore[attr-defined]
