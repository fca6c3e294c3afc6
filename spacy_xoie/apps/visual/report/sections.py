"""What a report is made of: sections with tables and pictures, and what is missing."""

from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Callable, List, Sequence

from ..page import escape


@dataclass
class Section:
    """A part of a report.

    title (str): Plain text.
    parts (List[str]): HTML.
    missing (List[str]): What could not be shown, why, and how to get it; plain text.
    """

    title: str
    parts: List[str] = field(default_factory=list)
    missing: List[str] = field(default_factory=list)

    def html(self) -> str:
        """RETURNS (str): The section; what is missing is named in it."""
        gaps = "".join(f"<li>{escape(gap)}</li>" for gap in self.missing)
        notes = f'<ul class="missing">{gaps}</ul>' if gaps else ""
        parts = "".join(self.parts)
        return f"<section><h2>{escape(self.title)}</h2>{parts}{notes}</section>"


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, caption: str = ""
) -> str:
    """RETURNS (str): A table: names in the first column, numbers in the others."""
    head = "".join(
        f'<th scope="col"{_number(place)}>{escape(name)}</th>'
        for place, name in enumerate(header)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_number(place)}>{escape(cell)}</td>" for place, cell in enumerate(row)
        )
        + "</tr>"
        for row in rows
    )
    title = f"<caption>{escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="wide"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def drawing(draw: Callable[[Path], None], description: str) -> str:
    """Put a picture into a page.

    draw (Callable[[Path], None]): Writes an .svg file.
    description (str): For those who do not see it.
    RETURNS (str): An element `img` that holds the picture.
    RAISES (ConfigError): If matplotlib is not installed.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "picture.svg"
        draw(path)
        data = b64encode(path.read_bytes()).decode("ascii")
    return (
        f'<p class="wide"><img src="data:image/svg+xml;base64,{data}" '
        f'alt="{escape(description)}"></p>'
    )


def percent(value: object) -> str:
    """RETURNS (str): A share from 0 to 1 in percent, "–" if it is unknown."""
    return f"{100 * value:.1f}" if isinstance(value, (int, float)) else "–"


def _number(place: int) -> str:
    return ' class="number"' if place else ""
