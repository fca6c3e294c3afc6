"""How far a text stands behind a triple goes wherever the triple goes."""

from typing import Any

import pytest
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.doc.factuality import MODALITIES, factuality_value
from spacy_xoie.doc.record import doc_from_record, record_of
from spacy_xoie.errors import DataError

WORDS = "The firm denied on Monday that it had bribed officials".split()
DENIED = TokenTriple(
    ((6, 7),),
    ((7, 9),),
    (((9, 10),),),
    0.5,
    negated=True,
    modality="denied",
    source=((0, 2),),
)


def made(*triples: TokenTriple) -> Doc:
    doc = Doc(Vocab(), words=WORDS)
    set_triples(doc, triples)
    return doc


def test_a_view_says_who_says_so() -> None:
    (triple,) = get_triples(made(DENIED))
    assert triple.source.text == "The firm"
    assert (triple.negated, triple.modality) == (True, "denied")
    # What is denied of a denial is said.
    assert triple.factuality == "CT+"
    assert triple.token_triple == DENIED
    (plain,) = get_triples(made(DENIED._replace(source=(), modality="asserted")))
    assert not plain.source and plain.to_dict()["source"] is None
    assert plain.factuality == "CT-"


def test_record_and_back() -> None:
    record = record_of(made(DENIED))
    (triple,) = record["triples"]
    assert triple["source"] == {"text": "The firm", "spans": [[0, 8]]}
    again = doc_from_record(multilingual_pipeline(), record)
    (read,) = get_triples(again)
    assert read.to_dict() == triple | {"id": read.id}
    # Of files written before there was such a thing nobody knows.
    for name in ("negated", "modality", "source"):
        del triple[name]
    (old,) = get_triples(doc_from_record(multilingual_pipeline(), record))
    assert (old.negated, old.modality, bool(old.source)) == (False, "", False)


@pytest.mark.parametrize(
    "name, value, place",
    [
        ("negated", "no", "triples.0.negated"),
        ("modality", "perhaps", "triples.0"),
        ("source", [[3, 1]], "triples.0.source"),
    ],
)
def test_faults_of_a_record_are_named(name: str, value: Any, place: str) -> None:
    record = record_of(made(DENIED))
    record["triples"][0][name] = value
    with pytest.raises(DataError) as error:
        doc_from_record(multilingual_pipeline(), record)
    assert str(error.value.field).startswith(place)


def test_no_other_modality_is_stored() -> None:
    with pytest.raises(DataError, match="must be one of asked, asserted"):
        made(DENIED._replace(modality="maybe"))


def test_a_source_elsewhere_keeps_no_triple_out_of_its_sentence() -> None:
    doc = made(DENIED)
    assert len(get_triples(doc[5:10])) == 1
    assert not get_triples(doc[7:10])


def test_values_of_factbank() -> None:
    values = {factuality_value(n, flag) for n in MODALITIES for flag in (True, False)}
    assert values == {"CT+", "CT-", "PR+", "PR-", "PS+", "PS-", "Uu"}
