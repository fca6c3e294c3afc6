"""OIE2016 in columns."""

import gzip
from collections import Counter
from pathlib import Path
from typing import List, Sequence, Tuple

import pytest
from spacy.language import Language

from spacy_xoie.corpora import Record, docs_from_records
from spacy_xoie.corpora.readers import READERS, read_oie2016
from spacy_xoie.errors import DataError

HEADER = "word_id\tword\tpred\tpred_id\thead_pred_id\tsent_id\trun_id\tlabel\n"
PAINTERS = "The painters have not yet finished the hall -LRB- upstairs -RRB- ."


def block(sentence: str, labels: Sequence[str], run: int = 0) -> str:
    rows = [
        f"{i}\t{word}\tv\t[1]\t1\t0\t{run}\t{label}"
        for i, (word, label) in enumerate(zip(sentence.split(), labels, strict=True))
    ]
    return "\n".join(rows) + "\n\n"


def labels(text: str) -> List[str]:
    return text.split()


WHOLE = block(
    PAINTERS, labels("A0-B A0-I P-B O O P-I A1-B A1-I A1-I A1-I A1-I O"), run=0
)
NO_OBJECT = block(PAINTERS, labels("A0-B A0-I O O O P-B O O O O O O"), run=1)
ONLY_A2 = block(PAINTERS, labels("A0-B A0-I O O O P-B A2-B A2-I O O O O"), run=2)
FIVE = block(
    "Ann sold Bo tea today here cheap",
    labels("A0-B P-B A1-B A2-B A3-B A4-B A5-B"),
    run=3,
)


def read(path: Path, text: str) -> Tuple[List[Record], List[str], Counter[str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf8") as file:
        file.write(text)
    faults: List[str] = []
    counts: Counter[str] = Counter()
    records = list(
        read_oie2016(path, lambda fault: faults.append(str(fault)), counts=counts)
    )
    return records, faults, counts


@pytest.mark.parametrize("name", ["a.oie.conll", "a.oie.conll.gz"])
def test_extractions_of_a_sentence_stand_side_by_side(
    tmp_path: Path, name: str
) -> None:
    text = HEADER + WHOLE + NO_OBJECT + ONLY_A2 + FIVE
    records, faults, counts = read(tmp_path / name, text)
    assert faults == []
    first, second = records
    assert (first.id, first.language, first.split) == ("a-1", "en", "train")
    assert first.text == "The painters have not yet finished the hall ( upstairs ) ."
    whole, only_a2 = first.triples
    assert whole.subject.text == "The painters"
    assert whole.relation.text == "have finished"
    assert whole.relation.spans == [(13, 17), (26, 34)]
    assert [part.text for part in whole.objects] == ["the hall ( upstairs )"]
    assert [part.text for part in only_a2.objects] == ["the hall"]
    assert [part.text for part in second.triples[0].objects] == ["Bo", "tea", "today"]
    assert counts == {
        "sentences": 2,
        "extractions": 4,
        "triples": 3,
        "with a part in several pieces": 1,
        "without A1": 2,
        "left out: no object": 1,
        "objects left out: more than three": 2,
    }


def test_label_inside_without_a_beginning(tmp_path: Path) -> None:
    text = block("Rain fell on us", labels("A0-I P-B A1-I A1-I"))
    (record,), faults, _ = read(tmp_path / "x.conll", text)
    assert faults == []
    assert record.triples[0].subject.text == "Rain"
    assert record.triples[0].objects[0].text == "on us"


def test_repeated_extraction_is_one_triple(tmp_path: Path) -> None:
    (record,), _, counts = read(tmp_path / "x.conll", WHOLE + WHOLE)
    assert len(record.triples) == 1
    assert (counts["extractions"], counts["triples"]) == (2, 1)


def test_missing_subject_is_counted(tmp_path: Path) -> None:
    text = block("Go home", labels("P-B A1-B"))
    (record,), faults, counts = read(tmp_path / "x.conll", text)
    assert faults == [] and record.triples[0].subject.spans == []
    assert counts["without subject"] == 1


def test_sentence_of_which_nothing_is_left_is_left_out(tmp_path: Path) -> None:
    bare = block("Rain fell", labels("A0-B P-B"))
    repeated = bare + block("Rain fell", labels("A0-B P-B"), run=1)
    records, faults, counts = read(tmp_path / "x.conll", repeated + WHOLE + bare)
    assert faults == []
    assert [record.text[:12] for record in records] == ["The painters"]
    assert counts == {
        "sentences": 1,
        "extractions": 4,
        "triples": 1,
        "with a part in several pieces": 1,
        "without A1": 3,
        "left out: no object": 3,
        "left out: sentences without a triple": 2,
    }


GOOD = block("Ann met Bo", labels("A0-B P-B A1-B"), run=7)


@pytest.mark.parametrize(
    "broken, line, reason",
    [
        ("0\tAnn\tv\n\n", 2, "8 fields"),
        (GOOD.replace("2\tBo", "5\tBo"), 4, "word_id must be 2"),
        (GOOD.replace("P-B", "V-B"), 3, "'V-B'"),
        (GOOD.replace("P-B", "P"), 3, "'P'"),
        (GOOD.replace("P-B", "O"), 2, "no relation"),
        (GOOD.replace("\tBo\t", "\t\t"), 4, "word is empty"),
        (GOOD.replace("7\tA1", "8\tA1"), 4, "run_id '8'"),
    ],
)
def test_malformed_block_is_reported_and_the_rest_read(
    tmp_path: Path, broken: str, line: int, reason: str
) -> None:
    text = HEADER + broken + WHOLE + GOOD
    records, faults, counts = read(tmp_path / "x.conll", text)
    assert [len(record.triples) for record in records] == [1, 1]
    (fault,) = faults
    assert fault.startswith(f"x.conll:{line}: ")
    assert reason in fault
    assert counts["malformed"] == 1


def test_line_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    bad = GOOD.encode().replace(b"Bo", b"\xff\xfe")
    path.write_bytes(HEADER.encode() + bad + GOOD.encode())
    faults: List[str] = []
    records = list(read_oie2016(path, lambda fault: faults.append(str(fault))))
    assert faults[0].startswith("x.conll:4: this is not UTF-8")
    assert records[-1].text == "Ann met Bo"


def test_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "x.conll.gz"
    path.write_bytes(gzip.compress((HEADER + GOOD * 50).encode())[:-20])
    with pytest.raises(DataError, match=r"x\.conll\.gz is damaged"):
        list(read_oie2016(path))


def test_without_anyone_to_tell(tmp_path: Path) -> None:
    path = tmp_path / "x.conll"
    path.write_text("nonsense\n\n" + GOOD)
    assert len(list(READERS["oie2016"](path))) == 1


@pytest.mark.parametrize(
    "name, sentences, extractions",
    [
        ("wiki1.train", 1024, 2905),
        ("propbank.train", 688, 2173),
        ("dev", 570, 1673),
    ],
)
def test_published_files(
    shared_data: Path, blank: Language, name: str, sentences: int, extractions: int
) -> None:
    path = shared_data / "oie2016_en" / f"{name}.oie.conll.gz"
    if not path.is_file():
        pytest.skip(f"there is no {path.name} in XOIE_DATA")
    faults: List[str] = []
    counts: Counter[str] = Counter()
    records = list(
        read_oie2016(path, lambda fault: faults.append(str(fault)), counts=counts)
    )
    assert faults == []
    assert len(records) == counts["sentences"] == sentences
    assert len({record.text for record in records}) == sentences
    assert counts["extractions"] == extractions
    docs, refused = docs_from_records(blank, records)
    assert refused == []
    assert sum(len(doc._.triples) for doc in docs) == counts["triples"]
