"""Clauses of a sentence: their verbs, subjects and arguments."""

from typing import Dict, List, Optional

from .arguments import Arguments
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
        if not self.verbs.is_verb(index) and not self._is_adjectival_clause(index):
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
            and self._is_participle(index)
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
        heads = [head]
        self._join_infinitives(clause, heads)
        self._find_subjects(clause)
        for index in heads:
            self.absorbed[index] = clause
            self.arguments.find(clause, index, heads)
        self.arguments.find_light_verb(clause, heads)
        self.arguments.find_disposal(clause)
        self._share(clause)
        if tree.bases[head] == "acl":
            self._relate(clause, heads)
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

    def _share(self, clause: Clause) -> None:
        """Give a conjunct the auxiliaries, with what negates them ("did not call or
        write"), and the object it shares."""
        tree, head = self.tree, clause.head
        if tree.bases[head] != "conj" or tree.heads[head] == head:
            return
        first = tree.heads[head]
        if tree.first(head, "aux", "cop", "nsubj", "mark") is None:
            auxiliaries = [c for c in tree.all(first, "aux") if c < head]
            passive = any(tree.labels[c] == "aux:pass" for c in auxiliaries)
            has_object = any(a.bound for a in clause.arguments)
            alike = tree.lower[head][-2:] == tree.lower[first][-2:] or (
                any(tree.lower[c] in self.features.modals for c in auxiliaries)
                and not tree.lower[head].endswith(self.features.finite_endings)
            )
            if passive:
                alike = not has_object and self._is_participle(head)
            if auxiliaries and alike:
                clause.relation.extend(auxiliaries)
                if not any(
                    tree.lower[c] in self.features.adversatives
                    for c in tree.all(head, "cc")
                ):
                    negations = self.verbs.negations(first)
                    clause.relation.extend(c for c in negations if c < head)
        if not any(a.bound for a in clause.arguments) and self.verbs.is_verbal(head):
            for child in tree.children[first]:
                if tree.bases[child] == "obj" and child > head:
                    variants = self.phrases.nouns(child)
                    clause.arguments.append(Argument(variants, True, child, 1))

    def _is_participle(self, head: int) -> bool:
        """Whether a verb has the form of a past participle."""
        word, features = self.tree.lower[head], self.features
        if not word.endswith(features.participle_endings):
            return False
        infixes = features.participle_infixes
        return not infixes or word.startswith(infixes) or infixes[0] in word[1:-2]

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
            if governor.construction == "copula" and governor.subjects:
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
