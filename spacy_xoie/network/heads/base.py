"""The protocol that every extraction head follows."""

from typing import Dict, List, Optional, Sequence

from torch import Tensor, nn

from ...ty import TokenTriple
from ..adapters.gates import GateState
from ..batch import Batch, Gold, TreeGold


class Head(nn.Module):
    """From hidden states to triples. A head owns its targets, its loss and its
    decoding, so that nothing else needs to know what it predicts.

    gates (GateState): The gates of its own adapters, for the rows of the batch. A
        layer whose rows are others, such as predicates, runs within `gates.select`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.gates = GateState()

    def learns_from(self, gold: Gold, tree: Optional[TreeGold]) -> bool:
        """RETURNS (bool): Whether a sentence with this annotation teaches the head
        anything."""
        return gold is not None

    def loss(self, hidden: Tensor, batch: Batch) -> Dict[str, Tensor]:
        """hidden (Tensor): (rows, tokens, width)
        batch (Batch): The rows; those without gold are left out of the loss.
        RETURNS (Dict[str, Tensor]): The terms of the loss, scalars to be summed.
        """
        raise NotImplementedError

    def extract(
        self, hidden: Tensor, batch: Batch, *, threshold: float, max_triples: int
    ) -> List[List[TokenTriple]]:
        """hidden (Tensor): (rows, tokens, width)
        threshold (float): Lowest score of a triple.
        max_triples (int): Highest number of triples of a row; the best are kept.
        RETURNS (List[List[TokenTriple]]): Triples of each row by position of the
            relation, each with an object and a score between 0 and 1.
        """
        raise NotImplementedError

    def representable(
        self, gold: Sequence[TokenTriple], length: int
    ) -> List[TokenTriple]:
        """What is left of gold triples when they go through the head's targets
        and back: the most that the head can learn to predict.

        gold (Sequence[TokenTriple]): Gold triples of a sentence.
        length (int): Number of tokens of the sentence.
        """
        raise NotImplementedError
