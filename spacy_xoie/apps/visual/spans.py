"""A triple in its sentence, drawn by displaCy: each part underlined in the colour of
its role."""

from typing import Any, Dict, List, Optional, Tuple

from spacy import displacy

from ...doc.text import is_unspaced
from ...doc.triples import ROLES, SOURCE, Triple
from .blocks import Block
from .page import (
    ROLE_COLOURS,
    ROLE_LETTERS,
    SOURCE_COLOUR,
    SOURCE_LETTER,
    clean,
    direction,
)

# displaCy puts a space after every token that has no label, which Chinese has not. So
# what is between the parts has a label as well: one that is not seen.
_HIDDEN = ""
_TEMPLATE = {
    "span": '<span class="cell">{text}{span_slices}{span_starts}</span>',
    "slice": '<span class="bar" style="background: {bg}; top: {top_offset}px"></span>',
    "start": '<span class="bar" style="background: {bg}; top: {top_offset}px">'
    '<span class="chip" style="background: {bg}">{label}{kb_link}</span></span>',
}
_UNSPACED = {
    **_TEMPLATE,
    "span": '<span class="cell keep">{text}{span_slices}{span_starts}</span>',
}
_LETTERS = {**ROLE_LETTERS, SOURCE: SOURCE_LETTER}
_COLOURS = {
    **{ROLE_LETTERS[role]: ROLE_COLOURS[role] for role in ROLES},
    SOURCE_LETTER: SOURCE_COLOUR,
}

Piece = Tuple[str, int, int]
"""Role, first token and end of a contiguous piece of a triple."""


def spans_html(block: Block, triple: Optional[Triple]) -> str:
    """Draw a sentence with the parts of a triple underlined.

    block (Block): The sentence.
    triple (Optional[Triple]): A triple of it; None draws the sentence alone.
    RETURNS (str): HTML.
    """
    pieces: List[Piece] = []
    if triple is not None:
        pieces = [
            (role, start, end)
            for role, part in zip(ROLES, triple.parts, strict=False)
            for start, end in part.pieces
        ]
        pieces += [
            (SOURCE, start, end)
            for start, end in triple.source.pieces
            if block.start <= start and end <= block.end
        ]
    cells, places = _cells(block, pieces)
    spans: List[Dict[str, Any]] = [
        {
            "start_token": places[start],
            "end_token": places[end - 1] + 1,
            "label": _LETTERS[role],
        }
        for role, start, end in pieces
    ]
    span_cells = {
        cell for span in spans for cell in range(span["start_token"], span["end_token"])
    }
    spans += [
        {"start_token": cell, "end_token": cell + 1, "label": _HIDDEN}
        for cell in range(len(cells))
        if cell not in span_cells
    ]
    is_dense = sum(map(is_unspaced, block.text)) * 2 > len(block.text)
    sentence: Dict[str, Any] = {
        "text": "",
        "tokens": cells,
        "spans": spans,
        "settings": {"direction": direction(block.text)},
    }
    return str(
        displacy.render(
            sentence,
            style="span",
            manual=True,
            jupyter=False,
            options={
                "colors": {**_COLOURS, _HIDDEN: "transparent"},
                "template": _UNSPACED if is_dense else _TEMPLATE,
                "top_offset": 22,
                "top_offset_step": 6,
            },
        )
    )


def _cells(block: Block, pieces: List[Piece]) -> Tuple[List[str], Dict[int, int]]:
    """Cut a sentence into what is drawn as a whole: tokens of the triple, with the
    space after them if it belongs to the same pieces, and what is between.

    RETURNS (Tuple[List[str], Dict[int, int]]): Texts, and for each token which.
    """
    cells: List[str] = []
    places: Dict[int, int] = {}
    before: Optional[Tuple[Piece, ...]] = None
    can_join = False
    tokens = block.doc[block.start : block.end]
    covers = [_cover(token.i, pieces) for token in tokens]
    for token, cover, after in zip(tokens, covers, [*covers[1:], ()], strict=True):
        if before == cover and (not cover or can_join):
            cells[-1] += clean(token.text)
        else:
            cells.append(clean(token.text))
        places[token.i] = len(cells) - 1
        if token.whitespace_:
            # The line under a part does not end in a space.
            if cover == after or not cover:
                cells[-1] += " "
            else:
                cells.append(" ")
                cover = ()
        before = cover
        can_join = not token.whitespace_ and not is_unspaced(token.text[-1:])
    return cells, places


def _cover(token: int, pieces: List[Piece]) -> Tuple[Piece, ...]:
    return tuple(piece for piece in pieces if piece[1] <= token < piece[2])
