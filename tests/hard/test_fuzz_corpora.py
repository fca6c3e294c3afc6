"""Damaged corpora cost the records that are damaged, each reported with its place."""

import gzip
import json
import tempfile
from pathlib import Path
from typing import Any, Callable, List

import pytest
from hard_builders import altered, cases, damage, texts
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie import get_triples
from spacy_xoie.corpora.convert import docs_from_records
from spacy_xoie.corpora.readers import (
    READERS,
    docs_to_prodigy,
    read_benchie,
    read_carb,
    read_openie5,
    read_reoie2016,
    read_tabbed,
)
from spacy_xoie.corpora.records import Fault, Record, read_corpus, read_records
from spacy_xoie.corpora.treebanks import graft, read_treebank
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.errors import DataError

BARE = multilingual_pipeline()
RECORD = {
    "id": "a-1",
    "language": "de",
    "split": "train",
    "construction": "passive",
    "text": "Die Brücke wurde 1901 gebaut.",
    "triples": [
        {
            "subject": {"text": "Die Brücke", "spans": [[0, 10]]},
            "relation": {"text": "wurde gebaut", "spans": [[11, 16], [22, 28]]},
            "objects": [{"text": "1901", "spans": [[17, 21]]}],
        }
    ],
}
GOOD = json.dumps({**RECORD, "id": "good"}, ensure_ascii=False)
TREE = """# sent_id = one
# text = Anna's dog saw Ben.
1-2	Anna's	_	_	_	_	_	_	_	_
1	Anna	Anna	PROPN	_	_	3	nmod:poss	_	_
2	's	's	PART	_	_	1	case	_	_
3	dog	dog	NOUN	_	_	4	nsubj	_	_
4	saw	see	VERB	_	_	0	root	_	_
4.1	_	_	VERB	_	_	_	_	_	_
5	Ben	Ben	PROPN	_	_	4	obj	_	SpaceAfter=No
6	.	.	PUNCT	_	_	4	punct	_	_

"""
LAST = TREE.replace("sent_id = one", "sent_id = last")


def with_file(content: bytes, name: str, use: Callable[[Path], Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return use(path)


def use_records(records: List[Record]) -> None:
    docs, faults = docs_from_records(BARE, records)
    assert len(docs) + len(faults) == len(records)
    for doc in docs:
        assert all(triple.relation for triple in get_triples(doc))
    list(docs_to_prodigy(docs))


def check_records(lines: bytes) -> None:
    """The good record before and after is read, whatever is between them."""
    content = GOOD.encode() + b"\n" + lines + b"\n" + GOOD.encode()
    items = with_file(content, "de.jsonl", lambda path: list(read_records(path)))
    good = [item for _, item in items if isinstance(item, Record)]
    assert [record.id for record in good].count("good") >= 2
    for _, item in items:
        assert isinstance(item, Record) or (":1" not in item.place[-2:] and item.why)
    use_records(good)
    _, faults = with_file(content, "de.jsonl", read_corpus)
    assert any("occurs twice" in str(fault) for fault in faults)


@cases(60)
@given(altered(RECORD), st.booleans())
def test_altered_records(record: Any, escape: bool) -> None:
    check_records(json.dumps(record, ensure_ascii=escape).encode("utf8", "replace"))


@cases(40)
@given(damage(json.dumps(RECORD).encode()))
def test_damaged_records(line: bytes) -> None:
    check_records(line)


@cases(20)
@given(texts(2), st.integers(-1, 5), st.integers(0, 9))
def test_records_of_any_text(text: str, start: int, length: int) -> None:
    piece = text[max(start, 0) : start + length]
    part = {"text": piece, "spans": [[start, start + length]]}
    subject = {"text": "", "spans": []}
    triple = {"subject": subject, "relation": part, "objects": [part]}
    check_records(json.dumps({**RECORD, "text": text, "triples": [triple]}).encode())


def check_treebank(block: bytes) -> None:
    content = TREE.encode() + block + b"\n\n" + LAST.encode()
    faults: List[str] = []

    def read(path: Path) -> Any:
        return list(read_treebank(path, lambda fault: faults.append(str(fault))))

    sentences = with_file(content, "en_x-ud-train.conllu", read)
    assert sentences[0].id == "one" and sentences[-1].id == "last"
    for sentence in sentences:
        try:
            tree = graft(sentence, BARE.make_doc(sentence.text))
        except ValueError:
            continue
        assert all(0 <= head < len(tree.heads) for head in tree.heads)
    assert all(fault.startswith("en_x-ud-train.conllu:") for fault in faults)


@cases(60)
@given(damage(TREE.encode()))
def test_damaged_trees(block: bytes) -> None:
    check_treebank(block)


@cases(40)
@given(st.data())
def test_altered_trees(data: st.DataObject) -> None:
    lines = [line.split("\t") for line in TREE.strip().split("\n")]
    row = lines[data.draw(st.integers(2, len(lines) - 1))]
    column = data.draw(st.integers(0, len(row) - 1))
    row[column] = data.draw(
        st.one_of(
            texts(1).map(lambda text: text.replace("\n", "")),
            st.sampled_from(["0", "1", "9", "-1", "1-9", "9-1", "1.1", "_", "", "a-b"]),
            st.just("9" * 5000),
        )
    )
    check_treebank("\n".join("\t".join(line) for line in lines).encode())


OTHERS: dict[str, Callable[..., Any]] = {
    **READERS,
    "benchie": read_benchie,
    "carb": read_carb,
    "openie5": read_openie5,
    "reoie2016": read_reoie2016,
    "tabbed": read_tabbed,
}
SAMPLE = "\n".join(
    [
        "Anna met Ben in Rome .\tAnna\tmet\tBen\tin Rome",
        "0.9\tAnna met Ben\tAnna\tmet\tBen",
        '{"text": "Anna met Ben", "relations": [{"head": 1, "child": 0}]}',
        "sent_id:1\tAnna met Ben .",
        "1--> Cluster 1:",
        "[Anna] --> met --> Ben",
        "0\t1\t1\tmet\tmet\tO\tA0-B\tP-B\tA1-B",
    ]
).encode()


@pytest.mark.parametrize("name", OTHERS)
def test_other_formats(name: str) -> None:
    @cases(12)
    @given(st.one_of(damage(SAMPLE), texts(4).map(str.encode)), st.booleans())
    def check(content: bytes, packed: bool) -> None:
        faults: List[str] = []
        ending = ".gz" if packed else ""
        if packed:
            content = gzip.compress(content, mtime=0)[: max(0, len(content))]

        def read(path: Path) -> Any:
            try:
                found = OTHERS[name](path, lambda fault: faults.append(str(fault)))
                return found if isinstance(found, dict) else list(found)
            except DataError as e:
                assert path.name in str(e)
                return None

        with_file(content, f"file.txt{ending}", read)
        assert all(fault.startswith("file.txt") for fault in faults)

    check()


def test_a_byte_that_is_no_text() -> None:
    """It cost the rest of the treebank."""
    faults: List[str] = []
    content = TREE.encode() + b"\x80" + TREE.encode() + LAST.encode()
    found = with_file(
        content,
        "en.conllu",
        lambda path: list(read_treebank(path, lambda fault: faults.append(str(fault)))),
    )
    assert [sentence.id for sentence in found] == ["one", "last"]
    assert len(faults) == 1 and faults[0].startswith("en.conllu:12: this is not UTF-8")


def test_treebank_cut_short() -> None:
    content = gzip.compress(TREE.encode() * 50)[:-20]
    with pytest.raises(
        DataError, match=r"en.conllu.gz is damaged after line \d+ .*Fetch it again"
    ):
        with_file(content, "en.conllu.gz", lambda path: list(read_treebank(path)))


def test_undamaged() -> None:
    check_treebank(TREE.replace("= one", "= two").encode())
    check_records(json.dumps(RECORD).encode())
    items = with_file(GOOD.encode(), "de.jsonl", lambda path: list(read_records(path)))
    assert not any(isinstance(item, Fault) for _, item in items)
