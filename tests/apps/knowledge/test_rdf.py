"""Triples as RDF: what is written, and that any text comes back as it was."""

from pathlib import Path
from typing import List

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from knowledge_builders import make_doc, pyoxigraph
from spacy.tokens import Doc

from spacy_xoie.apps.knowledge import rdf
from spacy_xoie.apps.knowledge import vocabulary as names
from spacy_xoie.apps.knowledge.graph import normalize
from spacy_xoie.apps.knowledge.rdf import nquads, quads, write_nquads
from spacy_xoie.errors import DataError, EngineError

# Alba bought Berg in Rome . — tokens 0 to 5
BOUGHT = ((0, 1), (1, 2), (2, 3), (3, 5))


def ask(doc: Doc, query: str, name: str = "a") -> List[List[str]]:
    store = pyoxigraph.Store()
    store.extend(quads(doc, name=name, model="m 1"))
    found = store.query(query, prefixes=names.PREFIXES)
    return [[term.value for term in row] for row in found]


def test_a_triple_says_where_it_is_from() -> None:
    doc = make_doc("Well. Alba bought Berg in Rome.", ((2, 3), (3, 4), (4, 5), (5, 7)))
    rows = ask(
        doc,
        """SELECT ?document ?sentence ?begin ?end ?score ?language ?model ?origin {
        ?t a xoie:Triple ; xoie:document/rdfs:label ?document ;
        xoie:sentence/xoie:text ?sentence ; xoie:begin ?begin ; xoie:end ?end ;
        xoie:score ?score ; xoie:language ?language ; xoie:model ?model ;
        xoie:origin ?origin }""",
    )
    sentence = "Alba bought Berg in Rome."
    assert rows == [["a", sentence, "6", "30", "0.5", "en", "m 1", "test"]]


def test_parts_have_their_offsets_and_language() -> None:
    doc = make_doc("Alba kaufte Berg.", ((0, 1), (1, 2), (2, 3)), language="de_AT")
    (quad,) = (
        quad
        for quad in quads(doc, name="a")
        if quad.predicate.value == names.RDFS_LABEL and quad.object.value == "Berg"
    )
    assert quad.subject.value == "urn:xoie:phrase:Berg"
    assert quad.object.language == "de-at"
    rows = ask(
        doc,
        """SELECT ?b ?e ?text { ?t a xoie:Triple ; xoie:objectSpan ?o .
        ?o xoie:begin ?b ; xoie:end ?e ; xoie:text ?text }""",
    )
    assert rows == [["12", "16", "Berg"]]


def test_plain_statements_are_in_the_graph_of_the_triple() -> None:
    doc = make_doc("Alba bought Berg in Rome.", BOUGHT)
    rows = ask(doc, "SELECT ?s ?p ?o { GRAPH ?t { ?s ?p ?o } ?t a xoie:Triple }")
    assert sorted(rows) == [
        ["urn:xoie:phrase:Alba", "urn:xoie:rel:en:bought", "urn:xoie:phrase:Berg"],
        [
            "urn:xoie:phrase:Alba",
            "urn:xoie:rel:en:bought%20Berg",
            "urn:xoie:phrase:in%20Rome",
        ],
    ]
    rows = ask(doc, "SELECT ?s ?p ?o { GRAPH ?f { ?s ?p ?o } ?f a xoie:Fact }")
    assert rows == [
        ["urn:xoie:phrase:Alba", "urn:xoie:canon:Acquisition", "urn:xoie:phrase:Berg"]
    ]
    rows = ask(doc, "SELECT ?reason { ?f xoie:evidence ?t ; xoie:reason ?reason }")
    assert rows == [["cue 'bought' (en) in 'bought'"]]


def test_an_implied_subject_is_not_lost() -> None:
    doc = make_doc("Compró Berg.", ((0, 0), (0, 1), (1, 2)), language="es")
    rows = ask(
        doc,
        "SELECT ?p { ?t xoie:subject ?s . ?s a xoie:Implied . GRAPH ?t {?s ?p ?o} }",
    )
    assert rows == [["urn:xoie:rel:es:Compr%C3%B3"]]


def test_one_name_is_one_node_in_all_languages() -> None:
    english = make_doc("Alba bought Berg.", ((0, 1), (1, 2), (2, 3)))
    german = make_doc("Alba kaufte Berg.", ((0, 1), (1, 2), (2, 3)), language="de")
    store = pyoxigraph.Store()
    store.extend(quads(english, name="e"))
    store.extend(quads(german, name="d"))
    rows = store.query(
        "SELECT ?f { GRAPH ?f { ?who canon:Acquisition ?what } }",
        prefixes=names.PREFIXES,
    )
    assert len(list(rows)) == 2
    # Composed and decomposed letters, and white space, make no difference.
    assert names.phrase_iri("Cafe\u0301  Berg") == names.phrase_iri("Caf\xe9\nBerg")
    assert names.phrase_iri("a") != names.phrase_iri("A")


@pytest.mark.parametrize(
    "text, other",
    [
        ("Ber\u200bg", "Berg"),
        ("\ufeffBerg\u2060", "Berg"),
        ("Be\u00adrg\u200f", "Berg"),
        ("Berg\ufe0f", "Berg"),
        ("Alba’s Berg", "Alba's Berg"),
        ("مُدِير", "مدير"),
        ("Ｂｅｒｇ", "Berg"),
    ],
)
def test_what_cannot_be_seen_makes_no_other_node(text: str, other: str) -> None:
    assert names.phrase_iri(text) == names.phrase_iri(other)
    assert names.relation_iri(text, "de") == names.relation_iri(other, "de")
    assert names.plain(text) == other
    assert normalize(text) == normalize(other)
    # A phrase of nothing else is still one.
    assert names.phrase_iri("\u200b") != names.phrase_iri("")


def test_equal_docs_that_were_merged_keep_their_triples() -> None:
    doc = make_doc("Alba bought Berg in Rome.", BOUGHT)
    merged = Doc.from_docs([doc, doc])
    assert merged is not None and len(merged._.triples) == 2
    rows = ask(merged, "SELECT ?t { ?t a xoie:Triple }")
    assert len({row[0] for row in rows}) == 2


def test_output_is_the_same_every_time(tmp_path: Path) -> None:
    doc = make_doc("Alba bought Berg in Rome.", BOUGHT)
    copy = Doc(doc.vocab).from_bytes(doc.to_bytes())
    content = nquads(doc, name="a")
    assert content == nquads(copy, name="a")
    lines = content.decode("utf8").splitlines()
    assert len(lines) == len(set(lines)) > 40
    assert all(line.endswith(" .") for line in lines)


def test_a_file_holds_what_can_be_written(tmp_path: Path) -> None:
    good = make_doc("Alba bought Berg in Rome.", BOUGHT)
    bad = make_doc("Alba bought Berg.", BOUGHT[:3])
    bad.spans["xoie"].attrs["triples"] = {"0": {"score": float("nan")}}
    path = tmp_path / "new" / "a.nq"
    written = write_nquads([("good", good), ("bad", bad), ("\ud800", good)], path)
    assert written[:3] == (1, 1, 1)
    assert [fault.place for fault in written.faults] == ["bad", "\ud800"]
    assert "nan" in written.faults[0].reason
    found = list(pyoxigraph.parse(path=str(path)))
    assert found == list(quads(good, name="good"))
    assert written.quads == len(found)
    assert [file.name for file in path.parent.iterdir()] == ["a.nq"]


def test_a_failed_run_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.nq"
    path.write_text("old")

    def docs() -> object:
        yield "a", make_doc("Alba bought Berg in Rome.", BOUGHT)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_nquads(docs(), path)  # type: ignore[arg-type]
    assert path.read_text() == "old"


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pyoxigraph", None)
    with pytest.raises(EngineError, match=r"spacy-xoie\[rdf\]"):
        rdf.oxigraph()


@pytest.mark.parametrize(
    "code, tag",
    [
        ("de", "de"),
        ("pt_BR", "pt-br"),
        ("zh-Hant", "zh-hant"),
        ("", ""),
        ("xx", ""),
        ("und", ""),
        ("de\n", "de"),
        ("english", ""),
        ("e n", ""),
        ("en-toolongsubtag", ""),
    ],
)
def test_language_tags(code: str, tag: str) -> None:
    assert names.language_tag(code) == tag


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)
ANYTHING = st.text(min_size=0, max_size=30)


@settings(max_examples=100)
@given(st.lists(WORDS, min_size=3, max_size=6), WORDS, ANYTHING, st.data())
def test_any_text_comes_back(
    words: List[str], name: str, language: str, data: st.DataObject
) -> None:
    from spacy.vocab import Vocab

    from spacy_xoie import TokenTriple, set_triples

    language = language.encode("utf8", "ignore").decode("utf8")
    doc = Doc(
        Vocab(),
        words=words,
        spaces=data.draw(
            st.lists(st.booleans(), min_size=len(words), max_size=len(words))
        ),
    )
    triple = TokenTriple(((0, 1),), ((1, 2),), (((2, len(words)),),), 0.25, language)
    set_triples(doc, [triple], language=language)
    found = list(quads(doc, name=name, model=name))
    content = nquads(doc, name=name, model=name)
    back = list(pyoxigraph.parse(content, format=pyoxigraph.RdfFormat.N_QUADS))
    assert back == found
    assert content.count(b"\n") == len(found)
    store = pyoxigraph.Store()
    store.bulk_load(content, format=pyoxigraph.RdfFormat.N_QUADS)
    assert set(store) == set(found)
    texts = {
        quad.object.value
        for quad in found
        if quad.predicate.value == names.term("text")
    }
    parts = {doc[0:1].text, doc[1:2].text, doc[2:].text}
    assert parts <= texts
    assert {q.object.value for q in found if q.predicate.value.endswith("#label")} >= {
        name
    }


@settings(max_examples=300)
@given(ANYTHING, ANYTHING)
def test_names_of_documents_never_meet(one: str, other: str) -> None:
    ours, theirs = names.document_iri(one), names.document_iri(other)
    assert (ours == theirs) == (one == other)
    assert pyoxigraph.NamedNode(ours).value == ours
    assert ours.isascii() and "#" not in ours


@settings(max_examples=50)
@given(st.text(max_size=5), st.text(alphabet="\ud800\udcff\udfffa", max_size=3))
def test_what_is_no_text_is_refused_or_written(text: str, broken: str) -> None:
    doc = make_doc("Alba bought Berg.", BOUGHT[:3])
    name = text + broken
    try:
        name.encode("utf8")
    except UnicodeEncodeError:
        with pytest.raises(DataError, match="surrogate"):
            list(quads(doc, name=name))
    else:
        assert list(quads(doc, name=name))
