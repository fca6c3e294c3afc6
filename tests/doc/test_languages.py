"""The language of a doc: by whatever it is told, it is told in one form."""

from typing import Any, Dict, Iterator

import pytest
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.doc import install
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.languages import (
    DocLanguages,
    language_of,
    sentence_scores,
    tag_of,
    write_languages,
)
from spacy_xoie.doc.translations import Translations, set_translation
from spacy_xoie.errors import DataError

TEXT = "Anna met Ben. Ben left."


def make_doc(lang: str = "xx") -> Doc:
    return blank_pipeline(lang).make_doc(TEXT)


@pytest.fixture
def foreign() -> Iterator[Dict[str, Any]]:
    """Another package's `doc._.language`."""
    answer: Dict[str, Any] = {"value": None}
    Doc.remove_extension("language")
    Doc.set_extension("language", getter=lambda doc: answer["value"])
    yield answer
    Doc.remove_extension("language")
    install()


def test_what_is_set_is_read_as_its_code() -> None:
    doc = make_doc()
    doc._.language = "pt_BR"
    assert doc._.language == doc[0:1]._.language == language_of(doc) == "pt"
    assert doc._.language_scores == sentence_scores(doc, 0, 2) == {"pt": 1.0}
    assert tag_of(doc) == "pt-BR"
    doc._.language = "por"
    assert (doc._.language, tag_of(doc)) == ("pt", "pt")


def test_scores_of_one_language_are_added_up() -> None:
    doc = make_doc()
    doc._.language_scores = {"en-GB": 0.3, "en-US": 0.3, "deu": 0.4}
    assert doc._.language == "en"
    assert doc._.language_scores == pytest.approx({"en": 0.6, "de": 0.4})
    doc[0:4]._.language_scores = {"zh-CN": 0.2, "zh_TW": 0.25, "fr": 0.3, "de": 0.25}
    assert doc[0:1]._.language == "zh"


@pytest.mark.parametrize("value", ["English", "klingon", "x", 3])
def test_what_is_no_code_is_refused(value: Any) -> None:
    doc = make_doc()
    with pytest.raises(DataError, match="must be a code"):
        doc._.language = value
    with pytest.raises(DataError, match="must be a code"):
        doc._.language_scores = {value: 1.0, "de": 0.1}
    assert doc._.language == "und"


def test_a_language_without_adapter_may_be_named() -> None:
    doc = make_doc()
    doc._.language = "tlh"
    assert doc._.language == "tlh"


@pytest.mark.parametrize("value", ["", "xx", "und", "UNKNOWN", "un", None, 3, "mul"])
def test_others_need_not_know(foreign: Dict[str, Any], value: Any) -> None:
    foreign["value"] = value
    assert language_of(make_doc()) == "und"
    assert language_of(make_doc("de")) == "de"
    foreign["value"] = {"language": value, "score": 0.1}
    assert language_of(make_doc("de")) == "de"


@pytest.mark.parametrize("value", ["pt-br", {"language": "POR", "score": 0.9}])
def test_others_may_say_it_in_any_form(foreign: Dict[str, Any], value: Any) -> None:
    foreign["value"] = value
    doc = make_doc("en")
    assert language_of(doc) == "pt"
    assert sentence_scores(doc, 0, 1) == {"pt": 1.0}


def test_what_others_say_is_not_taken_for_a_code(foreign: Dict[str, Any]) -> None:
    foreign["value"] = "Portuguese"
    with pytest.warns(UserWarning, match="'Portuguese'; it is left aside"):
        assert language_of(make_doc("de")) == "de"


def triples_in(doc: Doc, language: str, key: str = "xoie") -> Doc:
    triple = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), language=language)
    set_triples(doc, [triple], key=key, language=language)
    return doc


def test_the_order_of_what_tells() -> None:
    doc = make_doc("de")
    assert language_of(doc) == "de"
    detected = DocLanguages("fr", {"fr": 1.0}, [[0, len(TEXT)]], ["fr"], [{"fr": 1.0}])
    write_languages(doc, detected)
    assert language_of(doc) == "fr"
    triples_in(doc, "es-MX")
    assert language_of(doc) == "es" == doc._.triples[0].language
    assert language_of(doc, key=None) == language_of(doc, key="gold") == "fr"
    doc._.language = "eng"
    assert language_of(doc) == "en"
    doc._.language = "und"
    assert language_of(doc) == "de"


def test_tags_of_triples_are_kept() -> None:
    doc = triples_in(make_doc(), "de_at")
    assert doc._.triples[0].language == language_of(doc) == "de"
    assert tag_of(doc) == tag_of(doc, "de") == "de-AT"
    assert tag_of(doc, "pt") == "pt"
    assert tag_of(triples_in(make_doc("pt"), "pt")) == "pt"


@pytest.mark.parametrize("name", ["", "custom", "mul"])
def test_pipelines_may_be_called_anything(name: str) -> None:
    class Own(Language):
        lang = name

    doc = Own().make_doc(TEXT)
    assert doc.lang_ == name
    assert language_of(doc) == "und"


def test_docs_of_before_are_read() -> None:
    """Docs that were stored with other forms of codes."""
    doc = make_doc()
    write_languages(
        doc,
        DocLanguages(
            "pt-BR",
            {"pt-BR": 0.75, "zh-CN": 0.25},
            [[0, 13], [14, 23]],
            ["pt-BR", "zh-CN"],
            [{"pt-BR": 1.0}, {"zh-CN": 1.0}],
            True,
        ),
    )
    triples_in(doc, "pt")
    attrs = doc.spans["xoie"].attrs
    attrs["language"] = "pt-BR"
    for fact in attrs["triples"].values():
        fact["language"] = "zh_Hant"
    attrs = dict(doc.spans["xoie_lang"].attrs)
    del attrs["tag"]
    doc.spans["xoie_lang"].attrs = attrs
    (back,) = DocBin(docs=[doc]).get_docs(Vocab())
    assert back._.language == "pt"
    assert back._.language_scores == {"pt": 0.75, "zh": 0.25}
    assert [sent._.language for sent in (back[:4], back[4:])] == ["pt", "zh"]
    assert sentence_scores(back, 4, 6) == {"zh": 1.0}
    assert back._.triples[0].language == "zh"


@pytest.mark.parametrize("stored, asked", [("pt-BR", "pt"), ("pt", "pt_BR")])
def test_translations_are_found_by_any_form(stored: str, asked: str) -> None:
    doc = make_doc()
    set_translation(doc, stored, make_doc("pt"))
    for form in (stored, asked, "por"):
        assert form in doc._.translations
        assert doc._.translations[form].text == TEXT
    assert "es" not in doc._.translations and 3 not in Translations(doc)
    assert doc._.translations.get("es") is None


def test_variants_have_translations_of_their_own() -> None:
    doc = make_doc()
    for tag, text in (("zh-Hans", "汉"), ("zh-Hant", "漢")):
        set_translation(doc, tag, blank_pipeline("zh").make_doc(text))
    assert list(doc._.translations) == ["zh-Hans", "zh-Hant"]
    assert doc._.translations["zh_hant"].text == "漢"
    assert doc._.translations["zh"].text == "汉"
