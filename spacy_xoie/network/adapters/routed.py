"""An adapted layer of any kind."""

import math
from copy import deepcopy
from typing import List, Mapping, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..cache import ModuleCache
from .gates import GateState, Run

MAX_MERGED_SIZE = 2**20
"""Numbers in a layer's weight up to which a copy of it for one language pays: the
larger a layer is, the less its adapters add to what it costs, and the more memory its
copies take."""

MAX_COPIES = 8
"""Merged copies that a layer keeps: making one anew costs as much as a few tokens."""


class RoutedLora(nn.Module):
    """An adapted layer: the base layer and the low-rank updates of all experts.

    base (nn.Module): The layer to adapt.
    state (GateState): Where the gates of the running batch are found.
    rank (int): Rank of each update.
    scaling (float): Factor on each update, `alpha / rank`.
    dropout (float): Dropout on the input of the update.
    """

    def __init__(
        self,
        base: nn.Module,
        state: GateState,
        *,
        rank: int,
        scaling: float,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.base = base
        self.state = state
        self.rank = rank
        self.scaling = scaling
        self.dropout = nn.Dropout(dropout)
        self.experts: List[str] = []
        self.lora_A = nn.ParameterDict()
        self.lora_B = nn.ParameterDict()
        self._merged = ModuleCache(size=MAX_COPIES)

    def train(self, mode: bool = True) -> "RoutedLora":
        self._merged.clear()
        super().train(mode)
        return self

    def add(self, expert: str) -> None:
        """Add an expert whose update is zero (A random, B zero)."""
        down, up = self.shapes()
        weight = next(self.base.parameters())
        self.lora_A[expert] = nn.Parameter(weight.new_empty(down))
        self.lora_B[expert] = nn.Parameter(weight.new_zeros(up))
        self._reset(self.lora_A[expert])
        self.experts.append(expert)

    def remove(self, expert: str) -> None:
        del self.lora_A[expert], self.lora_B[expert]
        self.experts.remove(expert)
        self._merged.clear()

    def rename(self, expert: str, name: str) -> None:
        for weights in (self.lora_A, self.lora_B):
            weights[name] = weights.pop(expert)
        self.experts[self.experts.index(expert)] = name
        self._merged.clear()

    def factors(self, expert: str) -> Tuple[Tensor, Tensor]:
        """RETURNS (Tuple[Tensor, Tensor]): A, (rank, numbers a unit of the output is
        made of), and B, (out, rank), of an expert, as PEFT lays them out."""
        down, up = self.lora_A[expert].detach(), self.lora_B[expert].detach()
        return down.flatten(1), up

    def set_factors(self, expert: str, down: Tensor, up: Tensor) -> None:
        """The inverse of `factors`. A smaller rank than the layer's is filled up with
        zeros, which changes nothing."""
        own_down, own_up = self.factors(expert)
        with torch.no_grad():
            own_down.zero_()[: len(down)] = down
            own_up.zero_()[:, : up.shape[1]] = up
        self._merged.clear()

    def merged(self, weights: Mapping[str, float]) -> nn.Module:
        """Add the weighted updates to the base layer's weight.

        weights (Mapping[str, float]): A weight for each expert that takes part.
        RETURNS (nn.Module): The base layer, changed in place.
        """
        with torch.no_grad():
            self._add_updates(self.base, weights)
        return self.base

    def forward(self, x: Tensor) -> Tensor:
        gates, active = self.state.gates, self.state.active
        if self.state.common and self._can_merge():
            names = [self.experts[index] for index in active]
            shares = dict(zip(names, self.state.common, strict=True))
            out: Tensor = self._merged_with(shares)(self._unfold(x))
            return self._fold(out)
        # Position embeddings have a single row for all sentences.
        if self.state.runs and len(x) == self.state.runs[-1].end and not self._learns():
            return self._forward_runs(x, self.state.runs)
        y: Tensor = self.base(x)
        if gates is None or not active:
            return y
        choice = self.state.choice
        if choice is not None and len(active) > 1 and len(x) == len(choice):
            down, up = (torch.stack(parts) for parts in self._factors(active))
            scale = gates.sum(dim=1).to(up.dtype) * self.scaling
            low = self._low_by_row(x, down, choice)
            return self._add_by_row(y, low, up[choice] * scale[:, None, None])
        return y + self._mixture(x, gates, active)

    def _mixture(self, x: Tensor, gates: Tensor, active: List[int]) -> Tensor:
        """The updates of the active experts, summed up by the gates of each row."""
        down, up = self._factors(active)
        shares = gates[:, active].to(up[0].dtype) * self.scaling
        wide = shares.repeat_interleave(self.rank, dim=1)
        return self._up(self._down(x, down), wide, torch.cat(up, dim=1))

    def _factors(self, active: List[int]) -> Tuple[List[Tensor], List[Tensor]]:
        names = [self.experts[index] for index in active]
        return [self.lora_A[name] for name in names], [self.lora_B[n] for n in names]

    def _forward_runs(self, x: Tensor, runs: Sequence[Run]) -> Tensor:
        """As `forward`, run by run: through a merged copy of the layer where one
        expert serves and the layer is small, else by an update of its output."""
        if not self._can_merge():
            y: Tensor = self.base(x)
            for run in runs:
                self._update_run(y[run.start : run.end], x[run.start : run.end], run)
            return y
        patches = self._unfold(x)
        flat = patches.new_empty((*patches.shape[:-1], self.shapes()[1][0]))
        whole = self._fold(flat)
        for run in runs:
            here = slice(run.start, run.end)
            if run.alone:
                expert = self.experts[run.experts[0]]
                _multiply(self._merged_with({expert: 1.0}), patches[here], flat[here])
            else:
                whole[here] = self.base(x[here])
                self._update_run(whole[here], x[here], run)
        return whole

    def _update_run(self, y: Tensor, x: Tensor, run: Run) -> None:
        """Add to y, in place, the updates of the experts of a run."""
        if run.alone:
            expert = self.experts[run.experts[0]]
            low = self._low(x, self.lora_A[expert])
            self._add_in_place(y, low, self.lora_B[expert])
        elif run.experts and self.state.gates is not None:
            gates = self.state.gates[run.start : run.end]
            y += self._mixture(x, gates, run.experts)

    def _learns(self) -> bool:
        return self.training or torch.is_grad_enabled()

    def _can_merge(self) -> bool:
        """Whether a copy of the base layer may stand in for it and its adapters."""
        weight = self.base.weight
        # Quantized layers have no weight that could be added to.
        return (
            isinstance(weight, Tensor)
            and not self._learns()
            and weight.numel() <= MAX_MERGED_SIZE
        )

    def _merged_with(self, shares: Mapping[str, float]) -> nn.Linear:
        """RETURNS (nn.Linear): From what the output is made of (see `_unfold`) to it,
        with a mixture of adapters merged."""

        def make() -> nn.Linear:
            merged = deepcopy(self.base)
            self._add_updates(merged, shares)
            return self._as_linear(merged)

        weights = list(self.base.parameters())
        for expert in shares:
            weights += [self.lora_A[expert], self.lora_B[expert]]
        linear = self._merged.get(str(shares), weights, make)
        assert isinstance(linear, nn.Linear)
        return linear

    def _add_updates(self, layer: nn.Module, shares: Mapping[str, float]) -> None:
        for expert, share in shares.items():
            update = self._update(self.lora_A[expert], self.lora_B[expert])
            layer.weight += share * self.scaling * update  # type: ignore[operator]

    def _reset(self, down: Tensor) -> None:
        nn.init.kaiming_uniform_(down, a=math.sqrt(5))

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        raise NotImplementedError

    def _unfold(self, x: Tensor) -> Tensor:
        """RETURNS (Tensor): (rows, …, n), what each place of the output is made of."""
        raise NotImplementedError

    def _as_linear(self, layer: nn.Module) -> nn.Linear:
        """RETURNS (nn.Linear): A layer like the base, from `_unfold` to its output."""
        raise NotImplementedError

    def _fold(self, out: Tensor) -> Tensor:
        """RETURNS (Tensor): What `_as_linear` gave, as a view of the shape that the
        base layer's output has."""
        return out

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        raise NotImplementedError

    def _low(self, x: Tensor, down: Tensor) -> Tensor:
        """RETURNS (Tensor): (rows, …, rank), what the A of an expert makes of x; for a
        convolution (rows, rank, length)."""
        raise NotImplementedError

    def _low_by_row(self, x: Tensor, down: Tensor, choice: Tensor) -> Tensor:
        """As `_low`, where each row has one expert: products of width `rank` instead
        of `rank` times the experts in use.

        down (Tensor): (experts, …), the A of each.
        choice (Tensor): (rows,), which of them serves the row.
        RETURNS (Tensor): (rows, n, rank)
        """
        raise NotImplementedError

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        return self._low(self.dropout(x), torch.cat(down))

    def _up(self, low: Tensor, gates: Tensor, up: Tensor) -> Tensor:
        shares = gates.view(len(gates), *[1] * (low.dim() - 2), gates.shape[1])
        return F.linear(low * shares, up)

    def _add_in_place(self, y: Tensor, low: Tensor, up: Tensor) -> None:
        """Add one expert's update to the base layer's output y."""
        y.view(-1, y.shape[-1]).addmm_(low.flatten(0, -2), up.T, alpha=self.scaling)

    def _add_by_row(self, y: Tensor, low: Tensor, up: Tensor) -> Tensor:
        """Add the updates of `_low_by_row` to the base layer's output y.

        up (Tensor): (rows, out, rank), the B of each row's expert.
        """
        flat = y.reshape(len(y), -1, y.shape[-1])
        return torch.baddbmm(flat, low, up.transpose(1, 2)).view_as(y)


def bare_name(name: str) -> str:
    """RETURNS (str): The name that a weight of a network has where no bank of adapters
    lies around its layer."""
    return name.replace(".base.", ".")


def _multiply(layer: nn.Linear, x: Tensor, out: Tensor) -> None:
    """Put the output of a layer for x (rows, …, in) where it belongs (rows, …, out)."""
    rows, places = x.reshape(-1, x.shape[-1]), out.view(-1, out.shape[-1])
    if layer.bias is None:
        torch.mm(rows, layer.weight.T, out=places)
    else:
        torch.addmm(layer.bias, rows, layer.weight.T, out=places)
