"""Bilingual lexicons: which word translates which, as a prior for word alignment."""

import gzip
import math
import re
import warnings
import zlib
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import (
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from ..corpora.records import Fault
from ..errors import DataError, EngineError
from .codes import long_code, short_code

FREEDICT = "/usr/share/dictd"
"""Where Debian's packages put FreeDict's dictionaries."""

Table = Dict[str, Dict[str, float]]

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
    head: str
    spoken: str
    translations: List[List[str]]


class Lexicon(Mapping[str, Mapping[str, float]]):
    """Words of a language with their translations. Nothing is read before the first
    look-up.

    source, target (str): Codes of the languages.
    load (Callable[[], Table]): Gives the words in lower case, each with the weights of
        its translations, which sum to 1.
    faults (Tuple[Fault, …]): What could not be used of the file.
    """

    def __init__(
        self,
        source: str,
        target: str,
        load: Callable[[], Table],
        *,
        faults: Tuple[Fault, ...] = (),
    ) -> None:
        self.source = source
        self.target = target
        self.faults = faults
        self._load = load
        self._table: Optional[Table] = None

    @property
    def table(self) -> Table:
        """All words."""
        if self._table is None:
            self._table = self._load()
        return self._table

    def __getitem__(self, word: str) -> Mapping[str, float]:
        """RETURNS (Mapping[str, float]): The translations of a word in any case."""
        return self.table[word.lower()]

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and word.lower() in self.table

    def __iter__(self) -> Iterator[str]:
        return iter(self.table)

    def __len__(self) -> int:
        return len(self.table)


def installed_lexicons(folder: str = FREEDICT) -> List[Tuple[str, str]]:
    """The pairs of languages for which FreeDict has a dictionary on this machine.

    folder (str): Folder of the dictionaries.
    RETURNS (List[Tuple[str, str]]): Source and target, sorted. Each dictionary serves
        both directions.
    """
    pairs = set()
    for path in Path(folder).glob("freedict-???-???.index"):
        source, target = map(short_code, path.stem.split("-")[1:])
        pairs |= {(source, target), (target, source)}
    return sorted(pairs)


def read_freedict(source: str, target: str, folder: str = FREEDICT) -> Lexicon:
    """A lexicon from FreeDict's dictionaries. Where both directions are installed,
    they are merged.

    source, target (str): Codes of the languages.
    folder (str): Folder of the dictionaries, in dictd's format.
    RETURNS (Lexicon): The lexicon.
    RAISES (EngineError): If neither direction is installed.
    """
    there, back = (
        Path(folder) / f"freedict-{a}-{b}.index"
        for a, b in (
            (long_code(source), long_code(target)),
            (long_code(target), long_code(source)),
        )
    )
    if not there.exists() and not back.exists():
        pairs = ", ".join(f"{a}-{b}" for a, b in installed_lexicons(folder)) or "none"
        raise EngineError(
            f"There is no FreeDict dictionary for '{source}' and '{target}' in {folder}. "
            f"Installed pairs: {pairs}. Install one: apt install dict-{there.stem} "
            f"(or dict-{back.stem}), where Debian has it."
        )
    return Lexicon(source, target, partial(_load_freedict, there, back))


def read_tsv(path: Union[str, Path], *, source: str = "", target: str = "") -> Lexicon:
    """A lexicon from lines `source<TAB>target[<TAB>weight]`. Lines that begin with
    "#" and empty lines say nothing.

    path (Union[str, Path]): The file, in UTF-8.
    source, target (str): Codes of the languages, if known.
    RETURNS (Lexicon): The lexicon. Faulty lines cost themselves only: they are in its
        `faults`, and a warning names the first of them.
    RAISES (DataError): If the file cannot be read, or no line of it is good.
    """
    path = Path(path)
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(
            f"The lexicon {path} cannot be read: {error}. It should be a text in UTF-8 "
            "with lines of source, tab, target."
        ) from error
    table: Table = defaultdict(lambda: defaultdict(float))
    faults: List[Fault] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            word, translation, weight = _parse_row(line)
        except DataError as error:
            faults.append(Fault(path, number, "", str(error)))
        else:
            table[word.lower()][translation.lower()] += weight
    if faults:
        first = "; ".join(f"line {fault.line}: {fault.message}" for fault in faults[:3])
        text = f"The lexicon {path} has {len(faults)} faulty lines. {first}"
        if not table:
            raise DataError(f"{text}. No line can be used.")
        warnings.warn(text, stacklevel=2)
    return Lexicon(source, target, partial(_normalize, table), faults=tuple(faults))


def _parse_row(line: str) -> Tuple[str, str, float]:
    cells = [cell.strip() for cell in line.split("\t")]
    if len(cells) not in (2, 3):
        raise DataError(
            f"there are {len(cells)} cells instead of source, target and perhaps weight"
        )
    if not cells[0] or not cells[1]:
        raise DataError("the source or the target is empty")
    try:
        weight = float(cells[2]) if len(cells) == 3 else 1.0
    except ValueError:
        weight = math.nan
    if not (0 < weight < math.inf):
        raise DataError(f"the weight {cells[2]!r} is not a number above 0")
    return cells[0], cells[1], weight


def _load_freedict(there: Path, back: Path) -> Table:
    table: Table = defaultdict(lambda: defaultdict(float))
    if there.exists():
        for head, words in _read_entries(there):
            for word in words:
                table[head][word] += 1 / len(words)
    if back.exists():
        for head, words in _read_entries(back):
            # The words of a phrase are no words for the headword.
            if len(words) == 1:
                table[words[0]][head] += 1.0
    return _normalize(table)


def _normalize(table: Mapping[str, Mapping[str, float]]) -> Table:
    """Weights that sum to 1 for each word."""
    normal: Table = {}
    for word, weights in table.items():
        total = sum(weights.values())
        normal[word] = {other: weight / total for other, weight in weights.items()}
    return normal


def _read_entries(index: Path) -> Iterator[Tuple[str, List[str]]]:
    """Translations as (headword, words of the translation), headwords of one word
    only, all in lower case."""
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
    except (KeyError, UnicodeDecodeError) as error:
        raise DataError(
            f"The dictionary {index} is damaged: {error!r}. Install its package again."
        ) from error
    for entries in heads.values():
        for entry in entries:
            if not _is_cut_off(entry, entries):
                for words in entry.translations:
                    yield entry.head, words


def _is_cut_off(entry: _Entry, others: Sequence[_Entry]) -> bool:
    """Some dictionaries have phrases under their first word alone ("house" for "house
    of worship"). What is spoken gives them away."""
    return any(
        other.spoken
        and entry.spoken.startswith(other.spoken)
        and len(entry.spoken) >= len(other.spoken) + _MORE_SPOKEN
        for other in others
    )


def _read_data(index: Path) -> bytes:
    packed, plain = index.with_suffix(".dict.dz"), index.with_suffix(".dict")
    try:
        return (
            plain.read_bytes()
            if plain.exists()
            else gzip.decompress(packed.read_bytes())
        )
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            f"The dictionary {packed} cannot be read: {error}. Install its package "
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
    translations = []
    for line in lines:
        # Examples, synonyms and notes are indented deeper than translations, which
        # may begin with a blank and a domain; `see:` as well.
        if not line or line.startswith(("  ", " see:")):
            continue
        line = _MARKUP.sub(" ", _SENSE_NUMBER.sub("", line))
        for translation in _BETWEEN.split(line):
            words = _words(translation)
            if 0 < len(words) <= _LONGEST:
                translations.append(words)
    return _Entry(head[0], match["spoken"] or "", translations)


def _words(text: str) -> List[str]:
    """Words in lower case, without placeholders; none where there are alternatives."""
    text = text.strip().lower()
    if not text.isalpha():
        if "/" in text:
            return []
        found = _WORD.findall(text.translate(_HYPHENS))
        return [word for word in found if word not in _PLACEHOLDERS]
    return [text] if text not in _PLACEHOLDERS else []
