"""Layers with the low-rank updates of all experts."""

from typing import Dict, List, Tuple, Type

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers import (
    BagEmbedding,
    DilatedConv1d,
    convolve,
    flatten_kernel,
    is_plain,
    neighbours,
    sum_rows,
)
from .routed import RoutedLora


class LoraLinear(RoutedLora):
    """forward: (rows, …, in) → (rows, …, out)"""

    base: nn.Linear

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        return (self.rank, self.base.in_features), (self.base.out_features, self.rank)

    def _made_of(self, x: Tensor) -> Tensor:
        return x

    def _as_linear(self, layer: nn.Module) -> nn.Linear:
        assert isinstance(layer, nn.Linear)
        return layer

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return up @ down

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        return F.linear(self.dropout(x), torch.cat(down, dim=0))

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
        return F.linear(low * _spread(gates, low), torch.cat(up, dim=1))

    def _add_in_place(self, y: Tensor, x: Tensor, down: Tensor, up: Tensor) -> None:
        low = F.linear(x, down).flatten(0, -2)
        y.view(-1, y.shape[-1]).addmm_(low, up.T, alpha=self.scaling)

    def _add_by_row(
        self,
        y: Tensor,
        x: Tensor,
        scale: Tensor,
        chosen: Tensor,
        down: List[Tensor],
        up: List[Tensor],
    ) -> Tensor:
        flat = self.dropout(x).reshape(x.shape[0], -1, x.shape[-1])
        low = flat @ torch.stack(down)[chosen].transpose(1, 2)
        return _add_raised(y, low, scale, chosen, up)


class LoraEmbedding(RoutedLora):
    """forward: ids (rows, …) → (rows, …, width)"""

    base: nn.Embedding

    def factors(self, expert: str) -> Tuple[Tensor, Tensor]:
        return self.lora_A[expert].detach().T, self.lora_B[expert].detach()

    def _reset(self, down: Tensor) -> None:
        nn.init.normal_(down, std=1 / self.rank)

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        rows, width = self.base.num_embeddings, self.base.embedding_dim
        return (rows, self.rank), (width, self.rank)

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return down @ up.T

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        low = torch.cat([self._look_up(x, table) for table in down], dim=-1)
        out: Tensor = self.dropout(low)
        return out

    def _look_up(self, x: Tensor, table: Tensor) -> Tensor:
        if isinstance(self.base, BagEmbedding):
            return sum_rows(table, x)
        return F.embedding(x, table)

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
        return F.linear(low * _spread(gates, low), torch.cat(up, dim=1))

    def _can_merge(self) -> bool:
        return False  # A lookup costs the same for a table of any size.

    def _add_in_place(self, y: Tensor, x: Tensor, down: Tensor, up: Tensor) -> None:
        low = self._look_up(x, down).flatten(0, -2)
        y.view(-1, y.shape[-1]).addmm_(low, up.T, alpha=self.scaling)

    def _add_by_row(
        self,
        y: Tensor,
        x: Tensor,
        scale: Tensor,
        chosen: Tensor,
        down: List[Tensor],
        up: List[Tensor],
    ) -> Tensor:
        # The tables below each other, and each row looks into its own expert's.
        offset = chosen.view(-1, *[1] * (x.dim() - 1)) * self.base.num_embeddings
        low = self.dropout(self._look_up(x + offset, torch.cat(down)))
        flat = low.reshape(low.shape[0], -1, self.rank)
        return _add_raised(y, flat, scale, chosen, up)


class LoraConv1d(RoutedLora):
    """forward: (rows, in, length) → (rows, out, length)"""

    base: nn.Conv1d

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        kernel = self.base.kernel_size[0]
        down = (self.rank, self.base.in_channels, kernel)
        return down, (self.base.out_channels, self.rank)

    def _made_of(self, x: Tensor) -> Tensor:
        return neighbours(self.base, x)

    def _as_linear(self, layer: nn.Module) -> nn.Linear:
        assert isinstance(layer, nn.Conv1d)
        weight = flatten_kernel(layer.weight)
        out_width, width = weight.shape
        made = nn.Linear(width, out_width, layer.bias is not None, device="meta")
        made.weight = nn.Parameter(weight, requires_grad=False)
        if layer.bias is not None:
            made.bias = nn.Parameter(layer.bias, requires_grad=False)
        return made

    def _shaped(self, out: Tensor, x: Tensor) -> Tensor:
        return out.transpose(1, 2)

    def _can_merge(self) -> bool:
        return is_plain(self.base) and super()._can_merge()

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return (up @ down.flatten(1)).view_as(self.base.weight)

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        return convolve(self.base, self.dropout(x), torch.cat(down, dim=0))

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
        return torch.cat(up, dim=1) @ (low * gates[:, :, None])

    def _add_in_place(self, y: Tensor, x: Tensor, down: Tensor, up: Tensor) -> None:
        low = convolve(self.base, x, down)
        y.baddbmm_(up.expand(len(y), -1, -1), low, alpha=self.scaling)

    def _add_by_row(
        self,
        y: Tensor,
        x: Tensor,
        scale: Tensor,
        chosen: Tensor,
        down: List[Tensor],
        up: List[Tensor],
    ) -> Tensor:
        # One group a row: every row is convolved with its own expert's kernel.
        rows, width, length = x.shape
        kernels = torch.stack(down)[chosen].flatten(0, 1)
        low = F.conv1d(
            self.dropout(x).reshape(1, rows * width, length),
            kernels,
            stride=self.base.stride,
            padding=self.base.padding,
            dilation=self.base.dilation,
            groups=rows,
        ).view(rows, self.rank, -1)
        raised = torch.stack(up)[chosen] * scale[:, None, None]
        return torch.baddbmm(y, raised, low)


LAYERS: Dict[Type[nn.Module], Type[RoutedLora]] = {
    nn.Linear: LoraLinear,
    nn.Embedding: LoraEmbedding,
    BagEmbedding: LoraEmbedding,
    nn.Conv1d: LoraConv1d,
    DilatedConv1d: LoraConv1d,
}
"""Layers that can be adapted, and what adapts them."""


def _spread(gates: Tensor, like: Tensor) -> Tensor:
    """(rows, n) → (rows, 1, …, n) with as many axes as `like`."""
    return gates.view(gates.shape[0], *[1] * (like.dim() - 2), gates.shape[1])


def _add_raised(
    y: Tensor, low: Tensor, scale: Tensor, chosen: Tensor, up: List[Tensor]
) -> Tensor:
    """y (rows, …, out) plus low (rows, n, rank) raised by each row's own expert."""
    raised = torch.stack(up)[chosen].transpose(1, 2) * scale[:, None, None]
    return torch.baddbmm(y.reshape(len(y), -1, y.shape[-1]), low, raised).view_as(y)
