"""The links between the words of two texts, as lines between two rows."""

from typing import Dict, List, Tuple

from ...doc.translations import Alignment
from .blocks import Block, roles_of_tokens
from .page import ROLE_COLOURS, attributes, direction, escape
from .text_width import text_width

_GAP, _MARGIN, _SIZE, _HEIGHT = 9, 8, 15, 150


def links_html(left: Block, right: Block, alignment: Alignment) -> str:
    """Draw a sentence above its translation, with lines between words that are linked;
    dashed where the two directions of alignment disagree.

    left, right (Block): The sentence and its translation.
    alignment (Alignment): Links between tokens of the docs.
    RETURNS (str): SVG in HTML.
    """
    upper, lower = _centres(left), _centres(right)
    if not upper or not lower:
        return ""
    sizes = [_total(block) for block in (left, right)]
    width = max(sizes)
    # A row from right to left ends where a longer one ends.
    for row, block, size in zip((upper, lower), (left, right), sizes, strict=True):
        if direction(block.text) == "rtl":
            for token in row:
                row[token] = width - row[token]
        else:
            shift = width - size if direction(left.text) == "rtl" else 0
            for token in row:
                row[token] += shift
    colours = _colours(left)
    others = _colours(right)
    lines: List[str] = []
    n_links = 0
    for (i, j), score, agreement in zip(*alignment, strict=True):
        if i not in upper or j not in lower:
            continue
        n_links += 1
        colour = colours.get(i) or others.get(j) or "currentColor"
        dashes = "" if agreement else ' stroke-dasharray="4 3"'
        weight = 2 if i in colours else 1
        title = f"{left.doc[i].text} – {right.doc[j].text} ({score:.2f})"
        lines.append(
            f'<line x1="{upper[i]:.1f}" y1="34" x2="{lower[j]:.1f}" '
            f'y2="{_HEIGHT - 34}" stroke="{colour}" stroke-width="{weight}"'
            f'{dashes} stroke-opacity="{0.35 + 0.65 * min(max(score, 0), 1):.2f}">'
            f"<title>{escape(title)}</title></line>"
        )
    words = _words(left, upper, 22, colours) + _words(
        right, lower, _HEIGHT - 16, others
    )
    return (
        f'<details class="row" open><summary class="faint">Words: {n_links} links; '
        f"dashed where the directions of alignment differ</summary>"
        f'<div class="wide" dir="{direction(left.text)}"><svg '
        f'xmlns="http://www.w3.org/2000/svg" '
        f'class="links" role="img" aria-label="{n_links} links between words" '
        f'width="{width:.0f}" height="{_HEIGHT}">{"".join(lines)}{words}</svg></div>'
        f"</details>"
    )


def _tokens(block: Block) -> List[int]:
    return [
        token.i for token in block.doc[block.start : block.end] if token.text.strip()
    ]


def _token_width(block: Block, token: int) -> float:
    return max(text_width(block.doc[token].text, size=_SIZE), 8)


def _total(block: Block) -> float:
    widths = [_token_width(block, token) for token in _tokens(block)]
    return 2 * _MARGIN + sum(widths) + _GAP * (len(widths) - 1)


def _centres(block: Block) -> Dict[int, float]:
    """Where the middle of each token is, from the start of its row."""
    centres: Dict[int, float] = {}
    x = float(_MARGIN)
    for token in _tokens(block):
        width = _token_width(block, token)
        centres[token] = x + width / 2
        x += width + _GAP
    return centres


def _colours(block: Block) -> Dict[int, str]:
    """Colours of the tokens of triples, the first triple before the others."""
    parts: Dict[int, Tuple[str, ...]] = {}
    for triple in reversed(block.triples):
        parts.update(roles_of_tokens(triple))
    return {token: ROLE_COLOURS[roles[0]] for token, roles in parts.items()}


def _words(
    block: Block, centres: Dict[int, float], y: int, colours: Dict[int, str]
) -> str:
    words = []
    for token, x in centres.items():
        text = block.doc[token].text
        width = _token_width(block, token)
        if token in colours:
            words.append(
                f'<rect x="{x - width / 2 - 2:.1f}" y="{y + 6}" '
                f'width="{width + 4:.1f}" height="4" fill="{colours[token]}"/>'
            )
        words.append(
            f'<text x="{x:.1f}" y="{y}" text-anchor="middle" font-size="{_SIZE}" '
            f'fill="currentColor" {attributes(text)}>{escape(text)}</text>'
        )
    return "".join(words)
