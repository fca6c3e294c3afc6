"""Several linear layers as one."""

from typing import List, Sequence

import torch
from torch import Tensor, nn

from .lora import LoraLinear
from .tuned import TunedLinear

PLAIN = (nn.Linear, TunedLinear)


def can_join(layers: Sequence[nn.Module]) -> bool:
    """RETURNS (bool): Whether `join` takes layers of these kinds."""
    return all(type(_base(layer)) in PLAIN for layer in layers)


def join(layers: Sequence[nn.Module], dtype: torch.dtype) -> nn.Module:
    """Make one linear layer of several that read the same: their outputs side by side.
    Shared updates are folded in. If there are adapters on some, there is one on the
    joined layer that does the same, and obeys the same gates.

    layers (Sequence[nn.Module]): One or more linear layers, of which nothing changes.
    dtype (torch.dtype): Of the joined layer.
    RETURNS (nn.Module): An `nn.Linear`, or a `LoraLinear` with one within.
    """
    plain = [_plain(_base(layer)) for layer in layers]
    joined = _join_plain(plain, dtype)
    adapted = [layer for layer in layers if isinstance(layer, LoraLinear)]
    if not adapted:
        return joined
    first = adapted[0]
    lora = LoraLinear(
        joined,
        first.state,
        rank=sum(layer.rank for layer in adapted),
        scaling=first.scaling,
    )
    for expert in first.experts:
        down = torch.cat([layer.factors(expert)[0] for layer in adapted])
        ups = [
            (
                layer.factors(expert)[1]
                if isinstance(layer, LoraLinear)
                else base.weight.new_zeros(base.out_features, 0)
            )
            for layer, base in zip(layers, plain, strict=True)
        ]
        lora.lora_A[expert] = _frozen(down.to(dtype))
        lora.lora_B[expert] = _frozen(torch.block_diag(*ups).to(dtype))
        lora.experts.append(expert)
    return lora.eval()


def _base(layer: nn.Module) -> nn.Module:
    return layer.base if isinstance(layer, LoraLinear) else layer


def _plain(layer: nn.Module) -> nn.Linear:
    assert isinstance(layer, nn.Linear)
    if isinstance(layer, TunedLinear):
        with torch.no_grad():
            return layer.folded()
    return layer


def _join_plain(layers: Sequence[nn.Linear], dtype: torch.dtype) -> nn.Linear:
    weights: List[Tensor] = [layer.weight.detach().to(dtype) for layer in layers]
    out_width = sum(len(weight) for weight in weights)
    joined = nn.Linear(weights[0].shape[1], out_width, device="meta")
    joined.weight = _frozen(weights[0] if len(layers) == 1 else torch.cat(weights))
    biases = [
        (
            weight.new_zeros(len(weight))
            if layer.bias is None
            else layer.bias.detach().to(dtype)
        )
        for layer, weight in zip(layers, weights, strict=True)
    ]
    joined.bias = _frozen(torch.cat(biases))
    return joined


def _frozen(tensor: Tensor) -> nn.Parameter:
    return nn.Parameter(tensor, requires_grad=False)
