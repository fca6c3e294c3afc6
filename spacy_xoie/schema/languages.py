"""What the matching of cues knows of a language. It is data, in `data/grammar.toml`, so
that another language is another entry; one without an entry is matched by its words
alone."""

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, FrozenSet, Mapping, Tuple

from ..doc.codes import language_code
from ..files import read_text

_PATH = Path(__file__).parent / "data" / "grammar.toml"


@dataclass(frozen=True)
class Grammar:
    """Words of a language, in lower case.

    forms (Mapping[str, FrozenSet[str]]): Forms of irregular verbs that stand in cues,
        by the form under which cues name them.
    passive (FrozenSet[str]): Auxiliaries that mark the passive voice.
    strict (FrozenSet[str]): Those of them that mark nothing else before a participle.
    participles (Tuple[str, …]): Endings of forms that are passive by themselves.
    progressive (Tuple[str, …]): Endings of forms that are never passive.
    agents (Tuple[str, …]): What begins the agent of a passive; of several words.
    clear (Tuple[str, …]): Those of them that begin nothing else.
    behind (Tuple[str, …]): What ends the agent of a passive.
    markers (FrozenSet[str]): Adpositions of direct objects.
    topics (FrozenSet[str]): Particles behind subjects, which are left out of facts.
    light (FrozenSet[str]): What is no word of its own in a relation: in Japanese the
        letters of endings.
    oblique (Tuple[str, …]): Endings of cases that direct objects never have.
    contracted (Mapping[str, str]): Prepositions with an article, by the preposition.
    particles (Tuple[str, …]): Separable prefixes of verbs.
    clitics (FrozenSet[str]): Prepositions written as one word with the next.
    infinitive (FrozenSet[str]): Particles that only mark an infinitive.
    dates (FrozenSet[str]): What is written beside the numbers of a date.
    nobody (FrozenSet[str]): Pronouns that deny what is said of them.
    not_negations (Tuple[str, …]): Words that only look as if they began with one.
    """

    forms: Mapping[str, FrozenSet[str]] = field(default_factory=dict)
    passive: FrozenSet[str] = frozenset()
    strict: FrozenSet[str] = frozenset()
    participles: Tuple[str, ...] = ()
    progressive: Tuple[str, ...] = ()
    agents: Tuple[str, ...] = ()
    clear: Tuple[str, ...] = ()
    behind: Tuple[str, ...] = ()
    markers: FrozenSet[str] = frozenset()
    topics: FrozenSet[str] = frozenset()
    light: FrozenSet[str] = frozenset()
    oblique: Tuple[str, ...] = ()
    contracted: Mapping[str, str] = field(default_factory=dict)
    particles: Tuple[str, ...] = ()
    clitics: FrozenSet[str] = frozenset()
    infinitive: FrozenSet[str] = frozenset()
    dates: FrozenSet[str] = frozenset()
    nobody: FrozenSet[str] = frozenset()
    not_negations: Tuple[str, ...] = ()


@lru_cache(maxsize=64)
def grammar(language: str) -> Grammar:
    """RETURNS (Grammar): What is known of a language; nothing if it has no entry."""
    values: Dict[str, Any] = dict(_load().get(language_code(language), {}))
    for name, value in values.items():
        if name == "forms":
            values[name] = {verb: frozenset(f.split()) for verb, f in value.items()}
        elif name == "contracted":
            values[name] = dict(pair.split(":") for pair in value.split())
        elif isinstance(value, list):
            values[name] = tuple(value)
        else:
            values[name] = type(getattr(_NOTHING, name))(value.split())
    values["agents"] = values.get("agents", ()) + values.get("clear", ())
    return Grammar(**values)


@lru_cache(maxsize=1)
def _load() -> Dict[str, Dict[str, Any]]:
    return tomllib.loads(read_text(_PATH))


_NOTHING = Grammar()
