"""The linear layer behind a few embeddings, folded into their tables: what it makes of
a row is worked out once, and a token costs a sum of rows instead of a product."""

from typing import Sequence, Union

import torch
from torch import Tensor, nn

from .adapters.lora import LoraEmbedding, LoraLinear
from .layers import BagEmbedding


def can_fold(tables: Sequence[nn.Module], mix: nn.Module) -> bool:
    """RETURNS (bool): Whether `fold` knows these layers. It does unless the tables
    have adapters."""
    is_linear = isinstance(mix, LoraLinear) or type(mix) is nn.Linear
    return is_linear and all(type(table) is BagEmbedding for table in tables)


def fold(
    tables: Sequence[nn.Module], mix: nn.Module, hashes: int
) -> Union[BagEmbedding, LoraEmbedding]:
    """Fold a linear layer into the tables whose sums of rows, side by side, it reads.

    tables (Sequence[BagEmbedding]): (rows, width) each.
    mix (Union[nn.Linear, LoraLinear]): From (tables * width) to out.
    hashes (int): Rows that are summed up of each table.
    RETURNS (Union[BagEmbedding, LoraEmbedding]): A table (all rows, out), with the
        adapters of `mix`, which obey the same gates.
    """
    weights = [table.get_parameter("weight").detach() for table in tables]

    def through(matrix: Tensor) -> Tensor:
        parts = matrix.split([weight.shape[1] for weight in weights], dim=1)
        return torch.cat([w @ part.T for w, part in zip(weights, parts, strict=True)])

    linear = mix.base if isinstance(mix, LoraLinear) else mix
    whole = through(linear.get_parameter("weight"))
    # Each token reads as many rows of the first table as there are hashes.
    whole[: len(weights[0])] += linear.get_parameter("bias") / hashes
    table: BagEmbedding = BagEmbedding.from_pretrained(whole)
    if not isinstance(mix, LoraLinear):
        return table
    adapted = LoraEmbedding(table, mix.state, rank=mix.rank, scaling=mix.scaling)
    for expert in mix.experts:
        adapted.experts.append(expert)
        low = through(mix.lora_A[expert])
        adapted.lora_A[expert] = nn.Parameter(low, requires_grad=False)
        adapted.lora_B[expert] = mix.lora_B[expert]
    return adapted.eval()
