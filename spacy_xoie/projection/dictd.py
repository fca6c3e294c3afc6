"""FreeDict's dictionaries in the format of dictd: an index and a packed text."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..errors import DataError
from ..files import unpacked

_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGITS = {char: value for value, char in enumerate(_BASE64)}
# A translation of more words explains rather than translates.
_LONGEST = 3
# The headword ends where pronunciation, part of speech or another form begins.
_HEAD = re.compile(r"(?P<head>.*?)(?: /(?P<spoken>[^/]*)/| [/<(\[]|$)")
_SENSE_NUMBER = re.compile(r"^\d+\. ")
# Parts of speech, domains, remarks; also those that are cut off by the end of line.
_MARKUP = re.compile(r"<[^>]*>?|\[[^\]]*\]?|\([^)]*\)?|\{[^}]*\}?")
_BETWEEN = re.compile(r"[,;]")
_WORD = re.compile(r"[^\W_](?:[^\W_]|[-'’.](?=\w))*")
_HYPHENS = str.maketrans({"‐": "-", "‑": "-", "’": "'", "…": " "})
# What stands for an argument of the word.
_PLACEHOLDERS = frozenset("sth sb smth etw jd jdm jdn jds qc qn qqch qqn".split())
# A line of the index. Phrases are left out, unless the second word is a placeholder.
_ROW = re.compile(
    rf"^(?P<word>[^\t ]+)(?: (?:{'|'.join(sorted(_PLACEHOLDERS))}))?"
    r"\t(?P<start>[^\t\n]+)\t(?P<size>[^\t\n]+)",
    re.MULTILINE,
)
# Sounds by which a phrase is longer than its first word, at least.
_MORE_SPOKEN = 3


class _Entry(NamedTuple):
    """An entry. Translations are texts of words with blanks between them: hundreds of
    thousands of lists would keep the garbage collector busy."""

    head: str
    spoken: str
    translations: Tuple[str, ...]


def read_entries(index: Path) -> Iterator[Tuple[str, List[str]]]:
    """Read the translations of words. Phrases are left out.

    index (Path): The index; the text lies beside it, as .dict.dz or .dict.
    YIELDS (Tuple[str, List[str]]): A headword and the words of one translation of it,
        in lower case, without markup.
    RAISES (DataError): If the dictionary is damaged.
    """
    data = _read_data(index)
    starts = set()
    heads: Dict[str, List[_Entry]] = defaultdict(list)
    try:
        for row in _ROW.finditer(index.read_text("utf-8")):
            start, size = _decode(row["start"]), _decode(row["size"])
            if start in starts or row["word"].startswith("00database"):
                continue
            starts.add(start)
            entry = _parse_entry(data[start : start + size].decode("utf-8"))
            if entry is not None:
                heads[entry.head].append(entry)
    except (KeyError, UnicodeDecodeError, OSError) as error:
        raise DataError(
            f"The dictionary {index} is damaged: {error!r}. Install its package again."
        ) from error
    for entries in heads.values():
        spoken = {entry.spoken for entry in entries} - {""}
        for entry in entries:
            # Some dictionaries have phrases under their first word alone ("house" for
            # "house of worship"). What is spoken gives them away.
            longest = len(entry.spoken) - _MORE_SPOKEN
            if not any(entry.spoken[:size] in spoken for size in range(longest + 1)):
                for translation in entry.translations:
                    yield entry.head, translation.split(" ")


def _read_data(index: Path) -> bytes:
    packed, plain = index.with_suffix(".dict.dz"), index.with_suffix(".dict")
    try:
        with unpacked(plain if plain.exists() else packed) as file:
            return file.read()
    except (OSError, DataError) as error:
        raise DataError(
            f"The dictionary {packed} cannot be read: {error} Install its package "
            "again."
        ) from error


def _decode(number: str) -> int:
    value = 0
    for char in number:
        value = value * 64 + _DIGITS[char]
    return value


def _parse_entry(text: str) -> Optional[_Entry]:
    first, *lines = text.split("\n")
    match = _HEAD.match(first)
    head = _words(match["head"]) if match else []
    if match is None or len(head) != 1:
        return None
    translations: List[str] = []
    for line in lines:
        # Examples, synonyms and notes are indented deeper than translations, which
        # may begin with a blank and a domain; `see:` as well.
        if not line or line.startswith(("  ", " see:")):
            continue
        line = _MARKUP.sub(" ", _SENSE_NUMBER.sub("", line))
        for translation in _BETWEEN.split(line):
            words = _words(translation)
            if 0 < len(words) <= _LONGEST:
                translations.append(" ".join(words))
    return _Entry(head[0], match["spoken"] or "", tuple(translations))


def _words(text: str) -> List[str]:
    """Words in lower case, without placeholders; none where there are alternatives."""
    text = text.strip().lower()
    if not text.isalpha():
        if "/" in text:
            return []
        words = _WORD.findall(text.translate(_HYPHENS))
        return [word for word in words if word not in _PLACEHOLDERS]
    return [text] if text not in _PLACEHOLDERS else []
