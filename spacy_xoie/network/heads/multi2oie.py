"""The head of Multi²OIE (Ro et al. 2020, arXiv 2009.08128), for comparison."""

from typing import Dict, List, Optional, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import ConfigError
from ...ty import TokenTriple
from ..batch import Batch
from ..layers import MAX_LAYERS
from .base import Head
from .roles import (
    CHUNK,
    OUTSIDE,
    RELATION,
    SUBJECT,
    Ints,
    collect,
    confidence,
    restore,
    triples_of,
)

BEGIN, INSIDE, NO_PREDICATE = 0, 1, 2
N_PREDICATE_TAGS = 3
N_ARGUMENT_TAGS = 9
NO_ARGUMENT = 8
PADDING, AT_PREDICATE, ELSEWHERE = 0, 1, 2


class Multi2OIEHead(Head):
    """Tags predicates with a linear layer (B, I, O), then for each predicate the
    arguments (B and I of A0 to A3, O) with attention blocks over [hidden; mean
    hidden state of the predicate; position], whose keys are the predicate's tokens.

    A predicate is one run of tokens: of a discontinuous relation the longest
    piece is learnt (the last of equals), the rest is lost. Scores come from the
    tag probabilities, where the released code writes 1.0.

    in_width (int): Width of the encoder's states.
    position_width (int): Width of the embedding of three positions (padding, in
        the predicate, elsewhere).
    depth (int): Number of attention blocks.
    n_heads (int): Attention heads; must divide 2 * in_width + position_width.
    inner_width (int): Width of the feed-forward layer within a block.
    predicate_dropout (float): Dropout before the predicate classifier.
    argument_dropout (float): Dropout before the argument classifier.
    attention_dropout (float): Dropout within the blocks.
    """

    def __init__(
        self,
        *,
        in_width: int,
        position_width: int = 64,
        depth: int = 4,
        n_heads: int = 8,
        inner_width: int = 2048,
        predicate_dropout: float = 0.0,
        argument_dropout: float = 0.3,
        attention_dropout: float = 0.1,
    ) -> None:
        super().__init__()
        width = 2 * in_width + position_width
        if not 0 <= depth <= MAX_LAYERS:
            raise ConfigError(f"depth is {depth}; it can be 0 to {MAX_LAYERS}.")
        if n_heads < 1 or width % n_heads:
            raise ConfigError(
                f"The head's {n_heads} attention heads do not divide its width, "
                f"2 * {in_width} + {position_width} = {width}. Change n_heads or "
                f"position_width."
            )
        self.predicate_dropout = nn.Dropout(predicate_dropout)
        self.predicate = nn.Linear(in_width, N_PREDICATE_TAGS)
        self.position = nn.Embedding(3, position_width, padding_idx=PADDING)
        self.blocks = nn.ModuleList(
            AttentionBlock(width, n_heads, inner_width, attention_dropout)
            for _ in range(depth)
        )
        self.argument_dropout = nn.Dropout(argument_dropout)
        self.argument = nn.Linear(width, N_ARGUMENT_TAGS)

    def loss(self, hidden: Tensor, batch: Batch) -> Dict[str, Tensor]:
        mask, length = batch.mask, batch.mask.shape[1]
        tags = np.full(mask.shape, NO_PREDICATE, dtype=np.int64)
        row_ids: List[int] = []
        runs: List[Tuple[int, int]] = []
        labels: List[Ints] = []
        for row, triples in enumerate(batch.gold):
            for start, end, triple in _learnable(triples or ()):
                tags[row, start] = BEGIN
                tags[row, start + 1 : end] = INSIDE
                row_ids.append(row)
                runs.append((start, end))
                labels.append(_argument_tags(triple, length))
        logits = self.predicate(self.predicate_dropout(hidden))
        with_gold = batch.mask_of_gold
        if with_gold.any():
            target = torch.from_numpy(tags).to(hidden.device)
            predicates = F.cross_entropy(logits[with_gold], target[with_gold])
        else:
            predicates = logits.sum() * 0.0
        if not runs:
            return {"predicate": predicates, "argument": predicates * 0.0}
        of_row = torch.tensor(row_ids, device=hidden.device)
        span = torch.tensor(runs, device=hidden.device)
        inside = mask[of_row]
        scores = self._argument_logits(hidden, mask, of_row, span)
        target = torch.from_numpy(np.stack(labels)).to(hidden.device)
        arguments = F.cross_entropy(scores[inside], target[inside])
        return {"predicate": predicates, "argument": arguments}

    def extract(
        self, hidden: Tensor, batch: Batch, *, threshold: float, max_triples: int
    ) -> List[List[TokenTriple]]:
        mask = batch.mask
        rows, length = mask.shape
        tag_probs, tags = self.predicate(hidden).softmax(-1).max(dim=-1)
        tag_ids: Ints = tags.masked_fill(~mask, NO_PREDICATE).cpu().numpy()
        row_ids, starts, ends = _runs(tag_ids)
        # In double precision, or differences of sums would exceed 1.
        total = np.cumsum(tag_probs.cpu().numpy(), axis=1, dtype=np.float64)
        total = np.pad(total, ((0, 0), (1, 0)))
        mean = (total[row_ids, ends] - total[row_ids, starts]) / np.maximum(
            ends - starts, 1
        )
        above = mean >= threshold
        row_ids, starts, ends = row_ids[above], starts[above], ends[above]
        mean = mean[above].astype(np.float32)
        triples: List[Optional[TokenTriple]] = []
        step = max(1, CHUNK // (4 * max(length, 1)))
        for at in range(0, len(row_ids), step):
            part = slice(at, at + step)
            row = torch.from_numpy(row_ids[part]).to(hidden.device)
            span = torch.from_numpy(np.stack([starts[part], ends[part]], 1))
            span = span.to(hidden.device)
            probs, labels = (
                self._argument_logits(hidden, mask, row, span).softmax(-1).max(dim=-1)
            )
            # B and I of one argument are one role: A0 is 2, A1 is 3, …
            roles = torch.where(labels == NO_ARGUMENT, OUTSIDE, labels // 2 + SUBJECT)
            roles[~mask[row]] = OUTSIDE
            roles[self._within(mask, span)] = RELATION
            role_ids = roles.cpu().numpy()
            scores = confidence(probs.cpu().numpy(), role_ids, mean[part])
            triples.extend(triples_of(role_ids, scores))
        return collect(row_ids.tolist(), triples, rows, threshold, max_triples)

    def representable(
        self, gold: Sequence[TokenTriple], length: int
    ) -> List[TokenTriple]:
        triples = [
            triple._replace(relation=((start, end),))
            for start, end, triple in _learnable(gold)
        ]
        return restore(triples, length)

    def _within(self, mask: Tensor, span: Tensor) -> Tensor:
        """(predicates, tokens): whether a token is part of the predicate."""
        place = torch.arange(mask.shape[1], device=mask.device)
        return (place >= span[:, :1]) & (place < span[:, 1:])

    def _argument_logits(
        self, hidden: Tensor, mask: Tensor, row: Tensor, span: Tensor
    ) -> Tensor:
        """row (Tensor): (predicates,), the row of each predicate.
        span (Tensor): (predicates, 2), its start and end in the row.
        RETURNS (Tensor): (predicates, tokens, tags)
        """
        tokens, inside = hidden[row], mask[row]
        within = self._within(mask, span)
        weights = within.to(hidden.dtype) / within.sum(1, keepdim=True)
        mean = torch.einsum("pt,ptw->pw", weights, tokens)
        place = torch.where(within, AT_PREDICATE, ELSEWHERE)
        place = place.masked_fill(~inside, PADDING)
        with self.gates.select(row):
            means = mean[:, None, :].expand_as(tokens)
            states = torch.cat([tokens, means, self.position(place)], dim=-1)
            keys = states
            for block in self.blocks:
                states = block(states, keys, ~within)
            logits: Tensor = self.argument(self.argument_dropout(states))
        return logits


class AttentionBlock(nn.Module):
    """Attention to the predicate and a feed-forward layer, each with a residual
    connection and normalisation: (predicates, tokens, width) → the same shape."""

    def __init__(
        self, width: int, n_heads: int, inner_width: int, dropout: float
    ) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(
            width, n_heads, dropout=dropout, batch_first=True
        )
        self.inner = nn.Linear(width, inner_width)
        self.outer = nn.Linear(inner_width, width)
        self.attention_norm = nn.LayerNorm(width)
        self.outer_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, keys: Tensor, hidden_keys: Tensor) -> Tensor:
        update = self.attention(
            states, keys, keys, key_padding_mask=hidden_keys, need_weights=False
        )[0]
        states = self.attention_norm(states + self.dropout(update))
        inner = self.dropout(F.relu(self.inner(states)))
        out: Tensor = self.outer_norm(states + self.dropout(self.outer(inner)))
        return out


def _learnable(
    triples: Sequence[TokenTriple],
) -> List[Tuple[int, int, TokenTriple]]:
    """The run of tokens that stands for each relation; triples whose runs
    overlap an earlier one are left out."""
    runs: List[Tuple[int, int, TokenTriple]] = []
    for triple in triples:
        start, end = max(
            triple.relation, key=lambda piece: (piece[1] - piece[0], piece)
        )
        if all(end <= other or start >= until for other, until, _ in runs):
            runs.append((start, end, triple))
    return runs


def _argument_tags(triple: TokenTriple, length: int) -> Ints:
    """(length,): B and I tags of the arguments, 2 * argument and 2 * argument + 1."""
    tags = np.full(length, NO_ARGUMENT, dtype=np.int64)
    for number, pieces in enumerate((triple.subject, *triple.objects)):
        for start, end in pieces:
            tags[start] = 2 * number
            tags[start + 1 : end] = 2 * number + 1
    return tags


def _runs(tags: Ints) -> Tuple[Ints, Ints, Ints]:
    """Runs of predicate tags: at B, and at an I that follows no predicate.

    tags (Ints): (rows, tokens)
    RETURNS (Tuple[Ints, Ints, Ints]): Row, start and end of each run.
    """
    before = np.pad(tags, ((0, 0), (1, 0)), constant_values=NO_PREDICATE)[:, :-1]
    begins = (tags == BEGIN) | ((tags == INSIDE) & (before == NO_PREDICATE))
    after = np.pad(tags, ((0, 0), (0, 1)), constant_values=NO_PREDICATE)[:, 1:]
    finishes = (tags != NO_PREDICATE) & (after != INSIDE)
    rows, starts = np.nonzero(begins)
    ends = np.nonzero(finishes)[1] + 1
    return rows, starts, ends
