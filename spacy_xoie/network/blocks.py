"""Matrices in 4 bits: blocks of 32 numbers of a row, whose scale they share, as in
ggml's Q4_0."""

from typing import List, Optional

import torch
from torch import Tensor

BLOCK = 32
"""Numbers of a row that share a scale."""
BLOCK_BYTES = 18
"""Of a block: its scale in half precision, then its numbers, two in a byte."""
CHUNK = 2**22
"""Numbers that are looked at together, which bounds the memory that it takes."""


def pack(matrix: Tensor) -> Optional[Tensor]:
    """Write a matrix in 4 bits, if it is one that somebody rounded so.

    matrix (Tensor): (rows, numbers), float32.
    RETURNS (Optional[Tensor]): (rows, bytes), uint8; None if a number would change.
    """
    if matrix.ndim != 2 or not len(matrix) or matrix.shape[1] % BLOCK:
        return None
    packed: List[Tensor] = []
    for rows in matrix.split(max(1, CHUNK // matrix.shape[1])):
        blocks = rows.reshape(-1, BLOCK)
        # The number that is farthest from zero is -8 times the scale.
        largest = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
        scales = (largest / -8).half()
        steps = scales.float()
        numbers = (blocks / torch.where(steps == 0, 1.0, steps)).round()
        same = torch.equal(numbers * steps, blocks)
        if not same or numbers.min() < -8 or numbers.max() > 7:
            return None
        nibbles = (numbers + 8).to(torch.uint8)
        halves = nibbles[:, : BLOCK // 2] | nibbles[:, BLOCK // 2 :] << 4
        both = torch.cat([scales.view(torch.uint8), halves], dim=1)
        packed.append(both.view(len(rows), -1))
    return torch.cat(packed)


def unpack(packed: Tensor) -> Tensor:
    """packed (Tensor): (…, bytes), uint8, blocks of 4 bits.
    RETURNS (Tensor): (…, numbers), float32.
    RAISES (ValueError): If they are no whole blocks.
    """
    if packed.dtype != torch.uint8 or packed.shape[-1] % BLOCK_BYTES:
        raise ValueError(
            f"numbers in 4 bits are whole blocks of {BLOCK_BYTES} bytes, not "
            f"{tuple(packed.shape)} {packed.dtype}"
        )
    blocks = packed.reshape(-1, BLOCK_BYTES)
    scales = blocks[:, :2].contiguous().view(torch.float16).float()
    numbers = torch.empty(len(blocks), BLOCK, device=packed.device)
    half = BLOCK // 2
    numbers[:, :half] = blocks[:, 2:] & 15
    numbers[:, half:] = blocks[:, 2:] >> 4
    width = packed.shape[-1] // BLOCK_BYTES * BLOCK
    return numbers.sub_(8).mul_(scales).view(*packed.shape[:-1], width)
