"""Subjects: those that a clause has, and those that it shares."""

from typing import Dict, List, Optional, Tuple

from .agreement import disagree
from .cases import OBJECT, SUBJECT, Cases
from .repairs import NOMINALS
from .ty import Clause, Part
from .verbs import SUBJECTS, ClauseRules

SHARING = frozenset({"conj", "advcl"})
"""Relations of clauses that share the subject of their governor."""

NOUNS = frozenset({"NOUN", "PROPN"})


class Subjects(ClauseRules):
    """Finds the subjects of the clauses of one tree."""

    def own(self, head: int) -> Tuple[List[Part], List[int]]:
        """The subject of a clause, and what only looks like one: further nominals
        after the verb, and those of an infinitive, which are objects.

        head (int): Head of the clause.
        RETURNS (Tuple[List[Part], List[int]]): Variants of the subject, and heads
            of objects.
        """
        tree, phrases = self.tree, self.phrases
        nominals = [
            child
            for child in tree.children[head]
            if tree.bases[child] != "csubj"
            and self.is_subject(child)
            and tree.lower[child] not in self.features.negative_conjunctions
        ]
        if nominals and self._is_bare_infinitive(head):
            return [], nominals
        if head + 1 in nominals and not self.features.objects_precede:
            # A relative word is no subject beside another one (السد الذي اكتمل بناؤه).
            words = self.features.relativisers
            nominals = [c for c in nominals if tree.lower[c] not in words] or nominals
        if nominals:
            limit = head
            if self.features.objects_follow:
                copula = self.verbs.copula(head)
                limit = head if copula is None else copula
                nominals = [c for c in nominals if not self._has_preposition(c)]
            before = [child for child in nominals if child < limit]
            if self.features.objects_follow and not before:
                return [], [child for child in nominals if child > head]
            if not nominals:
                return [], []
            before = [child for child in before if not self._is_article(child, before)]
            subject = self._nominative(before, head) if before else nominals[0]
            objects = [child for child in nominals if child > max(subject, head)]
            if self.features.objects_precede:
                objects += [
                    child
                    for child in before
                    if child != subject and tree.tags[child] in NOMINALS
                ]
            variants = phrases.nouns(subject, case=self.features.postpositions)
            return self._bare(variants), objects
        clauses = [c for c in tree.children[head] if tree.bases[c] == "csubj"]
        expletive = tree.first(head, "expl")
        if not clauses:
            if (
                expletive is not None
                and tree.lower[expletive] in self.features.expletives
                and tree.first(head, "obj") is not None
            ):
                return [(expletive,)], []
            fused = self._fused(head)
            return [] if fused is None else [(fused,)], []
        if expletive is not None:
            return [(expletive,)], []
        return [phrases.clause(clauses[0])], []

    def _fused(self, head: int) -> Optional[int]:
        """A conjunction that is one word with the subject pronoun (أنها)."""
        tree, words = self.tree, self.features.fused_subjects
        for child in tree.all(head, "mark", "cc", "advmod", "case") if words else ():
            if tree.lower[child] in words and child < head:
                return child
        return None

    def is_subject(self, child: int) -> bool:
        """RETURNS (bool): Whether a word is a subject, or a topic that takes the place
        of one."""
        tree = self.tree
        return tree.bases[child] in SUBJECTS or (
            self.features.dislocates_topics
            and tree.bases[child] == "dislocated"
            and child < tree.heads[child]
            and not self.phrases.is_clause(child)
        )

    def _is_article(self, word: int, nominals: List[int]) -> bool:
        """Whether what the tree takes for a pronoun is the article of the next nominal,
        which begins right after it and has none ("das | Defizit sinkt")."""
        tree = self.tree
        return (
            self.features.objects_precede
            and tree.lower[word] in self.features.relativisers
            and not tree.children[word]
            and any(
                min(tree.subtree(nominal)) == word + 1
                and tree.tags[nominal] == "NOUN"
                and tree.first(nominal, "det") is None
                for nominal in nominals
            )
        )

    def _nominative(self, nominals: List[int], head: int) -> int:
        """Which of the subjects that a verb seems to have before it is one: the one
        that is no object by its form, else a pronoun that is not relative, else the
        first; where forms say nothing, the last. What is no verb has a topic, which is
        what it says something of (象 は 鼻 が 長い)."""
        tree, features = self.tree, self.features
        if features.postpositions and not self.verbs.is_verb(head):
            return nominals[0]
        if OBJECT not in features.excluded:
            return nominals[-1]
        cases = Cases(tree, features)
        nominals = [n for n in nominals if not cases.forbids(n, SUBJECT)] or nominals
        for nominal in reversed(nominals):
            if cases.forbids(nominal, OBJECT):
                return nominal
        for nominal in reversed(nominals):
            if (
                tree.tags[nominal] == "PRON"
                and tree.lower[nominal] not in features.relativisers
            ):
                return nominal
        return next((n for n in nominals if tree.tags[n] in NOMINALS), nominals[0])

    def shared(
        self, clause: Clause, governor: Optional[Clause]
    ) -> Tuple[List[Part], bool]:
        """The subject that a clause without one of its own shares.

        clause (Clause): The clause.
        governor (Optional[Clause]): The one that it depends on.
        RETURNS (Tuple[List[Part], bool]): The variants, and whether it is implied.
        """
        tree, head = self.tree, clause.head
        base = "root" if tree.heads[head] == head else tree.bases[head]
        if governor is not None:
            if base == "xcomp" or (
                base == "ccomp"
                and self.features.verbs_in_rows
                and self._is_pivotal(head)
            ):
                return self._controller(governor, head), False
            if base in SHARING or (
                base in ("parataxis", "ccomp") and self.features.chains_subjects
            ):
                if self._disagree(governor, clause):
                    return [], True
                return governor.subjects, governor.implied or not governor.subjects
        return [], base != "acl"

    def chain(self, clauses: Dict[int, Clause]) -> None:
        """Give clauses that have no subject that of the clause before them.

        clauses (Dict[int, Clause]): The clauses by their heads.
        """
        latest: Optional[Clause] = None
        for head in sorted(clauses):
            clause = clauses[head]
            if self.tree.bases[head] == "acl":
                continue
            if clause.subjects:
                latest = clause
            elif clause.implied and latest and not self._disagree(latest, clause):
                clause.subjects = latest.subjects
                clause.implied = False

    def _disagree(self, first: Clause, second: Clause) -> bool:
        """Whether the verbs of two clauses show that their subjects differ."""
        agreement = self.verbs.agreement
        return disagree(agreement(first.head), agreement(second.head))

    def resolve(self, clause: Clause) -> None:
        """Replace a relative pronoun in a clause that the tree does not show to be
        relative by the noun before it."""
        tree = self.tree
        if len(clause.subjects) != 1 or len(clause.subjects[0]) != 1:
            return
        (pronoun,) = clause.subjects[0]
        if (
            pronoun == 0
            or tree.tags[pronoun] != "PRON"
            or tree.lower[pronoun] not in self.features.relativisers
            or not tree.is_punct(pronoun - 1)
        ):
            return
        noun = pronoun - 1
        while noun >= 0 and tree.tags[noun] not in NOUNS:
            noun -= 1
        if noun < 0:
            return
        while tree.bases[noun] in ("flat", "compound") and tree.heads[noun] < noun:
            noun = tree.heads[noun]
        clause.subjects = [self.phrases.noun(noun, case=False)]

    def _controller(self, governor: Clause, head: int) -> List[Part]:
        """The object of the governing verb if it has one, else its subject; of a verb
        that promises always that."""
        tree = self.tree
        verb = tree.lower[tree.heads[head]]
        if verb.startswith(self.features.promises) or (
            self.features.verbs_in_rows and not self._is_pivotal(head)
        ):
            return governor.subjects
        for label in ("obj", "iobj", "obl"):
            for child in tree.children[tree.heads[head]]:
                if tree.bases[child] == label and child not in governor.relation:
                    return self.phrases.nouns(child, case=False)
        return governor.subjects

    def _is_pivotal(self, head: int) -> bool:
        """Whether a verb is said of the object of the one that governs it."""
        governor = self.tree.lower[self.tree.heads[head]]
        return governor.startswith(self.features.pivots)

    def _is_bare_infinitive(self, head: int) -> bool:
        return self.features.infinitives_lack_subjects and self.verbs.is_infinitive(
            head
        )

    def _has_preposition(self, index: int) -> bool:
        tree = self.tree
        return any(
            child < index and tree.tags[child] == "ADP"
            for child in self.phrases.cases(index)
        )

    def _bare(self, variants: List[Part]) -> List[Part]:
        """Without adpositions that the tree puts deeper in the phrase."""
        tree = self.tree
        result = []
        for part in variants:
            start = 0
            while start < len(part) - 1 and (
                (tree.tags[part[start]] == "ADP" and tree.bases[part[start]] == "case")
                or (
                    tree.tags[part[start]] in ("SCONJ", "CCONJ")
                    and not self.phrases.negates(part[start])
                )
                or (
                    tree.tags[part[start]] == "ADV"
                    and tree.lower[part[start]] in self.features.relativisers
                )
            ):
                start += 1
            result.append(part[start:])
        return result
