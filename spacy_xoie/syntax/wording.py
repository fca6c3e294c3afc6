"""The words of a tree, by what they say of how far its clauses hold."""

from itertools import chain
from typing import Dict, FrozenSet, Sequence

from .factuality_words import factuality_words
from .features import LanguageFeatures
from .tree import Tree

MARKS = ("mark", "case", "advmod", "cc", "discourse")


class Wording:
    """Tells the kinds of the words of one tree. See `factuality_words.KINDS`.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    """

    def __init__(self, tree: Tree, features: LanguageFeatures) -> None:
        self.tree = tree
        self.features = features
        self.words = factuality_words(features.code)
        self._kinds: Dict[int, FrozenSet[str]] = {}

    def kinds(self, index: int) -> FrozenSet[str]:
        """RETURNS (FrozenSet[str]): The kinds of a word with its particle."""
        if self.words is None:
            return frozenset()
        if index not in self._kinds:
            tree = self.tree
            particle = tree.first(index, "compound:prt")
            self._kinds[index] = self.words.kinds(
                tree.lower[index], "" if particle is None else tree.lower[particle]
            )
        return self._kinds[index]

    def is_of(self, index: int, *kinds: str) -> bool:
        return index < len(self.tree) and not self.kinds(index).isdisjoint(kinds)

    def starts(self, words: Sequence[int], kind: str) -> bool:
        if self.words is None:
            return False
        texts = [self.tree.lower[i] for i in words[:4]]
        return any(
            kind in self.words.kinds(" ".join(texts[:end]))
            for end in range(1, len(texts) + 1)
        )

    def marks(self, head: int) -> FrozenSet[str]:
        """The kinds of the words that join a clause."""
        tree = self.tree
        found = [
            self.mark_kinds(child)
            for child in tree.all(head, *MARKS)
            if child < head
            or self.features.postpositions
            or tree.bases[child] == "mark"
        ]
        return frozenset(chain.from_iterable(found))

    def mark_kinds(self, mark: int) -> FrozenSet[str]:
        if self.words is None:
            return frozenset()
        return self.kinds(mark) | self.words.kinds(self.mark_text(mark))

    def mark_text(self, mark: int) -> str:
        """A word with what makes one with it ("as long as")."""
        tree = self.tree
        return " ".join(
            tree.lower[i] for i in sorted([mark, *tree.all(mark, "fixed", "compound")])
        )

    def introducers(self, head: int) -> FrozenSet[str]:
        """RETURNS (FrozenSet[str]): The kinds of the adpositions and conjunctions of a
        phrase or clause, wherever they stand."""
        found = map(self.mark_kinds, self.tree.all(head, "case", "mark"))
        return frozenset(chain.from_iterable(found))
