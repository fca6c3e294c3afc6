"""Adapters trained on a frozen base."""

from copy import deepcopy
from typing import Any, Callable, Dict, List

import pytest
import torch
from adapter_builders import SURE, TEXTS, UNSURE, answers, make_dutch
from conftest import SENTENCES, TINY_MODEL, make_example
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import fix_random_seed

from spacy_xoie.errors import ConfigError, DataError
from spacy_xoie.training.adapter import (
    SCHEDULE_OF_FEW,
    AdapterTraining,
    Epoch,
    docs_in_language,
    train_adapter,
    useful_docs,
)
from spacy_xoie.training.dev_scores import dev_scores
from spacy_xoie.training.folds import folds_of

ARC_HEAD = {
    "@architectures": "spacy-xoie.ArcHead.v1",
    "width": 16,
    "label_width": 8,
    "dropout": 0.0,
}


@pytest.fixture
def dutch(blank: Language) -> List[Doc]:
    return make_dutch(blank)


class TestTraining:
    def test_learns_and_leaves_the_rest_alone(
        self, trained: Language, dutch: List[Doc]
    ) -> None:
        pipe: Any = trained.get_pipe("xoie")
        before = answers(trained, TEXTS, [*SURE, *UNSURE])
        weights = deepcopy(pipe.network.state_dict())
        epochs: List[Epoch] = []
        settings = AdapterTraining(epochs=12, learn_rate=0.02, max_tokens=100, few=0)
        notes = train_adapter(
            pipe, "nl", dutch, settings=settings, on_epoch=epochs.append
        )
        assert notes["after"]["triple_f"] > notes["before"]["triple_f"] + 0.3
        assert notes["after"]["triple_f"] == round(max(e.score for e in epochs), 4)
        assert (notes["docs"], notes["dev_docs"]) == (20, 10)
        assert pipe.adapters[-1].notes == notes
        assert answers(trained, TEXTS, [*SURE, *UNSURE]) == before
        after = pipe.network.state_dict()
        assert all(torch.equal(after[name], value) for name, value in weights.items())
        assert all(p.grad is None for p in pipe.network.parameters())
        # What else is trained afterwards can still learn.
        assert all(p.requires_grad for n, p in pipe.network.named_parameters())

    @pytest.mark.parametrize("few", [0, 100])
    def test_the_same_seed_gives_the_same(
        self, few: int, trained_bytes: bytes, trained: Language, dutch: List[Doc]
    ) -> None:
        settings = AdapterTraining(epochs=3, patience=1, seed=3, few=few, folds=2)
        states = []
        for round_ in range(2):
            torch.manual_seed(round_)
            pipe: Any = trained.from_bytes(trained_bytes).get_pipe("xoie")
            train_adapter(pipe, "nl", dutch, settings=settings)
            states.append(deepcopy(pipe.network.state_dict()))
        assert all(torch.equal(states[1][k], v) for k, v in states[0].items())

    def test_start_and_no_gain(self, trained: Language, dutch: List[Doc]) -> None:
        pipe: Any = trained.get_pipe("xoie")
        settings = AdapterTraining(epochs=3, patience=1, learn_rate=1e-9)
        notes = train_adapter(
            pipe, "nl", dutch, dev=dutch[:5], start={"de": 1.0}, settings=settings
        )
        assert (notes["epochs"], notes["start"]) == (0, {"de": 1.0})
        for _, layer in pipe.network.bank.layers:
            for weights in (layer.lora_A, layer.lora_B):
                assert torch.equal(weights["nl"], weights["de"])

    def test_trees_for_a_head_that_predicts_trees(
        self, make_pipeline: Callable[..., Language], blank: Language, dutch: List[Doc]
    ) -> None:
        fix_random_seed(0)
        nlp = make_pipeline({**TINY_MODEL, "head": ARC_HEAD})
        pipe: Any = nlp.get_pipe("xoie")
        with pytest.raises(
            DataError, match="None of the 30 docs.*30 have triples.*con"
        ):
            train_adapter(pipe, "nl", dutch)
        assert pipe.languages == ("en", "de")
        trees = [
            Doc(
                blank.vocab,
                words=[token.text for token in doc],
                heads=[1, 5, 5, 4, 5, 5, 5],
                deps=["det", "nsubj", "aux", "det", "obj", "ROOT", "punct"],
                pos=["DET", "NOUN", "AUX", "DET", "NOUN", "VERB", "PUNCT"],
            )
            for doc in dutch
        ]
        settings = AdapterTraining(epochs=12, learn_rate=0.02, max_tokens=100, few=0)
        notes = train_adapter(pipe, "nl", trees, settings=settings)
        assert notes["after"]["las"] > notes["before"]["las"] + 0.3

    def test_few_docs_are_all_learned_from(
        self, trained: Language, dutch: List[Doc]
    ) -> None:
        pipe: Any = trained.get_pipe("xoie")
        before = answers(trained, TEXTS, [*SURE, *UNSURE])
        weights = deepcopy(pipe.network.state_dict())
        told: List[Epoch] = []
        settings = AdapterTraining(epochs=9, max_tokens=60, folds=3)
        notes = train_adapter(
            pipe, "nl", dutch[:15], settings=settings, on_epoch=told.append
        )
        assert (notes["docs"], notes["folds"]) == (15, 3)
        assert "dev_docs" not in notes
        # Every rate, fold and round was tried.
        rates = SCHEDULE_OF_FEW.learn_rates
        assert len(told) == len(rates) * 3 * 9
        assert notes["learn_rate"] in rates and notes["epochs"] in (3, 6, 9)
        assert notes["after"]["soft_f"] > notes["before"]["soft_f"] + 0.2
        # It learned from all of them, from the start that it was given.
        after = dev_scores(pipe, dutch[:15], "nl")
        assert after["soft_f"] >= notes["after"]["soft_f"]
        assert pipe.adapters[-1].notes == notes
        # Neither the trials nor the training left a trace elsewhere.
        assert answers(trained, TEXTS, [*SURE, *UNSURE]) == before
        state = pipe.network.state_dict()
        assert all(torch.equal(state[name], value) for name, value in weights.items())
        assert all(
            p.requires_grad and p.grad is None for p in pipe.network.parameters()
        )

    def test_few_docs_that_teach_nothing(
        self, trained: Language, dutch: List[Doc]
    ) -> None:
        pipe: Any = trained.get_pipe("xoie")
        settings = AdapterTraining(epochs=3, learn_rate=1e-9, folds=2)
        notes = train_adapter(
            pipe, "nl", dutch[:10], start={"de": 1.0}, settings=settings
        )
        assert notes["epochs"] == 0
        assert notes["after"] == notes["before"]
        for _, layer in pipe.network.bank.layers:
            for weights in (layer.lora_A, layer.lora_B):
                assert torch.equal(weights["nl"], weights["de"])

    @pytest.mark.parametrize(
        "changes, n_docs, error, message",
        [
            ({}, 9, DataError, "only 9 docs to learn from. Give 10"),
            ({"few": 0}, 19, DataError, "only 19 docs.*cross-validation"),
            ({"folds": 11}, 30, ConfigError, "folds is 11"),
            ({"epochs": 0}, 30, ConfigError, "epochs is 0"),
            ({"learn_rate": 0.0}, 30, ConfigError, "learn_rate is 0.0"),
            ({"dev_share": 1.0}, 30, ConfigError, "dev_share 1.0"),
        ],
    )
    def test_what_cannot_work(
        self,
        trained: Language,
        dutch: List[Doc],
        changes: Dict[str, Any],
        n_docs: int,
        error: Any,
        message: str,
    ) -> None:
        pipe: Any = trained.get_pipe("xoie")
        with pytest.raises(error, match=message):
            settings = AdapterTraining(**changes)
            train_adapter(pipe, "nl", dutch[:n_docs], settings=settings)
        assert pipe.languages == ("en", "de")

    def test_interrupted(self, trained: Language, dutch: List[Doc]) -> None:
        pipe: Any = trained.get_pipe("xoie")

        def stop(epoch: Epoch) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train_adapter(pipe, "nl", dutch, on_epoch=stop)
        assert pipe.languages == ("en", "de")
        assert all(p.requires_grad for p in pipe.network.parameters())

    def test_folds(self) -> None:
        parts = list(folds_of(list(range(23)), 5, seed=1))  # type: ignore[arg-type]
        assert sorted(doc for _, held in parts for doc in held) == list(range(23))
        for rest, held in parts:
            assert len(held) in (4, 5)
            assert sorted([*rest, *held]) == list(range(23))
        assert parts != list(folds_of(list(range(23)), 5, seed=2))  # type: ignore[arg-type]

    def test_docs_of_one_language(
        self, blank: Language, dutch: List[Doc], trained: Language
    ) -> None:
        english = make_example(blank, *SENTENCES[0]).reference
        untold = blank.make_doc("Wie weet ?")
        picked = docs_in_language([english, *dutch, untold], "nl", "xoie")
        assert picked == [*dutch, untold]
        renamed = docs_in_language(dutch, "af", "xoie", source="nl")
        assert {doc._.language for doc in renamed} == {"af"}
        assert {doc.spans["xoie"].attrs["language"] for doc in renamed} == {"af"}
        with pytest.raises(DataError, match="no docs in 'it', only in en"):
            docs_in_language([english], "it", "xoie")
        pipe: Any = trained.get_pipe("xoie")
        assert useful_docs(pipe, [untold, english]) == [english]
        with pytest.raises(DataError, match="None of the 1 docs has a span group"):
            useful_docs(pipe, [untold])
