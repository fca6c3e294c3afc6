"""Clauses of a sentence: their verbs, subjects and arguments."""

from dataclasses import dataclass, field
from typing import Dict, List, Optional, Set, Tuple

from .languages import LanguageFeatures
from .phrases import Phrases
from .tree import Tree
from .ty import Part

SUBJECTS = frozenset({"nsubj", "csubj"})
CLAUSES = frozenset(
    {"root", "ccomp", "xcomp", "advcl", "acl", "csubj", "parataxis", "conj", "dep"}
    | {"list", "appos", "ROOT"}
)
VERBS = frozenset({"VERB", "AUX"})


@dataclass
class Argument:
    """An argument of a clause, in as many variants as it has conjuncts."""

    variants: List[Part]
    bound: bool
    position: int
    rank: int = 0


@dataclass
class Clause:
    """A clause on its way to triples."""

    head: int
    relation: List[int]
    subjects: List[Part]
    arguments: List[Argument] = field(default_factory=list)
    construction: str = "clause"
    implied: bool = False


class ClauseReader:
    """Reads the clauses of one tree, governing ones first.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    """

    def __init__(self, tree: Tree, features: LanguageFeatures) -> None:
        self.tree = tree
        self.features = features
        self.phrases = Phrases(tree, features)
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
        clause = Clause(head, self.verb_words(head), [])
        heads = [head]
        self._join_infinitives(clause, heads)
        self._find_subjects(clause)
        for index in heads:
            self.absorbed[index] = clause
            self._find_arguments(clause, index, heads)
        self._find_light_verb(clause, heads)
        self._share(clause)
        if tree.labels[head] == "acl:relcl" or tree.bases[head] == "acl":
            self._relate(clause, heads)
        return clause

    # The verb complex.

    def is_verbal(self, index: int) -> bool:
        """RETURNS (bool): Whether the word itself is the verb of its clause."""
        tree = self.tree
        if tree.tags[index] not in VERBS:
            return False
        return all(tree.bases[child] != "cop" for child in tree.children[index])

    def verb_words(self, head: int) -> List[int]:
        """The words of the verb complex: auxiliaries, negation, particles, the verb
        or the copula."""
        tree, features = self.tree, self.features
        words = [head] if self.is_verbal(head) else []
        for child in tree.children[head]:
            base, label, word = tree.bases[child], tree.labels[child], tree.lower[child]
            if base in ("aux", "cop"):
                words.extend(tree.subtree(child, self._is_loose))
            elif label in features.verb_particles:
                words.extend(tree.subtree(child, self._is_loose))
            elif base == "expl" and (label != "expl" or word in features.reflexives):
                words.append(child)
            elif base in ("obj", "iobj", "obl") and word in features.reflexives:
                if tree.tags[child] == "PRON":
                    words.append(child)
            elif base == "advmod" and word in features.negations:
                words.append(child)
            elif base == "obl" or base == "nmod" or base == "obj":
                for case in tree.children[child]:
                    if tree.bases[case] == "case" and (
                        tree.lower[case] in features.disposal_marks
                        or tree.lower[case] in features.passive_marks
                    ):
                        words.append(case)
        if not words and not features.copulas:
            words = [head]
        return words

    def _is_loose(self, child: int) -> bool:
        return self.tree.bases[child] in ("advmod", "punct", "conj", "cc")

    def _join_infinitives(self, clause: Clause, heads: List[int]) -> None:
        """Add verbs that share their subject with the one that governs them."""
        tree, features = self.tree, self.features
        for index in heads:  # grows
            verb = None
            blocked = False
            for child in tree.children[index]:
                base = tree.bases[child]
                if base in ("obj", "iobj") and child not in clause.relation:
                    blocked = True
                elif base == "xcomp" and verb is None and self._is_joinable(child):
                    verb = child
            if verb is None or blocked:
                continue
            marks = [
                c
                for c in tree.children[verb]
                if tree.bases[c] in ("mark", "case")
                and (
                    tree.lower[c] in features.infinitive_marks
                    or tree.tags[c] in ("ADP", "PART")
                )
            ]
            clause.relation.extend(marks)
            clause.relation.extend(self.verb_words(verb))
            self.absorbed[verb] = clause
            heads.append(verb)

    def _is_joinable(self, index: int) -> bool:
        tree = self.tree
        has_copula = False
        for child in tree.children[index]:
            if tree.bases[child] in SUBJECTS:
                return False
            has_copula = has_copula or tree.bases[child] == "cop"
        return has_copula or tree.tags[index] in VERBS

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
        if there and clause.subjects and self.is_verbal(head):
            clause.construction = "existential"
            clause.arguments.append(Argument(clause.subjects, True, head, -1))
            clause.subjects = [(there[0],)]
            clause.relation = [i for i in clause.relation if i != there[0]]
            return
        if any(tree.labels[c].endswith(":pass") for c in tree.children[head]):
            clause.construction = "passive"
        elif not self.is_verbal(head):
            clause.construction = "copula"
        if clause.subjects:
            return
        governor = self._governor(head)
        base = "root" if tree.heads[head] == head else tree.bases[head]
        if base in ("conj", "parataxis", "advcl", "xcomp", "ccomp") and governor:
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
        verbal = self.is_verbal(head)
        objects = [
            c
            for c in tree.children[head]
            if tree.bases[c] in ("obj", "iobj") and c not in taken
        ]
        if not verbal:
            obliques = [c for c in tree.children[head] if tree.bases[c] == "obl"]
            if tree.tags[head] in ("ADJ", "VERB") and obliques:
                clause.relation.append(head)
            elif head not in clause.relation:
                variants = phrases.predicate(head)
                clause.arguments.append(Argument(variants, True, head, 0))
        for child in tree.children[head]:
            base, label = tree.bases[child], tree.labels[child]
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
                if tree.tags[child] in VERBS and not objects:
                    variants = [phrases.clause(child)]
                elif tree.tags[child] in VERBS or tree.tags[child] == "ADJ":
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
        if not any(a.bound for a in clause.arguments) and self.is_verbal(head):
            for child in tree.children[first]:
                if tree.bases[child] == "obj" and child > head:
                    variants = self.phrases.nouns(child)
                    clause.arguments.append(Argument(variants, True, child, 1))

    # Relative and participial clauses.

    def _relate(self, clause: Clause, heads: List[int]) -> None:
        """Put the antecedent where the relative pronoun stands, or the gap is."""
        tree, head = self.tree, clause.head
        noun = tree.heads[head]
        own = any(tree.bases[c] in SUBJECTS for c in tree.children[head])
        antecedents = self._antecedents(noun, head)
        pronoun = self._relativiser(heads)
        clause.construction = (
            "relative" if tree.labels[head] == "acl:relcl" else "participial"
        )
        if pronoun is not None:
            replaced = self._replace(clause, pronoun, antecedents)
            if replaced:
                return
        if not own:
            if any(
                tree.bases[c] == "mark"
                and tree.lower[c] in self.features.infinitive_marks
                for c in tree.children[head]
            ):
                clause.subjects = []
                clause.implied = False
                return
            clause.subjects = antecedents
            clause.implied = False
        elif (
            tree.labels[head] == "acl:relcl" or self.features.clauses_before_nouns
        ) and not any(a.bound for a in clause.arguments):
            if self.is_verbal(heads[-1]):
                clause.arguments.append(Argument(antecedents, True, noun, 1))

    def _antecedents(self, noun: int, head: int) -> List[Part]:
        conjuncts = self.phrases.conjuncts(noun)
        if len(conjuncts) > 1 and head > conjuncts[-1]:
            return self.phrases.nouns(noun, case=False)
        return [self.phrases.noun(noun, case=False)]

    def _relativiser(self, heads: List[int]) -> Optional[int]:
        tree, words = self.tree, self.features.relativisers
        for head in heads:
            for child in tree.children[head]:
                if tree.bases[child] in ("cc", "mark", "conj", "ccomp", "advcl"):
                    continue
                if tree.tags[child] == "PRON" and tree.lower[child] in words:
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
        found = False

        def replace(variants: List[Part]) -> List[Part]:
            nonlocal found
            result = []
            for part in variants:
                if pronoun in part:
                    found = True
                    rest = [i for i in part if i != pronoun]
                    result.extend(
                        tuple(sorted({*rest, *antecedent}))
                        for antecedent in antecedents
                    )
                else:
                    result.append(part)
            return result

        clause.subjects = replace(clause.subjects)
        for argument in clause.arguments:
            argument.variants = replace(argument.variants)
        return found
