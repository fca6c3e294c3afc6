"""The store: what goes in once, what takes the place of what, what answers."""

from pathlib import Path
from typing import Any, Iterable, List, Tuple

import pytest
from knowledge_builders import make_doc
from spacy.language import Language

from spacy_xoie.apps.batch.engines import LocalEngine
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.apps.knowledge.asking import Term
from spacy_xoie.apps.knowledge.filling import StoreUpdate, add_texts, model_name
from spacy_xoie.apps.knowledge.queries import QUERIES
from spacy_xoie.apps.knowledge.store import TripleStore
from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.files import Fault

TEXTS = [
    ("a", "Anna has recently met Ben in Rome ."),
    ("b", "Der Rat lehnte den Plan ab ."),
    ("c", "Good morning !"),
]

ENGLISH = make_doc("Alba bought Berg in Rome.", ((0, 1), (1, 2), (2, 3), (3, 5)))
GERMAN = make_doc("Alba kaufte Dorn.", ((0, 1), (1, 2), (2, 3)), language="de")


def snapshot(store: TripleStore, folder: Path) -> bytes:
    store.dump(folder / "dump.nq")
    return (folder / "dump.nq").read_bytes()


def test_twice_is_once_and_changes_replace(tmp_path: Path) -> None:
    with TripleStore(tmp_path / "s") as store:
        store.add(ENGLISH, name="x", model="m")
        once = snapshot(store, tmp_path)
        store.add(ENGLISH, name="x", model="m")
        assert snapshot(store, tmp_path) == once
        assert store.has("x", ENGLISH.text, model="m")
        assert not store.has("x", ENGLISH.text + "!", model="m")
        assert not store.has("x", ENGLISH.text, model="n")
        store.add(GERMAN, name="y", model="m")
        both = snapshot(store, tmp_path)
        # x changes and changes back: nothing of the other text stays behind.
        store.add(GERMAN, name="x", model="m")
        assert sorted(store.documents()) == ["x", "y"]
        answer = store.ask("SELECT ?l { ?n rdfs:label ?l FILTER(STR(?l) = 'Berg') }")
        assert answer.rows == []
        store.add(ENGLISH, name="x", model="m")
        assert snapshot(store, tmp_path) == both
        assert store.remove("y") and not store.remove("y")
        assert snapshot(store, tmp_path) == once
        assert store.remove("x")
        assert len(store) == 0


def test_a_store_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with TripleStore(path) as store:
        store.add(ENGLISH, name="x")
        content = snapshot(store, tmp_path)
        with pytest.raises(DataError, match="open"):
            TripleStore(path)
    with TripleStore(path, create=False) as store:
        assert snapshot(store, tmp_path) == content


def test_folders_that_are_no_store(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no store"):
        TripleStore(tmp_path / "none", create=False)
    assert not (tmp_path / "none").exists()
    (tmp_path / "file.txt").write_text("x")
    for path in (tmp_path, tmp_path / "file.txt"):
        with pytest.raises(ConfigError, match="not empty"):
            TripleStore(path)


def test_a_doc_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    bad = make_doc("Alba sold Berg.", ((0, 1), (1, 2), (2, 3)))
    bad.spans["xoie"].attrs["triples"] = {"0": {"score": float("inf")}}
    with TripleStore() as store:
        store.add(ENGLISH, name="x")
        content = snapshot(store, tmp_path)
        with pytest.raises(DataError, match="inf"):
            store.add(bad, name="x")
        assert snapshot(store, tmp_path) == content


@pytest.fixture
def filled() -> TripleStore:
    store = TripleStore()
    store.add(ENGLISH, name="x", model="m")
    store.add(GERMAN, name="y", model="m")
    return store


def test_who_acquired_whom_in_any_language(filled: TripleStore) -> None:
    answer = filled.ask(QUERIES["acquisitions"])
    assert answer.columns == ("buyer", "bought", "score", "language", "sentence")
    assert answer.values() == [
        {
            "buyer": "Alba",
            "bought": "Berg",
            "score": 0.5,
            "language": "en",
            "sentence": "Alba bought Berg in Rome.",
        },
        {
            "buyer": "Alba",
            "bought": "Dorn",
            "score": 0.45,
            "language": "de",
            "sentence": "Alba kaufte Dorn.",
        },
    ]


@pytest.mark.parametrize("name", QUERIES)
def test_prepared_queries_answer(filled: TripleStore, name: str) -> None:
    assert QUERIES[name].startswith("# ")
    answer = filled.ask(QUERIES[name])
    assert answer.rows and all(len(row) == len(answer.columns) for row in answer.rows)


def test_shared_phrases(filled: TripleStore) -> None:
    assert filled.ask(QUERIES["shared"]).values() == [
        {"label": "Alba", "languages": 2, "codes": "de en"}
    ] or filled.ask(QUERIES["shared"]).values() == [
        {"label": "Alba", "languages": 2, "codes": "en de"}
    ]


def test_kinds_of_answers(filled: TripleStore) -> None:
    assert filled.ask("ASK { ?s a xoie:Fact }").values() == [{"ask": True}]
    assert filled.ask("ASK { ?s a xoie:Nothing }").values() == [{"ask": False}]
    triples = filled.ask("CONSTRUCT { ?t a xoie:X } WHERE { ?t a xoie:Triple }")
    assert triples.columns == ("subject", "predicate", "object")
    assert len(triples.rows) == 2
    row = filled.ask("SELECT ?l ?u (1 AS ?n) { phrase:Berg rdfs:label ?l }").rows[0]
    assert row[:2] == (Term("Berg", "literal", "en"), None)
    assert row[2] is not None and row[2].value == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://a.example/> { ?s ?p ?o } }",
        "SELECT * { service#comment\nSILENT ?x { ?s ?p ?o } }",
        "SELECT * { \\u0053ERVICE<http://a.example/> { ?s ?p ?o } }",
        "SELECT * { SERVICE xoie:a { ?s ?p ?o } }",
    ],
)
def test_no_other_server_is_asked(filled: TripleStore, query: str) -> None:
    with pytest.raises(ConfigError, match="SERVICE"):
        filled.ask(query)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?x { ",
        "",
        "INSERT DATA { <u:a> <u:b> <u:c> }",
        "DROP ALL",
        "SELECT * { ?s nothing:here ?o }",
        '\\u0053 "\\ud800"',
    ],
)
def test_what_is_no_question_changes_nothing(filled: TripleStore, query: str) -> None:
    size = len(filled)
    with pytest.raises(ConfigError):
        filled.ask(query)
    assert len(filled) == size


def test_a_customer_service_may_be_asked_for(filled: TripleStore) -> None:
    query = 'SELECT * { ?s xoie:text ?t FILTER(CONTAINS(?t, "service desk")) }'
    assert filled.ask(query).rows == []


def read_into(
    store: TripleStore,
    nlp: Language,
    pairs: Iterable[Tuple[str, str]],
    batch_size: int = 2,
    **settings: Any,
) -> StoreUpdate:
    texts = (Text(name, text) for name, text in pairs)
    engine = LocalEngine(lambda: nlp, batch_size)
    return add_texts(store, engine, texts, model=model_name(nlp), **settings)


def test_texts_are_read_once(trained: Language, tmp_path: Path) -> None:
    pytest.importorskip("pyoxigraph")
    trained.add_pipe("xoie_schema")
    steps: List[Tuple[int, int]] = []
    with TripleStore(tmp_path / "s") as store:
        first = read_into(store, trained, TEXTS[:2])
        assert (first.written.documents, first.known) == (2, 0)
        assert first.written.triples >= 2
        content = snapshot(store, tmp_path)
        filled = read_into(
            store,
            trained,
            [*TEXTS, ("e", "\ud800")],
            on_step=lambda done, there: steps.append((done, there)),
        )
        assert (filled.written.documents, filled.known) == (1, 2)
        assert [fault.place for fault in filled.written.faults] == ["e"]
        assert steps == [(1, 1), (2, 2), (3, 2), (4, 2)]
        store.remove("c")
        assert snapshot(store, tmp_path) == content
        again = read_into(store, trained, TEXTS, overwrite=True)
        assert (again.written.documents, again.known) == (3, 0)
    # Another schema is another pipeline.
    name = model_name(trained)
    trained.get_pipe("xoie_schema").initialize(
        list, relations={"relations": {"A": {"cues": {"en": ["x"]}}}}
    )
    assert model_name(trained) != name


def test_a_stopped_run_goes_on(trained: Language, tmp_path: Path) -> None:
    def stopped() -> Any:
        yield TEXTS[0]
        raise KeyboardInterrupt

    with TripleStore(tmp_path / "s") as store:
        with pytest.raises(KeyboardInterrupt):
            read_into(store, trained, stopped(), batch_size=1)
        assert read_into(store, trained, TEXTS).known == 1
        content = snapshot(store, tmp_path)
    with TripleStore() as whole:
        read_into(whole, trained, TEXTS)
        assert snapshot(whole, tmp_path) == content


def test_a_pipe_that_fails_costs_one_text(blank: Language) -> None:
    @Language.component("test_fails")
    def fail(doc: Any) -> Any:
        if "bad" in doc.text:
            raise RuntimeError("no")
        return doc

    blank.add_pipe("test_fails")
    with TripleStore() as store:
        pairs = [("a", "x"), ("b", "bad"), ("c", "y")]
        counts = read_into(store, blank, pairs).written
        assert counts.documents == 2
        assert counts.faults == (Fault("b", "", "RuntimeError: no"),)
