"""A tree while it is repaired."""

from dataclasses import dataclass, field
from typing import Iterator, List

from .features import LanguageFeatures
from .tree import Tree


@dataclass
class Draft:
    """A tree while it is repaired: heads, labels and parts of speech may change.

    tree (Tree): The tree as it was.
    features (LanguageFeatures): Features of its language.
    """

    tree: Tree
    features: LanguageFeatures
    words: List[str] = field(init=False)
    heads: List[int] = field(init=False)
    labels: List[str] = field(init=False)
    tags: List[str] = field(init=False)

    def __post_init__(self) -> None:
        self.words = self.tree.lower
        self.heads = list(self.tree.heads)
        self.labels = list(self.tree.labels)
        self.tags = list(self.tree.tags)

    def finish(self) -> Tree:
        """RETURNS (Tree): The tree as it is now."""
        tree = self.tree
        return Tree(tree.words, self.heads, self.labels, self.tags, tree.spaces)

    def verbs(self) -> Iterator[int]:
        """YIELDS (int): The verbs, from left to right."""
        return (index for index, tag in enumerate(self.tags) if tag == "VERB")

    def children(self, head: int) -> List[int]:
        """RETURNS (List[int]): Dependents of a word, from left to right."""
        return [i for i, other in enumerate(self.heads) if other == head and i != head]

    def subtree(self, head: int) -> List[int]:
        """RETURNS (List[int]): A word and all below it."""
        words = [head]
        for index in words:  # grows
            words += self.children(index)
        return words

    def base(self, word: int) -> str:
        """RETURNS (str): The label of a word without its subtype."""
        return self.labels[word].partition(":")[0]
