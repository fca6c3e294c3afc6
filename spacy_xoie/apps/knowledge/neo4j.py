"""A graph of triples as CSV for Neo4j: `nodes.csv` and `relationships.csv`, with the
headers that `neo4j-admin database import` reads; `LOAD CSV` reads them as well.

    neo4j-admin database import full --nodes=nodes.csv \\
        --relationships=relationships.csv neo4j

Nodes are labelled `Argument`. Relationships are of the type `SAYS`, with the words of
the relation as a property: types are few in Neo4j, and relations in the words of texts
are without number.
"""

import csv
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Tuple, Union

from ...files import atomic, check_vacant
from ..visual.page import clean

if TYPE_CHECKING:
    from networkx import MultiDiGraph

NODES, RELATIONSHIPS = "nodes.csv", "relationships.csv"
LABEL, TYPE = "Argument", "SAYS"

_NODE = {
    "label": "name",
    "mentions": "mentions:int",
    "languages": "languages:string[]",
    "implied": "implied:boolean",
}
_EDGE = {
    "relation": "relation",
    "adposition": "adposition",
    "score": "score:float",
    "language": "language",
    "origin": "origin",
    "negated": "negated:boolean",
    "modality": "modality",
    "factuality": "factuality",
    "source_text": "source",
    "document": "document",
    "start": "start:int",
    "end": "end:int",
    "sentence": "sentence",
    "triple": "triple",
}
"""What of nodes and edges is written, by the name that it has in the graph, with the
name and type that it has in the header."""


def write_neo4j(graph: "MultiDiGraph", folder: Union[str, Path]) -> None:
    """Write a graph for Neo4j. The folder is there wholly or not at all.

    graph (networkx.MultiDiGraph): What `build_graph` made.
    folder (Union[str, Path]): The folder, which must be new or empty.
    RAISES (ConfigError): If something is in it.
    """
    check_vacant(folder)
    with atomic(folder) as partial:
        partial.mkdir()
        _write(partial / NODES, (":ID", *_NODE.values(), ":LABEL"), _nodes(graph))
        heads = (":START_ID", ":END_ID", *_EDGE.values(), ":TYPE")
        _write(partial / RELATIONSHIPS, heads, _relationships(graph))


def _nodes(graph: "MultiDiGraph") -> Iterator[List[str]]:
    for node, facts in graph.nodes(data=True):
        values = {**facts, "languages": facts["languages"].replace(" ", ";")}
        yield [_cell(node), *_cells(values, _NODE), LABEL]


def _relationships(graph: "MultiDiGraph") -> Iterator[List[str]]:
    for start, end, facts in graph.edges(data=True):
        yield [_cell(start), _cell(end), *_cells(facts, _EDGE), TYPE]


def _cells(facts: Dict[str, Any], names: Iterable[str]) -> List[str]:
    return [_cell(facts.get(name)) for name in names]


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    # Line breaks in a field need an option of the importer.
    return "" if value is None else " ".join(clean(str(value)).split())


def _write(path: Path, heads: Tuple[str, ...], rows: Iterable[List[str]]) -> None:
    with path.open("w", encoding="utf8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)
