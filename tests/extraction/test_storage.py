"""How weights lie in a file: read as they were written, whatever the layout."""

from typing import Dict, List, Optional

import pytest
import srsly
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load, save
from spacy.language import Language
from torch import Tensor, nn

from spacy_xoie.errors import ModelDataError
from spacy_xoie.extraction.pretrained import DEFAULT_NAME, find_model, load_model
from spacy_xoie.network.compress import compress_state, expand_state
from spacy_xoie.network.storage import Unfilled, stack_state, unstack_state

EXPERTS = ["en", "de", "x-1"]


def state_of(n_layers: int, odd: Optional[int], big: bool) -> Dict[str, Tensor]:
    """Weights of adapted layers, in one of which an expert may have another shape."""
    state = {"encoder.en.weight": torch.randn(3, 4), "bias": torch.randn(3)}
    for layer in range(n_layers):
        for place, expert in enumerate(EXPERTS):
            rank = 3 if layer == odd and place == 1 else 2
            width = 3000 if big else 5
            state[f"layer.{layer}.lora_A.{expert}"] = torch.randn(rank, width, 3)
            state[f"layer.{layer}.lora_B.{expert}"] = torch.randn(7, rank)
    return state


@settings(max_examples=30)
@given(
    n_layers=st.integers(0, 3),
    odd=st.none() | st.integers(0, 2),
    big=st.booleans(),
    small=st.booleans(),
)
def test_stacks_hold_what_was_laid_in(
    n_layers: int, odd: Optional[int], big: bool, small: bool
) -> None:
    state = state_of(n_layers, odd, big)
    stored = compress_state(state) if small else state
    stacked = load(save(stack_state(stored, EXPERTS)))
    assert len(stacked) <= len(stored)
    if n_layers > 1:
        assert len(stacked) < len(stored)
    read = unstack_state(expand_state(stacked), EXPERTS)
    expected = expand_state(stored)
    assert set(read) == set(expected)
    assert all(torch.equal(read[name], value) for name, value in expected.items())
    # What an earlier version wrote has no stacks.
    unstacked = unstack_state(expand_state(stored), EXPERTS)
    assert all(torch.equal(unstacked[name], value) for name, value in expected.items())


def test_the_shipped_model_is_of_the_first_format_and_reads_as_ever() -> None:
    data = (find_model(DEFAULT_NAME) / "model.weights").read_bytes()
    message = srsly.msgpack_loads(data)
    stored = load(message["state"])
    network = load_model(DEFAULT_NAME).network
    own = network.state_dict()
    assert set(own) == set(expand_state(stored))
    for name, value in stored.items():
        scale = stored.get(f"{name}.scale")
        if name.endswith(".scale") and name.removesuffix(".scale") in stored:
            continue
        if scale is not None:
            # As the first version of the reader has it.
            value = value.float() * scale.float().view(-1, *[1] * (value.ndim - 1))
        assert torch.equal(own[name], value.float()), name


def test_written_again_it_is_read_the_same() -> None:
    model = load_model(DEFAULT_NAME)
    shim = model.shim
    before = shim.network.state_dict()
    with shim.compression():
        compressed = shim.to_bytes()
    assert len(compressed) < 0.5 * len(shim.to_bytes())
    for data in (compressed, shim.to_bytes()):
        again = load_model(DEFAULT_NAME).shim.from_bytes(data)
        after = again.network.state_dict()
        assert list(after) == list(before)
        assert all(torch.equal(after[name], value) for name, value in before.items())


def test_one_tensor_for_all_adapters_of_a_layer(trained: Language) -> None:
    shim = trained.get_pipe("xoie").model.shim
    names: List[str] = list(load(srsly.msgpack_loads(shim.to_bytes())["state"]))
    adapters = [name for name in names if ".lora_" in name]
    assert adapters and all(name.endswith(".*") for name in adapters)


def test_formats_to_come_are_refused(trained: Language) -> None:
    shim = trained.get_pipe("xoie").model.shim
    message = srsly.msgpack_loads(shim.to_bytes())
    message["format"] += 1
    with pytest.raises(ModelDataError, match="Update spacy_xoie"):
        shim.from_bytes(srsly.msgpack_dumps(message))
    message["format"] -= 1
    message["experts"] = message["experts"][:-1]
    with pytest.raises(ModelDataError, match="damaged|do not fit"):
        shim.from_bytes(srsly.msgpack_dumps(message))


def test_reading_needs_no_chance() -> None:
    state = torch.get_rng_state()
    assert load_model(DEFAULT_NAME).network.experts
    assert torch.equal(torch.get_rng_state(), state)
    with Unfilled():
        nn.Linear(3, 3)
        nn.Embedding(3, 3)
        nn.Conv1d(3, 3, 3)
    assert torch.equal(torch.get_rng_state(), state)
    nn.Linear(3, 3)
    assert not torch.equal(torch.get_rng_state(), state)
