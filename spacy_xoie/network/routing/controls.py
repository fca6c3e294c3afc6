"""Routers to compare others with: what a choice among adapters is worth shows against
no choice at all, and against a choice that nothing was learnt for."""

from typing import Any

import torch
from torch import Tensor

from .base import Router, Routing
from .mixture import GatedRouter


class UniformRouter(Router):
    """All adapters alike, for every sentence."""

    def route(self, languages: Tensor) -> Routing:
        gates = torch.full_like(languages, 1.0 / languages.shape[1])
        return Routing(gates, recurring=True)


class FrozenRouter(GatedRouter):
    """The gates of `MixtureRouter` as they are before any training. They are kept with
    the model's weights, but are none: no stage and no optimizer moves them.

    seed (int): Which random gates; the random numbers of other parts are not touched.
    settings: See `GatedRouter`.
    """

    weight: Tensor
    bias: Tensor

    def __init__(self, *, seed: int = 0, **settings: Any) -> None:
        super().__init__(**settings)
        generator = torch.Generator().manual_seed(seed)
        # As `nn.Linear` begins, so that only the learning differs from a mixture.
        bound = self.width**-0.5
        experts = (self.n_experts,)
        for name, shape in ("weight", (*experts, self.width)), ("bias", experts):
            values = torch.empty(self.n_gates, *shape).uniform_(
                -bound, bound, generator=generator
            )
            self.register_buffer(name, values)

    def logits(self, summary: Tensor, number: int) -> Tensor:
        return torch.addmm(self.bias[number], summary, self.weight[number].T)
