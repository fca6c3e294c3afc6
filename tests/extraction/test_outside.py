"""Models whose encoder is not stored with them, but found where it was installed."""

import pickle
import socket
from copy import deepcopy
from pathlib import Path
from typing import Any, Dict, List

import packed_encoder as tiny
import pytest
import spacy
import srsly
from conftest import SENTENCES, TINY_MODEL, TOKENIZER, make_example
from safetensors.torch import load
from spacy.language import Language
from thinc.api import Adam

from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.foundations import find_foundation
from spacy_xoie.foundations.folder import in_library, write_folder

TEXTS = [text for text, _, _ in SENTENCES]


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def closed(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", closed)
    monkeypatch.setattr(socket, "getaddrinfo", closed)
    (tmp_path / "site").mkdir()
    return tiny.install(tmp_path / "site", monkeypatch)


def config(joint: bool = False, **settings: Any) -> Dict[str, Any]:
    encoder: Dict[str, Any] = {
        "@architectures": "spacy-xoie.TransformerEncoder.v2",
        "name": tiny.NAME,
        "rank": 2,
        "stored": False,
        **settings,
    }
    if joint:
        words = {**TINY_MODEL["encoder"]}  # type: ignore[dict-item]
        architecture = "spacy-xoie.JointEncoder.v1"
        encoder = {
            "@architectures": architecture,
            "pieces": encoder,
            "words": words,
            "width": 16,
        }
    bank = {
        "@architectures": "spacy-xoie.AdapterBank.v1",
        "rank": 2,
        "targets": ["query$", "_embeddings$"],
    }
    return {**TINY_MODEL, "encoder": encoder, "bank": bank}


def train(model: Dict[str, Any], stage: str = "adapters") -> Language:
    spacy.util.fix_random_seed(0)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    pipe: Any = nlp.add_pipe("xoie", config={"model": model, "threshold": 0.0})
    data = [make_example(nlp, *sentence) for sentence in SENTENCES]
    nlp.initialize(lambda: data)
    pipe.set_stage(stage)
    optimizer = Adam(0.02)
    for _ in range(3):
        nlp.update(data, sgd=optimizer)
    return nlp


def extract(nlp: Language) -> List[Any]:
    return [
        [(t.as_tuple(), round(t.score, 5)) for t in doc._.triples]
        for doc in nlp.pipe(TEXTS)
    ]


def message(nlp: Language) -> Dict[str, Any]:
    shim = nlp.get_pipe("xoie").model.shim  # type: ignore[attr-defined]
    content: Dict[str, Any] = srsly.msgpack_loads(shim.to_bytes())
    return content


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("joint", [False, True])
def test_only_what_was_trained_is_stored(
    file: Path, tmp_path: Path, packed: bool, joint: bool
) -> None:
    nlp = train(config(joint, packed=packed, layers=1))
    content = message(nlp)
    assert list(content["files"]) == ["foundation.json"]
    names = [n for n in load(content["state"]) if "encoder." in n and "words." not in n]
    kinds = (".lora_", "shared_A", "shared_B", ".mix.", ".norm.", "convolutions.")
    assert names and [n for n in names if not any(kind in n for kind in kinds)] == []
    nlp.to_disk(tmp_path / "model")
    found = extract(nlp)
    assert any(found)
    again = spacy.load(tmp_path / "model")
    assert extract(again) == found
    weights = nlp.get_pipe("xoie").network.state_dict()  # type: ignore[attr-defined]
    for name, value in again.get_pipe("xoie").network.state_dict().items():  # type: ignore[attr-defined]
        assert value.equal(weights[name]), name
    assert extract(pickle.loads(pickle.dumps(nlp))) == found
    assert extract(deepcopy(nlp)) == found
    blank = spacy.util.load_model_from_config(nlp.config)
    assert extract(blank.from_bytes(nlp.to_bytes())) == found


@pytest.mark.parametrize("precision", ["bfloat16", "int8"])
def test_fewer_bits(file: Path, tmp_path: Path, precision: str) -> None:
    nlp = train(config(True, packed=True, precision=precision))
    found = extract(nlp)
    nlp.to_disk(tmp_path / "model")
    assert extract(spacy.load(tmp_path / "model")) == found


@pytest.mark.parametrize("packed", [False, True])
def test_stored_it_needs_nothing_else(file: Path, tmp_path: Path, packed: bool) -> None:
    nlp = train(config(packed=packed, stored=True), "adapters" if packed else "all")
    found = extract(nlp)
    nlp.to_disk(tmp_path / "model")
    file.unlink()
    assert extract(spacy.load(tmp_path / "model")) == found


def test_a_folder_stands_in_for_the_package(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nlp = train(config(packed=True))
    nlp.to_disk(tmp_path / "model")
    folder = tmp_path / "folder"
    write_folder(find_foundation(tiny.NAME), folder)
    file.unlink()
    with pytest.raises(ConfigError, match=r"pip install 'spacy-xoie\[md\]'"):
        spacy.load(tmp_path / "model")
    overrides = {"components.xoie.model.encoder.name": str(folder)}
    again = spacy.load(tmp_path / "model", config=overrides)
    assert extract(again) == extract(nlp)


@pytest.mark.parametrize("stage", ["encoder", "embeddings"])
def test_what_was_trained_must_be_stored(file: Path, stage: str) -> None:
    nlp = train(config(), stage)
    with pytest.raises(ConfigError, match="Set `stored` to true"):
        nlp.to_bytes()


def test_another_encoder_is_refused(file: Path, tmp_path: Path) -> None:
    nlp = train(config())
    data = message(nlp)
    data["files"]["foundation.json"] = b'{"name":"tiny-encoder","digest":"0123"}'
    del data["digest"]
    shim = nlp.get_pipe("xoie").model.shim  # type: ignore[attr-defined]
    with pytest.raises(ModelDataError, match="trained on another encoder"):
        shim.from_bytes(srsly.msgpack_dumps(data))
    data["files"]["foundation.json"] = b"[]"
    with pytest.raises(ModelDataError, match="damaged"):
        shim.from_bytes(srsly.msgpack_dumps(data))


def test_only_bits_of_four_can_be_packed(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    model = find_foundation(tiny.NAME).model({})
    model.embeddings.word_embeddings.weight.data += 0.001
    in_library(model).save_pretrained(folder)
    find_foundation(tiny.NAME).tokenizer({}).save_pretrained(folder)
    with pytest.raises(ConfigError, match="Set `packed` to false"):
        train(config(name=str(folder), packed=True))
