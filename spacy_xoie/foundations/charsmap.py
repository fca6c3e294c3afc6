"""The normalisation of SentencePiece (`nmt_nfkc`), worked out from what it does to
single characters, in the form that the library tokenizers reads."""

import struct
import unicodedata
from itertools import product
from typing import Dict, List, Mapping, Set

import numpy as np

LONGEST = 5
"""Bytes of the longest character with its marks that tokenizers looks up as a whole."""

PLANE = 0x10000
"""Characters from here on take four bytes, and with a mark they are too long."""

BLOCK = 256
"""Units of a double array that one byte chooses among."""
CROWDED = 16
"""Free units of a block below which it is not searched any more."""


def build_charsmap(characters: Mapping[str, str]) -> bytes:
    """characters (Mapping[str, str]): What becomes of single characters.
    RETURNS (bytes): A charsmap for `tokenizers.normalizers.Precompiled`, in which
        characters followed by marks are composed as well.
    """
    rules = {**characters, **_compositions(characters)}
    texts = sorted({*rules.values()})
    pool = b""
    places: Dict[str, int] = {}
    for text in texts:
        places[text] = len(pool)
        pool += text.encode("utf8") + b"\0"
    trie = _double_array({key.encode("utf8"): places[v] for key, v in rules.items()})
    units = struct.pack(f"<{len(trie)}I", *trie)
    return struct.pack("<I", len(units)) + units + pool


def _compositions(characters: Mapping[str, str]) -> Dict[str, str]:
    """Characters followed by marks that NFKC puts into one, as SentencePiece's builder
    works them out: without those that rules for fewer characters give already."""
    variants: Dict[str, List[str]] = {}
    decomposed: Set[str] = set()
    for code in range(PLANE):
        character = chr(code)
        if not unicodedata.decomposition(character):
            continue
        parts = unicodedata.normalize("NFKD", character)
        if len(parts) > 1:
            decomposed.add(parts)
        elif character in characters:
            # What later versions of Unicode added is not meant.
            variants.setdefault(parts, []).append(character)
    found: Dict[str, str] = {}
    for parts in decomposed:
        whole = unicodedata.normalize("NFC", parts)
        if whole == parts or _size(parts) > LONGEST:
            continue
        for sequence in product(*([part, *variants.get(part, [])] for part in parts)):
            text = "".join(sequence)
            if text != whole and _size(text) <= LONGEST:
                found[text] = whole
    rules: Dict[str, str] = {}
    for text in sorted(found, key=len):
        if found[text] != _rewrite(text, characters, rules):
            rules[text] = found[text]
    return rules


def _rewrite(
    text: str, characters: Mapping[str, str], sequences: Mapping[str, str]
) -> str:
    """A text after rules for fewer characters than it has, the longest first."""
    start, written = 0, ""
    while start < len(text):
        for end in range(min(len(text), start + len(text) - 1), start, -1):
            part = text[start:end]
            rule = (characters if len(part) == 1 else sequences).get(part)
            if rule is not None or len(part) == 1:
                written += part if rule is None else rule
                start = end
                break
    return written


def _size(text: str) -> int:
    return len(text.encode("utf8"))


def _double_array(values: Mapping[bytes, int]) -> List[int]:
    """A trie as darts-clone lays it out, in whole blocks of units.

    values (Mapping[bytes, int]): The value of each key, which holds no zero byte.
    """
    # The value of a key stands where a zero byte would lead from its last node.
    children: Dict[bytes, List[int]] = {}
    for key in values:
        for end in range(len(key), -1, -1):
            known = key[:end] in children
            byte = key[end] if end < len(key) else 0
            children.setdefault(key[:end], []).append(byte)
            if known:
                break
    bases = _place(children)
    units = [0] * (max(bases.values()) // BLOCK * BLOCK + BLOCK)
    for node, labels in children.items():
        base = bases[node]
        place = bases[node[:-1]] ^ node[-1] if node else 0
        units[place] |= (place ^ base) << 10 | (0 in labels) << 8
        for label in labels:
            units[base ^ label] |= label if label else values[node] | 1 << 31
    return units


def _place(children: Mapping[bytes, List[int]]) -> Dict[bytes, int]:
    """RETURNS (Dict[bytes, int]): A base for each node, no two the same, so that the
    places of all children, base ^ label, differ."""
    offsets = np.arange(BLOCK)
    # Half of the blocks at least stay empty.
    n_blocks = 2 + 2 * (1 + sum(map(len, children.values()))) // BLOCK
    free = np.ones((n_blocks, BLOCK), dtype=bool)
    unused = free.copy()
    free[0, 0] = False  # that of the root
    bases: Dict[bytes, int] = {}
    first = 0
    # Those with many children first, then one by one in what is left between them.
    for node in sorted(children, key=lambda node: (-len(children[node]), node)):
        labels = children[node]
        if len(labels) == 1:
            break
        while np.count_nonzero(free[first]) < CROWDED:
            first += 1
        for block in range(first, len(free)):
            fits = unused[block].copy()
            for label in labels:
                fits &= free[block, offsets ^ label]
            if fits.any():
                break
        base = bases[node] = block * BLOCK + int(fits.argmax())
        unused.flat[base] = False
        free.flat[[base ^ label for label in labels]] = False
    gaps = np.flatnonzero(free).tolist()
    used = {*bases.values()}
    for node, (label, *others) in children.items():
        if not others:
            number = next(i for i, gap in enumerate(gaps) if gap ^ label not in used)
            base = bases[node] = gaps.pop(number) ^ label
            used.add(base)
    return bases
