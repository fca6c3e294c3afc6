"""An adapted layer of any kind."""

import math
from copy import deepcopy
from typing import List, Mapping, Sequence, Tuple

import torch
from torch import Tensor, nn

from ..derived import Derived
from .gates import GateState, Run

MERGEABLE = 2**18
"""Numbers in a layer's weight up to which a copy of it for one language pays: the
larger a layer is, the less its adapters add to what it costs."""

KEPT = 8
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
        self._merged = Derived(size=KEPT)

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
            out: Tensor = self._merged_with(shares)(self._made_of(x))
            return self._shaped(out, x)
        # Position embeddings have a single row for all sentences.
        if self.state.runs and len(x) == self.state.runs[-1].end and not self._learns():
            return self._forward_runs(x, self.state.runs)
        y: Tensor = self.base(x)
        if gates is None or not active:
            return y
        chosen = self.state.chosen
        if chosen is not None and len(active) > 1 and len(x) == len(chosen):
            down = [self.lora_A[self.experts[index]] for index in active]
            up = [self.lora_B[self.experts[index]] for index in active]
            scale = gates.sum(dim=1).to(up[0].dtype) * self.scaling
            return self._add_by_row(y, x, scale, chosen, down, up)
        return y + self._mixture(x, gates, active)

    def _mixture(self, x: Tensor, gates: Tensor, active: List[int]) -> Tensor:
        """The updates of the active experts, summed up by the gates of each row."""
        down = [self.lora_A[self.experts[index]] for index in active]
        up = [self.lora_B[self.experts[index]] for index in active]
        shares = gates[:, active].to(up[0].dtype) * self.scaling
        wide = shares.repeat_interleave(self.rank, dim=1)
        return self._up(self._down(x, down), wide, up)

    def _forward_runs(self, x: Tensor, runs: Sequence[Run]) -> Tensor:
        """As `forward`, run by run: through a merged copy of the layer where one
        expert serves and the layer is small, else by an update of its output."""
        if not self._can_merge():
            y: Tensor = self.base(x)
            for run in runs:
                self._update_run(y[run.start : run.end], x[run.start : run.end], run)
            return y
        seen = self._made_of(x)
        flat = seen.new_empty((*seen.shape[:-1], self.shapes()[1][0]))
        whole = self._shaped(flat, x)
        for run in runs:
            here = slice(run.start, run.end)
            if run.alone:
                expert = self.experts[run.experts[0]]
                _multiply(self._merged_with({expert: 1.0}), seen[here], flat[here])
            else:
                whole[here] = self.base(x[here])
                self._update_run(whole[here], x[here], run)
        return whole

    def _update_run(self, y: Tensor, x: Tensor, run: Run) -> None:
        """Add to y, in place, the updates of the experts of a run."""
        if run.alone:
            expert = self.experts[run.experts[0]]
            self._add_in_place(y, x, self.lora_A[expert], self.lora_B[expert])
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
            and weight.numel() <= MERGEABLE
        )

    def _merged_with(self, shares: Mapping[str, float]) -> nn.Linear:
        """RETURNS (nn.Linear): From what the output is made of (see `_made_of`) to it,
        with a mixture of adapters merged."""

        def make() -> nn.Linear:
            merged = deepcopy(self.base)
            self._add_updates(merged, shares)
            return self._as_linear(merged)

        weights = list(self.base.parameters())
        for expert in shares:
            weights += [self.lora_A[expert], self.lora_B[expert]]
        found = self._merged.get(str(shares), weights, make)
        assert isinstance(found, nn.Linear)
        return found

    def _add_updates(self, layer: nn.Module, shares: Mapping[str, float]) -> None:
        for expert, share in shares.items():
            update = self._update(self.lora_A[expert], self.lora_B[expert])
            layer.weight += share * self.scaling * update  # type: ignore[operator]

    def _reset(self, down: Tensor) -> None:
        nn.init.kaiming_uniform_(down, a=math.sqrt(5))

    def shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        raise NotImplementedError

    def _made_of(self, x: Tensor) -> Tensor:
        """RETURNS (Tensor): (rows, …, n), what each place of the output is made of."""
        raise NotImplementedError

    def _as_linear(self, layer: nn.Module) -> nn.Linear:
        """RETURNS (nn.Linear): A layer like the base, from `_made_of` to its output."""
        raise NotImplementedError

    def _shaped(self, out: Tensor, x: Tensor) -> Tensor:
        """RETURNS (Tensor): (rows, …, out), what `_as_linear` gave, as a view of the
        shape that the base layer's output for x has."""
        return out

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        raise NotImplementedError

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        raise NotImplementedError

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
        raise NotImplementedError

    def _add_in_place(self, y: Tensor, x: Tensor, down: Tensor, up: Tensor) -> None:
        """Add one expert's update to the base layer's output y for x."""
        raise NotImplementedError

    def _add_by_row(
        self,
        y: Tensor,
        x: Tensor,
        scale: Tensor,
        chosen: Tensor,
        down: List[Tensor],
        up: List[Tensor],
    ) -> Tensor:
        """Base output plus update where each row uses one expert: products of width
        `rank` instead of `rank` times the experts in use.

        y (Tensor): The base layer's output for x.
        scale (Tensor): (rows,)
        chosen (Tensor): (rows,), which of the experts given serves the row.
        down (List[Tensor]), up (List[Tensor]): A and B of the experts in use.
        """
        raise NotImplementedError


def _multiply(layer: nn.Linear, x: Tensor, out: Tensor) -> None:
    """Put the output of a layer for x (rows, …, in) where it belongs (rows, …, out)."""
    rows, places = x.reshape(-1, x.shape[-1]), out.view(-1, out.shape[-1])
    if layer.bias is None:
        torch.mm(rows, layer.weight.T, out=places)
    else:
        torch.addmm(layer.bias, rows, layer.weight.T, out=places)
