"""Pretrained encoders of the family of BERT, without padding: to predict with."""

from contextlib import contextmanager
from typing import Any, Iterator, List, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from ..adapters import GateState
from ..adapters.joined import can_join, join
from .base import BeforeLayer

FAMILIES = ("bert", "camembert", "roberta", "xlm-roberta")
"""Model types whose layers are built and named alike."""

PACK_SIZE = 1024
"""Most wordpieces that go through the layers at a time on a processor: what they need
stays in its cache."""

STEPS = 8
"""Packs are filled up to one of so many sizes between a power of 2 and the next. oneDNN
makes code for each shape of a product, half a MB in as many milliseconds, so there must
be few of them."""

LENGTH_STEP = 8
"""The same for the lengths that sentences have in the attention."""

GROUP_SIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256)
"""And for the number of sentences there."""

GROUP_COST = 96
"""Pieces of padding that cost as much in the attention as one group more."""


class Group(NamedTuple):
    """Sentences of a pack that attend to themselves in one product.

    rows, length (int): Their number, and that of the pieces that each is padded to.
    pieces (Tensor): (rows * length,), places in the pack; 0 where there is nothing.
    outside (Optional[Tensor]): (rows, 1, 1, length), what is added to the scores to
        hide padding; None if there is none.
    """

    rows: int
    length: int
    pieces: Tensor
    outside: Optional[Tensor]


class Pack(NamedTuple):
    """Sentences of a batch, one after the other.

    rows (Tensor): (pieces,), the row of the batch that each piece is of.
    places (Tensor): (pieces,), where it is in that row.
    groups (List[Group]): All of these sentences, for the attention.
    back (Tensor): (pieces,), where each piece is in what all groups hold.
    n_used (int): Number of pieces; those behind are there to fill the pack up.
    """

    rows: Tensor
    places: Tensor
    groups: List[Group]
    back: Tensor
    n_used: int


class PackedEncoder(nn.Module):
    """Does what a model of the family of BERT does, without gradients, faster: no piece
    of padding goes through its layers, and query, key and value are one product.

    The sentences of each adapter go through the layers by themselves, so that these can
    be merged with the adapter.

    model (PreTrainedModel): The model, with or without adapters. Its embeddings are
        shared, its layers copied.
    dtype (torch.dtype): Of the layers.
    """

    def __init__(self, model: Any, dtype: torch.dtype) -> None:
        super().__init__()
        self.embeddings = model.embeddings
        self.layers = nn.ModuleList(
            PackedLayer(layer, dtype) for layer in model.encoder.layer
        )
        self.first_place = getattr(model.embeddings, "padding_idx", -1) + 1
        states = (getattr(layer, "state", None) for layer in self.modules())
        self.state: Optional[GateState] = next(filter(None, states), None)
        self.dtype = dtype
        self.eval()

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, before_layer: BeforeLayer
    ) -> Tensor:
        """input_ids, attention_mask (Tensor): (rows, pieces)
        before_layer (BeforeLayer): See `Encoder.forward`.
        RETURNS (Tensor): (rows, pieces, width), zero behind a sentence's end.
        """
        packs = self._pack(attention_mask)
        states = []
        for pack in packs:
            with self._select(pack):
                states.append(self._embed(input_ids[pack.rows, pack.places], pack))
        if before_layer is None:
            for number, pack in enumerate(packs):
                with self._select(pack):
                    for layer in self.layers:
                        states[number] = layer(states[number], pack)
            return _unpack(packs, states, attention_mask.shape)
        for layer_number, layer in enumerate(self.layers):
            before_layer(layer_number, _unpack(packs, states, attention_mask.shape))
            for number, pack in enumerate(packs):
                with self._select(pack):
                    states[number] = layer(states[number], pack)
        return _unpack(packs, states, attention_mask.shape)

    def _embed(self, ids: Tensor, pack: Pack) -> Tensor:
        parts = self.embeddings
        hidden = parts.word_embeddings(ids)
        hidden = hidden + parts.token_type_embeddings(torch.zeros_like(ids))
        hidden = hidden + parts.position_embeddings(pack.places + self.first_place)
        out: Tensor = parts.LayerNorm(hidden).to(self.dtype)
        return out

    def _pack(self, attention_mask: Tensor) -> List[Pack]:
        sizes = attention_mask.sum(dim=1).cpu().numpy()
        keys = self._adapters(len(sizes))
        order = np.lexsort((sizes, keys))
        most = PACK_SIZE if attention_mask.is_cpu else 32 * PACK_SIZE
        packs: List[Pack] = []
        chosen: List[int] = []
        total = 0
        for row in order.tolist():
            if chosen and (total + sizes[row] > most or keys[row] != keys[chosen[-1]]):
                packs.append(_make_pack(chosen, sizes, attention_mask.device))
                chosen, total = [], 0
            chosen.append(row)
            total += sizes[row]
        if total:
            packs.append(_make_pack(chosen, sizes, attention_mask.device))
        return packs

    def _adapters(self, n_rows: int) -> NDArray[np.int64]:
        """(rows,), the expert that serves each row wholly, -1 where several do."""
        gates = None if self.state is None else self.state.gates
        if gates is None:
            return np.zeros(n_rows, dtype=np.int64)
        share, expert = gates.max(dim=1)
        alone = (share == 1.0) & ((gates != 0).sum(dim=1) == 1)
        adapters: NDArray[np.int64] = torch.where(alone, expert, -1).cpu().numpy()
        return adapters

    @contextmanager
    def _select(self, pack: Pack) -> Iterator[None]:
        """Put the gates of a pack in force, where there are adapters."""
        if self.state is None:
            yield
        else:
            with self.state.select(pack.rows, single=True):
                yield


class PackedLayer(nn.Module):
    """A layer of a `PackedEncoder`.

    forward: (pieces, width), Pack → (pieces, width)

    layer (nn.Module): The layer of the model.
    dtype (torch.dtype): Of the copy.
    """

    def __init__(self, layer: Any, dtype: torch.dtype) -> None:
        super().__init__()
        inner = layer.attention.self
        self.heads = int(inner.num_attention_heads)
        self.inward = join([inner.query, inner.key, inner.value], dtype)
        self.outward = join([layer.attention.output.dense], dtype)
        self.norm = _copy_norm(layer.attention.output.LayerNorm, dtype)
        self.widen = join([layer.intermediate.dense], dtype)
        self.activation = layer.intermediate.intermediate_act_fn
        self.narrow = join([layer.output.dense], dtype)
        self.last_norm = _copy_norm(layer.output.LayerNorm, dtype)

    def forward(self, hidden: Tensor, pack: Pack) -> Tensor:
        mixed = self._attend(self.inward(hidden), pack)
        hidden = self.norm(self.outward(mixed).add_(hidden))
        inner = self.activation(self.widen(hidden))
        out: Tensor = self.last_norm(self.narrow(inner).add_(hidden))
        return out

    def _attend(self, parts: Tensor, pack: Pack) -> Tensor:
        """parts (Tensor): (pieces, 3 * width), query, key and value.
        RETURNS (Tensor): (pieces, width)
        """
        width = parts.shape[1] // 3
        size = width // self.heads
        mixed = [
            _attend(parts[group.pieces], group, self.heads, size)
            for group in pack.groups
        ]
        return torch.cat(mixed)[pack.back]


def can_pack(model: Any) -> bool:
    """RETURNS (bool): Whether `PackedEncoder` knows how to do what a model does."""
    config = getattr(model, "config", None)
    if getattr(config, "model_type", None) not in FAMILIES:
        return False
    if getattr(config, "is_decoder", False):
        return False
    if getattr(config, "position_embedding_type", "absolute") != "absolute":
        return False
    layers = getattr(getattr(model, "encoder", None), "layer", None)
    if layers is None or not hasattr(model, "embeddings"):
        return False
    return all(
        can_join([inner.query, inner.key, inner.value])
        and can_join([layer.attention.output.dense])
        and can_join([layer.intermediate.dense])
        and can_join([layer.output.dense])
        for layer in layers
        for inner in [layer.attention.self]
    )


def _attend(parts: Tensor, group: Group, heads: int, size: int) -> Tensor:
    """(rows * length, 3 * width) → (rows * length, width)"""
    rows, length = group.rows, group.length
    split = parts.view(rows, length, 3, heads, size).permute(2, 0, 3, 1, 4)
    query, key, value = split.reshape(3, rows * heads, length, size)
    scale = size**-0.5
    if group.outside is None:
        scores = torch.bmm(query, key.transpose(1, 2)).mul_(scale)
    else:
        outside = group.outside.to(parts.dtype).expand(rows, heads, 1, length)
        scores = torch.baddbmm(
            outside.reshape(rows * heads, 1, length),
            query,
            key.transpose(1, 2),
            alpha=scale,
        )
    # In single precision, which is faster as well.
    shares = F.softmax(scores, dim=-1, dtype=torch.float32).to(parts.dtype)
    mixed = torch.bmm(shares, value).view(rows, heads, length, size)
    return mixed.transpose(1, 2).reshape(rows * length, heads * size)


def _copy_norm(norm: nn.LayerNorm, dtype: torch.dtype) -> nn.LayerNorm:
    copy = nn.LayerNorm(norm.normalized_shape, norm.eps, device="meta")
    copy.weight = nn.Parameter(norm.weight.detach().to(dtype), requires_grad=False)
    copy.bias = nn.Parameter(norm.bias.detach().to(dtype), requires_grad=False)
    return copy


def _make_pack(
    chosen: Sequence[int], sizes: NDArray[np.int64], device: torch.device
) -> Pack:
    """chosen (Sequence[int]): Rows of the batch, the shortest first.
    sizes (NDArray[np.int64]): Number of pieces of each row of the batch.
    """
    rows = np.array(chosen, dtype=np.int64)
    own = sizes[rows]
    n_used = int(own.sum())
    starts = np.cumsum(own) - own
    step = max(LENGTH_STEP, 2 ** (n_used.bit_length() - 1) // STEPS)
    filled = _up_to_multiple(n_used, step)
    of_row = np.full(filled, rows[-1])
    places = np.zeros(filled, dtype=np.int64)
    of_row[:n_used] = np.repeat(rows, own)
    places[:n_used] = np.arange(n_used) - np.repeat(starts, own)
    groups: List[Group] = []
    back = np.zeros(filled, dtype=np.int64)
    offset = 0
    for start, end in _group_bounds(own):
        length = _up_to_multiple(int(own[end - 1]), LENGTH_STEP)
        place = np.arange(length)
        inside = place < own[start:end, None]
        index = np.where(inside, starts[start:end, None] + place, 0)
        outside = None
        if not inside.all():
            hidden = np.where(inside, 0.0, -1e4).astype(np.float32)
            outside = torch.from_numpy(hidden)[:, None, None].to(device)
        flat = torch.from_numpy(index.ravel()).to(device)
        groups.append(Group(end - start, length, flat, outside))
        back[index[inside]] = offset + np.flatnonzero(inside)
        offset += index.size
    return Pack(
        torch.from_numpy(of_row).to(device),
        torch.from_numpy(places).to(device),
        groups,
        torch.from_numpy(back).to(device),
        n_used,
    )


def _group_bounds(sizes: NDArray[np.int64]) -> List[Tuple[int, int]]:
    """sizes (NDArray[np.int64]): (rows,), rising.
    RETURNS (List[Tuple[int, int]]): First row of each group, and the one after its
        last. Each has as many rows as `GROUP_SIZES` allow.
    """
    bounds: List[Tuple[int, int]] = []
    end = len(sizes)
    while end:
        length = _up_to_multiple(int(sizes[end - 1]), LENGTH_STEP)
        padding = np.cumsum(length - sizes[:end][::-1])
        fitting = max(1, int((padding - padding[0] <= GROUP_COST).sum()))
        n_rows = max(size for size in GROUP_SIZES if size <= fitting)
        bounds.append((end - n_rows, end))
        end -= n_rows
    return bounds


def _up_to_multiple(number: int, step: int) -> int:
    return -(-number // step) * step


def _unpack(
    packs: Sequence[Pack], states: Sequence[Tensor], shape: Sequence[int]
) -> Tensor:
    """RETURNS (Tensor): (rows, pieces, width), in single precision."""
    rows, length = shape
    width = states[0].shape[1] if states else 0
    device = states[0].device if states else None
    out = torch.zeros(rows * length, width, device=device)
    for pack, state in zip(packs, states, strict=True):
        used = slice(pack.n_used)
        index = pack.rows[used] * length + pack.places[used]
        out[index] = state[used].float()
    return out.view(rows, length, width)
