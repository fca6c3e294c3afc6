"""What is known of the words of two languages: how often each stood for which. Kept
as counts, so that more can be learnt."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Dict, Mapping, Tuple, TypeVar

import numpy as np

from ...errors import ModelDataError
from .cells import WINDOW
from .words import Floats, normal_form, stem

# How much likelier than a jump out of the window each jump is, from -WINDOW to WINDOW
# (natural logarithms): about what comes out for the pairs of languages that were tried.
_JUMPS = (0.5, 0.3, 0.3, 0.9, 2.6, 5.5, 3.8, 2.7, 1.9)


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
        found: Dict[Tuple[str, str], float] = {}
        for (left, right), count in self.pairs.items():
            stems = stem(left), stem(right)
            found[stems] = found.get(stems, 0.0) + count
        return found

    @cached_property
    def stem_totals(self) -> Tuple[Dict[str, float], Dict[str, float]]:
        """The counts of the pairs of each stem, for both languages."""
        return _margins(self.stem_pairs)

    @cached_property
    def stems(self) -> Tuple[Dict[str, float], Dict[str, float]]:
        """How often words of each stem were seen, for both languages."""
        found: Tuple[Dict[str, float], Dict[str, float]] = ({}, {})
        for side in (0, 1):
            for word, count in self.words[side].items():
                found[side][stem(word)] = found[side].get(stem(word), 0.0) + count
        return found

    def plus(self, other: "Table") -> "Table":
        """RETURNS (Table): A table that knows what both know, with the jumps of the
        other."""
        return Table(
            (
                _sum(self.words[0], other.words[0]),
                _sum(self.words[1], other.words[1]),
            ),
            _sum(self.pairs, other.pairs),
            other.jumps,
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
        pairs: Dict[Tuple[str, str], float] = {}
        for word, translations in lexicon.items():
            for other, weight in translations.items():
                pair = normal_form(word), normal_form(other)
                pairs[pair] = pairs.get(pair, 0.0) + count * weight
        return self.plus(Table(({}, {}), pairs, self.jumps))

    def inverted(self) -> "Table":
        """RETURNS (Table): The same, from the other language's side."""
        pairs = {(right, left): count for (left, right), count in self.pairs.items()}
        return Table(self.words[::-1], pairs, self.jumps[::-1])

    def to_dict(self, *, least: float = 0.0) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): Data for `from_dict`, without the pairs whose count
        is less than `least`."""
        kept = {pair: n for pair, n in self.pairs.items() if n >= least}
        numbers = [
            {word: i for i, word in enumerate(dict.fromkeys(words))}
            for words in zip(*kept, strict=True)
        ] or [{}, {}]
        rows = [numbers[0][left] for left, _ in kept]
        columns = [numbers[1][right] for _, right in kept]
        return {
            "words": [list(side) for side in numbers],
            "seen": [
                [round(seen.get(word, 0.0), 3) for word in side]
                for side, seen in zip(numbers, self.words, strict=True)
            ],
            "pairs": [rows, columns, [round(n, 3) for n in kept.values()]],
            "jumps": [[round(float(x), 3) for x in way] for way in self.jumps],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Table":
        """RETURNS (Table): What `to_dict` made.
        RAISES (ModelDataError): If the data is of another kind.
        """
        try:
            left, right = data["words"]
            rows, columns, counts = data["pairs"]
            jumps = [np.array(way, dtype=np.float64) for way in data["jumps"]]
            if [way.shape for way in jumps] != [(2 * WINDOW + 1,)] * 2:
                raise ValueError(f"there are jumps of {[len(way) for way in jumps]}")
            return cls(
                (
                    dict(zip(left, data["seen"][0], strict=True)),
                    dict(zip(right, data["seen"][1], strict=True)),
                ),
                {
                    (left[i], right[j]): float(n)
                    for i, j, n in zip(rows, columns, counts, strict=True)
                },
                (jumps[0], jumps[1]),
            )
        except (KeyError, ValueError, TypeError, IndexError) as e:
            raise ModelDataError(
                f"This is no table of word translations ({type(e).__name__}: {e}). "
                f"Make it anew with `LexicalAligner.fit` and `to_disk`."
            ) from e


Key = TypeVar("Key")


def _sum(one: Mapping[Key, float], other: Mapping[Key, float]) -> Dict[Key, float]:
    result = dict(one)
    for key, count in other.items():
        result[key] = result.get(key, 0.0) + count
    return result


def _margins(
    pairs: Mapping[Tuple[str, str], float],
) -> Tuple[Dict[str, float], Dict[str, float]]:
    totals: Tuple[Dict[str, float], Dict[str, float]] = ({}, {})
    for pair, count in pairs.items():
        for side in (0, 1):
            totals[side][pair[side]] = totals[side].get(pair[side], 0.0) + count
    return totals
