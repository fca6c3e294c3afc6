"""The scripts of letters, and those that languages are written in."""

import unicodedata
from functools import cache, lru_cache
from typing import Dict, FrozenSet

from .facts import load_languages

SCRIPT_NAMES: Dict[str, str] = {
    "Arab": "ARABIC",
    "Armn": "ARMENIAN",
    "Beng": "BENGALI",
    "Cyrl": "CYRILLIC",
    "Deva": "DEVANAGARI",
    "Ethi": "ETHIOPIC",
    "Geor": "GEORGIAN",
    "Grek": "GREEK",
    "Gujr": "GUJARATI",
    "Guru": "GURMUKHI",
    "Hang": "HANGUL",
    "Hani": "CJK",
    "Hebr": "HEBREW",
    "Hira": "HIRAGANA",
    "Kana": "KATAKANA",
    "Khmr": "KHMER",
    "Knda": "KANNADA",
    "Laoo": "LAO",
    "Latn": "LATIN",
    "Mlym": "MALAYALAM",
    "Mong": "MONGOLIAN",
    "Mymr": "MYANMAR",
    "Orya": "ORIYA",
    "Sinh": "SINHALA",
    "Taml": "TAMIL",
    "Telu": "TELUGU",
    "Thai": "THAI",
    "Tibt": "TIBETAN",
}
"""The word with which the names of a script's letters start in Unicode, by its code of
ISO 15924."""

# Languages without a row in the table of facts, where they are not written in Latin.
_OTHERS = {
    "ary": "ARABIC",
    "arz": "ARABIC",
    "ba": "CYRILLIC",
    "crh": "CYRILLIC LATIN",
    "dz": "TIBETAN",
    "gom": "DEVANAGARI LATIN",
    "hbo": "HEBREW",
    "ku": "ARABIC LATIN",
    "sdh": "ARABIC",
    "uzs": "ARABIC",
    "wuu": "CJK",
}


def find_scripts(text: str) -> FrozenSet[str]:
    """Find the scripts of a text's letters.

    text (str): The text.
    RETURNS (FrozenSet[str]): Each script as the word with which the names of its
        letters start in Unicode: "LATIN", "ARABIC", "CJK" …
    """
    return frozenset(script_of(char) for char in set(text) if char.isalpha())


@lru_cache(maxsize=4096)
def script_of(char: str) -> str:
    """RETURNS (str): The script of a letter, see `find_scripts`."""
    return unicodedata.name(char, "UNKNOWN").split()[0]


@cache
def scripts_of(language: str) -> FrozenSet[str]:
    """RETURNS (FrozenSet[str]): The scripts that a language (a code) is written in, see
    `find_scripts`; that of Latin letters if nothing is known about it."""
    facts = load_languages().get(language)
    if facts is not None and facts.scripts:
        return frozenset(SCRIPT_NAMES[script] for script in facts.scripts)
    return frozenset(_OTHERS.get(language, "LATIN").split())
