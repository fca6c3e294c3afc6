"""Relative and participial clauses: the antecedent in place of the pronoun."""

from typing import List, Optional

from .ty import Argument, Clause, Part
from .verbs import SUBJECTS, ClauseRules


class RelativeClauses(ClauseRules):
    """Completes the relative clauses of one tree."""

    def relate(self, clause: Clause, heads: List[int], antecedents: List[Part]) -> None:
        """Put the antecedent where the relative pronoun stands, or the gap is."""
        tree, head = self.tree, clause.head
        noun = tree.heads[head]
        own = any(tree.bases[c] in SUBJECTS for c in tree.children[head])
        if self.phrases.is_nominalized(head):
            # There is no gap: the noun is the clause.
            clause.implied = False
            clause.subjects = clause.subjects if own else []
            return
        pronoun = self._relativiser(heads)
        if pronoun is None:
            pronoun = self._resumptive(heads)
        if pronoun is None:
            pronoun = self._possessor(heads)
        clause.construction = (
            "relative" if tree.labels[head] == "acl:relcl" else "participial"
        )
        if pronoun is not None and self._replace(clause, pronoun, antecedents):
            return
        if not own:
            if tree.labels[head] != "acl:relcl" and any(
                tree.bases[c] in ("mark", "case")
                and tree.labels[c] not in ("mark:rel", "mark:prt", "mark:relcl")
                for c in tree.children[head]
            ):
                clause.subjects = []
                clause.implied = False
                return
            clause.subjects = antecedents
            clause.implied = False
        elif (
            (pronoun is None or tree.bases[pronoun] != "nsubj")
            and (tree.labels[head] == "acl:relcl" or self.features.clauses_before_nouns)
            and not any(a.bound for a in clause.arguments)
            and not self._has_relative_adverb(heads)
            and tree.first(head, "nsubj:pass", "aux:pass") is None
            and self.verbs.is_verbal(heads[-1])
        ):
            clause.arguments.append(Argument(antecedents, True, noun, 1))

    def _possessor(self, heads: List[int]) -> Optional[int]:
        """A relative pronoun that says whose an argument is. It stays, after its
        antecedent: without it nothing would say how the two belong together."""
        tree, words = self.tree, self.features.relativisers
        for head in heads:
            for child in tree.children[head]:
                for below in tree.children[child]:
                    if (
                        tree.lower[below] in words
                        and tree.bases[child] in ("nsubj", "obj", "obl")
                        and self._is_possessive(below)
                    ):
                        return below
        return None

    def _is_possessive(self, pronoun: int) -> bool:
        """Whether a relative pronoun says whose the noun after it is."""
        tree = self.tree
        label = tree.labels[pronoun]
        return label.endswith(":poss") or (
            tree.lower[pronoun] in self.features.possessives
            and tree.bases[pronoun] in ("det", "nmod")
            and pronoun < tree.heads[pronoun]
        )

    def _has_relative_adverb(self, heads: List[int]) -> bool:
        tree, words = self.tree, self.features.relativisers
        return any(
            tree.bases[child] == "advmod" and tree.lower[child] in words
            for head in heads
            for child in tree.children[head]
        )

    def _resumptive(self, heads: List[int]) -> Optional[int]:
        """A personal pronoun that takes up the antecedent."""
        tree, words = self.tree, self.features.resumptives
        for head in heads if words else ():
            for child in tree.children[head]:
                if tree.lower[child] in words and tree.bases[child] in (
                    "obj",
                    "iobj",
                    "obl",
                ):
                    return child
        return None

    def _relativiser(self, heads: List[int]) -> Optional[int]:
        tree, words = self.tree, self.features.relativisers
        for head in heads:
            for child in tree.children[head]:
                if tree.bases[child] in ("cc", "mark", "conj", "ccomp", "advcl"):
                    continue
                if tree.tags[child] in ("PRON", "PART") and tree.lower[child] in words:
                    return child
                for below in tree.children[child]:
                    if (
                        tree.tags[below] in ("PRON", "DET")
                        and tree.lower[below] in words
                        and tree.bases[child] in ("nsubj", "obj", "obl", "nmod")
                        and (tree.tags[below] == "PRON" or child < head)
                        and tree.bases[below] != "det"
                    ):
                        return below
        return None

    def _replace(self, clause: Clause, pronoun: int, antecedents: List[Part]) -> bool:
        """Replace a pronoun by its antecedent in all parts of a clause."""
        replaced = False

        def replace(variants: List[Part]) -> List[Part]:
            nonlocal replaced
            result: List[Part] = []
            for part in variants:
                if pronoun in part:
                    replaced = True
                    keeps = self._is_possessive(pronoun)
                    rest = [i for i in part if keeps or i != pronoun]
                    result.extend(
                        tuple(sorted({*rest, *antecedent}))
                        for antecedent in antecedents
                    )
                else:
                    result.append(part)
            return result

        clause.subjects = replace(clause.subjects)
        for argument in clause.arguments:
            if argument.position == pronoun:
                cases = set(self.phrases.cases(argument.position))
                clause.relation.extend(cases)
                argument.variants = [
                    tuple(i for i in part if i not in cases)
                    for part in argument.variants
                ]
            argument.variants = replace(argument.variants)
        return replaced
