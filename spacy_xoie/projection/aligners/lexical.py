"""The aligner `lexical`: ours, in numpy, needs nothing else."""

import gzip
import math
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import (
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

import numpy as np
import srsly
from numpy.typing import NDArray

from ...doc.codes import language_code
from ...doc.translations import Alignment
from ...errors import ConfigError, EngineError, ModelDataError
from ...files import unpacked, write_bytes
from ...registries import aligners
from ..lexicon import Lexicon, read_freedict, read_tsv
from ..ty import Pair
from .cells import Cells, make_cells
from .estimate import find_links, learn
from .table import Table
from .words import Floats, Ints

LIKELY = 0.4
"""A cell that is so probable is a link."""
POSSIBLE = 0.05
"""So is one that is the best for both of its tokens, if it is so probable."""
MAX_CELLS = 250_000
"""Longer pairs are cut into pieces."""
BATCH_CELLS = 250_000
FIT_CELLS = 1_000_000
"""How much is learnt from at once; it bounds the memory, at some 700 MB."""
LEXICON_COUNT = 1.0
"""How often a word counts as seen with its translations if a dictionary has it."""
FREEDICT_NAME = "freedict"
OWN = "own"
MAX_TABLE_BYTES = 2**29
"""Bytes of a file of tables: some hundred times those that come with the package."""
OWN_PATH = Path(__file__).parent / "data" / "tables.msgpack.gz"

Languages = Tuple[str, str]
Lexicons = Union[None, str, Dict[str, str]]


@aligners("spacy-xoie.LexicalAligner.v1")
def make_lexical_aligner(
    lexicons: Lexicons = None, tables: Optional[str] = OWN
) -> "LexicalAligner":
    """Make an aligner that knows words. See `LexicalAligner` for the settings."""
    return LexicalAligner(lexicons, tables)


class LexicalAligner:
    """Aligns by what is known of words (from texts that it was fitted to, and from
    dictionaries), by their likeness, and by their places. What is known of two
    languages serves both directions, and all variants of them ("pt-BR").

    lexicons (Union[None, str, Dict[str, str]]): Dictionaries: "freedict" for those of
        FreeDict that are installed; or for pairs of languages ("en-es") "freedict" or
        the path of a TSV file of words, translations and perhaps weights.
    tables (Optional[str]): A file that `to_disk` wrote; or "own" for what was learnt
        from the parallel corpus of this project, a few hundred sentences in Arabic,
        Chinese, English, German, Portuguese and Spanish. That is the default of the
        registered function; None knows nothing to begin with.
    RAISES (ConfigError): If it cannot be said for which languages a dictionary is.
    RAISES (EngineError): If FreeDict has no dictionary of a pair that names it.
    RAISES (DataError): If a TSV file cannot be read.
    RAISES (ModelDataError): If the file is of another kind.
    """

    def __init__(self, lexicons: Lexicons = None, tables: Optional[str] = None) -> None:
        if isinstance(lexicons, str) and lexicons != FREEDICT_NAME:
            raise ConfigError(
                f"lexicons is {lexicons!r}; it must be {FREEDICT_NAME!r} or name a "
                f"dictionary for each pair of languages: {{'en-es': {lexicons!r}}}."
            )
        self.lexicons = lexicons
        self._has_own = tables == OWN
        self._learnt: Dict[Languages, Table] = {}
        self._ready: Dict[Languages, Table] = {}
        if isinstance(lexicons, Mapping):
            for name in lexicons:
                codes = name.split("-")
                if len(codes) != 2 or not all(codes):
                    raise ConfigError(
                        f"lexicons has the key {name!r}; it must be two codes of "
                        f"languages without variants, such as 'en-pt'."
                    )
                self._table((codes[0], codes[1]))
        if tables is not None and not self._has_own:
            self.from_disk(tables)

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        """Align pairs.

        pairs (Sequence[Pair]): The pairs.
        RETURNS (List[Alignment]): One for each pair.
        """
        parts: List[List[Alignment]] = [[] for _ in pairs]
        for languages, pieces in _by_languages(pairs).items():
            table = self._table(languages)
            for batch in _batches(pieces, BATCH_CELLS):
                cells = make_cells([(piece.source, piece.target) for piece in batch])
                aligned = select_links(cells, find_links(cells, table))
                for piece, alignment in zip(batch, aligned, strict=True):
                    parts[piece.pair].append(piece.in_place(alignment))
        return [_join(alignments) for alignments in parts]

    def fit(self, pairs: Iterable[Pair]) -> None:
        """Learn from translated texts which words stand for which, without supervision.
        It adds to what was learnt before.

        pairs (Iterable[Pair]): The pairs.
        """
        for languages, pieces in _by_languages(list(pairs)).items():
            for batch in _batches(pieces, FIT_CELLS):
                cells = make_cells([(piece.source, piece.target) for piece in batch])
                if len(cells):
                    new = learn(cells, self._table(languages))
                    self._learn(languages, self._learnt_of(languages).plus(new))

    def to_disk(self, path: Union[str, Path], *, min_count: float = 0.0) -> None:
        """Write what was learnt from texts (msgpack, compressed).

        path (Union[str, Path]): The file.
        min_count (float): Pairs of words that were seen less often are left out, for a
            smaller file.
        """
        data = {
            "-".join(languages): table.to_dict(min_count=min_count)
            for languages, table in sorted(self._learnt.items())
        }
        write_bytes(path, gzip.compress(srsly.msgpack_dumps(data), mtime=0))

    def from_disk(self, path: Union[str, Path]) -> "LexicalAligner":
        """Read what `to_disk` wrote, in place of what was learnt of the same languages.

        path (Union[str, Path]): The file.
        RETURNS (LexicalAligner): The aligner.
        RAISES (ModelDataError): If the file is not there, damaged or of another kind.
        """
        try:
            with unpacked(path) as file:
                content = file.read(MAX_TABLE_BYTES + 1)
            if len(content) > MAX_TABLE_BYTES:
                raise ValueError(f"unpacked it has more than {MAX_TABLE_BYTES:,} bytes")
            data = srsly.msgpack_loads(content)
        except Exception as e:  # The reader has no base class for what may be wrong.
            raise ModelDataError(
                f"The tables of words {path} cannot be read ({type(e).__name__}: {e}). "
                f"Make them anew with `LexicalAligner.fit` and `to_disk`."
            ) from e
        if not isinstance(data, dict):
            raise ModelDataError(
                f"{path} is not a file of tables of words, but {data!r:.40}. Make one "
                f"with `LexicalAligner.fit` and `to_disk`."
            )
        tables = {str(name): Table.from_dict(table) for name, table in data.items()}
        for name, table in tables.items():
            source, _, target = name.partition("-")
            self._learn((source, target), table)
        return self

    def _learn(self, languages: Languages, table: Table) -> None:
        self._learnt.pop(languages[::-1], None)
        self._learnt[languages] = table
        self._ready.clear()

    def _learnt_of(self, languages: Languages) -> Table:
        back = languages[::-1]
        tables = self._learnt
        if self._has_own and languages not in tables and back not in tables:
            tables = own_tables()
        if languages not in tables and back in tables:
            return tables[back].inverted()
        return tables.get(languages) or Table()

    def _table(self, languages: Languages) -> Table:
        """All that is known of two languages."""
        if languages not in self._ready:
            lexicon = _find_lexicon(self.lexicons, *languages)
            table = self._learnt_of(languages)
            self._ready[languages] = table.with_lexicon(lexicon, LEXICON_COUNT)
        return self._ready[languages]


@lru_cache(maxsize=1)
def own_tables() -> Dict[Languages, Table]:
    """RETURNS (Dict[Tuple[str, str], Table]): The tables that come with the package."""
    return LexicalAligner(tables=str(OWN_PATH))._learnt


class _Piece(NamedTuple):
    """A pair, or a part of a very long one."""

    pair: int
    source: List[str]
    target: List[str]
    offsets: Tuple[int, int] = (0, 0)

    def in_place(self, alignment: Alignment) -> Alignment:
        i, j = self.offsets
        links = tuple((i + row, j + column) for row, column in alignment.links)
        return alignment._replace(links=links)


def select_links(cells: Cells, chances: Tuple[Floats, Floats]) -> List[Alignment]:
    """Choose links.

    cells (Cells): The cells of some pairs.
    chances (Tuple[Floats, Floats]): How probable each cell is, both ways.
    RETURNS (List[Alignment]): The links of each pair.
    """
    score = np.sqrt(chances[0] * chances[1])
    agreed = _is_best(chances[0], cells.token[1]) & _is_best(chances[1], cells.token[0])
    chosen = np.flatnonzero((score > LIKELY) | (agreed & (score > POSSIBLE)))
    bounds = np.searchsorted(cells.pair[chosen], np.arange(len(cells.lengths[0]) + 1))
    links = list(
        zip(cells.row[chosen].tolist(), cells.column[chosen].tolist(), strict=True)
    )
    scores, both = score[chosen].tolist(), agreed[chosen].tolist()
    return [
        Alignment(tuple(links[a:b]), tuple(scores[a:b]), tuple(both[a:b]))
        for a, b in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True)
    ]


def _find_lexicon(
    lexicons: Lexicons, source: str, target: str
) -> Mapping[str, Mapping[str, float]]:
    """The dictionary of two languages, the same for both directions; an empty one where
    none is asked for, or where FreeDict is asked for in general and has none."""
    if isinstance(lexicons, Mapping):
        there = lexicons.get(f"{source}-{target}")
        back = lexicons.get(f"{target}-{source}")
        if there not in (None, FREEDICT_NAME):
            return read_tsv(str(there))
        if back not in (None, FREEDICT_NAME):
            return _invert(read_tsv(str(back)))
        is_freedict = FREEDICT_NAME in (there, back)
    else:
        is_freedict = lexicons == FREEDICT_NAME
    if not is_freedict:
        return {}
    languages = sorted((source, target))
    try:
        lexicon = _read_freedict(*languages)
    except EngineError:
        if isinstance(lexicons, Mapping):
            raise
        return {}
    return lexicon if languages[0] == source else _invert(lexicon)


@lru_cache(maxsize=4)
def _read_freedict(source: str, target: str) -> Lexicon:
    """A dictionary of FreeDict. The large ones take many seconds to read."""
    return read_freedict(source, target)


def _invert(
    lexicon: Mapping[str, Mapping[str, float]],
) -> Dict[str, Dict[str, float]]:
    inverted: Dict[str, Dict[str, float]] = {}
    for word, translations in lexicon.items():
        for other, weight in translations.items():
            inverted.setdefault(other, {})[word] = weight
    return inverted


def _is_best(chances: Floats, chooser: Ints) -> NDArray[np.bool_]:
    best = np.zeros(int(chooser.max(initial=-1)) + 1)
    np.maximum.at(best, chooser, chances)
    return np.asarray(chances >= best[chooser])


def _by_languages(pairs: Sequence[Pair]) -> Dict[Languages, List[_Piece]]:
    groups: Dict[Languages, List[_Piece]] = {}
    for number, pair in enumerate(pairs):
        source = [token.text for token in pair.source]
        target = [token.text for token in pair.target]
        languages = language_code(pair.source_language), language_code(
            pair.target_language
        )
        pieces = groups.setdefault(languages, [])
        parts = 1 + math.isqrt(len(source) * len(target) // MAX_CELLS)
        for part in range(parts):
            i, j = (len(side) * part // parts for side in (source, target))
            k, n = (len(side) * (part + 1) // parts for side in (source, target))
            pieces.append(_Piece(number, source[i:k], target[j:n], (i, j)))
    return groups


def _batches(pieces: Sequence[_Piece], n_cells: int) -> Iterator[List[_Piece]]:
    batch: List[_Piece] = []
    size = 0
    for piece in pieces:
        cells = len(piece.source) * len(piece.target)
        if batch and size + cells > n_cells:
            yield batch
            batch, size = [], 0
        batch.append(piece)
        size += cells
    if batch:
        yield batch


def _join(alignments: Sequence[Alignment]) -> Alignment:
    links, scores, agreed = (
        tuple(chain.from_iterable(column)) for column in zip(*alignments, strict=True)
    )
    return Alignment(links, scores, agreed)
