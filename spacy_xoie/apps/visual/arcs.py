"""A triple as arcs from its relation to its arguments: drawn by displaCy, or, where
displaCy cannot (parts in several pieces, parts that overlap, long parts, and text from
right to left, where its labels stand on their heads in Chromium), in its manner.
"""

from typing import List, Tuple

from spacy import displacy

from ...doc.triples import Triple
from .blocks import Block
from .chunks import Arc, Chunk, cut
from .page import ROLE_COLOURS, ROLE_LETTERS, ROLE_NAMES, direction, escape
from .text_width import text_width

_MAX_WIDTH = 170
"""displaCy gives each chunk the room of the longest; beyond that, too much is empty."""
_MIN_WIDTH = 90
"""An arc needs room for its label."""
_GAP, _LEVEL, _MARGIN = 26, 44, 10


def arcs_html(block: Block, triple: Triple) -> str:
    """Draw a triple as arcs over its sentence.

    block (Block): The sentence.
    triple (Triple): A triple of it.
    RETURNS (str): SVG in HTML.
    """
    chunks, arcs = cut(block, triple)
    width = max(text_width(chunk.text) for chunk in chunks)
    way = direction(block.text)
    is_simple = (
        way == "ltr"
        and not any(arc.is_tie for arc in arcs)
        and all(len(chunk.roles) <= 1 for chunk in chunks)
        and width <= _MAX_WIDTH
    )
    draw = _draw_with_displacy if is_simple else _draw
    return f'<div class="wide" dir="{way}">{draw(chunks, arcs, way)}</div>'


def _draw_with_displacy(chunks: List[Chunk], arcs: List[Arc], way: str) -> str:
    width = max(text_width(chunk.text) for chunk in chunks)
    distance = round(max(width, _MIN_WIDTH)) + _GAP
    sentence = {
        "words": [
            {
                "text": chunk.text,
                "tag": "".join(ROLE_LETTERS[role] for role in chunk.roles),
            }
            for chunk in chunks
        ],
        "arcs": [
            {
                "start": min(arc.start, arc.end),
                "end": max(arc.start, arc.end),
                "label": ROLE_NAMES[arc.role],
                "dir": "right" if arc.start < arc.end else "left",
            }
            for arc in arcs
        ],
        "settings": {"direction": way},
    }
    options = {
        "distance": distance,
        "offset_x": distance / 2,
        "word_spacing": 30,
        "color": "currentColor",
        "bg": "transparent",
        "font": "inherit",
        "compact": False,
    }
    return str(
        displacy.render(
            sentence, style="dep", manual=True, jupyter=False, options=options
        )
    )


def _draw(chunks: List[Chunk], arcs: List[Arc], way: str) -> str:
    widths = [max(text_width(chunk.text), 24) for chunk in chunks]
    total = 2 * _MARGIN + sum(widths) + _GAP * (len(chunks) - 1)
    centres: List[float] = []
    x = float(_MARGIN)
    for width in widths:
        middle = x + width / 2
        centres.append(total - middle if way == "rtl" else middle)
        x += width + _GAP
    levels = _levels(arcs)
    base = _LEVEL * max(levels, default=0) * 0.75 + 24
    parts = [
        _arc(arc, level, centres, base) for arc, level in zip(arcs, levels, strict=True)
    ]
    parts += [
        _chunk(chunk, centre, width, base)
        for chunk, centre, width in zip(chunks, centres, widths, strict=True)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="arcs" role="img" '
        f'width="{total:.0f}" height="{base + 56:.0f}" direction="{way}">'
        f"<title>{escape(_in_words(chunks))}</title>{''.join(parts)}</svg>"
    )


def _in_words(chunks: List[Chunk]) -> str:
    parts = [
        f"{'/'.join(ROLE_NAMES[role] for role in chunk.roles)}: {chunk.text}"
        for chunk in chunks
        if chunk.roles
    ]
    return "; ".join(parts)


def _levels(arcs: List[Arc]) -> List[int]:
    """How high each arc has to be to pass over those within it."""
    levels = [0] * len(arcs)
    spans = [tuple(sorted((arc.start, arc.end))) for arc in arcs]
    places: List[Tuple[int, int, int]] = []
    for number in sorted(range(len(arcs)), key=lambda n: spans[n][1] - spans[n][0]):
        start, end = spans[number]
        below = [level for a, b, level in places if a < end and start < b]
        levels[number] = max(below, default=0) + 1
        places.append((start, end, levels[number]))
    return levels


def _arc(arc: Arc, level: int, centres: List[float], base: float) -> str:
    start, end = centres[arc.start], centres[arc.end]
    # Arcs that leave a relation to both sides do not start in the same point.
    start += 6 if end > start else -6
    top = base - _LEVEL * level
    label_y = base - 0.75 * _LEVEL * level - 5
    curve = f"M{start:.1f},{base} C{start:.1f},{top} {end:.1f},{top} {end:.1f},{base}"
    colour = ROLE_COLOURS[arc.role]
    dashes = ' stroke-dasharray="4 4"' if arc.is_tie else ""
    head = (
        ""
        if arc.is_tie
        else f'<path d="M{end:.1f},{base + 2} l-5,-9 10,0 z" fill="{colour}"/>'
    )
    name = "" if arc.is_tie else ROLE_NAMES[arc.role]
    return (
        f'<path d="{curve}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'
        f'{head}<text x="{(start + end) / 2:.1f}" y="{label_y:.1f}" '
        f'text-anchor="middle" font-size="12" fill="currentColor" direction="ltr">'
        f"{name}</text>"
    )


def _chunk(chunk: Chunk, centre: float, width: float, base: float) -> str:
    letters = " ".join(ROLE_LETTERS[role] for role in chunk.roles)
    line = "".join(
        f'<rect x="{centre - width / 2:.1f}" y="{base + 27 + 5 * number}" height="4" '
        f'width="{width:.1f}" fill="{ROLE_COLOURS[role]}"/>'
        for number, role in enumerate(chunk.roles)
    )
    whole = f"<title>{escape(chunk.whole)}</title>" if chunk.whole else ""
    return (
        f'<text x="{centre:.1f}" y="{base + 20}" text-anchor="middle" font-size="16" '
        f'fill="currentColor">{whole}{escape(chunk.text)}</text>{line}'
        f'<text x="{centre:.1f}" y="{base + 48}" text-anchor="middle" font-size="11" '
        f'font-weight="bold" fill="currentColor" direction="ltr">{letters}</text>'
    )
