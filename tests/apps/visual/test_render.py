"""Triples as HTML: what is seen, that it is escaped, and on which side it stands."""

import re
from html.parser import HTMLParser
from typing import List, Optional, Sequence, Tuple

import pytest
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.visual import STYLES, render_triples
from spacy_xoie.doc.folding import visible
from spacy_xoie.errors import ConfigError

MARKUP = """<script>alert("x")</script> & <img src=x onerror='a()'>"""


class Tags(HTMLParser):
    """Tags and text of a page, as a browser reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: List[Tuple[str, dict[str, Optional[str]]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def names(self) -> List[str]:
        return [name for name, _ in self.tags]


def doc_of(
    words: Sequence[str],
    triple: Optional[TokenTriple],
    *,
    language: str = "en",
    spaces: Optional[Sequence[bool]] = None,
) -> Doc:
    from spacy.vocab import Vocab

    doc = Doc(Vocab(), words=list(words), spaces=spaces)
    set_triples(doc, [triple] if triple else [], language=language)
    return doc


def simple(language: str = "en", **more: object) -> TokenTriple:
    return TokenTriple(
        ((0, 1),), ((1, 2),), (((2, 3),),), score=0.5, language=language
    )._replace(**more)


@pytest.mark.parametrize("style", STYLES)
def test_markup_in_a_text_is_shown_as_text(style: str) -> None:
    words = ["<script>alert(1)</script>", '"&', "<b>", "'>x"]
    doc = doc_of(words, simple())
    doc.user_data["title"] = MARKUP
    page = Tags(render_triples([doc, doc], style=style, page=True, title=MARKUP))
    assert not {"script", "b", "img"} & set(page.names())
    assert not any(key.startswith("on") for _, attrs in page.tags for key in attrs)
    assert MARKUP in page.text
    for word in words[:3]:
        # A table has phrases as they are read.
        assert (visible(word) if style == "table" else word) in page.text


@pytest.mark.parametrize("style", STYLES)
def test_language_with_markup_stays_in_its_attribute(style: str) -> None:
    language = '"><script>'
    doc = doc_of(["a", "b", "c"], simple(language), language=language)
    assert "script" not in Tags(render_triples(doc, style=style)).names()


@pytest.mark.parametrize("style", STYLES)
def test_what_html_cannot_hold_is_replaced(style: str) -> None:
    html = render_triples(doc_of(["a\x00", "b\x1b", "c\x85"], simple()), style=style)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", html)
    # A table has phrases as they are read, without what cannot be seen.
    assert ("a\ufffd" in html) or (style == "table" and ">a</td>" in html)


@pytest.mark.parametrize("style", STYLES)
def test_page_asks_for_nothing_from_outside(style: str) -> None:
    page = Tags(
        render_triples(doc_of(["a", "b", "c"], simple()), style=style, page=True)
    )
    assert not {"link", "script", "img", "iframe"} & set(page.names())
    policy = [attrs for _, attrs in page.tags if "http-equiv" in attrs]
    assert "default-src 'none'" in str(policy[0]["content"])


def test_each_part_has_its_letter_in_order() -> None:
    doc = doc_of(["Ann", "has", "now", "met", "Ben", "."], None)
    triple = TokenTriple(((0, 1),), ((1, 2), (3, 4)), (((4, 5),),))
    set_triples(doc, [triple])
    html = render_triples(doc)
    chips = re.findall(r'class="chip"[^>]*>(\w+)<', html)
    assert chips == ["S", "R", "R", "O"]


def test_chinese_has_no_spaces_between_its_words() -> None:
    words = ["市政府", "改建", "图书馆", "。"]
    html = render_triples(doc_of(words, simple("zh"), spaces=[False] * 4))
    text = Tags(html[html.index('<div class="spans"') :]).text
    assert re.sub(r"[SRO]", "", text).strip() == "市政府改建图书馆。"


def test_spaces_stand_where_the_text_has_them() -> None:
    doc = doc_of(
        ["(", "Ann", ")", "met", "Ben", "."],
        TokenTriple(((1, 2),), ((3, 4),), (((4, 5),),)),
        spaces=[False, False, True, True, False, False],
    )
    html = render_triples(doc)
    text = " ".join(Tags(html[html.index('<div class="spans"') :]).text.split())
    assert re.sub(r"(?<=[a-z])[SRO]", "", text) == "(Ann) met Ben."


@pytest.mark.parametrize("style", STYLES)
def test_arabic_runs_from_right_to_left_and_english_beside_it_does_not(
    style: str,
) -> None:
    arabic = doc_of(["المهندسة", "افتتحت", "مكتبة"], simple("ar"))
    page = Tags(
        render_triples([doc_of(["Ann", "met", "Ben"], simple()), arabic], style=style)
    )
    ways = {
        (attrs.get("lang"), attrs["dir"])
        for _, attrs in page.tags
        if "dir" in attrs and attrs.get("lang")
    }
    assert ways == {("en", "ltr"), ("ar", "rtl")}


def test_arcs_of_arabic_have_the_subject_on_the_right() -> None:
    html = render_triples(
        doc_of(["المهندسة", "افتتحت", "مكتبة"], simple("ar")), style="arcs"
    )
    places = {
        text: float(x)
        for x, text in re.findall(r'<text x="([\d.]+)"[^>]*>(\w+)</text>', html)
    }
    assert places["المهندسة"] > places["افتتحت"] > places["مكتبة"]


def test_displacy_draws_simple_arcs_and_others_are_drawn_too() -> None:
    easy = render_triples(doc_of(["Ann", "met", "Ben"], simple()), style="arcs")
    assert 'class="displacy"' in easy
    split = TokenTriple(((0, 1),), ((1, 2), (3, 4)), (((2, 3),),))
    hard = render_triples(doc_of(["Er", "lehnt", "es", "ab"], split), style="arcs")
    assert 'class="displacy"' not in hard
    assert "stroke-dasharray" in hard and hard.count("<rect") == 4


def test_parts_that_overlap_are_both_drawn() -> None:
    both = TokenTriple(((0, 2),), ((1, 2),), (((2, 3),),))
    html = render_triples(doc_of(["Ann", "met", "Ben"], both), style="arcs")
    assert "S R" in Tags(html).text


def test_triple_across_sentences_is_drawn_once_with_both() -> None:
    doc = doc_of(["Ann", "left", ".", "Ben", "came", "."], None)
    for token in doc:
        token.is_sent_start = token.i in (0, 3)
    set_triples(doc, [TokenTriple(((0, 1),), ((4, 5),), (((3, 4),),))])
    page = Tags(render_triples(doc))
    assert page.names().count("section") == 1
    assert "came" in page.text


@pytest.mark.parametrize("style", STYLES)
def test_nothing_is_said_to_be_nothing(style: str) -> None:
    assert "no docs" in render_triples([], style=style)
    assert "No triples" in render_triples(doc_of(["Hello"], None), style=style)
    empty = Tags(render_triples(doc_of([], None), style=style)).text
    assert "empty" in empty or "No triples" in empty


def test_implied_subject_and_unknown_score_are_said() -> None:
    triple = TokenTriple((), ((0, 1),), (((1, 2),),))
    doc = doc_of(["Llueve", "mucho"], triple)
    assert "subject implied" in render_triples(doc)
    assert "(implied)" in render_triples(doc, style="table")
    assert "–" in render_triples(doc, style="table")


def test_unknown_style_is_refused() -> None:
    with pytest.raises(ConfigError, match="'spans', 'arcs', 'table'"):
        render_triples([], style="graph")


def test_notebook_shows_a_table_of_the_triples() -> None:
    triples = doc_of(["Ann", "met", "<b>Ben</b>"], simple())._.triples
    html = triples._repr_html_()
    tags = Tags(html).names()
    assert tags.count("td") == tags.count("th") == 7 and "b" not in tags
    assert triples == tuple(triples) and isinstance(triples, tuple)
