"""A doc and its translation side by side: the triples of both, and the links between
their words."""

from typing import Dict, List, Optional, Tuple

from spacy.tokens import Doc

from ...doc.translations import (
    Provenance,
    Refused,
    Translations,
    get_provenance,
    get_untranslated,
)
from ...doc.triples import SPAN_KEY, Triple
from ...errors import DataError
from .blocks import Block, blocks
from .links import links_html
from .page import attributes, escape, fragment, html_page, legend
from .render import facts_html, language_html
from .spans import spans_html


def render_projection(
    doc: Doc,
    target: str,
    *,
    page: bool = False,
    key: str = SPAN_KEY,
    title: str = "Projection",
) -> str:
    """Draw a doc and one of its translations side by side: each triple beside what
    became of it, and the links between the words.

    doc (Doc): A doc with a translation, see `doc._.translations`.
    target (str): Language of the translation.
    page (bool): Whether to make a whole page, else HTML to put into one.
    key (str): Name of the span group of the triples, in both docs.
    title (str): Title of the page.
    RETURNS (str): HTML, which needs nothing from outside.
    RAISES (DataError): If there is no such translation.
    """
    content = legend() + projection_html(doc, translation_of(doc, target), key=key)
    if page:
        return html_page(title, f"<h1>{escape(title)}</h1><main>{content}</main>")
    return fragment(content)


def translation_of(doc: Doc, target: str) -> Doc:
    """RETURNS (Doc): The translation of a doc to a language.
    RAISES (DataError): If there is none, with the reason if it is known.
    """
    translations = Translations(doc)
    if target not in translations:
        raise DataError(_describe_gap(doc, target, list(translations)))
    return translations[target]


def projection_html(source: Doc, target: Doc, *, key: str = SPAN_KEY) -> str:
    """RETURNS (str): A doc and its translation side by side, without style and legend.
    RAISES (DataError): If the second is no translation with triples carried over.
    """
    provenance = get_provenance(target)
    if provenance is None:
        raise DataError(
            "The translation does not say where its triples come from. Carry them over "
            "with the component 'xoie_projector' or `project_bitext`."
        )
    lefts, rights = blocks(source, key=key), blocks(target, key=key)
    if len(lefts) != len(rights):
        lefts, rights = [_whole(source, lefts)], [_whole(target, rights)]
    return "".join(
        _pair_html(left, right, provenance)
        for left, right in zip(lefts, rights, strict=True)
    )


def _describe_gap(doc: Doc, target: str, there: List[str]) -> str:
    why = get_untranslated(doc).get(target)
    if why is not None:
        reason = f"{why.reason}{f' ({why.detail})' if why.detail else ''}"
        return f"There is no translation of the doc to {target!r}: {reason}."
    others = f"it has {', '.join(there)}" if there else "it has none at all"
    return (
        f"There is no translation of the doc to {target!r}; {others}. Run the "
        f"component 'xoie_projector' with target={target!r}."
    )


def _whole(doc: Doc, parts: List[Block]) -> Block:
    """All of a doc as one block."""
    triples = tuple(triple for part in parts for triple in part.triples)
    return Block(doc, 0, len(doc), parts[0].language if parts else "", triples)


def _pair_html(left: Block, right: Block, provenance: Provenance) -> str:
    """A sentence and its translation."""
    refusals = {item.source: item for item in provenance.refused}
    triples: Dict[str, Triple] = {}
    for triple in right.triples:
        origin = provenance.origins.get(triple.id)
        if origin is not None:
            triples[origin.source] = triple
    rows = [_heads(left, right)]
    for number, triple in enumerate(left.triples, start=1):
        translation = triples.pop(triple.id, None)
        other = (
            _refusal_html(refusals.get(triple.id))
            if translation is None
            else _side(
                right,
                translation,
                facts_html(translation, number) + _loss_html(provenance, translation),
            )
        )
        own = _side(left, triple, facts_html(triple, number))
        rows.append(f'<div class="row pair">{own}{other}</div>')
    for number, triple in enumerate(triples.values(), start=len(left.triples) + 1):
        nothing = '<p class="none">Of another sentence.</p>'
        other = _side(right, triple, facts_html(triple, number))
        rows.append(f'<div class="row pair">{nothing}{other}</div>')
    if not left.triples:
        rows.append('<p class="none">No triples.</p>')
    rows.append(links_html(left, right, provenance.alignment))
    return f'<section class="block">{"".join(rows)}</section>'


def _heads(left: Block, right: Block) -> str:
    sides = "".join(
        f"<div {attributes(block.text, block.language)}>"
        f'<p class="sentence">{escape(block.text.strip())} '
        f"{language_html(block)}</p></div>"
        for block in (left, right)
    )
    return f'<div class="pair">{sides}</div>'


def _side(block: Block, triple: Optional[Triple], facts: str) -> str:
    where = attributes(block.text, block.language)
    return f"<div {where}>{facts}{spans_html(block, triple)}</div>"


def _refusal_html(refusal: Optional[Refused]) -> str:
    if refusal is None:
        return '<p class="none">Not carried over.</p>'
    detail = f" ({refusal.detail})" if refusal.detail else ""
    return f'<p class="none">Not carried over: {escape(refusal.reason + detail)}.</p>'


def _loss_html(provenance: Provenance, triple: Triple) -> str:
    parts: Tuple[str, ...] = provenance.origins[triple.id].lost
    if not parts:
        return ""
    return f'<span class="faint" dir="ltr"> · lost: {escape(", ".join(parts))}</span>'
