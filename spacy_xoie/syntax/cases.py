"""What the forms of words rule out: a phrase that begins with "den" is no subject, nor
is a feminine noun beside "der".

`LanguageFeatures.excluded` says by what is ruled out which forms do. A form is a word
that is the head of a phrase ("ihn"), or a verb; a determiner or an adposition ("den+");
an ending of nouns or of verbs ("-ami"); one of adjectives ("~ého"), also after a
determiner or after none ("der~en", "+~en"); or a determiner with a gender ("der/Fem").
"""

from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Sequence, Tuple

from .features import LanguageFeatures
from .tree import Tree

SUBJECT, OBJECT, OBLIQUE = "subject", "object", "oblique"
SINGULAR, PLURAL = "singular", "plural"
SINGULAR_VERB, PLURAL_VERB = "singular verb", "plural verb"

ENDING, ADJECTIVE, DETERMINER, GENDER = "-", "~", "+", "/"
PLURAL_KIND = "Plur"

LONGEST = 4
"""Letters of an ending."""

NOUNS = frozenset({"NOUN", "PROPN", "X"})
NOMINALS = NOUNS | {"PRON", "NUM", "DET", "ADJ", "SYM"}
BARE = frozenset({"obj", "iobj", "obl", "dep"})
"""Labels of what may be a subject if it has no adposition."""


@dataclass
class Cases:
    """Reads what forms rule out in one tree.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    """

    tree: Tree
    features: LanguageFeatures
    _known: Dict[Tuple[int, str, bool], bool] = field(default_factory=dict, init=False)

    def forbids(self, noun: int, role: str, *, by_gender: bool = True) -> bool:
        """Whether the phrase of a noun or a pronoun cannot be something, by its form.

        noun (int): The head of the phrase.
        role (str): `SUBJECT`, `OBJECT`, `OBLIQUE` (neither), `SINGULAR` or `PLURAL`.
        by_gender (bool): Whether the gender that its ending shows counts.
        RETURNS (bool): Whether it cannot.
        """
        key = noun, role, by_gender
        if key not in self._known:
            forms = self.features.excluded.get(role, frozenset())
            found = not forms.isdisjoint(self._forms(noun))
            if not found and by_gender and role not in (SINGULAR, PLURAL):
                found = not forms.isdisjoint(self._gendered(noun))
            self._known[key] = found
        return self._known[key]

    def agrees(self, noun: int, verb: int) -> bool:
        """Whether a noun can be the subject of a verb by its number.

        noun (int): The head of the phrase.
        verb (int): The verb, or the predicate.
        RETURNS (bool): Whether it can, as far as forms say.
        """
        tree = self.tree
        if tree.first(noun, "nummod") is not None:
            return True
        finite = tree.all(verb, "aux", "cop") or [verb]
        is_coordinated = tree.first(noun, "conj") is not None
        if self._is_no(finite, PLURAL_VERB):
            return not (is_coordinated or self.forbids(noun, SINGULAR))
        if self._is_no(finite, SINGULAR_VERB):
            return is_coordinated or not self.forbids(noun, PLURAL)
        return True

    def _is_no(self, verbs: List[int], number: str) -> bool:
        forms = self.features.excluded.get(number, frozenset())
        return any(not forms.isdisjoint(self._endings(verb)) for verb in verbs)

    def _forms(self, noun: int) -> Iterator[str]:
        """The forms of a phrase. What a numeral governs has the case that it asks for
        (Slavic), so that only what precedes it counts."""
        tree = self.tree
        numeral = tree.first(noun, "nummod")
        first = min(tree.subtree(noun))
        if tree.tags[first] in ("DET", "PRON", "ADP") and first != noun:
            yield tree.lower[first] + DETERMINER
        for child in tree.children[noun]:
            if tree.bases[child] in ("det", "case") and child < (
                noun if numeral is None else numeral
            ):
                yield tree.lower[child] + DETERMINER
        if numeral is not None:
            return
        if tree.tags[noun] in NOUNS:
            yield from self._endings(noun, whole=False)
        else:
            yield tree.lower[noun]
        determiner = self._determiner(noun)
        for child in tree.children[noun]:
            if tree.bases[child] == "amod":
                for ending in self._endings(child, ADJECTIVE, whole=False):
                    yield ending
                    yield determiner + ending

    def _gendered(self, noun: int) -> Iterator[str]:
        determiner = self._determiner(noun)
        if determiner == DETERMINER or self.tree.tags[noun] not in NOUNS:
            return
        if self.forbids(noun, SINGULAR):
            yield f"{determiner}{GENDER}{PLURAL_KIND}"
        gender = self._gender(self.tree.lower[noun])
        if gender:
            yield f"{determiner}{GENDER}{gender}"

    def is_of_unknown_gender(self, noun: int) -> bool:
        """RETURNS (bool): Whether the gender of a noun beside a determiner would say
        more of its case than its form does."""
        return (
            bool(self.features.genders)
            and self._determiner(noun) != DETERMINER
            and self.tree.tags[noun] in NOUNS
            and not self._gender(self.tree.lower[noun])
        )

    def _gender(self, word: str) -> str:
        """The gender of the longest ending that a noun has; "" if it has none."""
        for start in range(len(word)):
            for gender, forms in self.features.genders.items():
                if ENDING + word[start:] in forms:
                    return gender
        return ""

    def _determiner(self, noun: int) -> str:
        child = self.tree.first(noun, "det")
        return DETERMINER if child is None else self.tree.lower[child]

    def _endings(
        self, word: int, mark: str = ENDING, whole: bool = True
    ) -> Iterator[str]:
        form = self.tree.lower[word]
        if whole:
            yield form
        for length in range(1, min(LONGEST, len(form) - 2) + 1):
            yield mark + form[-length:]


def assign_roles(tree: Tree, features: LanguageFeatures, labels: List[str]) -> None:
    """Who does what to whom, by the forms of words where the tree has it otherwise
    ("Den Vertrag unterschrieb Rossi", "Das Rad nahm der Dieb").

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    labels (List[str]): The labels, which are changed.
    """
    cases = Cases(tree, features)
    for verb, below in enumerate(tree.children):
        nominals = [
            child
            for child in below
            if tree.tags[child] in NOMINALS
            and labels[child].partition(":")[0] in BARE | {"nsubj"}
        ]
        if nominals:
            _assign(cases, verb, nominals, labels)


def _assign(cases: Cases, verb: int, nominals: List[int], labels: List[str]) -> None:
    tree = cases.tree
    candidates = [
        noun
        for noun in nominals
        if not labels[noun].startswith("nsubj")
        and tree.first(noun, "case") is None
        and not cases.forbids(noun, SUBJECT)
        and cases.agrees(noun, verb)
    ]
    subjects = []
    for noun in nominals:
        if not labels[noun].startswith("nsubj"):
            continue
        # Endings tell genders less surely than determiners tell cases.
        if not cases.forbids(noun, SUBJECT, by_gender=bool(candidates)):
            subjects.append(noun)
        elif tree.first(noun, "case") is not None:
            labels[noun] = "obl"
        else:
            labels[noun] = "obl:arg" if cases.forbids(noun, OBJECT) else "obj"
    nominatives = [noun for noun in candidates if _is_nominative(cases, noun, labels)]
    if len(subjects) > 1:
        _part(cases, verb, subjects, labels)
    elif subjects:
        subject = subjects[0]
        if not nominatives and not cases.agrees(subject, verb):
            nominatives = [noun for noun in candidates if labels[noun] == "obj"]
        others = {*nominals} - {subject, *nominatives}
        if (
            labels[subject] == "nsubj"
            and not any(_may_be_object(cases, other, labels) for other in others)
            and tree.lower[subject] not in cases.features.expletives
            and len(nominatives) == 1
            and tree.first(subject, "case") is None
            and not cases.forbids(subject, OBJECT)
        ):
            labels[subject], labels[nominatives[0]] = "obj", "nsubj"
    elif nominatives and _may_have_subject(cases, verb, nominals, nominatives[0]):
        labels[nominatives[0]] = "nsubj"
    else:
        _promote(cases, verb, nominals, candidates, labels)


def _is_nominative(cases: Cases, noun: int, labels: Sequence[str]) -> bool:
    """Whether a nominal is the subject by its form, or by its form no object where the
    tree says that it is one."""
    return cases.forbids(noun, OBLIQUE) or (
        labels[noun] == "obj"
        and cases.forbids(noun, OBJECT)
        and not cases.is_of_unknown_gender(noun)
    )


def _may_be_object(cases: Cases, noun: int, labels: Sequence[str]) -> bool:
    return (
        labels[noun].partition(":")[0] in ("obj", "obl")
        and cases.tree.first(noun, "case") is None
        and not cases.forbids(noun, OBJECT)
    )


def _part(cases: Cases, verb: int, subjects: List[int], labels: List[str]) -> None:
    """Of two subjects one is the object, if only the other is a subject by its form."""
    sure = [n for n in subjects if cases.forbids(n, OBJECT)]
    if not sure:
        sure = [n for n in subjects if cases.agrees(n, verb)]
    if len(sure) == 1:
        for noun in subjects:
            if noun != sure[0]:
                labels[noun] = "obj"


def _promote(
    cases: Cases,
    verb: int,
    nominals: List[int],
    candidates: List[int],
    labels: List[str],
) -> None:
    """A clause that lacks a subject has one if it has two objects, if the tree took
    something else for it, or if a language drops no subjects. Before the verb the
    subject is the first that can be one; else something stands before it."""
    objects = [noun for noun in nominals if labels[noun] == "obj"]
    others = [
        noun
        for noun in nominals
        if labels[noun] == "obj"
        or labels[noun] != cases.tree.labels[noun]
        or (not cases.features.drops_subjects and cases.forbids(noun, SUBJECT))
    ]
    is_final = len(others) > 1 and max(others) < verb
    for noun in objects:
        if (
            noun in candidates
            and (is_final or min(others) < noun)
            and _may_have_subject(cases, verb, nominals, noun)
        ):
            labels[noun] = "nsubj"
            break


def _may_have_subject(cases: Cases, verb: int, nominals: List[int], noun: int) -> bool:
    """Whether a verb that has no subject neither shares one nor does without."""
    tree = cases.tree
    if tree.bases[verb] == "xcomp" or any(
        tree.lower[mark] in cases.features.infinitive_marks
        for mark in tree.all(verb, "mark")
    ):
        return False
    finite = min([verb, *tree.all(verb, "aux")])
    is_free = tree.heads[verb] != verb and tree.bases[verb] != "conj"
    return is_free or (min(nominals) < finite < noun)
