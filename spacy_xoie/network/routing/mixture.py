"""The router that learns its gates."""

from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .base import Router, Routing, check_mixture


class MixtureRouter(Router):
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

    reads_hidden = True

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
        super().__init__()
        check_mixture(top_k, n_experts, temperature)
        self.top_k = top_k
        self.per_layer = per_layer
        self.temperature = temperature
        self.language_weight = language_weight
        n_gates = max(n_layers, 1) if per_layer else 1
        self.gate = nn.ModuleList(nn.Linear(width, n_experts) for _ in range(n_gates))

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        if summary is None:
            raise ValueError("MixtureRouter needs the mean hidden states (`summary`).")
        logits = self.gate[layer if self.per_layer else 0](summary)
        gates = top_k_softmax(logits / self.temperature, self.top_k)
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
