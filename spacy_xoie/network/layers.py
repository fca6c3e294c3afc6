"""Layers that encoders and heads share."""

from typing import Optional, Sequence, Tuple, Union

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .block_embedding import BlockEmbedding

MAX_DILATION = 1000
"""Neighbours that a convolution can see at the most, in tokens: what is beyond the ends
of a sentence is padded, so each costs as much as a longer sentence."""

MAX_LAYERS = 1000
"""Of a kind in a network; a config that asks for more is damaged, or worse."""


class BagEmbedding(nn.Embedding):
    """An embedding that sums the rows along the last axis of its input.

    forward: ids (…, n) → (…, width)
    """

    def forward(self, input: Tensor) -> Tensor:
        return sum_rows(self.weight, input)


def sum_rows(table: Tensor, ids: Tensor) -> Tensor:
    """table (Tensor): (rows, width)
    ids (Tensor): (…, n), numbers of rows.
    RETURNS (Tensor): (…, width), the sum of n rows.
    """
    flat = F.embedding_bag(ids.reshape(-1, ids.shape[-1]), table, mode="sum")
    return flat.view(*ids.shape[:-1], table.shape[1])


def keep_rows(table: nn.Module, rows: Sequence[int]) -> None:
    """Leave rows out of an embedding, in place.

    table (nn.Module): The embedding.
    rows (Sequence[int]): Numbers of those that are kept, in their new order.
    """
    if isinstance(table, BlockEmbedding):
        table.rows = table.rows[torch.tensor(rows, device=table.rows.device)]
        return
    if isinstance(table, BlockEmbedding):
        table.rows = table.rows[torch.tensor(rows, device=table.rows.device)]
        return
    assert isinstance(table, nn.Embedding)
    weight = table.weight
    kept = weight.detach()[torch.tensor(rows, device=weight.device)]
    table.weight = nn.Parameter(kept, weight.requires_grad)
    table.num_embeddings = len(rows)


class DilatedConv1d(nn.Conv1d):
    """A convolution whose dilation is its padding: with a kernel of three numbers it
    keeps the length of its input.

    PEFT makes the low-rank part of a convolution from its type, kernel, stride and
    padding, and forgets the dilation. A type to which the padding says it all is
    adapted rightly.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Union[int, Tuple[int]],
        stride: Union[int, Tuple[int]] = 1,
        padding: Union[int, Tuple[int]] = 0,
        *,
        groups: int = 1,
        bias: bool = True,
    ) -> None:
        width = padding if isinstance(padding, int) else padding[0]
        super().__init__(
            in_channels,
            out_channels,
            kernel_size,
            stride,
            padding,
            dilation=max(width, 1),
            groups=groups,
            bias=bias,
        )

    def forward(self, input: Tensor) -> Tensor:
        return convolve(self, input, self.weight, self.bias)


def convolve(
    layer: nn.Conv1d, x: Tensor, weight: Tensor, bias: Optional[Tensor] = None
) -> Tensor:
    """Convolve as a layer does, with other weights.

    On a processor, and where nothing learns, this is a product of matrices. oneDNN
    makes code for each shape of a convolution's input and keeps it for 1,024 of them:
    sentences have so many shapes that a long stream filled hundreds of MB, and that the
    code was made again and again.

    layer (nn.Conv1d): What tells stride, padding, dilation and groups.
    x (Tensor): (rows, in, length)
    weight (Tensor): (out, in, kernel)
    bias (Optional[Tensor]): (out,)
    RETURNS (Tensor): (rows, out, length)
    """
    if torch.is_grad_enabled() or not x.is_cpu or not is_plain(layer):
        out: Tensor = layer._conv_forward(x, weight, bias)
        return out
    patches = unfold(layer, x)
    return F.linear(patches, flatten_kernel(weight), bias).transpose(1, 2)


def is_plain(layer: nn.Conv1d) -> bool:
    """Whether a convolution is a product of `unfold` and `flatten_kernel`."""
    by_number = layer.padding_mode == "zeros" and isinstance(layer.padding, tuple)
    return by_number and layer.groups == layer.stride[0] == 1


def unfold(layer: nn.Conv1d, x: Tensor) -> Tensor:
    """layer (nn.Conv1d): A plain convolution.
    x (Tensor): (rows, in, length)
    RETURNS (Tensor): (rows, new length, kernel * in), what each place of the output is
        made of.
    """
    (dilation,), (kernel,) = layer.dilation, layer.kernel_size
    padding = int(layer.padding[0])
    length = x.shape[2] + 2 * padding - dilation * (kernel - 1)
    if length < 1:
        raise ValueError(
            f"A kernel that spans {dilation * (kernel - 1) + 1} places does not fit "
            f"into {x.shape[2] + 2 * padding}."
        )
    padded = F.pad(x.transpose(1, 2), (0, 0, padding, padding))
    starts = range(0, dilation * kernel, dilation)
    return torch.cat([padded[:, start : start + length] for start in starts], dim=2)


def flatten_kernel(weight: Tensor) -> Tensor:
    """(out, in, kernel) → (out, kernel * in)"""
    return weight.transpose(1, 2).flatten(1)


class ConvolutionLayer(nn.Module):
    """A maxout convolution over three tokens, with a residual connection.

    forward: hidden (rows, tokens, width), mask (rows, tokens, 1) → like hidden;
    positions outside of the mask become zero, so that padding changes nothing.

    width (int): Width of the hidden states.
    dilation (int): Distance of the neighbours that are seen on either side.
    dropout (float): Dropout on the update.
    """

    def __init__(self, width: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.convolution = DilatedConv1d(
            width, 2 * width, kernel_size=3, padding=dilation
        )
        self.norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        left, right = self.convolution(hidden.transpose(1, 2)).chunk(2, dim=1)
        update = left.maximum(right).transpose(1, 2)
        out: Tensor = (hidden + self.dropout(self.norm(update))) * mask
        return out


class AttentionLayer(nn.Module):
    """Self-attention over a sentence with a residual connection, and a bias for each
    distance between two tokens (Raffel et al. 2020, arXiv 1910.10683).

    forward: hidden (rows, tokens, width), mask (rows, tokens, 1) → like hidden;
    positions outside of the mask become zero, and nothing attends to them.

    width (int): Width of the hidden states, a multiple of `n_heads`.
    n_heads (int): Number of attention heads.
    reach (int): Distances beyond this are not told apart.
    dropout (float): Dropout on the update.
    """

    def __init__(
        self, width: int, dropout: float, n_heads: int = 4, reach: int = 32
    ) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.reach = reach
        self.norm = nn.LayerNorm(width)
        self.inward = nn.Linear(width, 3 * width)
        self.outward = nn.Linear(width, width)
        self.distance = nn.Parameter(torch.zeros(2 * reach + 1, n_heads))
        self.dropout = nn.Dropout(dropout)

    def forward(self, hidden: Tensor, mask: Tensor) -> Tensor:
        rows, length, width = hidden.shape
        parts = self.inward(self.norm(hidden)).view(rows, length, 3, self.n_heads, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        place = torch.arange(length, device=hidden.device)
        offsets = (place - place[:, None]).clamp(-self.reach, self.reach) + self.reach
        # (heads, tokens, tokens) + (rows, 1, 1, tokens)
        bias = self.distance[offsets].permute(2, 0, 1)[None]
        outside = (1 - mask[:, None, None, :, 0]) * -1e9
        mixed = F.scaled_dot_product_attention(
            query, key, value, attn_mask=bias + outside
        )
        update = self.outward(mixed.transpose(1, 2).reshape(rows, length, width))
        out: Tensor = (hidden + self.dropout(update)) * mask
        return out
