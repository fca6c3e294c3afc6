"""What treebanks are counted with."""

from collections import Counter
from dataclasses import dataclass, field
from typing import List, Mapping, NamedTuple, Set

LEAST = 3
"""How often a word must do something, at least."""


class Node(NamedTuple):
    """A word of a tree, as it is counted."""

    place: int
    form: str
    tag: str
    label: str
    base: str
    feats: Mapping[str, str]
    head: int

    def has(self, **feats: str) -> bool:
        """RETURNS (bool): Whether a feature has one of some values ("Acc|Dat")."""
        return any(
            not {*self.feats.get(name, "").split(",")}.isdisjoint(values.split("|"))
            for name, values in feats.items()
        )


@dataclass
class Share:
    """How many of the things that were counted are of a kind."""

    hits: int = 0
    total: int = 0

    def count(self, is_hit: bool) -> None:
        self.hits += is_hit
        self.total += 1

    def exceeds(self, share: float, least: int = 20) -> bool:
        """RETURNS (bool): Whether they are more than a share, and there are enough."""
        return self.total >= least and self.hits > share * self.total


@dataclass
class Words:
    """Words, and how often they do something."""

    hits: Counter[str] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)

    def count(self, word: str, is_hit: bool) -> None:
        self.total[word] += 1
        self.hits[word] += is_hit

    def above(self, share: float, least: int = LEAST) -> List[str]:
        """RETURNS (List[str]): Those that do it in a share of their uses, sorted."""
        return sorted(
            word
            for word, hits in self.hits.items()
            if hits >= least and hits >= share * self.total[word] and is_word(word)
        )


def endings(
    words: Set[str], others: Set[str], precision: float, share: float = 0.04
) -> List[str]:
    """The shortest endings, of up to four letters, that tell words from others.

    words (Set[str]): The words.
    others (Set[str]): What else there is.
    precision (float): Share of the words among all that end so.
    share (float): Of the words that end so, at least.
    RETURNS (List[str]): The endings, none of which ends with another.
    """
    found: List[str] = []
    if len(words) < 10:
        return found
    for length in range(1, 5):
        good = Counter(word[-length:] for word in words if len(word) > length + 1)
        bad = Counter(word[-length:] for word in others - words if len(word) > length)
        found += [
            ending
            for ending, count in sorted(good.items())
            if count >= share * len(words)
            and count >= precision * (count + bad[ending])
            and not ending.endswith(tuple(found))
        ]
    return found


def is_word(word: str) -> bool:
    """RETURNS (bool): Whether there are letters in a word, and no digits."""
    return any(c.isalpha() for c in word) and not any(c.isdigit() for c in word)
