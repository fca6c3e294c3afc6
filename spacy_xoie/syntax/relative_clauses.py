"""Relative and participial clauses: the antecedent in place of the pronoun."""

from typing import List, Optional

from .agreement import NOTHING, read_ending
from .ty import Argument, Clause, Part
from .verbs import SUBJECTS, ClauseRules

ROLES = frozenset({"nsubj", "obj", "iobj", "obl"})
"""What a relative word may be, whatever its tag."""


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
        clause.construction = (
            "relative" if tree.labels[head] == "acl:relcl" else "participial"
        )
        pronoun, resumptive = self._relativiser(heads), self._resumptive(heads)
        if pronoun is not None and resumptive is not None:
            pronoun = self._turn_to_resumptive(clause, pronoun)
        if pronoun is not None and not own and self._is_second_object(pronoun, head):
            clause.subjects, clause.implied = antecedents, False
            clause.arguments = [a for a in clause.arguments if a.position != pronoun]
            return
        pronouns = [
            p for p in (pronoun, resumptive, self._possessor(heads)) if p is not None
        ]
        if any(self._replace(clause, p, antecedents) for p in pronouns):
            # Who does it is left out ("el libro que compró").
            clause.implied = not clause.subjects and self._may_lack_subject(head)
            return
        subject = None if own else self._genitive_subject(head)
        if subject is not None:
            clause.subjects = self.phrases.nouns(subject)
            clause.arguments = [a for a in clause.arguments if a.position != subject]
            own = True
        adverb = self._relative_adverb(heads)
        if adverb is not None:
            clause.implied = not own and self._may_lack_subject(head)
            says = tree.lower[adverb] in self.features.relative_adverbs
            if says and (own or clause.implied):
                clause.arguments.append(Argument(antecedents, False, noun, 5))
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
            (tree.labels[head] == "acl:relcl" or self.features.clauses_before_nouns)
            and not any(a.bound for a in clause.arguments)
            and not any(tree.bases[p] == "nsubj" for p in pronouns)
            and not self._is_passive(head)
            and self.verbs.is_verbal(heads[-1])
        ):
            clause.arguments.append(Argument(antecedents, True, noun, 1))

    def _turn_to_resumptive(self, clause: Clause, pronoun: int) -> Optional[int]:
        """A relative pronoun, unless another word is the subject that it seems to be:
        then a personal pronoun takes up the antecedent (البيت الذي ولد فيه الشاعر)."""
        tree, head = self.tree, clause.head
        for child in tree.all(head, "nsubj"):
            if child != pronoun and tree.bases[pronoun] == "nsubj":
                clause.subjects = self.phrases.nouns(child)
                clause.arguments = [a for a in clause.arguments if a.position != child]
                return None
        return pronoun

    def _is_second_object(self, pronoun: int, head: int) -> bool:
        """Whether a relative pronoun looks like an object beside another one: without a
        subject it is that ("os peritos que o avaliaram")."""
        tree = self.tree
        return tree.bases[pronoun] == "obj" and any(
            child != pronoun and tree.lower[child] not in self.features.reflexives
            for child in tree.all(head, "obj")
        )

    def _may_lack_subject(self, head: int) -> bool:
        """Whether a clause can leave its subject out: one with a finite verb, in a
        language that does so."""
        tree = self.tree
        return self.features.drops_subjects and (
            tree.first(head, "aux", "cop") is not None
            or read_ending(self.features.agreement, tree.lower[head]) != NOTHING
        )

    def _is_passive(self, head: int) -> bool:
        """Whether a clause is passive. One with a participle has an auxiliary: trees
        say that of an active clause, too ("the bridge | the soldiers destroyed")."""
        tree = self.tree
        if tree.first(head, "aux:pass") is not None:
            return True
        return tree.first(head, "nsubj:pass") is not None and (
            not self.features.participle_endings or tree.first(head, "expl") is not None
        )

    def _genitive_subject(self, head: int) -> Optional[int]:
        """The subject of a clause before its noun, where its case is a genitive's."""
        tree, endings = self.tree, self.features.genitive_endings
        for child in tree.children[head] if endings else ():
            if (
                child < head
                and tree.bases[child] in ("obl", "nmod")
                and tree.tags[child] in ("NOUN", "PROPN", "PRON")
                and tree.first(child, "case") is None
                and tree.lower[child].endswith(endings)
            ):
                return child
        return None

    def _possessor(self, heads: List[int]) -> Optional[int]:
        """A relative pronoun that says whose an argument is. It stays, after its
        antecedent: without it nothing would say how the two belong together."""
        tree = self.tree
        words = self.features.relativisers | self.features.possessives
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

    def _relative_adverb(self, heads: List[int]) -> Optional[int]:
        """The adverb that stands for the place, the time or the reason of a clause."""
        tree = self.tree
        words = self.features.relativisers | self.features.relative_adverbs
        for head in heads:
            for child in tree.all(head, "advmod", "mark"):
                if tree.lower[child] in words and (
                    tree.bases[child] == "advmod"
                    or tree.lower[child] in self.features.relative_adverbs
                ):
                    return child
        return None

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
                if tree.lower[child] in words and (
                    tree.tags[child] in ("PRON", "PART")
                    or (
                        tree.bases[child] in ROLES
                        and tree.tags[child] in ("DET", "ADV")
                    )
                ):
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
        tree, replaced = self.tree, False
        keeps = self._is_possessive(pronoun)
        # "la que", "los cuales": the article belongs to the pronoun.
        drop = {pronoun, *tree.all(pronoun, "det")} if not keeps else set()

        def replace(variants: List[Part]) -> List[Part]:
            nonlocal replaced
            result: List[Part] = []
            for part in variants:
                if pronoun in part:
                    replaced = True
                    rest = [i for i in part if i not in drop]
                    result.extend(
                        tuple(sorted({*rest, *antecedent}))
                        for antecedent in antecedents
                    )
                else:
                    result.append(part)
            return result

        if tree.tags[pronoun] == "ADP":  # "in it", in one word
            clause.relation.append(pronoun)
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
