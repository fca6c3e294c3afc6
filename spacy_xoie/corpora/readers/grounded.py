"""What the readers of grounded annotation share: they know where each part of a
triple stands in the sentence, and yield records."""

import gzip
import random
import zlib
from pathlib import Path
from typing import (
    BinaryIO,
    Counter,
    Dict,
    Iterable,
    Iterator,
    List,
    Optional,
    Protocol,
    Sequence,
    Tuple,
    Union,
    cast,
)

from pydantic import ValidationError

from ...doc.text import join_pieces
from ...doc.triples import OBJECTS
from ...errors import DataError
from ..records import CharSpan, PhraseRecord, Record, Split, TripleRecord
from .lines import OnFault

# Brackets and quotation marks as the Penn Treebank writes them.
ESCAPED: Dict[str, str] = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
}


class RecordReader(Protocol):
    """A reader of grounded annotation.

    path (Path): The file, perhaps compressed (.gz).
    on_fault (Optional[Callable[[str], None]]): Told "file:line: reason" of what
        cannot be read. The rest is read.
    language (str): Language of the sentences that do not say theirs.
    counts (Optional[Counter[str]]): Counts what was read, and what was left out.
    YIELDS (Record): The sentences, with their triples.
    """

    def __call__(
        self,
        path: Path,
        on_fault: Optional[OnFault] = None,
        *,
        language: str = "en",
        counts: Optional[Counter[str]] = None,
    ) -> Iterator[Record]: ...


def stream_lines(
    path: Path, on_fault: Optional[OnFault] = None
) -> Iterator[Tuple[int, str]]:
    """Read a file line by line, holding no more than a line.

    path (Path): A text file in UTF-8, perhaps compressed (.gz).
    on_fault (Optional[Callable[[str], None]]): Told of lines that are not UTF-8.
    YIELDS (Tuple[int, str]): Number and text of each line, also of empty ones.
    RAISES (DataError): If a compressed file is damaged.
    """
    path = Path(path)
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with cast(BinaryIO, opener(path, "rb")) as file:
            for number, line in enumerate(file, start=1):
                try:
                    text = line.decode("utf-8-sig" if number == 1 else "utf8")
                except UnicodeDecodeError as e:
                    if on_fault is not None:
                        on_fault(f"{path.name}:{number}: this is not UTF-8: {e}")
                    continue
                yield number, text.rstrip("\r\n")
    except (EOFError, gzip.BadGzipFile, zlib.error) as e:
        raise DataError(f"{path.name} is damaged ({e}). Fetch it again.") from e


def phrase_at(text: str, spans: Iterable[CharSpan]) -> PhraseRecord:
    """RETURNS (PhraseRecord): The part of a triple that stands at some places."""
    spans = list(spans)
    pieces = [text[start:end] for start, end in spans]
    return PhraseRecord(text=join_pieces(pieces), spans=spans)


def triple_at(
    text: str,
    subject: Sequence[CharSpan],
    relation: Sequence[CharSpan],
    objects: Sequence[Sequence[CharSpan]],
) -> TripleRecord:
    """Make a triple of places in a text.

    text (str): The sentence.
    subject (Sequence[CharSpan]): Pieces of the subject; none if it is implied.
    relation (Sequence[CharSpan]): Pieces of the relation.
    objects (Sequence[Sequence[CharSpan]]): Pieces of each object.
    RETURNS (TripleRecord): The triple.
    RAISES (DataError): If such a triple cannot be.
    """
    if not relation:
        raise DataError("there is no relation")
    if not 1 <= len(objects) <= len(OBJECTS):
        raise DataError(f"a triple has 1 to {len(OBJECTS)} objects, not {len(objects)}")
    taken: List[CharSpan] = []
    for start, end in (span for part in (subject, relation, *objects) for span in part):
        if not 0 <= start < end <= len(text):
            raise DataError(
                f"[{start}, {end}] is not a stretch of a text of {len(text)} characters"
            )
        if any(start < other_end and other < end for other, other_end in taken):
            raise DataError(f"parts overlap at {text[start:end]!r}")
        taken.append((start, end))
    return TripleRecord(
        subject=phrase_at(text, subject),
        relation=phrase_at(text, relation),
        objects=[phrase_at(text, part) for part in objects],
    )


def make_record(
    identity: str,
    text: str,
    triples: List[TripleRecord],
    language: str,
    *,
    split: Union[Split, str] = "train",
    construction: str = "",
) -> Record:
    """RETURNS (Record): The record.
    RAISES (DataError): If a field of it is wrong.
    """
    try:
        return Record(
            id=identity,
            language=language,
            split=cast(Split, split),
            construction=construction,
            text=text,
            triples=triples,
        )
    except ValidationError as e:
        first = e.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise DataError(f"{field}: {first['msg']}" if field else first["msg"]) from e


def join_words(words: Sequence[str]) -> Tuple[str, List[CharSpan]]:
    """RETURNS (Tuple[str, List[CharSpan]]): Words with a space between them, and the
    place of each."""
    places: List[CharSpan] = []
    at = 0
    for word in words:
        places.append((at, at + len(word)))
        at += len(word) + 1
    return " ".join(words), places


def set_aside(records: Iterable[Record], dev_share: float) -> Iterator[Record]:
    """Keep some of the training sentences for development: always the same ones.

    records (Iterable[Record]): The records.
    dev_share (float): Share of the sentences of split "train".
    YIELDS (Record): The records.
    """
    for record in records:
        # Seeded by the text, so that a sentence is on one side only.
        chance = random.Random(record.text).random()  # noqa: S311
        if record.split == "train" and chance < dev_share:
            record = record.model_copy(update={"split": "dev"})
        yield record
