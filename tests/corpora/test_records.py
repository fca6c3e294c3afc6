"""Reading a corpus: every fault has its place, and what is good is still read."""

import copy
import json
import re
from pathlib import Path
from typing import Any, Callable, Dict, List, Union

import pytest

from spacy_xoie.corpora import Fault, Record, read_corpus, read_records

GOOD: Dict[str, Any] = {
    "id": "passive-03",
    "language": "de",
    "split": "train",
    "construction": "passive",
    "text": "Die Brücke wurde 1901 gebaut.",
    "triples": [
        {
            "subject": {"text": "Die Brücke", "spans": [[0, 10]]},
            "relation": {"text": "wurde gebaut", "spans": [[11, 16], [22, 28]]},
            "objects": [{"text": "1901", "spans": [[17, 21]]}],
        },
    ],
}


def variant(change: Callable[[Dict[str, Any]], Any]) -> str:
    """A record that is good but for one change."""
    record = copy.deepcopy(GOOD)
    record["id"] = "changed"
    change(record)
    return json.dumps(record, ensure_ascii=False)


def part(name: str, text: str, spans: List[Any]) -> str:
    new = {"text": text, "spans": spans}
    return variant(lambda r: r["triples"][0].update({name: new}))


def objects(*spans: List[int]) -> str:
    text = str(GOOD["text"])
    parts = [{"text": text[s:e], "spans": [[s, e]]} for s, e in spans]
    return variant(lambda r: r["triples"][0].update(objects=parts))


def write(path: Path, *lines: Union[str, bytes, Dict[str, Any]]) -> Path:
    data = b""
    for line in lines:
        if isinstance(line, dict):
            line = json.dumps(line, ensure_ascii=False)
        data += (line.encode("utf8") if isinstance(line, str) else line) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


RELATION, OBJECT = "triples.0.relation", "triples.0.objects.0"


@pytest.mark.parametrize(
    "line, field, message",
    [
        ("{'id': 1}", "", "not a JSON object"),
        ('{"id": "a"', "", "not a JSON object"),
        ("[" * 5000, "", "not a JSON object"),
        ("[1, 2]", "", "not a JSON object, but list"),
        (variant(lambda r: r.pop("text")), "text", "required"),
        (variant(lambda r: r.pop("language")), "language", "required"),
        (variant(lambda r: r["triples"][0].pop("relation")), RELATION, "required"),
        (variant(lambda r: r.update(tripels=[])), "tripels", "Extra"),
        (
            variant(lambda r: r["triples"][0]["relation"].update(head=1)),
            f"{RELATION}.head",
            "Extra",
        ),
        (variant(lambda r: r.update(language="German")), "language", "must be a code"),
        (variant(lambda r: r.update(split="training")), "split", "'train', 'dev'"),
        (variant(lambda r: r.update(id="")), "id", "at least 1"),
        (variant(lambda r: r.update(text="")), "text", "at least 1"),
        (variant(lambda r: r.update(text=7)), "text", "string"),
        (objects(), "triples.0.objects", "at least 1"),
        (
            objects([17, 18], [18, 19], [19, 20], [20, 21]),
            "triples.0.objects",
            "at most 3",
        ),
        (part("relation", "", []), f"{RELATION}.spans", "no span"),
        (part("relation", "gebaut", [[22, 29, 1]]), f"{RELATION}.spans.0", "2"),
        (part("relation", "gebaut", [["x", 28]]), f"{RELATION}.spans.0.0", "integer"),
        (part("relation", "gebaut", [[22, 40]]), f"{RELATION}.spans", "22, 40"),
        (part("relation", "gebaut", [[-7, 28]]), f"{RELATION}.spans", "-7, 28"),
        (part("relation", "", [[22, 22]]), f"{RELATION}.spans", "22, 22"),
        (
            part("relation", "Brücke wurde", [[4, 16]]),
            f"{RELATION}.spans",
            "overlaps subject",
        ),
        (objects([15, 21]), f"{OBJECT}.spans", "overlaps relation"),
        (
            objects([17, 19], [18, 21]),
            "triples.0.objects.1.spans",
            "overlaps objects.0",
        ),
        (
            part("relation", "gebaut gebaut", [[22, 28], [22, 28]]),
            f"{RELATION}.spans",
            "overlaps relation",
        ),
        (
            part("relation", "wurde gebauet", [[11, 16], [22, 28]]),
            f"{RELATION}.text",
            "'wurde gebauet'.*'wurde gebaut'",
        ),
        (part("subject", "Brücke", []), "triples.0.subject.text", "'Brücke'.*''"),
        (variant(lambda r: None).encode("latin1"), "", "not UTF-8"),
        ('{"id": "a"}'.encode("utf-16"), "", "not UTF-8"),
    ],
)
def test_fault_has_its_place(
    line: Union[str, bytes], field: str, message: str, tmp_path: Path
) -> None:
    other = {**GOOD, "id": "other"}
    path = write(tmp_path / "de.jsonl", GOOD, line, other)
    items = list(read_records(path))
    assert [items[0][0], items[-1][0]] == [1, 3]
    faults = [item for _, item in items if isinstance(item, Fault)]
    fault = faults[0]
    assert (fault.place, fault.field) == (f"{path}:2", field)
    assert re.search(message, fault.why)
    assert str(fault).startswith(f"{path}:2: {field}")
    assert "\n" not in str(fault)
    # The records around it are read; the faulty one is not.
    good, reported = read_corpus(path)
    assert [record.id for record in good] == ["passive-03", "other"]
    assert reported == faults
    assert {fault.place for fault in faults} == {f"{path}:2"}


def test_several_faults_of_one_record(tmp_path: Path) -> None:
    bad = variant(lambda r: (r.pop("text"), r.update(split="x", extra=1)))
    _, faults = read_corpus(write(tmp_path / "de.jsonl", bad))
    assert {fault.field for fault in faults} == {"text", "split", "extra"}


def test_good_records_with_what_may_be_left_out(tmp_path: Path) -> None:
    least = {"id": "a", "language": "zh-Hant", "text": "他睡了。"}
    implied = variant(
        lambda r: r["triples"][0].update(subject={"text": "", "spans": []})
    )
    path = write(tmp_path / "x.jsonl", least, "", "  ", implied)
    items = list(read_records(path))
    assert [number for number, _ in items] == [1, 4]
    first, second = (item for _, item in items)
    assert isinstance(first, Record) and isinstance(second, Record)
    assert (first.split, first.triples, first.construction) == ("train", [], "")
    assert second.triples[0].subject.spans == []


def test_same_id_twice(tmp_path: Path) -> None:
    write(tmp_path / "de.jsonl", GOOD, {**GOOD, "text": "Ja.", "triples": []})
    write(tmp_path / "de2.jsonl", GOOD)
    write(tmp_path / "en.jsonl", {**GOOD, "language": "en"})
    records, faults = read_corpus(tmp_path)
    assert [(fault.place, fault.field) for fault in faults] == [
        (f"{tmp_path / 'de.jsonl'}:2", "id"),
        (f"{tmp_path / 'de2.jsonl'}:1", "id"),
    ]
    assert "'passive-03' occurs twice" in str(faults[0])
    assert [record.language for record in records] == ["de", "en"]


def test_split_that_differs_between_languages(tmp_path: Path) -> None:
    write(tmp_path / "de.jsonl", GOOD, {**GOOD, "id": "b"})
    write(
        tmp_path / "en.jsonl",
        {**GOOD, "language": "en", "id": "b"},
        {**GOOD, "language": "en", "split": "test"},
    )
    records, faults = read_corpus(tmp_path)
    (fault,) = faults
    assert (fault.place, fault.field) == (f"{tmp_path / 'en.jsonl'}:2", "split")
    for word in ("'passive-03'", "'test'", "'train'", "de.jsonl"):
        assert word in fault.why
    assert len(records) == 3


def test_folder_without_files(tmp_path: Path) -> None:
    records, (fault,) = read_corpus(tmp_path)
    assert records == []
    assert str(fault) == f"{tmp_path}: there is no .jsonl file in this folder"
