import os
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers import read_benchie, read_benchie_output
from spacy_xoie.corpora.readers.benchie import BenchieSentence
from spacy_xoie.evaluation.benchie import matches, score_benchie, slots_of, split_pieces

DATA = os.environ.get("XOIE_DATA", "")
FOLDER = Path(DATA) / "benchie_dev_en_de_zh"
REFERENCE = [
    ("en", "clausie", "0.5569/0.2585/0.3530"),
    ("en", "minie", "0.4621/0.2801/0.3488"),
    ("en", "openie6", "0.3268/0.2246/0.2662"),
    ("en", "m2oie_en", "0.3980/0.1583/0.2265"),
    ("de", "m2oie_de", "0.0877/0.0260/0.0402"),
    ("zh", "m2oie_zh", "0.2006/0.1185/0.1490"),
]

words = st.lists(st.sampled_from(["a", "b", "ab", "ä", ","]), min_size=1, max_size=3)
patterns = st.lists(st.tuples(words, st.booleans()), max_size=6)


def _written(pattern):
    return " ".join(
        f"[{' '.join(group)}]" if optional else " ".join(group)
        for group, optional in pattern
    )


def _expansions(pattern):
    choices = [[[], group] if optional else [group] for group, optional in pattern]
    return {
        " ".join(word for group in choice for word in group)
        for choice in product(*choices)
    }


@given(patterns, st.data())
def test_optional_words_equal_their_expansion(pattern, data):
    written, expansions = _written(pattern), _expansions(pattern)
    for text in expansions:
        assert matches(split_pieces(written), text)
    other = " ".join(data.draw(st.lists(st.sampled_from(["a", "b", "ab", "ä", ","]))))
    near = data.draw(st.sampled_from(sorted(expansions)))
    at = data.draw(st.integers(0, len(near)))
    for text in (other, near[:at], near[at:], near + " a", "a " + near):
        assert matches(split_pieces(written), text) == (text.strip() in expansions)


@given(st.text("[] ab", max_size=12), st.text(" ab", max_size=8))
def test_any_brackets_equal_the_expansion_of_the_pieces(pattern, text):
    pieces = split_pieces(pattern)
    choices = [[False, True] if piece.optional else [True] for piece in pieces]
    expansions = {
        " ".join(p.text for p, there in zip(pieces, choice) if there).strip()
        for choice in product(*choices)
    }
    assert matches(split_pieces(pattern), text) == (text.strip() in expansions)


@pytest.mark.parametrize(
    "pattern,text,expected",
    [
        ("[the] old mill", "old mill", True),
        ("[the] old mill", "the old mill", True),
        ("[the] old mill", "The old mill", False),
        ("[the old] mill", "old mill", False),
        ("mill [, a ruin]", "mill , a ruin", True),
        ("[the]mill", "themill", True),
        ("[the]mill", "", True),
        ("mill old]", "mill", True),
        ("mill [old", "mill", True),
        ("[the]", "", True),
        ("", "", True),
        ("mill", "", False),
        ("old  mill", "old mill", False),
        ("mill", " mill ", True),
    ],
)
def test_optional_words(pattern, text, expected):
    assert matches(split_pieces(pattern), text) is expected


GOLD = {
    "1": BenchieSentence(
        "The miller sold flour and bread .",
        (
            (("[The] miller", "sold", "flour"),),
            (("[The] miller", "sold", "bread"),),
            # Also holds the triple of the first fact.
            (("miller", "sold", "flour"), ("miller", "is", "seller")),
        ),
    )
}


def _said(*triples):
    return {"1": [Extraction(relation, (s, o)) for s, relation, o in triples]}


def test_facts_are_counted_once_and_errors_each_time():
    score = score_benchie(
        GOLD,
        _said(
            ("miller", "sold", "flour"),
            ("The miller", "sold", "flour"),
            ("miller", "sold", "corn"),
            ("miller", "sold", "corn"),
        ),
    )
    assert (score.hits, score.wrong, score.facts) == (1, 2, 3)
    assert score.precision == pytest.approx(1 / 3)
    assert score.recall == pytest.approx(1 / 3)
    assert score.f1 == pytest.approx(1 / 3)


def test_nothing_extracted():
    assert score_benchie(GOLD, {}).f1 == 0.0
    assert score_benchie({}, {"9": [Extraction("is", ("a", "b"))]}).wrong == 0


def test_further_arguments_belong_to_the_object():
    assert slots_of(Extraction("gave", ("He", "her", "", "bread"))) == (
        "He",
        "gave",
        "her bread",
    )
    assert slots_of(Extraction("rains", ())) == ("", "rains", "")


@pytest.mark.skipif(not FOLDER.is_dir() or not DATA, reason="XOIE_DATA is not set")
@pytest.mark.parametrize("language,system,expected", REFERENCE)
def test_reference_scores(language, system, expected):
    faults = []
    gold = read_benchie(
        FOLDER / f"benchie_gold_annotations_{language}.dev157.txt", faults.append
    )
    output = read_benchie_output(
        FOLDER / f"{system}_explicit.dev157.txt", faults.append
    )
    score = score_benchie(gold, output)
    assert f"{score.precision:.4f}/{score.recall:.4f}/{score.f1:.4f}" == expected
    assert faults == []
