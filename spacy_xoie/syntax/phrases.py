"""Where the phrases of a sentence begin and end."""

from dataclasses import dataclass, field
from typing import Dict, Iterable, List, Tuple

from ..doc.text import PAIRS
from .features import LanguageFeatures
from .tree import Tree
from .ty import Part

LOOSE = frozenset(
    {"parataxis", "discourse", "vocative", "orphan", "advcl", "dislocated", "list"}
    | {"reparandum", "csubj", "ccomp"}
)
"""Dependents of a noun that are no part of its phrase."""

CLAUSAL_PARTS = frozenset(
    {"nsubj", "csubj", "cop", "aux", "mark", "expl", "advcl", "obl", "ccomp", "cc"}
    | {"parataxis", "discourse", "vocative", "punct", "dislocated", "obj", "iobj"}
    | {"orphan", "conj", "list", "reparandum", "xcomp"}
)
"""Dependents of a predicative noun or adjective that belong to the clause."""

OPENING = frozenset("([（【〔")


@dataclass
class Phrases:
    """Cuts the phrases of one tree.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    """

    tree: Tree
    features: LanguageFeatures
    _outside: Dict[int, bool] = field(default_factory=dict, init=False)

    def noun(self, head: int, *, case: bool = True) -> Part:
        """A noun phrase without clauses, loose appositions and conjuncts.

        head (int): Its head.
        case (bool): Whether its adpositions are part of it.
        RETURNS (Part): The phrase.
        """
        return self.tree.trim(self._conjunct(head, case))

    def nouns(self, head: int, *, case: bool = True) -> List[Part]:
        """A noun phrase, in as many variants as it has conjuncts (one, if the
        language does not split coordination). Adpositions and what follows the
        last conjunct are shared. Loose appositions may be variants, too.

        head (int): Its head, the first conjunct.
        case (bool): Whether its adpositions are part of it.
        RETURNS (List[Part]): The variants.
        """
        tree = self.tree
        conjuncts = self.conjuncts(head)
        if len(conjuncts) == 1:
            return [self.noun(head, case=case), *self._appositions(head, case)]
        if not self.features.splits_coordination or any(
            tree.lower[c] in self.features.collectives for c in self.cases(head)
        ):
            whole = tree.subtree(head, self.is_outside)
            drop = () if case else self.cases(head)
            return [tree.trim(i for i in whole if i not in drop)]
        last = conjuncts[-1]
        shared: List[int] = []
        for child in tree.children[head]:
            if child > last and not self._is_outside_conjunct(child):
                shared.extend(tree.subtree(child, self._is_outside_conjunct))
        cases = self.cases(head) if case else ()
        variants = []
        for conjunct in conjuncts:
            words = set(self._conjunct(conjunct, case))
            if conjunct != head:
                words.update(shared)
                if not self.cases(conjunct):
                    words.update(cases)
            variants.append(tree.trim(words))
        return [variant for variant in variants if variant]

    def _appositions(self, head: int, case: bool) -> List[Part]:
        """What a noun is called beside, between commas, each as a variant of it ("his
        son, John"), if the language has it so."""
        tree = self.tree
        if not self.features.appositions_apart:
            return []
        cases = self.cases(head) if case else ()
        return [
            tree.trim({*cases, *self._conjunct(child, False)})
            for child in tree.all(head, "appos")
            if self._is_loose_apposition(child)
        ]

    def _is_loose_apposition(self, child: int) -> bool:
        tree = self.tree
        first = min(tree.subtree(child))
        return (
            first > 0
            and "," in (tree.words[first], tree.words[first - 1])
            and tree.tags[child] in ("NOUN", "PROPN")
            and not self.is_clause(child)
            and tree.first(child, "case", "mark", "cc", "conj") is None
        )

    def conjuncts(self, head: int) -> List[int]:
        """RETURNS (List[int]): The nominal conjuncts of a phrase, itself first."""
        conjuncts = [head]
        for index in conjuncts:  # grows
            conjuncts += filter(self._is_conjunct, self.tree.children[index])
        return sorted(conjuncts)

    def _is_conjunct(self, child: int) -> bool:
        tree = self.tree
        if tree.bases[child] != "conj" or self.is_clause(child):
            return False
        words = {tree.lower[c] for c in tree.children[child]}
        if words & self.features.comparatives:
            return False
        return not (words & self.features.adversatives and self._is_negated(child))

    def _is_negated(self, conjunct: int) -> bool:
        """Whether what a conjunct is joined to is negated, in itself or by its verb,
        as in "not a poet but a pilot"."""
        tree = self.tree
        first = tree.heads[conjunct]
        return any(
            tree.lower[child] in self.features.negations
            for head in (first, tree.heads[first])
            for child in tree.all(head, "advmod", "det", "cc")
        )

    def is_clause(self, head: int) -> bool:
        """RETURNS (bool): Whether a word heads a clause of its own."""
        tree = self.tree
        if tree.tags[head] == "VERB":
            return True
        return any(tree.bases[c] in ("nsubj", "cop") for c in tree.children[head])

    def is_nominalized(self, child: int) -> bool:
        """RETURNS (bool): Whether the noun that a clause modifies only makes a noun of
        it."""
        tree = self.tree
        return tree.lower[tree.heads[child]] in self.features.nominalizers

    def is_infinitival(self, child: int) -> bool:
        """RETURNS (bool): Whether a noun is modified by an infinitive ("a decision to
        buy land")."""
        tree = self.tree
        return tree.bases[child] == "acl" and any(
            tree.lower[mark] in self.features.infinitive_marks
            for mark in tree.all(child, "mark")
        )

    def predicate(self, head: int, *, case: bool = True, after: int = -1) -> List[Part]:
        """A predicative noun or adjective, in as many variants as it has conjuncts.

        head (int): The head.
        case (bool): Whether its adpositions are part of it.
        after (int): A word that all of it follows.
        RETURNS (List[Part]): The variants.
        """
        tree = self.tree
        variants = []
        for number, conjunct in enumerate(self.conjuncts(head)):
            words = [conjunct]
            for child in tree.children[conjunct]:
                is_case = tree.bases[child] == "case"
                if (case and is_case) or (
                    not is_case
                    and not self.is_outside(child)
                    and tree.bases[child] not in CLAUSAL_PARTS
                    and not self._is_sentence_adverb(child, conjunct)
                ):
                    words.extend(tree.subtree(child, self.is_outside))
            if number and case and not self.cases(conjunct):
                words.extend(self.cases(head))
            variants.append(tree.trim(index for index in words if index > after))
        if not self.features.splits_coordination and len(variants) > 1:
            whole = [index for variant in variants for index in variant]
            # Nothing is left where all of it stands before `after`.
            variants = [tree.trim(range(min(whole), max(whole) + 1))] if whole else []
        return [variant for variant in variants if variant]

    def clause(self, head: int) -> Part:
        """A clause as an object: whole, without its subordinator.

        head (int): Its head.
        RETURNS (Part): The clause.
        """
        tree = self.tree
        drop = {
            child
            for child in tree.children[head]
            if (
                tree.bases[child] == "mark"
                and tree.tags[child] == "SCONJ"
                and not self.features.keeps_complementizers
                and tree.lower[child] not in self.features.fused_subjects
            )
            or tree.bases[child] in ("discourse", "cc", "vocative")
        }
        return self.unquoted(tree.subtree(head, drop.__contains__))

    def unquoted(self, words: Iterable[int]) -> Part:
        """RETURNS (Part): Sorted and trimmed words, without quotes around all."""
        tree = self.tree
        part = tree.trim(words)
        if not self.features.keeps_quotes and tree.is_wrapped(part):
            part = tree.trim(part[1:-1])
        return part

    def _conjunct(self, head: int, case: bool) -> List[int]:
        tree = self.tree
        words = [head]
        for child in tree.children[head]:
            if self._is_outside_conjunct(child) and not self.negates(child):
                continue
            if not case and tree.bases[child] == "case":
                continue
            words.extend(tree.subtree(child, self.is_outside))
        # "thirty and one years": what joins two words that are both there.
        words += [
            child
            for child in tree.children[head]
            if tree.bases[child] == "cc" and {child - 1, child + 1} <= {*words}
        ]
        return self._around(head, words)

    def _around(self, head: int, words: List[int]) -> List[int]:
        """Only the words that nothing foreign to the phrase separates from its head,
        as happens in trees that a parser got wrong."""
        tree = self.tree
        if max(words) - min(words) == len(words) - 1:
            return words
        inside = set(tree.subtree(head))
        first = last = head
        while first > 0 and (first - 1 in inside or tree.is_punct(first - 1)):
            first -= 1
        while last + 1 < len(tree) and (last + 1 in inside or tree.is_punct(last + 1)):
            last += 1
        return [index for index in words if first <= index <= last]

    def negates(self, child: int) -> bool:
        """RETURNS (bool): Whether a word is a conjunction that negates ("nor")."""
        tree = self.tree
        words = self.features.negative_conjunctions
        return tree.bases[child] == "cc" and tree.lower[child] in words

    def cases(self, head: int) -> Tuple[int, ...]:
        """RETURNS (Tuple[int, ...]): The adpositions of a phrase."""
        tree = self.tree
        cases: List[int] = []
        for child in tree.children[head]:
            if tree.bases[child] == "case":
                cases.extend(tree.subtree(child))
        return tuple(cases)

    def _is_outside_conjunct(self, child: int) -> bool:
        return self.tree.bases[child] in ("conj", "cc") or self.is_outside(child)

    def is_outside(self, child: int) -> bool:
        """RETURNS (bool): Whether a dependent of a noun is no part of its phrase."""
        if child not in self._outside:
            self._outside[child] = self._find_outside(child)
        return self._outside[child]

    def _find_outside(self, child: int) -> bool:
        tree = self.tree
        base = tree.bases[child]
        if base == "acl":
            return not self.is_nominalized(child)
        if base in LOOSE or (base == "conj" and self.is_clause(child)):
            return True
        if base in ("appos", "nmod", "dep", "obl", "nummod", "flat", "conj"):
            words = tree.subtree(child)
            first = min(words)
            opened = tree.words[first] in OPENING or (
                first > 0 and tree.words[first - 1] in OPENING
            )
            if opened:
                return True
            if base == "appos":
                return self._is_set_off(first)
        return False

    def _is_set_off(self, first: int) -> bool:
        """Whether a mark stands before an apposition, other than the quote that opens a
        title ("the film “Home”")."""
        tree = self.tree
        before = first - 1
        if tree.words[first] not in PAIRS:
            if tree.is_punct(first):
                return True
            if before >= 0 and tree.words[before] in PAIRS:
                before -= 1
        return before >= 0 and tree.is_punct(before)

    def _is_sentence_adverb(self, child: int, head: int) -> bool:
        """Whether an adverb modifies the clause and not the predicate."""
        tree = self.tree
        if tree.bases[child] != "advmod":
            return False
        if tree.lower[child] in self.features.negations:
            return True
        if tree.tags[head] not in ("ADJ", "ADV", "NUM"):
            return True
        end = max(child, head)
        between = range(min(child, head) + 1, end)
        return any(tree.bases[i] in ("cop", "nsubj", "aux") for i in between)
