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
from .second import (
    MOST_LOST,
    Constraints,
    is_sentence,
    log_chance,
    other_verbs,
    other_words,
    says_of_subject,
)


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
        scores = self.scorer(hidden, batch.mask)
        trees = self._decode(scores, batch.mask)
        found = [
            self.read(sentence, *tree)
            for sentence, tree in zip(batch.sentences, trees, strict=True)
        ]
        silent = [
            row
            for row, sentence in enumerate(batch.sentences)
            if not found[row] and is_sentence(sentence)
        ]
        if silent:
            where = torch.tensor(silent, device=batch.mask.device)
            again = self._read_again(
                ArcScores(*(part[where] for part in scores)),
                batch.mask[where],
                [batch.sentences[row] for row in silent],
                [trees[row] for row in silent],
            )
            for row, triples in zip(silent, again, strict=True):
                found[row] = triples
        return [select_best(triples, threshold, max_triples) for triples in found]

    def parse(self, hidden: Tensor, mask: Tensor) -> List[PredictedTree]:
        """RETURNS (List[PredictedTree]): The tree of each row."""
        return self._decode(self.scorer(hidden, mask), mask)

    def _read_again(
        self,
        scores: ArcScores,
        mask: Tensor,
        sentences: Sequence[Sentence],
        trees: Sequence[PredictedTree],
    ) -> List[List[TokenTriple]]:
        """Read sentences off the likeliest trees whose root is a verb of which they say
        something: first those below the likeliest verbs, then those in which another
        word depends on such a verb."""
        found: List[List[TokenTriple]] = [[] for _ in sentences]
        row, verb = other_verbs(scores.arcs, scores.tags, mask)
        word = verb
        for last in (False, True):
            if not len(row):
                break
            others = self._decode(
                ArcScores(*(part[row] for part in scores)),
                mask[row],
                Constraints(verb, word),
            )
            best = [MOST_LOST] * len(sentences)
            more = []
            for number, root, tree in zip(
                row.tolist(), verb.tolist(), others, strict=True
            ):
                first = trees[number]
                lost = log_chance(first.chances, first.tag_chances) - log_chance(
                    tree.chances, tree.tag_chances
                )
                if lost >= best[number]:
                    continue
                triples = self.read(sentences[number], *tree)
                if says_of_subject(triples, root):
                    best[number], found[number] = lost, triples
                elif not last:
                    more += [
                        (number, root, other)
                        for other in other_words(tree.heads, tree.labels, root)
                    ]
            more = [one for one in more if not found[one[0]]]
            row, verb, word = (
                torch.tensor(more, dtype=torch.long, device=mask.device).view(-1, 3).T
            )
        return found

    def _decode(
        self,
        scores: ArcScores,
        mask: Tensor,
        constraints: Optional[Constraints] = None,
    ) -> List[PredictedTree]:
        """The likeliest tree of each row, or the likeliest of those that fulfil some
        constraints. Probabilities are without these."""
        lengths = mask.sum(dim=1).cpu().numpy()
        chances = bound = scores.arcs.log_softmax(dim=-1)
        if constraints is not None:
            bound = constraints.arcs(chances)
        heads = spanning_trees(bound.cpu().numpy(), lengths)
        row, token = mask.nonzero(as_tuple=True)
        head = torch.from_numpy(heads).to(mask.device)[row, token]
        label_chances = self.scorer.labels(scores, row, token, head).log_softmax(-1)
        tag_chances = scores.tags[row, token].log_softmax(dim=-1)
        label, tag = label_chances.argmax(dim=-1), tag_chances.argmax(dim=-1)
        if constraints is not None:
            label = constraints.labels(label_chances, row, token, head)
            tag = constraints.tags(tag, row, token)
        chance = chances[row, token, head] + _chosen(label_chances, label)
        columns = (
            head.tolist(),
            [LABELS[number] for number in label.tolist()],
            [TAGS[number] for number in tag.tolist()],
            chance.exp().tolist(),
            _chosen(tag_chances, tag).exp().tolist(),
        )
        ends = np.cumsum(lengths).tolist()
        return [
            PredictedTree(*(column[start:end] for column in columns))
            for start, end in zip([0, *ends], ends, strict=False)
        ]

    def representable(
        self, gold: Sequence[TokenTriple], length: int
    ) -> List[TokenTriple]:
        """Nothing is learnt from triples, so nothing is lost."""
        return list(gold)


def _chosen(chances: Tensor, choice: Tensor) -> Tensor:
    """(rows, choices), (rows,) → (rows,)"""
    return chances.gather(1, choice[:, None]).squeeze(1)


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
