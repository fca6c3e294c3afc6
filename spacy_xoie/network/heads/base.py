"""The protocol that every extraction head follows."""

from typing import Dict, List, NamedTuple, Optional, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from ...ty import Sentence, TokenTriple
from ..adapters.gates import GateState

Gold = Optional[Sequence[TokenTriple]]
"""Gold triples of a sentence; None where a sentence is not annotated."""


class TreeGold(NamedTuple):
    """The gold tree of a sentence, (tokens,) each, `UNANNOTATED` where there is none.

    heads (NDArray[np.int64]): The head of each token, its own number for a root.
    labels (NDArray[np.int64]): Numbers of relations in `LABELS`.
    tags (NDArray[np.int64]): Numbers of parts of speech in `TAGS`.
    """

    heads: NDArray[np.int64]
    labels: NDArray[np.int64]
    tags: NDArray[np.int64]


class Head(nn.Module):
    """From hidden states to triples. A head owns its targets, its loss and its
    decoding, so that nothing else needs to know what it predicts.

    hidden (Tensor): (rows, tokens, width)
    mask (Tensor): (rows, tokens), True where there is a token.

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

    def loss(
        self,
        hidden: Tensor,
        mask: Tensor,
        gold: Sequence[Gold],
        trees: Sequence[Optional[TreeGold]] = (),
    ) -> Dict[str, Tensor]:
        """gold (Sequence[Gold]): Gold triples of each row; a row with None is left
            out of the loss.
        trees (Sequence[Optional[TreeGold]]): Gold trees of each row, for heads that
            learn from them; empty or None where there is none.
        RETURNS (Dict[str, Tensor]): The terms of the loss, scalars to be summed.
        """
        raise NotImplementedError

    def extract(
        self,
        hidden: Tensor,
        mask: Tensor,
        *,
        threshold: float,
        max_triples: int,
        sentences: Sequence[Sentence] = (),
    ) -> List[List[TokenTriple]]:
        """sentences (Sequence[Sentence]): The text of each row, for heads that look
            at it.
        threshold (float): Least score of a triple.
        max_triples (int): Most triples of one row; the best are kept.
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
