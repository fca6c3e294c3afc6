"""Models that are ready for use, and training that starts from them."""

import shutil
from pathlib import Path
from typing import Any, Dict, List

import pytest
import spacy
import torch
from conftest import SENTENCES, TINY_MODEL, TOKENIZER, make_example
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import fix_random_seed
from thinc.api import Config

from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.extraction.pretrained import (
    CONFIG,
    DEFAULT_NAME,
    WEIGHTS,
    find_model,
    load_model,
    model_config,
    save_model,
)
from spacy_xoie.loading import load

TEXTS = {
    "en": "The chemist discovered a new element in Paris.",
    "de": "Der Chemiker hat das neue Element in Berlin entdeckt.",
    "es": "La científica descubrió el elemento en París.",
    "pt": "A cientista descobriu o elemento em Lisboa.",
    "fr": "La chimiste a découvert cet élément à Paris.",
    "zh": "居里夫人在巴黎发现了镭。",
    "ar": "اكتشفت العالمة عنصرا جديدا في باريس.",
}


@pytest.fixture
def folder(trained: Language, tmp_path: Path) -> Path:
    save_model(trained.get_pipe("xoie").model, Config({"model": TINY_MODEL}), tmp_path)
    return tmp_path


def pretrained(name: Any) -> Language:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    model = {"@architectures": "spacy-xoie.PretrainedModel.v1", "name": str(name)}
    nlp.add_pipe("xoie", config={"model": model})
    return nlp


class TestDefaultModel:
    @pytest.mark.parametrize("code", TEXTS)
    def test_add_pipe_and_go(self, code: str) -> None:
        nlp = spacy.blank(code)
        nlp.add_pipe("xoie")
        doc = nlp(TEXTS[code])
        assert doc._.triples, f"nothing found in {doc.text!r}"
        for triple in doc._.triples:
            assert 0 < triple.score <= 1
            assert triple.language == code

    def test_empty_docs(self) -> None:
        nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
        nlp.add_pipe("xoie")
        assert nlp("")._.triples == ()
        assert [doc._.triples for doc in nlp.pipe(["", ""])] == [(), ()]
        mixed = [doc._.triples for doc in nlp.pipe(["", TEXTS["en"], ""])]
        assert mixed[1] and not mixed[0] and not mixed[2]

    def test_one_pipeline_for_all(self) -> None:
        nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
        nlp.add_pipe("xoie_lang")
        nlp.add_pipe("xoie")
        found = [doc._.triples for doc in nlp.pipe(TEXTS.values())]
        assert [triples[0].language for triples in found] == list(TEXTS)

    def test_weights_are_read_when_they_are_needed(self) -> None:
        nlp = spacy.blank("en")
        pipe: Any = nlp.add_pipe("xoie")
        assert pipe.model.shim._model is None
        nlp(TEXTS["en"])
        assert pipe.model.shim._model is not None

    def test_initialize_keeps_the_weights(self) -> None:
        nlp = spacy.blank("en")
        nlp.add_pipe("xoie")
        before = [t.as_tuple() for t in nlp(TEXTS["en"])._.triples]
        nlp.initialize()
        assert [t.as_tuple() for t in nlp(TEXTS["en"])._.triples] == before

    def test_saved_pipeline_brings_its_weights(self, tmp_path: Path) -> None:
        nlp = spacy.blank("en")
        nlp.add_pipe("xoie")
        before = [(*t.as_tuple(), t.score) for t in nlp(TEXTS["en"])._.triples]
        nlp.to_disk(tmp_path)
        loaded = spacy.load(tmp_path)
        after = [(*t.as_tuple(), t.score) for t in loaded(TEXTS["en"])._.triples]
        assert after == before

    def test_fits_in_the_package(self) -> None:
        model = find_model(DEFAULT_NAME)
        assert sum(path.stat().st_size for path in model.iterdir()) <= 12e6

    def test_processes(self) -> None:
        nlp = spacy.blank("en")
        nlp.add_pipe("xoie")
        docs = list(nlp.pipe([TEXTS["en"]] * 4, n_process=2, batch_size=2))
        assert len({str(doc._.triples) for doc in docs}) == 1
        assert docs[0]._.triples


class TestStoredModel:
    def test_gives_nearly_the_same(self, trained: Language, folder: Path) -> None:
        nlp = pretrained(folder)
        for text, *_ in SENTENCES:
            found, wanted = (
                [(str(t.relation), str(t.subject)) for t in n(text)._.triples]
                for n in (nlp, trained)
            )
            assert found == wanted

    def test_is_smaller(self, trained: Language, folder: Path) -> None:
        whole = len(trained.get_pipe("xoie").model.to_bytes())
        assert (folder / WEIGHTS).stat().st_size < whole

    def test_config_is_spelt_out(self, folder: Path) -> None:
        name = {"@architectures": "spacy-xoie.PretrainedModel.v1", "name": str(folder)}
        assert model_config(name)["model"]["@architectures"] == (
            "spacy-xoie.TripleModel.v1"
        )
        assert model_config(TINY_MODEL) == {"model": TINY_MODEL}

    def test_name_that_does_not_exist(self) -> None:
        with pytest.raises(ConfigError, match="no pretrained model 'nowhere'"):
            pretrained("nowhere")

    def test_damaged_weights(self, folder: Path) -> None:
        data = (folder / WEIGHTS).read_bytes()
        (folder / WEIGHTS).write_bytes(data[: len(data) // 2])
        with pytest.raises(ModelDataError, match="damaged"):
            pretrained(folder)("Anna met Ben.")

    def test_copies_share_nothing(self, folder: Path) -> None:
        first = load_model(str(folder))
        second = first.copy()
        assert first.network is not second.network

    def test_moved_away_after_loading(self, folder: Path, tmp_path: Path) -> None:
        nlp = pretrained(folder)
        data = nlp.to_bytes()
        copy = pretrained(folder)
        shutil.rmtree(folder, ignore_errors=True)
        copy.from_bytes(data)
        assert copy(SENTENCES[0][0])._.triples


class TestStartingFrom:
    def start(self, folder: Path, model: Any) -> Language:
        nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
        nlp.add_pipe("xoie", config={"model": model})
        nlp.config["initialize"]["components"] = {"xoie": {"pretrained": str(folder)}}
        nlp.initialize(lambda: [make_example(nlp, *s) for s in SENTENCES])
        return nlp

    def test_same_architecture_takes_all(self, trained: Language, folder: Path) -> None:
        nlp = self.start(folder, TINY_MODEL)
        doc, wanted = nlp.make_doc(SENTENCES[0][0]), trained(SENTENCES[0][0])
        set_language = wanted._.language
        doc._.language = set_language
        assert [str(t) for t in nlp.get_pipe("xoie")(doc)._.triples] == [
            str(t) for t in wanted._.triples
        ]

    def test_other_head_takes_the_encoder(self, folder: Path) -> None:
        head = {"@architectures": "spacy-xoie.LightHead.v1", "width": 20}
        nlp = self.start(folder, {**TINY_MODEL, "head": head})
        own = nlp.get_pipe("xoie").model.network.state_dict()
        given = load_model(str(folder)).network.state_dict()
        for name, value in given.items():
            if name.startswith("encoder."):
                assert (own[name] == value).all()

    def test_a_bank_may_come_and_go(self, folder: Path, tmp_path: Path) -> None:
        bare = {**TINY_MODEL, "bank": None, "router": None}
        first = self.start(folder, bare).get_pipe("xoie").model
        save_model(first, Config({"model": bare}), tmp_path / "bare")
        second = self.start(tmp_path / "bare", TINY_MODEL).get_pipe("xoie").model
        trained = load_model(str(folder)).network.state_dict()
        with_bank, without = second.network.state_dict(), first.network.state_dict()
        wrapped = [name for name in trained if ".base." in name]
        assert wrapped
        for name in wrapped:
            assert (with_bank[name] == trained[name]).all()
            assert (without[name.replace(".base.", ".")] == trained[name]).all()

    def test_encoder_that_does_not_fit(self, folder: Path) -> None:
        encoder = {**TINY_MODEL["encoder"], "width": 12, "rows": [7] * 8}  # type: ignore
        encoder["rows"] = [7 for _ in encoder.get("attributes", range(8))]
        with pytest.raises(ConfigError, match="fit the encoder"):
            self.start(folder, {**TINY_MODEL, "encoder": encoder})

    def test_one_table_of_another_size(self, folder: Path) -> None:
        # What is left out in silence would be found out by bad scores only.
        encoder: Dict[str, Any] = dict(TINY_MODEL["encoder"])  # type: ignore
        encoder["rows"] = [501, *encoder["rows"][1:]]
        with pytest.raises(ConfigError, match=r"shape \(500, 32\), not \(501, 32\)"):
            self.start(folder, {**TINY_MODEL, "encoder": encoder})

    def test_mixed_precision(self, folder: Path, tmp_path: Path) -> None:
        model = {**TINY_MODEL, "mixed_precision": True}
        nlp = self.start(folder, model)
        pipe = nlp.get_pipe("xoie")
        before = {k: v.clone() for k, v in pipe.model.network.state_dict().items()}
        examples = [make_example(nlp, *s) for s in SENTENCES]
        losses = nlp.update(examples, sgd=nlp.create_optimizer())
        assert 0 < losses["xoie"] < 1000
        after = pipe.model.network.state_dict()
        assert all(value.dtype == torch.float32 for value in after.values())
        assert any((after[name] != value).any() for name, value in before.items())
        # How a model was trained is not what it is.
        save_model(pipe.model, Config({"model": model}), tmp_path / "saved")
        assert "mixed_precision" not in (tmp_path / "saved" / CONFIG).read_text()


def test_parser_learns_from_docs_with_trees(tmp_path: Path) -> None:
    from spacy.tokens import Doc

    fix_random_seed(0)
    arcs = {"@architectures": "spacy-xoie.ArcHead.v1", "dropout": 0.0}
    head = {**arcs, "width": 16, "label_width": 8}
    nlp = spacy.blank("en")
    nlp.add_pipe("xoie", config={"model": {**TINY_MODEL, "head": head}})
    words = ["Anna", "met", "Ben", "in", "Rome", "."]
    gold = Doc(
        nlp.vocab,
        words=words,
        heads=[1, 1, 1, 4, 1, 1],
        deps=["nsubj", "root", "obj", "case", "obl", "punct"],
        pos=["PROPN", "VERB", "PROPN", "ADP", "PROPN", "PUNCT"],
    )
    gold = next(iter(DocBin(docs=[gold]).get_docs(nlp.vocab)))
    examples: List[Example] = [Example(nlp.make_doc("Anna met Ben in Rome."), gold)]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.02
    for _ in range(150):
        nlp.update(examples, sgd=optimizer)
    found = [t.as_tuple() for t in nlp("Anna met Ben in Rome.")._.triples]
    assert found == [("Anna", "met", "Ben", "in Rome")]


def test_triples_know_their_sentence_where_none_is_annotated() -> None:
    nlp = load("xx_xoie_sm")
    doc = nlp("Anna met Ben in Rome. She bought the old house. Ben sold his car.")
    assert not doc.has_annotation("SENT_START")
    (back,) = DocBin(docs=[doc]).get_docs(nlp.vocab)
    for triples in (doc._.triples, back._.triples):
        assert [triple.sent.text for triple in triples] == [
            "Anna met Ben in Rome.",
            "She bought the old house.",
            "Ben sold his car.",
        ]


@Language.component("merges_first_words")
def merge_first_words(doc: Doc) -> Doc:
    with doc.retokenize() as retokenizer:
        retokenizer.merge(doc[:2])
    return doc


def test_docs_with_merged_tokens_are_stored() -> None:
    """The languages were told before the merge, the triples after it."""
    nlp = load("xx_xoie_sm")
    nlp.add_pipe("merges_first_words", before="xoie")
    doc = nlp("Anna Smith met Ben in Rome. She bought the old house.")
    assert doc[0].text == "Anna Smith"
    said = list(map(str, doc._.triples))
    assert len(said) == 2
    for again in (
        Doc(nlp.vocab).from_bytes(doc.to_bytes()),
        next(iter(DocBin(docs=[doc]).get_docs(nlp.vocab))),
        Doc(nlp.vocab).from_json(doc.to_json()),
        doc.copy(),
    ):
        assert list(map(str, again._.triples)) == said
        assert again._.language == "en"
