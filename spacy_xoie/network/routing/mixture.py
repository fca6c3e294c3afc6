"""The router that learns its gates."""

from typing import Optional, Tuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .base import Router, Routing, check_mixture


class GatedRouter(Router):
    """Base of the routers whose gates are a softmax over the experts' logits, of which
    only the `top_k` largest take part. What makes the logits is up to them.

    n_experts (int): Number of experts.
    n_layers (int): Number of layers, each with a gate of its own if `per_layer`.
    top_k (int): How many experts a sentence uses.
    per_layer (bool): Decide before every layer, else once from the embeddings.
    temperature (float): Divides the logits; below 1 sharpens the gates.
    """

    reads_hidden = True

    def __init__(
        self,
        *,
        n_experts: int,
        n_layers: int,
        top_k: int,
        per_layer: bool,
        temperature: float,
    ) -> None:
        super().__init__()
        check_mixture(top_k, n_experts, temperature)
        self.top_k = top_k
        self.per_layer = per_layer
        self.temperature = temperature
        self.n_gates = max(n_layers, 1) if per_layer else 1

    def logits(self, summary: Tensor, number: int) -> Tensor:
        """summary (Tensor): (rows, width)
        number (int): Number of the gate.
        RETURNS (Tensor): (rows, experts)
        """
        raise NotImplementedError

    def decide(self, summary: Optional[Tensor], layer: int) -> Tuple[Tensor, Tensor]:
        """RETURNS (Tuple[Tensor, Tensor]): Logits and gates, (rows, experts) each."""
        if summary is None:
            name = type(self).__name__
            raise ValueError(f"{name} needs the mean hidden states (`summary`).")
        logits = self.logits(summary, layer if self.per_layer else 0)
        return logits, top_k_softmax(logits / self.temperature, self.top_k)


class MixtureRouter(GatedRouter):
    """Gates learned from the hidden states: a softmax over the experts' logits,
    of which only the `top_k` largest take part (the others get a gate of exactly
    zero, and with it no gradient).

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

    def __init__(
        self,
        *,
        width: int,
        n_experts: int,
        n_layers: int,
        top_k: int = 2,
        per_layer: bool = False,
        temperature: float = 1.0,
        language_weight: float = 0.1,
    ) -> None:
        super().__init__(
            n_experts=n_experts,
            n_layers=n_layers,
            top_k=top_k,
            per_layer=per_layer,
            temperature=temperature,
        )
        self.language_weight = language_weight
        self.gate = nn.ModuleList(
            nn.Linear(width, n_experts) for _ in range(self.n_gates)
        )

    def logits(self, summary: Tensor, number: int) -> Tensor:
        made: Tensor = self.gate[number](summary)
        return made

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        logits, gates = self.decide(summary, layer)
        loss = None
        if gold is not None and self.language_weight and bool((gold >= 0).any()):
            loss = F.cross_entropy(logits, gold, ignore_index=-1)
            loss = self.language_weight * loss
        return Routing(gates, loss)


def top_k_softmax(logits: Tensor, k: int) -> Tensor:
    """A softmax over the k largest logits of each row; the others are exactly 0.

    logits (Tensor): (rows, experts)
    RETURNS (Tensor): (rows, experts)
    """
    values, index = logits.topk(k, dim=1)
    return torch.zeros_like(logits).scatter(1, index, values.softmax(dim=1))
