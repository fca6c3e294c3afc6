"""The file of a pretrained encoder: what is in it, and what damage does."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import packed_encoder as tiny
import pytest
import torch

from spacy_xoie.errors import ModelDataError
from spacy_xoie.foundations.packed_file import PackedFile
from spacy_xoie.network.block_embedding import BlockEmbedding


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "encoder.bin"
    path.write_bytes(tiny.file_content())
    return path


def test_all_that_was_written_is_read(path: Path) -> None:
    file = PackedFile(path)
    assert (file.sizes.width, file.sizes.layers, file.sizes.rows) == (
        tiny.WIDTH,
        tiny.LAYERS,
        tiny.ROWS,
    )
    assert (file.pad, file.unknown) == (1, 3)
    assert [piece for piece, _ in file.pieces()] == tiny.PIECES
    assert file.pieces()[4][1] == pytest.approx(-2.0)
    assert file.characters() == tiny.CHARACTERS
    expected = tiny.tensors()
    words = tiny.pack(expected["emb.word"])[1]
    assert np.array_equal(file.words().numpy(), words)
    weights = file.weights(tiny.LAYERS)
    assert len(weights) == len(expected) - 1
    query = tiny.pack(expected["l1.q.w"])[1]
    name = "encoder.layer.1.attention.self.query.weight"
    assert np.array_equal(weights[name].numpy(), query)
    bias = weights["encoder.layer.0.intermediate.dense.bias"]
    assert np.array_equal(bias.numpy(), expected["l0.fi.b"])
    assert not [name for name in file.weights(1) if "layer.1" in name]


def test_packed_rows_are_those_of_the_whole_matrix(path: Path) -> None:
    file = PackedFile(path)
    table = BlockEmbedding(file.packed_words())
    ids = torch.randint(0, tiny.ROWS, (5, 7))
    assert torch.equal(table(ids), file.words()[ids])


def test_training_does_not_change_the_file(path: Path) -> None:
    before = path.read_bytes()
    file = PackedFile(path)
    for value in file.weights(tiny.LAYERS).values():
        value.zero_()
    assert any(value.any() for value in file.weights(tiny.LAYERS).values())
    assert path.read_bytes() == before


def read_all(path: Path) -> None:
    file = PackedFile(path)
    file.pieces(), file.characters(), file.words(), file.weights(file.sizes.layers)


def test_what_is_cut_short_is_told(path: Path) -> None:
    content = path.read_bytes()
    for size in (0, 3, 6, 20, 50, 70, 900, 4000, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(ModelDataError, match="Install its package again"):
            read_all(path)


@pytest.mark.parametrize(
    "place, value, why",
    [
        (0, b"E5S2", "does not begin with E5S1"),
        (4, b"\x09\0\0\0", "version 9"),
        (8, b"\0\0\0\0", "0 width"),
        (12, b"\xff\xff\0\0", "65535 layers"),
        (24, b"\xff\xff\xff\x7f", "rows"),
        (40, b"\x40\0\0\0", "blocks have 64"),
        (44, b"\xff\xff\xff\xff", "-1 pieces"),
        (8, b"\x40\0\0\0", "numbers, not"),
    ],
)
def test_other_files_are_told(path: Path, place: int, value: bytes, why: str) -> None:
    content = bytearray(path.read_bytes())
    content[place : place + len(value)] = value
    path.write_bytes(content)
    with pytest.raises(ModelDataError, match=why):
        read_all(path)


def test_damage_within_is_told_or_does_no_harm(path: Path) -> None:
    content = path.read_bytes()
    for place in range(0, 4000, 13):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        with suppress(ModelDataError):
            read_all(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelDataError, match="cannot be read"):
        PackedFile(tmp_path / "nothing.bin")
