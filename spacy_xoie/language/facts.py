"""Facts about languages, from the small table of this package.

Both files lie in `data/`: `languages.tsv` has a row for each language, and
`features.json` says which features there are and which values they take.
"""

import csv
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Dict, FrozenSet, Iterable, List, Mapping, Optional, Tuple

import srsly

from ..doc.codes import code_or
from ..errors import ConfigError

DATA = Path(__file__).parent / "data"
MISSING = "?"


@dataclass(frozen=True)
class Feature:
    """One thing in which languages differ.

    name (str): Its column in the table.
    kind (str): "syntax" or "morphology".
    label (str): What people call it.
    wals (int): Number of the chapter of that subject in the World Atlas of Language
        Structures.
    values (Tuple[str, ...]): All values it may take.
    scale (bool): Whether the values are steps from little to much.
    """

    name: str
    kind: str
    label: str
    wals: int
    values: Tuple[str, ...]
    scale: bool = False


@dataclass(frozen=True)
class Facts:
    """What is known about a language.

    code (str): Its code, as spaCy writes it.
    aliases (Tuple[str, ...]): Other codes of it.
    name (str): Its English name.
    genealogy (Tuple[str, ...]): Its families, from the widest to the closest one; empty
        if they are not known.
    scripts (FrozenSet[str]): The scripts it is written in, as codes of ISO 15924.
    letters (Optional[str]): Those of its Latin or Cyrillic alphabet, beyond a to z;
        None where they are not known, or it has another script.
    place (Optional[Tuple[float, float]]): Degrees north and east.
    features (Mapping[str, FrozenSet[str]]): Known features with their values, of
        which there are several where none of them rules.
    """

    code: str
    aliases: Tuple[str, ...]
    name: str
    genealogy: Tuple[str, ...]
    scripts: FrozenSet[str]
    letters: Optional[str]
    place: Optional[Tuple[float, float]]
    features: Mapping[str, FrozenSet[str]]


@lru_cache(maxsize=1)
def load_features() -> Dict[str, Feature]:
    """RETURNS (Dict[str, Feature]): All features by name."""
    return {
        name: Feature(name=name, **{**entry, "values": tuple(entry["values"])})
        for name, entry in srsly.read_json(DATA / "features.json").items()
    }


@lru_cache(maxsize=1)
def load_languages() -> Dict[str, Facts]:
    """RETURNS (Dict[str, Facts]): All languages of the table by code."""
    with (DATA / "languages.tsv").open(encoding="utf8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["code"]: _read(row) for row in rows}


def find_language(language: str) -> Facts:
    """Look a language up.

    language (str): Its code of two or three letters, perhaps with a region or a script
        behind "-" or "_".
    RETURNS (Facts): What is known about it.
    RAISES (ConfigError): The table has no such language.
    """
    languages, codes = load_languages(), _aliases()
    code = codes.get(language.strip().lower()) or codes.get(code_or(language, ""))
    if code is not None:
        return languages[code]
    raise ConfigError(
        f"No facts are known about the language {language!r}."
        f"{_hint(language)} `spacy xoie languages` lists all {len(languages)}."
    )


def find_languages(codes: Optional[Iterable[str]] = None) -> List[Facts]:
    """Look several languages up.

    codes (Optional[Iterable[str]]): Their codes; None for all of the table.
    RETURNS (List[Facts]): What is known about them, each once, in the order of codes.
    RAISES (ConfigError): The table lacks one of them.
    """
    if codes is None:
        return list(load_languages().values())
    by_code = {facts.code: facts for facts in map(find_language, codes)}
    return [by_code[code] for code in sorted(by_code)]


@lru_cache(maxsize=1)
def _aliases() -> Dict[str, str]:
    return {
        name: code
        for code, facts in load_languages().items()
        for name in (code, *facts.aliases)
    }


def _read(row: Mapping[str, str]) -> Facts:
    latitude, longitude = row["latitude"], row["longitude"]
    is_known = MISSING not in (latitude, longitude)
    features = {name: frozenset(_items(row[name])) for name in load_features()}
    return Facts(
        code=row["code"],
        aliases=tuple(_items(row["aliases"])),
        name=row["name"],
        genealogy=tuple(_items(row["genealogy"], "/")),
        scripts=frozenset(_items(row["scripts"])),
        letters=None if row["letters"] == MISSING else row["letters"].strip("-"),
        place=(float(latitude), float(longitude)) if is_known else None,
        features={name: values for name, values in features.items() if values},
    )


def _items(cell: str, separator: str = "|") -> List[str]:
    return [] if cell in (MISSING, "-") else cell.split(separator)


def _hint(language: str) -> str:
    """The names and codes that look like what was asked for."""
    words = {facts.name.lower(): code for code, facts in load_languages().items()}
    words.update(_aliases())
    close = get_close_matches(language.lower(), words, n=5, cutoff=0.6)
    codes = dict.fromkeys(words[word] for word in close)
    if not codes:
        return ""
    names = (f"{code} ({load_languages()[code].name})" for code in codes)
    return f" Similar ones: {', '.join(names)}."
