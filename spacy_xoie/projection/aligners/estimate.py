"""Which cells of sentence pairs are links: expectation maximisation over both
directions at once.

Word translations are as in IBM model 1 (Brown et al. 1993, "The Mathematics of
Statistical Machine Translation"), backed off to stems and to the likeness of words.
That neighbours are translated by neighbours is as in the HMM of Vogel et al. (1996),
but in mean field: the weight of a cell grows with the probability of the cells that a
likely jump leads to or from. The two directions are trained to agree (Liang et al.
2006, "Alignment by Agreement"), here on the geometric mean of their probabilities.
"""

from dataclasses import dataclass, replace
from typing import Dict, List, Optional, Tuple

import numpy as np

from .cells import WINDOW, Cells
from .table import Table
from .words import Floats, Ints, similarity, stem

BACK_OFF = 20.0
"""How many observations of a pair of words the guess by their stems is worth."""
FLOOR = 0.02
UNSEEN_WORDS = 1000.0
"""Least size of a vocabulary."""
NO_LINK = 0.15
"""Probability that a word has no translation."""
FIRST, LATER = 3.0, 0.7
"""How fast the probability falls off the diagonal, without neighbours and with them."""
STRENGTH = 0.4
"""How much neighbours weigh; in mean field they are too sure of themselves."""
WARM_UP = 2
"""Rounds without neighbours, in which the words speak."""


@dataclass
class Knowledge:
    """What a table says of the words of a batch of cells.

    pairs, similar, stem_pairs (Floats): For each of `Cells.word_pairs` its count, how
        much its words look alike, and the count of its stems.
    totals, stem_totals (Tuple[Floats, Floats]): For each word of a side its count in
        pairs, and that of its stem.
    shares (Tuple[Floats, Floats]): How probable each word is, given its stem.
    chances (Tuple[Floats, Floats]): How probable each word is at all.
    sizes (Tuple[float, float]): Numbers of words to reckon with.
    """

    pairs: Floats
    similar: Floats
    stem_pairs: Floats
    totals: Tuple[Floats, Floats]
    stem_totals: Tuple[Floats, Floats]
    shares: Tuple[Floats, Floats]
    chances: Tuple[Floats, Floats]
    sizes: Tuple[float, float]

    def translations(self, cells: Cells, way: int) -> Floats:
        """How probable words are as translations of each other.

        cells (Cells): The cells.
        way (int): 0: words of the target, given those of the source; 1: the reverse.
        RETURNS (Floats): For each of `Cells.word_pairs`.
        """
        sources, targets = cells.word_pairs[way], cells.word_pairs[1 - way]
        by_stem = (self.stem_pairs + self.similar + FLOOR) / (
            self.stem_totals[way][sources] + self.similar + FLOOR * self.sizes[1 - way]
        )
        guess = BACK_OFF * by_stem * self.shares[1 - way][targets]
        count = self.pairs + self.similar
        return (count + guess) / (self.totals[way][sources] + self.similar + BACK_OFF)


def look_up(cells: Cells, table: Table) -> Knowledge:
    """RETURNS (Knowledge): What a table says of the words of some cells. It does not
    depend on which sentences are beside each other in the batch."""
    left, right, _ = cells.word_pairs
    words = cells.words
    names = [(words[0][i], words[1][j]) for i, j in zip(left, right, strict=True)]
    roots = [[stem(word) for word in side] for side in words]
    stems = [(roots[0][i], roots[1][j]) for i, j in zip(left, right, strict=True)]
    shares, chances, sizes = [], [], []
    for side in (0, 1):
        counts = _read(table.words[side], words[side])
        of_stem = _read(table.stems[side], roots[side])
        size = max(UNSEEN_WORDS, float(len(table.words[side])))
        shares.append((counts + 1.0) / (of_stem + 2.0))
        chances.append((counts + 0.5) / (sum(table.words[side].values()) + 0.5 * size))
        sizes.append(size)
    return Knowledge(
        _read(table.pairs, names),
        similarity(*words, left, right),
        _read(table.stem_pairs, stems),
        (_read(table.totals[0], words[0]), _read(table.totals[1], words[1])),
        (
            _read(table.stem_totals[0], roots[0]),
            _read(table.stem_totals[1], roots[1]),
        ),
        (shares[0], shares[1]),
        (chances[0], chances[1]),
        (sizes[0], sizes[1]),
    )


def find_links(cells: Cells, table: Table, *, rounds: int = 8) -> Tuple[Floats, Floats]:
    """How probable each cell is as a link, by what is known already.

    cells (Cells): The cells.
    table (Table): What is known of the words.
    rounds (int): How often neighbours are asked.
    RETURNS (Tuple[Floats, Floats]): Probabilities of both ways, for each cell.
    """
    knowledge = look_up(cells, table)
    words = [knowledge.translations(cells, way) for way in (0, 1)]
    posteriors = expect(cells, knowledge, words, None, table.jumps)
    for _ in range(WARM_UP + rounds - 1):
        agreed = np.sqrt(posteriors[0] * posteriors[1])
        posteriors = expect(cells, knowledge, words, agreed, table.jumps)
    return posteriors


def learn(cells: Cells, table: Table, *, rounds: int = 8) -> Table:
    """Learn from sentence pairs, without supervision.

    cells (Cells): The cells of the pairs.
    table (Table): What is known already.
    rounds (int): Rounds with neighbours.
    RETURNS (Table): What these pairs teach, to be added to what is known.
    """
    word_counts: Tuple[Dict[str, float], Dict[str, float]] = ({}, {})
    for side in (0, 1):
        numbers = np.bincount(cells.tokens[side], minlength=len(cells.words[side]))
        word_counts[side].update(
            zip(cells.words[side], numbers.astype(float).tolist(), strict=True)
        )
    before = look_up(cells, table.plus(Table(word_counts, {}, table.jumps)))
    left, right, number = cells.word_pairs
    roots = [_stem_ids(side) for side in cells.words]
    stem_keys = roots[0][left] * (len(roots[1]) + 1) + roots[1][right]
    _, stem_number = np.unique(stem_keys, return_inverse=True)
    now, jumps = before, table.jumps
    agreed: Optional[Floats] = None
    counts: Floats = np.zeros(len(left))
    for turn in range(WARM_UP + rounds):
        if turn >= WARM_UP and agreed is not None:
            jumps = _jumps(cells, agreed)
        words = [now.translations(cells, way) for way in (0, 1)]
        context = agreed if turn >= WARM_UP else None
        posteriors = expect(cells, before, words, context, jumps)
        agreed = np.sqrt(posteriors[0] * posteriors[1])
        counts = np.bincount(number, agreed, len(left)).astype(np.float64)
        of_stems = np.bincount(stem_number, weights=counts)
        now = replace(
            before,
            pairs=before.pairs + counts,
            stem_pairs=before.stem_pairs + of_stems[stem_number],
            totals=(
                before.totals[0] + np.bincount(left, counts, len(cells.words[0])),
                before.totals[1] + np.bincount(right, counts, len(cells.words[1])),
            ),
            stem_totals=(
                before.stem_totals[0] + _by_stem(roots[0], left, counts),
                before.stem_totals[1] + _by_stem(roots[1], right, counts),
            ),
        )
    pairs = {
        (cells.words[0][i], cells.words[1][j]): count
        for i, j, count in zip(
            left.tolist(), right.tolist(), counts.tolist(), strict=True
        )
        if count > FLOOR
    }
    return Table(word_counts, pairs, jumps)


def expect(
    cells: Cells,
    knowledge: Knowledge,
    words: List[Floats],
    agreed: Optional[Floats],
    jumps: Tuple[Floats, Floats],
) -> Tuple[Floats, Floats]:
    """How probable each cell is as a link.

    cells (Cells): The cells.
    knowledge (Knowledge): What is known of the words.
    words (List[Floats]): Of both ways, how probable each pair of words is.
    agreed (Optional[Floats]): How probable the cells seemed before; None asks no
        neighbours.
    jumps (Tuple[Floats, Floats]): See `Table`.
    RETURNS (Tuple[Floats, Floats]): Probabilities of both ways, for each cell: those of
        a token that chooses sum to 1 less the probability that it has no translation.
    """
    number = cells.word_pairs[2]
    place = np.exp(-(FIRST if agreed is None else LATER) * cells.distance)
    posteriors = []
    for way in (0, 1):
        chooser = cells.token[1 - way]
        prior = place
        if agreed is not None:
            field = np.zeros(len(cells))
            for jump in range(-WINDOW, WINDOW + 1):
                here, there = cells.neighbours[way, jump]
                weight = jumps[way][jump + WINDOW]
                field[there] += weight * agreed[here]
                field[here] += weight * agreed[there]
            prior = place * np.exp(STRENGTH * field)
        norm = np.bincount(chooser, weights=prior)
        weight = words[way][number] * prior * (1 - NO_LINK) / norm[chooser]
        alone = NO_LINK * knowledge.chances[1 - way][cells.tokens[1 - way][chooser]]
        total = np.bincount(chooser, weights=weight)[chooser] + alone
        posteriors.append(weight / total)
    return posteriors[0], posteriors[1]


def _jumps(cells: Cells, agreed: Floats) -> Tuple[Floats, Floats]:
    """Estimate the jumps from the links of the round before."""
    result = []
    for way in (0, 1):
        chooser = cells.token[1 - way]
        counts = np.array(
            [
                float(agreed[here] @ agreed[there])
                for here, there in (
                    cells.neighbours[way, jump] for jump in range(-WINDOW, WINDOW + 1)
                )
            ]
        )
        lengths = cells.lengths[1 - way]
        pair = np.repeat(np.arange(len(lengths)), lengths)
        mass = np.bincount(chooser, weights=agreed, minlength=len(pair))
        both = (mass[:-1] * mass[1:])[pair[:-1] == pair[1:]]
        total = max(float(both.sum()), 1e-9)
        others = max(float(np.mean(cells.lengths[way])) - len(counts), 2.0)
        far = max(total - counts.sum(), 1.0) / total / others
        result.append(np.log(np.maximum(counts / total, 1e-4)) - np.log(max(far, 1e-4)))
    return result[0], result[1]


def _by_stem(stems: Ints, words: Ints, counts: Floats) -> Floats:
    """The counts of pairs, summed up for the stem of each word."""
    sums = np.bincount(stems[words], weights=counts, minlength=len(stems))
    return np.asarray(sums[stems], dtype=np.float64)


def _read(counts: Dict, keys: List) -> Floats:  # type: ignore[type-arg]
    return np.array([counts.get(key, 0.0) for key in keys], dtype=np.float64)


def _stem_ids(words: List[str]) -> Ints:
    numbers: Dict[str, int] = {}
    ids = [numbers.setdefault(stem(word), len(numbers)) for word in words]
    return np.array(ids, dtype=np.int64)
