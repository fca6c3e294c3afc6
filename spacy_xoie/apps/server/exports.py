"""The files that the page offers."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Callable, Dict, List, NamedTuple, Tuple

from spacy.tokens import Doc

from ...doc.blank import multilingual_pipeline
from ...doc.triples import SPAN_KEY
from ...errors import EngineError
from ..batch.formats import HEADER, triple_lines
from .records import doc_record

NAME = "text"
"""What the text is called in tables and graphs."""


class Format(NamedTuple):
    """A kind of file.

    title (str): What people call it.
    suffix (str): Of the file.
    media_type (str): Of the answer.
    write (Callable[[Doc, str, str], bytes]): Makes it of a doc, the name of the model
        and the key of the triples.
    """

    title: str
    suffix: str
    media_type: str
    write: Callable[[Doc, str, str], bytes]


def write_json(doc: Doc, model: str, key: str = SPAN_KEY) -> bytes:
    """RETURNS (bytes): The text, and all that the API says of it."""
    record = {"text": doc.text, "model": model, **doc_record(doc, key=key)}
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode("utf8")


def write_tsv(doc: Doc, model: str, key: str = SPAN_KEY) -> bytes:
    """RETURNS (bytes): A line for each triple, after one with the names of the columns.
    Tabs, line breaks and backslashes are written `\\t`, `\\n`, `\\r`, `\\\\`."""
    return HEADER + triple_lines(doc, NAME, key).encode("utf8")


def write_nquads(doc: Doc, model: str, key: str = SPAN_KEY) -> bytes:
    """RETURNS (bytes): The triples as RDF, with where each comes from."""
    from ..knowledge import rdf  # type: ignore[import-not-found,unused-ignore]

    return _through_file(
        lambda path: rdf.write_nquads([(NAME, _usual(doc, key))], path, model=model)
    )


def write_graphml(doc: Doc, model: str, key: str = SPAN_KEY) -> bytes:
    """RETURNS (bytes): The triples as a graph."""
    from ..knowledge import graph  # type: ignore[import-not-found,unused-ignore]

    built = graph.build_graph([_usual(doc, key)])
    return _through_file(lambda path: graph.write_graphml(built, path))


FORMATS: Dict[str, Format] = {
    "json": Format("JSON", "json", "application/json", write_json),
    "tsv": Format("TSV", "tsv", "text/tab-separated-values", write_tsv),
    "nquads": Format("N-Quads", "nq", "application/n-quads", write_nquads),
    "graphml": Format("GraphML", "graphml", "application/graphml+xml", write_graphml),
}


def available_formats() -> Tuple[str, ...]:
    """RETURNS (Tuple[str, …]): The formats for which everything is installed."""
    doc = multilingual_pipeline()("")
    names: List[str] = []
    for name, kind in FORMATS.items():
        try:
            kind.write(doc, "", SPAN_KEY)
        except (ImportError, EngineError):
            continue
        names.append(name)
    return tuple(names)


def _usual(doc: Doc, key: str) -> Doc:
    """The doc with its triples under the usual key, where graphs look for them."""
    if key == SPAN_KEY or key not in doc.spans:
        return doc
    same = doc.copy()
    same.spans[SPAN_KEY] = same.spans[key]
    return same


def _through_file(write: Callable[[Path], Any]) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        write(path)
        return path.read_bytes()
