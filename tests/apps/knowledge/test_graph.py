"""The graph of many docs: nodes and edges, GraphML, and the page."""

import json
import re
from pathlib import Path
from typing import Any, List, Tuple

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.knowledge.graph import (
    build_graph,
    graph_html,
    normalize,
    write_graphml,
)
from spacy_xoie.apps.knowledge.graph_page import json_in_html

VOCAB = Vocab()


def doc_of(*words: str, triples: List[TokenTriple], language: str = "en") -> Doc:
    doc = Doc(VOCAB, words=list(words))
    set_triples(doc, [t._replace(language=language) for t in triples])
    return doc


def triple(*parts: Tuple[int, int], score: Any = 0.5) -> TokenTriple:
    subject, relation, *objects = [(part,) for part in parts]
    return TokenTriple(subject, relation, tuple(objects), score=score)


def data_of(page: str) -> Any:
    found = re.search(
        r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S
    )
    assert found
    return json.loads(found[1])


def test_same_argument_in_two_docs_is_one_node() -> None:
    one = doc_of("Ann", "met", "Ben", triples=[triple((0, 1), (1, 2), (2, 3))])
    two = doc_of("BEN", "left", "Rome", triples=[triple((0, 1), (1, 2), (2, 3))])
    two.user_data["title"] = "second"
    graph = build_graph([one, two])
    assert set(graph) == {"ann", "ben", "rome"}
    assert graph.nodes["ben"]["mentions"] == 2
    assert graph.nodes["ben"]["label"] == "Ben"
    [facts] = graph.get_edge_data("ben", "rome").values()
    assert facts["relation"] == "left" and facts["document"] == "second"
    assert facts["score"] == 0.5 and facts["language"] == "en"
    assert two.text[facts["start"] : facts["end"]] == facts["sentence"]


def test_further_objects_are_edges_of_their_own() -> None:
    parts = [(0, 1), (1, 2), (2, 3), (3, 4)]
    doc = doc_of("Ann", "gave", "Ben", "cars", triples=[triple(*parts)])
    edges = [(a, d["relation"], b) for a, b, d in build_graph([doc]).edges(data=True)]
    assert edges == [("ann", "gave", "ben"), ("ann", "gave Ben", "cars")]


def test_implied_arguments_are_not_thrown_together() -> None:
    implied = TokenTriple((), ((0, 1),), (((1, 2),),))
    docs = [doc_of("Llueve", "mucho", triples=[implied]) for _ in range(2)]
    alone = doc_of("Ann", "slept", triples=[triple((0, 1), (1, 2))])
    graph = build_graph([*docs, alone])
    assert sum(facts["implied"] for _, facts in graph.nodes(data=True)) == 3
    assert graph.number_of_edges() == 3


@pytest.mark.parametrize(
    "text, node",
    [
        ("  The\n City ", "the city"),
        ("“Ann”,", "ann"),
        ("ＡＢＣ", "abc"),
        ("...", "..."),
        ("Straße", "strasse"),
        ("   ", ""),
    ],
)
def test_spelling_does_not_matter(text: str, node: str) -> None:
    assert normalize(text) == node
    assert normalize(node) == node


NASTY = [
    "</script>",
    "<!--",
    "&amp;",
    "\"'",
    "]]>",
    "a\x00\x1b",
    "\u2028",
    "\U0001f600",
]


def test_graphml_is_read_back(tmp_path: Path) -> None:
    doc = doc_of(
        *NASTY,
        triples=[
            triple((0, 1), (1, 2), (2, 4)),
            triple((4, 5), (5, 6), (6, 8), score=None),
        ],
    )
    doc.user_data["title"] = "</data>\x07"
    graph = build_graph([doc])
    write_graphml(graph, tmp_path / "deep" / "graph.graphml")
    back = networkx.read_graphml(tmp_path / "deep" / "graph.graphml")
    assert len(back) == len(graph)
    assert back.nodes["</script>"]["label"] == "</script>"
    documents = {facts["document"] for _, _, facts in back.edges(data=True)}
    assert documents == {"</data>\ufffd"}
    scores = [facts.get("score") for _, _, facts in back.edges(data=True)]
    assert sorted(scores, key=str) == [0.5, None]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["graph.graphml"]


def test_page_holds_texts_as_data_and_nothing_else() -> None:
    doc = doc_of(*NASTY, triples=[triple((0, 1), (1, 2), (2, 8))])
    doc.user_data["title"] = "</script><script>alert(1)</script>"
    page = graph_html(build_graph([doc]), title="<b>&")
    assert page.count("</script>") == page.count("<script") == 2
    assert "<b>" not in page and "<!--" not in page
    assert "http" not in page.replace("http-equiv", "").replace(
        "http://www.w3.org/2000/svg", ""
    )
    data = data_of(page)
    assert data["nodes"][0]["label"] == "</script>"
    assert data["edges"][0]["document"] == "</script><script>alert(1)</script>"


@settings(max_examples=100)
@given(
    st.recursive(
        st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=6,
    )
)
def test_json_in_html_is_read_back_and_ends_nowhere(data: Any) -> None:
    text = json_in_html(data)
    assert "<" not in text and "\u2028" not in text
    plain = json.dumps(data, ensure_ascii=False)
    if not re.search("[\x7f-\x9f\ud800-\udfff\ufffe\uffff]", plain):
        assert json.loads(text) == data


def test_large_graph_is_cut_and_says_so() -> None:
    docs = [
        doc_of(f"n{i}", "met", "Ann", triples=[triple((0, 1), (1, 2), (2, 3))])
        for i in range(20)
    ]
    docs.append(doc_of("x", "saw", "y", triples=[triple((0, 1), (1, 2), (2, 3))]))
    data = data_of(graph_html(build_graph(docs), limit=10))
    assert len(data["nodes"]) == 10 and len(data["edges"]) == 9
    assert data["nodes"][0]["label"] == "Ann"
    assert data["left_out"] == [13, 12]


def test_graph_of_nothing_is_a_page() -> None:
    assert data_of(graph_html(build_graph([]))) == {
        "nodes": [],
        "edges": [],
        "left_out": [0, 0],
    }
