"""Damaged pipelines, models and adapters load right, or fail with an error of ours
(or, in spaCy's own files, one of spaCy's)."""

import configparser
import json
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest
import spacy
import srsly
import torch
from confection import Config
from hard_builders import (
    JUNK,
    altered,
    cases,
    damage,
    files_of,
    write_files,
)
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.errors import ConfigError, ModelDataError, XoieError
from spacy_xoie.extraction.encoders import TransformerSpec
from spacy_xoie.extraction.pretrained import save_model
from spacy_xoie.network import AdapterBank
from spacy_xoie.network.adapters.exchange import (
    check_adapter,
    fill_adapter,
    read_adapter,
    write_adapter,
)
from spacy_xoie.network.encoders import HashedEncoder

TEXT = "Anna has recently met Ben in Rome . Der Rat lehnte den Plan ab ."
Facts = List[Tuple[Tuple[str, ...], float]]
Files = Dict[str, bytes]


def facts(nlp: Language) -> Facts:
    return [(triple.as_tuple(), triple.score) for triple in nlp(TEXT)._.triples]


@pytest.fixture(scope="module")
def learnt(trained_bytes: bytes) -> Language:
    """As the fixture `trained`, once for the module."""
    from conftest import TINY_MODEL, TOKENIZER

    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    nlp.add_pipe("xoie", config={"model": TINY_MODEL})
    return nlp.from_bytes(trained_bytes)


@pytest.fixture(scope="module")
def expected(learnt: Language) -> Facts:
    found = facts(learnt)
    assert found
    return found


@pytest.fixture(scope="module")
def pipeline_files(learnt: Language, tmp_path_factory: pytest.TempPathFactory) -> Files:
    folder = tmp_path_factory.mktemp("pipeline")
    learnt.to_disk(folder)
    return files_of(folder)


@pytest.fixture(scope="module")
def model_files(learnt: Language, tmp_path_factory: pytest.TempPathFactory) -> Files:
    """A model as the one in the package is stored, but small."""
    folder = tmp_path_factory.mktemp("model")
    pipe: Any = learnt.get_pipe("xoie")
    block = learnt.config["components"]["xoie"]["model"]
    save_model(pipe.model, Config({"model": block}), folder)
    return files_of(folder)


def loaded(files: Files) -> Facts:
    with tempfile.TemporaryDirectory() as folder:
        return facts(spacy.load(write_files(files, Path(folder))))


def loaded_model(files: Files) -> Facts:
    with tempfile.TemporaryDirectory() as name:
        folder = write_files(files, Path(name))
        nlp = multilingual_pipeline()
        nlp.add_pipe("xoie_lang")
        model = {"@architectures": "spacy-xoie.PretrainedModel.v1", "name": str(folder)}
        nlp.add_pipe("xoie", config={"model": model})
        return facts(nlp)


def test_undamaged(pipeline_files: Files, model_files: Files, expected: Facts) -> None:
    assert loaded(pipeline_files) == expected
    assert [words for words, _ in loaded_model(model_files)] == [
        words for words, _ in expected
    ]


@cases(20)
@given(st.data())
def test_weights_of_a_pipeline(
    pipeline_files: Files, expected: Facts, data: st.DataObject
) -> None:
    content = data.draw(damage(pipeline_files["xoie/model"]))
    try:
        found = loaded({**pipeline_files, "xoie/model": content})
    except XoieError:
        return
    assert found == expected


@cases(10)
@given(st.data())
def test_other_files_of_a_pipeline(pipeline_files: Files, data: st.DataObject) -> None:
    """What spaCy reads itself may fail as spaCy does; it must not do anything else."""
    name = data.draw(st.sampled_from(sorted(set(pipeline_files) - {"xoie/model"})))
    try:
        loaded({**pipeline_files, name: data.draw(damage(pipeline_files[name]))})
    except Exception as e:
        assert not isinstance(e, (MemoryError, RecursionError))


@cases(15)
@given(st.data())
def test_settings_of_a_pipeline(pipeline_files: Files, data: st.DataObject) -> None:
    config = Config().from_bytes(pipeline_files["config.cfg"])
    part = {"xoie": json.loads(json.dumps(config["components"]["xoie"]))}
    config["components"]["xoie"] = data.draw(altered(part)).get("xoie")
    try:
        text = config.to_bytes()
        loaded({**pipeline_files, "config.cfg": text})
    except (ValueError, KeyError, AttributeError, configparser.Error) as e:
        # spaCy looks names up that are none: an AttributeError of its own. And a config
        # in which a name is "=" is none that could be read.
        assert str(e)


@cases(12)
@given(st.data())
def test_weights_of_a_model(
    model_files: Files, expected: Facts, data: st.DataObject
) -> None:
    content = data.draw(damage(model_files["model.weights"]))
    try:
        found = loaded_model({**model_files, "model.weights": content})
    except XoieError:
        return
    assert [words for words, _ in found] == [words for words, _ in expected]


@cases(20)
@given(st.data())
def test_settings_of_a_model(model_files: Files, data: st.DataObject) -> None:
    config = json.loads(json.dumps(Config().from_bytes(model_files["model.cfg"])))
    try:
        text = Config(data.draw(altered(config))).to_bytes()
    except ValueError:
        return
    try:
        loaded_model({**model_files, "model.cfg": text})
    except ValueError as e:
        assert str(e)


@cases(10)
@given(st.data())
def test_bytes_of_the_settings_of_a_model(
    model_files: Files, data: st.DataObject
) -> None:
    text = data.draw(damage(model_files["model.cfg"]))
    try:
        loaded_model({**model_files, "model.cfg": text})
    except ValueError as e:
        assert str(e)


@pytest.mark.parametrize("name", ["model.weights", "model.cfg"])
def test_files_of_another_model(model_files: Files, name: str) -> None:
    """A file of the model in the package among those of a small one."""
    from spacy_xoie.extraction.pretrained import DEFAULT_NAME, find_model

    other = (find_model(DEFAULT_NAME) / name).read_bytes()
    with pytest.raises(ModelDataError, match="do not fit the model of the config"):
        loaded_model({**model_files, name: other})


def test_config_without_sense(model_files: Files) -> None:
    """It came out as an AttributeError of the library that reads it."""
    config = Config().from_bytes(model_files["model.cfg"])
    config["model"]["bank"]["@architectures"] = None
    with pytest.raises(ModelDataError, match="model.cfg.*damaged"):
        loaded_model({**model_files, "model.cfg": config.to_bytes()})


def test_a_bit_of_the_weights(model_files: Files) -> None:
    """Nothing but the digest could tell it."""
    content = bytearray(model_files["model.weights"])
    content[len(content) - 100] ^= 1
    with pytest.raises(ModelDataError, match="digest"):
        loaded_model({**model_files, "model.weights": bytes(content)})


def test_models_from_before_the_digest(model_files: Files) -> None:
    message = srsly.msgpack_loads(model_files["model.weights"])
    del message["digest"]
    assert loaded_model({**model_files, "model.weights": srsly.msgpack_dumps(message)})


@pytest.mark.parametrize(
    "setting, value",
    [
        ("width", 10**9),
        ("depth", 10**9),
        ("rows", [10**12, 1, 1, 1]),
        ("dilations", [10**9, 2]),
        ("dilations", [2**64 - 1, 2]),
    ],
)
def test_sizes_beyond_all_memory(model_files: Files, setting: str, value: Any) -> None:
    """They took all memory, or all time, before the weights were compared."""
    config = Config().from_bytes(model_files["model.cfg"])
    config["model"]["encoder"][setting] = value
    with pytest.raises((ModelDataError, ConfigError)):
        loaded_model({**model_files, "model.cfg": config.to_bytes()})


# Adapters in PEFT's format.


@pytest.fixture(scope="module")
def make_bank() -> Callable[[], AdapterBank]:
    torch.manual_seed(0)
    encoder = HashedEncoder(width=8, rows=[20, 20], dilations=[1, 2])
    bank = AdapterBank(
        encoder, ["en", "de"], rank=2, alpha=4.0, targets=["mix", "convolution"]
    )
    return lambda: deepcopy(bank)


@pytest.fixture(scope="module")
def adapter_files(
    make_bank: Callable[[], AdapterBank], tmp_path_factory: pytest.TempPathFactory
) -> Files:
    folder = tmp_path_factory.mktemp("adapter")
    write_adapter(make_bank(), "de", folder)
    return files_of(folder)


def imported(bank: AdapterBank, files: Files) -> None:
    with tempfile.TemporaryDirectory() as name:
        stored = read_adapter(write_files(files, Path(name)))
    check_adapter(bank, stored)
    bank.add("nl")
    fill_adapter(bank, "nl", stored)
    for _, layer in bank.layers:
        assert all(bool(part.isfinite().all()) for part in layer.factors("nl"))


@cases(50)
@given(st.data())
def test_bytes_of_an_adapter(
    make_bank: Callable[[], AdapterBank], adapter_files: Files, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(adapter_files)))
    content = data.draw(damage(adapter_files[name]))
    try:
        imported(make_bank(), {**adapter_files, name: content})
    except XoieError as e:
        assert str(e)


@cases(50)
@given(st.data())
def test_settings_of_an_adapter(
    make_bank: Callable[[], AdapterBank], adapter_files: Files, data: st.DataObject
) -> None:
    config = data.draw(altered(json.loads(adapter_files["adapter_config.json"])))
    patterns = data.draw(st.sampled_from([None, "rank_pattern", "alpha_pattern"]))
    if patterns is not None:
        config[patterns] = data.draw(st.one_of(JUNK, st.just({"(": 3, "(a*)*b": 1})))
    text = json.dumps(config).encode()
    try:
        imported(make_bank(), {**adapter_files, "adapter_config.json": text})
    except XoieError as e:
        assert str(e)


# A stored transformer is a set of files that its author named.


class TestStoredTransformer:
    def restore(self, files: Dict[str, bytes]) -> None:
        spec = TransformerSpec(
            name="", max_pieces=512, tokenizer_config={}, transformer_config={}
        )
        spec.restore(files)

    @pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/../../x", "..", "a/b"])
    def test_files_stay_in_their_folder(self, name: str) -> None:
        with pytest.raises(ModelDataError, match="leads out of its folder"):
            self.restore({"config.json": b"{}", name: b"evil"})

    def test_code_that_comes_along_is_not_run(self, tmp_path: Path) -> None:
        trace = tmp_path / "trace"
        code = f"open({str(trace)!r}, 'w').close()\nclass Evil:\n    pass\n"
        parts = {"AutoConfig": "evil.Evil", "AutoModel": "evil.Evil"}
        config = {"model_type": "evil", "auto_map": parts}
        tokenizer = {"auto_map": {"AutoTokenizer": ["evil.Evil", None]}}
        with pytest.raises((OSError, ValueError)):
            self.restore(
                {
                    "config.json": json.dumps(config).encode(),
                    "tokenizer_config.json": json.dumps(tokenizer).encode(),
                    "evil.py": code.encode(),
                }
            )
        assert not trace.exists()
