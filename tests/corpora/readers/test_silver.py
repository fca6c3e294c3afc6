"""Tuples on which systems agree."""

import gzip
from collections import Counter
from pathlib import Path
from typing import Any, Dict, List, Tuple

import pytest
from spacy.language import Language

from spacy_xoie.corpora import Record, docs_from_records
from spacy_xoie.corpora.readers import read_silver
from spacy_xoie.errors import ConfigError

SENTENCES = """The old mill was built in 1820 by a miller .
Bo saw Ann and Ann saw Bo .

The paint , invented near Rome , dried .
Ann , then Bo sat ; Ann , then Bo sat .
"""


def run(
    tmp_path: Path, outputs: Dict[str, str], **options: Any
) -> Tuple[List[Record], List[str], Counter[str]]:
    sentences = tmp_path / "sentences.txt"
    sentences.write_text(SENTENCES, encoding="utf8")
    paths = {}
    for name, text in outputs.items():
        paths[name] = tmp_path / f"{name}.txt.gz"
        lines = (line.replace("|", "\t") for line in text.splitlines())
        paths[name].write_bytes(gzip.compress("\n".join(lines).encode()))
    faults: List[str] = []
    counts: Counter[str] = Counter()
    records = read_silver(
        paths,
        sentences,
        on_fault=lambda fault: faults.append(str(fault)),
        counts=counts,
        **options,
    )
    return list(records), faults, counts


def tuples(record: Record) -> List[Tuple[str, ...]]:
    return [
        (t.subject.text, t.relation.text, *(part.text for part in t.objects))
        for t in record.triples
    ]


@pytest.mark.parametrize(
    "one, other",
    [
        # the same
        ("The old mill|was built|in 1820", "The old mill|was built|in 1820"),
        # case, articles
        ("old mill|was built|in 1820", "The Old Mill|was built|in 1820"),
        # the preposition goes with its argument
        ("The old mill|was built in|1820", "The old mill|was built|in 1820"),
        ("The old mill|was built in|1820", "the old mill|was built in|1820"),
        # insertions
        ("The old mill|[is] was built|in 1820", "The old mill|built|in 1820"),
        ("The old mill|be built|in 1820", "The old mill|built in|1820"),
    ],
)
def test_agreement(tmp_path: Path, one: str, other: str) -> None:
    outputs = {"minie": f"1|{one}", "openie6": f"1|{other}"}
    (record,), faults, counts = run(tmp_path, outputs)
    assert tuples(record) == [("The old mill", "was built", "in 1820")]
    assert record.construction == "silver:minie+openie6"
    assert record.id == "sentences-1"
    assert faults == []
    assert counts == {"tuples": 2, "agreed": 1, "triples": 1, "sentences": 1}


@pytest.mark.parametrize(
    "number, one, reason",
    [
        (1, "The mill|was built|in 1820", "the subject is not in the sentence"),
        (1, "The old mill|was made|in 1820", "the relation is not in the sentence"),
        (1, "The old mill|was built|in 1821", "the object is not in the sentence"),
        (1, "The old mill|was built|built in", "parts overlap"),
        (5, "then|Bo|sat", "ambiguous"),
    ],
)
def test_what_cannot_be_placed_is_dropped(
    tmp_path: Path, number: int, one: str, reason: str
) -> None:
    text = f"{number}|{one}"
    records, faults, counts = run(tmp_path, {"a": text, "b": text, "c": ""})
    assert records == [] and faults == []
    assert counts[f"dropped: {reason}"] == 1
    assert counts["dropped: sentences without a triple"] == 1


def test_nearest_places_count(tmp_path: Path, blank: Language) -> None:
    text = "2|Ann|saw|Bo\n4|The paint|invented|near Rome"
    records, _, _ = run(tmp_path, {"a": text, "b": text})
    docs, faults = docs_from_records(blank, records)
    assert faults == []
    assert docs[0]._.triples[0].token_triple[:3] == (((4, 5),), ((5, 6),), (((6, 7),),))
    assert str(docs[1]._.triples[0]) == "(The paint; invented; near Rome)"


def test_too_few_systems(tmp_path: Path) -> None:
    text = "2|Ann|saw|Bo"
    outputs = {"a": f"{text}\n{text}", "b": "", "c": ""}
    records, _, counts = run(tmp_path, outputs)
    assert records == []
    assert counts["dropped: too few systems"] == 1
    assert len(run(tmp_path, outputs, at_least=1)[0]) == 1
    outputs["b"] = text
    assert run(tmp_path, outputs, at_least=3)[0] == []


def test_equal_places_are_one_triple(tmp_path: Path) -> None:
    text = "1|The old mill|was built|in 1820\n1|The old mill|was built ,|in 1820"
    (record,), _, _ = run(tmp_path, {"a": text, "b": text})
    assert len(record.triples) == 1


@pytest.mark.parametrize("at_least", [0, 3])
def test_impossible_number_of_systems(tmp_path: Path, at_least: int) -> None:
    with pytest.raises(ConfigError, match="1 to 2"):
        run(tmp_path, {"a": "", "b": ""}, at_least=at_least)


@pytest.mark.parametrize(
    "bad, reason",
    [
        ("2|Ann|saw", "4 fields"),
        ("3|Ann|saw|Bo", "no sentence '3' in sentences.txt"),
        ("x|Ann|saw|Bo", "no sentence 'x'"),
        ("²|Ann|saw|Bo", "no sentence '²'"),
    ],
)
def test_malformed_line_is_reported_and_the_rest_read(
    tmp_path: Path, bad: str, reason: str
) -> None:
    text = "2|Ann|saw|Bo"
    records, faults, counts = run(tmp_path, {"a": f"{bad}\n\n{text}", "b": text})
    assert len(records) == 1
    (fault,) = faults
    assert fault.startswith("a.txt.gz:1: ") and reason in fault
    assert counts["malformed"] == 1


def test_empty_part_is_counted(tmp_path: Path) -> None:
    text = "2|Ann|[is]|Bo\n2||saw|Bo"
    records, faults, counts = run(tmp_path, {"a": text, "b": text})
    assert (records, faults) == ([], [])
    assert counts["dropped: a part is empty"] == 4


def test_published_output(shared_data: Path, blank: Language) -> None:
    folder = shared_data / "silver_en_webassertions"
    paths = {p.name.partition("_")[0]: p for p in sorted(folder.glob("*.txt.gz"))}
    if not paths:
        pytest.skip("there is no silver_en_webassertions in XOIE_DATA")
    counts: Counter[str] = Counter()
    sentences = folder / "devpassage1000.txt"
    records = list(read_silver(paths, sentences, on_fault=pytest.fail, counts=counts))
    total = 4261 + 3198 + 2919 + 3802 + 6936 + 8354 + 2257
    assert counts["tuples"] + counts["dropped: a part is empty"] == total
    docs, refused = docs_from_records(blank, records)
    assert refused == []
    found = sum(len(doc._.triples) for doc in docs)
    assert found == counts["triples"] > 3000
    assert len({record.text for record in records}) == len(records)
