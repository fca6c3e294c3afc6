"""Embeddings in 4 bits, which stay as they are."""

from typing import Any, Dict

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .blocks import BLOCK, BLOCK_BYTES, pack, unpack


class BlockEmbedding(nn.Module):
    """A table of embeddings in 4 bits, which learns nothing. Rows are worked out when
    they are asked for, and are exactly those of the table written out in full.

    forward: ids (rows, …) → (rows, …, width), of the type that the module was cast to.

    rows (Tensor): (rows, bytes), uint8; copies of the module have it in common.
    """

    rows: Tensor
    like: Tensor

    def __init__(self, rows: Tensor) -> None:
        super().__init__()
        if rows.dtype != torch.uint8 or rows.dim() != 2 or rows.shape[1] % BLOCK_BYTES:
            raise ValueError(
                f"packed rows are whole blocks of {BLOCK_BYTES} bytes, not "
                f"{tuple(rows.shape)} {rows.dtype}"
            )
        self.register_buffer("rows", rows)
        # Bytes are not cast, so this tells the type of what comes out.
        self.register_buffer("like", torch.empty(0), persistent=False)

    @classmethod
    def of_size(cls, rows: int, width: int) -> "BlockEmbedding":
        """RETURNS (BlockEmbedding): A table whose rows are to be filled in.
        RAISES (ValueError): If rows of that width are no whole blocks."""
        if width % BLOCK:
            raise ValueError(
                f"embeddings of width {width} cannot be packed: only those whose width "
                f"is a multiple of {BLOCK} can"
            )
        n_bytes = width // BLOCK * BLOCK_BYTES
        return cls(torch.empty(rows, n_bytes, dtype=torch.uint8))

    @property
    def num_embeddings(self) -> int:
        return len(self.rows)

    @property
    def embedding_dim(self) -> int:
        return self.rows.shape[1] // BLOCK_BYTES * BLOCK

    def forward(self, ids: Tensor) -> Tensor:
        rows = unpack(F.embedding(ids.flatten(), self.rows))
        return rows.view(*ids.shape, self.embedding_dim).to(self.like.dtype)

    def _load_from_state_dict(
        self, state: Any, prefix: str, metadata: Dict[str, Any], *rest: Any
    ) -> None:
        # The rows, of a file or of another table, are exchanged, not written to.
        metadata = {**metadata, "assign_to_params_buffers": True}
        super()._load_from_state_dict(state, prefix, metadata, *rest)

    def __deepcopy__(self, memo: Dict[int, Any]) -> "BlockEmbedding":
        copy = BlockEmbedding(self.rows).train(self.training)
        copy.like = self.like.clone()
        memo[id(self)] = copy
        return copy


def pack_words(model: Any, fill: bool = False) -> bool:
    """Put a packed table in the place of the word embeddings of a Hugging Face encoder,
    in place.

    fill (bool): Whether to fill it with these; else its rows are to be filled in.
    RETURNS (bool): Whether that is possible without a change of any number.
    """
    words = model.embeddings.word_embeddings
    if not fill:
        table = BlockEmbedding.of_size(words.num_embeddings, words.embedding_dim)
    else:
        rows = pack(words.weight.detach())
        if rows is None:
            return False
        table = BlockEmbedding(rows)
    model.embeddings.word_embeddings = table
    return True
