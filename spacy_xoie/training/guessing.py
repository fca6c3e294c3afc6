"""What raw text teaches: to guess hidden words from those around them."""

from dataclasses import replace
from typing import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..network.batch import Batch
from ..network.model import TripleNetwork

HIDDEN = 0.15
"""Share of the words that are hidden (Devlin et al. 2019, arXiv 1810.04805)."""


class Guesser(nn.Module):
    """Guesses attributes of words off the hidden states: one linear layer for each.

    width (int): Width of the hidden states.
    sizes (Mapping[int, int]): The number of each attribute among those of the encoder,
        and the size of its table.
    """

    def __init__(self, width: int, sizes: Mapping[int, int]) -> None:
        super().__init__()
        self.layers = nn.ModuleDict(
            {str(number): nn.Linear(width, size) for number, size in sizes.items()}
        )

    def forward(self, hidden: Tensor, attributes: Tensor) -> Tensor:
        """hidden (Tensor): (words, width)
        attributes (Tensor): (words, attributes, hashes), the right answers: the rows
            that the first hash leads to.
        RETURNS (Tensor): The mean cross-entropy, a scalar.
        """
        losses = [
            F.cross_entropy(layer(hidden), attributes[:, int(number), 0])
            for number, layer in self.layers.items()
        ]
        return torch.stack(losses).mean()


def guessing_loss(
    network: TripleNetwork, guesser: Guesser, batch: Batch, share: float = HIDDEN
) -> Tensor:
    """Hide some words of a batch from the encoder, and let their attributes be guessed.
    The adapters take part if the network is routed, so that each language teaches its
    own.

    network (TripleNetwork): The network, with a `HashedEncoder`.
    guesser (Guesser): Guesses the attributes.
    batch (Batch): Sentences; nothing is asked of their annotation.
    share (float): Share of the words that are hidden; at least one is.
    RETURNS (Tensor): The loss, with that of the router.
    """
    attributes = batch.inputs["attributes"]
    chance = torch.rand(batch.mask.shape).to(batch.mask.device)
    chance = chance.masked_fill(~batch.mask, 2.0)
    hidden = chance < max(share, float(chance.min()) + 1e-6)
    visible = torch.where(hidden[:, :, None, None], 0, attributes)
    routing: list[Tensor] = []
    inputs = {**batch.inputs, "attributes": visible}
    states = network.encode(replace(batch, inputs=inputs), routing)
    loss: Tensor = guesser(states[hidden], attributes[hidden])
    return loss + torch.stack(routing).mean() if routing else loss
