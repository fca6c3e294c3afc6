"""Triples as a table to look at. What is in a text cannot act on the terminal."""

import unicodedata
from typing import List, Sequence

from rich.cells import cell_len, set_cell_size
from spacy.tokens import Doc

from ...doc.triples import get_triples

HEADER = ("Score", "Language", "Subject", "Relation", "Objects", "Factuality")
WIDTH = 48
"""Cells of the terminal that a column may take up; what is longer is cut."""

_ABSENT = "–"


def table_of(doc: Doc, name: str) -> str:
    """Write the triples of a doc as a table.

    doc (Doc): The doc.
    name (str): Its name, which stands above the table.
    RETURNS (str): Whole lines.
    """
    rows: List[Sequence[str]] = [HEADER]
    for triple in get_triples(doc):
        score = _ABSENT if triple.score is None else f"{triple.score:.2f}"
        objects = "; ".join(phrase.text for phrase in triple.objects)
        parts = (triple.subject.text, triple.relation.text, objects, triple.remark)
        rows.append((score, triple.language, *(part or _ABSENT for part in parts)))
    if len(rows) == 1:
        return f"{harmless(name)}: no triples\n"
    return f"{harmless(name)}\n{columns(rows)}\n"


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Align rows, the first of which is the header.

    rows (Sequence[Sequence[str]]): The cells.
    RETURNS (str): Whole lines.
    """
    cells = [[_shorten(harmless(cell)) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    cells.insert(1, ["-" * width for width in widths])
    lines = (
        "  ".join(set_cell_size(*pair) for pair in zip(row, widths, strict=True))
        for row in cells
    )
    return "".join(f"  {line.rstrip()}\n" for line in lines)


def harmless(text: str) -> str:
    """RETURNS (str): A text in one line, without characters that control a terminal or
    turn the direction of what follows."""
    line = " ".join(text.split())
    return "".join(
        "\ufffd" if unicodedata.category(char) in ("Cc", "Cs") or _turns(char) else char
        for char in line
    )


def _turns(char: str) -> bool:
    return "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"


def _shorten(cell: str) -> str:
    if cell_len(cell) <= WIDTH:
        return cell
    return set_cell_size(cell, WIDTH - 1).rstrip() + "…"
