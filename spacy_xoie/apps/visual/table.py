"""Triples as a table."""

from typing import List, Sequence

from ...doc.factuality import ASSERTED, UNJUDGED
from ...doc.triples import OBJECTS, Triple
from .page import attributes, escape


def table_html(groups: Sequence[Sequence[Triple]], names: Sequence[str] = ()) -> str:
    """Make a table of triples of docs, without the style.

    groups (Sequence[Sequence[Triple]]): The triples of each doc.
    names (Sequence[str]): Names of the docs, if they are to be in the table.
    RETURNS (str): HTML.
    """
    n_objects = max((len(t.objects) for group in groups for t in group), default=None)
    if n_objects is None:
        return '<p class="none">No triples.</p>'
    objects = ["Object", *(f"Object {n + 1}" for n in range(1, len(OBJECTS)))][
        :n_objects
    ]
    heads = ["Subject", "Relation", *objects, "Factuality", "Language", "Origin"]
    if names:
        heads = ["Text", *heads]
    rows: List[str] = []
    for number, group in enumerate(groups):
        name = f'<td dir="auto">{escape(names[number])}</td>' if names else ""
        rows += [f"<tr>{name}{_row(triple, n_objects)}</tr>" for triple in group]
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return (
        f'<div class="wide"><table><thead><tr>{head}<th scope="col" class="number">'
        f"Score</th></tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def score_text(triple: Triple) -> str:
    """RETURNS (str): The score of a triple for people."""
    return "–" if triple.score is None else f"{triple.score:.2f}"


def remark_html(triple: Triple) -> str:
    """RETURNS (str): How far the text stands behind a triple, as marks; "" if it does
    wholly."""
    marks = []
    if triple.negated:
        marks.append('<span class="mark denied">negated</span>')
    if triple.modality not in (ASSERTED, UNJUDGED):
        marks.append(f'<span class="mark open">{escape(triple.modality)}</span>')
    if triple.source:
        marks.append(f"by <bdi>{escape(triple.source.text)}</bdi>")
    return " ".join(marks)


def _row(triple: Triple, n_objects: int) -> str:
    parts = list(triple.as_tuple())
    cells = [
        f"<td {attributes(text, triple.language)}>{escape(text)}</td>"
        for text in parts + [""] * (2 + n_objects - len(parts))
    ]
    if not parts[0]:
        cells[0] = '<td class="none">(implied)</td>'
    cells.append(f'<td dir="auto">{remark_html(triple)}</td>')
    cells += [f"<td>{escape(text)}</td>" for text in (triple.language, triple.origin)]
    return f'{"".join(cells)}<td class="number">{score_text(triple)}</td>'
