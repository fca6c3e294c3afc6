"""What words say of whom they mean: gender, number, and whether it is a person.

The words of each language are data, in `data/words.json`. A value is one of six: a
gender ("m", "f", "n") and a number ("s", "p"). A language without an entry says
nothing.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, Mapping, Pattern, Tuple

import srsly

from ..doc.codes import code_or

PATH = Path(__file__).parent / "data" / "words.json"

ALL = frozenset({"ms", "fs", "ns", "mp", "fp", "np"})
SINGULAR = frozenset({"ms", "fs", "ns"})
PLURAL = ALL - SINGULAR

Values = FrozenSet[str]
"""Genders with numbers that are possible."""

PERSON, THING = "+", "-"
SUBJECT, OBJECT, OBLIQUE = "subject", "object", "oblique"


@dataclass(frozen=True)
class Pronoun:
    """What a pronoun asks of its antecedent.

    values (Values): Gender and number.
    person (str): `PERSON`, `THING`, or "" for both.
    """

    values: Values
    person: str = ""


@dataclass(frozen=True)
class Words:
    """The words of a language, in lower case.

    pronouns (Mapping[str, Pronoun]): Personal pronouns of the third person.
    determiners (Mapping[str, Mapping[str, Values]]): What determiners show, by what the
        phrase is: `SUBJECT`, `OBJECT` or `OBLIQUE`.
    nouns (Mapping[str, Values]): What nouns and titles for persons show.
    names (Mapping[str, Values]): What given names show.
    name_endings, endings, verb_forms: What endings of names and nouns show, and
        patterns of verbs.
    person_endings, thing_endings (Tuple[str, …]): What nouns for persons end in, and
        such as look like one.
    expletives, impersonal, complementizers (FrozenSet[str]): Pronouns that may mean
        nothing: those, verbs that make it so, and what the clause begins with that they
        stand for.
    locatives (FrozenSet[str]): Adpositions of place and time.
    plural_endings, singular_endings (Tuple[str, …]): Of nouns, where these show number.
    plural_marks, surnames (FrozenSet[str]): Characters, in a script without spaces.
    """

    pronouns: Mapping[str, Pronoun] = field(default_factory=dict)
    determiners: Mapping[str, Mapping[str, Values]] = field(default_factory=dict)
    nouns: Mapping[str, Values] = field(default_factory=dict)
    names: Mapping[str, Values] = field(default_factory=dict)
    name_endings: Mapping[str, Values] = field(default_factory=dict)
    endings: Mapping[str, Values] = field(default_factory=dict)
    verb_forms: Tuple[Tuple[Pattern[str], Values], ...] = ()
    person_endings: Tuple[str, ...] = ()
    thing_endings: Tuple[str, ...] = ()
    impersonal: FrozenSet[str] = frozenset()
    expletives: FrozenSet[str] = frozenset()
    complementizers: FrozenSet[str] = frozenset()
    locatives: FrozenSet[str] = frozenset()
    plural_endings: Tuple[str, ...] = ()
    singular_endings: Tuple[str, ...] = ()
    plural_marks: FrozenSet[str] = frozenset()
    surnames: FrozenSet[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.pronouns)

    def determiner(self, word: str, role: str) -> Values:
        """RETURNS (Values): What a determiner shows; nothing (empty) if it is none."""
        of_role = self.determiners.get(role) or self.determiners.get(SUBJECT, {})
        return of_role.get(word, frozenset())

    def verb(self, word: str) -> Values:
        """RETURNS (Values): What the form of a verb shows of a subject in the third
        person that is left out; empty if nothing."""
        for pattern, values in self.verb_forms:
            if pattern.search(word):
                return values
        return frozenset()


def longest(endings: Mapping[str, Values], word: str) -> Values:
    """RETURNS (Values): What the longest known ending of a word shows, or nothing."""
    for start in range(1, len(word)):
        if word[start:] in endings:
            return endings[word[start:]]
    return frozenset()


@lru_cache(maxsize=64)
def words_of(language: str) -> Words:
    """RETURNS (Words): The words of a language, all empty if it has no entry."""
    entries = _load()
    entry = entries.get(code_or(language, ""))
    if entry is None:
        return Words()

    def several(name: str) -> Tuple[str, ...]:
        return tuple(entry.get(name, "").split())

    return Words(
        pronouns={
            word: Pronoun(values, person)
            for word, values, person in _items(entry.get("pronouns", {}))
        },
        determiners={
            role: {word: values for word, values, _ in _items(table)}
            for role, table in entry.get("determiners", {}).items()
        },
        nouns=_turned(entry.get("nouns", {})),
        names=_turned(entries["*"]["names"]),
        name_endings=_turned(entry.get("names", {})),
        endings=_turned(entry.get("endings", {})),
        verb_forms=tuple(
            (re.compile(pattern), _values(shown)[0])
            for pattern, shown in entry.get("verbs", ())
        ),
        person_endings=several("person_endings"),
        thing_endings=several("thing_endings"),
        plural_endings=several("plural_endings"),
        singular_endings=several("singular_endings"),
        impersonal=frozenset(several("impersonal")),
        expletives=frozenset(several("expletives")),
        complementizers=frozenset(several("complementizers")),
        locatives=frozenset(several("locatives")),
        plural_marks=frozenset(several("plural_marks")),
        surnames=frozenset(several("surnames")),
    )


def _values(shown: str) -> Tuple[Values, str]:
    """Values of a text: "fs +", "p" for all plurals, "s" for all singulars."""
    values: set[str] = set()
    person = ""
    for part in shown.split():
        if part in (PERSON, THING):
            person = part
        else:
            values |= {"s": SINGULAR, "p": PLURAL}.get(part, {part})
    return frozenset(values), person


def _items(table: Mapping[str, str]) -> Iterator[Tuple[str, Values, str]]:
    """The words of a table from texts of words to what they show. What stands in
    several rows shows all of it."""
    found: Dict[str, Tuple[Values, str]] = {}
    for words, shown in table.items():
        values, person = _values(shown)
        for word in words.split():
            known, _ = found.get(word, (frozenset(), ""))
            found[word] = known | values, person
    for word, (values, person) in found.items():
        yield word, values, person


def _turned(table: Mapping[str, str]) -> Dict[str, Values]:
    """A table from what is shown to the words that show it, the other way round."""
    found: Dict[str, Values] = {}
    for shown, words in table.items():
        for word in words.split():
            found[word] = found.get(word, frozenset()) | _values(shown)[0]
    return found


@lru_cache(maxsize=1)
def _load() -> Dict[str, Dict[str, Any]]:
    entries: Dict[str, Dict[str, Any]] = srsly.read_json(PATH)
    return entries
