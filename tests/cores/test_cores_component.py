"""The component `xoie_cores`, and cores as a part of docs."""

import pickle
import sys
from typing import Any, Tuple

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.doc.cores import Core, Normal
from spacy_xoie.doc.record import doc_from_record, record_of
from spacy_xoie.errors import ConfigError, DataError, EngineError

TEXT = "Anna opened the museum in the old town on 3 May 1999 ."


def make_doc(nlp: Language) -> Doc:
    doc = nlp.make_doc(TEXT)
    parts = (((2, 4),), ((4, 8),), ((8, 12),))
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), parts, 0.9, "en")])
    return doc


def pipeline(**config: Any) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("xoie_cores", config=config)
    return nlp


def cores(doc: Doc) -> Tuple[Tuple[str, str, str, Any], ...]:
    (triple,) = get_triples(doc)
    found = [part.core for part in (triple.subject, *triple.objects)]
    assert triple.relation.core is None
    return tuple(
        (core.adposition, core.text, core.head.text, core.normal and core.normal.text)
        for core in found
        if core is not None
    )


EXPECTED = (
    ("", "Anna", "Anna", None),
    ("", "museum", "museum", None),
    ("in", "old town", "town", None),
    ("on", "3 May 1999", "May", None),
)


def test_triples_stay_as_they_are() -> None:
    nlp = pipeline()
    doc = make_doc(nlp)
    before = get_triples(doc)
    assert all(part.core is None for part in before[0].parts)
    doc = nlp.get_pipe("xoie_cores")(doc)
    assert get_triples(doc) == before
    assert cores(doc) == EXPECTED
    record = get_triples(doc)[0].to_dict()["objects"][1]
    assert record["core"]["text"] == "old town"
    assert record["core"]["adposition_span"] == [23, 25]


def test_normal_forms() -> None:
    pytest.importorskip("dateparser")
    nlp = pipeline(normalize=True, reference_date="2024-05-15")
    assert cores(nlp.get_pipe("xoie_cores")(make_doc(nlp)))[3][3] == "1999-05-03"
    doc = nlp.make_doc("Ben left on Thursday .")
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 4),),), 0.9, "en")])
    assert cores(nlp.get_pipe("xoie_cores")(doc))[1][3] == "2024-05-09"
    doc.user_data["reference_date"] = "2020-01-01"
    assert cores(nlp.get_pipe("xoie_cores")(doc))[1][3] == "2019-12-26"
    doc.user_data["reference_date"] = "long ago"
    with pytest.raises(ConfigError, match="reference_date.*long ago"):
        nlp.get_pipe("xoie_cores")(doc)


def test_cores_survive_storage() -> None:
    nlp = pipeline()
    doc = nlp.get_pipe("xoie_cores")(make_doc(nlp))
    stored = DocBin(docs=[doc], store_user_data=False).to_bytes()
    (other,) = DocBin().from_bytes(stored).get_docs(spacy.blank("en").vocab)
    assert cores(other) == EXPECTED
    assert cores(Doc(nlp.vocab).from_bytes(doc.to_bytes())) == EXPECTED
    assert cores(pickle.loads(pickle.dumps(doc))) == EXPECTED
    assert cores(doc_from_record(nlp, record_of(doc))) == EXPECTED


def test_a_source_has_a_core_too() -> None:
    nlp = pipeline()
    doc = nlp.make_doc("The minister said that Ben left .")
    said = TokenTriple(((4, 5),), ((5, 6),), source=((0, 2),), modality="reported")
    set_triples(doc, [said._replace(language="en")])
    doc = nlp.get_pipe("xoie_cores")(doc)
    for one in (doc, doc_from_record(nlp, record_of(doc))):
        (triple,) = get_triples(one)
        assert triple.source.core is not None and triple.source.core.text == "minister"


def test_cores_survive_retokenisation() -> None:
    nlp = pipeline()
    doc = nlp.get_pipe("xoie_cores")(make_doc(nlp))
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[6:8])
    found = cores(doc)
    assert found[2] == ("in", "old town", "old town", None)


def test_new_triples_have_no_cores_of_old_ones() -> None:
    nlp = pipeline()
    doc = nlp.get_pipe("xoie_cores")(make_doc(nlp))
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),))])
    assert cores(doc) == ()


@pytest.mark.parametrize("damage", [1, {"x": 1}, {"x": [["a", [0, 1]]]}])
def test_damaged_cores_are_named(damage: Any) -> None:
    nlp = pipeline()
    doc = nlp.get_pipe("xoie_cores")(make_doc(nlp))
    doc.spans["xoie"].attrs = {**doc.spans["xoie"].attrs, "cores": damage}
    with pytest.raises(DataError, match="cores of doc.spans"):
        get_triples(doc)


def test_a_triple_of_no_language_has_that_of_the_doc() -> None:
    nlp = pipeline()
    for language, text in (("de", "Haus"), ("en", "beim Haus")):
        doc = nlp.make_doc("Anna war beim Haus .")
        doc._.language = language
        set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 4),),))])
        assert cores(nlp.get_pipe("xoie_cores")(doc))[1][1] == text


def test_settings_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    for config in (
        {"span_key": ""},
        {"prefer_dates": "never"},
        {"reference_date": "2024-05-15"},
    ):
        with pytest.raises(ConfigError):
            pipeline(**config)
    monkeypatch.setitem(sys.modules, "babel.numbers", None)
    with pytest.raises(EngineError, match=r"spacy-xoie\[normalize\]"):
        pipeline(normalize=True)


def test_the_name_of_a_core_is_what_equal_ones_share() -> None:
    doc = spacy.blank("en").make_doc("in May 1999")
    core = Core("May 1999", doc[1:2], "in", doc[:1], Normal("date", "1999-05"))
    assert core.name == "1999-05"
    assert Core("May 1999", doc[1:2]).name == "May 1999"
