"""What bilingual lexicons teach: words that translate each other get near vectors."""

from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..network.encoders import Encoder
from .lexicons import WordPairs

TEMPERATURE = 0.1


def contrastive_loss(
    left: Tensor,
    right: Tensor,
    *,
    other: Optional[Tensor] = None,
    temperature: float = TEMPERATURE,
) -> Tensor:
    """InfoNCE (van den Oord et al. 2018, arXiv 1807.03748) in both directions: each
    vector must be nearer to its partner, by the cosine, than to all other vectors of
    the other side.

    left, right (Tensor): (pairs, width) both; the rows of a number are partners.
    other (Optional[Tensor]): (pairs, pairs), True where a left and a right vector are
        no partners here, but not to be kept apart either, such as two translations of
        a word. What it says of partners does not count.
    temperature (float): What cosines are divided by: the lower, the more the nearest
        of the wrong vectors count.
    RETURNS (Tensor): The mean cross-entropy, a scalar.
    """
    # In full precision: cosines lie close to each other.
    left = F.normalize(left.float(), dim=-1)
    right = F.normalize(right.float(), dim=-1)
    logits = (left @ right.T).float() / temperature
    if other is not None:
        partners = torch.eye(len(left), dtype=torch.bool, device=left.device)
        logits = logits.masked_fill(other & ~partners, -torch.inf)
    target = torch.arange(len(left), device=left.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def word_vectors(encoder: Encoder, inputs: Dict[str, Tensor]) -> Tensor:
    """What the shared embeddings say of words without a context.

    encoder (Encoder): The encoder; its adapters take no part.
    inputs (Dict[str, Tensor]): A word a row, of one token or more.
    RETURNS (Tensor): (words, width), the mean over the tokens of each word.
    """
    hidden = encoder.embed(inputs)
    inside = encoder.positions(inputs)[:, :, None].to(hidden.dtype)
    return (hidden * inside).sum(1) / inside.sum(1).clamp(min=1)


class WordBatch(NamedTuple):
    """Translations that are learnt at a time.

    left, right (List[int]): Numbers of the words; those of a place are partners.
    other (Tensor): See `contrastive_loss`.
    """

    left: List[int]
    right: List[int]
    other: Tensor


class WordBatches:
    """Endless batches, each of two languages, which take turns: were there more of
    them in a batch, most wrong words could be told by their language alone.

    pairs (Sequence[WordPairs]): The pairs.
    size (int): Highest number of pairs of a batch.
    seed (int): Seed of the order.

    words (List[str]): All words, each once.
    """

    def __init__(self, pairs: Sequence[WordPairs], *, size: int, seed: int) -> None:
        numbers: Dict[str, int] = {}
        self._pairs = [
            np.array(
                [
                    [numbers.setdefault(word, len(numbers)) for word in pair]
                    for pair in of_languages.pairs
                ]
            )
            for of_languages in pairs
        ]
        self.words = list(numbers)
        self._size = size
        self._random = np.random.default_rng(seed)

    def __iter__(self) -> Iterator[WordBatch]:
        """YIELDS (WordBatch): Batches without end."""
        partners = np.unique(np.concatenate([self._keys(*p.T) for p in self._pairs]))
        while True:
            for number in self._random.permutation(len(self._pairs)):
                pairs = self._pairs[number]
                size = min(self._size, len(pairs))
                left, right = self._random.permutation(pairs)[:size].T
                keys = self._keys(left[:, None], right)
                # One word cannot be kept apart from itself.
                other = np.isin(keys, partners) | (left[:, None] == right)
                yield WordBatch(left.tolist(), right.tolist(), torch.from_numpy(other))

    def _keys(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        keys: np.ndarray = left * len(self.words) + right
        return keys
