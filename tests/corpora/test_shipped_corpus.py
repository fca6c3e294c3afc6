"""The corpus in `assets/` keeps the promises that training relies on."""

from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, List

import pytest
from spacy.language import Language

from spacy_xoie.corpora import Record, doc_from_record, read_corpus

FOLDER = Path(__file__).parents[2] / "assets" / "corpus"
LANGUAGES = ("ar", "de", "en", "es", "pt", "zh")


@pytest.fixture(scope="module")
def corpus() -> Dict[str, List[Record]]:
    records, faults = read_corpus(FOLDER)
    assert [str(fault) for fault in faults] == []
    by_language: Dict[str, List[Record]] = defaultdict(list)
    for record in records:
        by_language[record.language].append(record)
    return by_language


def test_languages_are_parallel(corpus: Dict[str, List[Record]]) -> None:
    assert sorted(corpus) == sorted(LANGUAGES)
    assert {path.stem for path in FOLDER.glob("*.jsonl")} == set(LANGUAGES)
    english = {record.id: record for record in corpus["en"]}
    assert len(english) >= 100
    for language, records in corpus.items():
        assert Counter(record.id for record in records).most_common(1)[0][1] == 1
        assert {record.id for record in records} == set(english), language
        for record in records:
            assert record.split == english[record.id].split, record.id
            assert record.construction == english[record.id].construction, record.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_hold_their_language(language: str) -> None:
    records, _ = read_corpus(FOLDER / f"{language}.jsonl")
    assert {record.language for record in records} == {language}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_there_twice(
    language: str, corpus: Dict[str, List[Record]]
) -> None:
    """Above all not in two splits: dev and test would measure what was learnt."""
    ids: Dict[str, List[str]] = defaultdict(list)
    for record in corpus[language]:
        plain = "".join(char for char in record.text.casefold() if char.isalnum())
        ids[plain].append(f"{record.id} ({record.split})")
    assert [twice for twice in ids.values() if len(twice) > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_constructions_are_tested(
    language: str, corpus: Dict[str, List[Record]]
) -> None:
    splits: Dict[str, Counter[str]] = defaultdict(Counter)
    for record in corpus[language]:
        assert record.construction
        splits[record.construction][record.split] += 1
    assert len(splits) > 1
    for construction, counts in splits.items():
        if counts.total() >= 7:
            assert counts["test"] >= 1, construction


@pytest.mark.parametrize("language", LANGUAGES)
def test_conversion_is_lossless(
    language: str, corpus: Dict[str, List[Record]], blank: Language
) -> None:
    """As many triples as the records hold, and every part says the same."""
    n_triples = 0
    for record in corpus[language]:
        doc = doc_from_record(blank, record)
        assert doc.text == record.text
        expected = [
            (t.subject.text, t.relation.text, *(o.text for o in t.objects))
            for t in record.triples
        ]
        assert [triple.as_tuple() for triple in doc._.triples] == expected, record.id
        n_triples += len(expected)
    assert n_triples >= 100
