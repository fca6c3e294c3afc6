"""Bilingual lexicons: which word translates which, as a prior for word alignment."""

import math
import warnings
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Callable, Dict, Iterator, List, Mapping, Optional, Tuple, Union

from ..doc.codes import language_code, long_code
from ..errors import DataError, EngineError
from ..files import Fault, lines
from .dictd import read_entries

FREEDICT = "/usr/share/dictd"
"""Where Debian's packages put FreeDict's dictionaries."""

Table = Dict[str, Dict[str, float]]


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
        source, target = map(language_code, path.stem.split("-")[1:])
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
            f"FreeDict has no dictionary of '{source}' and '{target}' in {folder}. "
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
    table: Table = defaultdict(lambda: defaultdict(float))
    faults: List[Fault] = []
    try:
        for number, line in lines(path, faults.append):
            if line.startswith("#"):
                continue
            try:
                word, translation, weight = _parse_row(line)
            except DataError as error:
                faults.append(Fault.of(f"{path.name}:{number}", error))
            else:
                table[word.lower()][translation.lower()] += weight
    except OSError as error:
        raise DataError(f"The lexicon {path} cannot be read: {error}.") from error
    if faults:
        first = "; ".join(map(str, faults[:3]))
        text = f"The lexicon {path} has {len(faults)} faulty lines. {first}"
        if not table:
            raise DataError(f"{text}. No line can be used.")
        warnings.warn(text, stacklevel=2)
    load: Callable[[], Table] = partial(dict, _normalize(table))
    return Lexicon(source, target, load, faults=tuple(faults))


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
        for head, words in read_entries(there):
            for word in words:
                table[head][word] += 1 / len(words)
    if back.exists():
        for head, words in read_entries(back):
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
