"""Layers with the low-rank updates of all experts."""

from typing import Dict, List, Mapping, Sequence, Tuple, Type

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..layers import (
    BagEmbedding,
    DilatedConv1d,
    convolve,
    flatten_kernel,
    is_plain,
    keep_rows,
    sum_rows,
    unfold,
)
from .routed import RoutedLora
from .tuned import TunedLinear


class LoraLinear(RoutedLora):
    """forward: (rows, …, in) → (rows, …, out)"""

    base: nn.Linear

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        return (self.rank, self.base.in_features), (self.base.out_features, self.rank)

    def merged(self, weights: Mapping[str, float]) -> nn.Module:
        if not isinstance(self.base, TunedLinear):
            return super().merged(weights)
        # The pretrained weights stay as they are, and can be stored as such.
        for expert, share in weights.items():
            down, up = self.factors(expert)
            self.base.extend(down, share * self.scaling * up)
        return self.base

    def _unfold(self, x: Tensor) -> Tensor:
        return x

    def _as_linear(self, layer: nn.Module) -> nn.Linear:
        assert isinstance(layer, nn.Linear)
        # Callers read weight and bias, which of a tuned layer are those beneath.
        return layer.folded() if isinstance(layer, TunedLinear) else layer

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return up @ down

    def _low(self, x: Tensor, down: Tensor) -> Tensor:
        return F.linear(x, down)

    def _low_by_row(self, x: Tensor, down: Tensor, choice: Tensor) -> Tensor:
        flat: Tensor = self.dropout(x).reshape(x.shape[0], -1, x.shape[-1])
        return flat @ down[choice].transpose(1, 2)


class LoraEmbedding(RoutedLora):
    """forward: ids (rows, …) → (rows, …, width)"""

    base: nn.Embedding

    def factors(self, expert: str) -> Tuple[Tensor, Tensor]:
        return self.lora_A[expert].detach().T, self.lora_B[expert].detach()

    def keep_rows(self, rows: Sequence[int]) -> None:
        """Leave rows out of the table and of all updates. See `layers.keep_rows`."""
        keep_rows(self.base, rows)
        for expert, down in self.lora_A.items():
            self.lora_A[expert] = nn.Parameter(down.detach()[list(rows)])
        self._merged.clear()

    def _reset(self, down: Tensor) -> None:
        nn.init.normal_(down, std=1 / self.rank)

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        rows, width = self.base.num_embeddings, self.base.embedding_dim
        return (rows, self.rank), (width, self.rank)

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return down @ up.T

    def _low(self, x: Tensor, down: Tensor) -> Tensor:
        if isinstance(self.base, BagEmbedding):
            return sum_rows(down, x)
        return F.embedding(x, down)

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        low = torch.cat([self._low(x, table) for table in down], dim=-1)
        out: Tensor = self.dropout(low)
        return out

    def _can_merge(self) -> bool:
        return False  # A lookup costs the same for a table of any size.

    def _low_by_row(self, x: Tensor, down: Tensor, choice: Tensor) -> Tensor:
        # The tables below each other, and each row looks into its own expert's.
        offset = choice.view(-1, *[1] * (x.dim() - 1)) * self.base.num_embeddings
        low: Tensor = self.dropout(self._low(x + offset, down.flatten(0, 1)))
        return low.reshape(low.shape[0], -1, self.rank)


class LoraConv1d(RoutedLora):
    """forward: (rows, in, length) → (rows, out, length)"""

    base: nn.Conv1d

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        kernel = self.base.kernel_size[0]
        down = (self.rank, self.base.in_channels, kernel)
        return down, (self.base.out_channels, self.rank)

    def _unfold(self, x: Tensor) -> Tensor:
        return unfold(self.base, x)

    def _as_linear(self, layer: nn.Module) -> nn.Linear:
        assert isinstance(layer, nn.Conv1d)
        weight = flatten_kernel(layer.weight)
        out_width, width = weight.shape
        linear = nn.Linear(width, out_width, layer.bias is not None, device="meta")
        linear.weight = nn.Parameter(weight, requires_grad=False)
        if layer.bias is not None:
            linear.bias = nn.Parameter(layer.bias, requires_grad=False)
        return linear

    def _fold(self, out: Tensor) -> Tensor:
        return out.transpose(1, 2)

    def _can_merge(self) -> bool:
        return is_plain(self.base) and super()._can_merge()

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return (up @ down.flatten(1)).view_as(self.base.weight)

    def _low(self, x: Tensor, down: Tensor) -> Tensor:
        return convolve(self.base, x, down)

    def _up(self, low: Tensor, gates: Tensor, up: Tensor) -> Tensor:
        return up @ (low * gates[:, :, None])

    def _add_in_place(self, y: Tensor, low: Tensor, up: Tensor) -> None:
        y.baddbmm_(up.expand(len(y), -1, -1), low, alpha=self.scaling)

    def _low_by_row(self, x: Tensor, down: Tensor, choice: Tensor) -> Tensor:
        # One group a row: every row is convolved with its own expert's kernel.
        rows, width, length = x.shape
        return F.conv1d(
            self.dropout(x).reshape(1, rows * width, length),
            down[choice].flatten(0, 1),
            stride=self.base.stride,
            padding=self.base.padding,
            dilation=self.base.dilation,
            groups=rows,
        ).view(rows, self.rank, -1)

    def _add_by_row(self, y: Tensor, low: Tensor, up: Tensor) -> Tensor:
        return torch.baddbmm(y, up, low)


LAYERS: Dict[Type[nn.Module], Type[RoutedLora]] = {
    nn.Linear: LoraLinear,
    TunedLinear: LoraLinear,
    nn.Embedding: LoraEmbedding,
    BagEmbedding: LoraEmbedding,
    nn.Conv1d: LoraConv1d,
    DilatedConv1d: LoraConv1d,
}
"""Layers that can be adapted, and what adapts them."""
