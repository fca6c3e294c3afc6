"""What all routers have in common.

A router turns what is known of a sentence, its language distribution or its
hidden states, into gates over the experts.
"""

from dataclasses import dataclass
from typing import Callable, Dict, Mapping, Optional, Sequence

import torch
from torch import Tensor, nn

MIXTURE = "mixture"
"""The label of a sentence that several adapters serve."""

Relatives = Callable[[str, Sequence[str]], Mapping[str, float]]
"""Weighs experts by how near they are to a language; empty if it is not known."""


@dataclass
class Routing:
    """What a router decides.

    gates (Tensor): (rows, experts), not negative; rows sum to 1, or are zero
        where the sentence is left to the shared encoder alone.
    loss (Optional[Tensor]): Auxiliary loss, a scalar; None if there is none.
    recurring (bool): Whether the first row's gates are sure to come again, so that it
        pays to merge adapters for them where all rows have the same.
    """

    gates: Tensor
    loss: Optional[Tensor] = None
    recurring: bool = False


class Router(nn.Module):
    """Base of all routers.

    reads_languages (bool): Whether the router looks at the detected language.
    reads_hidden (bool): Whether the router needs hidden states.
    per_layer (bool): Whether it decides before each layer anew.
    """

    reads_languages = False
    reads_hidden = False
    per_layer = False

    def forward(
        self,
        languages: Tensor,
        summary: Optional[Tensor] = None,
        layer: int = 0,
        gold: Optional[Tensor] = None,
    ) -> Routing:
        """languages (Tensor): (rows, experts), what `over_experts` makes of the
            language distribution of each sentence; rows need not sum to 1.
        summary (Optional[Tensor]): (rows, width), mean hidden state.
        layer (int): Number of the layer about to run.
        gold (Optional[Tensor]): (rows,), number of the right expert, -1 unknown.
        """
        return self.route(languages)

    def route(self, languages: Tensor) -> Routing:
        """Decide by the languages alone. See `forward`."""
        raise NotImplementedError

    def over_experts(
        self, languages: Mapping[str, float], experts: Sequence[str]
    ) -> Dict[str, float]:
        """Turn a language distribution into one over experts.

        languages (Mapping[str, float]): Probability of each language.
        experts (Sequence[str]): The experts of the bank.
        RETURNS (Dict[str, float]): Share of each expert; what is missing to 1 belongs
            to no expert.
        """
        return {code: p for code, p in languages.items() if code in experts and p > 0}

    def fixed_gates(
        self, language: str, experts: Sequence[str]
    ) -> Optional[Dict[str, float]]:
        """language (str): A language, with or without an adapter.
        experts (Sequence[str]): The experts of the bank.
        RETURNS (Optional[Dict[str, float]]): The gates of every sentence that is surely
            in it; None if they depend on the text.
        """
        if self.reads_hidden:
            return None
        over = self.over_experts({language: 1.0}, experts)
        row = torch.tensor([[over.get(expert, 0.0) for expert in experts]])
        gates = self(row).gates[0].tolist()
        return {e: gate for e, gate in zip(experts, gates, strict=True) if gate > 0}

    def label(self, languages: Mapping[str, float], experts: Sequence[str]) -> str:
        """RETURNS (str): The one expert that a sentence of this language distribution
        is routed to, "mixture" if there are several, "" if there is none."""
        return experts[0] if len(experts) == 1 else MIXTURE
