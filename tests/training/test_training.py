"""Staged training through spaCy: what moves, what does not, and that it repeats."""

from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import spacy
import torch
from conftest import SENTENCES, TINY_MODEL, TOKENIZER, make_example
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training import Example
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import fix_random_seed, load_config_from_str
from thinc.api import Adam

from spacy_xoie.errors import ConfigError
from spacy_xoie.network.stages import TRAINABLE, parameter_groups

MIXTURE = {
    **TINY_MODEL,
    "router": {
        "@architectures": "spacy-xoie.MixtureRouter.v1",
        "top_k": 1,
        "language_weight": 1.0,
    },
}


def weights(nlp: Language) -> Dict[str, torch.Tensor]:
    network = nlp.get_pipe("xoie").network
    return {name: p.detach().clone() for name, p in network.named_parameters()}


def moved(before: Dict[str, torch.Tensor], after: Dict[str, torch.Tensor]) -> set[str]:
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize(
    "stage", ["embeddings", "encoder", "adapters", "all", "language", "task"]
)
def test_a_stage_moves_exactly_its_parameters(
    make_pipeline: Callable[..., Language], stage: str
) -> None:
    nlp = make_pipeline(MIXTURE)
    pipe = nlp.get_pipe("xoie")
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    optimizer = Adam(0.01, L2=0.01, L2_is_weight_decay=True)
    # Momentum from a stage before must not move what the next one freezes.
    pipe.set_stage("all")
    for _ in range(3):
        nlp.update(data, sgd=optimizer)
    groups = parameter_groups(pipe.network)
    wanted = {name for name in groups if groups[name] in TRAINABLE[stage]}
    assert set(pipe.set_stage(stage)) == wanted
    before = weights(nlp)
    for _ in range(5):
        nlp.update(data, sgd=optimizer)
    changed = moved(before, weights(nlp))
    assert changed <= wanted
    # Rows of the zero-initialised B come first, so all of them move in 5 steps.
    assert wanted - changed == set()


def test_a_language_that_is_absent_does_not_move_by_one_bit(
    make_pipeline: Callable[..., Language],
) -> None:
    nlp = make_pipeline()
    pipe = nlp.get_pipe("xoie")
    optimizer = Adam(0.01, L2=0.01, L2_is_weight_decay=True)
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    pipe.set_stage("adapters")
    for _ in range(3):
        nlp.update(data, sgd=optimizer)
    before = weights(nlp)
    english = [e for e in data if e.reference.spans["xoie"].attrs["language"] == "en"]
    for _ in range(5):
        nlp.update(english, sgd=optimizer)
    changed = moved(before, weights(nlp))
    assert not {name for name in changed if name.endswith(".de")}
    assert {name for name in before if name.endswith(".en")} <= changed


def test_a_language_without_annotation_does_not_move_either(
    make_pipeline: Callable[..., Language],
) -> None:
    nlp = make_pipeline()
    nlp.get_pipe("xoie").set_stage("adapters")
    optimizer = Adam(0.01)
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    for _ in range(3):
        nlp.update(data, sgd=optimizer)
    plain = [
        make_example(nlp, text, code, triples if code == "en" else None)
        for text, code, triples in SENTENCES
    ]
    before = weights(nlp)
    nlp.update(plain, sgd=optimizer)
    assert not {n for n in moved(before, weights(nlp)) if n.endswith(".de")}


def test_the_router_learns_which_language_it_sees(
    make_pipeline: Callable[..., Language],
) -> None:
    fix_random_seed(0)
    nlp = make_pipeline(MIXTURE)
    pipe = nlp.get_pipe("xoie")
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    pipe.set_stage("adapters")
    assert any(name.startswith("router.") for name in pipe.set_stage("adapters"))

    def right() -> float:
        hits = []
        for text, language, _ in SENTENCES:
            doc = nlp.make_doc(text)
            gates = gates_of(pipe, doc)
            hits.append(pipe.languages[int(gates.argmax())] == language)
        return sum(hits) / len(hits)

    optimizer = Adam(0.01)
    for _ in range(60):
        nlp.update(data, sgd=optimizer)
    assert right() == 1.0


def gates_of(pipe: Any, doc: Any) -> torch.Tensor:
    from spacy_xoie.network import Batch

    features = pipe.model.shims[0].parts.encoder.featurize([], [doc[:]], None, False)
    inputs, mask = features.inputs([0])
    pipe.network.eval()
    with torch.no_grad():
        batch = Batch(inputs, mask, torch.zeros(1, len(pipe.languages)))
        gates = pipe.network.gates(batch)
    assert gates is not None
    assert int((gates != 0).sum()) == 1
    return gates[0]


def test_stage_without_bank(make_pipeline: Callable[..., Language]) -> None:
    nlp = make_pipeline({**TINY_MODEL, "bank": None, "router": None})
    with pytest.raises(ConfigError, match="no adapters"):
        nlp.get_pipe("xoie").set_stage("adapters")
    with pytest.raises(ConfigError, match="no training stage 'adapter'"):
        nlp.get_pipe("xoie").set_stage("adapter")


def test_frozen_model_can_be_updated(make_pipeline: Callable[..., Language]) -> None:
    nlp = make_pipeline()
    nlp.get_pipe("xoie").set_stage("frozen")
    before = weights(nlp)
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    nlp.update(data, sgd=Adam(0.01))
    assert not moved(before, weights(nlp))


CONFIG = """
[paths]
source = null

[nlp]
lang = "xx"
pipeline = ["xoie"]

[nlp.tokenizer]
@tokenizers = "spacy-xoie.MultilingualTokenizer.v1"

[components]

[components.xoie]
source = ${paths.source}

[corpora]

[corpora.train]
@readers = "spacy.Corpus.v1"
path = "train.spacy"

[corpora.dev]
@readers = "spacy.Corpus.v1"
path = "train.spacy"

[training]
seed = 3
gpu_allocator = null
max_steps = 6
eval_frequency = 3

[training.batcher]
@batchers = "spacy-xoie.language_batcher.v1"
max_tokens = 30
temperature = 5.0

[training.optimizer]
@optimizers = "Adam.v1"
learn_rate = 0.01

[initialize]

[initialize.after_init]
@callbacks = "spacy-xoie.set_stage.v1"
stage = "embeddings"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: Language) -> Path:
    monkeypatch.chdir(tmp_path)
    docs = [make_example(blank, *sentence).reference for sentence in SENTENCES]
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    return tmp_path


def run_stage(stage: str, source: Any, output: Path) -> Language:
    config = load_config_from_str(CONFIG, interpolate=False)
    config["initialize"]["after_init"]["stage"] = stage
    if source is None:
        config["components"]["xoie"] = {"factory": "xoie", "model": TINY_MODEL}
    config["paths"]["source"] = source and str(source)
    nlp = init_nlp(config)
    output.mkdir()
    train(nlp, output)
    return spacy.load(output / "model-last")


def test_stages_follow_each_other_through_spacy_train(folder: Path) -> None:
    """`source = …` skips initialisation, so that a stage set in the component's
    config would be ignored in silence; the callback is not."""
    one = run_stage("embeddings", None, folder / "1")
    two = run_stage("encoder", folder / "1" / "model-last", folder / "2")
    three = run_stage("adapters", folder / "2" / "model-last", folder / "3")
    groups = parameter_groups(one.get_pipe("xoie").network)

    def groups_moved(a: Language, b: Language) -> set[str]:
        return {groups[name] for name in moved(weights(a), weights(b))}

    assert groups_moved(one, two) == {"encoder", "head"}
    assert groups_moved(two, three) == {"adapters", "head"}
    assert not two.get_pipe("xoie").network.routed
    assert three.get_pipe("xoie").network.routed
    # Whoever goes on with a stored pipeline gets its optimizer without more ado.
    assert three.resume_training().learn_rate == 0.01


def test_two_runs_with_one_seed_are_equal(folder: Path) -> None:
    a = run_stage("all", None, folder / "a")
    b = run_stage("all", None, folder / "b")
    assert not moved(weights(a), weights(b))
    assert a.to_bytes() == b.to_bytes()


class TestBatcher:
    def lengths(self, batches: List[List[Example]]) -> List[int]:
        return [len(batch) * max(len(e.predicted) for e in batch) for batch in batches]

    def make(self, **settings: Any) -> Callable[[Any], Any]:
        from spacy_xoie.training import make_language_batcher

        return make_language_batcher(**settings)

    def data(self, blank: Language, **counts: int) -> List[Example]:
        return [
            make_example(blank, f"{code} " + "word " * (number % 7), code, [])
            for code, count in counts.items()
            for number in range(count)
        ]

    def test_memory_is_bounded(self, blank: Language) -> None:
        data = self.data(blank, en=60)
        batches = list(self.make(max_tokens=20, max_docs=5)(data))
        assert max(self.lengths(batches)) <= 20
        assert max(map(len, batches)) <= 5
        assert sum(map(len, batches)) == 60

    def test_one_long_doc_is_a_batch_of_its_own(self, blank: Language) -> None:
        data = [make_example(blank, "word " * 50, "en", [])]
        assert list(map(len, self.make(max_tokens=10)(data))) == [1]

    def test_length_in_pieces(self, blank: Language, tmp_path: Path) -> None:
        from transformers import BertTokenizerFast

        from spacy_xoie.training import make_piece_batcher

        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "word", "a", "##b"]
        (tmp_path / "vocab.txt").write_text("\n".join(pieces))
        BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
        # Two and eight pieces, beside those of beginning and end.
        texts = ["word word", "abbb abbb"] * 20
        data = [make_example(blank, text, "en", []) for text in texts]
        batcher = make_piece_batcher(str(tmp_path), max_pieces=40, buffer=100)
        batches = [{e.reference.text for e in batch} for batch in batcher(data)]
        sizes = sorted(map(len, batcher(data)))
        assert all(len(batch) == 1 for batch in batches)
        assert sizes == [4] * 5 + [10] * 2
        with pytest.raises(ConfigError, match="cannot work"):
            make_piece_batcher(str(tmp_path), max_pieces=0)

    def test_temperature(self, blank: Language) -> None:
        data = self.data(blank, en=900, de=90, ar=10)

        def shares(temperature: float) -> Dict[str, float]:
            drawn = [
                example.reference.spans["xoie"].attrs["language"]
                for batch in self.make(temperature=temperature)(data)
                for example in batch
            ]
            assert len(drawn) == len(data)
            return {code: drawn.count(code) / len(drawn) for code in ("en", "de", "ar")}

        assert shares(1.0) == {"en": 0.9, "de": 0.09, "ar": 0.01}
        # q ~ p^(1/2): sqrt(.9), sqrt(.09), sqrt(.01), normalised.
        total = 0.9**0.5 + 0.09**0.5 + 0.01**0.5
        middle = shares(2.0)
        assert middle["en"] == pytest.approx(0.9**0.5 / total, abs=0.05)
        assert middle["ar"] == pytest.approx(0.01**0.5 / total, abs=0.03)
        assert all(
            share == pytest.approx(1 / 3, abs=0.05) for share in shares(1e6).values()
        )

    def test_nothing_is_drawn_twice_before_all_are_drawn(self, blank: Language) -> None:
        data = self.data(blank, en=40, de=4)
        drawn = [e for batch in self.make(temperature=1e6)(data) for e in batch]
        english = [
            e for e in drawn if e.reference.spans["xoie"].attrs["language"] == "en"
        ]
        assert len(set(map(id, english))) == len(english)

    @pytest.mark.parametrize(
        "settings", [{"temperature": 0.0}, {"max_tokens": 0}, {"max_docs": 0}]
    )
    def test_bad_settings(self, settings: Dict[str, Any]) -> None:
        with pytest.raises(ConfigError, match="cannot work"):
            self.make(**settings)


def test_callback_names_a_missing_component() -> None:
    from spacy_xoie.training import make_stage_callback

    with pytest.raises(ConfigError, match="'xoie'.*no components"):
        make_stage_callback("all")(spacy.blank("xx"))


def test_tokenizer_survives(folder: Path) -> None:
    run_stage("all", None, folder / "a")
    nlp = spacy.load(folder / "a" / "model-last")
    assert nlp.config["nlp"]["tokenizer"] == TOKENIZER
    assert [t.text for t in nlp("我爱你")] == ["我", "爱", "你"]
