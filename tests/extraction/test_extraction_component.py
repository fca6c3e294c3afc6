"""The component in a pipeline, as its users meet it."""

from typing import Any, Callable, Dict, Iterator, List

import pytest
import spacy
import torch
from conftest import SENTENCES, TINY_MODEL, TOKENIZER, make_example
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.errors import ConfigError, DataError, ModelDataError, NotReadyError

Facts = List[Any]


def facts(doc: Doc) -> Facts:
    return [(*t.as_tuple(), round(t.score or -1, 5), t.language) for t in doc._.triples]


def test_add_pipe_without_weights_says_what_to_do(blank: Language) -> None:
    blank.add_pipe("xoie", config={"model": TINY_MODEL})
    with pytest.raises(NotReadyError, match=r"spacy\.load.*spacy train"):
        blank("Anna met Ben.")


def test_learns_what_it_is_shown(trained: Language) -> None:
    for text, language, triples in SENTENCES:
        doc = trained(text)
        found = [
            (t.subject.text, t.relation.text, [str(o) for o in t.objects])
            for t in doc._.triples
        ]
        assert found == [(s, r.replace("|", " "), o) for s, r, o in triples]
        assert all(t.language == language for t in doc._.triples)
        assert all(t.adapter == language for t in doc._.triples)
        assert all(0.5 <= t.score <= 1.0 for t in doc._.triples)


def test_default_architectures_learn(blank: Language, examples: List[Example]) -> None:
    parts = ("TripleModel", "HashedEncoder", "LightHead")
    model, encoder, head = ({"@architectures": f"spacy-xoie.{p}.v1"} for p in parts)
    blank.add_pipe(
        "xoie", config={"model": {**model, "encoder": encoder, "head": head}}
    )
    optimizer = blank.initialize(lambda: examples)
    first: Dict[str, float] = {}
    blank.update(examples, sgd=optimizer, losses=first)
    for _ in range(15):
        last: Dict[str, float] = {}
        blank.update(examples, sgd=optimizer, losses=last)
    assert last["xoie"] < first["xoie"] / 2


@pytest.mark.parametrize("text", ["", " ", "\n\n", "!!!", "😀", "12 34", "\u200b"])
def test_texts_without_words(trained: Language, text: str) -> None:
    doc = trained(text)
    assert doc.text == text
    assert "xoie" in doc.spans
    for triple in doc._.triples:
        assert triple.relation.text.strip()


def test_batch_mates_change_nothing(trained: Language) -> None:
    texts = [text for text, _, _ in SENTENCES]
    texts += ["word " * 150, "", "Anna " * 40 + ".", "中文 und English"]
    alone = [trained(text) for text in texts]
    for batch_size in (1, 3, 100):
        together = list(trained.pipe(texts, batch_size=batch_size))
        for a, b in zip(alone, together):
            assert [t.as_tuple() for t in a._.triples] == [
                t.as_tuple() for t in b._.triples
            ]
            for s, t in zip(a._.triples, b._.triples):
                assert s.score == pytest.approx(t.score, abs=1e-5)


def test_token_batches_change_nothing(trained: Language) -> None:
    texts = [text for text, _, _ in SENTENCES] * 3
    before = [facts(doc) for doc in trained.pipe(texts)]
    trained.get_pipe("xoie").batch_tokens = 10
    after = [facts(doc) for doc in trained.pipe(texts)]
    assert [[f[:-2] for f in doc] for doc in before] == [
        [f[:-2] for f in doc] for doc in after
    ]


@pytest.fixture
def two_threads() -> Iterator[None]:
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


def test_two_processes(trained: Language, two_threads: None) -> None:
    """Torch's threads do not survive a fork; a worker that waits for them hangs."""
    texts = [text for text, _, _ in SENTENCES] * 4
    expected = [facts(doc) for doc in trained.pipe(texts)]
    docs = list(trained.pipe(texts, n_process=2, batch_size=4))
    assert [facts(doc) for doc in docs] == expected
    assert [doc._.language for doc in docs] == [trained(t)._.language for t in texts]


def test_pipe_is_lazy(trained: Language) -> None:
    asked = []

    def texts() -> Any:
        for number in range(1000):
            asked.append(number)
            yield f"Anna met Ben number {number} ."

    stream = trained.pipe(texts(), batch_size=10)
    next(stream)
    # Two components buffer a batch each.
    assert len(asked) <= 40


def test_as_tuples_and_select_pipes(trained: Language) -> None:
    rows = [(SENTENCES[0][0], 7), (SENTENCES[3][0], 8)]
    out = list(trained.pipe(rows, as_tuples=True))
    assert [context for _, context in out] == [7, 8]
    assert all(doc._.triples for doc, _ in out)
    with trained.select_pipes(disable=["xoie"]):
        assert not trained(SENTENCES[0][0])._.triples
    assert trained(SENTENCES[0][0])._.triples


def test_analyze_pipes(trained: Language) -> None:
    analysis = trained.analyze_pipes()
    assert "doc._.triples" in analysis["summary"]["xoie"]["assigns"]
    assert not any(analysis["problems"]["xoie"])


def test_docbin_with_a_fresh_vocabulary(trained: Language) -> None:
    docs = [trained(text) for text, _, _ in SENTENCES]
    data = DocBin(docs=docs).to_bytes()
    back = list(DocBin().from_bytes(data).get_docs(spacy.blank("de").vocab))
    assert [facts(doc) for doc in back] == [facts(doc) for doc in docs]


def test_overwrite(trained: Language) -> None:
    pipe = trained.get_pipe("xoie")
    doc = trained.make_doc(SENTENCES[0][0])
    mine = TokenTriple(((4, 5),), ((1, 2),), (((0, 1),),))
    set_triples(doc, [mine])
    pipe.overwrite = False
    assert pipe(doc)._.triples[0].subject.text == "Ben"
    pipe.overwrite = True
    assert pipe(doc)._.triples[0].subject.text == "Anna"


def test_threshold_and_max_triples(trained: Language) -> None:
    pipe = trained.get_pipe("xoie")
    text = "Anna has met Ben in Rome and Anna has met Ben in Rome ."
    pipe.threshold = 0.0
    many = trained(text)._.triples
    assert len(many) > 1
    pipe.max_triples = 1
    assert [t.score for t in trained(text)._.triples] == [max(t.score for t in many)]
    pipe.threshold = 1.0
    assert trained(text)._.triples == ()


def test_span_key(make_pipeline: Callable[..., Language]) -> None:
    nlp = spacy.blank("xx")
    nlp.add_pipe("xoie", config={"model": TINY_MODEL, "span_key": "facts"})
    data = []
    for text, language, triples in SENTENCES:
        example = make_example(nlp, text, language, triples)
        example.reference.spans["facts"] = example.reference.spans.pop("xoie")
        data.append(example)
    nlp.initialize(lambda: data)
    doc = nlp(SENTENCES[0][0])
    assert "facts" in doc.spans and "xoie" not in doc.spans


def test_language_comes_from_doc_when_nobody_detected_it(trained: Language) -> None:
    trained.remove_pipe("xoie_lang")
    doc = Doc(
        spacy.blank("de").vocab,
        words=["Der", "Rat", "lehnte", "den", "Plan", "ab", "."],
    )
    triple = trained.get_pipe("xoie")(doc)._.triples[0]
    assert (triple.language, triple.adapter) == ("de", "de")
    doc = trained("Der Rat lehnte den Plan ab .")
    assert {t.adapter for t in doc._.triples} <= {"mixture"}


def test_language_of_each_sentence_routes(trained: Language) -> None:
    text = f"{SENTENCES[1][0]} {SENTENCES[3][0]}"
    languages = [t.adapter for t in trained(text)._.triples]
    assert languages == ["en", "de"]


def test_language_without_adapter_falls_back_and_says_so(trained: Language) -> None:
    doc = trained.make_doc(SENTENCES[0][0])
    doc._.language = "fi"
    with pytest.warns(UserWarning, match="no adapter for the language 'fi'.*en, de"):
        trained.get_pipe("xoie")(doc)
    assert all(t.language == "fi" for t in doc._.triples)
    assert all(t.adapter == "mixture" for t in doc._.triples)


def test_a_language_that_is_only_likeliest_gives_way_to_one_with_an_adapter(
    trained: Language, recwarn: pytest.WarningsRecorder
) -> None:
    doc = trained.make_doc(SENTENCES[0][0])
    doc._.language_scores = {"fi": 0.45, "sv": 0.4, "en": 0.1, "de": 0.05}
    triple, *_ = trained.get_pipe("xoie")(doc)._.triples
    assert (triple.language, triple.adapter) == ("en", "mixture")
    assert not recwarn.list


def test_a_refused_sentence_is_not_read_as_the_rest_of_its_doc(
    trained: Language,
) -> None:
    polish = "Moja siostra mieszka w małym mieście nad morzem."
    doc = trained(f"{SENTENCES[1][0]} {polish}")
    pipe: Any = trained.get_pipe("xoie")
    sentences = [*doc.spans["xoie_lang"]]
    assert [span.label_ for span in sentences] == ["en", "und"]
    assert pipe._scores(sentences[1]) == {}
    assert "en" in pipe._scores(sentences[0])


def test_a_bad_doc_does_not_harm_the_others(trained: Language) -> None:
    pipe = trained.get_pipe("xoie")
    texts = [text for text, _, _ in SENTENCES]
    docs = [trained.make_doc(text) for text in texts]
    docs[1].spans["xoie_lang"] = []  # fine
    bad = docs[2]
    predict = pipe.predict

    def failing(batch: Any) -> Any:
        batch = list(batch)
        if any(doc is bad for doc in batch):
            raise RuntimeError("boom")
        return predict(batch)

    pipe.predict = failing
    reported = []
    pipe.set_error_handler(lambda name, proc, failed, error: reported.extend(failed))
    out = list(pipe.pipe(docs, batch_size=6))
    assert reported == [bad]
    assert [doc.text for doc in out] == [t for t in texts if t != bad.text]
    assert all("xoie" in doc.spans for doc in out)
    with pytest.raises(RuntimeError, match="boom"):
        pipe.set_error_handler(spacy.util.raise_error)
        list(pipe.pipe(docs, batch_size=6))


class TestSerialisation:
    def test_bytes(self, trained: Language, trained_bytes: bytes) -> None:
        texts = [text for text, _, _ in SENTENCES]
        again = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
        again.add_pipe("xoie_lang")
        again.add_pipe("xoie", config={"model": TINY_MODEL})
        again.from_bytes(trained.to_bytes())
        assert [facts(d) for d in again.pipe(texts)] == [
            facts(d) for d in trained.pipe(texts)
        ]
        assert again.get_pipe("xoie").to_bytes() == trained.get_pipe("xoie").to_bytes()

    def test_disk_without_network(
        self, trained: Language, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import socket

        trained.to_disk(tmp_path / "model")

        def closed(*args: Any, **kwargs: Any) -> None:
            raise OSError("the network is off")

        monkeypatch.setattr(socket.socket, "connect", closed)
        again = spacy.load(tmp_path / "model")
        texts = [text for text, _, _ in SENTENCES]
        assert [facts(d) for d in again.pipe(texts)] == [
            facts(d) for d in trained.pipe(texts)
        ]
        assert again.get_pipe("xoie").network.routed

    def test_source_and_copy(self, trained: Language) -> None:
        text = SENTENCES[0][0]
        other = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
        other.add_pipe("xoie_lang", source=trained)
        other.add_pipe("xoie", source=trained)
        assert facts(other(text)) == facts(trained(text))
        copied = trained.get_pipe("xoie").model.copy()
        pipe = trained.get_pipe("xoie")
        expected = facts(trained(text))
        with torch.no_grad():
            for parameter in pipe.network.parameters():
                parameter.zero_()
        assert facts(trained(text)) != expected
        pipe.model = copied
        assert facts(trained(text)) == expected

    def test_no_pickle_in_the_model_file(self, trained: Language) -> None:
        import pickletools

        data = trained.get_pipe("xoie").model.to_bytes()
        with pytest.raises(Exception):  # noqa: B017
            list(pickletools.genops(data))
        assert b"lora_A" in data

    def test_uninitialised_pipeline_is_saved_and_loaded(self, tmp_path: Any) -> None:
        nlp = spacy.blank("xx")
        nlp.add_pipe("xoie", config={"model": TINY_MODEL})
        nlp.to_disk(tmp_path)
        with pytest.raises(NotReadyError):
            spacy.load(tmp_path)("Anna met Ben.")

    @pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
    def test_model_file_cut_short(
        self, trained: Language, tmp_path: Any, share: float
    ) -> None:
        trained.to_disk(tmp_path)
        path = tmp_path / "xoie" / "model"
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)])
        with pytest.raises(ModelDataError, match="damaged"):
            spacy.load(tmp_path)

    def test_weights_of_another_config(self, trained: Language, tmp_path: Any) -> None:
        trained.to_disk(tmp_path)
        config = (tmp_path / "config.cfg").read_text(encoding="utf8")
        assert "rank = 2" in config
        (tmp_path / "config.cfg").write_text(
            config.replace("rank = 2", "rank = 4"), encoding="utf8"
        )
        with pytest.raises(ModelDataError, match=r"shape.*config"):
            spacy.load(tmp_path)


class TestBadSettings:
    @pytest.mark.parametrize(
        "config, message",
        [
            ({"threshold": 1.5}, "threshold is 1.5"),
            ({"max_triples": 0}, "max_triples is 0"),
            ({"batch_tokens": 0}, "batch_tokens is 0"),
            ({"max_length": 0}, "max_length is 0"),
        ],
    )
    def test_component(self, config: Dict[str, Any], message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            spacy.blank("xx").add_pipe("xoie", config=config)

    @pytest.mark.parametrize(
        "block, options, message",
        [
            ("bank", {"rank": 0}, "rank of the adapters is 0"),
            ("bank", {"languages": ["de", "de"]}, "named twice: de"),
            ("bank", {"languages": ["d e"]}, "'d e' cannot name"),
            ("bank", {"targets": ["("]}, r"'\(' is no regular expression"),
            ("encoder", {"hashes": 9}, "hashes is 9"),
            ("encoder", {"rows": [5]}, "4 attributes but 1 table"),
            ("router", {"fallback": "guess"}, "fallback is 'guess'"),
        ],
    )
    def test_model(self, block: str, options: Dict[str, Any], message: str) -> None:
        model = {**TINY_MODEL, block: {**TINY_MODEL[block], **options}}  # type: ignore
        with pytest.raises(ConfigError, match=message):
            spacy.blank("xx").add_pipe("xoie", config={"model": model})

    def test_unknown_option_is_named(self) -> None:
        from thinc.config import ConfigValidationError

        model = {**TINY_MODEL, "head": {**TINY_MODEL["head"], "widht": 3}}  # type: ignore
        with pytest.raises(ConfigValidationError, match="widht"):
            spacy.blank("xx").add_pipe("xoie", config={"model": model})

    def test_bank_without_router(self) -> None:
        with pytest.raises(ConfigError, match="no router"):
            spacy.blank("xx").add_pipe(
                "xoie", config={"model": {**TINY_MODEL, "router": None}}
            )

    def test_no_target_layer(self, blank: Language, examples: List[Example]) -> None:
        bank = {**TINY_MODEL["bank"], "targets": ["nowhere"]}  # type: ignore
        blank.add_pipe("xoie", config={"model": {**TINY_MODEL, "bank": bank}})
        with pytest.raises(ConfigError, match=r"nowhere.*mix"):
            blank.initialize(lambda: examples)

    def test_data_in_a_language_without_adapter(
        self, blank: Language, examples: List[Example]
    ) -> None:
        bank = {**TINY_MODEL["bank"], "languages": ["en"]}  # type: ignore
        blank.add_pipe("xoie", config={"model": {**TINY_MODEL, "bank": bank}})
        with pytest.raises(ConfigError, match="data is in de.*it has en"):
            blank.initialize(lambda: examples)

    def test_no_gold_data(self, blank: Language) -> None:
        blank.add_pipe("xoie", config={"model": TINY_MODEL})
        with pytest.raises(DataError, match="0 training docs"):
            blank.initialize(list)
        plain = [make_example(blank, "Anna met Ben.", "en", None)]
        with pytest.raises(DataError, match="1 training docs hold no triple"):
            blank.initialize(lambda: plain)

    def test_gold_span_outside_of_the_text(self, blank: Language) -> None:
        doc = blank("Anna met Ben.")
        with pytest.raises(DataError, match="tokens 2 to 9.*4 tokens"):
            set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 9),),))])


class TestLongTexts:
    def test_100_000_tokens(self, trained: Language) -> None:
        words = [word for text, _, _ in SENTENCES for word in text.split()]
        doc = Doc(trained.vocab, words=(words * (100_000 // len(words) + 1))[:100_000])
        doc = trained.get_pipe("xoie")(doc)
        short = trained(" ".join(words))
        # The same sentences over and over: as many triples each time.
        rounds = len(doc) // len(words)
        assert len(doc._.triples) >= rounds * len(short._.triples) * 0.9

    def test_600_predicates_in_one_sentence(self, trained: Language) -> None:
        pipe = trained.get_pipe("xoie")
        pipe.threshold = 0.0
        pipe.max_triples = 10_000
        text = "Anna met Ben and " * 600
        doc = trained(text)
        assert len(doc._.triples) > 100
        for triple in doc._.triples:
            for part in triple.parts:
                assert all(0 <= s.start < s.end <= len(doc) for s in part.spans)

    def test_nothing_is_cut_off_a_long_sentence(self, trained: Language) -> None:
        end = "and Anna has recently met Ben in Rome ."
        doc = trained("word , " * 300 + end)
        assert any(t.relation.text == "has met" for t in doc._.triples)


def test_update_ignores_docs_without_annotation(
    make_pipeline: Callable[..., Language],
) -> None:
    nlp = make_pipeline()
    pipe = nlp.get_pipe("xoie")
    plain = [make_example(nlp, "Anna met Ben .", "en", None)]
    before = pipe.model.to_bytes()
    losses = nlp.update(plain, sgd=nlp.create_optimizer())
    assert losses == {"xoie": 0.0}
    assert pipe.model.to_bytes() == before


def test_gold_on_other_tokens_is_aligned(blank: Language) -> None:
    from spacy_xoie.extraction.gold import aligned_triples

    example = make_example(blank, *SENTENCES[0])
    words = ["Anna", "has", "recently met", "Ben", "in", "Ro", "me", "."]
    spaces = [True] * 5 + [False, True, False]
    other = Example(Doc(blank.vocab, words=words, spaces=spaces), example.reference)
    (triple,) = aligned_triples(other, "xoie")
    assert triple.objects == (((3, 4),), ((4, 7),))
    assert triple.relation == ((1, 3),)


def test_training_mode_is_left_after_prediction(trained: Language) -> None:
    trained(SENTENCES[0][0])
    assert not trained.get_pipe("xoie").network.training
