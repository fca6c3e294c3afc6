"""The routing of adapters that were plugged in after the router had been made.

Such an adapter serves, alone, the sentences whose language is more likely its own than
not. All other sentences are routed as if it were not there, so that what they give
stays the same to the last bit.
"""

from typing import Container, Mapping, Sequence

import torch
from torch import Tensor

SURE = 0.5


def plugged_gates(gates: Tensor, languages: Tensor, base: Sequence[int]) -> Tensor:
    """Widen the gates of a router to the experts that it does not know.

    gates (Tensor): (rows, experts that the router knows)
    languages (Tensor): (rows, experts), see `Router.forward`.
    base (Sequence[int]): The places of the experts that the router knows.
    RETURNS (Tensor): (rows, experts)
    """
    wide = gates.new_zeros(languages.shape)
    wide[:, list(base)] = gates
    alone = (languages > SURE).to(gates.dtype)
    alone[:, list(base)] = 0.0
    return torch.where(alone.any(dim=1, keepdim=True), alone, wide)


def plugged_label(languages: Mapping[str, float], plugged: Container[str]) -> str:
    """RETURNS (str): The plugged-in adapter that serves a sentence of this language
    distribution, "" if there is none."""
    sure = (code for code, p in languages.items() if p > SURE and code in plugged)
    return next(sure, "")
