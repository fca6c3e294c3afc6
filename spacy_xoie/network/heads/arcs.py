"""The head that predicts a dependency tree, off which rules read triples."""

from typing import Dict, List, NamedTuple, Optional, Protocol, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import ConfigError
from ...labels import LABELS, TAGS, UNANNOTATED
from ...ty import Sentence, TokenTriple
from ..batch import Batch, Gold, TreeGold
from ..trees import spanning_trees
from .base import Head
from .roles import select_best


class ArcScores(NamedTuple):
    """What is predicted of a batch.

    arcs (Tensor): (rows, tokens, tokens), logits of the head (last axis) of each
        token; the diagonal stands for the root.
    children, heads (Tensor): (rows, tokens, label_width), each token as the lower
        and as the upper end of an arc, for its label.
    tags (Tensor): (rows, tokens, tags), logits of the parts of speech.
    """

    arcs: Tensor
    children: Tensor
    heads: Tensor
    tags: Tensor


class ArcScorer(nn.Module):
    """Biaffine scores of arcs and labels (Dozat & Manning 2017, arXiv 1611.01734),
    and parts of speech. See `ArcHead` for the arguments.

    forward: hidden (rows, tokens, in_width), mask (rows, tokens) → ArcScores
    """

    def __init__(
        self,
        *,
        in_width: int,
        width: int,
        label_width: int,
        reach: int,
        dropout: float,
    ) -> None:
        super().__init__()
        self.widths = [width, label_width]
        self.reach = reach
        self.dropout = nn.Dropout(dropout)
        self.of_child = nn.Linear(in_width, width + label_width)
        self.of_head = nn.Linear(in_width, width + label_width)
        self.arc = nn.Linear(width, width, bias=False)
        self.prior = nn.Linear(width, 1)
        self.root = nn.Linear(width, 1)
        self.distance = nn.Embedding(2 * reach + 1, 1)
        self.label = nn.Linear(label_width, len(LABELS) * label_width, bias=False)
        self.label_child = nn.Linear(label_width, len(LABELS))
        self.label_head = nn.Linear(label_width, len(LABELS), bias=False)
        self.tag = nn.Linear(in_width, len(TAGS))
        nn.init.zeros_(self.distance.weight)

    def forward(self, hidden: Tensor, mask: Tensor) -> ArcScores:
        child = self.dropout(F.gelu(self.of_child(hidden)))
        head = self.dropout(F.gelu(self.of_head(hidden)))
        child_arc, child_label = child.split(self.widths, dim=-1)
        head_arc, head_label = head.split(self.widths, dim=-1)
        place = torch.arange(mask.shape[1], device=mask.device)
        offsets = (place - place[:, None]).clamp(-self.reach, self.reach) + self.reach
        scores = self.arc(child_arc) @ head_arc.transpose(1, 2)
        scores = scores + self.prior(head_arc).transpose(1, 2)
        scores = (scores + self.distance(offsets).squeeze(-1)) / self.widths[0] ** 0.5
        diagonal = torch.eye(len(place), dtype=torch.bool, device=mask.device)
        scores = torch.where(diagonal, self.root(child_arc), scores)
        arcs = scores.masked_fill(~mask[:, None, :], -1e9)
        return ArcScores(arcs, child_label, head_label, self.tag(hidden))

    def labels(
        self, scores: ArcScores, row: Tensor, token: Tensor, head: Tensor
    ) -> Tensor:
        """row, token, head (Tensor): (arcs,) each.
        RETURNS (Tensor): (arcs, labels), logits."""
        child, upper = scores.children[row, token], scores.heads[row, head]
        # One product for all arcs; torch's own bilinear layer is many times slower
        # backwards.
        outer = (upper[:, :, None] * child[:, None, :]).flatten(1)
        pairs = F.linear(outer, self.label.weight.view(len(LABELS), -1))
        logits: Tensor = self.label_child(child) + self.label_head(upper)
        return logits + pairs


class PredictedTree(NamedTuple):
    """A tree on the tokens of a sentence.

    heads (List[int]): Head of each token, its own number for a root.
    labels (List[str]), tags (List[str]): Of `LABELS` and `TAGS`.
    chances (List[float]): Probability of each token's head and label.
    tag_chances (List[float]): Probability of each token's part of speech.
    """

    heads: List[int]
    labels: List[str]
    tags: List[str]
    chances: List[float]
    tag_chances: List[float]


class TreeReader(Protocol):
    """Reads triples off a predicted tree.

    heads (Sequence[int]): Head of each token, its own number for a root.
    labels (Sequence[str]), tags (Sequence[str]): Of `LABELS` and `TAGS`.
    chances (Sequence[float]): Probability of each token's head and label.
    tag_chances (Sequence[float]): Probability of each token's part of speech.
    evident (bool): Whether each triple keeps what its score was made of.
    RETURNS (List[TokenTriple]): Triples with a score between 0 and 1.
    """

    def __call__(
        self,
        sentence: Sentence,
        heads: Sequence[int],
        labels: Sequence[str],
        tags: Sequence[str],
        chances: Sequence[float],
        tag_chances: Sequence[float],
        *,
        evident: bool = False,
    ) -> List[TokenTriple]: ...


class ArcHead(Head):
    """Predicts a dependency tree of each sentence and has rules read triples off it.
    It learns from trees, not from triples.

    read (TreeReader): The rules.
    in_width (int): Width of the encoder's states.
    width (int): Width of the space in which arcs are scored.
    label_width (int): Width of the space in which their labels are scored.
    reach (int): Distances between a token and its head beyond this are not told
        apart.
    dropout (float): Dropout before the scores.
    """

    def __init__(
        self,
        read: TreeReader,
        *,
        in_width: int,
        width: int = 128,
        label_width: int = 48,
        reach: int = 16,
        dropout: float = 0.2,
    ) -> None:
        super().__init__()
        if min(width, label_width, reach) < 1:
            raise ConfigError(
                f"The head's sizes must be 1 or more, but they are width={width}, "
                f"label_width={label_width}, reach={reach}."
            )
        self.read = read
        self.scorer = ArcScorer(
            in_width=in_width,
            width=width,
            label_width=label_width,
            reach=reach,
            dropout=dropout,
        )

    def learns_from(self, gold: Gold, tree: Optional[TreeGold]) -> bool:
        return tree is not None

    def loss(self, hidden: Tensor, batch: Batch) -> Dict[str, Tensor]:
        heads, labels, tags = (
            targets.to(hidden.device)
            for targets in _targets(batch.mask.shape, batch.trees)
        )
        scores = self.scorer(hidden, batch.mask)
        nothing = hidden.sum() * 0.0
        with_head = (heads != UNANNOTATED) & batch.mask
        row, token = with_head.nonzero(as_tuple=True)
        with_label = labels[row, token] != UNANNOTATED
        with_tag = (tags != UNANNOTATED) & batch.mask
        losses = {"arc": nothing, "label": nothing, "tag": nothing}
        if len(row):
            losses["arc"] = F.cross_entropy(scores.arcs[with_head], heads[with_head])
        row, token = row[with_label], token[with_label]
        if len(row):
            logits = self.scorer.labels(scores, row, token, heads[row, token])
            losses["label"] = F.cross_entropy(logits, labels[row, token])
        if with_tag.any():
            loss = F.cross_entropy(scores.tags[with_tag], tags[with_tag])
            losses["tag"] = 0.5 * loss
        return losses

    def extract(
        self, hidden: Tensor, batch: Batch, *, threshold: float, max_triples: int
    ) -> List[List[TokenTriple]]:
        trees = zip(batch.sentences, self.parse(hidden, batch.mask), strict=True)
        return [
            select_best(self.read(sentence, *tree), threshold, max_triples)
            for sentence, tree in trees
        ]

    def parse(self, hidden: Tensor, mask: Tensor) -> List[PredictedTree]:
        """RETURNS (List[PredictedTree]): The tree of each row."""
        scores = self.scorer(hidden, mask)
        lengths = mask.sum(dim=1).cpu().numpy()
        chances = scores.arcs.log_softmax(dim=-1)
        heads = spanning_trees(chances.cpu().numpy(), lengths)
        row, token = mask.nonzero(as_tuple=True)
        head = torch.from_numpy(heads).to(hidden.device)[row, token]
        label_chance, label = (
            self.scorer.labels(scores, row, token, head).log_softmax(-1).max(dim=-1)
        )
        chance = (chances[row, token, head] + label_chance).exp().tolist()
        tag_chance, tag = scores.tags[row, token].softmax(dim=-1).max(dim=-1)
        tag_chances, tags = tag_chance.tolist(), tag.tolist()
        labels = label.tolist()
        flat_heads = head.tolist()
        trees = []
        start = 0
        for length in lengths.tolist():
            part = slice(start, start + length)
            trees.append(
                PredictedTree(
                    flat_heads[part],
                    [LABELS[number] for number in labels[part]],
                    [TAGS[number] for number in tags[part]],
                    chance[part],
                    tag_chances[part],
                )
            )
            start += length
        return trees

    def representable(
        self, gold: Sequence[TokenTriple], length: int
    ) -> List[TokenTriple]:
        """Nothing is learnt from triples, so nothing is lost."""
        return list(gold)


def _targets(
    shape: Sequence[int], trees: Sequence[Optional[TreeGold]]
) -> Tuple[Tensor, Tensor, Tensor]:
    """Heads, labels and tags, (rows, tokens) each."""
    targets = np.full((3, *shape), UNANNOTATED, dtype=np.int64)
    for row, tree in enumerate(trees):
        if tree is not None:
            for target, values in zip(targets, tree, strict=True):
                target[row, : len(values)] = values
    heads, labels, tags = (torch.from_numpy(target) for target in targets)
    return heads, labels, tags
