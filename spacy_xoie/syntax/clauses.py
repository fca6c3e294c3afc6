"""Clauses of a sentence: their verbs, subjects and arguments."""

from typing import Dict, List, Optional, Set

from .languages import LanguageFeatures
from .phrases import Phrases
from .relatives import Relatives
from .tree import Tree
from .ty import Argument, Clause, Part
from .verbs import SUBJECTS, VERBS, Verbs

CLAUSES = frozenset(
    {"root", "ccomp", "xcomp", "advcl", "acl", "csubj", "parataxis", "conj", "dep"}
    | {"list", "appos", "ROOT"}
)


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
        self.relatives = Relatives(tree, features, self.phrases, self.verbs)
        self.done: Dict[int, Clause] = {}
        self.absorbed: Dict[int, Clause] = {}

    def read(self) -> List[Clause]:
        """RETURNS (List[Clause]): The clauses, in the order of their heads' depth."""
        for index in self.tree.order:
            if index not in self.absorbed and self.is_predicate(index):
                self.done[index] = self._read(index)
        return list(self.done.values())

    def is_predicate(self, index: int) -> bool:
        """RETURNS (bool): Whether a word heads a clause."""
        tree = self.tree
        base = tree.bases[index]
        if base in ("aux", "cop", "punct", "case", "mark", "cc", "det"):
            return False
        has_subject = has_copula = False
        for child in tree.children[index]:
            if tree.bases[child] in SUBJECTS:
                has_subject = True
            elif tree.bases[child] == "cop":
                has_copula = True
        if has_subject or has_copula:
            return True
        if tree.heads[index] == index:
            base = "root"
        if base not in CLAUSES or tree.tags[index] not in VERBS:
            return False
        if base in ("conj", "appos"):
            head = tree.heads[index]
            return head in self.done or head in self.absorbed
        return True

    def _governor(self, index: int) -> Optional[Clause]:
        """The clause that a clause depends on directly."""
        head = self.tree.heads[index]
        if head == index:
            return None
        return self.done.get(head) or self.absorbed.get(head)

    def _read(self, head: int) -> Clause:
        tree = self.tree
        clause = Clause(head, self.verbs.words(head), [])
        heads = [head]
        self._join_infinitives(clause, heads)
        self._find_subjects(clause)
        for index in heads:
            self.absorbed[index] = clause
            self._find_arguments(clause, index, heads)
        self._find_light_verb(clause, heads)
        self._share(clause)
        if tree.bases[head] == "acl":
            self._relate(clause, heads)
        return clause

    def _join_infinitives(self, clause: Clause, heads: List[int]) -> None:
        """Add verbs that share their subject with the one that governs them."""
        tree = self.tree
        for index in heads:  # grows
            verb = None
            blocked = False
            for child in tree.children[index]:
                base = tree.bases[child]
                if base in ("obj", "iobj") and child not in clause.relation:
                    blocked = True
                elif base == "xcomp" and verb is None and self.verbs.is_joinable(child):
                    verb = child
            if verb is None or blocked:
                continue
            clause.relation.append(index)
            clause.relation.extend(self.verbs.infinitive_marks(verb))
            clause.relation.extend(self.verbs.words(verb))
            self.absorbed[verb] = clause
            heads.append(verb)

    # Subjects.

    def _find_subjects(self, clause: Clause) -> None:
        tree, head = self.tree, clause.head
        for child in tree.children[head]:
            base = tree.bases[child]
            if base == "nsubj":
                clause.subjects.extend(self.phrases.nouns(child, case=False))
            elif base == "csubj":
                clause.subjects.append(self.phrases.clause(child))
        there = [
            child
            for child in tree.children[head]
            if tree.bases[child] == "expl"
            and tree.lower[child] in self.features.existentials
        ]
        if there and clause.subjects and self.verbs.is_verbal(head):
            clause.construction = "existential"
            clause.arguments.append(Argument(clause.subjects, True, head, -1))
            clause.subjects = [(there[0],)]
            clause.relation = [i for i in clause.relation if i != there[0]]
            return
        if any(tree.labels[c].endswith(":pass") for c in tree.children[head]):
            clause.construction = "passive"
        elif not self.verbs.is_verbal(head):
            clause.construction = "copula"
        if clause.subjects:
            return
        governor = self._governor(head)
        base = "root" if tree.heads[head] == head else tree.bases[head]
        shares = base in ("conj", "advcl", "xcomp") or (
            base in ("parataxis", "ccomp") and self.features.shares_in_parataxis
        )
        if shares and governor:
            if base == "xcomp":
                clause.construction = "control"
                clause.subjects = self._controller(governor, head)
            else:
                if base == "advcl":
                    clause.construction = "participial"
                clause.subjects = governor.subjects
                clause.implied = governor.implied
        if not clause.subjects and base != "acl":
            clause.implied = True

    def _controller(self, governor: Clause, head: int) -> List[Part]:
        tree = self.tree
        for label in ("obj", "iobj", "obl"):
            for child in tree.children[tree.heads[head]]:
                if tree.bases[child] == label and child not in governor.relation:
                    return self.phrases.nouns(child, case=False)
        return governor.subjects

    # Arguments.

    def _find_arguments(self, clause: Clause, head: int, heads: List[int]) -> None:
        tree, phrases = self.tree, self.phrases
        taken = set(clause.relation)
        verbal = self.verbs.is_verbal(head)
        if not verbal:
            obliques = [c for c in tree.children[head] if tree.bases[c] == "obl"]
            if tree.tags[head] in ("ADJ", "VERB") and obliques:
                clause.relation.append(head)
            elif head not in clause.relation:
                variants = phrases.predicate(head)
                clause.arguments.append(Argument(variants, True, head, 0))
        for child in tree.children[head]:
            base = tree.bases[child]
            if child in taken or child in heads:
                continue
            if base in ("obj", "iobj"):
                variants = self._nouns(child, taken)
                clause.arguments.append(
                    Argument(variants, True, child, 1 if base == "obj" else 2)
                )
            elif base == "obl" or (base == "nmod" and verbal):
                variants = self._nouns(child, taken)
                clause.arguments.append(Argument(variants, False, child, 5))
            elif base == "xcomp":
                if tree.tags[child] in VERBS or tree.tags[child] == "ADJ":
                    variants = [phrases.clause(child)]
                else:
                    variants = phrases.predicate(child)
                clause.arguments.append(Argument(variants, True, child, 3))
            elif base == "ccomp":
                clause.arguments.append(
                    Argument([phrases.clause(child)], True, child, 3)
                )

    def _nouns(self, head: int, taken: Set[int]) -> List[Part]:
        """The variants of a noun phrase without words that the relation has."""
        variants = self.phrases.nouns(head)
        if taken.isdisjoint(i for part in variants for i in part):
            return variants
        return [self.tree.trim(i for i in part if i not in taken) for part in variants]

    def _find_light_verb(self, clause: Clause, heads: List[int]) -> None:
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

    def _share(self, clause: Clause) -> None:
        """Give a conjunct the auxiliaries and the object it shares."""
        tree, head = self.tree, clause.head
        if tree.bases[head] != "conj" or tree.heads[head] == head:
            return
        first = tree.heads[head]
        if tree.first(head, "aux", "cop", "nsubj", "mark") is None:
            auxiliaries = [c for c in tree.all(first, "aux") if c < head]
            passive = any(tree.labels[c] == "aux:pass" for c in auxiliaries)
            has_object = any(a.bound for a in clause.arguments)
            alike = tree.lower[head][-2:] == tree.lower[first][-2:]
            if auxiliaries and (alike or (passive and not has_object)):
                clause.relation.extend(auxiliaries)
        if not any(a.bound for a in clause.arguments) and self.verbs.is_verbal(head):
            for child in tree.children[first]:
                if tree.bases[child] == "obj" and child > head:
                    variants = self.phrases.nouns(child)
                    clause.arguments.append(Argument(variants, True, child, 1))

    def _antecedents(self, noun: int, head: int) -> List[Part]:
        if noun in self.done:
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
        self.relatives.relate(clause, heads, self._antecedents(noun, head))
