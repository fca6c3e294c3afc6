"""Wordpieces and words read side by side."""

from typing import Dict, List

import torch
from torch import Tensor, nn

from ..layers import ConvolutionLayer
from .base import BeforeLayer, Encoder


class JointEncoder(Encoder):
    """A pretrained encoder of wordpieces, beside it a small one that reads the words
    themselves, and a few convolutions over both.

    Words that share a piece, as the characters of Chinese do, get the same state from
    the first; what is theirs alone comes from the second.

    inputs: those of both encoders.

    pieces (Encoder): The pretrained encoder.
    words (Encoder): The encoder of words.
    width (int): Width of the hidden states.
    depth (int): Number of convolutions over the joined states.
    dropout (float): Dropout on the joined states, and on each convolution.
    """

    def __init__(
        self,
        pieces: Encoder,
        words: Encoder,
        *,
        width: int,
        depth: int = 1,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.pieces = pieces
        self.words = words
        self.width = width
        self.n_layers = pieces.n_layers
        self.mix = nn.Linear(pieces.width + words.width, 2 * width)
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.convolutions = nn.ModuleList(
            ConvolutionLayer(width, 1, dropout) for _ in range(depth)
        )

    @property
    def inner_width(self) -> int:
        return self.pieces.inner_width

    @property
    def published(self) -> str:
        return f"pieces.{self.pieces.published}"

    def targets(self) -> List[str]:
        """Those of the pretrained encoder: what stands around it learns by itself."""
        return [
            target.replace("^", "^pieces\\.", 1) for target in self.pieces.targets()
        ]

    def positions(self, inputs: Dict[str, Tensor]) -> Tensor:
        return self.pieces.positions(inputs)

    def embed(self, inputs: Dict[str, Tensor]) -> Tensor:
        return self.pieces.embed(inputs)

    def forward(
        self, inputs: Dict[str, Tensor], before_layer: BeforeLayer = None
    ) -> Tensor:
        mask = inputs["mask"][:, :, None]
        both = [self.pieces(inputs, before_layer), self.words(inputs)]
        left, right = self.mix(torch.cat(both, dim=-1)).chunk(2, dim=-1)
        hidden = self.norm(torch.maximum(left, right))
        mask = mask.to(hidden.dtype)
        hidden = self.dropout(hidden) * mask
        for layer in self.convolutions:
            hidden = layer(hidden, mask)
        joined: Tensor = hidden
        return joined
