"""What a network reads at a time."""

from dataclasses import dataclass
from typing import Dict, NamedTuple, Optional, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..ty import Sentence, TokenTriple

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


@dataclass
class Batch:
    """Sentences, padded to the longest of them.

    inputs (Dict[str, Tensor]): Features for the encoder.
    mask (Tensor): (rows, tokens), True where there is a token.
    languages (Tensor): (rows, experts), the language distribution of each row, as
        `TripleNetwork.over_experts` puts it on the experts.
    head_languages (Optional[Tensor]): The same for the head's adapters, where these
        are routed by their own weights. See `TripleNetwork.over_head_experts`.
    gold (Sequence[Gold]): Gold triples of each row, for training; empty or None where
        a row has no annotation.
    trees (Sequence[Optional[TreeGold]]): Gold trees of each row, likewise.
    sentences (Sequence[Sentence]): The text of each row.
    """

    inputs: Dict[str, Tensor]
    mask: Tensor
    languages: Tensor
    head_languages: Optional[Tensor] = None
    gold: Sequence[Gold] = ()
    trees: Sequence[Optional[TreeGold]] = ()
    sentences: Sequence[Sentence] = ()

    @property
    def mask_of_gold(self) -> Tensor:
        """(rows, tokens), True where there is a token of a row with gold triples."""
        rows = [triples is not None for triples in self.gold] or [False]
        return self.mask & torch.tensor(rows, device=self.mask.device)[:, None]
