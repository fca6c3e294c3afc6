"""Antecedents of the parts of triples: who "she" is, or who a subject is that is left
out.

They are kept beside the triples, in the attributes of their span group:
``"antecedents": {id: {role: [[start, end], …]}}``, with places as characters.
"""

from typing import Any, Dict, List, Mapping, Tuple

from spacy.tokens import Doc, Span

from ..errors import DataError
from .groups import spans_at

ANTECEDENTS = "antecedents"
"""Where antecedents stand in the attributes of a group of triples."""

Places = List[List[int]]
"""First and last character of each piece, end exclusive."""


def set_antecedents(
    doc: Doc, antecedents: Mapping[str, Mapping[str, Places]], *, key: str
) -> None:
    """Keep antecedents, in place of those that are there.

    doc (Doc): The doc.
    antecedents (Mapping[str, Mapping[str, Places]]): Those of the parts of each triple,
        by its id and the role of the part ("ARG0").
    key (str): Key of the span group of the triples.
    """
    group = doc.spans[key]
    rows = {triple_id: dict(parts) for triple_id, parts in antecedents.items() if parts}
    group.attrs = {**group.attrs, ANTECEDENTS: rows}


def antecedent_rows(doc: Doc, key: str) -> Dict[str, Dict[str, Tuple[Span, ...]]]:
    """RETURNS (Dict[str, Dict[str, Tuple[Span, …]]]): The antecedents of each triple,
    by its id and the role of the part.
    RAISES (DataError): If they are damaged."""
    stored = doc.spans[key].attrs.get(ANTECEDENTS)
    if stored is None:
        return {}
    try:
        return {
            triple_id: {role: spans_at(doc, places) for role, places in parts.items()}
            for triple_id, parts in stored.items()
        }
    except (AttributeError, TypeError, ValueError) as e:
        raise DataError(
            f"The antecedents of doc.spans[{key!r}] are damaged: {stored!r:.200}. Let "
            f"`xoie_coref` find them anew."
        ) from e


def places_from_record(doc: Doc, record: Any, field: str) -> Places:
    """RETURNS (Places): Where the antecedent is that `Phrase.to_dict` wrote down.

    doc (Doc): The doc.
    record (Any): What it wrote.
    field (str): The field of a record that this is, for the message.
    RAISES (DataError): If it is none, or lies outside of the text.
    """
    try:
        spans_at(doc, record["spans"])
    except (KeyError, TypeError, ValueError) as e:
        raise DataError(f"this is no antecedent: {record!r:.60}", field) from e
    places: Places = record["spans"]
    return places
