"""The encoder that listens: hidden states come from elsewhere in the pipeline."""

from typing import Dict

from torch import Tensor, nn

from .base import BeforeLayer, Encoder


class ProjectionEncoder(Encoder):
    """A projection of hidden states that another component computes. The shared
    component stays untouched; the adapters go on the projection.

    inputs: "hidden" (rows, tokens, in_width); "mask" (rows, tokens).

    in_width (int): Width of the incoming states.
    width (int): Width of the outgoing states.
    """

    def __init__(self, *, in_width: int, width: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.in_width = in_width
        self.width = width
        self.n_layers = 1
        self.inward = nn.Linear(in_width, width)
        self.layer = ProjectionLayer(width, dropout)

    def positions(self, inputs: Dict[str, Tensor]) -> Tensor:
        return inputs["mask"]

    def embed(self, inputs: Dict[str, Tensor]) -> Tensor:
        hidden: Tensor = self.inward(inputs["hidden"]) * inputs["mask"][:, :, None]
        return hidden

    def forward(
        self, inputs: Dict[str, Tensor], before_layer: BeforeLayer = None
    ) -> Tensor:
        hidden = self.embed(inputs)
        if before_layer is not None:
            before_layer(0, hidden)
        hidden = self.layer(hidden)
        out: Tensor = hidden * inputs["mask"][:, :, None]
        return out


class ProjectionLayer(nn.Module):
    """A residual feed-forward layer: (rows, tokens, width) → the same shape."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, width)
        self.outer = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor) -> Tensor:
        update = self.outer(nn.functional.gelu(self.inner(self.norm(hidden))))
        out: Tensor = hidden + self.dropout(update)
        return out
