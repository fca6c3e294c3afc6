"""Routers: which experts of the bank serve which sentence, and how much.

A router turns what is known of a sentence, its language distribution or its
hidden states, into gates over the experts.
"""

from dataclasses import dataclass
from typing import Mapping, Optional, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..errors import ConfigError

FALLBACKS = ("uniform", "none")
MIXTURE = "mixture"
"""The label of a sentence that several adapters serve."""


@dataclass
class Routing:
    """What a router decides.

    gates (Tensor): (rows, experts), not negative; rows sum to 1, or are zero
        where the sentence is left to the shared encoder alone.
    loss (Optional[Tensor]): Auxiliary loss, a scalar; None if there is none.
    """

    gates: Tensor
    loss: Optional[Tensor] = None


class Router(nn.Module):
    """Base of all routers.

    reads_hidden (bool): Whether the router needs hidden states.
    per_layer (bool): Whether it decides before each layer anew.
    """

    reads_hidden = False
    per_layer = False

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        """languages (Tensor): (rows, experts), probability that the sentence is in
            the language of the expert; rows need not sum to 1.
        summary (Optional[Tensor]): (rows, width), mean hidden state.
        layer (int): Number of the layer about to run.
        gold (Optional[Tensor]): (rows,), number of the right expert, -1 unknown.
        """
        raise NotImplementedError

    def label(self, languages: Mapping[str, float], experts: Sequence[str]) -> str:
        """RETURNS (str): The one expert that a sentence of this language distribution
        is routed to, "mixture" if there are several, "" if there is none."""
        return experts[0] if len(experts) == 1 else MIXTURE


class LanguageRouter(Router):
    """Gates straight from the detected language: one-hot where detection is
    sure, else the language distribution itself; probability that falls on no
    expert is spread evenly.

    certainty (float): From this probability on, a language gets the whole gate.
    fallback (str): Gates of a sentence whose language is unknown or has no
        adapter: "uniform" (all adapters alike) or "none" (the shared encoder).
    """

    def __init__(self, *, certainty: float = 0.9, fallback: str = "uniform") -> None:
        super().__init__()
        if fallback not in FALLBACKS:
            raise ConfigError(
                f"The router's fallback is {fallback!r}; it can be one of "
                f"{', '.join(map(repr, FALLBACKS))}."
            )
        if not 0.0 < certainty <= 1.0:
            raise ConfigError(
                f"The router's certainty is {certainty}; it must be above 0 and at "
                f"most 1."
            )
        self.certainty = certainty
        self.fallback = fallback

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        n_experts = languages.shape[1]
        best, index = languages.max(dim=1, keepdim=True)
        one_hot = torch.zeros_like(languages).scatter(1, index, 1.0)
        rest = (1.0 - languages.sum(dim=1, keepdim=True)).clamp(min=0.0)
        mixed = languages + rest / n_experts
        gates = torch.where(best >= self.certainty, one_hot, mixed)
        if self.fallback == "none":
            gates = torch.where(best > 0, gates, torch.zeros_like(gates))
        return Routing(gates)

    def label(self, languages: Mapping[str, float], experts: Sequence[str]) -> str:
        known = {code: p for code, p in languages.items() if code in experts and p > 0}
        if not known and self.fallback == "none":
            return ""
        best = max(known, key=lambda code: known[code], default="")
        if best and known[best] >= self.certainty:
            return best
        return super().label(languages, experts)


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
        if not 1 <= top_k <= n_experts:
            raise ConfigError(
                f"The router's top_k is {top_k}, but there are {n_experts} experts: "
                f"choose a number from 1 to {n_experts}."
            )
        if temperature <= 0:
            raise ConfigError(
                f"The router's temperature is {temperature}; it must be above 0."
            )
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
