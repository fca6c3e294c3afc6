"""The letters that languages are written with."""

import unicodedata
from dataclasses import dataclass
from functools import reduce
from string import ascii_lowercase
from typing import FrozenSet, Iterable

from .facts import Facts, find_languages
from .scripts import SCRIPT_NAMES, script_of

ALPHABETS = {"Latn", "Cyrl"}
"""Scripts of many languages, each of which has a few letters of them."""

# Marks and the like, which go with letters of many scripts.
_COMMON = {"COMBINING", "IDEOGRAPHIC", "KATAKANA-HIRAGANA", "MODIFIER"}


@dataclass(frozen=True)
class Letters:
    """Letters that some texts are written with. Those of English are always among them,
    and so is all that is no letter.

    single (FrozenSet[str]): Some letters.
    scripts (FrozenSet[str]): Scripts all of whose letters are among them, each as the
        word with which their names start in Unicode.
    """

    single: FrozenSet[str] = frozenset(ascii_lowercase)
    scripts: FrozenSet[str] = frozenset()

    def __or__(self, other: "Letters") -> "Letters":
        return Letters(self.single | other.single, self.scripts | other.scripts)

    def write(self, text: str) -> bool:
        """RETURNS (bool): Whether a text can be written with them, in lower case or
        upper case."""
        return all(map(self._has, text))

    def _has(self, char: str) -> bool:
        if not _is_letter(char) or char in self.single or char.lower() in self.single:
            return True
        return script_of(char) in self.scripts | _COMMON


def letters_of(languages: Iterable[str]) -> Letters:
    """languages (Iterable[str]): Codes of languages.
    RETURNS (Letters): What they are written with: in Latin or Cyrillic their alphabets,
        else all letters of their scripts.
    RAISES (ConfigError): If nothing is known about one of them.
    """
    return reduce(Letters.__or__, map(_letters, find_languages(languages)), Letters())


def letters_in(texts: Iterable[str]) -> Letters:
    """RETURNS (Letters): The letters that occur in texts."""
    found = set(ascii_lowercase)
    for text in texts:
        found.update(unicodedata.normalize("NFKC", text).lower())
    return Letters(frozenset(filter(_is_letter, found)))


def _letters(facts: Facts) -> Letters:
    scripts = facts.scripts
    if facts.letters is not None:
        scripts -= ALPHABETS
    return Letters(
        Letters.single | frozenset(facts.letters or ""),
        frozenset(SCRIPT_NAMES[script] for script in scripts),
    )


def _is_letter(char: str) -> bool:
    return unicodedata.category(char)[0] in "LM"
