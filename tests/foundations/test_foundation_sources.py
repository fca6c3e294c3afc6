"""Where an encoder is found, and what is said if it is nowhere."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import packed_encoder as tiny
import pytest
import torch
from spacy.cli._util import app as spacy_app
from typer.testing import CliRunner

import spacy_xoie.apps.cli  # noqa: F401  (registers our commands)
from spacy_xoie.errors import ConfigError, ModelDataError
from spacy_xoie.foundations import PACKAGES, find_foundation
from spacy_xoie.foundations.folder import FILES, in_library, write_folder
from spacy_xoie.foundations.sources import content_digest

TEXTS = ["Anna met  Ben.", "the museum bought\tpaintings", "ﬁne cafe\u0301 Ａ 这 x", ""]
PACKAGED = "multilingual-e5-small"


@pytest.fixture(autouse=True)
def closed_sockets(monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", closed)
    monkeypatch.setattr(socket, "getaddrinfo", closed)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return tiny.install(tmp_path, monkeypatch)


def encode(tokenizer: Any, text: str) -> Any:
    return tokenizer(text, return_offsets_mapping=True, add_special_tokens=True)


def states(model: Any, tokenizer: Any) -> torch.Tensor:
    ids = tokenizer(["Anna met Ben"], return_tensors="pt")["input_ids"]
    with torch.inference_mode():
        out: torch.Tensor = model.eval()(input_ids=ids).last_hidden_state
    return out


def test_a_package_is_read_and_not_run(file: Path) -> None:
    foundation = find_foundation(tiny.NAME)
    tokenizer = foundation.tokenizer({})
    pieces = tokenizer.convert_ids_to_tokens(tokenizer("Anna met  Ben")["input_ids"])
    assert pieces == ["<s>", "▁Anna", "▁met", "▁Ben", "</s>"]
    dense, packed = (foundation.model({}, packed=packs) for packs in (False, True))
    assert torch.equal(states(dense, tokenizer), states(packed, tokenizer))
    assert dense.config.vocab_size == tiny.ROWS
    assert foundation.model({}, layers=1).config.num_hidden_layers == 1
    eager = foundation.model({"hidden_dropout_prob": 0.0})
    assert eager.config.hidden_dropout_prob == 0.0


def test_nothing_gets_memory_where_only_the_form_is_asked_for(file: Path) -> None:
    with torch.device("meta"):
        model = find_foundation(tiny.NAME).model({}, packed=True)
    assert all(value.is_meta for value in model.state_dict().values())
    real = find_foundation(tiny.NAME).model({}, packed=True)
    assert list(real.state_dict()) == list(model.state_dict())
    assert not any(tensor.is_meta for tensor in (*real.parameters(), *real.buffers()))


def test_a_folder_is_the_same_encoder(file: Path, tmp_path: Path) -> None:
    package = find_foundation(tiny.NAME)
    folder = tmp_path / "folder"
    assert write_folder(package, folder)
    assert {path.name for path in folder.iterdir()} >= {*FILES}
    assert not write_folder(package, folder)
    other = find_foundation(str(folder))
    one, two = package.tokenizer({}), other.tokenizer({})
    for text in TEXTS:
        assert encode(one, text) == encode(two, text)
    model = other.model({})
    torch.testing.assert_close(states(package.model({}), one), states(model, two))
    assert other.digest(model, two) == package.digest(package.model({}), one)
    packed = other.model({}, packed=True)
    assert torch.equal(states(packed, two), states(model, two))
    assert other.digest(packed, two) == PACKAGES[tiny.NAME].digest
    with torch.no_grad():
        model.embeddings.LayerNorm.bias[0] += 1
        model.embeddings.word_embeddings.weight[5, 3] += 0.001
    assert other.digest(model, two) != PACKAGES[tiny.NAME].digest
    in_library(model).save_pretrained(folder)
    with pytest.raises(ConfigError, match="`packed` to false"):
        other.model({}, packed=True)


def test_something_else_is_not_written_over(file: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "config.json").write_text("{}")
    with pytest.raises(ConfigError, match="is there already"):
        write_folder(find_foundation(tiny.NAME), tmp_path / "full")


def test_another_file_is_refused(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(ModelDataError, match="--force-reinstall"):
        find_foundation(tiny.NAME)


def test_what_is_nowhere_says_what_to_install(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.unlink()
    with pytest.raises(ConfigError, match=r"pip install 'spacy-xoie\[md\]'.* folder"):
        find_foundation(tiny.NAME)
    with pytest.raises(ConfigError, match="neither a local folder nor among"):
        find_foundation("no/such-model").tokenizer({})
    # A folder of that name stands in for the package.
    monkeypatch.chdir(tmp_path)
    (tmp_path / tiny.NAME).mkdir()
    with pytest.raises(ConfigError, match="neither a local folder"):
        find_foundation(tiny.NAME).model({})


def test_the_command_writes_the_folder(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "by command"
    command = ["xoie", "encoder", tiny.NAME, "--output", str(folder)]
    first = CliRunner().invoke(spacy_app, command)
    assert first.exit_code == 0, first.output
    again = CliRunner().invoke(spacy_app, command)
    assert again.exit_code == 0 and "already" in again.output
    assert find_foundation(str(folder)).tokenizer({})("Anna")["input_ids"]


def test_a_package_that_is_not_installed_is_a_missing_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By that `spacy xoie doctor` tells it from a model that is broken."""
    monkeypatch.setattr("spacy_xoie.foundations.sources._locate", lambda package: None)
    with pytest.raises(ConfigError, match="spacy-xoie") as error:
        find_foundation(PACKAGED)
    assert isinstance(error.value.__cause__, ImportError)


def test_the_real_package_is_what_it_was() -> None:
    try:
        foundation = find_foundation(PACKAGED)
    except ConfigError:
        pytest.skip("The extra md is not installed")
    tokenizer = foundation.tokenizer({})
    model = foundation.model({})
    assert content_digest(model, tokenizer) == PACKAGES[PACKAGED].digest
    assert tokenizer("Hallo Welt")["input_ids"][0] == tokenizer.cls_token_id


def test_the_packaged_encoder_comes_without_slow_imports(file: Path) -> None:
    code = (
        "import sys; from spacy_xoie.foundations.sources import "
        "PackedFoundation; from pathlib import Path; "
        f"f = PackedFoundation({tiny.NAME!r}, None, Path({str(file)!r})); "
        f"f.model({{}}); f.tokenizer({{}}); "
        f"print('torch._dynamo' in sys.modules, 'transformers.modeling_utils' in "
        f"sys.modules)"
    )
    command = [sys.executable, "-c", code]
    output = subprocess.run(command, capture_output=True, text=True, check=True)
    assert output.stdout.split() == ["False", "False"]
