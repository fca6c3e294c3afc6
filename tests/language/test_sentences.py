"""Where sentences begin, whatever white space, forms of characters and tokens are.

`sentences.jsonl` has a language, a kind and a text a line, all written for these tests;
"‖" stands in front of each sentence but the first. Line breaks count in kinds that end
in "layout" only.
"""

import json
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from textwrap import wrap
from typing import List, NamedTuple

import pytest
import spacy
from hypothesis import example, given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from spacy_xoie.language.borders import sentence_starts
from spacy_xoie.language.sentences import sentence_bounds
from spacy_xoie.language.tokenizer import MultilingualTokenizer

BORDER = "‖"
SPACY = "en de fr es pt it nl sv da fi ro el ru uk tr zh ar fa he hr lt lv sk".split()
"""Languages with a tokenizer of their own in spaCy that needs no other package."""


class Case(NamedTuple):
    language: str
    kind: str
    marked: str

    @property
    def text(self) -> str:
        return self.marked.replace(BORDER, "")

    @property
    def sentences(self) -> List[str]:
        return [tidy(part) for part in self.marked.split(BORDER)]

    @property
    def has_layout(self) -> bool:
        return self.kind.endswith("layout")


def tidy(text: str) -> str:
    return " ".join(text.split())


def bare(texts: List[str]) -> List[str]:
    """Texts without white space, composed."""
    return [unicodedata.normalize("NFC", "".join(text.split())) for text in texts]


def straight(text: str) -> str:
    """A text with straight quotes for typographic ones."""
    return text.translate(
        str.maketrans({**dict.fromkeys("“”„«»", '"'), "’": "'", "‘": "'"})
    )


def read_cases() -> List[Case]:
    path = Path(__file__).parent / "sentences.jsonl"
    lines = path.read_text(encoding="utf8").split("\n")
    return [Case(*json.loads(line)) for line in lines if line]


CASES = read_cases()
PROSE = [case for case in CASES if not case.has_layout]
every_case = pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.language}-{case.kind}" for case in CASES]
)


def cut(text: str) -> List[str]:
    places = [0, *sentence_starts(text), len(text)]
    return [tidy(text[start:end]) for start, end in pairwise(places) if start < end]


@cache
def blank(language: str) -> Language:
    return spacy.blank(language)


def sentences(doc: Doc) -> List[str]:
    return [tidy(doc[start:end].text) for start, end in sentence_bounds(doc)]


@pytest.fixture(scope="module")
def tokenizer() -> MultilingualTokenizer:
    return MultilingualTokenizer.from_vocab(Vocab())


@every_case
def test_borders_are_where_a_reader_sets_them(case: Case):
    assert cut(case.text) == case.sentences


@every_case
def test_decomposed_characters_make_no_difference(case: Case):
    assert bare(cut(unicodedata.normalize("NFD", case.text))) == bare(case.sentences)


@every_case
def test_straight_quotes_make_no_difference(case: Case):
    assert cut(straight(case.text)) == [straight(text) for text in case.sentences]


@every_case
def test_forms_of_line_breaks_make_no_difference(case: Case):
    lines = case.text.replace("\r\n", "\n")
    assert cut(lines.replace("\n", "\r\n")) == case.sentences


@given(
    st.sampled_from(PROSE),
    st.sampled_from(["  ", "\t", "\xa0", "\u202f", "\n", "\r\n", "\n    ", " \x0b"]),
    st.sampled_from(["", " ", "\n", "\r\n\t", "\ufeff"]),
)
def test_white_space_makes_no_difference(case: Case, space: str, margin: str):
    text = margin + case.text.replace(" ", space) + margin
    assert [text.strip("\ufeff ") for text in cut(text)] == case.sentences


@given(
    st.lists(st.sampled_from(PROSE), min_size=1, max_size=3),
    st.integers(min_value=8, max_value=60),
    st.sampled_from(["\n", "\r\n"]),
)
@example([case for case in PROSE if case.language == "hy"], 16, "\n")
def test_a_text_may_be_wrapped_anywhere(cases: List[Case], width: int, line: str):
    paragraphs = (
        wrap(case.text, width, break_long_words=False, break_on_hyphens=False)
        for case in cases
    )
    text = (2 * line).join(line.join(lines) for lines in paragraphs)
    assert cut(text) == [text for case in cases for text in case.sentences]


@pytest.mark.parametrize(
    "break_", ["\n\n", "\r\n\r\n", "\n \t\n\n", "\u2029", "\n\n\x0c", "\r\r"]
)
def test_a_blank_line_ends_a_sentence_whatever_is_before_it(break_: str):
    text = break_.join(["Our history", "the firm bought Dr.", "Miller's mill"])
    assert cut(text) == ["Our history", "the firm bought Dr.", "Miller's mill"]


@every_case
def test_tokens_of_any_tokenizer_are_put_into_the_same_sentences(
    case: Case, tokenizer: MultilingualTokenizer
):
    docs = [tokenizer(case.text)]
    if case.language in SPACY:
        docs.append(blank(case.language)(case.text))
    if case.kind == "glued":  # Some do not split what has no space.
        docs = [Doc(Vocab(), list(case.text), [False] * len(case.text))]
    for doc in docs:
        assert sentences(doc) == case.sentences


SPACED = [case for case in CASES if case.kind in ("plain", "number", "quote", "marks")]


@pytest.mark.parametrize(
    "case", SPACED, ids=[f"{case.language}-{case.kind}" for case in SPACED]
)
def test_marks_that_stand_alone_make_no_difference(
    case: Case, tokenizer: MultilingualTokenizer
):
    words = [token.text for token in tokenizer(case.text)]
    assert bare(sentences(Doc(Vocab(), words))) == bare(case.sentences)


@given(
    st.lists(
        st.text(alphabet="aA1.?! \n\t\r-–•>|#\"'“”()[]«»:;。？」「\u200b\x0c\u2029…Ü")
        | st.sampled_from(["Mr", "1.", "U.S.", "5 Mio.", "\n\n", "?”", "-->", "\n- "])
    )
)
def test_every_token_is_in_one_sentence_and_none_begins_with_a_space(parts: List[str]):
    doc = blank("xx")("".join(parts))
    bounds = sentence_bounds(doc)
    assert [i for start, end in bounds for i in range(start, end)] == [*range(len(doc))]
    assert all(start < end for start, end in bounds)
    assert not any(doc[start].is_space for start, _ in bounds[1:])


def test_sentences_that_somebody_set_are_kept():
    doc = blank("en")("He left. She\n\nstayed. Bye.")
    for token in doc:
        token.is_sent_start = token.i in (0, 4)
    assert sentence_bounds(doc) == [(0, 4), (4, len(doc))]


def test_a_doc_is_not_changed_and_may_be_empty():
    doc = blank("en")("He left. She stayed.")
    assert len(sentence_bounds(doc)) == 2
    assert not doc.has_annotation("SENT_START")
    assert sentence_bounds(Doc(doc.vocab)) == []
    assert sentence_bounds(blank("en")(" \n\n ")) == [(0, 1)]


def test_a_token_that_has_a_border_in_it_stays_whole():
    doc = blank("en")("The Yes! No? Party won. It was new.")
    with doc.retokenize() as retokenizer:
        retokenizer.merge(Span(doc, 1, 6))
    assert sentences(doc) == ["The Yes! No? Party won.", "It was new."]
