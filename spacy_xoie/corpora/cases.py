"""What the forms of words rule out, counted in a treebank: roles by case, numbers by
agreement.

What is written is what `spacy_xoie.syntax.cases` reads: words, determiners and endings
that phrases in a role (nearly) never have.
"""

import math
from collections import Counter, defaultdict
from typing import Dict, Iterable, List, NamedTuple, Set, Tuple

from ..syntax.cases import (
    ADJECTIVE,
    DETERMINER,
    ENDING,
    GENDER,
    OBJECT,
    OBLIQUE,
    PLURAL,
    PLURAL_KIND,
    PLURAL_VERB,
    SINGULAR,
    SINGULAR_VERB,
    SUBJECT,
)
from .counting import LEAST, Node, Share, endings, is_word

ROLES = {"nsubj": SUBJECT, "obj": OBJECT}
HEADS = frozenset({"NOUN", "PROPN", "PRON"})
NOUNS = frozenset({"NOUN", "PROPN"})
NUMBERS = {SINGULAR: "Sing", PLURAL: "Plur"}
VERB_NUMBERS = {SINGULAR_VERB: "Sing", PLURAL_VERB: "Plur"}

USUAL = 0.04
"""Share of what is in a role that has a case, from which on the role has that case."""

RARE = 0.02
"""Share of the uses of a form that may be errors."""

MANY = 20
"""How often an adposition occurs, at least, that is before no subject: few are."""

OFTEN = 0.005
"""Share of nouns that have a determiner, from which on their gender is worth a list."""

CHANCE = 1e-3
"""How likely a form may be what it is by luck; a thousandth of it where there are many
to try, as of endings."""

Forms = Dict[str, Counter[str]]


class Form(NamedTuple):
    """How often a form has some cases (numbers, genders)."""

    hits: int
    total: int

    @property
    def is_rare(self) -> bool:
        return self.hits <= RARE * self.total


class CaseCounts:
    """Counts which roles go with which forms."""

    def __init__(self) -> None:
        self._roles: Dict[str, Counter[str]] = defaultdict(Counter)
        self._words: Forms = defaultdict(Counter)
        self._nouns: Forms = defaultdict(Counter)
        self._adjectives: Dict[str, Forms] = defaultdict(lambda: defaultdict(Counter))
        self._determiners: Forms = defaultdict(Counter)
        self._genders: Forms = defaultdict(Counter)
        self._by_gender: Dict[Tuple[str, str], Counter[str]] = defaultdict(Counter)
        self._adpositions: Forms = defaultdict(Counter)
        self._numbers: Dict[str, Forms] = defaultdict(lambda: defaultdict(Counter))
        self._agreement = Share()

    def add(self, node: Node, below: List[Node]) -> None:
        """Count a word.

        node (Node): The word.
        below (List[Node]): What depends on it.
        """
        if node.tag in ("VERB", "AUX"):
            self._add_verb(node, below)
        if node.tag not in HEADS:
            return
        bases = {child.base for child in below}
        for child in below:
            if child.base == "case" and child.place < node.place:
                self._adpositions[child.form][node.base] += 1
        # A numeral may govern a case of its own (Slavic).
        if "nummod" in bases or any(c.label == "det:numgov" for c in below):
            return
        case = node.feats.get("Case", "")
        if node.base in ROLES and "case" not in bases:
            self._roles[ROLES[node.base]].update(case.split(","))
        forms = self._nouns if node.tag in NOUNS else self._words
        forms[node.form][case] += 1
        number, gender = node.feats.get("Number", ""), node.feats.get("Gender", "")
        self._numbers["noun" if node.tag in NOUNS else "word"][node.form][number] += 1
        kind = gender if number == "Sing" else number
        if node.tag == "NOUN" and kind:
            self._genders[node.form][kind] += 1
        determiners = [child for child in below if child.base == "det"]
        for child in determiners:
            self._determiners[child.form][case] += 1
            self._numbers["determiner"][child.form][number] += 1
            if kind:
                self._by_gender[child.form, kind][case] += 1
        first = determiners[0].form if determiners else DETERMINER
        for child in below:
            if child.base == "amod" and child.tag == "ADJ":
                self._adjectives[first][child.form][case] += 1

    def _add_verb(self, node: Node, below: List[Node]) -> None:
        number = node.feats.get("Number", "")
        is_predicate = node.base not in ("amod", "nmod", "acl", "obl", "nsubj", "obj")
        if not is_predicate or not (number or node.has(VerbForm="Fin")):
            return
        if node.has(Person="1|2"):
            return
        self._numbers["verb"][node.form][number] += 1
        if any(child.base == "conj" for child in below):
            return
        for child in below:
            if child.base == "nsubj" and child.tag in NOUNS:
                subject = child.feats.get("Number", "")
                if number and subject:
                    self._agreement.count(number == subject)

    def excluded(self) -> Dict[str, List[str]]:
        """RETURNS (Dict[str, List[str]]): By what is ruled out, the words and endings
        that rule it out, as `LanguageFeatures.excluded` has them."""
        found: Dict[str, Set[str]] = {}
        for role in (SUBJECT, OBJECT, OBLIQUE):
            cases = self._cases(role)
            if cases:
                found[role] = self._of_role(cases)
        if SUBJECT in found:
            found[SUBJECT] |= {
                word + DETERMINER
                for word, labels in self._adpositions.items()
                if labels.total() >= MANY and _form(labels, {"nsubj"}).is_rare
            }
        if found and self._agreement.exceeds(0.9, 50):
            for name, number in NUMBERS.items():
                kinds = {number, ""}
                numbers = self._numbers
                found[name] = {
                    *_never(numbers["word"], kinds),
                    *(w + DETERMINER for w in _never(numbers["determiner"], kinds)),
                    *(ENDING + e for e in _never_end(numbers["noun"], kinds)),
                }
            for name, number in VERB_NUMBERS.items():
                kinds = {number, ""}
                found[name] = {
                    *_never(self._numbers["verb"], kinds),
                    *(ENDING + e for e in _never_end(self._numbers["verb"], kinds)),
                }
        return {name: sorted(forms) for name, forms in found.items() if forms}

    def genders(self) -> Dict[str, List[str]]:
        """RETURNS (Dict[str, List[str]]): Endings of the nouns of each gender with
        which a determiner rules out what it does not rule out with others."""
        wanted = {
            pattern.partition(GENDER)[2]
            for role in (SUBJECT, OBJECT, OBLIQUE)
            for pattern in self._of_genders(self._cases(role))
        } - {PLURAL_KIND}
        found: Dict[str, List[str]] = {}
        for gender in sorted(wanted):
            others = {k for kinds in self._genders.values() for k in kinds} - {gender}
            ends = _never_end(self._genders, others)
            words = [
                word
                for word, counts in self._genders.items()
                if is_word(word)
                and not word.endswith(tuple(ends))
                and counts.total() >= LEAST
                and _form(counts, others).is_rare
            ]
            found[gender] = sorted(ENDING + word for word in {*ends, *words})
        return found

    def _cases(self, role: str) -> Set[str]:
        """The cases of what is in a role; none where trees have no cases. What is
        oblique has any but the usual one of subjects, and those of objects."""
        counts = self._roles[SUBJECT if role == OBLIQUE else role]
        total = counts.total()
        cases = {case for case, n in counts.items() if n >= USUAL * total}
        if not total or counts[""] > 0.5 * total:
            return set()
        if role == OBLIQUE:
            rows = (*self._nouns.values(), *self._words.values())
            known = {case for row in rows for case in row}
            (usual, _), *_ = counts.most_common(1)
            others = self._roles[OBJECT]
            cases = known - {usual}
            cases |= {c for c in others if others[c] > 0.1 * others.total()}
        return {*cases, ""}

    def _of_role(self, cases: Set[str]) -> Set[str]:
        found = {
            *_never(self._words, cases),
            *(word + DETERMINER for word in _never(self._determiners, cases)),
            *(ENDING + ending for ending in _never_end(self._nouns, cases)),
            *self._of_genders(cases),
        }
        every: Forms = defaultdict(Counter)
        for forms in self._adjectives.values():
            for form, counts in forms.items():
                every[form].update(counts)
        always = _never_end(every, cases)
        found.update(ADJECTIVE + ending for ending in always)
        for determiner, forms in self._adjectives.items():
            if f"{determiner}{DETERMINER}" not in found:
                found.update(
                    f"{determiner}{ADJECTIVE}{ending}"
                    for ending in _never_end(forms, cases)
                    if not ending.endswith(tuple(always))
                )
        return found

    def _of_genders(self, cases: Set[str]) -> Set[str]:
        never = _never(self._determiners, cases)
        base = _share(self._determiners.values(), cases)
        total = sum(counts.total() for counts in self._nouns.values())
        return {
            f"{determiner}{GENDER}{kind}"
            for (determiner, kind), counts in self._by_gender.items()
            if cases
            and determiner not in never
            and counts.total() >= OFTEN * total
            and _is_never(counts, cases, base)
        }


def _share(counts: Iterable[Counter[str]], kinds: Set[str]) -> float:
    """Share of the uses of forms that are none of some kinds."""
    rows = list(counts)
    total = sum(row.total() for row in rows)
    hits = sum(row[kind] for row in rows for kind in _kinds(row, kinds))
    return 1 - hits / total if total else 1.0


def _kinds(counts: Counter[str], kinds: Set[str]) -> Set[str]:
    """Those that a form has among some; "Acc,Dat" is both."""
    return {kind for kind in counts if not kinds.isdisjoint(kind.split(","))}


def _form(counts: Counter[str], kinds: Set[str]) -> Form:
    return Form(sum(counts[k] for k in _kinds(counts, kinds)), counts.total())


def _is_never(
    counts: Counter[str], kinds: Set[str], base: float, chance: float = CHANCE
) -> bool:
    """Whether a form is none of some kinds, and not by luck."""
    form = _form(counts, kinds)
    return form.is_rare and base < 1 and base**form.total <= chance


def _never(forms: Forms, kinds: Set[str]) -> List[str]:
    """Words that are none of some kinds."""
    base = _share(forms.values(), kinds)
    return [
        word
        for word, counts in forms.items()
        if is_word(word) and _is_never(counts, kinds, base)
    ]


def _never_end(forms: Forms, kinds: Set[str]) -> List[str]:
    """Endings of words that are none of some kinds."""
    named = {word: _form(c, kinds) for word, c in forms.items() if is_word(word)}
    words = {word for word, form in named.items() if form.is_rare}
    others = named.keys() - words
    if not words or not others:
        return []
    least = math.ceil(math.log(CHANCE / 1000) / math.log(len(words) / len(named)))
    return endings(words, {*others}, 1 - RARE, least / len(words))
