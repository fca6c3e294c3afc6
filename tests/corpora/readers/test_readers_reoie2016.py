import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers import read_reoie2016
from spacy_xoie.corpora.readers.reoie2016 import _records

EMPTY = {"arg0": "", "arg1": "", "arg2": "", "arg3": "", "loc": "", "temp": ""}


def _write(tmp_path, text):
    path = tmp_path / "gold.json"
    path.write_text(text, encoding="utf8")
    return path


def _read(tmp_path, text):
    faults = []
    return (
        read_reoie2016(_write(tmp_path, text), lambda fault: faults.append(str(fault))),
        faults,
    )


def test_arguments(tmp_path):
    record = {
        "arg0": "He",
        "pred": "<be> sold",
        "arg1": "flour",
        "loc": "in Ulm",
        "temp": "today",
        "context": "They say",
        "arg0_index": [0, 0],
    }
    gold = {
        "He sold flour .": [
            EMPTY | record,
            EMPTY | {"pred": "<be>", "arg1": "flour"},
            EMPTY | {"pred": "", "arg0": "He"},
        ],
        "Well .": [],
    }
    tuples, faults = _read(tmp_path, json.dumps(gold, indent=1))
    assert tuples == {
        "He sold flour .": [
            Extraction("sold", ("He", "flour", "today", "in Ulm")),
            Extraction("[is]", ("", "flour")),
            Extraction("", ("He",)),
        ],
        "Well .": [],
    }
    assert faults == []


def test_records_that_are_no_tuples(tmp_path):
    text = """{
"A b .": [
{"pred": "is", "arg0": "A"},
{"arg0": "A"},
{"pred": "is", "arg0": 3},
{"pred": ""},
null,
"is"
]}"""
    tuples, faults = _read(tmp_path, text)
    assert tuples == {"A b .": [Extraction("is", ("A",))]}
    assert faults == [
        "gold.json:4: 'pred' must be a text, not None",
        "gold.json:5: 'arg0' must be a text, not 3",
        "gold.json:6: the relation and all arguments are empty",
        "gold.json:7: a tuple must be an object",
        "gold.json:8: a tuple must be an object with 'pred' and arguments",
    ]


def test_reading_goes_on_after_broken_json(tmp_path):
    text = """{
"A b .": [
{"pred": "is" "arg0": "A"},
{"pred": "has", "arg0": "A"}
],
"C d .": [
{"pred": "is", "arg0": C}
],
"E f .": [
{"pred": "does", "arg0": "E"}
]
}"""
    tuples, faults = _read(tmp_path, text)
    assert tuples == {
        "A b .": [Extraction("has", ("A",))],
        "C d .": [],
        "E f .": [Extraction("does", ("E",))],
    }
    assert [fault.split(":")[1] for fault in faults] == ["3", "7"]


@pytest.mark.parametrize("text", ["", "[]", '{"A b ."', '{"A b .": [{"pred": "is"}'])
def test_broken_files(tmp_path, text):
    _, faults = _read(tmp_path, text)
    assert faults
    assert all(fault.startswith("gold.json:1: ") for fault in faults)


@given(st.text('{}[]",: \nab', max_size=40))
def test_any_text_comes_to_an_end(text):
    for _ in _records(text, lambda line, why: None):
        pass
