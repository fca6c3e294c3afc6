"""Arguments that trade places: new sentences, sound annotation."""

from typing import List

import pytest
from conftest import make_example
from spacy.language import Language
from spacy.training import Example

from spacy_xoie.errors import ConfigError
from spacy_xoie.training.augmenters import Place, make_swap_augmenter, swappable_places

NESTED = (
    "Anna said that the old museum has just bought three paintings .",
    "en",
    [
        ("Anna", "said", ["the old museum has just bought three paintings"]),
        ("the old museum", "has|bought", ["three paintings"]),
    ],
)
PLAIN = (
    "The council met Ben in Rome .",
    "en",
    [("The council", "met", ["Ben", "in Rome"])],
)


@pytest.fixture
def data(blank: Language) -> List[Example]:
    return [make_example(blank, *sentence) for sentence in (PLAIN, NESTED) * 3]


def run(nlp: Language, data: List[Example], **settings: int) -> List[Example]:
    augment = make_swap_augmenter(**settings)
    return [new for example in data for new in augment(nlp, example)]


def test_annotation_follows_the_words(blank: Language, data: List[Example]) -> None:
    new = run(blank, data, variants=20, swaps=3)
    texts = {example.reference.text for example in new}
    assert len(texts) > 20
    phrases = {"anna", "ben", "the council", "the old museum", "three paintings"}
    phrases |= {"in rome"}
    for example in new:
        doc = example.reference
        assert example.predicted.text == doc.text
        assert doc.spans["xoie"].attrs["language"] == "en"
        relations = [triple.relation.text for triple in doc._.triples]
        assert relations in (["met"], ["said", "has bought"])
        for triple in doc._.triples:
            for part in (triple.subject, *triple.objects):
                clause = " has just bought "
                assert part.text.lower() in phrases or clause in part.text
        if len(doc._.triples) == 2:
            outer, inner = doc._.triples
            # What is said is still the whole clause, around the inner triple.
            assert outer.objects[0].text == (
                f"{inner.subject.text} has just bought {inner.objects[0].text}"
            )


def test_a_clause_that_holds_a_triple_is_not_taken_out(data: List[Example]) -> None:
    places = swappable_places(data[1].reference)
    assert {(p.kind, data[1].reference[p.start : p.end].text) for p in places} == {
        ("subject", "Anna"),
        ("subject", "the old museum"),
        ("first object", "three paintings"),
    }
    assert all(isinstance(place, Place) for place in places)


def test_case_at_the_start(blank: Language, data: List[Example]) -> None:
    texts = [e.reference.text for e in run(blank, data, variants=30, swaps=1)]
    assert any(text.startswith("The old museum met") for text in texts)
    # "the" is known in lower case, "Anna" is not.
    assert any("said that the council has" in text for text in texts)
    assert any("said that Anna has" in text for text in texts)


def test_languages_do_not_mix(blank: Language, data: List[Example]) -> None:
    german = make_example(
        blank,
        "Der Rat lehnte den Plan ab .",
        "de",
        [("Der Rat", "lehnte|ab", ["den Plan"])],
    )
    new = run(blank, [*data, german], variants=10)
    assert [e.reference.text for e in new if "lehnte" in e.reference.text] == [
        german.reference.text
    ]


def test_same_seed_same_sentences(blank: Language, data: List[Example]) -> None:
    a, b, c = (
        [e.reference.text for e in run(blank, data, variants=5, seed=seed)]
        for seed in (1, 1, 2)
    )
    assert a == b != c


def test_without_annotation_nothing_is_added(blank: Language) -> None:
    plain = [make_example(blank, "Anna met Ben .", "en", gold) for gold in (None, [])]
    assert run(blank, plain, variants=5) == plain


def test_bad_settings() -> None:
    with pytest.raises(ConfigError, match="variants=-1"):
        make_swap_augmenter(variants=-1)
    with pytest.raises(ConfigError, match="swaps=0"):
        make_swap_augmenter(swaps=0)
