"""What is negated, reported or supposed, wherever triples are written; and graphs of
cores."""

import csv
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import networkx
import pytest
import spacy
from spacy.tokens import Doc, DocBin

import spacy_xoie
from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.apps.batch.engines import asserted_only
from spacy_xoie.apps.batch.formats import COLUMNS, JsonLines, TabLines
from spacy_xoie.apps.batch.tables import table_of
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.apps.batch.wire import TextResult
from spacy_xoie.apps.knowledge.graph import build_graph, graph_html, write_graphml
from spacy_xoie.apps.knowledge.neo4j import NODES, RELATIONSHIPS, write_neo4j
from spacy_xoie.doc.record import doc_from_record
from spacy_xoie.doc.triples import filter_triples
from spacy_xoie.errors import ConfigError

NLP = spacy.blank("xx")
WORDS = "The minister says that Anna opened the museum in the old town ; she left it ."
PARTS = {
    "Anna": (4, 5),
    "opened": (5, 6),
    "the museum": (6, 8),
    "in the old town": (8, 12),
    "The minister": (0, 2),
    "she": (13, 14),
    "left": (14, 15),
    "it": (15, 16),
}
REPORTED = ("Anna", "opened", "the museum", "in the old town")
LEFT = ("she", "left", "it")


def triple(*parts: str, source: str = "", **said: Any) -> TokenTriple:
    subject, relation, *objects = [(PARTS[part],) for part in parts]
    origin = (PARTS[source],) if source else ()
    return TokenTriple(
        subject, relation, tuple(objects), 0.8, "en", source=origin, **said
    )


def make_doc(*triples: TokenTriple) -> Doc:
    doc = Doc(NLP.vocab, words=WORDS.split())
    set_triples(doc, triples, language="en")
    return doc


def judged() -> Doc:
    return make_doc(
        triple(*REPORTED, modality="reported", source="The minister"),
        triple(*LEFT, modality="asserted", negated=True),
    )


def with_cores() -> Doc:
    nlp = spacy.blank("xx")
    nlp.add_pipe("xoie_cores")
    doc: Doc = nlp.get_pipe("xoie_cores")(judged())
    return doc


def test_what_is_said_to_people() -> None:
    reported, denied = get_triples(judged())
    assert reported.remark == "reported by The minister" and denied.remark == "negated"
    (plain,) = get_triples(make_doc(triple(*LEFT, modality="asserted")))
    (old,) = get_triples(make_doc(triple(*LEFT)))
    assert plain.remark == old.remark == ""
    assert "reported by The minister" in get_triples(judged())._repr_html_()
    assert "reported by The minister" in table_of(judged(), "a")


@pytest.mark.parametrize("style", ["spans", "arcs", "table"])
def test_pictures_mark_what_is_not_asserted(style: Any) -> None:
    html = spacy_xoie.render(judged(), style=style)
    assert ">reported</span> by <bdi>The minister</bdi>" in html
    assert ">negated</span>" in html
    plain = spacy_xoie.render(make_doc(triple(*LEFT, modality="asserted")), style=style)
    assert ">asserted<" not in plain and ">negated<" not in plain


def test_the_source_is_underlined_in_its_sentence() -> None:
    html = spacy_xoie.render(judged(), style="spans")
    assert html.count(">“”</span>") == 2  # the key, and once in the text


def test_lines() -> None:
    text = Text("a", WORDS)
    content = TabLines().encode(text, judged()).decode().splitlines()
    rows = [dict(zip(COLUMNS, line.split("\t"), strict=False)) for line in content]
    told = [(row["negated"], row["modality"], row["source"]) for row in rows]
    assert told == [("no", "reported", "The minister"), ("yes", "asserted", "")]
    record = json.loads(JsonLines().encode(text, judged()))
    assert record["triples"][0]["source"]["text"] == "The minister"
    again = doc_from_record(NLP, record)
    assert [t.remark for t in get_triples(again)] == [
        "reported by The minister",
        "negated",
    ]


def test_old_files_can_be_read() -> None:
    record = json.loads(JsonLines().encode(Text("a", WORDS), judged()))
    for one in record["triples"]:
        del one["negated"], one["modality"]
        one["source"] = "0a1b-0"  # The id of an original, in projected triples.
    assert [t.remark for t in get_triples(doc_from_record(NLP, record))] == ["", ""]


def test_filtering_leaves_the_others_as_they_are() -> None:
    doc = with_cores()
    before = get_triples(doc)[1]
    filter_triples(doc, lambda triple: triple.is_asserted)
    (left,) = get_triples(doc)
    assert left == before and left.id == before.id
    assert left.objects[0].core is not None
    stored = DocBin(docs=[doc]).to_bytes()
    (other,) = DocBin().from_bytes(stored).get_docs(NLP.vocab)
    assert [t.remark for t in get_triples(other)] == ["negated"]


def test_an_engine_that_gives_what_is_asserted() -> None:
    unjudged = make_doc(triple(*LEFT))
    texts = [Text("a", WORDS), Text("b", WORDS), Text("c", WORDS)]

    def engine(texts: Any) -> Any:
        docs = (judged(), unjudged, None)
        return (TextResult(*pair) for pair in zip(texts, docs, strict=True))

    results = list(asserted_only(engine)(texts))
    assert [len(get_triples(r.doc)) for r in results if r.doc] == [1, 0]
    assert results[2].doc is None


def edges(graph: Any) -> Dict[Tuple[str, str], Dict[str, Any]]:
    return {(a, b): facts for a, b, facts in graph.edges(data=True)}


def test_edges_say_who_says_so() -> None:
    found = edges(build_graph([judged()]))
    facts = found["anna", "in the old town"]
    assert (facts["modality"], facts["source_text"]) == ("reported", "The minister")
    assert (facts["factuality"], facts["adposition"]) == ("CT+", "")
    assert found["she", "it"]["negated"] is True
    assert "source_text" in graph_html(build_graph([judged()]))


def test_nodes_are_cores_and_edges_keep_the_adposition() -> None:
    graph = build_graph([with_cores()])
    assert set(graph) == {"anna", "museum", "old town", "she", "it"}
    facts = edges(graph)["anna", "old town"]
    assert (facts["relation"], facts["adposition"]) == ("opened the museum", "in")
    assert "in the old town" in build_graph([with_cores()], cores=False)


def read(path: Path) -> List[Dict[str, str]]:
    with path.open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


def test_files_for_neo4j(tmp_path: Path) -> None:
    graph = build_graph([with_cores()])
    write_neo4j(graph, tmp_path / "neo")
    nodes = read(tmp_path / "neo" / NODES)
    assert {node[":LABEL"] for node in nodes} == {"Argument"}
    assert len({node[":ID"] for node in nodes}) == len(nodes) == len(graph)
    rows = read(tmp_path / "neo" / RELATIONSHIPS)
    ids = {node[":ID"] for node in nodes}
    assert all({row[":START_ID"], row[":END_ID"]} <= ids for row in rows)
    (row,) = [row for row in rows if row[":END_ID"] == "old town"]
    assert (row[":TYPE"], row["adposition"]) == ("SAYS", "in")
    assert (row["negated:boolean"], row["modality"]) == ("false", "reported")
    assert (row["source"], row["score:float"]) == ("The minister", "0.8")
    with pytest.raises(ConfigError, match="is there already"):
        write_neo4j(graph, tmp_path / "neo")


def test_one_line_for_each_row_of_neo4j_whatever_is_in_the_text(tmp_path: Path) -> None:
    doc = Doc(NLP.vocab, words=['Ann"', "said,", "x\ny\\"], spaces=[True] * 3)
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),), None, "en")])
    write_neo4j(build_graph([doc]), tmp_path / "neo")
    content = (tmp_path / "neo" / RELATIONSHIPS).read_text(encoding="utf8")
    assert content.count("\n") == 2
    (row,) = read(tmp_path / "neo" / RELATIONSHIPS)
    assert (row["relation"], row["score:float"]) == ("said,", "")


def test_graphml_has_it_all(tmp_path: Path) -> None:
    write_graphml(build_graph([judged()]), tmp_path / "a.graphml")
    found = edges(networkx.read_graphml(tmp_path / "a.graphml"))
    assert found["anna", "the museum"]["source_text"] == "The minister"
    assert found["she", "it"]["negated"] is True


class TestRdf:
    @pytest.fixture(autouse=True)
    def library(self) -> Any:
        return pytest.importorskip("pyoxigraph")

    def ask(self, doc: Doc, query: str) -> List[Dict[str, Any]]:
        from spacy_xoie.apps.knowledge.store import TripleStore

        store = TripleStore()
        store.add(doc, name="a", model="test")
        found: List[Dict[str, Any]] = store.ask(query).values()
        return found

    @pytest.mark.parametrize(
        "said,stated",
        [
            ({}, True),
            ({"modality": "asserted"}, True),
            ({"modality": "asserted", "negated": True}, False),
            ({"modality": "reported"}, False),
            ({"modality": "unknown"}, False),
            ({"negated": True}, False),
        ],
    )
    def test_plain_statements(self, said: Dict[str, Any], stated: bool) -> None:
        query = "SELECT ?s ?o { GRAPH ?g { ?s ?p ?o } }"
        assert bool(self.ask(make_doc(triple(*LEFT, **said)), query)) == stated

    def test_who_says_so(self) -> None:
        query = """SELECT ?who ?modality ?value ?where {
            ?t prov:wasAttributedTo ?node ; xoie:modality ?modality ;
            xoie:factuality ?value ; xoie:source ?node ; xoie:negated false ;
            xoie:sourceSpan/xoie:text ?where . ?node rdfs:label ?who }"""
        (row,) = self.ask(judged(), query)
        assert [*row.values()] == ["The minister", "reported", "CT+", "The minister"]

    def test_a_source_is_the_node_that_a_subject_would_be(self) -> None:
        query = "SELECT ?who { ?t prov:wasAttributedTo/rdfs:label ?who }"
        assert self.ask(with_cores(), query) == [{"who": "minister"}]

    def test_phrases_are_cores(self) -> None:
        query = """SELECT ?what ?adposition { ?t xoie:object2/rdfs:label ?what ;
            xoie:object2Adposition ?adposition }"""
        assert self.ask(with_cores(), query) == [
            {"what": "old town", "adposition": "in"}
        ]
        doc = make_doc(triple(*REPORTED, modality="asserted"))
        nlp = spacy.blank("xx")
        nlp.add_pipe("xoie_cores")
        query = (
            "SELECT ?said { GRAPH ?g { ?s ?p phrase:old%20town } ?p rdfs:label ?said }"
        )
        found = self.ask(nlp.get_pipe("xoie_cores")(doc), query)
        assert found == [{"said": "opened the museum in"}]

    @pytest.mark.parametrize(
        "text,kind,value",
        [
            ("3 May 1999", "date", "1999-05-03"),
            ("May 1999", "gYearMonth", "1999-05"),
            ("1999", "gYear", "1999"),
            ("1990–1995", "string", "1990/1995"),
            ("2.5 million", "decimal", "2500000"),
        ],
    )
    def test_normal_forms_have_a_type(self, text: str, kind: str, value: str) -> None:
        pytest.importorskip("dateparser")
        nlp = spacy.blank("xx")
        nlp.add_pipe("xoie_cores", config={"normalize": True})
        words = ["Ann", "left", *text.split()]
        doc = Doc(NLP.vocab, words=words)
        part = ((2, len(words)),)
        set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (part,), 0.5, "en")])
        query = """SELECT (STR(?n) AS ?value) (STR(DATATYPE(?n)) AS ?type) {
            ?phrase xoie:normal ?n }"""
        (row,) = self.ask(nlp.get_pipe("xoie_cores")(doc), query)
        assert (row["value"], row["type"].partition("#")[2]) == (value, kind)


class TestFrame:
    @pytest.fixture(autouse=True)
    def pandas(self) -> Any:
        return pytest.importorskip("pandas")

    def rows(self, doc: Doc, **settings: Any) -> List[Dict[str, Any]]:
        frame: Any = spacy_xoie.to_frame(doc, **settings)
        found: List[Dict[str, Any]] = frame.to_dict("records")
        return found

    def test_factuality_and_place(self) -> None:
        reported, denied = self.rows(judged())
        told = ("negated", "modality", "factuality", "source")
        assert [reported[name] for name in told] == [
            False,
            "reported",
            "CT+",
            "The minister",
        ]
        assert [denied[name] for name in told] == [True, "asserted", "CT-", None]
        start, end = reported["start"], reported["end"]
        assert WORDS[start:end] == "Anna opened the museum in the old town"

    @pytest.mark.parametrize("make", [with_cores, judged])
    def test_cores(self, make: Any) -> None:
        row = self.rows(make(), cores=True)[0]
        names = ("object_2_core", "object_2_adposition", "object_2_head")
        found: List[Optional[str]] = [row[name] for name in names]
        there = make is with_cores
        assert found == (["old town", "in", "town"] if there else [None] * 3)
        assert row["object_2_normal"] is None and row["object_3_core"] is None
        assert "object_core" not in self.rows(make())[0]
