"""The forms in which triples are written document by document.

A document is a few whole lines, from which can be told later that it is there: so a run
that was interrupted goes on where its output ends.

* JSONL: a line for each document, see `record_of`.
* TSV: a line for each triple, numbered "1/3", "2/3" …; a document without triples has a
  line "0/0". Tabs, line breaks and backslashes are written `\\t`, `\\n`, `\\r`, `\\\\`.
* N-Quads: the quads of a document, then a comment that names it.
"""

import json
from bisect import bisect_right
from typing import Any, Dict, Iterator, List, Optional, Protocol, Sequence, Tuple, Type

from spacy.tokens import Doc

from ...doc.record import record_of
from ...doc.triples import OBJECTS, SPAN_KEY, Triple, get_triples
from ...errors import DataError
from ...language import sentence_bounds
from .texts import Text

COLUMNS = (
    *("document", "triple", "language", "score", "subject", "relation"),
    *("object1", "object2", "object3", "start", "end", "sentence"),
)

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_TABLE = str.maketrans(_ESCAPES)
_BACK = {code: char for char, code in _ESCAPES.items()}


class Format(Protocol):
    """Writes documents as lines, and finds out which ones are there."""

    header: bytes
    """The first line of the output, or nothing."""

    def encode(self, text: Text, doc: Doc) -> bytes:
        """RETURNS (bytes): A document, as whole lines."""
        ...

    def ended(self, line: bytes) -> Optional[str]:
        """Read a line again.

        line (bytes): A whole line after the header.
        RETURNS (Optional[str]): The name of the document that ends with this line; None
            if none does.
        RAISES (DataError): If such a line cannot have been written.
        """
        ...


class JsonLines:
    """A JSON object for each document."""

    header = b""

    def encode(self, text: Text, doc: Doc) -> bytes:
        data = {"id": text.name, **record_of(doc)}
        if text.start:
            data["start"] = text.start
        return json_line(data)

    def ended(self, line: bytes) -> Optional[str]:
        try:
            data = json.loads(line)
            name, _ = str(data["id"]), data["triples"]
        except (ValueError, KeyError, TypeError) as e:
            raise DataError("this is no JSON object with an id and triples") from e
        return name


class Tabbed:
    """A line of twelve columns for each triple."""

    header = ("\t".join(COLUMNS) + "\n").encode()

    def encode(self, text: Text, doc: Doc) -> bytes:
        lines = triple_lines(doc, text.name)
        if not lines:
            lines = _line([text.name, "0/0", *([""] * (len(COLUMNS) - 2))])
        return lines.encode()

    def ended(self, line: bytes) -> Optional[str]:
        try:
            cells = line.decode().removesuffix("\n").split("\t")
            number, _, total = cells[1].partition("/")
            is_last = int(number) == int(total)
        except (ValueError, IndexError) as e:
            raise DataError("this is no row of triples") from e
        if len(cells) != len(COLUMNS):
            raise DataError(f"this has {len(cells)} columns, not {len(COLUMNS)}")
        return unescaped(cells[0]) if is_last else None


class NQuads:
    """RDF with provenance.

    model (str): Name and version of the pipeline.
    """

    header = b"# Triples by spacy xoie extract, as N-Quads\n"
    _mark = b"# end of document "

    def __init__(self, model: str = "") -> None:
        # Says at once if the library is missing.
        from ..knowledge.rdf import oxigraph

        oxigraph()
        self.model = model

    def encode(self, text: Text, doc: Doc) -> bytes:
        from ..knowledge.rdf import nquads

        content: bytes = nquads(doc, name=text.name, model=self.model)
        if content and not content.endswith(b"\n"):
            content += b"\n"
        # As JSON, the name stays in one line.
        return content + self._mark + json.dumps(text.name).encode() + b"\n"

    def ended(self, line: bytes) -> Optional[str]:
        if line.startswith(self._mark):
            try:
                return str(json.loads(line[len(self._mark) :]))
            except ValueError as e:
                raise DataError("this comment names no document") from e
        if line[:1] not in (b"<", b"_") or not line.rstrip().endswith(b"."):
            raise DataError("this is no quad")
        return None


FORMATS: Dict[str, Type[Any]] = {"jsonl": JsonLines, "tsv": Tabbed, "rdf": NQuads}
"""The formats of which a run can be resumed."""


def json_line(data: Dict[str, Any]) -> bytes:
    """RETURNS (bytes): An object as one line of JSON."""
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"


def unescaped(cell: str) -> str:
    """RETURNS (str): What a cell of the TSV format says."""
    return "".join(_unescape(cell))


def triple_lines(doc: Doc, name: str, key: str = SPAN_KEY) -> str:
    """doc (Doc): A doc with triples.
    name (str): What it is called.
    key (str): Key of the span group.
    RETURNS (str): A line of `COLUMNS` for each triple.
    """
    triples = get_triples(doc, key=key)
    places = sentence_bounds(doc) if triples else []
    starts = [doc[start].idx for start, _ in places]
    lines: List[str] = []
    for number, triple in enumerate(triples, start=1):
        begin, end = extent(triple)
        start, stop = places[max(0, bisect_right(starts, begin) - 1)]
        objects = [phrase.text for phrase in triple.objects]
        cells = [
            *(name, f"{number}/{len(triples)}", triple.language),
            "" if triple.score is None else f"{triple.score:.4f}",
            *(triple.subject.text, triple.relation.text, *objects),
            *([""] * (len(OBJECTS) - len(objects))),
            *(str(begin), str(end), doc[start:stop].text.strip()),
        ]
        lines.append(_line(cells))
    return "".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "\t".join(cell.translate(_TABLE) for cell in cells) + "\n"


def extent(triple: Triple) -> Tuple[int, int]:
    """RETURNS (Tuple[int, int]): First character of a triple, and its end."""
    spans = [span for phrase in triple.parts for span in phrase.spans]
    return min(s.start_char for s in spans), max(s.end_char for s in spans)


def _unescape(cell: str) -> Iterator[str]:
    chars = iter(cell)
    for char in chars:
        if char == "\\":
            code = char + next(chars, "")
            yield _BACK.get(code, code)
        else:
            yield char
