"""The protocol that every encoder follows."""

from typing import Callable, Dict, List, Optional

from torch import Tensor, nn

BeforeLayer = Optional[Callable[[int, Tensor], None]]
"""Called with the number of each layer and the states about to enter it."""


class Encoder(nn.Module):
    """From the features of sentences to one hidden state a token.

    An encoder is made of `nn.Embedding`, `nn.Linear` and `nn.Conv1d` layers, which
    is what adapters, stages and serialisation rely on. Its work is split in
    three, so that a router can look at the states in between.
    """

    width: int

    n_layers: int

    @property
    def inner_width(self) -> int:
        """RETURNS (int): Width of the states that a router reads: those of `embed`, and
        between the layers."""
        return self.width

    @property
    def published(self) -> str:
        """RETURNS (str): Path of the part that others have as well, such as a Hugging
        Face model, and that they load adapters onto; "" for the whole encoder."""
        return ""

    def targets(self) -> List[str]:
        """RETURNS (List[str]): Regular expressions for the names of the layers that
        adapters go on if the config names none; empty for all.
        """
        return []

    def embed(self, inputs: Dict[str, Tensor]) -> Tensor:
        """inputs (Dict[str, Tensor]): Features, as the encoder's own featuriser
            makes them.
        RETURNS (Tensor): (rows, positions, inner width), before the first layer.
        """
        raise NotImplementedError

    def positions(self, inputs: Dict[str, Tensor]) -> Tensor:
        """RETURNS (Tensor): (rows, positions), True where a position is in use."""
        raise NotImplementedError

    def forward(
        self, inputs: Dict[str, Tensor], before_layer: BeforeLayer = None
    ) -> Tensor:
        """RETURNS (Tensor): (rows, tokens, width), zero behind a sentence's end."""
        raise NotImplementedError
