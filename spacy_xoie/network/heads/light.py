"""The default head: anchor detection, then predicate-conditioned convolutions."""

from typing import Dict, List, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ...errors import ConfigError
from ...ty import TokenTriple
from ..batch import Batch
from ..layers import ConvolutionLayer
from .base import Head
from .roles import (
    CHUNK,
    N_ROLES,
    OUTSIDE,
    RELATION,
    collect,
    confidence,
    restore,
    roles_of,
    triples_of,
)


class LightHead(Head):
    """Finds the anchor of each relation, its last token ("gebaut" in "hat …
    gebaut"), and then gives every token a role for that anchor: outside, relation,
    subject or one of three objects. Relations and arguments may be discontinuous.

    in_width (int): Width of the encoder's states.
    width (int): Width of the head's own layers.
    depth (int): Number of convolution layers over roles.
    reach (int): Distances to the anchor beyond this are not told apart.
    dropout (float): Dropout before the two classifiers and in the layers.
    """

    def __init__(
        self,
        *,
        in_width: int,
        width: int = 96,
        depth: int = 2,
        reach: int = 24,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        if min(width, reach) < 1 or not 0 <= depth <= 30:
            raise ConfigError(
                f"The head's sizes cannot work: width={width} and reach={reach} must "
                f"be 1 or more, depth={depth} must be 0 to 30."
            )
        self.reach = reach
        self.dropout = nn.Dropout(dropout)
        self.anchor = nn.Sequential(
            nn.Linear(in_width, width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(width, 1),
        )
        self.of_token = nn.Linear(in_width, width)
        self.of_anchor = nn.Linear(in_width, width)
        self.distance = nn.Embedding(2 * reach + 1, width)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.ModuleList(
            ConvolutionLayer(width, 2**number, dropout) for number in range(depth)
        )
        self.role = nn.Linear(width, N_ROLES)

    def loss(self, hidden: Tensor, batch: Batch) -> Dict[str, Tensor]:
        mask, length = batch.mask, batch.mask.shape[1]
        target = torch.zeros(mask.shape)
        places: Dict[Tuple[int, int], TokenTriple] = {}
        for row, triples in enumerate(batch.gold):
            for triple in triples or ():
                # One anchor, one triple: of several the first is learnt.
                places.setdefault((row, _anchor_of(triple)), triple)
        for row, token in places:
            target[row, token] = 1.0
        logits = self._anchor_logits(hidden)
        with_gold = batch.mask_of_gold
        if with_gold.any():
            anchors = F.binary_cross_entropy_with_logits(
                logits[with_gold], target.to(logits.device)[with_gold]
            )
        else:
            anchors = logits.sum() * 0.0
        if not places:
            return {"predicate": anchors, "argument": anchors * 0.0}
        row_ids, tokens = torch.tensor(list(places), device=hidden.device).T
        roles = np.stack([roles_of(triple, length) for triple in places.values()])
        labels = torch.from_numpy(roles).to(hidden.device)
        inside = mask[row_ids]
        arguments = F.cross_entropy(
            self._role_logits(hidden, mask, row_ids, tokens)[inside], labels[inside]
        )
        return {"predicate": anchors, "argument": arguments}

    def extract(
        self, hidden: Tensor, batch: Batch, *, threshold: float, max_triples: int
    ) -> List[List[TokenTriple]]:
        mask = batch.mask
        rows, length = mask.shape
        probs = torch.sigmoid(self._anchor_logits(hidden)).masked_fill(~mask, 0.0)
        # The score of a triple is at most that of its anchor.
        row_ids, tokens = (probs >= max(threshold, 1e-6)).nonzero(as_tuple=True)
        triples: List[TokenTriple | None] = []
        step = max(1, CHUNK // max(length, 1))
        for at in range(0, len(row_ids), step):
            row, token = row_ids[at : at + step], tokens[at : at + step]
            role_probs, roles = (
                self._role_logits(hidden, mask, row, token).softmax(-1).max(dim=-1)
            )
            roles[~mask[row]] = OUTSIDE
            roles[torch.arange(len(row)), token] = RELATION
            role_ids = roles.cpu().numpy()
            scores = confidence(
                role_probs.cpu().numpy(), role_ids, probs[row, token].cpu().numpy()
            )
            triples.extend(triples_of(role_ids, scores))
        return collect(row_ids.tolist(), triples, rows, threshold, max_triples)

    def representable(
        self, gold: Sequence[TokenTriple], length: int
    ) -> List[TokenTriple]:
        by_anchor = {_anchor_of(triple): triple for triple in reversed(gold)}
        return restore(by_anchor.values(), length)

    def _anchor_logits(self, hidden: Tensor) -> Tensor:
        """(rows, tokens, in_width) → (rows, tokens)"""
        logits: Tensor = self.anchor(hidden).squeeze(-1)
        return logits

    def _role_logits(
        self, hidden: Tensor, mask: Tensor, row: Tensor, token: Tensor
    ) -> Tensor:
        """row (Tensor): (anchors,), the row of each anchor.
        token (Tensor): (anchors,), its position in the row.
        RETURNS (Tensor): (anchors, tokens, roles)
        """
        offsets = torch.arange(mask.shape[1], device=mask.device) - token[:, None]
        offsets = offsets.clamp(-self.reach, self.reach) + self.reach
        states = self.of_token(hidden)[row] + self.distance(offsets)
        with self.gates.select(row):
            states = states + self.of_anchor(hidden[row, token])[:, None, :]
            inside = mask[row][:, :, None].to(states.dtype)
            states = F.gelu(self.norm(states)) * inside
            for layer in self.layers:
                states = layer(states, inside)
            logits: Tensor = self.role(self.dropout(states))
        return logits


def _anchor_of(triple: TokenTriple) -> int:
    return max(end for _, end in triple.relation) - 1
