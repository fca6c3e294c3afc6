"""The protocol that every extraction head follows."""

from typing import Dict, List, Optional, Sequence

from torch import Tensor, nn

from ...ty import TokenTriple

Gold = Optional[Sequence[TokenTriple]]
"""Gold triples of a sentence; None where a sentence is not annotated."""


class Head(nn.Module):
    """From hidden states to triples. A head owns its targets, its loss and its
    decoding, so that nothing else needs to know what it predicts.

    hidden (Tensor): (rows, tokens, width)
    mask (Tensor): (rows, tokens), True where there is a token.
    """

    def loss(
        self, hidden: Tensor, mask: Tensor, gold: Sequence[Gold]
    ) -> Dict[str, Tensor]:
        """gold (Sequence[Gold]): Gold triples of each row; a row with None is left
            out of the loss.
        RETURNS (Dict[str, Tensor]): The terms of the loss, scalars to be summed.
        """
        raise NotImplementedError

    def extract(
        self, hidden: Tensor, mask: Tensor, *, threshold: float, max_triples: int
    ) -> List[List[TokenTriple]]:
        """threshold (float): Least score of a triple.
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
