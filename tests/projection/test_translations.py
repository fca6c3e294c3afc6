"""Where translations are kept, and what survives."""

import pickle
from typing import Callable

import pytest
import spacy
from projection_builders import sure, with_triples
from spacy.tokens import Doc, DocBin

from spacy_xoie import get_triples
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.translations import (
    Origin,
    Provenance,
    Refused,
    Untranslated,
    doc_id,
    set_provenance,
    set_translation,
    set_untranslated,
)
from spacy_xoie.errors import DataError

PROVENANCE = Provenance(
    "0123456789abcdef",
    "en",
    sure([(0, 0), (1, 1), (2, 2)]),
    {"id-0": Origin("other-0", 0.9, 0.8, ("overlap",))},
    (Refused("other-1", "untranslated", "relation: likes"),),
)


@pytest.fixture
def doc() -> Doc:
    doc = with_triples("en", "Eva drinks tea", [("Eva", "drinks", ["tea"])])
    translation = with_triples("es", "Eva bebe té", [("Eva", "bebe", ["té"])])
    set_provenance(translation, PROVENANCE)
    set_translation(doc, "es", translation)
    set_untranslated(doc, "de", Untranslated("engine crashed", "on 'Eva'"))
    return doc


def through_bytes(doc: Doc) -> Doc:
    return Doc(spacy.blank("xx").vocab).from_bytes(doc.to_bytes())


def through_doc_bin(doc: Doc) -> Doc:
    data = DocBin(docs=[doc], store_user_data=False).to_bytes()
    return next(iter(DocBin().from_bytes(data).get_docs(spacy.blank("xx").vocab)))


def through_doc_bin_with_user_data(doc: Doc) -> Doc:
    data = DocBin(docs=[doc], store_user_data=True).to_bytes()
    return next(iter(DocBin().from_bytes(data).get_docs(spacy.blank("xx").vocab)))


def as_it_is(doc: Doc) -> Doc:
    return doc


@pytest.mark.parametrize(
    "way",
    [
        as_it_is,
        through_bytes,
        through_doc_bin,
        through_doc_bin_with_user_data,
        Doc.copy,
        lambda doc: pickle.loads(pickle.dumps(doc)),
    ],
)
def test_survives(doc: Doc, way: Callable[[Doc], Doc]) -> None:
    again = way(doc)
    assert list(again._.translations) == ["es"]
    translation = again._.translations["es"]
    assert translation.text == "Eva bebe té"
    assert translation._.language == "es"
    assert [t.as_tuple() for t in translation._.triples] == [("Eva", "bebe", "té")]
    assert translation._.triples[0].score == pytest.approx(0.5)
    assert translation._.projection == PROVENANCE
    assert again._.untranslated == {"de": Untranslated("engine crashed", "on 'Eva'")}
    assert [t.as_tuple() for t in again._.triples] == [("Eva", "drinks", "tea")]


def test_retokenised_source(doc: Doc) -> None:
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[0:2])
    translation = doc._.translations["es"]
    assert [t.as_tuple() for t in translation._.triples] == [("Eva", "bebe", "té")]


def test_retokenised_translation(doc: Doc) -> None:
    translation = doc._.translations["es"]
    with translation.retokenize() as retokenizer:
        retokenizer.merge(translation[1:3])
    with pytest.raises(DataError, match="'es' was retokenised"):
        set_translation(doc, "es", translation)
    assert len(doc._.translations["es"]) == 3


def test_a_look_up_is_a_copy(doc: Doc) -> None:
    translation = doc._.translations["es"]
    translation.spans.pop("xoie")
    assert get_triples(doc._.translations["es"])
    set_translation(doc, "es", translation)
    assert not get_triples(doc._.translations["es"])


def test_one_language_takes_the_place_of_itself_only(doc: Doc) -> None:
    other = with_triples("de", "Eva trinkt Tee", [])
    set_translation(doc, "de", other)
    assert sorted(doc._.translations) == ["de", "es"]
    assert doc._.untranslated == {}
    set_untranslated(doc, "es", Untranslated("no translation given"))
    assert list(doc._.translations) == ["de"]
    assert list(doc._.untranslated) == ["es"]


def test_mapping(doc: Doc) -> None:
    translations = doc._.translations
    assert "es" in translations and "de" not in translations and 7 not in translations
    assert translations.get("no such language") is None
    assert len(translations) == 1
    assert repr(translations) == "Translations(es)"
    with pytest.raises(KeyError):
        translations["fr"]


def test_docs_without_translations() -> None:
    doc = Doc(blank_pipeline("en").vocab, words=["a"])
    assert dict(doc._.translations) == {}
    assert doc._.untranslated == {}
    assert doc._.projection is None
    assert not doc.spans


def test_doc_id_is_of_the_text() -> None:
    vocab = blank_pipeline("en").vocab
    one = Doc(vocab, words=["New", "York"])
    other = Doc(blank_pipeline("xx").vocab, words=["New York"], spaces=[True])
    assert doc_id(one) == doc_id(other)
    assert doc_id(one) != doc_id(Doc(vocab, words=["New"]))


class TestBlankPipeline:
    def test_absent_library(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import sys

        monkeypatch.setitem(sys.modules, "sudachipy", None)
        blank_pipeline.cache_clear()
        doc = blank_pipeline("ja").make_doc("家を建てた。")
        assert [token.text for token in doc] == list("家を建てた。")
        blank_pipeline.cache_clear()

    def test_variants_and_unknown_codes(self) -> None:
        assert blank_pipeline("pt-BR").lang == blank_pipeline("pt_BR").lang == "pt"
        words = [token.text for token in blank_pipeline("tlh").make_doc("Qapla', qo'.")]
        assert "".join(words) == "Qapla',qo'."
