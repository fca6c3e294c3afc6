"""Weights rounded to 8 bits."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_xoie.network.blocks import BLOCK, BLOCK_BYTES, pack, unpack
from spacy_xoie.network.compress import MIN_SIZE, compress_state, expand_state


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(1e-4, 1e3), st.integers(1, 3))
def test_error_is_at_most_half_a_step(seed: int, size: float, dims: int) -> None:
    torch.manual_seed(seed)
    shape = {1: (10,), 2: (64, 96), 3: (32, 48, 3)}[dims]
    weights = {"a.weight": torch.randn(shape) * size}
    back = expand_state(compress_state(weights))
    assert back.keys() == weights.keys()
    assert back["a.weight"].dtype == torch.float32
    error = (back["a.weight"] - weights["a.weight"]).abs()
    if dims == 1:
        assert (error <= weights["a.weight"].abs() * 2**-10 + 1e-7).all()
    else:
        step = weights["a.weight"].flatten(1).abs().amax(dim=1) / 127
        assert (error.flatten(1) <= step[:, None] * 0.51).all()


def test_small_and_whole_numbers_are_spared() -> None:
    state = {
        "small": torch.randn(4, MIN_SIZE // 8),
        "numbers": torch.arange(6000).view(60, 100),
        "zeros": torch.zeros(100, 100),
    }
    packed = compress_state(state)
    assert packed["small"].dtype == torch.float16
    assert packed["numbers"].dtype == torch.int64
    assert packed["zeros"].dtype == torch.int8  # 100 columns are no whole blocks
    back = expand_state(packed)
    assert (back["zeros"] == 0).all()
    assert (back["numbers"] == state["numbers"]).all()


def test_uncompressed_weights_pass_unchanged() -> None:
    state = {"w": torch.randn(100, 100), "w.scale": torch.randn(3)}
    state.pop("w.scale")
    back = expand_state(state)
    assert torch.equal(back["w"], state["w"])


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(1e-4, 1e3))
def test_a_second_time_nothing_is_lost(seed: int, size: float) -> None:
    torch.manual_seed(seed)
    weights = {"a": torch.randn(2000, 3, 2) * size, "b": torch.randn(10) * size}
    weights["a"][0] = 0.0
    once = expand_state(compress_state(weights))
    again = expand_state(compress_state(once))
    assert all(torch.equal(again[name], value) for name, value in once.items())


def in_4_bits(rows: int, columns: int) -> torch.Tensor:
    """Weights as a pretrained encoder in blocks of 4 bits has them."""
    scales = (torch.rand(rows, columns // BLOCK, 1) / 50).half().float()
    numbers = torch.randint(-8, 8, (rows, columns // BLOCK, BLOCK)).float()
    numbers[..., 5] = -8.0
    return (numbers * scales).view(rows, columns)


@settings(max_examples=10)
@given(st.integers(0, 10_000))
def test_four_bits_stay_what_they_are(seed: int) -> None:
    torch.manual_seed(seed)
    weights = {
        "a": in_4_bits(40, 128),
        "b": in_4_bits(40, 128),
        "c": torch.zeros(9, 480),
    }
    weights["a"][3, 32:64] = 0.0
    # One number off the grid, and nothing may be rounded to it.
    weights["b"][7, 11] = 0.53125 * weights["b"][7, 5]
    packed = compress_state(weights)
    assert set(packed) == {"a.blocks", "b", "b.scale", "c.blocks"}
    assert packed["a.blocks"].shape == (40, 128 // BLOCK * BLOCK_BYTES)
    back = expand_state(packed)
    assert torch.equal(back["a"], weights["a"]) and torch.equal(back["c"], weights["c"])
    # Those of several adapters lie in a stack.
    stack = torch.stack([packed["a.blocks"]] * 2)
    assert torch.equal(unpack(stack), torch.stack([weights["a"]] * 2))


def test_what_cannot_be_packed() -> None:
    torch.manual_seed(0)
    weights = in_4_bits(4, 64)
    for fault in (float("nan"), float("inf"), 1e9, 1e-9):
        broken = weights.clone()
        broken[2, 40] = fault
        assert pack(broken) is None
    assert pack(weights[:, :48]) is None and pack(weights.view(2, 2, 64)) is None
    with pytest.raises(ValueError, match="whole blocks of 18 bytes"):
        unpack(torch.zeros(3, 17, dtype=torch.uint8))
