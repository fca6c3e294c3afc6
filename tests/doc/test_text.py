"""Stretches of a text and the tokens that they cover."""

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.text import text_of, token_pieces
from spacy_xoie.errors import DataError

VOCAB = blank_pipeline("xx").vocab


@given(st.lists(st.sampled_from(["ab", "木", "😀", "x"]), min_size=1), st.data())
def test_stretches_of_whole_tokens_are_found(
    words: list[str], data: st.DataObject
) -> None:
    spaces = data.draw(
        st.lists(st.booleans(), min_size=len(words), max_size=len(words))
    )
    doc = Doc(VOCAB, words=words, spaces=spaces)
    start = data.draw(st.integers(0, len(doc) - 1))
    end = data.draw(st.integers(start + 1, len(doc)))
    span = doc[start:end]
    places = [(span.start_char, span.end_char)] * 2
    assert token_pieces(doc, places) == ((start, end), (start, end))
    assert token_pieces(doc, []) == ()


@pytest.mark.parametrize("place", [(-1, 2), (2, 2), (3, 2), (0, 99), (99, 100)])
def test_what_is_no_stretch_is_refused(place: tuple[int, int]) -> None:
    doc = Doc(VOCAB, words=["Anna", "met"])
    with pytest.raises(DataError, match="not a stretch of a text of 9") as caught:
        token_pieces(doc, [(0, 4), place], field="here")
    assert caught.value.field == "here"


@pytest.mark.parametrize("place", [(0, 3), (1, 4), (0, 5), (4, 8)])
def test_what_cuts_a_token_is_refused(place: tuple[int, int]) -> None:
    doc = Doc(VOCAB, words=["Anna", "met"])
    with pytest.raises(DataError, match="begins or ends within a token"):
        token_pieces(doc, [place])


BLANK = spacy.blank("xx"), spacy.blank("en")


@given(st.text(max_size=60))
def test_the_text_of_a_doc_is_that_of_spacy(text: str) -> None:
    for nlp in BLANK:
        doc = nlp(text)
        assert text_of(doc) == doc.text == text
