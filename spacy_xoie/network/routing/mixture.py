"""The router that learns its gates."""

import math
from typing import Any, Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import ConfigError
from .base import Router, Routing


class GatedRouter(Router):
    """Base of the routers whose gates are a softmax over the experts' logits, of which
    only the `top_k` largest take part (the others get a gate of exactly zero, and with
    it no gradient). What makes the logits is up to them.

    The summary is the mean hidden state, not the first token's as in MT4CrossOIE:
    before the first layer the state of a [CLS] token is the same everywhere.

    width (int): Width of the hidden states.
    n_experts (int): Number of experts.
    n_layers (int): Number of layers, each with a gate of its own if `per_layer`.
    top_k (int): How many experts a sentence uses.
    per_layer (bool): Decide before every layer, else once from the embeddings.
    temperature (float): Divides the logits; below 1 sharpens the gates.

    language_weight (float): Weight of the auxiliary loss, the cross-entropy of
        all experts' logits against the expert of the sentence's language.
    """

    reads_hidden = True
    language_weight = 0.0

    def __init__(
        self,
        *,
        width: int,
        n_experts: int,
        n_layers: int,
        top_k: int = 2,
        per_layer: bool = False,
        temperature: float = 1.0,
    ) -> None:
        super().__init__()
        if not 1 <= top_k <= n_experts:
            raise ConfigError(
                f"The router's top_k is {top_k}, but there are {n_experts} experts: "
                f"choose a number from 1 to {n_experts}."
            )
        if not 0 < temperature < math.inf:
            raise ConfigError(
                f"The router's temperature is {temperature}; it must be above 0."
            )
        self.width = width
        self.n_experts = n_experts
        self.n_gates = max(n_layers, 1) if per_layer else 1
        self.top_k = top_k
        self.per_layer = per_layer
        self.temperature = temperature

    def logits(self, summary: Tensor, number: int) -> Tensor:
        """summary (Tensor): (rows, width)
        number (int): Number of the gate.
        RETURNS (Tensor): (rows, experts)
        """
        raise NotImplementedError

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        if summary is None:
            name = type(self).__name__
            raise ValueError(f"{name} needs the mean hidden states (`summary`).")
        logits = self.logits(summary, layer if self.per_layer else 0)
        gates = top_k_softmax(logits / self.temperature, self.top_k)
        loss = None
        if gold is not None and self.language_weight and bool((gold >= 0).any()):
            loss = F.cross_entropy(logits, gold, ignore_index=-1)
            loss = self.language_weight * loss
        return Routing(gates, loss)


class MixtureRouter(GatedRouter):
    """Gates learned from the hidden states.

    language_weight (float): Weight of the auxiliary loss.
    settings: See `GatedRouter`.
    """

    def __init__(self, *, language_weight: float = 0.1, **settings: Any) -> None:
        super().__init__(**settings)
        self.language_weight = language_weight
        self.gate = nn.ModuleList(
            nn.Linear(self.width, self.n_experts) for _ in range(self.n_gates)
        )

    def logits(self, summary: Tensor, number: int) -> Tensor:
        logits: Tensor = self.gate[number](summary)
        return logits


def top_k_softmax(logits: Tensor, k: int) -> Tensor:
    """A softmax over the k largest logits of each row; the others are exactly 0.

    logits (Tensor): (rows, experts)
    RETURNS (Tensor): (rows, experts)
    """
    values, index = logits.topk(k, dim=1)
    return torch.zeros_like(logits).scatter(1, index, values.softmax(dim=1))
