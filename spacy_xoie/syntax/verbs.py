"""The verb complex of a clause."""

from dataclasses import dataclass
from typing import List, Optional

from .agreement import person_and_number
from .features import LanguageFeatures
from .phrases import Phrases
from .tree import Tree

VERBS = frozenset({"VERB", "AUX"})
SUBJECTS = frozenset({"nsubj", "csubj"})
CORE = SUBJECTS | {"obj", "iobj"}
LOOSE = frozenset({"advmod", "punct", "conj", "cc"})
"""Dependents of an auxiliary that are no part of the verb."""

ARGUMENTS = CORE | {"obl", "nmod", "acl", "advcl"}
"""Those of a noun or a verb that makes one with the verb, besides."""

PREDICATES = frozenset({"NOUN", "PROPN", "PRON", "ADJ", "NUM", "DET", "SYM"})


@dataclass
class Verbs:
    """Reads the verb complexes of one tree.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    """

    tree: Tree
    features: LanguageFeatures

    def is_verbal(self, index: int) -> bool:
        """RETURNS (bool): Whether the word itself is the verb of its clause, and no
        predicate with a copula."""
        return self.is_verb(index) and not any(
            self.is_copula(child) for child in self.tree.children[index]
        )

    def is_verb(self, index: int) -> bool:
        """RETURNS (bool): Whether a word is a verb, by its tag, or by what depends on
        it: one with a subject or an object is, unless its tag is that of a predicate
        (Korean verbs are tagged by what their ending does)."""
        tree = self.tree
        if tree.tags[index] in VERBS:
            return True
        if tree.tags[index] not in PREDICATES:
            return any(tree.bases[c] in CORE for c in tree.children[index])
        return self.light_verb(index) is not None or self._is_verbal_noun(index)

    def light_verb(self, index: int) -> Optional[int]:
        """RETURNS (Optional[int]): The verb that makes a predicate of a word which is
        none, and depends on it (Turkish "yardım etti")."""
        tree = self.tree
        if not self.features.light_verbs_follow or tree.tags[index] in VERBS:
            return None
        return next(
            (
                child
                for child in tree.children[index]
                if tree.bases[child] == "compound"
                and child > index
                and tree.tags[child] in VERBS
            ),
            None,
        )

    def _is_verbal_noun(self, index: int) -> bool:
        """Whether a noun is the main verb of its clause (Welsh "yn darllen llyfr")."""
        tree = self.tree
        if not self.features.verbal_nouns or tree.tags[index] != "NOUN":
            return False
        if tree.first(index, "obj", "aux") is not None:
            return True
        return (
            tree.bases[index] == "xcomp"
            and tree.first(index, "case", "det", "nmod:poss", "cop") is None
        )

    def is_copula(self, index: int) -> bool:
        """RETURNS (bool): Whether a word is a copula, and may be one by its form
        where the language has few."""
        tree, features = self.tree, self.features
        if tree.bases[index] != "cop":
            return False
        if not features.objects_follow:
            return True
        word = tree.words[index]
        if word in features.bound_adpositions and index > 0:
            return tree.tags[index - 1] != "VERB"
        return word.endswith(tuple(features.copulas))

    def copula(self, head: int) -> Optional[int]:
        """RETURNS (Optional[int]): The copula of a predicate, the last before it."""
        copulas = [c for c in self.tree.children[head] if self.is_copula(c)]
        before = [child for child in copulas if child < head]
        return before[-1] if before else copulas[0] if copulas else None

    def words(self, head: int) -> List[int]:
        """The words of the verb complex: auxiliaries, negation, particles, the verb
        or the copula."""
        tree, features = self.tree, self.features
        words = [head] if self.is_verbal(head) else []
        for child in tree.children[head]:
            base, word = tree.bases[child], tree.lower[child]
            if base == "cop" and features.objects_follow:
                if child == self.copula(head):
                    words.append(child)
            elif base in ("aux", "cop") or self._is_particle(child, head):
                words.extend(tree.subtree(child, self._is_loose))
            elif base == "mark" and child > head and self._bears_auxiliary(child):
                words.extend(tree.subtree(child))
            elif (
                self._is_reflexive(child)
                or self._is_ending(child, head)
                or self._is_negation(child)
                or (base == "cc" and word in features.negative_conjunctions)
                or (
                    features.objects_follow
                    and tree.labels[child] == "mark"
                    and child == head + 1
                )
            ):
                words.append(child)
            elif base == "obl" or base == "nmod" or base == "obj":
                for case in tree.children[child]:
                    if tree.bases[case] == "case" and (
                        tree.lower[case] in features.disposal_marks
                        or tree.lower[case] in features.passive_marks
                    ):
                        words.append(case)
        if not words and (features.drops_copulas or not features.copulas):
            words = [head]
        return words

    def _is_particle(self, child: int, head: int) -> bool:
        """Whether a dependent is part of a verb."""
        tree, labels = self.tree, self.features.verb_particles
        return (
            tree.labels[child] in labels
            and not tree.is_punct(child)
            and (tree.labels[child] != "compound" or self.is_verb(head))
        )

    def _bears_auxiliary(self, mark: int) -> bool:
        """Whether what follows a verb is its ending, with an auxiliary (て いる)."""
        tree = self.tree
        return any(tree.tags[below] in VERBS for below in tree.all(mark, "fixed"))

    def _is_ending(self, child: int, head: int) -> bool:
        """Whether what trees take for a clause is an auxiliary, right behind the verb
        of a language whose verbs come last (Korean "할 것이다")."""
        tree = self.tree
        return (
            self.features.postpositions
            and child == head + 1
            and tree.bases[child] == "advcl"
            and tree.tags[child] in VERBS
            and all(tree.is_punct(below) for below in tree.children[child])
        )

    def _is_negation(self, child: int) -> bool:
        tree = self.tree
        return tree.lower[child] in self.features.negations and (
            tree.bases[child] == "advmod" or tree.labels[child] == "mark:prt"
        )

    def negations(self, head: int) -> List[int]:
        """RETURNS (List[int]): What negates a verb, without conjunctions."""
        tree = self.tree
        return [
            child
            for child in tree.all(head, "advmod")
            if tree.lower[child] in self.features.negations
        ]

    def _is_reflexive(self, child: int) -> bool:
        tree = self.tree
        if tree.bases[child] == "expl" and tree.labels[child] != "expl":
            return True
        return (
            tree.lower[child] in self.features.reflexives
            and (tree.bases[child] == "expl" or tree.tags[child] == "PRON")
            and tree.bases[child] in ("obj", "iobj", "obl", "expl")
        )

    def _is_loose(self, child: int) -> bool:
        tree = self.tree
        loose = tree.bases[child] in LOOSE or (
            tree.bases[child] in ARGUMENTS
            and tree.bases[tree.heads[child]] == "compound"
        )
        return loose and not self._is_negation(child)

    def agreement(self, head: int) -> str:
        """RETURNS (str): The person and number of the subject of a predicate, as the
        form of its verb or auxiliary shows them, see `person_and_number`."""
        tree, table = self.tree, self.features.agreement
        if not table:
            return ""
        words = [*tree.all(head, "aux", "cop"), *([head] * self.is_verb(head))]
        return person_and_number(table, (tree.lower[word] for word in words))

    def infinitive_marks(self, verb: int) -> List[int]:
        """RETURNS (List[int]): The marks between a verb and the one that governs it."""
        tree, features = self.tree, self.features
        return [
            child
            for child in tree.children[verb]
            if tree.bases[child] in ("mark", "case")
            and (
                tree.lower[child] in features.infinitive_marks
                or tree.tags[child] in ("ADP", "PART")
            )
        ]

    def is_infinitive(self, head: int) -> bool:
        """RETURNS (bool): Whether a verb is an infinitive with a mark, or with an infix
        that is one ("um es anzunehmen")."""
        tree, features = self.tree, self.features
        infix = features.infinitive_infix
        if infix and infix in tree.lower[head][2:-4] and tree.bases[head] != "root":
            return True
        return any(
            tree.lower[child] in features.infinitive_marks
            for child in tree.all(head, "mark")
        )

    def is_purpose(self, head: int) -> bool:
        """RETURNS (bool): Whether a clause says what something is done for, or (German
        "statt zu") instead of."""
        return self.tree.bases[head] == "advcl" and self.is_infinitive(head)

    def is_joinable(self, index: int) -> bool:
        """RETURNS (bool): Whether an open complement can be part of the relation of
        the verb that governs it: a verb, or a predicate with a copula."""
        tree = self.tree
        has_copula = False
        for child in tree.children[index]:
            if tree.bases[child] in SUBJECTS:
                return False
            has_copula = has_copula or self.is_copula(child)
        return has_copula or self.is_verb(index)


@dataclass
class ClauseRules:
    """Reads something of the clauses of one tree.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    phrases (Phrases): Its phrases.
    verbs (Verbs): Its verb complexes.
    """

    tree: Tree
    features: LanguageFeatures
    phrases: Phrases
    verbs: Verbs
