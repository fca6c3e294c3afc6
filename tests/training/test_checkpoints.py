"""Trainings that are stopped: what comes out is what would have come without."""

from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional

import pytest
import spacy
import torch
from conftest import SENTENCES, TINY_MODEL, make_example
from spacy.language import Language
from spacy.tokens import DocBin
from spacy.training.initialize import init_nlp
from spacy.training.loop import train
from spacy.util import load_config_from_str

from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.training.checkpoints import Checkpoint, Keeper, make_checkpoint_callback

CONFIG = """
[nlp]
lang = "xx"
pipeline = ["xoie_lang","xoie"]

[nlp.tokenizer]
@tokenizers = "spacy-xoie.MultilingualTokenizer.v1"

[components]

[components.xoie_lang]
factory = "xoie_lang"

[components.xoie]
factory = "xoie"

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
max_steps = 12
eval_frequency = 3
frozen_components = ["xoie_lang"]

[training.before_update]
@callbacks = "spacy-xoie.checkpoints.v1"
path = "checkpoint.safetensors"
every = 4

[training.batcher]
@batchers = "spacy-xoie.language_batcher.v1"
max_tokens = 24
temperature = 5.0
buffer = 6

[training.optimizer]
@optimizers = "spacy-xoie.AdamW.v1"

[training.optimizer.learn_rate]
@schedules = "warmup_linear.v1"
warmup_steps = 3
total_steps = 20
initial_rate = 0.02

[training.logger]
@loggers = "spacy.ConsoleLogger.v3"
output_file = "log.jsonl"

[initialize]

[initialize.after_init]
@callbacks = "spacy-xoie.set_stage.v1"
stage = "all"
"""

Changes = Dict[str, Any]
FILE = Path("checkpoint.safetensors")


class Stop(Exception):
    """Someone stopped the training."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: Language) -> Path:
    monkeypatch.chdir(tmp_path)
    docs = [make_example(blank, *sentence).reference for sentence in SENTENCES]
    DocBin(docs=docs).to_disk(tmp_path / "train.spacy")
    return tmp_path


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> Iterator[List[int]]:
    """The steps before which a training is stopped, once each."""
    steps: List[int] = []
    go_on = Keeper.__call__

    def call(keeper: Keeper, nlp: Language, info: Dict[str, Any]) -> None:
        go_on(keeper, nlp, info)
        if steps and info["step"] == steps[0]:
            raise Stop(steps.pop(0))

    monkeypatch.setattr(Keeper, "__call__", call)
    yield steps


def run(output: str, changes: Optional[Changes] = None) -> Language:
    # Dropout makes use of the generator.
    encoder = {**TINY_MODEL["encoder"], "dropout": 0.3}  # type: ignore[dict-item]
    config = load_config_from_str(CONFIG, overrides=changes or {}, interpolate=False)
    config["components"]["xoie"]["model"] = {**TINY_MODEL, "encoder": encoder}
    Path("log.jsonl").unlink(missing_ok=True)
    nlp = init_nlp(config)
    Path(output).mkdir(exist_ok=True)
    train(nlp, Path(output))
    return nlp


def weights(path: str) -> Dict[str, torch.Tensor]:
    network = spacy.load(path).get_pipe("xoie").network
    return dict(network.named_parameters())


def test_what_comes_out_is_the_same(stops: List[int]) -> None:
    run("whole")
    log = Path("log.jsonl").read_text()
    FILE.unlink()
    # Before the first checkpoint, and behind the first and the second.
    stops.extend([2, 6, 11])
    for _ in range(3):
        with pytest.raises(Stop):
            run("parts")
    assert Checkpoint.read(FILE).step == 8
    run("parts")
    assert not stops
    for name in ("model-last", "model-best"):
        one, other = weights(f"whole/{name}"), weights(f"parts/{name}")
        for key, value in one.items():
            assert torch.equal(value, other[key]), (name, key)
    # Nor does the log tell, but for the time that it took.
    assert Path("log.jsonl").read_text() == log
    assert len(log.splitlines()) == 5


def test_one_that_is_over_has_the_same_result_again() -> None:
    run("one")
    run("two")
    one, two = weights("one/model-best"), weights("two/model-best")
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_of_another_config() -> None:
    run("one")
    changes = {"training.batcher.max_tokens": 25, "training.max_steps": 13}
    wanted = "training.batcher.max_tokens, training.max_steps changed"
    with pytest.raises(ConfigError, match=wanted):
        run("two", changes)
    # What does not change the result may change.
    run("two", {"training.before_update.every": 5, "training.logger.output_file": None})


def test_of_other_data(blank: Language) -> None:
    run("one")
    docs = [make_example(blank, *sentence).reference for sentence in SENTENCES[:-1]]
    DocBin(docs=docs).to_disk("train.spacy")
    with pytest.raises(ConfigError, match="on other data"):
        run("two")


def test_a_damaged_one() -> None:
    FILE.write_bytes(b"nothing of the kind")
    with pytest.raises(ModelDataError, match="is not the checkpoint.*Remove it"):
        run("one")


def test_what_it_needs(make_pipeline: Callable[..., Language]) -> None:
    with pytest.raises(ConfigError, match="every 0 updates"):
        make_checkpoint_callback("a", every=0)
    with pytest.raises(ConfigError, match="spacy-xoie.AdamW.v1"):
        run("one", {"training.optimizer.@optimizers": "Adam.v1"})
    nlp = make_pipeline()
    nlp.add_pipe("tagger")
    with pytest.raises(ConfigError, match="but tagger learns"):
        make_checkpoint_callback("a")(nlp, {"step": 0})
