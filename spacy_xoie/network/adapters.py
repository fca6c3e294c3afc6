"""A bank of low-rank adapters, mixed per sentence by gates.

LoRA (Hu et al. 2022, arXiv 2106.09685) adds `scaling * B A x` to a layer `W x`.
A bank holds one pair (A, B) per expert, usually a language, and every row of
a batch has its own gates: `W x + scaling * sum_e gate_e B_e A_e x`. The experts
that some row of the batch uses are laid side by side, so that one product of
width `experts in use * rank` serves the whole batch.

Parameters are named and shaped as in PEFT (`lora_A.<expert>`: (rank, in),
`lora_B.<expert>`: (out, rank); for an embedding A is stored as (rows, rank), the
transpose of PEFT's), one tensor per expert: an expert that no row uses gets no
gradient at all, and so does not move.
"""

import math
import re
import threading
from contextlib import contextmanager
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Tuple, Type

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import ConfigError


class BagEmbedding(nn.Embedding):
    """An embedding that sums the rows along the last axis of its input.

    forward: ids (…, n) → (…, width)
    """

    def forward(self, input: Tensor) -> Tensor:
        return super().forward(input).sum(-2)


class GateState(threading.local):
    """The gates in force while a batch runs through the adapted layers.

    It is local to a thread, so that pipelines can be shared between threads.

    gates (Optional[Tensor]): (rows, experts), None switches all adapters off.
    active (List[int]): Experts that at least one row uses, in order.
    chosen (Optional[Tensor]): (rows,), where no row uses more than one expert: its
        place among the active ones. None where rows mix experts.
    """

    def __init__(self) -> None:
        self.gates: Optional[Tensor] = None
        self.active: List[int] = []
        self.chosen: Optional[Tensor] = None

    def set(self, gates: Optional[Tensor]) -> None:
        self.gates = gates
        self.active = []
        self.chosen = None
        if gates is not None:
            used = gates.detach() != 0
            self.active = used.any(dim=0).nonzero().flatten().tolist()
            if self.active and bool((used.sum(dim=1) <= 1).all()):
                self.chosen = used[:, self.active].long().argmax(dim=1)

    @contextmanager
    def use(self, gates: Optional[Tensor]) -> Iterator[None]:
        """Put gates in force within a `with` block."""
        before = (self.gates, self.active, self.chosen)
        self.set(gates)
        try:
            yield
        finally:
            self.gates, self.active, self.chosen = before

    def __deepcopy__(self, memo: Dict[int, Any]) -> "GateState":
        # Copies of one network share one state, copies of two do not.
        state: GateState = memo.setdefault(id(self), GateState())
        return state

    def __reduce__(self) -> Tuple[Type["GateState"], Tuple[()]]:
        return GateState, ()


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

    def add(self, expert: str) -> None:
        """Add an expert whose update is zero (A random, B zero)."""
        down, up = self._shapes()
        weight = next(self.base.parameters())
        self.lora_A[expert] = nn.Parameter(weight.new_empty(down))
        self.lora_B[expert] = nn.Parameter(weight.new_zeros(up))
        self._reset(self.lora_A[expert])
        self.experts.append(expert)

    def remove(self, expert: str) -> None:
        del self.lora_A[expert], self.lora_B[expert]
        self.experts.remove(expert)

    def merged(self, weights: Mapping[str, float]) -> nn.Module:
        """Add the weighted updates to the base layer's weight.

        weights (Mapping[str, float]): A weight for each expert that takes part.
        RETURNS (nn.Module): The base layer, changed in place.
        """
        with torch.no_grad():
            for expert, weight in weights.items():
                update = self._update(self.lora_A[expert], self.lora_B[expert])
                self.base.weight += weight * self.scaling * update  # type: ignore
        return self.base

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.base(x)
        gates, active = self.state.gates, self.state.active
        if gates is None or not active:
            return y
        names = [self.experts[index] for index in active]
        down = [self.lora_A[name] for name in names]
        up = [self.lora_B[name] for name in names]
        chosen = self.state.chosen
        # Position embeddings have a single row for all sentences.
        if chosen is not None and len(active) > 1 and len(x) == len(chosen):
            scale = gates.sum(dim=1) * self.scaling
            return self._add_by_row(y, x, scale, chosen, down, up)
        wide = gates[:, active].repeat_interleave(self.rank, dim=1) * self.scaling
        return y + self._up(self._down(x, down), wide, up)

    def _reset(self, down: Tensor) -> None:
        nn.init.kaiming_uniform_(down, a=math.sqrt(5))

    def _shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        raise NotImplementedError

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        raise NotImplementedError

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        raise NotImplementedError

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
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


class LoraLinear(RoutedLora):
    """forward: (rows, …, in) → (rows, …, out)"""

    base: nn.Linear

    def _shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        return (self.rank, self.base.in_features), (self.base.out_features, self.rank)

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return up @ down

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        return F.linear(self.dropout(x), torch.cat(down, dim=0))

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
        return F.linear(low * _spread(gates, low), torch.cat(up, dim=1))

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

    def _reset(self, down: Tensor) -> None:
        nn.init.normal_(down, std=1 / self.rank)

    def _shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        rows, width = self.base.num_embeddings, self.base.embedding_dim
        return (rows, self.rank), (width, self.rank)

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return down @ up.T

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        low = torch.cat([F.embedding(x, weight) for weight in down], dim=-1)
        if isinstance(self.base, BagEmbedding):
            low = low.sum(-2)
        out: Tensor = self.dropout(low)
        return out

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
        return F.linear(low * _spread(gates, low), torch.cat(up, dim=1))

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
        low = F.embedding(x + offset, torch.cat(down))
        if isinstance(self.base, BagEmbedding):
            low = low.sum(-2)
        low = self.dropout(low)
        flat = low.reshape(low.shape[0], -1, self.rank)
        return _add_raised(y, flat, scale, chosen, up)


class LoraConv1d(RoutedLora):
    """forward: (rows, in, length) → (rows, out, length)"""

    base: nn.Conv1d

    def _shapes(self) -> Tuple[Tuple[int, ...], Tuple[int, ...]]:
        kernel = self.base.kernel_size[0]
        down = (self.rank, self.base.in_channels, kernel)
        return down, (self.base.out_channels, self.rank)

    def _update(self, down: Tensor, up: Tensor) -> Tensor:
        return (up @ down.flatten(1)).view_as(self.base.weight)

    def _down(self, x: Tensor, down: List[Tensor]) -> Tensor:
        return F.conv1d(
            self.dropout(x),
            torch.cat(down, dim=0),
            stride=self.base.stride,
            padding=self.base.padding,
            dilation=self.base.dilation,
        )

    def _up(self, low: Tensor, gates: Tensor, up: List[Tensor]) -> Tensor:
        return F.conv1d(low * gates[:, :, None], torch.cat(up, dim=1)[:, :, None])

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
}
"""Layers that can be adapted, and what adapts them."""

RESERVED = nn.ParameterDict()
"""Its attributes cannot name an expert, nor those of PEFT's dicts, much the same."""


class AdapterBank:
    """The low-rank adapters of all experts, injected into a module.

    module (nn.Module): The module whose layers are adapted, changed in place.
    experts (Sequence[str]): Names of the experts, usually language codes.
    rank (int): Rank of each update (the paper: 64 as released, 8 and 4 named).
    alpha (float): Scale; each update is multiplied by `alpha / rank`.
    dropout (float): Dropout on the input of the updates.
    targets (Sequence[str]): Regular expressions; a linear, convolutional or
        embedding layer is adapted if one of them is found in its name. None: all.
    RAISES (ConfigError): If a value cannot work or no layer is a target.
    """

    def __init__(
        self,
        module: nn.Module,
        experts: Sequence[str],
        *,
        rank: int = 8,
        alpha: float = 16.0,
        dropout: float = 0.0,
        targets: Sequence[str] = (),
    ) -> None:
        check_bank(experts, rank=rank, targets=targets)
        self.state = GateState()
        self.experts: List[str] = []
        self._layers: List[Tuple[str, RoutedLora]] = []
        for name, layer in list(module.named_modules()):
            wrapper = LAYERS.get(type(layer))
            if wrapper is None or not _is_target(name, targets):
                continue
            adapted = wrapper(
                layer, self.state, rank=rank, scaling=alpha / rank, dropout=dropout
            )
            _replace(module, name, adapted)
            self._layers.append((name, adapted))
        if not self._layers:
            raise ConfigError(
                f"No layer of the encoder is named like one of the adapter targets "
                f"{list(targets)!r}. Name some of: {', '.join(adaptable(module))}."
            )
        for expert in experts:
            self.add(expert)

    @property
    def layers(self) -> List[Tuple[str, RoutedLora]]:
        """Names within the module, and the adapted layers."""
        return list(self._layers)

    def add(self, expert: str) -> None:
        """Add an expert that changes nothing until it is trained."""
        check_bank([*self.experts, expert])
        for _, layer in self._layers:
            layer.add(expert)
        self.experts.append(expert)

    def remove(self, expert: str) -> None:
        """Take an expert out, without touching the others."""
        if expert not in self.experts:
            raise ConfigError(_unknown_expert(expert, self.experts))
        for _, layer in self._layers:
            layer.remove(expert)
        self.experts.remove(expert)

    def merge(self, module: nn.Module, weights: Mapping[str, float]) -> None:
        """Fold a fixed mixture of experts into the base layers of the module, and
        drop the adapters: the result costs what the bare module costs.

        module (nn.Module): The module that the bank was injected into.
        weights (Mapping[str, float]): The gates, by expert.
        RAISES (ConfigError): If an expert is not in the bank.
        """
        for expert in weights:
            if expert not in self.experts:
                raise ConfigError(_unknown_expert(expert, self.experts))
        for name, layer in self._layers:
            _replace(module, name, layer.merged(weights))
        self._layers = []
        self.experts = []


def check_bank(
    experts: Sequence[str], *, rank: int = 1, targets: Sequence[str] = ()
) -> None:
    """Check the settings of a bank before anything is built from them.

    RAISES (ConfigError): If a value cannot work.
    """
    if rank < 1:
        raise ConfigError(
            f"The rank of the adapters is {rank}, but it must be 1 or more. To train "
            f"without adapters, set the bank to null."
        )
    for expert in experts:
        if not re.fullmatch(r"[A-Za-z0-9_-]+", expert):
            raise ConfigError(
                f"{expert!r} cannot name an adapter: use letters, digits, '-' and '_', "
                f"for example a language code."
            )
        if hasattr(RESERVED, expert):
            raise ConfigError(
                f"{expert!r} cannot name an adapter: torch's modules have an attribute "
                f"of this name. Choose another, such as '{expert}-x'."
            )
    doubles = sorted({expert for expert in experts if list(experts).count(expert) > 1})
    if doubles:
        raise ConfigError(f"These adapters are named twice: {', '.join(doubles)}.")
    for target in targets:
        try:
            re.compile(target)
        except re.error as e:
            raise ConfigError(
                f"The adapter target {target!r} is no regular expression: {e}."
            ) from e


def adaptable(module: nn.Module) -> List[str]:
    """RETURNS (List[str]): Names of the layers that an adapter can go on."""
    return [name for name, layer in module.named_modules() if type(layer) in LAYERS]


def _is_target(name: str, targets: Sequence[str]) -> bool:
    return not targets or any(re.search(target, name) for target in targets)


def _replace(module: nn.Module, name: str, new: nn.Module) -> None:
    parent, _, child = name.rpartition(".")
    setattr(module.get_submodule(parent), child, new)


def _spread(gates: Tensor, like: Tensor) -> Tensor:
    """(rows, n) → (rows, 1, …, n) with as many axes as `like`."""
    return gates.view(gates.shape[0], *[1] * (like.dim() - 2), gates.shape[1])


def _add_raised(
    y: Tensor, low: Tensor, scale: Tensor, chosen: Tensor, up: List[Tensor]
) -> Tensor:
    """y (rows, …, out) plus low (rows, n, rank) raised by each row's own expert."""
    raised = torch.stack(up)[chosen].transpose(1, 2) * scale[:, None, None]
    return torch.baddbmm(y.reshape(len(y), -1, y.shape[-1]), low, raised).view_as(y)


def _unknown_expert(expert: str, experts: Sequence[str]) -> str:
    return f"There is no adapter {expert!r}; the bank has {', '.join(experts)}."
