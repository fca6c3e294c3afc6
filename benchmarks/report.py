"""Sections of figures, for people as tables and for programs as JSON."""

import math
from dataclasses import dataclass, field
from typing import Any, Dict, List, Sequence, Tuple, Union

from wasabi import msg

from .timing import Ratio

Value = Union[float, Ratio]


@dataclass
class Section:
    """The figures of one topic.

    title (str): What is measured.
    columns (Sequence[str]): What each value of a row is, with its unit.
    note (str): How to read it.
    rows (List[Tuple[str, Sequence[Value]]]): The name of each row, and its values;
        NaN where there is none.
    """

    title: str
    columns: Sequence[str]
    note: str = ""
    rows: List[Tuple[str, Sequence[Value]]] = field(default_factory=list)

    def add(self, name: str, *values: Value) -> None:
        self.rows.append((name, values))

    def show(self) -> None:
        """Print the section as a table."""
        msg.divider(self.title)
        if self.note:
            msg.text(self.note)
        msg.table(
            [[name, *map(as_text, values)] for name, values in self.rows],
            header=["", *self.columns],
            aligns=["l", *["r" for _ in self.columns]],
            divider=True,
            max_col=60,
        )

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The section as plain data."""
        rows = []
        for name, values in self.rows:
            data = zip(self.columns, map(as_data, values), strict=True)
            rows.append({"name": name, **dict(data)})
        return {"title": self.title, "note": self.note, "rows": rows}


def as_text(value: Value) -> str:
    """RETURNS (str): A value for the table."""
    if isinstance(value, Ratio):
        return str(value)
    if math.isnan(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_data(value: Value) -> Union[float, Dict[str, float], None]:
    """RETURNS (Union[float, Dict[str, float], None]): A value for JSON."""
    if isinstance(value, Ratio):
        return value._asdict()
    return None if math.isnan(value) else float(value)
