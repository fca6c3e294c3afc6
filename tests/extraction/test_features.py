"""What the encoders read of a doc."""

from typing import List

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.extraction.features import (
    affix_length,
    hash_attributes,
    token_batches,
)
from spacy_xoie.extraction.reading import Reader
from spacy_xoie.extraction.segments import BULLETS, Segmenter, split_span


@given(
    st.lists(st.integers(0, 60), max_size=80), st.integers(1, 3000), st.integers(0, 500)
)
def test_token_batches_hold_everything_once(
    lengths: List[int], most: int, cost: int
) -> None:
    batches = token_batches(lengths, most, cost)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        size = len(batch) * max(lengths[i] for i in batch)
        assert size <= most or len(batch) == 1
        assert size - sum(lengths[i] for i in batch) <= cost


def test_affixes_are_those_of_the_norm() -> None:
    nlp = spacy.blank("xx")
    doc = nlp("Gebaut gekauft gebaut bau")
    names = ["SUFFIX2", "PREFIX2", "PREFIX3", "NORM"]
    ids = hash_attributes([doc[:]], names, [10_000] * 4, 4).attributes.numpy()

    def same(a: int, b: int, column: int) -> bool:
        return bool((ids[a, column] == ids[b, column]).all())

    assert same(0, 2, 3) and not same(0, 1, 3)
    assert same(0, 1, 1) and not same(0, 3, 1)
    assert not same(0, 1, 2) and not same(0, 1, 0) and not same(0, 3, 0)


def test_pairs_are_of_adjacent_characters_without_spaces() -> None:
    doc = spacy.blank("zh")("任务重担任任务 3 天")
    other = spacy.blank("en")("ab 担 任 a b")
    spans = [doc[:4], doc[4:], other[:]]
    ids = hash_attributes(spans, ["PAIR"], [10**6], 1).attributes.numpy()[:, 0, 0]
    texts = "任 务 重 担 任 任 务 3 天 ab 担 任 a b".split()
    assert [token.text for span in spans for token in span] == texts
    # Nothing joins the last token of a segment to the next, nor a digit, nor what a
    # space follows.
    paired = [bool(value != ids[-1]) for value in ids]
    assert paired == [True, True, True, False, True, True, *[False] * 8]
    assert ids[0] == ids[5] and len(set(ids[:5].tolist())) == 5


def test_features_do_not_depend_on_the_vocabulary_or_on_other_docs() -> None:
    names = ["NORM", "PREFIX3", "SUFFIX", "SHAPE"]
    docs = [
        spacy.blank(code)("Zwei Häuser wurden 1901 gebaut") for code in ("xx", "de")
    ]
    docs.append(spacy.blank("xx")("etwas davor und danach"))
    together = hash_attributes([d[:] for d in reversed(docs)], names, [500] * 4, 4)
    alone = [hash_attributes([d[:]], names, [500] * 4, 4) for d in docs]
    assert np.array_equal(alone[0].attributes, alone[1].attributes)
    assert np.array_equal(together.attributes[-5:], alone[0].attributes)


@pytest.mark.parametrize(
    "name, length",
    [
        ("PREFIX2", 2),
        ("SUFFIX4", -4),
        ("SUFFIX", None),
        ("NORM", None),
        ("PREFIX0", None),
    ],
)
def test_affix_names(name: str, length: object) -> None:
    assert affix_length(name) == length


@given(st.text(max_size=200), st.integers(1, 30))
def test_segments_cover_a_doc_exactly(text: str, most: int) -> None:
    doc = spacy.blank("xx")(text)
    reading = Reader()(doc)
    segments = Segmenter(most)(reading)
    inside = [token.i for segment in segments for token in segment]
    outside = {token.i for token in reading.words} - {*inside}
    assert inside == sorted(set(inside))
    assert {reading.words[index].text for index in outside} <= BULLETS
    assert all(0 < len(segment) <= most for segment in segments)
    assert not any(token.is_space for token in reading.words)
    assert len(doc) < 2 or not doc.has_annotation("SENT_START")


@pytest.mark.parametrize(
    "text, n_sentences",
    [
        ("Am 3. Mai 1999 kam Dr. Huber an. Er blieb.", 2),
        ("J. R. Smith wrote it. It sold well.", 2),
        ("Es geschah im Jahr 19. Danach war Ruhe.", 2),
        ("El Sr. Pérez llegó. Se fue.", 2),
        ("他来了。他走了。", 2),
        ("هل وصل؟ نعم وصل.", 2),
        ("Version 2.0 came. Then nothing!", 2),
    ],
)
def test_full_stops_that_end_no_sentence(text: str, n_sentences: int) -> None:
    tokenizer = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": tokenizer}})
    assert len(Segmenter(100)(Reader()(nlp(text)))) == n_sentences


def test_decimal_points_end_no_sentence_where_digits_are_tokens() -> None:
    doc = spacy.blank("zh")("增长了5.43％。后来没有。")
    assert [s.text for s in Segmenter(100)(Reader()(doc))] == [
        "增长了5.43%。",
        "后来没有。",
    ]


def test_long_sentences_are_cut_after_punctuation() -> None:
    doc = spacy.blank("xx")("a b c , d e f g h i j k l")
    pieces = [piece.text for piece in split_span(doc[:], 6)]
    assert pieces == ["a b c ,", "d e f g h i", "j k l"]
