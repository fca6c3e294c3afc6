"""Cores of arguments: what is left of "in the old town" when its adposition and its
article are set apart, the word that bears it, and a normal form of dates and amounts.

They are kept beside the triples, in the attributes of their span group: ``"cores":
{id: [source, subject, object, …]}``, each None or ``[text, head, adposition, place,
normal]`` with places as characters and the normal form as ``[kind, value, unit]``.
"""

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from spacy.tokens import Doc, Span

from ..errors import DataError
from .groups import spans_at

CORES = "cores"
"""Where cores stand in the attributes of a group of triples."""

DATE, NUMBER, QUANTITY, MONEY = "date", "number", "quantity", "money"
KINDS = (DATE, NUMBER, QUANTITY, MONEY)


class Normal(NamedTuple):
    """The normal form of a date or an amount.

    kind (str): "date", "number", "quantity" or "money".
    value (str): A date as in ISO 8601, as precise as it is known ("1998", "1998-05",
        "1998-05-03", "1998-W18", "1998-05-03T17:00"), a range of them ("1990/1995"),
        a decade ("199X", of ISO 8601-2); else a decimal number ("2000000", "1.5").
    unit (str): Of a quantity the unit as CLDR calls it ("kilometer", "percent"), of
        money the code of ISO 4217; else "".
    """

    kind: str
    value: str
    unit: str = ""

    @property
    def text(self) -> str:
        return f"{self.value} {self.unit}".strip()

    def to_dict(self) -> Dict[str, str]:
        """RETURNS (Dict[str, str]): JSON-ready."""
        return self._asdict()


@dataclass(frozen=True)
class Core:
    """What an argument is about.

    text (str): The argument without adposition and article.
    head (Span): The word that bears it.
    adposition (str): Its adposition: "in", also of "im"; "" if it has none.
    adposition_span (Optional[Span]): Where that stands. One that is fused with another
        word ("im", "بالقلم") has the whole of it.
    normal (Optional[Normal]): Its normal form, if it is a date or an amount.
    """

    text: str
    head: Span
    adposition: str = ""
    adposition_span: Optional[Span] = None
    normal: Optional[Normal] = None

    @property
    def name(self) -> str:
        """What equal arguments have in common: the normal form, else the text."""
        return self.normal.text if self.normal else self.text

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): JSON-ready, with places in characters."""
        return {
            "text": self.text,
            "head": _place(self.head),
            "adposition": self.adposition,
            "adposition_span": _place(self.adposition_span),
            "normal": self.normal and self.normal.to_dict(),
        }


CoreRow = Sequence[Optional[Core]]
"""The cores of a triple: of its source, its subject, and of each object."""


def set_cores(doc: Doc, cores: Mapping[str, CoreRow], *, key: str) -> None:
    """Keep the cores of triples, in place of those that are there.

    doc (Doc): The doc.
    cores (Mapping[str, CoreRow]): Those of each triple, by its id.
    key (str): Key of the span group of the triples.
    """
    group = doc.spans[key]
    rows = {
        triple_id: [core and _stored(core) for core in row]
        for triple_id, row in cores.items()
    }
    group.attrs = {**group.attrs, CORES: rows}


def core_rows(doc: Doc, key: str) -> Dict[str, List[Optional[Core]]]:
    """RETURNS (Dict[str, List[Optional[Core]]]): The cores of each triple, by its id.
    RAISES (DataError): If they are damaged."""
    stored = doc.spans[key].attrs.get(CORES)
    if stored is None:
        return {}
    try:
        return {
            triple_id: [None if core is None else _read(doc, core) for core in row]
            for triple_id, row in stored.items()
        }
    except (AttributeError, TypeError, ValueError) as e:
        raise DataError(
            f"The cores of doc.spans[{key!r}] are damaged: {stored!r:.200}. Let "
            f"`xoie_cores` find them anew."
        ) from e


def core_from_record(doc: Doc, record: Any, field: str) -> Optional[Core]:
    """RETURNS (Optional[Core]): The core that `Core.to_dict` wrote down.

    doc (Doc): The doc.
    record (Any): What it wrote; None for no core.
    field (str): The field of a record that this is, for the message.
    RAISES (DataError): If it is no core, or lies outside of the text.
    """
    if record is None:
        return None
    try:
        normal = record["normal"]
        parts = (record["text"], record["head"], record["adposition"])
        rest = (
            record["adposition_span"],
            None if normal is None else [*normal.values()],
        )
        return _read(doc, (*parts, *rest))
    except (AttributeError, KeyError, TypeError, ValueError) as e:
        raise DataError(f"this is no core: {record!r:.60}", field) from e


def _place(span: Optional[Span]) -> Optional[List[int]]:
    return None if span is None else [span.start_char, span.end_char]


def _stored(core: Core) -> List[Any]:
    return [
        core.text,
        _place(core.head),
        core.adposition,
        _place(core.adposition_span),
        core.normal and list(core.normal),
    ]


def _read(doc: Doc, stored: Sequence[Any]) -> Core:
    text, head, adposition, place, normal = stored
    if not (isinstance(text, str) and isinstance(adposition, str)):
        raise ValueError(text)
    return Core(
        text,
        spans_at(doc, [head])[0],
        adposition,
        None if place is None else spans_at(doc, [place])[0],
        None if normal is None else _normal(*normal),
    )


def _normal(kind: str, value: str, unit: str) -> Normal:
    if kind not in KINDS or not isinstance(value, str) or not isinstance(unit, str):
        raise ValueError(kind)
    return Normal(kind, value, unit)
