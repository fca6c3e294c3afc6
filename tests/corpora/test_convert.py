"""From records to spaCy's training data."""

from pathlib import Path
from typing import Any, List

import pytest
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from spacy_xoie.corpora import (
    Record,
    doc_from_record,
    docs_from_records,
    write_docbin,
)
from spacy_xoie.errors import DataError


def record(
    text: str, subject: str, relation: str, *objects: str, **fields: Any
) -> Record:
    def part(words: str) -> Any:
        pieces = [word for word in words.split("|") if word]
        spans = [[text.index(p), text.index(p) + len(p)] for p in pieces]
        return {"text": " ".join(pieces), "spans": spans}

    return Record(
        **{"id": "a-1", "language": "de", **fields},
        text=text,
        triples=[
            {
                "subject": part(subject),
                "relation": part(relation),
                "objects": [part(words) for words in objects],
            }
        ],
    )


BRIDGE = record("Die Brücke wurde 1901 gebaut.", "Die Brücke", "wurde|gebaut", "1901")
DROPPED = record("Llegaron ayer.", "", "Llegaron", "ayer", language="es", id="b")
WITHIN = record("Das Stadttor steht.", "tor", "steht", "Das", id="c-7")


def test_gold_doc(blank: Language) -> None:
    doc = doc_from_record(blank, BRIDGE)
    (triple,) = doc._.triples
    assert doc.text == BRIDGE.text
    assert triple.as_tuple() == ("Die Brücke", "wurde gebaut", "1901")
    assert triple.relation.pieces == ((2, 3), (4, 5))
    assert (triple.score, triple.language, triple.origin) == (None, "de", "gold")
    (dropped,) = (
        doc_from_record(blank, DROPPED, key="facts")
        .spans["facts"]
        .attrs["triples"]
        .values()
    )
    assert dropped["language"] == "es"


def test_record_without_triples_is_annotated_all_the_same(blank: Language) -> None:
    doc = doc_from_record(blank, Record(id="x", language="pt", text="Bom dia!"))
    assert doc.spans["xoie"].attrs["language"] == "pt"
    assert doc._.triples == ()


def test_span_within_a_token_is_refused_with_its_place(blank: Language) -> None:
    with pytest.raises(DataError) as caught:
        doc_from_record(blank, WITHIN)
    for word in ("c-7 (de)", "triples.0.subject.spans", "'tor'", "whole tokens"):
        assert word in str(caught.value)
    docs, faults = docs_from_records(blank, [BRIDGE, WITHIN, DROPPED])
    assert [doc.text for doc in docs] == [BRIDGE.text, DROPPED.text]
    assert [str(fault) for fault in faults] == [str(caught.value)]


def read(path: Path, nlp: Language) -> List[Doc]:
    return list(DocBin().from_disk(path).get_docs(nlp.vocab))


def test_docbin_holds_the_triples(blank: Language, tmp_path: Path) -> None:
    path = tmp_path / "new" / "train.spacy"
    write_docbin(path, [doc_from_record(blank, BRIDGE)])
    (doc,) = read(path, blank)
    assert str(doc._.triples[0]) == "(Die Brücke; wurde gebaut; 1901)"
    assert doc._.triples[0].language == "de"
    assert list(path.parent.iterdir()) == [path]


def test_failing_write_leaves_the_old_file(
    blank: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "train.spacy"
    write_docbin(path, [doc_from_record(blank, BRIDGE)])
    before = path.read_bytes()

    def failing_docs() -> Any:
        yield doc_from_record(blank, DROPPED)
        raise RuntimeError("the reader broke down")

    with pytest.raises(RuntimeError):
        write_docbin(path, failing_docs())
    assert path.read_bytes() == before

    def full(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        write_docbin(path, [doc_from_record(blank, DROPPED)])
    assert path.read_bytes() == before
    with pytest.raises(OSError, match="No space"):
        write_docbin(tmp_path / "dev.spacy", [doc_from_record(blank, DROPPED)])
    assert not (tmp_path / "dev.spacy").exists()
