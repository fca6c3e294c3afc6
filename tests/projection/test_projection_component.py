"""The component `xoie_projector`."""

from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Sequence, Union

import pytest
import spacy
from projection_builders import with_triples
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry

from spacy_xoie.doc.languages import set_language
from spacy_xoie.doc.translations import Untranslated, doc_id
from spacy_xoie.errors import ConfigError, DataError, EngineError
from spacy_xoie.projection.component import Projector
from spacy_xoie.projection.translators.apertium import installed_pairs
from spacy_xoie.projection.ty import CharLink, Translation

PRECOMPUTED = "spacy-xoie.PrecomputedTranslator.v1"
SPANISH = {
    "Anna met Ben .": "Anna encontró a Ben .",
    "Clara left Rome .": "Clara dejó Roma .",
}
Answer = Union[Translation, Untranslated]


def english(*sentences: str) -> Doc:
    """Sentences "subject verb object ." with their triples."""
    triples = []
    for sentence in sentences:
        subject, verb, other, _ = sentence.split()
        triples.append((subject, verb, [other]))
    doc = with_triples("en", " ".join(sentences), triples)
    for n, token in enumerate(doc):
        token.is_sent_start = n % 4 == 0
    return doc


def projector(target: str = "es", **config: Any) -> Language:
    nlp = spacy.blank("en")
    config.setdefault("translator", {"@misc": PRECOMPUTED, "translations": SPANISH})
    nlp.add_pipe("xoie_projector", config={"target": target, **config})
    return nlp


def translated(doc: Doc, language: str = "es") -> List[tuple[str, ...]]:
    return [triple.as_tuple() for triple in doc._.translations[language]._.triples]


class Engine:
    """A translator that writes each word backwards, and knows which became which."""

    def __init__(self, *, by_sentence: bool = True, links: bool = True) -> None:
        self.by_sentence = by_sentence
        self.links = links
        self.calls: List[List[str]] = []

    def __call__(self, texts: Sequence[str], source: str, target: str) -> List[Answer]:
        self.calls.append(list(texts))
        return [self.translate(text) for text in texts]

    def translate(self, text: str) -> Answer:
        if "crash" in text:
            raise EngineError("The engine has crashed.")
        if "unknown" in text:
            return Untranslated("word not known", text)
        links, place = [], 0
        for word in text.split(" "):
            links.append(CharLink(place, place + len(word), place, place + len(word)))
            place += len(word) + 1
        text = " ".join(word[::-1] for word in text.split(" "))
        return Translation(text, tuple(links) if self.links else None)


@pytest.fixture
def make() -> Iterator[Any]:
    def make_with(engine: Any, **config: Any) -> Projector:
        aligner = registry.misc.get("spacy-xoie.LexicalAligner.v1")()
        intrinsic = registry.misc.get("spacy-xoie.IntrinsicAligner.v1")(aligner)
        settings = {"target": "es", "aligner": intrinsic, **config}
        return Projector("projector", translator=engine, **settings)

    yield make_with


class TestPrecomputed:
    def test_the_form_of_the_config(self) -> None:
        doc = projector()(english("Anna met Ben ."))
        translation = doc._.translations["es"]
        assert translation.text == "Anna encontró a Ben ."
        assert translation.lang_ == translation._.language == "es"
        assert translated(doc) == [("Anna", "encontró", "Ben")]
        assert translation._.triples[0].origin == "xoie_projector"
        provenance = translation._.projection
        assert provenance.source == doc_id(doc)
        assert provenance.language == "en"
        origin = provenance.origins[translation._.triples[0].id]
        assert origin.source == doc._.triples[0].id
        assert [t.as_tuple() for t in doc._.triples] == [("Anna", "met", "Ben")]

    def test_whole_texts_go_before_sentences(self) -> None:
        both = "Anna met Ben . Clara left Rome ."
        doc = projector()(english(*SPANISH))
        assert doc.text == both
        assert doc._.translations["es"].text == " ".join(SPANISH.values())
        assert translated(doc) == [
            ("Anna", "encontró", "Ben"),
            ("Clara", "dejó", "Roma"),
        ]
        table = {**SPANISH, both: "Anna vio a Ben . Clara dejó Roma ."}
        nlp = projector(translator={"@misc": PRECOMPUTED, "translations": table})
        assert translated(nlp(english(*SPANISH)))[0] == ("Anna", "vio", "Ben")

    def test_untranslated(self) -> None:
        nlp = projector()
        doc = nlp(english("Anna met Ben .", "Emma saw Max ."))
        assert dict(doc._.translations) == {}
        why = doc._.untranslated["es"]
        assert why.reason == "no translation given"
        assert "Emma saw Max ." in why.detail

    def test_blank_sentences_are_not_asked_for(self) -> None:
        doc = Doc(
            spacy.blank("en").vocab,
            words=["Anna met Ben .", "\n\n", "Clara left Rome .", "\n"],
            spaces=[False] * 4,
            sent_starts=[True] * 4,
        )
        doc = projector()(doc)
        assert doc._.translations["es"].text == " ".join(SPANISH.values())

    @pytest.mark.parametrize("words", [[], [" "], ["\n", " "]])
    @pytest.mark.parametrize("by_sentence", [False, True])
    def test_empty_docs(self, words: List[str], by_sentence: bool, make: Any) -> None:
        engine = Engine(by_sentence=by_sentence)
        doc = make(engine)(Doc(spacy.blank("en").vocab, words=words))
        assert doc._.untranslated["es"].reason == "the text is empty"
        assert engine.calls == []

    def test_translation_without_words(self) -> None:
        table = {"Anna met Ben .": " "}
        nlp = projector(translator={"@misc": PRECOMPUTED, "translations": table})
        doc = nlp(english("Anna met Ben ."))
        assert doc._.untranslated["es"].reason == "empty translation"


class TestWhichDocs:
    def test_docs_in_the_target_language_are_left_alone(self, make: Any) -> None:
        engine = Engine()
        doc = with_triples("es", "Anna duerme .", [("Anna", "duerme", [])])
        doc = make(engine)(doc)
        assert engine.calls == []
        assert not doc._.translations and not doc._.untranslated

    def test_overwrite(self, make: Any) -> None:
        first, second = Engine(), Engine()
        doc = make(first)(english("Anna met Ben ."))
        make(second, overwrite=False)(doc)
        assert second.calls == []
        make(second)(doc)
        assert second.calls == [["Anna met Ben ."]]

    def test_what_failed_is_tried_again(self, make: Any) -> None:
        doc = make(Engine())(english("Anna met unknown ."))
        assert doc._.untranslated["es"].reason == "word not known"
        nlp = projector(
            overwrite=False,
            translator={
                "@misc": PRECOMPUTED,
                "translations": {"Anna met unknown .": "Anna encontró ."},
            },
        )
        assert nlp(doc)._.untranslated == {}
        assert "es" in doc._.translations

    def test_source_language(self, make: Any) -> None:
        asked = []

        class Spy(Engine):
            def __call__(self, texts: Any, source: str, target: str) -> Any:
                asked.append((source, target))
                return super().__call__(texts, source, target)

        doc = english("Anna met Ben .")
        make(Spy())(doc)
        set_language(doc, "de")
        make(Spy())(doc)
        make(Spy(), source="fr", target="gl")(doc)
        assert asked == [("en", "es"), ("de", "es"), ("fr", "gl")]

    def test_unknown_language_costs_one_doc(self, make: Any) -> None:
        class Strict(Engine):
            def __call__(self, texts: Any, source: str, target: str) -> Any:
                if source != "en":
                    raise EngineError(f"No {source}-{target}.")
                return super().__call__(texts, source, target)

        unknown = Doc(spacy.blank("xx").vocab, words=["42"])
        set_language(unknown, "und")
        good = english("Anna met Ben .")
        list(make(Strict()).pipe([unknown, good]))
        assert unknown._.untranslated["es"] == Untranslated(
            "unknown language", "No und-es."
        )
        assert "es" in good._.translations
        german = with_triples("de", "Anna schläft", [])
        with pytest.raises(EngineError, match="No de-es"):
            make(Strict())(german)


class TestStreams:
    def test_same_as_one_by_one(self) -> None:
        nlp = projector()
        docs = [english(text) for text in SPANISH] * 3 + [english(*SPANISH)]
        docs.insert(2, english("Emma saw Max ."))
        alone = [nlp(doc.copy()).to_bytes() for doc in docs]
        for size in (1, 2, 100):
            found = nlp.pipe([doc.copy() for doc in docs], batch_size=size)
            assert [doc.to_bytes() for doc in found] == alone

    def test_processes(self) -> None:
        nlp = projector()
        docs = [english(text) for text in SPANISH] * 4
        alone = [translated(nlp(doc.copy())) for doc in docs]
        found = list(nlp.pipe(docs, n_process=2, batch_size=2))
        assert [translated(doc) for doc in found] == alone
        assert found[0]._.translations["es"]._.projection.source == doc_id(docs[0])

    def test_an_error_costs_one_doc(self, make: Any) -> None:
        pipe = make(Engine())
        failed: List[str] = []
        pipe.set_error_handler(
            lambda name, proc, docs, error: failed.extend(doc.text for doc in docs)
        )
        texts = ["Anna met Ben .", "Anna met crash .", "Clara left Rome ."]
        kept = list(pipe.pipe(english(text) for text in texts))
        assert [doc.text for doc in kept] == [texts[0], texts[2]]
        assert failed == [texts[1]]
        assert all("es" in doc._.translations for doc in kept)

    def test_by_default_it_is_raised(self, make: Any) -> None:
        with pytest.raises(EngineError, match="crashed"):
            list(make(Engine()).pipe([english("Anna met crash .")]))
        with pytest.raises(EngineError, match="crashed"):
            make(Engine())(english("Anna met crash ."))

    def test_too_few_translations(self, make: Any) -> None:
        class Lazy(Engine):
            def __call__(self, texts: Any, source: str, target: str) -> Any:
                return super().__call__(texts, source, target)[1:]

        for by_sentence in (True, False):
            with pytest.raises(EngineError, match="gave 0 translations of 1 texts"):
                make(Lazy(by_sentence=by_sentence))(english("Anna met Ben ."))

    def test_broken_triples(self, make: Any) -> None:
        doc = english("Anna met Ben .")
        doc.spans["xoie"] = [doc[0:1]]
        with pytest.raises(DataError):
            make(Engine())(doc)


class TestEngines:
    @pytest.mark.parametrize("by_sentence", [False, True])
    @pytest.mark.parametrize("links", [False, True])
    def test_links_of_the_engine(
        self, by_sentence: bool, links: bool, make: Any
    ) -> None:
        engine = Engine(by_sentence=by_sentence, links=links)
        doc = make(engine)(english("Anna met Ben .", "Clara left Rome ."))
        assert len(engine.calls[0]) == (2 if by_sentence else 1)
        assert doc._.translations["es"].text == "annA tem neB . aralC tfel emoR ."
        if links:
            assert translated(doc) == [
                ("annA", "tem", "neB"),
                ("aralC", "tfel", "emoR"),
            ]
            alignment = doc._.translations["es"]._.projection.alignment
            assert alignment.links == tuple((i, i) for i in range(8))

    def test_one_missing_sentence_is_said(self, make: Any) -> None:
        doc = make(Engine())(english("Anna met Ben .", "Anna met unknown ."))
        assert doc._.untranslated["es"] == Untranslated(
            "word not known", "Anna met unknown ."
        )

    def test_chinese_sentences_have_no_space_between(self, make: Any) -> None:
        table = {
            "Anna met Ben .": "安娜遇见了本。",
            "Clara left Rome .": "克拉拉离开了罗马。",
        }
        nlp = projector("zh", translator={"@misc": PRECOMPUTED, "translations": table})
        doc = nlp(english(*SPANISH))
        assert doc._.translations["zh"].text == "".join(table.values())

    def test_mode_and_refusals(self, make: Any) -> None:
        table = {"He met Ben .": "Encontró Ben .", "Anna met Ben .": "Anna Ben ."}
        config = {"translator": {"@misc": PRECOMPUTED, "translations": table}}
        doc = projector(mode="precise", **config)(english("Anna met Ben ."))
        translation = doc._.translations["es"]
        provenance = translation._.projection
        assert not translation._.triples and len(provenance.refused) == 1
        assert provenance.refused[0].source == doc._.triples[0].id

    def test_apertium(self) -> None:
        if ("en", "es") not in installed_pairs():
            pytest.skip("Apertium has no en-es here: apt install apertium-eng-spa")
        nlp = projector(translator={"@misc": "spacy-xoie.ApertiumTranslator.v1"})
        doc = with_triples(
            "en",
            "The old man sold the house . The woman bought the books .",
            [
                ("The old man", "sold", ["the house"]),
                ("The woman", "bought", ["the books"]),
            ],
        )
        translation = nlp(doc)._.translations["es"]
        one, other = (triple.as_tuple() for triple in translation._.triples)
        assert one[1:] == ("vendió", "la casa") and "hombre" in one[0]
        assert other == ("La mujer", "compró", "los libros")


class TestPipelines:
    def test_bare(self) -> None:
        nlp = spacy.blank("de")
        nlp.add_pipe("xoie_projector")
        doc = nlp("Anna schläft.")
        assert doc._.untranslated["en"].reason == "no translation given"

    def test_several_targets(self, tmp_path: Path) -> None:
        nlp = projector()
        table = {"Anna met Ben .": "Anna traf Ben ."}
        nlp.add_pipe(
            "xoie_projector",
            name="german",
            config={
                "target": "de",
                "translator": {"@misc": PRECOMPUTED, "translations": table},
            },
        )
        nlp.to_disk(tmp_path / "pipeline")
        for pipeline in (nlp, spacy.load(tmp_path / "pipeline")):
            doc = pipeline(english("Anna met Ben ."))
            assert translated(doc) == [("Anna", "encontró", "Ben")]
            assert translated(doc, "de") == [("Anna", "traf", "Ben")]
            assert doc._.translations["de"]._.triples[0].origin == "german"
        again = spacy.blank("en").from_config(nlp.config).from_bytes(nlp.to_bytes())
        assert translated(again(english("Anna met Ben ."))) == translated(doc)

    @pytest.mark.parametrize(
        ("config", "message"),
        [
            ({"mode": "best"}, "mode is 'best'"),
            ({"target": ""}, "target is ''"),
            ({"target": "es", "source": "es"}, "target is 'es'"),
            ({"limits": {"length": 3.0}}, "limits is .*'length'"),
        ],
    )
    def test_bad_config(self, config: Dict[str, Any], message: str) -> None:
        with pytest.raises(ConfigError, match=message):
            spacy.blank("en").add_pipe("xoie_projector", config=config)

    def test_limits(self) -> None:
        limits: Dict[str, Optional[float]] = {"alignment": 1.1}
        strict = projector(mode="precise", limits=limits)(english("Anna met Ben ."))
        assert translated(strict) == []
        (refused,) = strict._.translations["es"]._.projection.refused
        assert refused.reason == "low alignment"

    def test_target_whose_tokenizer_is_not_there(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        import sys

        from spacy_xoie.doc.blank import blank_pipeline

        monkeypatch.setitem(sys.modules, "sudachipy", None)
        blank_pipeline.cache_clear()
        table = {"Anna met Ben .": "アンナはベンに会った。"}
        nlp = projector("ja", translator={"@misc": PRECOMPUTED, "translations": table})
        translation = nlp(english("Anna met Ben ."))._.translations["ja"]
        assert translation.text == table["Anna met Ben ."]
        assert translation._.language == "ja"
        blank_pipeline.cache_clear()

    def test_with_the_extractor(self, trained: Language) -> None:
        text = "The museum bought three paintings ."
        table = {text: "El museo compró tres pinturas ."}
        trained.add_pipe(
            "xoie_projector",
            config={
                "target": "es",
                "translator": {"@misc": PRECOMPUTED, "translations": table},
            },
        )
        doc = trained(text)
        assert doc._.triples
        assert translated(doc) == [("El museo", "compró", "tres pinturas")]
