"""The small encoder: hashed lexical attributes and a convolutional stack."""

from typing import Dict, Sequence, cast

import torch
from torch import Tensor, nn

from ...errors import ConfigError
from ..cache import ModuleCache
from ..folding import can_fold, fold
from ..layers import AttentionLayer, BagEmbedding, ConvolutionLayer
from .base import BeforeLayer, Encoder


class HashedEncoder(Encoder):
    """Bloom embeddings (Serrà & Karatzoglou 2017; thinc's HashEmbed) of a few
    lexical attributes, mixed to one vector a token, then residual convolutions, the
    last of them perhaps with self-attention behind every other one.

    inputs: "attributes" (rows, tokens, attributes, hashes), row numbers modulo
    the size of each table; "mask" (rows, tokens).

    width (int): Width of the hidden states.
    rows (Sequence[int]): Size of the table of each attribute.
    dilations (Sequence[int]): One convolution layer for each number; a layer sees
        its token and the one that is `dilation` tokens to either side.
    dropout (float): Dropout on the output of each layer.
    word_dropout (float): Probability that a token's attributes are hidden while
        training, so that the model learns to use the context of unknown words.
    attention (int): Number of attention layers, of four heads each: behind the last
        convolution, the last but two, and so on.

    folds (bool): Whether predictions fold the tables (see `fold`). That takes longer
        than a few sentences do, so it is not for weights that change after these.
    """

    folds = True

    def __init__(
        self,
        *,
        width: int,
        rows: Sequence[int],
        dilations: Sequence[int],
        dropout: float = 0.1,
        word_dropout: float = 0.1,
        attention: int = 0,
    ) -> None:
        super().__init__()
        if attention and (width % 4 or not 0 < 2 * attention - 1 <= len(dilations)):
            raise ConfigError(
                f"{attention} attention layers cannot work with width={width} and "
                f"{len(dilations)} convolutions: the width must be a multiple of 4, "
                f"and every other convolution can have one."
            )
        if width < 1 or min(rows, default=0) < 1 or min(dilations, default=1) < 1:
            raise ConfigError(
                f"The encoder's sizes must be 1 or more, but they are width={width}, "
                f"rows={list(rows)}, dilations={list(dilations)}."
            )
        self.width = width
        self.n_layers = len(dilations)
        self.word_dropout = word_dropout
        self.tables = nn.ModuleList(BagEmbedding(n, width) for n in rows)
        for table in self.tables:
            nn.init.normal_(cast(nn.Embedding, table).weight, std=0.1)
        self.mix = nn.Linear(len(rows) * width, 2 * width)
        self._fold_cache = ModuleCache()
        self.mix_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)
        self.convolutions = nn.ModuleList(
            ConvolutionLayer(width, dilation, dropout) for dilation in dilations
        )
        last = len(dilations) - 1
        self.attentions = nn.ModuleDict(
            {
                str(last - 2 * number): AttentionLayer(width, dropout)
                for number in reversed(range(attention))
            }
        )

    def positions(self, inputs: Dict[str, Tensor]) -> Tensor:
        return inputs["mask"]

    def train(self, mode: bool = True) -> "HashedEncoder":
        self._fold_cache.clear()
        super().train(mode)
        return self

    def embed(self, inputs: Dict[str, Tensor]) -> Tensor:
        attributes = inputs["attributes"]
        learns = self.training or torch.is_grad_enabled()
        if self.folds and not learns and can_fold(list(self.tables), self.mix):
            both = self._embed_folded(attributes)
        else:
            both = self._embed_whole(attributes)
        left, right = both.chunk(2, dim=-1)
        hidden = self.mix_norm(torch.maximum(left, right))
        mixed: Tensor = self.dropout(hidden) * inputs["mask"][:, :, None]
        return mixed

    def _embed_folded(self, attributes: Tensor) -> Tensor:
        weights = [*self.tables.parameters(), *self.mix.parameters()]
        hashes = attributes.shape[3]
        table = self._fold_cache.get(
            f"{hashes}", weights, lambda: fold(list(self.tables), self.mix, hashes)
        )
        sizes = [len(cast(nn.Embedding, table).weight) for table in self.tables]
        offsets = torch.tensor([0, *sizes[:-1]], device=attributes.device).cumsum(0)
        out: Tensor = table((attributes + offsets[:, None]).flatten(2))
        return out

    def _embed_whole(self, attributes: Tensor) -> Tensor:
        vectors = [
            table(attributes[:, :, number]) for number, table in enumerate(self.tables)
        ]
        if self.training and self.word_dropout:
            # Each attribute is hidden on its own, so that a rare word keeps some.
            chance = torch.full((*attributes.shape[:3], 1), 1 - self.word_dropout)
            keep = torch.bernoulli(chance).to(vectors[0].device)
            vectors = [v * keep[:, :, number] for number, v in enumerate(vectors)]
        out: Tensor = self.mix(torch.cat(vectors, dim=-1))
        return out

    def forward(
        self, inputs: Dict[str, Tensor], before_layer: BeforeLayer = None
    ) -> Tensor:
        hidden = self.embed(inputs)
        mask = inputs["mask"][:, :, None].to(hidden.dtype)
        for number, layer in enumerate(self.convolutions):
            if before_layer is not None:
                before_layer(number, hidden)
            hidden = layer(hidden, mask)
            if str(number) in self.attentions:
                hidden = self.attentions[str(number)](hidden, mask)
        return hidden
