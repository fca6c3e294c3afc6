"""Embeddings in 4 bits: exact, shared by copies, and cast with the module."""

from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from spacy_xoie.network.block_embedding import BlockEmbedding
from spacy_xoie.network.blocks import unpack
from spacy_xoie.network.layers import keep_rows
from spacy_xoie.network.precision import PRECISIONS, lower_precision

ROWS, WIDTH = 50, 64


@pytest.fixture
def rows() -> Tensor:
    torch.manual_seed(0)
    rows = torch.randint(0, 256, (ROWS, WIDTH // 32 * 18), dtype=torch.uint8)
    scales = torch.rand(ROWS, WIDTH // 32, 1).half().view(torch.uint8)
    rows.view(ROWS, -1, 18)[:, :, :2] = scales.view(ROWS, -1, 2)
    return rows


def test_rows_are_those_of_the_dense_table(rows: Tensor) -> None:
    table = BlockEmbedding(rows)
    dense = nn.Embedding(table.num_embeddings, table.embedding_dim)
    dense.weight.data = unpack(rows)
    ids = torch.randint(0, ROWS, (3, 4, 5))
    assert torch.equal(table(ids), dense(ids))
    assert torch.equal(table.to(torch.bfloat16)(ids), dense.to(torch.bfloat16)(ids))
    assert table(ids[:0]).shape == (0, 4, 5, WIDTH)
    # One number by hand: the first byte of numbers holds the first and the 17th.
    scale = float(rows[0, :2].view(torch.float16))
    assert float(unpack(rows)[0, 0]) == pytest.approx(
        ((int(rows[0, 2]) & 15) - 8) * scale
    )
    assert float(unpack(rows)[0, 16]) == pytest.approx(
        ((int(rows[0, 2]) >> 4) - 8) * scale
    )


def test_nothing_of_it_learns(rows: Tensor) -> None:
    table = BlockEmbedding(rows)
    assert not list(table.parameters())
    assert not table.train()(torch.tensor([1])).requires_grad
    assert list(table.state_dict()) == ["rows"]


@pytest.mark.parametrize("precision", PRECISIONS)
def test_copies_have_the_rows_in_common(rows: Tensor, precision: str) -> None:
    module = nn.Sequential(BlockEmbedding(rows), nn.Linear(WIDTH, 3)).eval()
    copy = lower_precision(module, precision)  # type: ignore[arg-type]
    for other in (copy, deepcopy(module)):
        assert other[0].rows.data_ptr() == rows.data_ptr()
    ids = torch.tensor([[1, 2]])
    with torch.inference_mode():
        out = copy(ids)
        assert torch.allclose(out.float(), module(ids), atol=0.2)
    assert (out.dtype == torch.bfloat16) == (precision == "bfloat16")
    # The module itself is as it was.
    assert module[0](ids).dtype == torch.float32


def test_it_is_filled_in_when_it_is_read(rows: Tensor) -> None:
    with torch.device("meta"):
        assert BlockEmbedding.of_size(ROWS, WIDTH).rows.is_meta
    empty = BlockEmbedding.of_size(ROWS, WIDTH)
    empty.load_state_dict(BlockEmbedding(rows).state_dict())
    assert torch.equal(empty.rows, rows)


def test_rows_are_exchanged_and_not_written_to(rows: Tensor) -> None:
    before = rows.clone()
    table = BlockEmbedding(rows)
    table.load_state_dict({"rows": torch.zeros_like(rows)})
    assert not table.rows.any() and torch.equal(rows, before)
    table = BlockEmbedding(rows)
    keep_rows(table, [7, 3])
    assert torch.equal(table.rows, rows[[7, 3]])
    assert table(torch.tensor([1])).shape == (1, WIDTH) and len(rows) == ROWS


def test_what_is_no_table_is_told(rows: Tensor) -> None:
    with pytest.raises(ValueError, match="whole blocks of 18 bytes"):
        BlockEmbedding(rows[:, :20])
    with pytest.raises(ValueError, match="multiple of 32"):
        BlockEmbedding.of_size(3, 40)
