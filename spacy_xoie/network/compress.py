"""Weights in a quarter of their size, for models that travel."""

from typing import AbstractSet, Dict, Mapping

import torch
from torch import Tensor

from .blocks import pack, unpack

SCALE = ".scale"
"""Ending of the name of the scales that belong to a tensor of bytes."""

BLOCKS = ".blocks"
"""Ending of the name of a matrix in 4 bits."""

MIN_SIZE = 4096
"""Tensors of fewer numbers stay in half precision: there is nothing to gain."""


def compress_state(
    state: Mapping[str, Tensor], spared: AbstractSet[str] = frozenset()
) -> Dict[str, Tensor]:
    """Round matrices to 8 bits, with one scale a row (symmetric, as in Jacob et al.
    2018, arXiv 1712.05877), and all other numbers to half precision. Weights that were
    rounded before come out of it again as they went in: of a scale s = x / 127 in
    single precision, 127 s / 127 is s. Matrices that somebody rounded to 4 bits before,
    as those of pretrained encoders may be, stay what they are, in half that size.

    state (Mapping[str, Tensor]): The weights, float32.
    spared (AbstractSet[str]): Names of those that stay as they are, in full.
    RETURNS (Dict[str, Tensor]): int8 or float16 tensors; the scales (rows,) of a
        matrix `x` are `x.scale`, float32. A matrix `x` in 4 bits is `x.blocks`, uint8,
        see `pack`.
    """
    compressed: Dict[str, Tensor] = {}
    for name, value in state.items():
        if name in spared or not value.is_floating_point():
            compressed[name] = value
        elif value.ndim < 2 or value.numel() < MIN_SIZE:
            compressed[name] = value.half()
        elif (packed := pack(value)) is not None:
            compressed[name + BLOCKS] = packed
        else:
            rows = value.flatten(1)
            scale = rows.abs().amax(dim=1).clamp(min=1e-12) / 127
            quotients = (rows / scale[:, None]).round().to(torch.int8)
            compressed[name] = quotients.view(value.shape)
            compressed[name + SCALE] = scale
    return compressed


def expand_state(state: Mapping[str, Tensor]) -> Dict[str, Tensor]:
    """The inverse of `compress_state` but for what was rounded away. Weights that are
    not compressed pass unchanged. Matrices of the same shape may be stacked, and so may
    be their scales.

    RAISES (ValueError): If scales do not fit their matrix, or blocks are cut.
    """
    full: Dict[str, Tensor] = {}
    for name, value in state.items():
        if name.endswith(SCALE) and name[: -len(SCALE)] in state:
            continue
        if is_in_blocks(name, value):
            name, value = name[: -len(BLOCKS)], unpack(value)
        elif value.dtype == torch.int8:
            scale = state[name + SCALE].float()
            if scale.shape != value.shape[: scale.ndim]:
                raise ValueError(
                    f"{name} has shape {tuple(value.shape)}, and its scales "
                    f"{tuple(scale.shape)}"
                )
            each = [1] * (value.ndim - scale.ndim)
            value = value.float() * scale.view(*scale.shape, *each)
        elif value.dtype == torch.float16:
            value = value.float()
        full[name] = value
    return full


def is_in_blocks(name: str, value: Tensor) -> bool:
    """RETURNS (bool): Whether a stored tensor is a matrix in 4 bits."""
    return name.endswith(BLOCKS) and value.dtype == torch.uint8
