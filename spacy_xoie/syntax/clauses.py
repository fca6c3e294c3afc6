"""Clauses of a sentence: their verbs, subjects and arguments."""

from typing import Dict, List, Optional

from .arguments import Arguments
from .coordination import Coordination
from .features import LanguageFeatures
from .phrases import Phrases
from .relative_clauses import RelativeClauses
from .subjects import Subjects
from .tree import Tree
from .ty import Argument, Clause, Part
from .verbs import VERBS, Verbs

CLAUSES = frozenset(
    {"root", "ccomp", "xcomp", "advcl", "acl", "csubj", "parataxis", "conj", "dep"}
    | {"list", "appos", "ROOT"}
)

MAX_ASIDE = 12
"""How many words a clause has at most like "the ministry said on Monday"."""


class ClauseReader:
    """Reads the clauses of one tree, governing ones first.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    """

    def __init__(self, tree: Tree, features: LanguageFeatures) -> None:
        self.tree = tree
        self.features = features
        self.phrases = Phrases(tree, features)
        self.verbs = Verbs(tree, features)
        self.relative_clauses = RelativeClauses(
            tree, features, self.phrases, self.verbs
        )
        self.subjects = Subjects(tree, features, self.phrases, self.verbs)
        self.arguments = Arguments(tree, features, self.phrases, self.verbs)
        self.coordination = Coordination(tree, features, self.phrases, self.verbs)
        self.done: Dict[int, Clause] = {}
        self.absorbed: Dict[int, Clause] = {}

    def read(self) -> List[Clause]:
        """RETURNS (List[Clause]): The clauses, in the order of their heads' depth."""
        for index in self.tree.order:
            if index not in self.absorbed and self.is_predicate(index):
                self.done[index] = self._read(index)
        if self.features.chains_subjects:
            self.subjects.chain(self.done)
        return list(self.done.values())

    def is_predicate(self, index: int) -> bool:
        """RETURNS (bool): Whether a word heads a clause."""
        tree = self.tree
        base = tree.bases[index]
        if base in ("aux", "cop", "punct", "case", "mark", "cc", "det"):
            return False
        has_subject = has_copula = False
        for child in tree.children[index]:
            if self.subjects.is_subject(child):
                has_subject = True
            elif self.verbs.is_copula(child):
                has_copula = True
        if has_subject or has_copula:
            return True
        if tree.heads[index] == index:
            base = "root"
        if base not in CLAUSES:
            return False
        if not (
            self.verbs.is_verb(index)
            or self._is_adjectival_clause(index)
            or self.coordination.is_gapped(index)
        ):
            return False
        if base in ("conj", "appos"):
            head = tree.heads[index]
            return head in self.done or head in self.absorbed
        return True

    def _is_adjectival_clause(self, index: int) -> bool:
        """Whether a participle that is tagged as an adjective makes a clause beside a
        verb ("was built in 1312, damaged by fire")."""
        tree = self.tree
        return (
            tree.tags[index] == "ADJ"
            and tree.bases[index] in ("conj", "advcl")
            and tree.tags[tree.heads[index]] in VERBS
            and tree.first(index, "obl") is not None
            and self.coordination.is_participle(index)
        )

    def _governor(self, index: int) -> Optional[Clause]:
        """The clause that a clause depends on directly."""
        head = self.tree.heads[index]
        if head == index:
            return None
        return self.done.get(head) or self.absorbed.get(head)

    def _read(self, head: int) -> Clause:
        tree = self.tree
        clause = Clause(head, self.verbs.words(head), [])
        governor = self._governor(head)
        if governor is not None and self.coordination.is_gapped(head):
            self.coordination.fill(clause, governor)
            clause.heads = governor.heads
            return clause
        heads = clause.heads = [head]
        self._join_infinitives(clause, heads)
        self._find_subjects(clause)
        for index in heads:
            self.absorbed[index] = clause
            self.arguments.find(clause, index, heads)
        self.arguments.find_light_verb(clause, heads)
        self.arguments.find_disposal(clause)
        self.coordination.share(clause, self.absorbed)
        if tree.bases[head] == "acl":
            self._relate(clause, heads)
        self._part_infinitive(clause, heads)
        self.subjects.resolve(clause)
        if tree.bases[head] == "parataxis":
            self._quote(clause)
        return clause

    def _find_subjects(self, clause: Clause) -> None:
        tree, head = self.tree, clause.head
        clause.subjects, objects = self.subjects.own(head)
        for child in objects:
            variants = self.phrases.nouns(child)
            clause.arguments.append(Argument(variants, True, child, 1))
        if self._is_privative(head) or (
            not self.features.purposes_are_facts
            and not clause.subjects
            and self.verbs.is_purpose(head)
        ):
            clause.subjects, clause.implied = [], False
            return
        there = self._existential(head)
        if there is not None and (clause.subjects or clause.arguments):
            clause.construction = "existential"
            if clause.subjects and clause.subjects != [(there,)]:
                clause.arguments = [Argument(clause.subjects, True, head, -1)]
            clause.subjects = [(there,)]
            return
        if any(tree.labels[c].endswith(":pass") for c in tree.children[head]):
            clause.construction = "passive"
        elif not self.verbs.is_verbal(head):
            clause.construction = "copula"
        if not clause.subjects:
            governor = self._governor(head)
            clause.subjects, clause.implied = self.subjects.shared(clause, governor)
            if clause.subjects and tree.bases[head] in ("advcl", "xcomp"):
                adverbial = tree.bases[head] == "advcl"
                clause.construction = "participial" if adverbial else "control"

    def _is_privative(self, head: int) -> bool:
        """Whether a clause says what does not happen ("without selling it")."""
        tree = self.tree
        while tree.bases[head] == "conj" and tree.heads[head] != head:
            head = tree.heads[head]
        return tree.bases[head] in ("advcl", "acl") and any(
            child < head and tree.lower[child] in self.features.privatives
            for child in tree.all(head, "mark", "case", "advmod", "cc", "obl")
        )

    def _join_infinitives(self, clause: Clause, heads: List[int]) -> None:
        """Add verbs that share their subject with the one that governs them."""
        tree = self.tree
        for index in heads:  # grows
            for child in tree.children[index]:
                if child in clause.relation and self._has_arguments(child):
                    # Verbs in a row, each with objects of its own.
                    self.absorbed[child] = clause
                    heads.append(child)
            verb = None
            blocked = False
            for child in tree.children[index]:
                base = tree.bases[child]
                if base in ("obj", "iobj") and child not in clause.relation:
                    blocked = True
                elif base == "xcomp" and verb is None and self.verbs.is_joinable(child):
                    verb = child
            if verb is None or blocked:
                self._join_result(clause, index)
                continue
            clause.relation.append(index)
            clause.relation.extend(self.verbs.infinitive_marks(verb))
            clause.relation.extend(self.verbs.words(verb))
            self.absorbed[verb] = clause
            heads.append(verb)

    def _part_infinitive(self, clause: Clause, heads: List[int]) -> None:
        """Make the last of verbs that share their subject an argument, if there is no
        other ("她 喜欢 | 跳舞")."""
        tree, last = self.tree, heads[-1]
        if (
            not self.features.parts_infinitives
            or clause.arguments
            or not clause.subjects
            or tree.bases[clause.head] == "acl"
            or tree.bases[last] != "xcomp"
            or tree.lower[tree.heads[last]] in self.features.negations
            or not self.verbs.is_verbal(last)
        ):
            return
        action = self.phrases.clause(last)
        clause.relation = [i for i in clause.relation if i not in action]
        clause.arguments.append(Argument([action], True, last, 3))

    def _has_arguments(self, verb: int) -> bool:
        tree = self.tree
        return (
            tree.bases[verb] == "compound"
            and tree.tags[verb] == "VERB"
            and tree.first(verb, "obj", "obl") is not None
        )

    def _join_result(self, clause: Clause, verb: int) -> None:
        """Add an adjective between a verb and its object ("made clear that ...",
        Vietnamese "biết rõ")."""
        tree, following = self.tree, verb + 1
        if (
            following in tree.children[verb]
            and tree.bases[following] == "xcomp"
            and tree.tags[following] == "ADJ"
            and not tree.children[following]
            and any(
                child > following and tree.bases[child] in ("obj", "ccomp")
                for child in tree.children[verb]
            )
        ):
            clause.relation.append(following)

    def _existential(self, head: int) -> Optional[int]:
        """The expletive of an existential clause."""
        tree = self.tree
        if not self.verbs.is_verbal(head):
            return None
        for child in tree.children[head]:
            if tree.lower[child] in self.features.existentials and (
                tree.bases[child] == "expl"
                or (child == head - 1 and tree.lower[head] in self.features.copulas)
            ):
                return child
        return None

    def _quote(self, clause: Clause) -> None:
        """Make the clause that "she said" interrupts or follows its object."""
        tree, head = self.tree, clause.head
        own = tree.first(head, "nsubj")
        if own is None or any(argument.bound for argument in clause.arguments):
            return
        aside = set(tree.subtree(head))
        first, last = min(aside), max(aside)
        if len(aside) > MAX_ASIDE:
            return
        if not (tree.is_punct(first) or (first > 0 and tree.is_punct(first - 1))):
            return
        quoted = [i for i in tree.subtree(tree.heads[head]) if i not in aside]
        part = self.phrases.unquoted(quoted)
        if part and part[-1] < last:
            clause.arguments.append(Argument([part], True, tree.heads[head], 3))

    def _antecedents(self, noun: int, head: int) -> List[Part]:
        governor = self.done.get(noun)
        if governor is not None:
            own = any(
                self.subjects.is_subject(child)
                and self.tree.lower[child] not in self.features.relativisers
                for child in self.tree.children[head]
            )
            if governor.construction == "copula" and governor.subjects and not own:
                return governor.subjects  # What somebody is does what it does.
            return self.phrases.predicate(noun, case=False)
        conjuncts = self.phrases.conjuncts(noun)
        if len(conjuncts) > 1 and head > conjuncts[-1]:
            return self.phrases.nouns(noun, case=False)
        return [self.phrases.noun(noun, case=False)]

    def _relate(self, clause: Clause, heads: List[int]) -> None:
        """Complete a clause that modifies a noun; one that modifies a clause instead
        has nothing to say of its own."""
        tree, head = self.tree, clause.head
        noun = tree.heads[head]
        if noun == head or (
            (noun in self.done or noun in self.absorbed) and tree.tags[noun] in VERBS
        ):
            clause.subjects = []
            clause.implied = False
            return
        self.relative_clauses.relate(clause, heads, self._antecedents(noun, head))
