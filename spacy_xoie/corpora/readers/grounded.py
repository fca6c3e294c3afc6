"""What the readers of grounded annotation share: they know where each part of a
triple stands in the sentence, and yield records."""

import random
from pathlib import Path
from typing import (
    Callable,
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
from ...files import OnFault, lines, tell
from ..records import (
    CharSpan,
    PhraseRecord,
    Record,
    Split,
    TripleRecord,
    field_errors,
)

# Brackets and quotation marks as the Penn Treebank writes them.
ESCAPES: Dict[str, str] = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "``": '"',
    "''": '"',
}


class OverlapError(DataError):
    """Two parts of a triple have a place in common."""


class RecordReader(Protocol):
    """A reader of grounded annotation.

    path (Path): The file, perhaps compressed (.gz).
    on_fault (Optional[Callable[[Fault], None]]): Told of what cannot be read. The rest
        is read.
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


def read_lines_of_records(
    path: Path,
    read: Callable[[str, str, List[DataError]], Optional[Record]],
    counts: Counter[str],
    on_fault: Optional[OnFault] = None,
) -> Iterator[Record]:
    """Read a file with a sentence in each line.

    path (Path): The file.
    read (Callable[[str, str, List[DataError]], Optional[Record]]): Makes a record of a
        line, an id, and a list to which it adds faults that do not cost the record.
    counts (Counter[str]): Counts "malformed".
    on_fault (Optional[Callable[[Fault], None]]): Told of what cannot be read.
    YIELDS (Record): The records.
    """
    for number, line in lines(path, on_fault):
        faults: List[DataError] = []
        try:
            record = read(line, f"{path.name.partition('.')[0]}-{number}", faults)
            if record is not None:
                yield record
        except DataError as e:
            faults.append(e)
        for fault in faults:
            counts["malformed"] += 1
            tell(on_fault, f"{path.name}:{number}", fault)


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
    others: List[CharSpan] = []
    for start, end in (span for part in (subject, relation, *objects) for span in part):
        if not 0 <= start < end <= len(text):
            raise DataError(
                f"[{start}, {end}] is not a stretch of a text of {len(text)} characters"
            )
        if any(start < other_end and other < end for other, other_end in others):
            raise OverlapError(f"parts overlap at {text[start:end]!r}")
        others.append((start, end))
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
        raise field_errors(e)[0] from e


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
