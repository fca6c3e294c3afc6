"""Routers to compare others with: what a choice among adapters is worth shows against
no choice at all, and against a choice that nothing was learnt for."""

from typing import Optional

import torch
from torch import Tensor

from .base import Router, Routing
from .mixture import GatedRouter


class UniformRouter(Router):
    """All adapters alike, for every sentence."""

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        gates = torch.full_like(languages, 1.0 / languages.shape[1])
        return Routing(gates, recurring=True)


class FrozenRouter(GatedRouter):
    """The gates of `MixtureRouter` as they are before any training. They are kept with
    the model's weights, but are none: no stage and no optimizer moves them.

    width (int): Width of the hidden states.
    n_experts (int): Number of experts.
    n_layers (int): Number of layers, each with a gate of its own if `per_layer`.
    top_k (int): How many experts a sentence uses.
    per_layer (bool): Decide before every layer, else once from the embeddings.
    temperature (float): Divides the logits; below 1 sharpens the gates.
    seed (int): Which random gates; the random numbers of other parts are not touched.
    """

    weight: Tensor
    bias: Tensor

    def __init__(
        self,
        *,
        width: int,
        n_experts: int,
        n_layers: int,
        top_k: int = 2,
        per_layer: bool = False,
        temperature: float = 1.0,
        seed: int = 0,
    ) -> None:
        super().__init__(
            n_experts=n_experts,
            n_layers=n_layers,
            top_k=top_k,
            per_layer=per_layer,
            temperature=temperature,
        )
        generator = torch.Generator().manual_seed(seed)
        # As `nn.Linear` begins, so that only the learning differs from a mixture.
        bound = width**-0.5
        for name, shape in ("weight", (n_experts, width)), ("bias", (n_experts,)):
            values = torch.empty(self.n_gates, *shape).uniform_(
                -bound, bound, generator=generator
            )
            self.register_buffer(name, values)

    def logits(self, summary: Tensor, number: int) -> Tensor:
        return torch.addmm(self.bias[number], summary, self.weight[number].T)

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        _, gates = self.decide(summary, layer)
        return Routing(gates)
