"""What is known of the words of two languages: how often each stood for which. Kept
as counts, so that more can be learnt."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from operator import index
from typing import Any, Dict, Iterable, List, Mapping, Tuple, TypeVar

import numpy as np

from ...errors import ModelDataError
from .cells import WINDOW
from .words import Floats, normal_form, stem

# How much likelier than a jump out of the window each jump is, from -WINDOW to WINDOW
# (natural logarithms): about what comes out for the pairs of languages that were tried.
_JUMPS = (0.5, 0.3, 0.3, 0.9, 2.6, 5.5, 3.8, 2.7, 1.9)
_JUMPS_COUNT = 200.0
"""How many words these are worth beside those from which jumps were learnt."""


@dataclass
class Table:
    """Counts of words and of pairs of words of two languages.

    words (Tuple[Dict[str, float], Dict[str, float]]): How often each word was seen, for
        both languages.
    pairs (Dict[Tuple[str, str], float]): How often a word stood for another, in
        expectation.
    jumps (Tuple[Floats, Floats]): Of each way, how much likelier than a far jump each
        jump is from the translation of one token to that of the next, as logarithms.
        Shape (2 * WINDOW + 1,).
    """

    words: Tuple[Dict[str, float], Dict[str, float]] = field(
        default_factory=lambda: ({}, {})
    )
    pairs: Dict[Tuple[str, str], float] = field(default_factory=dict)
    jumps: Tuple[Floats, Floats] = field(
        default_factory=lambda: (np.array(_JUMPS), np.array(_JUMPS))
    )

    @cached_property
    def totals(self) -> Tuple[Dict[str, float], Dict[str, float]]:
        """The counts of the pairs of each word, for both languages."""
        return _margins(self.pairs)

    @cached_property
    def stem_pairs(self) -> Dict[Tuple[str, str], float]:
        """The counts of pairs of stems."""
        return _add_up(((stem(a), stem(b)), n) for (a, b), n in self.pairs.items())

    @cached_property
    def stem_totals(self) -> Tuple[Dict[str, float], Dict[str, float]]:
        """The counts of the pairs of each stem, for both languages."""
        return _margins(self.stem_pairs)

    @cached_property
    def stems(self) -> Tuple[Dict[str, float], Dict[str, float]]:
        """How often words of each stem were seen, for both languages."""
        left, right = (
            _add_up((stem(word), n) for word, n in side.items()) for side in self.words
        )
        return left, right

    def plus(self, other: "Table") -> "Table":
        """RETURNS (Table): A table that knows what both know. The jumps of the other
        count by the number of words that it has seen."""
        own, new = (sum(table.words[0].values()) for table in (self, other))
        share = new / (_JUMPS_COUNT + own + new)
        return Table(
            (
                _sum(self.words[0], other.words[0]),
                _sum(self.words[1], other.words[1]),
            ),
            _sum(self.pairs, other.pairs),
            (
                (1 - share) * self.jumps[0] + share * other.jumps[0],
                (1 - share) * self.jumps[1] + share * other.jumps[1],
            ),
        )

    def with_lexicon(
        self, lexicon: Mapping[str, Mapping[str, float]], count: float
    ) -> "Table":
        """Add what a dictionary says.

        lexicon (Mapping[str, Mapping[str, float]]): For each word its translations and
            their weights.
        count (float): How often a word with a translation of weight 1 counts as seen.
        RETURNS (Table): A table that knows both.
        """
        pairs = _add_up(
            ((normal_form(word), normal_form(other)), count * weight)
            for word, translations in lexicon.items()
            for other, weight in translations.items()
        )
        return self.plus(Table(({}, {}), pairs, self.jumps))

    def inverted(self) -> "Table":
        """RETURNS (Table): The same, from the other language's side."""
        pairs = {(right, left): count for (left, right), count in self.pairs.items()}
        return Table(self.words[::-1], pairs, self.jumps[::-1])

    def to_dict(self, *, min_count: float = 0.0) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): Data for `from_dict`, without the pairs whose count
        is less than `min_count`."""
        frequent = {pair: n for pair, n in self.pairs.items() if n >= min_count}
        words = [
            list(dict.fromkeys(chain(counts, (pair[side] for pair in frequent))))
            for side, counts in enumerate(self.words)
        ]
        numbers = [{word: i for i, word in enumerate(side)} for side in words]
        return {
            "words": words,
            "seen": [
                [float(counts.get(word, 0.0)) for word in side]
                for side, counts in zip(words, self.words, strict=True)
            ],
            "pairs": [
                [numbers[0][left] for left, _ in frequent],
                [numbers[1][right] for _, right in frequent],
                [float(n) for n in frequent.values()],
            ],
            "jumps": [way.tolist() for way in self.jumps],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Table":
        """RETURNS (Table): What `to_dict` made.
        RAISES (ModelDataError): If the data is of another kind.
        """
        try:
            left, right = (_words(side) for side in data["words"])
            totals = [_counts(side) for side in data["seen"]]
            rows, columns = (_places(side) for side in data["pairs"][:2])
            counts = _counts(data["pairs"][2])
            jumps = [np.array(way, dtype=np.float64) for way in data["jumps"]]
            if [way.shape for way in jumps] != [(2 * WINDOW + 1,)] * 2:
                raise ValueError(f"there are jumps of {[way.shape for way in jumps]}")
            if not np.isfinite(jumps).all():
                raise ValueError("there are jumps that are no numbers")
            return cls(
                (
                    dict(zip(left, totals[0], strict=True)),
                    dict(zip(right, totals[1], strict=True)),
                ),
                {
                    (left[i], right[j]): n
                    for i, j, n in zip(rows, columns, counts, strict=True)
                },
                (jumps[0], jumps[1]),
            )
        except (KeyError, ValueError, TypeError, IndexError, OverflowError) as e:
            raise ModelDataError(
                f"This is no table of word translations ({type(e).__name__}: {e}). "
                f"Make it anew with `LexicalAligner.fit` and `to_disk`."
            ) from e


Key = TypeVar("Key")


def _words(data: Any) -> List[str]:
    if not isinstance(data, list) or not all(isinstance(word, str) for word in data):
        raise ValueError(f"there are no words in {data!r:.40}")
    return data


def _counts(data: Any) -> List[float]:
    counts = [float(count) for count in data]
    if not all(0 <= count < math.inf for count in counts):
        raise ValueError("there are counts that are no numbers from 0")
    return counts


def _places(data: Any) -> List[int]:
    places = [index(place) for place in data]
    if any(place < 0 for place in places):
        raise ValueError("there are pairs of words that are none")
    return places


def _add_up(counts: Iterable[Tuple[Key, float]]) -> Dict[Key, float]:
    sums: Dict[Key, float] = {}
    for key, count in counts:
        sums[key] = sums.get(key, 0.0) + count
    return sums


def _sum(one: Mapping[Key, float], other: Mapping[Key, float]) -> Dict[Key, float]:
    return _add_up(chain(one.items(), other.items()))


def _margins(
    pairs: Mapping[Tuple[str, str], float],
) -> Tuple[Dict[str, float], Dict[str, float]]:
    left, right = (
        _add_up((pair[side], count) for pair, count in pairs.items()) for side in (0, 1)
    )
    return left, right
