"""The pipeline behind the server: any text, no growth, a queue with an end."""

import threading
from typing import Any, Iterator, List

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from server_builders import (
    MUSEUM,
    SlowBackend,
    client_of,
    load_trained,
    make_engines,
)
from spacy.language import Language
from spacy.tokens import Doc

import spacy_xoie.apps.server.engine as engine_module
from spacy_xoie.apps.server.engine import Engine, Item, Job
from spacy_xoie.apps.server.records import doc_record
from spacy_xoie.apps.server.settings import Limits
from spacy_xoie.apps.server.translation import read_engines
from spacy_xoie.doc.blank import blank_pipeline, multilingual_pipeline
from spacy_xoie.doc.folding import visible
from spacy_xoie.errors import ConfigError

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from(" .\n!?中é😀ا"),
    max_size=60,
)


@pytest.fixture(scope="module")
def engine(trained_bytes: bytes) -> Engine:
    return Engine(load_trained(trained_bytes), name="tiny", engines=make_engines())


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(before=TEXTS, after=TEXTS)
def test_offsets_hold_for_any_text(engine: Engine, before: str, after: str) -> None:
    text = f"{before} {MUSEUM} {after}"
    record = doc_record(engine.nlp(text))
    assert record["characters"] == len(text)
    places = [(one["start"], one["end"]) for one in record["sentences"]]
    assert places == sorted(places)
    assert all(text[start:end].strip() for start, end in places)
    for triple in record["triples"]:
        start, end = places[triple["sentence"]]
        for part in [triple["subject"], triple["relation"], *triple["objects"]]:
            cut = "".join(text[a:b] for a, b in part["spans"])
            assert visible(cut).replace(" ", "") == part["text"].replace(" ", "")
            assert all(start <= a < b <= end for a, b in part["spans"])


def test_vocabulary_does_not_grow(engine: Engine) -> None:
    job = Job((Item(MUSEUM),), target="es")
    before = engine.answer(job)
    vocabs = [engine.nlp.vocab, blank_pipeline("es").vocab]
    sizes = [(len(list(vocab)), len(vocab.strings)) for vocab in vocabs]
    for number in range(50):
        (answer,) = engine.answer(Job((Item(f"Word{number} bought thing{number} ."),)))
        assert not answer.reason
    assert [(len(list(vocab)), len(vocab.strings)) for vocab in vocabs] == sizes
    assert engine.answer(job) == before


def test_a_text_that_fails_costs_no_other(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_record = engine_module.doc_record

    def fail(doc: Doc, **options: Any) -> Any:
        if "BOOM" in doc.text:
            raise RuntimeError("secret")
        return make_record(doc, **options)

    monkeypatch.setattr(engine_module, "doc_record", fail)
    good, bad, last = engine.answer(Job((Item(MUSEUM), Item("BOOM"), Item(MUSEUM))))
    assert good == last
    assert not good.reason
    assert bad.reason == "failed"
    assert "secret" not in bad.message


def test_a_pipeline_without_triples_is_refused() -> None:
    with pytest.raises(ConfigError, match="no triples"):
        Engine(multilingual_pipeline())


def test_jobs_survive_the_way_to_another_process() -> None:
    job = Job(
        (Item("a\n😀", "de"), Item("")), target="es", min_score=0.5, asserted=True
    )
    assert Job.from_bytes(job.to_bytes()) == job


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    gate = threading.Event()
    yield gate
    gate.set()


def test_who_waits_too_long_is_told_so(gate: threading.Event) -> None:
    backend = SlowBackend(gate.wait)
    limits = Limits(seconds=0.4, waiting=2)
    with client_of(backend, limits) as client:
        running = client.post("/api/extract", json={"text": "a"})
        assert running.status_code == 504
        waiting = client.post("/api/extract", json={"text": "b"})
        assert waiting.status_code == 503
        assert int(waiting.headers["retry-after"]) > 0
        batch = client.post("/api/batch", json={"texts": ["c", "d"]}).json()
        assert [one["error"]["reason"] for one in batch["results"]] == ["busy"] * 2
        gate.set()
        assert client.post("/api/extract", json={"text": "e"}).status_code == 200
    # What nobody waited for any more was not begun.
    assert [job.items[0].text for job in backend.jobs] == ["a", "e"]
    assert backend.is_closed


def test_a_queue_that_is_full_refuses_at_once(gate: threading.Event) -> None:
    backend = SlowBackend(gate.wait)
    replies: List[int] = []
    with client_of(backend, Limits(seconds=60.0, waiting=1)) as client:

        def ask() -> None:
            reply = client.post("/api/extract", json={"text": "a"})
            replies.append(reply.status_code)

        first = threading.Thread(target=ask)
        first.start()
        while not backend.jobs:
            gate.wait(0.01)
        second = client.post("/api/extract", json={"text": "b"})
        assert second.status_code == 503
        assert client.get("/health").json()["open_jobs"] == 1
        gate.set()
        first.join()
    assert replies == [200]


@pytest.mark.parametrize("name", Limits().__dict__)
def test_limits_are_above_zero(name: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Limits(**{name: 0})


def test_config_of_a_translator(tmp_path: Any, engine: Engine) -> None:
    path = tmp_path / "translator.cfg"
    path.write_text(
        "[translator]\n"
        '@misc = "spacy-xoie.PrecomputedTranslator.v1"\n'
        f'translations = {{"{MUSEUM}": "El museo compró tres pinturas ."}}\n'
        '[projection]\ntargets = ["es"]\n',
        "utf8",
    )
    engines = read_engines(path, ["en", "de"])
    assert (engines.targets, engines.pairs) == (("es",), None)
    text = path.read_text("utf8")
    for broken, words in (
        (text.replace("[translator]", "[translate]"), r"\[translator\]"),
        (text + "colour = 1\n", "colour"),
        (text.replace('["es"]', '"es"'), "list"),
        (text + 'mode = "guess"\n', "guess"),
        (text.replace("Precomputed", "Nobody"), "NobodyTranslator"),
        ("[translator", "translator.cfg"),
    ):
        path.write_text(broken, "utf8")
        with pytest.raises(ConfigError, match=words):
            read_engines(path, ["en", "de"])


def test_nlp_is_left_as_it_was(trained: Language) -> None:
    names = trained.pipe_names
    Engine(trained).answer(Job((Item(MUSEUM),)))
    assert trained.pipe_names == names
