"""What coordinated clauses share: verbs, auxiliaries, subjects and objects."""

from dataclasses import replace
from typing import Mapping

from .ty import Argument, Clause
from .verbs import ClauseRules

JOINTS = frozenset({"cc", "punct", "advmod", "aux", "conj", "mark"})
"""What may stand between coordinated verbs that have an object in common."""


class Coordination(ClauseRules):
    """Completes the conjuncts of the clauses of one tree."""

    def is_gapped(self, head: int) -> bool:
        """RETURNS (bool): Whether a nominal is what is left of a clause whose verb is
        that of the clause before it ("and Max the music")."""
        return (
            self.tree.bases[head] == "conj"
            and not self.verbs.is_verb(head)
            and self.tree.first(head, "orphan") is not None
        )

    def fill(self, clause: Clause, governor: Clause) -> None:
        """Give what is left of a clause the verb of the one before. The first nominal
        is its object if that has one and the other is an adverbial like one that it
        has, else its subject.

        clause (Clause): The clause.
        governor (Clause): The one before.
        """
        tree, head = self.tree, clause.head
        orphans = tree.all(head, "orphan")
        clause.relation = list(governor.relation)
        clause.construction = governor.construction
        nouns = self.phrases.nouns(head)
        has_object = any(tree.bases[a.position] == "obj" for a in governor.arguments)
        if has_object and tree.first(orphans[0], "case") is not None:
            clause.subjects, clause.implied = governor.subjects, governor.implied
            clause.arguments.append(Argument(nouns, True, head, 1))
        else:
            clause.subjects = self.phrases.nouns(head, case=False)
        for orphan in orphans:
            bound = tree.first(orphan, "case") is None
            variants = self.phrases.nouns(orphan)
            rank = 1 if bound else 5
            clause.arguments.append(Argument(variants, bound, orphan, rank))

    def share(self, clause: Clause, clauses: Mapping[int, Clause]) -> None:
        """Give a conjunct the auxiliaries, with what negates them ("did not call or
        write"), and the object it shares, on whichever side that stands.

        clause (Clause): The conjunct.
        clauses (Mapping[int, Clause]): Those before it, by their verbs.
        """
        tree, head = self.tree, clause.head
        if tree.bases[head] != "conj" or tree.heads[head] == head:
            return
        first = tree.heads[head]
        if tree.first(head, "aux", "cop", "nsubj", "mark") is None:
            self._share_auxiliaries(clause, first)
        if not any(a.bound for a in clause.arguments) and self.verbs.is_verbal(head):
            for child in tree.children[first]:
                if tree.bases[child] == "obj" and child > head:
                    variants = self.phrases.nouns(child)
                    clause.arguments.append(Argument(variants, True, child, 1))
            return
        objects = [
            argument
            for argument in clause.arguments
            if tree.bases[argument.position] == "obj" and argument.position > head
        ]
        for verb in (first, *tree.all(first, "conj")) if objects else ():
            other = clauses.get(verb)
            if verb < head and other and self._lacks_object(verb, head, other):
                other.arguments += [replace(a) for a in objects]

    def _share_auxiliaries(self, clause: Clause, first: int) -> None:
        tree, head = self.tree, clause.head
        auxiliaries = [c for c in tree.all(first, "aux") if c < head]
        passive = any(tree.labels[c] == "aux:pass" for c in auxiliaries)
        has_object = any(a.bound for a in clause.arguments)
        alike = (
            tree.lower[head][-2:] == tree.lower[first][-2:]
            or (
                any(tree.lower[c] in self.features.modals for c in auxiliaries)
                and not tree.lower[head].endswith(self.features.finite_endings)
            )
            or (self.is_participle(head) and self.is_participle(first))
        )
        if passive:
            alike = not has_object and self.is_participle(head)
        if not (auxiliaries and alike):
            return
        clause.relation.extend(auxiliaries)
        if not any(
            tree.lower[c] in self.features.adversatives for c in tree.all(head, "cc")
        ):
            negations = self.verbs.negations(first)
            clause.relation.extend(c for c in negations if c < head)

    def is_participle(self, head: int) -> bool:
        """RETURNS (bool): Whether a verb has the form of a past participle."""
        word, features = self.tree.lower[head], self.features
        if not word.endswith(features.participle_endings):
            return False
        infixes = features.participle_infixes
        return not infixes or word.startswith(infixes) or infixes[0] in word[1:-2]

    def _lacks_object(self, verb: int, last: int, clause: Clause) -> bool:
        """Whether a verb has the object of the last of those that it is joined to:
        nothing but verbs stands between ("bought and sold houses")."""
        tree = self.tree
        return (
            self.verbs.is_verbal(verb)
            and self.verbs.is_verbal(last)
            and tree.first(last, "nsubj", "csubj") is None
            and not tree.lower[verb].startswith(self.features.intransitives)
            and not any(a.bound for a in clause.arguments)
            and tree.first(verb, "aux:pass", "nsubj:pass", "compound:prt") is None
            and tree.first(verb, "expl", "iobj") is None
            and tree.first(last, "cc") is not None
            and all(self._is_joint(i) for i in range(verb + 1, last))
            and not tree.is_punct(last + 1)
        )

    def _is_joint(self, index: int) -> bool:
        tree = self.tree
        base = tree.bases[index]
        return base in JOINTS and (base != "conj" or tree.tags[index] == "VERB")
