"""The words that say how far a text stands behind a clause, by language: data, no code.

`data/factuality.json` holds them. An entry is a word, a word with `*` for what may be
anything, words that stand side by side with `_` between them, or a verb and its
particle (`teil*+mit`).
"""

import re
from collections import defaultdict
from fnmatch import translate
from functools import cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, List, Mapping, Optional, Tuple

import srsly

from ..doc.codes import code_or
from ..errors import DataError

DATA = Path(__file__).parent / "data" / "factuality.json"

KINDS: Mapping[str, str] = {
    # What negates.
    "negatives": "adverbs, determiners, pronouns, conjunctions: not, no, nobody, nor",
    "negative_forms": "verbs with a negation in them: nebyl, olmadı",
    "positive_forms": "verbs that only look like these",
    "half_negatives": "those that negate with another word alone, or restrict: ne",
    "restrictions": "what follows a negation that denies nothing: not only, ne que",
    "accompanying": "adpositions whose phrase does not negate the verb: with no money",
    "alternatives": "conjunctions that hand a negation on: or, nor",
    "correlatives": "what makes these negate: weder … noch",
    # What a main clause is uttered for.
    "please": "what goes with a request",
    "orders": "verb forms, and words before a verb, that command",
    "statements": "verb forms that are no command: of the past, of the first person",
    "polite": "subjects behind the verb of a command: Sie",
    "mismatched": "nouns that are no subject of a command's form: the feminine",
    "optatives": "what a wish begins with: if only, ojalá",
    # What joins clauses.
    "conditions": "if, unless",
    "even": "words before these that make a concession: even if",
    "purposes": "so that, in order to",
    "settings": "conjunctions of what is taken as so: because, when, although",
    "unreal": "conjunctions of what need not be so: as if, before, until",
    "whether": "conjunctions of a question: whether",
    "manner": "conjunctions of a clause that says who says so: as",
    # Verbs, nouns and adjectives, by what they make of their complement.
    "reporting": "say, claim, report, be accused of",
    "believing": "think, expect, fear",
    "supposing": "suggest, idea, possibility",
    "doubting": "doubt",
    "denying": "deny, reject",
    "knowing": "know, discover, fact: true even if they are negated",
    "evident": "clear, certain: true unless they are",
    "causing": "manage, force, begin: did not come about if they are negated",
    "intending": "plan, want, must, necessary, promise",
    "having": "what makes an infinitive a duty: have to",
    "averting": "fail, refuse, prevent",
    "wondering": "ask, wonder",
    "wishing": "wish",
    "true": "true: denied if it is negated",
    "false": "false, mistakenly believe, pretend",
    # These are auxiliaries, adverbs and verb forms, too.
    "able": "can, allow: did not come about if they are negated",
    "possible": "may, perhaps, possible",
    "likely": "probably, seem",
    "hearsay": "allegedly, sei",
    "conditional": "would, hätte",
    "wrongly": "what makes a report false: wrongly",
    # Who says so.
    "according": "adpositions: according to, laut",
    "accounts": "nouns that do it with another adposition: nach Angaben der Polizei",
    "rules": "nouns that say how something is done, not who says so: plan, law",
}
"""Kinds of words, and what is in them."""


class FactualityWords:
    """The words of one language, by kind.

    values (Mapping[str, str]): For each kind its entries, with white space between.
    RAISES (DataError): If there is no such kind.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        self._exact: Dict[str, List[str]] = defaultdict(list)
        self._stems: Dict[str, List[str]] = defaultdict(list)
        self._particles: List[Tuple[str, str, str]] = []
        self.present = frozenset(values)
        patterns: Dict[str, List[str]] = defaultdict(list)
        for kind, entries in values.items():
            if kind not in KINDS:
                raise DataError(
                    f"There are no words of the kind {kind!r}; a kind is one of "
                    f"{', '.join(KINDS)}."
                )
            for entry in entries.split():
                entry = entry.replace("_", " ")
                verb, _, particle = entry.partition("+")
                if particle:
                    self._particles.append((verb.rstrip("*"), particle, kind))
                    for infix in ("", "ge", "zu"):
                        self._stems[particle + infix + verb.rstrip("*")].append(kind)
                elif "*" in entry[:-1]:
                    patterns[kind].append(translate(entry))
                elif entry.endswith("*"):
                    self._stems[entry[:-1]].append(kind)
                else:
                    self._exact[entry].append(kind)
        self._patterns = {
            kind: re.compile("|".join(alike)) for kind, alike in patterns.items()
        }

    def kinds(self, text: str, particle: str = "") -> FrozenSet[str]:
        """text (str): A word, or several with spaces between, in lower case.
        particle (str): The particle of a verb that has one.
        RETURNS (FrozenSet[str]): Its kinds.
        """
        found = set(self._exact.get(text, ()))
        for end in range(1, len(text) + 1):
            found.update(self._stems.get(text[:end], ()))
        if " " not in text:
            found.update(k for k, form in self._patterns.items() if form.match(text))
        if particle:
            found.update(
                kind
                for stem, other, kind in self._particles
                if other == particle and text.startswith(stem)
            )
        return frozenset(found)


@cache
def factuality_words(language: str) -> Optional[FactualityWords]:
    """language (str): Code of a language.
    RETURNS (Optional[FactualityWords]): Its words; None if there is no table of them.
    """
    values = _table().get(code_or(language, ""))
    return None if values is None else FactualityWords(values)


@cache
def _table() -> Dict[str, Dict[str, str]]:
    table: Any = srsly.read_json(DATA)
    return dict(table)
