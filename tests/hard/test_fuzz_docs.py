"""Docs that were stored, and damaged on the way: reading them says so."""

from typing import Any

import pytest
from hard_builders import JUNK, altered, cases, damage
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.doc.languages import document_language, document_scores, sentence_scores
from spacy_xoie.errors import DataError

BARE = multilingual_pipeline()
TEXT = "Anna met Ben in Rome. Die Stadt hat das Haus gebaut."


def stored() -> Doc:
    nlp = multilingual_pipeline()
    nlp.add_pipe("xoie_lang")
    doc = nlp(TEXT)
    triples = [
        TokenTriple(((0, 1),), ((1, 2),), (((2, 3),), ((3, 5),)), score=0.5),
        TokenTriple(((6, 8),), ((8, 9), (11, 12)), (((9, 11),),), score=0.7),
    ]
    set_triples(doc, triples, language="en")
    return doc


DOC = stored()
BYTES = DOC.to_bytes()
GROUPS = {name: group.to_bytes() for name, group in DOC.spans.items()}
FACTS = [(t.as_tuple(), t.score) for t in get_triples(DOC)]


def use(doc: Doc) -> None:
    """Whatever reads a doc says what is wrong, or says what makes sense."""
    try:
        for triple in get_triples(doc):
            triple.to_dict(), triple.as_tuple(), list(triple.binary()), str(triple)
            assert triple.score is None or isinstance(triple.score, float)
    except DataError:
        pass
    try:
        document_language(doc), document_scores(doc)
        for start in range(len(doc)):
            scores = sentence_scores(doc, start, len(doc))
            assert all(0 <= score <= 1 for score in scores.values())
            assert isinstance(doc[start : start + 1]._.language, str)
    except DataError:
        pass


@cases(40)
@given(damage(BYTES))
def test_damaged_bytes(data: bytes) -> None:
    try:
        doc = Doc(Vocab()).from_bytes(data)
    except Exception:
        return  # spaCy's own reading, before we see anything
    use(doc)


@cases(60)
@given(st.data())
def test_damaged_groups(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(GROUPS)))
    doc = Doc(BARE.vocab).from_bytes(BYTES)
    try:
        group = SpanGroup(doc).from_bytes(data.draw(damage(GROUPS[name])))
        doc.spans[name] = group
    except Exception:
        return  # spaCy's own reading again
    use(doc)


@cases(100)
@given(st.data())
def test_altered_attributes(data: st.DataObject) -> None:
    """What is damaged within a group of spans that spaCy can read."""
    name = data.draw(st.sampled_from(sorted(GROUPS)))
    doc = Doc(BARE.vocab).from_bytes(BYTES)
    attrs = data.draw(altered(dict(DOC.spans[name].attrs)))
    spans = list(doc.spans[name])
    n_spans = data.draw(st.sampled_from([len(spans)] * 3 + [0, 1]))
    doc.spans[name] = SpanGroup(doc, name=name, spans=spans[:n_spans], attrs=attrs)
    use(doc)
    again = Doc(BARE.vocab).from_bytes(doc.to_bytes())
    use(again)


@cases(20)
@given(JUNK)
def test_any_attribute_of_another_package(value: Any) -> None:
    """User data goes through pickle-free msgpack; whatever is in it is no triple."""
    doc = Doc(BARE.vocab).from_bytes(BYTES)
    doc.user_data["xoie"] = value
    assert [(t.as_tuple(), t.score) for t in get_triples(doc)] == FACTS


def test_undamaged() -> None:
    """The harness itself reads what is whole."""
    doc = Doc(Vocab()).from_bytes(BYTES)
    assert [(t.as_tuple(), t.score) for t in get_triples(doc)] == FACTS
    assert doc._.language == DOC._.language


def test_damage_is_told() -> None:
    doc = Doc(BARE.vocab).from_bytes(BYTES)
    doc.spans["xoie"].attrs["triples"] = 3
    with pytest.raises(DataError, match=r"attributes of doc.spans\['xoie'\] are damag"):
        get_triples(doc)
    doc.spans["xoie_lang"].attrs["scores"] = {"de": "much"}
    with pytest.raises(DataError, match=r"attributes of doc.spans\['xoie_lang'\]"):
        document_language(doc)


def test_spans_from_outside_of_the_doc_are_told() -> None:
    doc = Doc(BARE.vocab).from_bytes(BYTES)
    other = Doc(BARE.vocab, words=["x"] * 1000)
    spans = [
        Span(other, 900, 901, label=span.label, span_id=span.id)
        for span in doc.spans["xoie"]
    ]
    attrs = dict(doc.spans["xoie"].attrs)
    group = SpanGroup(other, name="xoie", spans=spans, attrs=attrs)
    doc.spans["xoie"] = SpanGroup(doc).from_bytes(group.to_bytes())
    with pytest.raises(DataError, match="spans that never were in the doc"):
        get_triples(doc)
