"""A dependency tree of one sentence, and the walks through it."""

from dataclasses import dataclass, field
from itertools import chain
from typing import Callable, Dict, Iterable, List, Optional, Sequence, Tuple

from ..doc.folding import fold_word
from ..doc.text import PAIRS

JOINERS = ("-", "·", "•")
"""Marks that make one word, or one name, of two."""

VERSION_1 = {
    "dobj": "obj",
    "nsubjpass": "nsubj:pass",
    "csubjpass": "csubj:pass",
    "auxpass": "aux:pass",
    "neg": "advmod",
    "mwe": "fixed",
    "name": "flat",
    "foreign": "flat",
    "remnant": "orphan",
    "nmod:agent": "obl:agent",
}
"""Labels of the first version of Universal Dependencies, and their successors."""

OPENERS = {
    mark: tuple(opening for opening, closing in PAIRS.items() if mark in closing)
    for mark in ')]）】”“»«」』》〉’"'
}

FULL_STOPS = (".", "!", "?", "…", ",")


def _plausible(label: str, tag: str, has_head: bool) -> str:
    """A label that can be: no root below another word, no adposition as a clause."""
    if label == "root" and has_head:
        return "parataxis"
    if label == "acl" and tag == "ADP":
        return "case"
    return label


@dataclass
class Tree:
    """A Universal Dependencies tree of one sentence.

    Nothing is taken on trust: heads that point nowhere become roots, and what hangs
    in a cycle is cut off at its first word.

    words (Sequence[str]): The words, which are folded: rules compare them with lists.
    heads (Sequence[int]): Index of each word's head; a root is its own head.
    labels (Sequence[str]): Relations to the head, with subtypes.
    tags (Sequence[str]): Universal parts of speech.
    spaces (Sequence[bool]): Whether white space follows the word.
    """

    words: Sequence[str]
    heads: Sequence[int]
    labels: Sequence[str]
    tags: Sequence[str]
    spaces: Sequence[bool]
    lower: List[str] = field(init=False, repr=False, compare=False)
    bases: List[str] = field(init=False, repr=False, compare=False)
    children: List[List[int]] = field(init=False, repr=False, compare=False)
    order: List[int] = field(init=False, repr=False, compare=False)
    _groups: Dict[int, Tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        length = len(self.words)
        self.words = [fold_word(word) for word in self.words]
        self.lower = [word.lower() for word in self.words]
        self.labels = [VERSION_1.get(label, label) for label in self.labels]
        self.labels = [
            _plausible(label, self.tags[index], 0 <= head < length and head != index)
            for index, (label, head) in enumerate(
                zip(self.labels, self.heads, strict=False)
            )
        ]
        self.bases = [label.partition(":")[0] for label in self.labels]
        heads = list(self.heads)
        self.heads = heads
        self.children = [[] for _ in range(length)]
        roots = []
        for index, head in enumerate(heads):
            if head == index or not 0 <= head < length:
                heads[index] = index
                roots.append(index)
            else:
                self.children[head].append(index)
        self.order = self._walk(roots)
        self._groups = self._hyphenated()
        if len(self.order) < length:
            reached = set(self.order)
            for index in range(length):
                if index not in reached:
                    self.children[heads[index]].remove(index)
                    heads[index] = index
                    more = self._walk([index])
                    reached.update(more)
                    self.order.extend(more)

    def __len__(self) -> int:
        return len(self.words)

    def first(self, head: int, *labels: str) -> Optional[int]:
        """RETURNS (Optional[int]): The first child with one of these labels."""
        for child in self.children[head]:
            if self.labels[child] in labels or self.bases[child] in labels:
                return child
        return None

    def all(self, head: int, *labels: str) -> List[int]:
        """RETURNS (List[int]): The children with one of these labels."""
        return [
            child
            for child in self.children[head]
            if self.labels[child] in labels or self.bases[child] in labels
        ]

    def is_punct(self, index: int) -> bool:
        """RETURNS (bool): Whether a word is a mark of punctuation, and not the dot
        of an abbreviation."""
        if (
            self.words[index] == "."
            and 0 < index < len(self.words) - 1
            and not self.spaces[index - 1]
            and self.words[index - 1].isalpha()
        ):
            return False
        return self.tags[index] == "PUNCT" or (
            self.bases[index] == "punct" and not self.words[index].isalnum()
        )

    def subtree(
        self,
        head: int,
        skip: Optional[Callable[[int], bool]] = None,
    ) -> List[int]:
        """Collect a word and all that depends on it.

        head (int): The word.
        skip (Optional[Callable[[int], bool]]): Which dependents to leave out, with
            all of their own.
        RETURNS (List[int]): Indices in no order.
        """
        indices = [head]
        for index in indices:  # grows while it is walked through
            for child in self.children[index]:
                if skip is None or not skip(child):
                    indices.append(child)
        return indices

    def trim(self, indices: Iterable[int]) -> Tuple[int, ...]:
        """Sort indices and take the punctuation off the edges of each stretch,
        except for quotes and brackets whose counterpart is in the same stretch.

        indices (Iterable[int]): Indices of words.
        RETURNS (Tuple[int, ...]): What is left of them, sorted.
        """
        trimmed: List[int] = []
        stretch: List[int] = []
        for index in sorted(set(indices)):
            if stretch and index != stretch[-1] + 1:
                trimmed.extend(self._trim_stretch(stretch))
                stretch = []
            stretch.append(index)
        trimmed.extend(self._trim_stretch(stretch))
        return tuple(trimmed)

    def glue(self, part: Tuple[int, ...]) -> Tuple[int, ...]:
        """RETURNS (Tuple[int, ...]): A part with the rest of words that are written
        together with hyphens."""
        if not self._groups:
            return part
        return tuple(sorted({*part, *chain(*(self._groups.get(i, ()) for i in part))}))

    def _hyphenated(self) -> Dict[int, Tuple[int, ...]]:
        """The words that are written together with each word by hyphens."""
        groups: Dict[int, Tuple[int, ...]] = {}
        start = 0
        for index in range(len(self.words)):
            following = index + 1
            if (
                following < len(self.words)
                and not self.spaces[index]
                and (
                    self.words[index].endswith(JOINERS)
                    or self.words[following].startswith(JOINERS)
                )
                and self.words[following] != "--"
            ):
                continue
            if index > start:
                group = tuple(range(start, following))
                groups.update((member, group) for member in group)
            start = following
        return groups

    def is_wrapped(self, part: Tuple[int, ...]) -> bool:
        """RETURNS (bool): Whether a pair of quotes encloses a part."""
        if len(part) < 3 or part[-1] - part[0] != len(part) - 1:
            return False
        closing = PAIRS.get(self.words[part[0]])
        return bool(closing) and self.words[part[-1]] in (closing or "")

    def _trim_stretch(self, stretch: List[int]) -> List[int]:
        start, end = 0, len(stretch)
        while end and self.is_punct(stretch[end - 1]):
            opening = OPENERS.get(self.words[stretch[end - 1]], ())
            # A quote behind a full stop closes more than a phrase.
            if end > 1 and self.words[stretch[end - 2]] in FULL_STOPS:
                opening = ()
            if any(self.words[i] in opening for i in stretch[: end - 1]):
                break
            end -= 1
        while start < end and self.is_punct(stretch[start]):
            closing = PAIRS.get(self.words[stretch[start]])
            if closing and any(
                self.words[i] in closing for i in stretch[start + 1 : end]
            ):
                break
            start += 1
        return stretch[start:end]

    def _walk(self, roots: List[int]) -> List[int]:
        """Breadth-first from the given words, which are cut from their heads."""
        order = list(roots)
        for index in order:  # grows
            order += self.children[index]
        return order
