"""Routers that go by the language of a sentence."""

from typing import Dict, Mapping, Sequence, Set, Tuple

import torch
from torch import Tensor

from ...errors import ConfigError
from .base import Relatives, Router, Routing

FALLBACKS = ("uniform", "none")


class LanguageRouter(Router):
    """Gates straight from the detected language: one-hot where detection is
    sure, else the language distribution itself; probability that falls on no
    expert is spread evenly.

    certainty (float): From this probability on, a language gets the whole gate.
    fallback (str): Gates of a sentence whose language is unknown or has no
        adapter: "uniform" (all adapters alike) or "none" (the shared encoder).
    """

    reads_languages = True

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

    def route(self, languages: Tensor) -> Routing:
        best, index = languages.max(dim=1, keepdim=True)
        one_hot = torch.zeros_like(languages).scatter(1, index, 1.0)
        gates = torch.where(best >= self.certainty, one_hot, self._fill(languages))
        return Routing(gates, recurring=not bool(languages[:1].any()))

    def label(self, languages: Mapping[str, float], experts: Sequence[str]) -> str:
        shares = self.over_experts(languages, experts)
        if not shares and self.fallback == "none":
            return ""
        best = max(shares, key=lambda code: shares[code], default="")
        if best and shares[best] >= self.certainty:
            return best
        return super().label(languages, experts)

    def _fill(self, languages: Tensor) -> Tensor:
        """Spread what falls on no expert evenly, but for rows that fall back to none.

        languages (Tensor): (rows, experts)
        RETURNS (Tensor): (rows, experts)
        """
        rest = (1.0 - languages.sum(dim=1, keepdim=True)).clamp(min=0.0)
        gates = languages + rest / languages.shape[1]
        if self.fallback == "none":
            gates = torch.where(languages.any(dim=1, keepdim=True), gates, 0.0)
        return gates


class NearestRouter(LanguageRouter):
    """Routes a language that has an adapter to it, and any other one to a mixture of
    the adapters of its nearest relatives. The mixture of a language is always the same.

    relatives (Relatives): Weighs the experts for a language that has none.
    top_k (int): How many relatives take part.
    certainty (float): From this probability on, a language is the only one that counts;
        below, each language counts by its probability.
    fallback (str): As of `LanguageRouter`, for languages of which nothing is known.
    """

    def __init__(
        self,
        relatives: Relatives,
        *,
        top_k: int = 3,
        certainty: float = 0.9,
        fallback: str = "uniform",
    ) -> None:
        super().__init__(certainty=certainty, fallback=fallback)
        if top_k < 1:
            raise ConfigError(
                f"The router's top_k is {top_k}; a mixture needs 1 relative or more."
            )
        self.relatives = relatives
        self.top_k = top_k
        self._mixtures: Dict[Tuple[str, Tuple[str, ...]], Dict[str, float]] = {}
        self._rows: Set[Tuple[float, ...]] = set()

    def route(self, languages: Tensor) -> Routing:
        first = tuple(languages[0].tolist()) if len(languages) else ()
        recurring = not any(first) or first in self._rows
        return Routing(self._fill(languages), recurring=recurring)

    def over_experts(
        self, languages: Mapping[str, float], experts: Sequence[str]
    ) -> Dict[str, float]:
        best = max(languages, key=lambda code: languages[code], default="")
        if best and languages[best] >= self.certainty:
            return dict(self.mixture_for(best, experts))
        shares: Dict[str, float] = {}
        for code, probability in languages.items():
            for expert, weight in self.mixture_for(code, experts).items():
                shares[expert] = shares.get(expert, 0.0) + probability * weight
        return {expert: share for expert, share in shares.items() if share > 0}

    def mixture_for(self, language: str, experts: Sequence[str]) -> Dict[str, float]:
        """RETURNS (Dict[str, float]): The experts that serve a language, and their
        gates, which sum to 1; empty if nothing is known of it."""
        key = (language, tuple(experts))
        if key not in self._mixtures:
            mixture = self._mix(language, experts)
            row = torch.tensor([mixture.get(expert, 0.0) for expert in experts])
            self._rows.add(tuple(row.tolist()))
            self._mixtures[key] = mixture
        return self._mixtures[key]

    def label(self, languages: Mapping[str, float], experts: Sequence[str]) -> str:
        shares = self.over_experts(languages, experts)
        if not shares and self.fallback == "none":
            return ""
        if len(shares) == 1 and sum(shares.values()) > 1 - 1e-6:
            return next(iter(shares))
        return super(LanguageRouter, self).label(languages, experts)

    def _mix(self, language: str, experts: Sequence[str]) -> Dict[str, float]:
        if language in experts:
            return {language: 1.0}
        relatives = self.relatives(language, experts)
        weights = {e: w for e, w in relatives.items() if e in experts and w > 0}
        nearest = sorted(weights, key=lambda e: weights[e], reverse=True)[: self.top_k]
        total = sum(weights[expert] for expert in nearest)
        return {expert: weights[expert] / total for expert in nearest}
