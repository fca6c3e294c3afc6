"""An argument taken apart, by the words of its language and by its tree."""

from typing import Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xoie.cores.finding import find_core
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.doc.triples import Phrase

NLP = multilingual_pipeline()

PLAIN = [
    ("en", "in the old town", "in", "old town", "town"),
    ("en", "according to a new minister", "according to", "new minister", "minister"),
    ("en", "from behind the door", "from behind", "door", "door"),
    ("en", "The committee", "", "committee", "committee"),
    ("en", "the founder of the company", "", "founder of the company", "founder"),
    ("de", "im alten Haus", "in", "alten Haus", "Haus"),
    ("de", "Am Fluss", "an", "Fluss", "Fluss"),
    ("de", "vor dem Haus am Fluss", "vor", "Haus am Fluss", "Haus"),
    ("fr", "au musée", "à", "musée", "musée"),
    ("fr", "de l'homme", "de", "homme", "homme"),
    ("fr", "près du pont", "près de", "pont", "pont"),
    ("es", "del río", "de", "río", "río"),
    ("es", "cerca del puente viejo", "cerca de", "puente viejo", "puente"),
    ("pt", "no museu", "em", "museu", "museu"),
    ("pt", "perto da ponte", "perto de", "ponte", "ponte"),
    ("it", "vicino al fiume", "vicino a", "fiume", "fiume"),
    ("ar", "في البيت", "في", "البيت", "البيت"),
    ("he", "על השולחן", "על", "השולחן", "השולחן"),
    ("zh", "在北京", "在", "北京", "北京"),
    ("zh", "关于这个计划", "关于", "这个计划", "这个计划"),
    ("ja", "東京から", "から", "東京", "東京"),
    ("hi", "दिल्ली में", "में", "दिल्ली", "दिल्ली"),
    ("tr", "çocuk için", "için", "çocuk", "çocuk"),
]

WHOLE = [
    ("en", "in"),
    ("zh", "对手"),
    ("zh", "被告"),
    ("zh", "和平"),
    ("ja", "ことが"),
    ("fi", "talossa"),
    ("ko", "학교에서"),
    ("ar", "بيت"),
    ("ar", "بالون"),
    ("he", "בבית"),
    ("tlh", "in the house"),
]


def phrase(text: str) -> Phrase:
    return Phrase((NLP.make_doc(text)[:],))


@pytest.mark.parametrize("language,text,adposition,rest,head", PLAIN)
def test_an_adposition_and_an_article_are_set_apart(
    language: str, text: str, adposition: str, rest: str, head: str
) -> None:
    core = find_core(phrase(text), language)
    assert (core.adposition, core.text, core.head.text) == (adposition, rest, head)
    assert (core.adposition_span is not None) == bool(adposition)


@pytest.mark.parametrize("language,text", WHOLE)
def test_what_may_be_a_part_of_the_word_stays(language: str, text: str) -> None:
    core = find_core(phrase(text), language)
    assert (core.adposition, core.text) == ("", text)


def test_a_fused_word_stands_for_its_adposition() -> None:
    core = find_core(phrase("im alten Haus"), "de")
    assert core.adposition_span is not None and core.adposition_span.text == "im"


@pytest.mark.parametrize(
    "text,adposition,rest",
    [("بالقلم", "ب", "القلم"), ("للبيت", "ل", "البيت"), ("بباريس", "", "بباريس")],
)
def test_arabic_prepositions_before_the_article(
    text: str, adposition: str, rest: str
) -> None:
    core = find_core(phrase(text), "ar")
    assert (core.adposition, core.text, core.head.text) == (adposition, rest, text)


@pytest.mark.parametrize(
    "language,text,adposition,rest",
    [("ar", "باريس بباريس", "ب", "باريس"), ("he", "ירושלים בירושלים", "ב", "ירושלים")],
)
def test_a_letter_is_a_preposition_if_the_doc_has_the_word_without_it(
    language: str, text: str, adposition: str, rest: str
) -> None:
    core = find_core(Phrase((NLP.make_doc(text)[1:],)), language)
    assert (core.adposition, core.text) == (adposition, rest)


def test_subjects_do_not_begin_with_an_adposition() -> None:
    core = find_core(phrase("Over five hundred people"), "en", is_subject=True)
    assert core.adposition == "" and core.text == "Over five hundred people"
    core = find_core(phrase("東京から"), "ja", is_subject=True)
    assert (core.adposition, core.text) == ("から", "東京")


def test_a_tree_knows_better_than_words() -> None:
    words = "gone off the grid with him".split()
    doc = Doc(
        NLP.vocab,
        words=words,
        heads=[0, 3, 3, 0, 5, 3],
        deps=["ROOT", "case", "det", "obl", "case", "nmod"],
        pos=["VERB", "ADP", "DET", "NOUN", "ADP", "PRON"],
    )
    core = find_core(Phrase((doc[1:],)), "en")
    assert (core.adposition, core.text) == ("off", "grid with him")
    assert core.head.text == "grid"
    # No adposition by the tree, though the word may be one.
    assert find_core(Phrase((doc[3:4],)), "en").text == "grid"


def test_a_phrase_in_pieces() -> None:
    doc = NLP.make_doc("in the old , they say , town")
    core = find_core(Phrase((doc[:3], doc[7:])), "en")
    assert (core.adposition, core.text, core.head.text) == ("in", "old town", "town")


WORDS = st.sampled_from(
    "in the of to Anna house du l' d' del al no im am".split()
    + "在 的 を から ب بالقلم , ( 5".split()
)


@given(
    st.lists(WORDS, min_size=1, max_size=6),
    st.sampled_from(["en", "de", "fr", "es", "pt", "zh", "ar", "ja", "xx", ""]),
    st.booleans(),
)
def test_something_is_always_left_and_lies_in_the_phrase(
    words: Tuple[str, ...], language: str, is_subject: bool
) -> None:
    doc = Doc(NLP.vocab, words=list(words))
    core = find_core(Phrase((doc[:],)), language, is_subject=is_subject)
    assert core.text and 0 <= core.head.start < core.head.end <= len(doc)
    if core.adposition_span is not None:
        assert core.adposition and core.adposition_span.start >= 0
