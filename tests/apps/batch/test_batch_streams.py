"""Over a stream whose words are all new, nothing stays: neither words nor ids."""

from typing import Any, Callable, Dict, Iterator, List

import pytest
import spacy
from conftest import TINY_MODEL, TOKENIZER
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie import get_triples
from spacy_xoie.apps.batch.engines import LocalEngine, ProcessEngine, batches, extract
from spacy_xoie.apps.batch.projecting import ProjectingEngine, account_of
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.apps.knowledge.filling import add_texts
from spacy_xoie.apps.knowledge.store import TripleStore
from spacy_xoie.doc.blank import blank_pipeline, multilingual_pipeline
from spacy_xoie.doc.record import record_of
from spacy_xoie.language import zones
from spacy_xoie.language.zones import Zone

N_TEXTS = 80
ROOM = 150
"""Strings that there may be more at the end than at the beginning; each text brings at
least five."""


def stream() -> Iterator[Text]:
    for number in range(N_TEXTS):
        text = f"The museum bought Xyz{number}qu Abc{number}de in Qrst{number} ."
        yield Text(f"t{number}", text, "en")


class Loader:
    """Makes a pipeline whose docs tell how many strings its vocabulary has."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.nlp: Any = None

    def __call__(self) -> Language:
        if self.nlp is None:
            nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
            nlp.add_pipe("xoie_lang")
            nlp.add_pipe("xoie", config={"model": TINY_MODEL})
            self.nlp = nlp.from_bytes(self.data)
            make_doc = nlp.make_doc

            def telling(text: str) -> Doc:
                doc = make_doc(text)
                doc.user_data["strings"] = len(nlp.vocab.strings)
                return doc

            nlp.make_doc = telling  # type: ignore[method-assign]
        nlp = self.nlp
        assert isinstance(nlp, Language)
        return nlp


@pytest.fixture
def small_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "ZONE", 300)


def without_zones(nlp: Language) -> List[Dict[str, Any]]:
    records = []
    for batch in batches(stream(), 4):
        for text, doc, error in extract(nlp, batch):
            assert doc is not None, error
            records.append({"id": text.name, **record_of(doc)})
    return records


@pytest.mark.parametrize(
    "make", [lambda load: LocalEngine(load, 4), lambda load: ProcessEngine(load, 4, 2)]
)
def test_words_of_a_stream_do_not_stay(
    make: Callable[[Loader], Any],
    trained_bytes: bytes,
    small_zones: None,
) -> None:
    load = Loader(trained_bytes)
    before = len(load().vocab.strings)
    numbers: List[int] = []
    records = []
    for text, doc, error in make(load)(stream()):
        assert doc is not None, error
        numbers.append(doc.user_data["strings"])
        records.append({"id": text.name, **record_of(doc)})
    assert max(numbers) < before + ROOM
    assert len(load().vocab.strings) == before
    assert not load().vocab.in_memory_zone
    # The same is found without, but everything stays.
    assert records == without_zones(load())
    assert sum(len(record["triples"]) for record in records) >= N_TEXTS / 2
    assert len(load().vocab.strings) > before + 2 * ROOM


def test_translations_do_not_stay_either(
    trained_bytes: bytes, small_zones: None, tmp_path: Any
) -> None:
    pairs = [f"{t.text}\t{t.text.replace('bought', 'comprou')}" for t in stream()]
    table = tmp_path / "t.tsv"
    table.write_text("\n".join(pairs) + "\n", "utf8")
    translator = {
        "@misc": "spacy-xoie.PrecomputedTranslator.v1",
        "path": str(table),
    }
    settings = {"translator": translator, "target": "pt"}
    projector: Any = multilingual_pipeline().add_pipe("xoie_projector", config=settings)
    load = Loader(trained_bytes)
    vocabs = [load().vocab, blank_pipeline("pt").vocab]
    before = [len(vocab.strings) for vocab in vocabs]
    carried = 0
    for text, doc, error in ProjectingEngine(load, projector, 4)(stream()):
        assert doc is not None, error
        account = account_of(doc, text.name, "pt")
        assert text.name.removeprefix("t") in account["text"]
        carried += len(account["triples"])
    assert carried
    assert [len(vocab.strings) for vocab in vocabs] == before


def test_filling_a_store_leaves_no_words(trained: Language, small_zones: None) -> None:
    texts = list(stream())
    engine = LocalEngine(lambda: trained, 4)
    with TripleStore() as store:
        add_texts(store, engine, texts[:1], model="m")
    before = len(trained.vocab.strings)
    with TripleStore() as store:
        written = add_texts(store, engine, texts, model="m").written
    assert written.documents == N_TEXTS and not written.faults
    assert len(trained.vocab.strings) == before


def test_docs_are_whole_within_a_zone(trained: Language) -> None:
    """They can be stored there, and read elsewhere when the zone has ended."""
    texts = [text.text for text in stream()][:10]
    plain = [[str(t) for t in get_triples(doc)] for doc in trained.pipe(texts)]
    stored = []
    with trained.memory_zone():
        for doc in trained.pipe(texts):
            stored.append(doc.to_bytes())
    other = multilingual_pipeline().vocab
    docs = [Doc(other).from_bytes(data) for data in stored]
    assert [[str(t) for t in get_triples(doc)] for doc in docs] == plain
    assert {doc._.language for doc in docs} == {"en"}
    # And the pipeline goes on as if there had been none.
    again = [[str(t) for t in get_triples(doc)] for doc in trained.pipe(texts)]
    assert again == plain


def test_a_zone_within_one_stays_in_it(blank: Language) -> None:
    before = len(blank.vocab.strings)
    with blank.memory_zone():
        doc = blank.make_doc("Quux")
        with Zone(blank, blank, chars=1) as zone:
            zone.renew(5)
            zone.renew(5)
            blank.make_doc("Xyzzy")
        assert doc.text == "Quux" and blank.vocab.in_memory_zone
    assert len(blank.vocab.strings) == before
    with pytest.raises(RuntimeError, match="is left"), Zone(blank):
        raise RuntimeError("is left")
    assert not blank.vocab.in_memory_zone


def test_long_docs_are_few_at_a_time(trained: Language) -> None:
    """Batches of spaCy's count docs, however long they are."""
    pipe: Any = trained.get_pipe("xoie")
    pipe.batch_tokens = 16
    begun: List[int] = []

    def docs() -> Iterator[Doc]:
        for number in range(30):
            begun.append(number)
            yield trained.make_doc("The museum bought three paintings . " * 4)

    found = pipe.pipe(docs(), batch_size=1000)
    assert len(get_triples(next(found))) == 4
    assert len(begun) <= 4
    assert len(list(found)) == 29
