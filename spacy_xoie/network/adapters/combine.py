"""Weighted sums of low-rank updates."""

from typing import Sequence, Tuple

import torch
from torch import Tensor


def weighted_sum(
    parts: Sequence[Tuple[float, Tensor, Tensor]], rank: int
) -> Tuple[Tensor, Tensor]:
    """Find the product of a given rank that is nearest to a weighted sum of products
    B A (Eckart & Young 1936). A single update comes back as it is.

    parts (Sequence[Tuple[float, Tensor, Tensor]]): Weight, A (any rank, in) and B
        (out, that rank) of each update.
    rank (int): Rank of the result.
    RETURNS (Tuple[Tensor, Tensor]): A (rank, in) and B (out, rank).
    """
    if len(parts) == 1:
        weight, down, up = parts[0]
        return down.clone(), weight * up
    # Only the small core between two orthonormal bases needs decomposing.
    outer, left = torch.linalg.qr(torch.cat([w * up for w, _, up in parts], dim=1))
    inner, right = torch.linalg.qr(torch.cat([down for _, down, _ in parts]).T)
    u, sizes, v = torch.linalg.svd(left @ right.T)
    root = sizes[:rank].sqrt()
    n = len(root)
    return (root[:, None] * v[:n]) @ inner.T, (outer @ u[:, :n]) * root
