"""Pretrained layers that learn by an update of low rank, one for all sentences."""

import math
from typing import List, Sequence, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import ConfigError
from ..patterns import is_target

SHARED = ("shared_A", "shared_B")
"""Names of the parameters of a shared update."""


class TunedLinear(nn.Linear):
    """A pretrained linear layer, which stays as it is, and one update of low rank on it
    (LoRA, Hu et al. 2021, arXiv 2106.09685) that serves all languages.

    forward: (…, in) → (…, out)

    layer (nn.Linear): The layer, whose parameters this one takes over.
    rank (int): Rank of the update.
    scaling (float): Factor on the update.
    """

    def __init__(self, layer: nn.Linear, *, rank: int, scaling: float) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = layer.in_features, layer.out_features
        self.weight, self.bias = layer.weight, layer.bias
        self.rank = rank
        self.scaling = scaling
        self.shared_A = nn.Parameter(layer.weight.new_empty(rank, self.in_features))
        self.shared_B = nn.Parameter(layer.weight.new_zeros(self.out_features, rank))
        nn.init.kaiming_uniform_(self.shared_A, a=math.sqrt(5))

    def forward(self, input: Tensor) -> Tensor:
        flat = input.reshape(-1, self.in_features)
        low = F.linear(flat, self.shared_A)
        out = F.linear(flat, self.weight, self.bias)
        # The update is added within the product, which saves two passes over `out`.
        out = torch.addmm(out, low, self.shared_B.T, alpha=self.scaling)
        return out.view(*input.shape[:-1], self.out_features)

    def factors(self) -> Tuple[Tensor, Tensor]:
        """RETURNS (Tuple[Tensor, Tensor]): A, (rank, in), and B, (out, rank)."""
        return self.shared_A.detach(), self.shared_B.detach()

    def set_factors(self, down: Tensor, up: Tensor) -> None:
        """The inverse of `factors`. A smaller rank is filled up with zeros."""
        own_down, own_up = self.factors()
        own_down.zero_()[: len(down)] = down
        own_up.zero_()[:, : up.shape[1]] = up

    def extend(self, down: Tensor, up: Tensor) -> None:
        """Add a further update, which makes one of a higher rank of both.

        down (Tensor): (rank, in), and up (Tensor): (out, rank), its factors.
        """
        learns = self.shared_A.requires_grad
        both_down = torch.cat([self.shared_A.detach(), down])
        both_up = torch.cat([self.shared_B.detach(), up / self.scaling], dim=1)
        self.shared_A = nn.Parameter(both_down, learns)
        self.shared_B = nn.Parameter(both_up, learns)
        self.rank = len(both_down)

    def plain(self) -> nn.Linear:
        """RETURNS (nn.Linear): The layer without the update, its weights in common."""
        layer = nn.Linear(
            self.in_features, self.out_features, self.bias is not None, device="meta"
        )
        layer.weight, layer.bias = self.weight, self.bias
        return layer

    def folded(self) -> nn.Linear:
        """RETURNS (nn.Linear): A plain layer that does the same."""
        layer = self.plain()
        update = self.shared_B.detach() @ self.shared_A.detach()
        layer.weight = nn.Parameter(self.weight.detach() + self.scaling * update)
        if self.bias is not None:
            layer.bias = nn.Parameter(self.bias.detach())
        return layer


def tune(
    module: nn.Module, targets: Sequence[str], *, rank: int, alpha: float
) -> List[str]:
    """Put a shared update of low rank on linear layers of a module, in place.

    targets (Sequence[str]): Regular expressions, one of which is found in the name of
        each layer; none for all linear layers.
    rank (int): Rank of the updates.
    alpha (float): Scale; each update is multiplied by `alpha / rank`.
    RETURNS (List[str]): Names of these layers.
    RAISES (ConfigError): If no layer is a target.
    """
    names: List[str] = []
    for name, layer in list(module.named_modules()):
        if type(layer) is nn.Linear and is_target(name, targets):
            tuned = TunedLinear(layer, rank=rank, scaling=alpha / rank)
            replace_layer(module, name, tuned)
            names.append(name)
    if not names:
        raise ConfigError(
            f"No linear layer of the encoder is named like one of the targets "
            f"{list(targets)!r} of its shared adapter."
        )
    return names


def fold(module: nn.Module) -> None:
    """Make plain layers of all tuned ones within a module, in place."""
    with torch.no_grad():
        for name, layer in tuned_layers(module):
            replace_layer(module, name, layer.folded())


def level_ranks(module: nn.Module) -> int:
    """Bring all tuned layers within a module to the same rank, in place: smaller ones
    are filled up with zeros.

    RETURNS (int): The rank; 0 if there are no such layers.
    """
    layers = [layer for _, layer in tuned_layers(module)]
    rank = max((layer.rank for layer in layers), default=0)
    with torch.no_grad():
        for layer in layers:
            missing = rank - layer.rank
            if missing:
                layer.extend(
                    layer.weight.new_zeros(missing, layer.in_features),
                    layer.weight.new_zeros(layer.out_features, missing),
                )
    return rank


def untune(module: nn.Module) -> None:
    """Take the shared updates off all layers within a module, in place."""
    for name, layer in tuned_layers(module):
        replace_layer(module, name, layer.plain())


def tuned_layers(module: nn.Module) -> List[Tuple[str, TunedLinear]]:
    """RETURNS (List[Tuple[str, TunedLinear]]): Names and layers within a module."""
    return [
        (name, layer)
        for name, layer in module.named_modules()
        if isinstance(layer, TunedLinear)
    ]


def replace_layer(module: nn.Module, name: str, layer: nn.Module) -> None:
    """Put another layer in the place of the one of a name within a module."""
    parent, _, child = name.rpartition(".")
    setattr(module.get_submodule(parent), child, layer)
