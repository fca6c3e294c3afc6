"""Triples that a reader expects."""

import json
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List

import pytest
import spacy
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.errors import DataError
from spacy_xoie.evaluation.expected import (
    ExpectedTriples,
    Found,
    find_expected,
    n_alike,
    read_expected,
)

CURIE = ["Marie Curie", "discovered", "radium", "in 1898"]


@pytest.mark.parametrize(
    "found, expected, n",
    [
        ([CURIE], [CURIE], 1),
        # Whatever the case, the punctuation and the order of words.
        ([["curie, MARIE", "discovered", "in 1898 radium"]], [CURIE], 1),
        # Half of the words of each part, no less.
        ([["Marie", "discovered", "radium"]], [CURIE], 1),
        ([["Marie", "has discovered it", "radium"]], [CURIE], 1),
        ([["Marie", "has just discovered it", "radium"]], [CURIE], 0),
        ([["Pierre", "discovered", "radium", "in 1898"]], [CURIE], 0),
        # Parts that are left out on both sides are alike, on one side they are not.
        ([["", "is raining"]], [["", "is raining"]], 1),
        ([["it", "is raining"]], [["", "is raining"]], 0),
        # Each stands for one other.
        ([CURIE, CURIE], [CURIE], 1),
        ([], [CURIE], 0),
    ],
)
def test_likeness(found: Any, expected: Any, n: int) -> None:
    assert n_alike(found, expected, "en") == n
    assert n_alike(expected, found, "en") == n


def test_characters_are_compared_where_words_have_no_spaces() -> None:
    one, other = [["居里夫人", "发现了", "镭"]], [["居里", "发现", "镭"]]
    assert n_alike(one, other, "zh") == 1
    assert n_alike(one, other, "ko") == 0


def test_reading(tmp_path: Path) -> None:
    path = tmp_path / "expected.jsonl"
    records: List[Dict[str, Any]] = [
        {"id": "1", "lang": "no", "text": "Anna sov.", "expected": [["Anna", "sov"]]},
        {"language": "pt-BR", "text": "Bom dia!", "expected": []},
        {"lang": "en", "text": "Anna slept.", "expected": [["slept"]]},
        {"lang": "English", "text": "Anna slept.", "expected": []},
        {"lang": "en", "text": " ", "expected": []},
    ]
    path.write_text("\n".join(map(json.dumps, records)) + "\nnonsense")
    faults: List[str] = []
    assert read_expected(path, lambda fault: faults.append(str(fault))) == [
        ExpectedTriples("nb", "Anna sov.", [["Anna", "sov"]]),
        ExpectedTriples("pt", "Bom dia!", []),
    ]
    assert [fault.partition(": ")[0] for fault in faults] == [
        f"expected.jsonl:{number}" for number in (3, 4, 5, 6)
    ]
    path.write_text("nonsense")
    with pytest.raises(DataError, match="no text with expected triples"):
        read_expected(path)


def test_what_a_pipeline_finds() -> None:
    class Pipeline:
        """Finds that the first word does the second to the third."""

        def pipe(self, texts: Iterable[str]) -> Iterator[Doc]:
            for text in texts:
                doc = spacy.blank("xx")(text)
                triple = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),))
                set_triples(doc, [triple])
                yield doc

    nlp: Any = Pipeline()
    texts = [
        ExpectedTriples("en", "Anna met Ben", [["Anna", "met", "Ben"]]),
        ExpectedTriples("en", "today Anna slept", [["Anna", "slept"], ["A", "b"]]),
        ExpectedTriples("de", "Anna traf Ben", []),
    ]
    found = find_expected(nlp, texts)
    assert found == {"de": Found(0, 1, 0, 1), "en": Found(1, 2, 3, 2)}
    assert found["en"].f1 == pytest.approx(2 / 5)
    assert found["de"].f1 == 0.0
    assert Found().f1 is None
