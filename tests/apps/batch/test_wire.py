"""Docs that come from another process are the same to the last byte."""

from typing import Any, List

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from spacy_xoie import get_triples, set_triples
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.apps.batch.wire import TextResult, pack_results, unpack_results
from spacy_xoie.doc.triples import TokenTriple

WORDS = st.lists(
    st.text(min_size=1, max_size=6).filter(lambda word: not word.isspace()),
    min_size=1,
    max_size=8,
)
LABELS = st.text(max_size=5)


def carried(answers: List[TextResult]) -> List[TextResult]:
    texts = [answer.text for answer in answers]
    return list(unpack_results(Vocab(), texts, pack_results(answers)))


def content(doc: Doc) -> Any:
    stored = doc.to_dict(exclude=["tensor", "strings"])
    # NumPy's arrays do not compare to a truth value.
    return {**stored, "array_body": stored["array_body"].tolist()}


@st.composite
def docs(draw: Any) -> Doc:
    words = draw(WORDS)
    spaces = [draw(st.booleans()) for _ in words]
    doc = Doc(Vocab(), words=words, spaces=spaces, lemmas=words)
    for key in draw(st.lists(LABELS, max_size=2, unique=True)):
        places = draw(
            st.lists(st.tuples(*[st.integers(0, len(words))] * 2), max_size=3)
        )
        spans = [
            Span(
                doc,
                min(place),
                max(place),
                label=draw(LABELS),
                kb_id=draw(LABELS),
                span_id=draw(st.one_of(LABELS, st.integers(1, 1000))),
            )
            for place in places
        ]
        attributes = draw(st.dictionaries(LABELS, st.lists(st.integers(-5, 5))))
        group = SpanGroup(doc, name=draw(LABELS), attrs=attributes, spans=spans)
        doc.spans[key] = group
    doc.cats = draw(st.dictionaries(LABELS, st.floats(0, 1)))
    doc.user_data.update(draw(st.dictionaries(st.tuples(LABELS, LABELS), LABELS)))
    doc.user_data["nested", ("key", 1)] = {"list": [1, "b", None]}
    return doc


@given(st.lists(st.one_of(docs(), LABELS), max_size=4))
def test_what_comes_is_what_was_sent(sent: List[Any]) -> None:
    answers = [
        (
            TextResult(Text(str(number), "", "en"), None, item)
            if isinstance(item, str)
            else TextResult(Text(str(number), item.text, "en"), item)
        )
        for number, item in enumerate(sent)
    ]
    for one, other in zip(answers, carried(answers), strict=True):
        assert (one.text, one.error) == (other.text, other.error)
        if one.doc is None or other.doc is None:
            assert one.doc is other.doc
        else:
            assert content(one.doc) == content(other.doc)


def test_triples_and_the_tree_come_along() -> None:
    nlp = spacy.blank("de")
    doc = Doc(
        nlp.vocab,
        words=["Anna", "kennt", "Ben", "."],
        pos=["PROPN", "VERB", "PROPN", "PUNCT"],
        heads=[1, 1, 1, 1],
        deps=["nsubj", "ROOT", "obj", "punct"],
    )
    triple = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), score=0.5, origin="gold")
    set_triples(doc, [triple], language="de")
    (answer,) = carried([TextResult(Text("a", doc.text), doc)])
    assert answer.doc is not None
    assert list(map(str, get_triples(answer.doc))) == list(map(str, get_triples(doc)))
    assert get_triples(answer.doc)[0].score == 0.5
    assert [token.dep_ for token in answer.doc] == ["nsubj", "ROOT", "obj", "punct"]
    assert [token.head.i for token in answer.doc] == [1, 1, 1, 1]


def test_a_doc_that_cannot_be_sent_costs_only_itself() -> None:
    good, bad = (Doc(Vocab(), words=["Anna"]) for _ in range(2))
    bad.user_data["model"] = object()
    one, other = carried(
        [TextResult(Text("a", ""), bad), TextResult(Text("b", ""), good)]
    )
    assert one.doc is None and "object" in one.error
    assert other.doc is not None and other.doc.text == good.text


def test_answers_to_other_texts() -> None:
    sent = pack_results([TextResult(Text("a", ""), None, "late")])
    with pytest.raises(ValueError, match="shorter"):
        list(unpack_results(Vocab(), [Text("a", ""), Text("b", "")], sent))
