"""A graph of the triples of many docs: arguments are nodes, relations are edges."""

import unicodedata
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Tuple, Union

from spacy.tokens import Doc

from ...doc.folding import fold
from ...doc.triples import SPAN_KEY, Triple
from ...files import atomic
from ...syntax.nouns import CONSTRUCTIONS
from ..visual.blocks import blocks
from ..visual.page import clean
from .links import links, name_of

if TYPE_CHECKING:
    from networkx import MultiDiGraph

_MARKS = ("P", "Z", "C")


def build_graph(
    docs: Iterable[Doc], *, key: str = SPAN_KEY, cores: bool = True
) -> "MultiDiGraph":
    """Put the triples of docs together to a graph.

    Nodes are argument texts, alike if they differ in nothing but case, width, spaces
    and punctuation at the ends. Their attributes: `label` (the most frequent form),
    `mentions` (number of occurrences), `languages` (codes, separated by spaces), and
    `implied` for an argument that the text leaves out: each such has a node of its own,
    as nobody knows who it is.

    Edges run from the subject to each object: to the first with the relation, to others
    with relation and first object, see `Triple.binary`. Their attributes: `relation`,
    `score` (missing if unknown), `language`, `origin`, `document` (the title,
    `doc.user_data["title"]`, else the number of the doc), `start` and `end` (character
    offsets of the sentence in the doc), `sentence` (its text), `triple` (the id),
    `negated`, `modality`, `factuality` and `source_text` (who says so), and
    `adposition`, which is empty unless the object has a core.

    docs (Iterable[Doc]): Docs with triples.
    key (str): Name of the span group of the triples.
    cores (bool): Whether nodes are the cores of arguments, where `xoie_cores` found
        them: without adposition and article, dates and amounts in their normal form.
    RETURNS (networkx.MultiDiGraph): The graph.
    """
    import networkx

    graph: MultiDiGraph = networkx.MultiDiGraph()
    forms: Dict[str, Counter[str]] = {}
    languages: Dict[str, Counter[str]] = {}
    for number, doc in enumerate(docs, start=1):
        document = str(doc.user_data.get("title") or number)
        for block in blocks(doc, key=key):
            sentence = doc[block.start : block.end]
            place = {
                "document": document,
                "start": sentence.start_char,
                "end": sentence.end_char,
                "sentence": sentence.text,
            }
            for triple in block.triples:
                subject = name_of(triple.subject) if cores else triple.subject.text
                for relation, adposition, other in _facts(triple, cores):
                    ends: List[str] = []
                    for role, text in (("S", subject), ("O", other)):
                        node = normalize(text)
                        if node:
                            forms.setdefault(node, Counter())[text] += 1
                            languages.setdefault(node, Counter())[triple.language] += 1
                        else:
                            node = f"(implied) {number}/{triple.id}/{role}"
                            graph.add_node(
                                node, label="", mentions=0, languages="", implied=True
                            )
                        ends.append(node)
                    facts = _edge(triple, relation, adposition)
                    graph.add_edge(*ends, **facts, **place)
    for node, counts in forms.items():
        graph.nodes[node].update(
            label=counts.most_common(1)[0][0],
            mentions=counts.total(),
            languages=" ".join(code for code in sorted(languages[node]) if code),
            implied=False,
        )
    return graph


def normalize(text: str) -> str:
    """RETURNS (str): What all spellings of an argument have in common: without case,
    width, superfluous spaces, and punctuation at the ends; "" if nothing is left."""
    plain = unicodedata.normalize("NFKC", fold(text) or text)
    form = " ".join(plain.casefold().split())
    first, end = 0, len(form)
    while first < end and unicodedata.category(form[first])[0] in _MARKS:
        first += 1
    while first < end and unicodedata.category(form[end - 1])[0] in _MARKS:
        end -= 1
    return form[first:end] or form


def write_graphml(graph: "MultiDiGraph", path: Union[str, Path]) -> None:
    """Write a graph as GraphML, wholly or not at all. Characters that XML cannot hold
    are replaced by U+FFFD.

    graph (networkx.MultiDiGraph): The graph.
    path (Union[str, Path]): The file.
    """
    import networkx

    with atomic(path) as partial, partial.open("wb") as file:
        networkx.write_graphml_xml(_clean(graph), file)


def graph_html(
    graph: "MultiDiGraph", *, limit: int = 400, title: str = "Knowledge graph"
) -> str:
    """Draw a graph as a page to move about in: drag, zoom, hover, search, by mouse or
    keys. It needs nothing from outside.

    graph (networkx.MultiDiGraph): What `build_graph` made.
    limit (int): Most nodes that are drawn: those with the most edges and those that
        they lead to. The page says how many were left out.
    title (str): Title of the page.
    RETURNS (str): HTML.
    """
    from .graph_page import page

    names = _most_connected(graph, limit)
    numbers = {node: number for number, node in enumerate(names)}
    nodes = [
        {
            "label": graph.nodes[node].get("label", node),
            "mentions": graph.nodes[node].get("mentions", 0),
            "languages": graph.nodes[node].get("languages", ""),
            "implied": bool(graph.nodes[node].get("implied")),
        }
        for node in names
    ]
    edges = [
        {"source": numbers[source], "target": numbers[target], **facts}
        for source, target, facts in graph.edges(data=True)
        if source in numbers and target in numbers
    ]
    left_out = (len(graph) - len(nodes), graph.number_of_edges() - len(edges))
    return page({"nodes": nodes, "edges": edges}, left_out, title)


def _most_connected(graph: "MultiDiGraph", limit: int) -> List[str]:
    """Nodes with many edges, each with its neighbours."""
    degrees: Dict[str, int] = dict(graph.degree())

    def by_degree(nodes: Iterable[str]) -> List[str]:
        return sorted(nodes, key=lambda node: (-degrees[node], node))

    selection: Dict[str, None] = {}
    for node in by_degree(degrees):
        around = {*graph.successors(node), *graph.predecessors(node)}
        for other in (node, *by_degree(around)):
            if len(selection) < limit:
                selection[other] = None
    return list(selection)


def _facts(triple: Triple, cores: bool) -> List[Tuple[str, str, str]]:
    """Relation, adposition and object of binary facts, also of a triple without
    objects: what a noun alone says of somebody is joined to them by its construction
    ("apposition")."""
    if not cores:
        found = [(relation, "", other) for _, relation, other in triple.binary()]
    else:
        found = [
            (li.relation, li.adposition, name_of(li.object)) for li in links(triple)
        ]
    if not found and triple.construction in CONSTRUCTIONS:
        return [(triple.construction, "", triple.relation.text)]
    return found or [(triple.relation.text, "", "")]


def _edge(triple: Triple, relation: str, adposition: str) -> Dict[str, Any]:
    facts: Dict[str, Any] = {
        "relation": relation,
        "adposition": adposition,
        "language": triple.language,
        "origin": triple.origin,
        "triple": triple.id,
        "negated": triple.negated,
        "modality": triple.modality,
        "factuality": triple.factuality,
        "source_text": triple.source.text,
    }
    if triple.score is not None:
        facts["score"] = float(triple.score)
    return facts


def _clean(graph: "MultiDiGraph") -> "MultiDiGraph":
    """A copy whose texts can be written as XML."""
    import networkx

    def texts(facts: Dict[str, Any]) -> Dict[str, Any]:
        return {k: clean(v) if isinstance(v, str) else v for k, v in facts.items()}

    copy: MultiDiGraph = networkx.MultiDiGraph()
    for node, facts in graph.nodes(data=True):
        copy.add_node(clean(node), **texts(facts))
    for source, target, facts in graph.edges(data=True):
        copy.add_edge(clean(source), clean(target), **texts(facts))
    return copy
