"""Damaged pipelines, models and adapters load right, or fail with an error of ours
(or, in spaCy's own files, one of spaCy's)."""

import configparser
import json
import math
import re
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest
import spacy
import srsly
import torch
from catalogue import REGISTRY
from confection import Config
from hard_builders import (
    JUNK,
    altered,
    cases,
    damage,
    files_of,
    places,
    write_files,
)
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load, save
from spacy.language import Language
from torch import Tensor

from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.errors import ConfigError, ModelDataError, XoieError
from spacy_xoie.extraction.encoders import TransformerSpec
from spacy_xoie.extraction.pretrained import save_model
from spacy_xoie.network import AdapterBank
from spacy_xoie.network.adapters.exchange import (
    fill_adapter,
    match_adapter,
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


# Weights that are no numbers, or of another type than weights are.

NUMBERS: Dict[str, Callable[[Tensor], Tensor]] = {
    "nan": lambda x: x.float().index_fill(0, torch.tensor([0]), math.nan),
    "infinite": lambda x: x.float().index_fill(0, torch.tensor([0]), -math.inf),
    "nan in half": lambda x: x.half().index_fill(0, torch.tensor([0]), math.nan),
    "huge": lambda x: torch.full_like(x, 1e30, dtype=torch.float32),
    "double": lambda x: x.double(),
    "integers": lambda x: x.to(torch.int64),
    "complex": lambda x: x.to(torch.complex64),
    "booleans": lambda x: x.to(torch.bool),
    "8 bits without scale": lambda x: x.to(torch.int8),
}


def with_tensors(
    content: bytes, change: Callable[[Dict[str, Tensor]], Dict[str, Tensor]]
) -> bytes:
    """The weights of a model with other tensors, by somebody who renews the digest."""
    message = srsly.msgpack_loads(content)
    del message["digest"]
    message["state"] = save(change(load(message["state"])))
    return srsly.msgpack_dumps(message)


@pytest.mark.parametrize("kind", NUMBERS)
@pytest.mark.parametrize("part", ["", "*", "scale", "norm"])
def test_weights_that_are_no_numbers(model_files: Files, kind: str, part: str) -> None:
    """They were taken, and there was not a triple in any text, without a word."""
    content = model_files["model.weights"]
    names = sorted(load(srsly.msgpack_loads(content)["state"]))
    name = next(n for n in names if part in n and (part or "*" not in n))
    with pytest.raises(ModelDataError, match=re.escape(name.removesuffix(".scale"))):
        loaded_model(
            {
                **model_files,
                "model.weights": with_tensors(
                    content, lambda state: {**state, name: NUMBERS[kind](state[name])}
                ),
            }
        )


@pytest.mark.parametrize("value", [math.nan, math.inf, -1e38])
def test_pipelines_whose_training_went_astray(
    learnt: Language, tmp_path: Path, value: float
) -> None:
    astray = deepcopy(learnt)
    pipe: Any = astray.get_pipe("xoie")
    name, weight = list(pipe.network.named_parameters())[-1]
    with torch.no_grad():
        weight.view(-1)[-1] = value
    astray.to_disk(tmp_path)
    with pytest.raises(ModelDataError, match=re.escape(name)):
        spacy.load(tmp_path)
    with pytest.raises(ModelDataError, match=re.escape(name)):
        deepcopy(learnt).from_bytes(astray.to_bytes())


def test_stacks_of_nothing(model_files: Files) -> None:
    """A few bytes can name a million tensors, or as many rows to multiply."""

    def endless(state: Dict[str, Tensor]) -> Dict[str, Tensor]:
        name = next(n for n in state if "*" in n)
        return {**state, name: torch.empty(10**9, 0)}

    def broad(state: Dict[str, Tensor]) -> Dict[str, Tensor]:
        scale = next(n for n in state if n.endswith(".scale"))
        n = 10**6
        column = torch.zeros(n, 1, dtype=torch.int8)
        return {**state, scale: torch.ones(1, n), scale[: -len(".scale")]: column}

    for change in (endless, broad):
        content = with_tensors(model_files["model.weights"], change)
        with pytest.raises(ModelDataError):
            loaded_model({**model_files, "model.weights": content})


BESIDE: Dict[str, Dict[str, Any]] = {
    "too many names": {"experts": [f"x{n}" for n in range(100_000)]},
    "many names": {"experts": [f"x{n}" for n in range(15_000)]},
    "one name": {"experts": "en"},
    "numbers": {"experts": [1, 2]},
    "lists": {"plugged": {"x": {"": [[] for _ in range(20_000)]}}},
    "nested lists": {"plugged": {"x": {"": [[[]] * 300] * 1000}}},
    "no remarks": {"plugged": {"en": []}},
    "text": {"files": {"a": "text"}},
    "word": {"routed": "yes"},
    "format": {"format": [[[]]]},
    "array": {"state": {b"nd": True, b"type": "O", b"shape": [1], b"data": b"1234"}},
}


@pytest.mark.parametrize("kind", BESIDE)
def test_what_stands_beside_the_weights(model_files: Files, kind: str) -> None:
    message = srsly.msgpack_loads(model_files["model.weights"])
    del message["digest"]
    content = srsly.msgpack_dumps({**message, **BESIDE[kind]})
    with pytest.raises((ModelDataError, ConfigError)):
        loaded_model({**model_files, "model.weights": content})


def test_no_more_is_read_than_could_be_weights(
    model_files: Files, tmp_path: Path
) -> None:
    folder = write_files(model_files, tmp_path)
    with (folder / "model.weights").open("r+b") as file:
        file.truncate(2**40)  # Takes no room on the disk.
    nlp = multilingual_pipeline()
    model = {"@architectures": "spacy-xoie.PretrainedModel.v1", "name": str(folder)}
    nlp.add_pipe("xoie", config={"model": model})
    with pytest.raises(ModelDataError, match="model.weights cannot be read"):
        nlp(TEXT)


# A config names functions, which is to say that it calls them.


@pytest.fixture
def calls() -> Iterator[List[str]]:
    """What a registered function that is not ours was called with."""
    calls: List[str] = []
    spacy.registry.misc.register("hard.call.v1", func=calls.append)
    spacy.registry.architectures.register("hard.call.v1", func=calls.append)
    yield calls
    for registry in (spacy.registry.misc, spacy.registry.architectures):
        REGISTRY.pop((*registry.namespace, "hard.call.v1"))


def test_a_model_is_the_only_thing_that_its_config_makes(
    model_files: Files, expected: Facts, calls: List[str]
) -> None:
    for section in (
        b'\n[more]\n@misc = "hard.call.v1"\nx = "called"\n',
        b'\n[more]\n[more.inner]\n@misc = "hard.call.v1"\nx = "called"\n',
        b'\n[nlp]\nx = "${model.encoder.width}"\n',
        b"\n[more]\nx = " + b"[" * 900 + b"]" * 900 + b"\n",
    ):
        content = model_files["model.cfg"] + section
        found = loaded_model({**model_files, "model.cfg": content})
        assert [words for words, _ in found] == [words for words, _ in expected]
    assert calls == []


@cases(20)
@given(st.data())
def test_functions_of_others_are_not_called(
    model_files: Files, data: st.DataObject
) -> None:
    config = json.loads(json.dumps(Config().from_bytes(model_files["model.cfg"])))
    path = data.draw(st.sampled_from(places(config)))
    function = data.draw(
        st.sampled_from(
            [
                {"@misc": "hard.never.v1", "x": "called"},
                {"@architectures": "hard.never.v1", "x": "called"},
                {"@readers": "srsly.read_json.v1", "path": "/etc/hostname"},
                {"@architectures": "spacy-xoie.PretrainedModel.v1"},
                "${model.encoder}",
            ]
        )
    )
    inner = config
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = function
    with pytest.raises(ModelDataError, match="model.cfg"):
        loaded_model({**model_files, "model.cfg": Config(config).to_bytes()})


SETTINGS: Dict[str, Tuple[Tuple[str, ...], Any]] = {
    "names": (("bank", "languages"), [f"x{n}" for n in range(100_000)]),
    "fewer names": (("bank", "languages"), [f"x{n}" for n in range(15_000)]),
    "points": (("calibration",), [[n / 50_000, 0.5] for n in range(50_000)]),
    "nested": (("calibration",), json.loads("[" * 500 + "]" * 500)),
    "deep": (("encoder",), {"@architectures": "spacy-xoie.HashedEncoder.v1", "x": {}}),
    "scale": (("bank", "alpha"), 1e300),
    "no scale": (("bank", "alpha"), 0),
    "pattern": (("bank", "targets"), ["(.*)*x"]),
    "long pattern": (("bank", "targets"), ["a?" * 40 + "a" * 40]),
    "falling points": (("calibration",), [[0.5, 0.5], [0.0, 0.9]]),
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_settings_without_end(model_files: Files, kind: str) -> None:
    config = json.loads(json.dumps(Config().from_bytes(model_files["model.cfg"])))
    (*path, last), value = SETTINGS[kind]
    inner = config["model"]
    for key in path:
        inner = inner[key]
    inner[last] = value
    with pytest.raises((ModelDataError, ConfigError)):
        loaded_model({**model_files, "model.cfg": Config(config).to_bytes()})


def test_points_that_are_no_numbers() -> None:
    """What is below no number is nothing: there were no triples at all."""
    from conftest import TINY_MODEL

    for point in ([0.5, math.nan], [math.nan, 0.5]):
        block = {**TINY_MODEL, "calibration": [point]}
        with pytest.raises(ConfigError, match="calibration"):
            spacy.registry.resolve({"model": block})


def test_only_what_can_be_read_is_stored(learnt: Language, tmp_path: Path) -> None:
    block = json.loads(json.dumps(learnt.config["components"]["xoie"]["model"]))
    block["head"] = {"@architectures": "hard.head.v1"}
    pipe: Any = learnt.get_pipe("xoie")
    with pytest.raises(ConfigError, match="cannot be stored.*hard.head.v1"):
        save_model(pipe.model, Config({"model": block}), tmp_path / "model")
    assert not (tmp_path / "model").exists()


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
    updates = match_adapter(bank, stored)
    bank.add("nl")
    fill_adapter(bank, "nl", updates)
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


@pytest.mark.parametrize("kind", NUMBERS)
def test_adapters_that_are_no_numbers(
    make_bank: Callable[[], AdapterBank], adapter_files: Files, kind: str
) -> None:
    name = "adapter_model.safetensors"
    state = load(adapter_files[name])
    key = list(state)[-1]
    changed = save({**state, key: NUMBERS[kind](state[key])})
    with pytest.raises(ModelDataError, match=re.escape(f"{key} holds")):
        imported(make_bank(), {**adapter_files, name: changed})


@pytest.mark.parametrize("size", [2**36, 2**40])
def test_adapters_that_are_larger_than_memory(
    make_bank: Callable[[], AdapterBank],
    adapter_files: Files,
    tmp_path: Path,
    size: int,
) -> None:
    folder = write_files(adapter_files, tmp_path)
    name = "base_model.model.mix.lora_A.weight"
    part = {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}
    head = json.dumps({name: part}).encode()
    with (folder / "adapter_model.safetensors").open("wb") as file:
        file.write(len(head).to_bytes(8, "little") + head)
        file.truncate(8 + len(head) + size)  # Takes no room on the disk.
    with pytest.raises(ModelDataError):
        match_adapter(make_bank(), read_adapter(folder))


def test_remarks_without_end(
    make_bank: Callable[[], AdapterBank], adapter_files: Files
) -> None:
    name = "adapter_model.safetensors"
    notes = {"xoie_notes": '{"": [' + "[]," * 10**5 + "[]]}"}
    with pytest.raises(ModelDataError, match="remark of 300,0"):
        content = save(load(adapter_files[name]), metadata=notes)
        imported(make_bank(), {**adapter_files, name: content})


@pytest.mark.parametrize("type_", [torch.float16, torch.bfloat16])
def test_adapters_in_half_precision(
    make_bank: Callable[[], AdapterBank], adapter_files: Files, type_: torch.dtype
) -> None:
    name = "adapter_model.safetensors"
    state = {key: value.to(type_) for key, value in load(adapter_files[name]).items()}
    imported(make_bank(), {**adapter_files, name: save(state)})


@pytest.mark.parametrize(
    "setting",
    [
        '"lora_alpha": 1e999',
        '"lora_alpha": NaN',
        '"lora_alpha": -1e300',
        f'"lora_alpha": 1{"0" * 400}',
        '"alpha_pattern": {"mix": 1e300}',
        '"rank_pattern": {"(.*)*x": 1}',
        '"rank_pattern": {"' + "a?" * 20 + '": 1}',
        '"target_modules": "((a|a)*)*b"',
        '"target_modules": ' + "[" * 3000 + "]" * 3000,
        '"more": "' + "x" * 10**6 + '"',
    ],
    ids=lambda setting: setting[:20],
)
def test_settings_of_an_adapter_without_end(
    make_bank: Callable[[], AdapterBank], adapter_files: Files, setting: str
) -> None:
    name = "adapter_config.json"
    text = adapter_files[name].decode().rstrip().removesuffix("}") + f", {setting}}}"
    with pytest.raises(ModelDataError):
        imported(make_bank(), {**adapter_files, name: text.encode()})


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

    @pytest.mark.parametrize("name", ["x.py", "vocab.pkl", "pytorch_model.bin"])
    def test_nothing_that_could_run(self, name: str) -> None:
        with pytest.raises(ModelDataError, match=f"{name}.*could run code"):
            self.restore({"config.json": b"{}", name: b""})

    @pytest.mark.parametrize("name", ["num_hidden_layers", "n_layers", "num_experts"])
    def test_layers_without_end(self, name: str) -> None:
        config = json.dumps({"model_type": "bert", name: 10**9}).encode()
        with pytest.raises(ModelDataError, match=f"{name} = 1000000000"):
            self.restore({"config.json": config})
