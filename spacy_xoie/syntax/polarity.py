"""What negates a clause."""

from .clauses import ClauseReader
from .ty import Part
from .verbs import SUBJECTS, VERBS
from .wording import Wording

NOMINAL = frozenset({"nsubj", "obj", "iobj", "obl", "dislocated", "nmod"})
WITHIN = frozenset({"det", "advmod", "amod", "nummod", "cc", "cop", "case", "fixed"})
BESIDE = WITHIN | {"aux", "mark", "compound", "expl"}


class Polarity:
    """Finds out whether the clauses of one tree are negated.

    wording (Wording): The words of the tree.
    reader (ClauseReader): What was read off it.
    """

    def __init__(self, wording: Wording, reader: ClauseReader) -> None:
        self.wording = wording
        self.tree = wording.tree
        self.reader = reader

    def negated(self, head: int) -> bool:
        """RETURNS (bool): Whether a clause has something that negates it."""
        tree = self.tree
        if self._has_negative_form(head) or self.negates(head):
            return True
        for child in tree.children[head]:
            base = tree.bases[child]
            if base in NOMINAL and child not in self.reader.done:
                if self._is_negative(child, head):
                    return True
            elif base in BESIDE:
                if self._denies(child, head):
                    return True
                if base == "advmod" and any(map(self.negates, tree.children[child])):
                    return True
        return self._hands_on(head)

    def _denies(self, child: int, head: int) -> bool:
        """Whether a dependent negates its head."""
        if self._is_half(child):
            return not self._is_restricted(head)
        return self.negates(child) or self._has_negative_form(child)

    def negates(self, index: int) -> bool:
        words = self.wording.words
        if words is None or "negatives" not in words.present:
            return self.tree.lower[index] in self.wording.features.negations
        if "negatives" not in self.wording.kinds(index):
            return False
        return not self.wording.is_of(index + 1, "restrictions")

    def _is_half(self, index: int) -> bool:
        return "half_negatives" in self.wording.kinds(index)

    def _is_restricted(self, head: int) -> bool:
        """Whether a negation only restricts ("ne … que")."""
        tree = self.tree
        inside = tree.subtree(head)
        return not any(map(self.negates, inside)) and any(
            index > head
            and tree.bases[index] == "advmod"
            and self.wording.is_of(index, "restrictions")
            for index in inside
        )

    def _has_negative_form(self, index: int) -> bool:
        if self.tree.tags[index] not in VERBS:
            return False
        kinds = self.wording.kinds(index)
        return "negative_forms" in kinds and "positive_forms" not in kinds

    def _is_negative(self, noun: int, head: int) -> bool:
        """Whether an argument negates its verb ("nobody", "no money"). Not so one that
        only goes along ("with no money")."""
        tree = self.tree
        below = [c for c in tree.children[noun] if tree.bases[c] in WITHIN]
        if any(self.wording.is_of(c, "accompanying") for c in below):
            return False
        deeper = [c for child in below for c in tree.children[child]]
        return any(self.negates(i) for i in (noun, *below, *deeper))

    def begins_negated(self, part: Part) -> bool:
        return bool(part) and self.negates(part[0])

    def _hands_on(self, head: int) -> bool:
        """Whether a conjunct has the negation of the first ("did not buy or sell")."""
        tree, is_of = self.tree, self.wording.is_of
        first = tree.heads[head]
        for child in tree.all(head, "cc", "advmod"):
            if is_of(child, "alternatives") and any(
                is_of(index, "correlatives") for index in range(child)
            ):
                return True
        return (
            tree.bases[head] == "conj"
            and first != head
            and tree.tags[head] in VERBS
            and not any(tree.bases[c] in SUBJECTS for c in tree.children[head])
            and any(self.wording.is_of(c, "alternatives") for c in tree.all(head, "cc"))
            and any(
                self._denies(c, first)
                or (tree.bases[c] == "obj" and self._is_negative(c, first))
                for c in tree.all(first, "advmod", "aux", "cc", "mark", "obj")
            )
        )
