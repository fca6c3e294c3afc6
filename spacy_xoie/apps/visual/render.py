"""The triples of docs as pictures."""

from typing import Iterable, Literal, Union

from spacy.tokens import Doc

from ...doc.triples import SPAN_KEY, Triple, get_triples
from ...errors import ConfigError
from .arcs import arcs_html
from .blocks import Block, blocks
from .page import attributes, escape, fragment, html_page, legend
from .spans import spans_html
from .table import remark_html, score_text, table_html

Style = Literal["spans", "arcs", "table"]
STYLES = ("spans", "arcs", "table")


def render_triples(
    docs: Union[Doc, Iterable[Doc]],
    *,
    style: Style = "spans",
    page: bool = False,
    key: str = SPAN_KEY,
    title: str = "Triples",
) -> str:
    """Draw the triples of docs, sentence by sentence. The title of a doc, if it has
    one, is `doc.user_data["title"]`, as in displaCy.

    docs (Union[Doc, Iterable[Doc]]): A doc or several.
    style (Style): "spans" draws each triple in its sentence, "arcs" as arcs from the
        relation to the arguments, "table" as rows of a table.
    page (bool): Whether to make a whole page, else HTML to put into one.
    key (str): Name of the span group of the triples.
    title (str): Title of the page.
    RETURNS (str): HTML, which needs nothing from outside.
    RAISES (ConfigError): If there is no such style.
    """
    if style not in STYLES:
        raise ConfigError(
            f"style is {style!r}; it must be one of {', '.join(map(repr, STYLES))}."
        )
    docs = [docs] if isinstance(docs, Doc) else list(docs)
    if not docs:
        content = '<p class="none">There are no docs.</p>'
    elif style == "table":
        groups = [get_triples(doc, key=key) for doc in docs]
        names = [doc_name(doc, number) for number, doc in enumerate(docs, start=1)]
        content = table_html(groups, names if len(docs) > 1 else ())
    else:
        content = legend() + "".join(_doc_html(doc, style, key) for doc in docs)
    if page:
        return html_page(title, f"<h1>{escape(title)}</h1><main>{content}</main>")
    return fragment(content)


def doc_name(doc: Doc, number: int) -> str:
    """RETURNS (str): The title of a doc, or what else tells it from others."""
    return str(doc.user_data.get("title") or number)


def doc_heading(doc: Doc) -> str:
    """RETURNS (str): The title of a doc, if it has one."""
    title = doc.user_data.get("title")
    return f'<h2 dir="auto">{escape(str(title))}</h2>' if title else ""


def _doc_html(doc: Doc, style: Style, key: str) -> str:
    content = "".join(_block_html(block, style) for block in blocks(doc, key=key))
    return doc_heading(doc) + (content or '<p class="none">The text is empty.</p>')


def _block_html(block: Block, style: Style) -> str:
    text = block.text.strip()
    if not text and not block.triples:
        return ""
    draw = spans_html if style == "spans" else arcs_html
    rows = "".join(
        f'<div class="row">{facts_html(triple, number)}{draw(block, triple)}</div>'
        for number, triple in enumerate(block.triples, start=1)
    )
    head = ""
    if style == "arcs" or not rows:
        head = f'<p class="sentence">{escape(text)} {language_html(block)}</p>'
    if not rows:
        rows = '<p class="none">No triples.</p>'
    where = attributes(text, block.language)
    return f'<section class="block" {where}>{head}{rows}</section>'


def facts_html(triple: Triple, number: int) -> str:
    """RETURNS (str): What is to be said of a triple, beside its parts."""
    implied = "" if triple.subject else " · subject implied"
    remark = remark_html(triple)
    return (
        f'<span class="faint" dir="ltr">{number} · {escape(triple.language or "?")} '
        f"· score {score_text(triple)}{implied}{remark and f' · {remark}'}</span>"
    )


def language_html(block: Block) -> str:
    """RETURNS (str): The language of a sentence."""
    return f'<span class="badge">{escape(block.language or "?")}</span>'
