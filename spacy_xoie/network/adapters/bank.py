"""The bank: adapters injected into a module, added, removed and merged."""

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from torch import nn

from ...errors import ConfigError
from ..patterns import compile_pattern, is_target
from .combine import weighted_sum
from .gates import GateState
from .lora import LAYERS
from .routed import RoutedLora
from .tuned import replace_layer

RESERVED = nn.ParameterDict()
"""Its attributes cannot name an expert, nor those of PEFT's dicts, much the same."""

MAX_EXPERTS = 10_000


@dataclass
class AdaptedPart:
    """A part of a network that has, or is to have, adapters.

    module (nn.Module): The part.
    targets (Sequence[str]): See `AdapterBank`.
    state (GateState): The gates of its layers.
    layers (List[Tuple[str, RoutedLora]]): Names of the adapted layers, and these;
        empty while there is no expert.
    """

    module: nn.Module
    targets: Sequence[str]
    state: GateState
    layers: List[Tuple[str, RoutedLora]] = field(default_factory=list)


class AdapterBank:
    """The low-rank adapters of all experts, injected into a module. A bank without
    experts leaves the module as it is: its layers are exchanged when the first expert
    comes, and put back when the last one goes.

    module (nn.Module): The module whose layers are adapted, changed in place.
    experts (Sequence[str]): Names of the experts, usually language codes.
    rank (int): Rank of each update (the paper: 64 as released, 8 and 4 named).
    alpha (float): Scale; each update is multiplied by `alpha / rank`.
    dropout (float): Dropout on the input of the updates.
    targets (Sequence[str]): Regular expressions; a linear, convolutional or
        embedding layer is adapted if one of them is found in its name. None: all.
    RAISES (ConfigError): If a value cannot work or no layer is a target.

    state (GateState): The gates of the module's layers.
    plugged (Dict[str, Dict[str, Any]]): What is known of the experts that were plugged
        in afterwards: the router was not made for them. See `plugged_gates`.
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
        check_bank(experts, rank=rank, alpha=alpha, targets=targets)
        self.rank = rank
        self.scaling = alpha / rank
        self.dropout = dropout
        self.state = GateState()
        self.experts: List[str] = []
        self.plugged: Dict[str, Dict[str, Any]] = {}
        self._parts: Dict[str, AdaptedPart] = {}
        self._adapt("encoder", AdaptedPart(module, targets, self.state))
        for expert in experts:
            self._add(expert)

    def adapt_head(
        self, head: nn.Module, targets: Sequence[str], state: GateState
    ) -> None:
        """Put adapters of all experts on a head as well, with gates of their own.

        head (nn.Module): The head, changed in place.
        targets (Sequence[str]): Regular expressions for the names of its layers.
        state (GateState): The gates of these layers.
        RAISES (ConfigError): If no layer is a target.
        """
        part = AdaptedPart(head, targets, state)
        self._adapt("head", part)
        if self.experts:
            self._inject(part)
        for _, layer in part.layers:
            for expert in self.experts:
                layer.add(expert)

    @property
    def layers(self) -> List[Tuple[str, RoutedLora]]:
        """Names within the module, and the adapted layers."""
        return self._layers_of("encoder")

    @property
    def head_layers(self) -> List[Tuple[str, RoutedLora]]:
        """Names within the head, and its adapted layers."""
        return self._layers_of("head")

    def add(self, expert: str) -> None:
        """Add an expert that changes nothing until it is trained."""
        self._check_new(expert)
        self._add(expert)

    def plug(self, expert: str, notes: Mapping[str, Any]) -> None:
        """Add an expert that the router does not know.

        notes (Mapping[str, Any]): What is to be known of it, as JSON allows it.
        """
        self.add(expert)
        self.plugged[expert] = dict(notes)

    @property
    def base_columns(self) -> List[int]:
        """The places of the experts that the router knows."""
        return [i for i, name in enumerate(self.experts) if name not in self.plugged]

    def remove(self, expert: str) -> None:
        """Take an expert out, without touching the others."""
        self.check_name(expert)
        for _, layer in self._all_layers:
            layer.remove(expert)
        self.experts.remove(expert)
        self.plugged.pop(expert, None)
        if not self.experts:
            for part in self._parts.values():
                for name, layer in part.layers:
                    replace_layer(part.module, name, layer.base)
                part.layers = []

    def rename(self, expert: str, name: str) -> None:
        """Give an expert another name, and leave everything else as it is."""
        self.check_name(expert)
        self._check_new(name)
        for _, layer in self._all_layers:
            layer.rename(expert, name)
        self.experts[self.experts.index(expert)] = name
        if expert in self.plugged:
            self.plugged[name] = self.plugged.pop(expert)

    def start(self, expert: str, weights: Mapping[str, float]) -> None:
        """Set an expert to the weighted sum of others, or what comes nearest to it
        with the rank of the bank.

        weights (Mapping[str, float]): A weight for each expert that takes part.
        RAISES (ConfigError): If an expert is not in the bank.
        """
        for other in (expert, *weights):
            self.check_name(other)
        for _, layer in self._all_layers:
            parts = [(w, *layer.factors(other)) for other, w in weights.items()]
            layer.set_factors(expert, *weighted_sum(parts, layer.rank))

    def check_name(self, expert: str) -> None:
        """RAISES (ConfigError): If the expert is not in the bank."""
        if expert not in self.experts:
            raise ConfigError(_unknown_expert(expert, self.experts))

    def _check_new(self, expert: str) -> None:
        _check_name(expert)
        _check_number(len(self.experts) + 1)
        if expert in self.experts:
            raise ConfigError(_named_twice([expert]))

    def _add(self, expert: str) -> None:
        if not self.experts:
            for part in self._parts.values():
                self._inject(part)
        for _, layer in self._all_layers:
            layer.add(expert)
        self.experts.append(expert)

    def merge(self, module: nn.Module, weights: Mapping[str, float]) -> None:
        """Fold a fixed mixture of experts into the base layers of the module, and
        drop the adapters: the result costs what the bare module costs.

        module (nn.Module): The module that the bank was injected into.
        weights (Mapping[str, float]): The gates, by expert.
        RAISES (ConfigError): If an expert is not in the bank.
        """
        self._fold("encoder", module, weights)

    def merge_head(self, head: nn.Module, weights: Mapping[str, float]) -> None:
        """The same for the head. See `merge`."""
        self._fold("head", head, weights)

    def _fold(self, name: str, module: nn.Module, weights: Mapping[str, float]) -> None:
        for expert in weights:
            self.check_name(expert)
        for place, layer in self._layers_of(name):
            replace_layer(module, place, layer.merged(weights))
        self._parts.pop(name, None)
        if not self._parts:
            self.experts = []
            self.plugged = {}

    def _layers_of(self, name: str) -> List[Tuple[str, RoutedLora]]:
        return list(self._parts[name].layers) if name in self._parts else []

    @property
    def _all_layers(self) -> List[Tuple[str, RoutedLora]]:
        return [*self.layers, *self.head_layers]

    def _adapt(self, name: str, part: AdaptedPart) -> None:
        """Add a part, of which nothing is changed yet.

        RAISES (ConfigError): If none of its layers is a target.
        """
        names = adaptable(part.module)
        if not any(is_target(layer, part.targets) for layer in names):
            raise ConfigError(
                f"No layer of the {name} is named like one of the adapter targets "
                f"{list(part.targets)!r}. Name some of: {', '.join(names)}."
            )
        self._parts[name] = part

    def _inject(self, part: AdaptedPart) -> None:
        """Exchange the layers of a part that are targets for adapted ones."""
        for name in adaptable(part.module):
            if is_target(name, part.targets):
                layer = part.module.get_submodule(name)
                adapted = LAYERS[type(layer)](
                    layer,
                    part.state,
                    rank=self.rank,
                    scaling=self.scaling,
                    dropout=self.dropout,
                )
                replace_layer(part.module, name, adapted.train(layer.training))
                part.layers.append((name, adapted))


def check_bank(
    experts: Sequence[str],
    *,
    rank: int = 1,
    alpha: float = 1.0,
    targets: Sequence[str] = (),
) -> None:
    """Check the settings of a bank before anything is built from them.

    RAISES (ConfigError): If a value cannot work.
    """
    if rank < 1:
        raise ConfigError(
            f"The rank of the adapters is {rank}, but it must be 1 or more. To train "
            f"without adapters, set the bank to null."
        )
    if not alpha or not math.isfinite(alpha):
        raise ConfigError(
            f"The scale `alpha` of the adapters is {alpha}, but it must be a number "
            f"other than 0."
        )
    _check_number(len(experts))
    for expert in experts:
        _check_name(expert)
    doubles = sorted(name for name, times in Counter(experts).items() if times > 1)
    if doubles:
        raise ConfigError(_named_twice(doubles))
    for target in targets:
        compile_pattern(target)


def _check_number(number: int) -> None:
    if number > MAX_EXPERTS:
        raise ConfigError(
            f"The bank has {number:,} adapters, but it can have {MAX_EXPERTS:,}: more "
            f"than there are written languages. Divide them among several models."
        )


def _check_name(expert: str) -> None:
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


def adaptable(module: nn.Module) -> List[str]:
    """RETURNS (List[str]): Names of the layers that an adapter can go on."""
    return [name for name, layer in module.named_modules() if type(layer) in LAYERS]


def _named_twice(experts: Sequence[str]) -> str:
    return f"These adapters are named twice: {', '.join(experts)}."


def _unknown_expert(expert: str, experts: Sequence[str]) -> str:
    names = ", ".join(experts) or "none"
    return f"There is no adapter {expert!r}; the bank has {names}."
