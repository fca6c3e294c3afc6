"""The arguments of a clause."""

from typing import List, Set

from .repairs import NOMINALS
from .ty import Argument, Clause, Part
from .verbs import VERBS, ClauseRules

MODIFIERS = frozenset(
    {"amod", "compound", "det", "nummod", "flat", "fixed", "clf", "advmod", "goeswith"}
)
"""What a predicate without a verb takes along."""

NOMINAL_PARTS = MODIFIERS | {"nmod", "acl", "case", "conj", "cc", "punct", "appos"}


class Arguments(ClauseRules):
    """Finds the arguments of the clauses of one tree."""

    def find(self, clause: Clause, head: int, heads: List[int]) -> None:
        """Add the arguments of one verb of a clause.

        clause (Clause): The clause.
        head (int): The verb, or the predicate.
        heads (List[int]): All verbs of the clause.
        """
        tree, phrases = self.tree, self.phrases
        relation = set(clause.relation)
        verbal = self.verbs.is_verbal(head)
        if not verbal:
            if head in clause.relation and self.verbs.copula(head) is None:
                self._find_nominal_predicate(clause, head)
            elif tree.tags[head] in ("ADJ", "VERB") and any(
                self._is_adverbial_noun(c, head) for c in tree.children[head]
            ):
                clause.relation.append(head)
            elif head not in clause.relation:
                after = -1
                if self.features.objects_follow:
                    copula = self.verbs.copula(head)
                    after = -1 if copula is None else copula
                variants = phrases.predicate(head, after=after)
                clause.arguments.append(Argument(variants, True, head, 0))
        for child in tree.children[head]:
            base = tree.bases[child]
            if child in relation or child in heads:
                self._find_within(clause, child, heads)
                continue
            if base in ("obj", "iobj"):
                if self._is_misplaced(child, head):
                    continue
                variants = self.nouns(child, relation)
                rank = 1 if base == "obj" else 2
                if self._is_fronted(child, head, relation):
                    clause.arguments.append(Argument(variants, False, child, 5))
                else:
                    clause.arguments.append(Argument(variants, True, child, rank))
            elif (
                base == "obl"
                or (base == "nmod" and verbal and self._is_oblique(child))
                or (tree.tags[head] == "ADJ" and self._is_adverbial_noun(child, head))
                or self._is_nominal_clause(child)
            ):
                if self._is_empty(child) or self._lacks_adposition(child):
                    continue
                variants = self.nouns(child, relation)
                variants = self._with_particle(variants, head)
                variants = self._with_adverb_before(variants, head)
                clause.arguments.append(Argument(variants, False, child, 5))
            elif base == "advmod" and self._is_measured(child):
                part = tree.trim(tree.subtree(child))
                clause.arguments.append(Argument([part], False, child, 5))
            elif base == "xcomp":
                if self.verbs.is_verb(child):
                    variants = [phrases.clause(child)]
                else:
                    variants = phrases.predicate(child)
                    for below in tree.all(child, "obl"):
                        others = self.nouns(below, relation)
                        clause.arguments.append(Argument(others, False, below, 5))
                clause.arguments.append(Argument(variants, True, child, 3))
            elif base == "advcl" and self._is_adverbial(child, head):
                part = tree.trim(tree.subtree(child))
                clause.arguments.append(Argument([part], False, child, 6))
            elif base == "ccomp":
                clause.arguments.append(
                    Argument([phrases.clause(child)], True, child, 3)
                )

    def _find_nominal_predicate(self, clause: Clause, head: int) -> None:
        """What a predicate without a verb says of what: its modifiers belong to the
        relation, its complements are arguments ("Москва большой город | России").
        One with a preposition is an argument of it."""
        tree, phrases = self.tree, self.phrases
        cases = [case for case in phrases.cases(head) if case < head]
        if cases:
            clause.relation.remove(head)
            clause.relation.extend(cases)
            variants = phrases.predicate(head, case=False)
            clause.arguments.append(Argument(variants, True, head, 0))
            return
        for child in tree.children[head]:
            if tree.bases[child] in MODIFIERS:
                clause.relation.extend(tree.subtree(child, phrases.is_outside))
            elif tree.bases[child] == "nmod":
                variants = phrases.nouns(child)
                clause.arguments.append(Argument(variants, True, child, 1))

    def _find_within(self, clause: Clause, child: int, heads: List[int]) -> None:
        """What depends on the noun of a light verb, which is in the relation, is an
        argument of both ("पत्रिका की | स्थापना की")."""
        tree = self.tree
        if child in heads or tree.tags[child] in VERBS or tree.bases[child] == "obl":
            return
        for below in tree.all(child, "nmod", "obl", "obj"):
            variants = self.nouns(below, set(clause.relation))
            rank = 1 if tree.first(below, "case") is None else 5
            clause.arguments.append(Argument(variants, rank == 1, below, rank))

    def _is_adverbial_noun(self, child: int, head: int) -> bool:
        """Whether a dependent of a predicate is an argument of it, and no part."""
        tree = self.tree
        return tree.bases[child] == "obl" or (
            tree.bases[child] == "nmod" and child < head and self._is_oblique(child)
        )

    def _is_nominal_clause(self, child: int) -> bool:
        """Whether what trees take for an adverbial clause is a noun (Korean ones are
        tagged by what their particle does)."""
        tree = self.tree
        return (
            tree.bases[child] == "advcl"
            and self.features.postpositions
            and tree.tags[child] in NOMINALS | {"ADV"}
            and all(tree.bases[c] in NOMINAL_PARTS for c in tree.children[child])
            and not self.verbs.is_verb(child)
        )

    def nouns(self, head: int, relation: Set[int]) -> List[Part]:
        """The variants of a noun phrase without words that the relation has."""
        variants = self.phrases.nouns(head)
        if relation.isdisjoint(i for part in variants for i in part):
            return variants
        return [
            self.tree.trim(i for i in part if i not in relation) for part in variants
        ]

    def _with_particle(self, variants: List[Part], head: int) -> List[Part]:
        """A measure of time with the adverb that it goes with ("two years later")."""
        tree = self.tree
        following = variants[-1][-1] + 1 if variants and variants[-1] else len(tree)
        if (
            len(variants) == 1
            and following < len(tree)
            and tree.lower[following] in self.features.measured_adverbs
            and tree.heads[following] == head
        ):
            return [(*variants[0], following)]
        return variants

    def _with_adverb_before(self, variants: List[Part], head: int) -> List[Part]:
        """A phrase with the adverb that makes one adposition with its own ("antes del
        verano"), where the tree puts the two beside each other."""
        tree = self.tree
        first = variants[0][0] if variants and variants[0] else 0
        before = first - 1
        if (
            before >= 0
            and tree.lower[before] in self.features.adverbs_before_adpositions
            and tree.heads[before] == head
            and tree.bases[first] == "case"
        ):
            return [(before, *variants[0]), *variants[1:]]
        return variants

    def _is_adverbial(self, child: int, head: int) -> bool:
        """Whether an adverbial clause is an argument. A purpose always is, for it
        makes no fact of its own."""
        if not self.features.purposes_are_facts and self.verbs.is_purpose(child):
            return True
        return (
            self.features.adverbial_arguments
            and child > head
            and self.tree.first(child, "mark") is not None
        )

    def _is_measured(self, child: int) -> bool:
        tree = self.tree
        return tree.lower[child] in self.features.measured_adverbs and any(
            below < child and tree.tags[below] in ("NOUN", "NUM", "PROPN")
            for below in tree.children[child]
        )

    def _is_misplaced(self, child: int, head: int) -> bool:
        """Whether a language cannot have an object in this place."""
        tree = self.tree
        if not self.features.objects_follow or tree.first(child, "case") is not None:
            return False
        return child < head or any(
            head < other < child
            for other in tree.children[head]
            if tree.bases[other] == "obj"
        )

    def _is_fronted(self, child: int, head: int, relation: Set[int]) -> bool:
        """Whether a nominal before the verb is no object, for it has an adposition
        that the relation did not take."""
        if not self.features.objects_follow or child > head:
            return False
        return any(case not in relation for case in self.phrases.cases(child))

    def _lacks_adposition(self, child: int) -> bool:
        """Whether a language cannot have an adverbial without an adposition here."""
        tree = self.tree
        return (
            self.features.objects_follow
            and tree.first(child, "case") is None
            and tree.labels[child] not in ("obl:tmod", "nmod:tmod", "obl:patient")
        )

    def _is_empty(self, child: int) -> bool:
        """Whether a phrase like "for example" says nothing of what happened."""
        tree = self.tree
        below = tree.children[child]
        return (
            len(below) == 1
            and tree.lower[below[0]] + " " + tree.lower[child]
            in self.features.empty_phrases
        )

    def _is_oblique(self, child: int) -> bool:
        """Whether an adnominal label stands for an adverbial, as in older trees."""
        tree = self.tree
        return (
            tree.labels[child] == "nmod:tmod" or tree.first(child, "case") is not None
        )

    def find_light_verb(self, clause: Clause, heads: List[int]) -> None:
        """Move the bare noun of a light verb to the relation."""
        tree = self.tree
        nouns = self.features.light_verbs.get(tree.lower[heads[-1]])
        if not nouns:
            return
        for argument in list(clause.arguments):
            index = argument.position
            if (
                tree.bases[index] in ("obj", "compound", "xcomp")
                and tree.lower[index] in nouns
                and len(tree.children[index]) == 0
                and len(clause.arguments) > 1
            ):
                clause.relation.append(index)
                clause.arguments.remove(argument)
                clause.construction = "light_verb"

    def find_disposal(self, clause: Clause) -> None:
        """Move the object of a disposal mark to the relation, where the clause says
        more than that (将 其 切成 | 小块).

        clause (Clause): The clause.
        """
        marks = self.features.disposal_marks
        for argument in list(clause.arguments) if marks else ():
            cases = self.phrases.cases(argument.position)
            if (
                len(clause.arguments) > 1
                and len(argument.variants) == 1
                and any(self.tree.lower[case] in marks for case in cases)
            ):
                clause.relation.extend(argument.variants[0])
                clause.arguments.remove(argument)
