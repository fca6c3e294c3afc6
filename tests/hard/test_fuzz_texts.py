"""Whatever the text, the parts of a pipeline answer with what is true of it."""

from typing import List

import pytest
import spacy
from hard_builders import SURROGATES, TIMES, cases, check_doc, texts
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.language.detectors import DEFAULT_LANGUAGES, LangidDetector


def shipped(detects: bool) -> Language:
    nlp = multilingual_pipeline()
    if detects:
        nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"threshold": 0.0})
    return nlp


@pytest.fixture(scope="module")
def knowing() -> Language:
    return shipped(True)


@pytest.fixture(scope="module")
def unknowing() -> Language:
    return shipped(False)


BARE = multilingual_pipeline()
DETECTOR = LangidDetector()


@cases(220)
@given(texts())
def test_tokens_are_the_text(text: str) -> None:
    check_doc(BARE.make_doc(text), text)
    doc = BARE.make_doc(text)
    assert [token.norm_ for token in doc] == [t.norm_ for t in BARE.make_doc(text)]


@cases(80)
@given(st.lists(texts(3), max_size=4))
def test_languages_are_a_distribution(some: List[str]) -> None:
    found = DETECTOR(some)
    assert len(found) == len(some)
    for scores, text in zip(found, some):
        assert not scores or sum(scores.values()) == pytest.approx(1)
        assert scores or not any("a" <= char <= "z" for char in text)


@cases(70)
@given(texts())
def test_triples_of_any_text(knowing: Language, text: str) -> None:
    doc = knowing(text)
    check_doc(doc, text)
    assert doc._.language in ("und", *DEFAULT_LANGUAGES)


@cases(40)
@given(texts())
def test_triples_without_a_language(unknowing: Language, text: str) -> None:
    check_doc(unknowing(text), text)


@cases(30)
@given(st.lists(texts(3), max_size=6), st.sampled_from([1, 2, 128]))
def test_streams(knowing: Language, some: List[str], size: int) -> None:
    docs = list(knowing.pipe(some, batch_size=size))
    assert len(docs) == len(some)
    for doc, text in zip(docs, some):
        check_doc(doc, text)
        alone = knowing(text)
        assert doc._.language == alone._.language
        ours = [triple.as_tuple() for triple in doc._.triples if triple.score > 0.01]
        theirs = [t.as_tuple() for t in alone._.triples if t.score > 0.01]
        assert ours == theirs


@pytest.mark.parametrize(
    "text",
    [
        "0\t\u200bL'homme a vu l'eau; c'est tout.\u200b00",
        "porta-voz porta-voz garantiu porta-voz da empresa",
    ],
)
def test_a_word_is_in_one_part(knowing: Language, text: str) -> None:
    """Trees of texts like these have arguments within arguments."""
    check_doc(knowing(text), text)


@cases(20)
@given(SURROGATES)
def test_half_a_character_is_refused(knowing: Language, text: str) -> None:
    with pytest.raises(ValueError, match="surrogates not allowed"):
        knowing(text)
    # And nothing of it is left behind.
    check_doc(knowing("Anna met Ben."), "Anna met Ben.")


ENDLESS = {
    "letters": "a",
    "underscores": "_",
    "brackets": "('",
    "quotation marks": '"',
    "suffixes": "'s",
    "elisions": "all'anch'",
    "addresses": "http://a",
    "accents": "\u0301",
    "joiners": "\u200d",
    "han": "的",
    "kana and words": "カa",
    "right to left": "\u202eא",
    "nothing": "\x00",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_words_without_end(name: str) -> None:
    """A megabyte of brackets took spaCy's rules days. By hand, it is a megabyte."""
    length = 50_000 if TIMES == 1 else 1_000_000
    text = (ENDLESS[name] * length)[:length]
    assert BARE.make_doc(text).text == text


@pytest.mark.parametrize("piece", ["x", "的", "_", "l'a"])
def test_a_megabyte_among_words(knowing: Language, piece: str) -> None:
    text = f"Anna met Ben. {piece * 3000} Die Stadt hat das Haus gebaut."
    check_doc(knowing(text), text)


def test_longest_word_that_stays_whole() -> None:
    assert len(BARE.make_doc("x" * 500)) == 1
    doc = BARE.make_doc("a " + "x" * 501 + "  b")
    assert [len(token) for token in doc] == [1, 100, 100, 100, 100, 100, 1, 1, 1]
    assert doc.text == "a " + "x" * 501 + "  b"
    assert spacy.blank("en")("x" * 501)[0].text == "x" * 501
