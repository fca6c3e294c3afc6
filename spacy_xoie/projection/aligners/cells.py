"""The cells of a batch of sentence pairs: each token of one side beside each of the
other, laid out flat, so that all pairs are worked on at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import Dict, List, Sequence, Tuple

import numpy as np

from .words import Floats, Ints, normal_form

WINDOW = 4
"""Neighbours further away tell nothing about each other."""

Way = int
"""0: each token of the target chooses one of the source; 1: the other way round."""


@dataclass
class Cells:
    """The cells of a batch. Much is computed when it is asked for, and kept: some 400
    bytes for each cell in all.

    words (Tuple[List[str], List[str]]): The different words of each side, in normal
        form.
    tokens (Tuple[Ints, Ints]): The word of each token of all pairs, for each side.
    lengths (Tuple[Ints, Ints]): Number of tokens of each pair, for each side.
    pair, row, column (Ints): Of each cell its pair, and its token of the source and of
        the target, counted from the beginning of the pair. Shape (n_cells,).
    """

    words: Tuple[List[str], List[str]]
    tokens: Tuple[Ints, Ints]
    lengths: Tuple[Ints, Ints]
    pair: Ints
    row: Ints
    column: Ints

    def __len__(self) -> int:
        return len(self.pair)

    @cached_property
    def token(self) -> Tuple[Ints, Ints]:
        """The token of each cell among those of all pairs, for each side."""
        first = [np.cumsum(lengths) - lengths for lengths in self.lengths]
        return first[0][self.pair] + self.row, first[1][self.pair] + self.column

    @cached_property
    def word_pairs(self) -> Tuple[Ints, Ints, Ints]:
        """The different pairs of words: the word of each side, and of each cell the
        number of its pair of words."""
        left = self.tokens[0][self.token[0]]
        right = self.tokens[1][self.token[1]]
        keys, number = np.unique(left * len(self.words[1]) + right, return_inverse=True)
        return keys // len(self.words[1]), keys % len(self.words[1]), number

    @cached_property
    def distance(self) -> Floats:
        """How far each cell is off the diagonal, 0 to 1."""
        n_rows, n_columns = (lengths[self.pair] for lengths in self.lengths)
        place = (self.row + 0.5) / n_rows - (self.column + 0.5) / n_columns
        return np.abs(place)

    @cached_property
    def neighbours(self) -> Dict[Tuple[Way, int], Tuple[Ints, Ints]]:
        """For each way and each jump from -WINDOW to WINDOW the pairs of cells of which
        the second is one token on and so many tokens of the other side further."""
        n_rows, n_columns = (lengths[self.pair] for lengths in self.lengths)
        here = np.arange(len(self))
        cells: Dict[Tuple[Way, int], Tuple[Ints, Ints]] = {}
        for jump in range(-WINDOW, WINDOW + 1):
            rows, columns = self.row + jump, self.column + 1
            inside = (rows >= 0) & (rows < n_rows) & (columns < n_columns)
            there = here + jump * n_columns + 1
            cells[0, jump] = here[inside], there[inside]
            rows, columns = self.row + 1, self.column + jump
            inside = (columns >= 0) & (columns < n_columns) & (rows < n_rows)
            there = here + n_columns + jump
            cells[1, jump] = here[inside], there[inside]
        return cells


def make_cells(pairs: Sequence[Tuple[Sequence[str], Sequence[str]]]) -> Cells:
    """Lay out the cells of pairs of sentences.

    pairs (Sequence[Tuple[Sequence[str], Sequence[str]]]): The words of both sides.
    RETURNS (Cells): The cells.
    """
    words: Tuple[List[str], List[str]] = ([], [])
    tokens: List[Ints] = []
    lengths: List[Ints] = []
    for side in (0, 1):
        numbers: Dict[str, int] = {}
        ids = [
            numbers.setdefault(word, len(numbers))
            for pair in pairs
            for word in map(normal_form, pair[side])
        ]
        words[side].extend(numbers)
        tokens.append(np.array(ids, dtype=np.int64))
        lengths.append(np.array([len(pair[side]) for pair in pairs], dtype=np.int64))
    sizes = lengths[0] * lengths[1]
    pair = np.repeat(np.arange(len(pairs)), sizes)
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    width = np.maximum(lengths[1][pair], 1)
    return Cells(
        words,
        (tokens[0], tokens[1]),
        (lengths[0], lengths[1]),
        pair,
        within // width,
        within % width,
    )
