"""OpenIE4++ in JSON lines."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List

import pytest
from spacy.language import Language

from spacy_xoie.corpora import docs_from_records
from spacy_xoie.corpora.readers import read_openie4

TUPLE = {
    "arg0": "The mill",
    "arg0_pos": [0, 1],
    "relation": "was closed",
    "relation_pos": [2, 3],
    "args": ["in May", "by Ann"],
    "args_pos": [[4, 5], [6, 7]],
}
GOOD: Dict[str, Any] = {
    "sentence": "The mill was closed in May by Ann.",
    "sentence_tokenized": "The mill was closed in May by Ann .",
    "tuples": [TUPLE],
}


def write(path: Path, *records: Any) -> Path:
    lines = [r if isinstance(r, str) else json.dumps(r) for r in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf8")
    return path


def with_tuple(**changes: Any) -> Dict[str, Any]:
    return {**GOOD, "tuples": [{**TUPLE, **changes}, TUPLE]}


def test_positions_are_inclusive(tmp_path: Path, blank: Language) -> None:
    path = write(tmp_path / "train.json", GOOD)
    counts: Counter[str] = Counter()
    (record,) = read_openie4(path, pytest.fail, counts=counts)
    assert record.id == "train-1" and record.text == GOOD["sentence"]
    (doc,), faults = docs_from_records(blank, [record])
    assert faults == []
    assert str(doc._.triples[0]) == "(The mill; was closed; in May; by Ann)"
    assert counts == {"sentences": 1, "extractions": 1, "triples": 1}


def test_words_that_are_not_those_of_the_sentence(tmp_path: Path) -> None:
    words = ["The", "mill", "was", "closed", "in", "May", "-LRB-", "Ann", "-RRB-"]
    other = {**GOOD, "sentence_tokenized": words}
    (record,) = read_openie4(write(tmp_path / "x.jsonl", other), pytest.fail)
    assert record.text == "The mill was closed in May ( Ann )"
    assert record.triples[0].objects[1].text == "( Ann"


def test_discontinuous_and_absent_parts(tmp_path: Path) -> None:
    records = [
        with_tuple(relation_pos=[[2, 2], [3, 3]]),
        with_tuple(arg0_pos=[-1, -1], arg0=""),
        with_tuple(args_pos=[[4, 5], [6, 6], [7, 7], [8, 8]]),
        with_tuple(args_pos=[]),
        with_tuple(relation_pos=None),
        with_tuple(arg0="A mill"),
        with_tuple(args_pos=[4, 5]),
    ]
    counts: Counter[str] = Counter()
    path = write(tmp_path / "x.jsonl", *records)
    read = list(read_openie4(path, pytest.fail, language="de", counts=counts))
    assert read[0].triples[0].relation.spans == [(9, 12), (13, 19)]
    assert read[1].triples[0].subject.spans == []
    assert len(read[2].triples[0].objects) == 3
    assert [len(record.triples) for record in read] == [2, 2, 2, 1, 1, 1, 2]
    assert [part.text for part in read[6].triples[0].objects] == ["in May"]
    assert {record.language for record in read} == {"de"}
    for what in (
        "without subject",
        "objects left out: more than three",
        "left out: no object",
        "left out: no relation",
        "arg0: text differs from positions",
    ):
        assert counts[what] == 1, what


@pytest.mark.parametrize(
    "bad, reason, kept",
    [
        ("{", "not a JSON object", 0),
        ("[1]", "not a JSON object", 0),
        ({**GOOD, "tuples": None}, "tuples: this must be a list", 0),
        ({**GOOD, "sentence_tokenized": None}, "sentence_tokenized", 0),
        ({**GOOD, "sentence_tokenized": "  "}, "there is no word", 0),
        ({**GOOD, "tuples": ["x", TUPLE]}, "tuples.0: a tuple must be an object", 1),
        (with_tuple(arg0_pos=[1, 0]), "tuples.0: arg0_pos: [1, 0]", 1),
        (with_tuple(arg0_pos=[0, 9]), "not a stretch of 9 words", 1),
        (with_tuple(arg0_pos=[0, 1.5]), "not a pair", 1),
        (with_tuple(relation_pos="2"), "relation_pos: '2' is not a pair", 1),
        (with_tuple(args_pos=None), "args_pos: this must be a list", 1),
        (with_tuple(args_pos=[[3, 4]]), "parts overlap at", 1),
        ({**GOOD, "tuples": [{"arg0": "x"}, TUPLE]}, "arg0_pos: this is missing", 1),
    ],
)
def test_malformed_record_is_reported_and_the_rest_read(
    tmp_path: Path, bad: Any, reason: str, kept: int
) -> None:
    faults: List[str] = []
    counts: Counter[str] = Counter()
    path = write(tmp_path / "x.jsonl", GOOD, "", bad, GOOD)
    records = list(
        read_openie4(path, lambda fault: faults.append(str(fault)), counts=counts)
    )
    assert sum(len(record.triples) for record in records) == 2 + kept
    (fault,) = faults
    assert fault.startswith("x.jsonl:3: ") and reason in fault
    assert counts["malformed"] == 1
    assert len(list(read_openie4(path))) == len(records)
