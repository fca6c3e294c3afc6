"""Parts of triples found in sentences."""

import json
import sys
from functools import lru_cache
from itertools import pairwise
from typing import Any, Callable, List, Sequence, Tuple, Union

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie import get_triples, set_triples
from spacy_xoie.annotation.llm.answers import (
    BadTriple,
    RawTriple,
    read_json,
    read_last_section,
)
from spacy_xoie.annotation.llm.code import read_code
from spacy_xoie.annotation.llm.prompts import CARRY, CODE, EXTRACT, TACO
from spacy_xoie.annotation.llm.reasons import (
    CUTS_WORDS,
    DUPLICATE,
    EMPTY_RELATION,
    MALFORMED,
    NO_ARGUMENT,
    NOT_IN_SENTENCE,
    OVERLAP,
    REASONS,
    TOO_MANY_PARTS,
    TOO_MANY_TRIPLES,
)
from spacy_xoie.annotation.llm.spans import Grounder
from spacy_xoie.chat import Prompt
from spacy_xoie.chat.reasons import WRONG_LANGUAGE
from spacy_xoie.errors import ConfigError, EngineError
from spacy_xoie.ty import TokenTriple

Words = Tuple[str, ...]


@lru_cache
def blank(language: str) -> Language:
    return spacy.blank(language)


def raw(*parts: str) -> RawTriple:
    subject, relation, *objects = parts
    return RawTriple(subject, relation, tuple(objects))


def ground(
    text: Union[str, Doc],
    *triples: Union[RawTriple, BadTriple],
    language: str = "en",
    **settings: float,
) -> Tuple[List[Words], List[str]]:
    """Texts of the triples that were found, and the reasons of the others."""
    doc = blank(language)(text) if isinstance(text, str) else text
    grounder = Grounder(origin="llm", **settings)  # type: ignore[arg-type]
    found, discards = grounder(doc, triples, language)
    set_triples(doc, found, language=language)
    return [t.as_tuple() for t in get_triples(doc)], [d.reason for d in discards]


def offsets(text: str, triple: RawTriple, language: str = "en") -> TokenTriple:
    doc = blank(language)(text)
    (found,), discards = Grounder()(doc, [triple], language)
    assert not discards
    return found


@pytest.mark.parametrize(
    ("language", "text", "parts"),
    [
        (
            "en",
            "The crew has repaired the mast.",
            ("The crew", "has repaired", "the mast"),
        ),
        ("es", "No lo compraron ayer.", ("", "No lo compraron", "ayer")),
        (
            "zh",
            "这家工厂去年生产了三万辆自行车。",
            ("这家工厂", "生产了", "三万辆自行车", "去年"),
        ),
        ("ar", "كتب الطالب رسالة طويلة.", ("الطالب", "كتب", "رسالة طويلة")),
        ("pt", "A loja fechou às dez.", ("A loja", "fechou", "às dez")),
    ],
)
def test_exact_parts(language: str, text: str, parts: Words) -> None:
    assert ground(text, raw(*parts), language=language) == ([parts], [])


@pytest.mark.parametrize("gap", [" ... ", " … ", "...", " ...", "……"])
def test_pieces(gap: str) -> None:
    text = "Der Chor sagte das Konzert am Abend ab."
    triple = raw("Der Chor", f"sagte{gap}ab", "das Konzert")
    found = offsets(text, triple, "de")
    assert found.relation == ((2, 3), (7, 8))
    (words,), _ = ground(text, triple, language="de")
    assert words == ("Der Chor", "sagte ab", "das Konzert")


def test_pieces_that_touch_are_one() -> None:
    found = offsets("The crew has repaired it.", raw("The crew", "has ... repaired"))
    assert found.relation == ((2, 4),)


def test_dots_that_stand_in_the_sentence() -> None:
    text = 'She said "well ... no" to him.'
    (words,), _ = ground(text, raw("She", "said", "well ... no", "to him"))
    assert words[2] == "well ... no"


def test_pieces_in_another_order_are_not_found() -> None:
    text = "Der Chor sagte das Konzert ab."
    _, reasons = ground(text, raw("Der Chor", "ab ... sagte"), language="de")
    assert reasons == [NOT_IN_SENTENCE]


def test_white_space_of_any_kind() -> None:
    text = "The  crew\nhas repaired\tthe mast."
    triple = raw("The crew", "has repaired", "the mast")
    assert offsets(text, triple).subject == ((0, 3),)


def test_nearest_to_the_relation() -> None:
    text = "the dog saw the cat and the dog bit the cat"
    assert offsets(text, raw("the dog", "saw", "the cat")).parts == (
        ((0, 2),),
        ((2, 3),),
        ((3, 5),),
    )
    assert offsets(text, raw("the dog", "bit", "the cat")).parts == (
        ((6, 8),),
        ((8, 9),),
        ((9, 11),),
    )


def test_relation_that_occurs_twice() -> None:
    text = "Ana said yes and Ben said no"
    assert offsets(text, raw("Ben", "said", "no")).relation == ((5, 6),)
    assert offsets(text, raw("Ana", "said", "yes")).relation == ((1, 2),)


def test_two_parts_of_the_same_words() -> None:
    found = offsets("Man helps man as dog helps dog", raw("dog", "helps", "dog"))
    assert found.parts == (((4, 5),), ((5, 6),), ((6, 7),))


def test_of_equally_near_ones_the_subject_comes_first() -> None:
    text = "the dog saw the cat and the cat saw the dog"
    assert offsets(text, raw("the cat", "saw", "the dog")).relation == ((8, 9),)
    assert offsets(text, raw("the dog", "saw", "the cat")).relation == ((2, 3),)


def test_discontinuous_relation_is_no_wider_than_it_has_to_be() -> None:
    text = "er hat das Brot geholt und hat den Wein geholt"
    found = offsets(text, raw("er", "hat ... geholt", "den Wein"), "de")
    assert found.relation == ((6, 7), (9, 10))


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("The ship", "has repaired", "the mast"), NOT_IN_SENTENCE),
        (("the crew", "has repaired", "the mast"), NOT_IN_SENTENCE),
        (("The crew", "had repaired", "the mast"), NOT_IN_SENTENCE),
        (("The crew", "has ... painted", "the mast"), NOT_IN_SENTENCE),
        (("The crew" * 100, "has repaired", "the mast"), NOT_IN_SENTENCE),
        (("The crew", " ... ".join(["has"] * 40), "the mast"), NOT_IN_SENTENCE),
        (("The crew", "...", "the mast"), NOT_IN_SENTENCE),
        (("The crew", "has repaired", "\0\ud800"), NOT_IN_SENTENCE),
        (("The crew", "has repair", "the mast"), CUTS_WORDS),
        (("he crew", "has repaired", "the mast"), CUTS_WORDS),
        (("The crew", "", "the mast"), EMPTY_RELATION),
        (("", "has repaired"), NO_ARGUMENT),
        (("The crew", "has repaired", "repaired the mast"), OVERLAP),
        (("The crew", "has repaired", "The crew"), OVERLAP),
        (("The crew", "has", "repaired", "the", "mast", "."), TOO_MANY_PARTS),
        (("The crew", "修理", "the mast"), WRONG_LANGUAGE),
    ],
)
def test_what_is_no_triple_of_the_sentence(parts: Words, reason: str) -> None:
    good = raw("The crew", "has repaired", "the mast")
    found, reasons = ground("The crew has repaired the mast.", raw(*parts), good)
    assert reasons == [reason]
    assert found == [good.parts]


def test_malformed_duplicates_and_too_many() -> None:
    text = "The crew has repaired the mast."
    good, other = raw("The crew", "has repaired", "the mast"), raw("crew", "repaired")
    found, reasons = ground(text, good, BadTriple("12"), good, other, max_triples=2)
    assert len(found) == 2
    assert reasons == [MALFORMED, DUPLICATE]
    found, reasons = ground(text, *[good] * 10, other, max_triples=1)
    assert reasons == [TOO_MANY_TRIPLES]


def test_many_occurrences_do_not_stall() -> None:
    text = "da " * 3000
    triple = raw("da da", "da ... da ... da", "da", "da", "da da")
    assert len(ground(text, triple, language="de")[0]) == 1


def test_similar_stretch_stands_in() -> None:
    text = "The crew has repaired the mast of the old ship."
    triple = raw("the crew", "had repaired", "the mast of an old ship")
    assert ground(text, triple) == ([], [NOT_IN_SENTENCE])
    found, _ = ground(text, triple, fuzzy=0.8)
    assert found == [("The crew", "has repaired", "the mast of the old ship")]
    assert ground(text, triple, fuzzy=0.99) == ([], [NOT_IN_SENTENCE])
    unlike = raw("The crew", "swallowed", "the mast")
    assert ground(text, unlike, fuzzy=0.8) == ([], [NOT_IN_SENTENCE])
    # Like a stretch of letters, but not like the words that they are of.
    cut = raw("The crew", "has repaired", "ma")
    assert ground(text, cut, fuzzy=0.8) == ([], [CUTS_WORDS])


def test_similar_stretch_needs_its_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    Grounder()
    with pytest.raises(EngineError, match="rapidfuzz"):
        Grounder(fuzzy=0.9)


@pytest.mark.parametrize(
    ("prompt", "tag", "language", "read"),
    [
        (EXTRACT, "sentence", "en", read_json),
        (CODE, "sentence", "en", read_code),
        (TACO, "sentence", "de", read_last_section),
        (CARRY, "translation", "de", read_json),
        (CARRY, "triples", "en", read_json),
    ],
)
def test_examples_of_the_prompts_are_right(
    prompt: Prompt, tag: str, language: str, read: Callable[[str], Any]
) -> None:
    answer, text = prompt.answer, prompt.example[tag]
    if tag == "triples":
        answer, text = text, prompt.example["sentence"]
    text = text.split("\n")[1]
    triples = read(answer)
    found, reasons = ground(text, *triples, language=language)
    assert reasons == []
    assert len(found) == len(triples) >= 1


def test_settings_that_cannot_work() -> None:
    with pytest.raises(ConfigError, match="fuzzy"):
        Grounder(fuzzy=80)
    with pytest.raises(ConfigError, match="max_triples"):
        Grounder(max_triples=0)


WORD = st.sampled_from("ab b c bc c. , a".split())


@given(st.lists(WORD, min_size=1, max_size=12), st.data())
def test_what_is_found_is_what_was_asked_for(
    words: Sequence[str], data: st.DataObject
) -> None:
    doc = blank("xx")(" ".join(words))
    borders = st.integers(0, len(doc) - 1)
    parts = []
    for _ in range(3):
        start, end = sorted((data.draw(borders), data.draw(borders)))
        parts.append(doc[start : end + 1].text)
    found, discards = Grounder()(doc, [raw(*parts)], "en")
    assert len(found) + len(discards) == 1
    assert {discard.reason for discard in discards} <= {OVERLAP}
    for triple in found:
        for part, pieces in zip(parts, triple.parts):
            ((start, end),) = pieces
            assert doc[start:end].text == part
        spans = sorted(piece for part in triple.parts for piece in part)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


PART = st.sampled_from(["ab", "a b", "", "ab ... b", "...", "\0", "\ud800", "b" * 999])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | PART,
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["subject", "relation", "objects", "object", "id"]), inner
    ),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=4), st.sampled_from([0.0, 0.7]))
def test_any_values_are_triples_or_discards(values: Any, fuzzy: float) -> None:
    doc = blank("xx")("ab a b c")
    items = read_json(json.dumps({"triples": values}))
    found, discards = Grounder(fuzzy=fuzzy)(doc, items, "en")
    assert len(found) + len(discards) == len(values)
    for discard in discards:
        assert discard.reason in REASONS
        discard.detail.encode("utf8")
    set_triples(doc, found)
