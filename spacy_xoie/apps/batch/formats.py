"""The forms in which triples are written document by document.

A document is a few whole lines, from which can be told later that it is there: so a run
that was interrupted goes on where its output ends.

* JSONL: a line for each document, see `record_of`.
* TSV: a line for each triple, numbered "1/3", "2/3" …; a document without triples has a
  line "0/0". The last column is a digest of the text of the document. Tabs, line breaks
  and backslashes are written `\\t`, `\\n`, `\\r`, `\\\\`.
* N-Quads: the quads of a document between two comments that name it.

Each form can be told from what others write, so that a file of theirs is never changed;
and each says what text a document had, so that a run does not go on with another one.
"""

import json
import re
from bisect import bisect_right
from typing import (
    Any,
    Callable,
    Dict,
    FrozenSet,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Protocol,
    Sequence,
    Tuple,
    Type,
)

from spacy.tokens import Doc

from ...doc.record import record_of
from ...doc.triples import OBJECTS, SPAN_KEY, Triple, get_triples
from ...errors import DataError
from ...files import digest
from ...language import sentence_bounds
from .texts import Text

COLUMNS = (
    *("document", "triple", "language", "score", "subject", "relation"),
    *("object1", "object2", "object3", "start", "end", "sentence"),
    *("negated", "modality", "source"),
)

_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_TABLE = str.maketrans(_ESCAPES)
_BACK = {code: char for char, code in _ESCAPES.items()}
_DIGEST = re.compile(rb"[0-9a-f]{16}")
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_START = (
    *(b'{"id": ', _STRING, b', "language": ', _STRING),
    *(b', "text": ', _STRING, b', "triples": ['),
)


HEADER = ("\t".join(COLUMNS) + "\n").encode()


class Entry(NamedTuple):
    """A document that is in an output.

    name (str): Its name.
    digest (str): What its text is known by, see `text_digest`.
    """

    name: str
    digest: str


Reader = Callable[[bytes], Optional[Entry]]
"""Reads the lines of an output after its header, one after the other; the last one may
be torn. Returns the document that ends with a line, None if none does. Raises a
DataError if a line is none of ours."""


class Format(Protocol):
    """Writes documents as lines, and finds out which ones are there."""

    header: bytes
    """The first line of the output, or nothing."""

    def encode(self, text: Text, doc: Doc) -> bytes:
        """RETURNS (bytes): A document, as whole lines."""
        ...

    def reader(self) -> Reader:
        """RETURNS (Reader): What reads an output again."""
        ...


class JsonLines:
    """A JSON object for each document."""

    header = b""
    fields: FrozenSet[str] = frozenset(("id", "language", "text", "triples"))
    """Those of each object. A corpus has others, and its triples no origin."""

    def encode(self, text: Text, doc: Doc) -> bytes:
        data = {"id": text.name, **record_of(doc)}
        if text.start:
            data["start"] = text.start
        return json_line(data)

    def reader(self) -> Reader:
        return self._read

    def text_of(self, data: Dict[str, Any]) -> str:
        """RETURNS (str): The text of a document that was written."""
        return str(data["text"])

    def _read(self, line: bytes) -> Optional[Entry]:
        try:
            data = json.loads(line)
        except ValueError as e:
            if not line.endswith(b"\n") and _begins_object(line):
                return None
            raise DataError("this is no JSON object") from e
        try:
            fields = data.keys() - {"start"}
            origins = [triple["origin"] for triple in data["triples"]]
            if fields != self.fields or not all(isinstance(o, str) for o in origins):
                raise DataError("this object has other fields")
            return Entry(str(data["id"]), text_digest(self.text_of(data)))
        except (AttributeError, KeyError, TypeError) as e:
            raise DataError("this is no document with triples") from e


class TabLines:
    """A line of columns for each triple, and a digest of the text."""

    header = ("\t".join((*COLUMNS, "digest")) + "\n").encode()

    def encode(self, text: Text, doc: Doc) -> bytes:
        lines = triple_lines(doc, text.name)
        if not lines:
            lines = _line([text.name, "0/0", *([""] * (len(COLUMNS) - 2))])
        return lines.replace("\n", f"\t{text_digest(doc.text)}\n").encode()

    def reader(self) -> Reader:
        return self._read

    def _read(self, line: bytes) -> Optional[Entry]:
        cells = line.removesuffix(b"\n").split(b"\t")
        whole = len(cells) == len(COLUMNS) + 1 and bool(_DIGEST.fullmatch(cells[-1]))
        if not whole and not line.endswith(b"\n"):
            return None
        try:
            number, _, total = cells[1].partition(b"/")
            is_last = int(number) == int(total)
            name = unescape(cells[0].decode())
        except (ValueError, IndexError) as e:
            raise DataError("this is no row of triples") from e
        if not whole:
            raise DataError(f"this is no row of {len(COLUMNS) + 1} columns")
        return Entry(name, cells[-1].decode()) if is_last else None


class NQuads:
    """RDF with provenance.

    model (str): Name and version of the pipeline.
    """

    header = b"# Triples by spacy xoie extract, as N-Quads\n"
    _begin, _end = b"# document ", b"# end of document "

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
        mark = json.dumps([text.name, text_digest(doc.text)]).encode() + b"\n"
        return self._begin + mark + content + self._end + mark

    def reader(self) -> Reader:
        document: Optional[Entry] = None

        def read(line: bytes) -> Optional[Entry]:
            nonlocal document
            whole = line.endswith(b"\n")
            if document is None:
                if line.startswith(self._begin) and whole:
                    document = self._parse_mark(line[len(self._begin) :])
                elif whole or not self._begin.startswith(line[: len(self._begin)]):
                    raise DataError("this belongs to no document")
                return None
            if not line.startswith(self._end):
                if whole and (line[:1] not in b"<_" or not line.endswith(b".\n")):
                    raise DataError("this is no quad")
                return None
            mark = line[len(self._end) :]
            if not whole and not mark.endswith(b"]"):
                return None
            if self._parse_mark(mark) != document:
                raise DataError("this comment ends another document")
            last, document = document, None
            return last

        return read

    def _parse_mark(self, mark: bytes) -> Entry:
        try:
            name, value = json.loads(mark)
        except (ValueError, TypeError) as e:
            raise DataError("this comment names no document") from e
        return Entry(str(name), str(value))


FORMATS: Dict[str, Type[Any]] = {"jsonl": JsonLines, "tsv": TabLines, "rdf": NQuads}
"""The formats of which a run can be resumed."""


def text_digest(text: str) -> str:
    """RETURNS (str): What a text is known by in an output: 16 characters."""
    return digest(text)[:16]


def json_line(data: Dict[str, Any]) -> bytes:
    """RETURNS (bytes): An object as one line of JSON."""
    return json.dumps(data, ensure_ascii=False).encode() + b"\n"


def unescape(cell: str) -> str:
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
            *("yes" if triple.negated else "no", triple.modality, triple.source.text),
        ]
        lines.append(_line(cells))
    return "".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "\t".join(cell.translate(_TABLE) for cell in cells) + "\n"


def extent(triple: Triple) -> Tuple[int, int]:
    """RETURNS (Tuple[int, int]): First character of a triple, and its end."""
    spans = [span for phrase in triple.parts for span in phrase.spans]
    return min(s.start_char for s in spans), max(s.end_char for s in spans)


def _begins_object(line: bytes) -> bool:
    """Whether a line that is cut off begins as ours do."""
    rest = line
    for part in _START:
        if isinstance(part, bytes):
            if not rest.startswith(part):
                return part.startswith(rest)
            rest = rest[len(part) :]
        else:
            match = part.match(rest)
            if match is None:
                return rest[:1] in (b"", b'"')
            rest = rest[match.end() :]
    return True


def _unescape(cell: str) -> Iterator[str]:
    chars = iter(cell)
    for char in chars:
        if char == "\\":
            code = char + next(chars, "")
            yield _BACK.get(code, code)
        else:
            yield char
