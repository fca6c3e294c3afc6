"""A doc beside its translation."""

import pytest
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.visual import render_projection
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.languages import set_language
from spacy_xoie.doc.translations import (
    Alignment,
    Untranslated,
    set_translation,
    set_untranslated,
)
from spacy_xoie.errors import DataError
from spacy_xoie.projection.bitext import Bitext, carry_over
from spacy_xoie.projection.ty import Pair


def doc_of(text: str, language: str) -> Doc:
    doc = blank_pipeline(language).make_doc(text)
    set_language(doc, language)
    return doc


def projected(links: tuple[tuple[int, int], ...]) -> Doc:
    source = doc_of("Ann sold <b>cars</b>", "en")
    set_triples(source, [TokenTriple(((0, 1),), ((1, 2),), (((2, len(source)),),))])
    target = doc_of("باعت آن سيارات", "ar")

    def aligner(pairs: list[Pair]) -> list[Alignment]:
        return [Alignment(links, (0.9,) * len(links), (True,) * len(links))]

    carry_over(
        [Bitext(source, target, None, None)],
        [("en", "ar")],
        aligner,
        mode="recall",
        limits=None,
        key="xoie",
    )
    set_translation(source, "ar", target)
    return source


def test_both_sides_have_the_triple_and_their_direction() -> None:
    html = render_projection(projected(((0, 1), (1, 0), (2, 2))), "ar", page=True)
    assert html.count('class="spans"') == 2
    assert html.count("<line") == 3
    assert 'dir="rtl" lang="ar"' in html and 'dir="ltr" lang="en"' in html
    assert "<b>" not in html and "&lt;b&gt;" in html


def test_what_was_not_carried_over_is_said_with_the_reason() -> None:
    html = render_projection(projected(((1, 0), (2, 2))), "ar")
    assert html.count('class="spans"') == 1
    assert "Not carried over: lost argument (subject: Ann)" in html


def test_missing_translation_is_refused_with_the_reason() -> None:
    doc = projected(((0, 1), (1, 0), (2, 2)))
    with pytest.raises(DataError, match="it has ar"):
        render_projection(doc, "de")
    set_untranslated(doc, "fr", Untranslated("too long", "over 5 words"))
    with pytest.raises(DataError, match="too long"):
        render_projection(doc, "fr")


def test_translation_without_provenance_is_refused() -> None:
    doc = doc_of("Ann sold cars", "en")
    set_translation(doc, "de", doc_of("Ann verkaufte Autos", "de"))
    with pytest.raises(DataError, match="xoie_projector"):
        render_projection(doc, "de")
