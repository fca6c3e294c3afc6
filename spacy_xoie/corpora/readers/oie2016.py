"""OIE2016 (Stanovsky and Dagan 2016) in columns, as "Supervised Open Information
Extraction" (Stanovsky et al. 2018) publishes it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Counter, Dict, Iterator, List, Optional, Tuple

from ...doc.triples import OBJECTS
from ...errors import DataError
from ...files import OnFault, read_lines, tell
from ...ty import pieces_of
from ..records import CharSpan, Record, TripleRecord
from .grounded import ESCAPES, join_words, make_record, triple_at

COLUMNS = 8
RELATION, SUBJECT = "P", "A0"
ROLES = (SUBJECT, RELATION, "A1", "A2", "A3", "A4", "A5")


@dataclass
class _Block:
    """The lines of one extraction."""

    line: int
    words: List[str] = field(default_factory=list)
    labels: List[str] = field(default_factory=list)
    run: str = ""
    fault: Optional[Tuple[int, DataError]] = None


def read_oie2016(
    path: Path,
    on_fault: Optional[OnFault] = None,
    *,
    language: str = "en",
    counts: Optional[Counter[str]] = None,
) -> Iterator[Record]:
    """Read the training data of OIE2016: after a header, a block of lines for each
    extraction, with the columns `word_id word pred pred_id head_pred_id sent_id run_id
    label`, where a label is "O" or a role (P, A0 to A5) with "-B" or "-I".

    An extraction without an object is left out; a fourth and fifth object are left
    out; a part in several pieces is kept as such. A sentence of which no extraction is
    left is left out as well: it says something, and an empty record would teach that
    it says nothing. All of that is counted.

    path (Path): The file, perhaps compressed (.gz).
    on_fault (Optional[Callable[[Fault], None]]): Told of each extraction that cannot be
        read.
    language (str): Language of the sentences.
    counts (Optional[Counter[str]]): Counts "sentences", "extractions", "triples",
        and by reason what was left out or is unusual.
    YIELDS (Record): The sentences. Extractions of a sentence stand side by side.
    """
    path = Path(path)
    counts = Counter() if counts is None else counts
    sentence: List[str] = []
    triples: List[TripleRecord] = []
    number = 0

    def finish() -> Iterator[Record]:
        if sentence and not triples:
            counts["left out: sentences without a triple"] += 1
        elif sentence:
            counts["sentences"] += 1
            name = f"{path.name.partition('.')[0]}-{number}"
            yield make_record(name, join_words(sentence)[0], triples, language)

    for block in _blocks(path):
        counts["extractions"] += 1
        try:
            if block.fault is not None:
                raise block.fault[1]
            parts = _parts(block)
            if block.words != sentence:
                yield from finish()
                sentence, triples, number = block.words, [], number + 1
            triple = _triple(block.words, parts, counts)
        except DataError as e:
            counts["malformed"] += 1
            line = block.fault[0] if block.fault else block.line
            tell(on_fault, f"{path.name}:{line}", e)
        else:
            if triple is not None and triple not in triples:
                counts["triples"] += 1
                triples.append(triple)
    yield from finish()


def _blocks(path: Path) -> Iterator[_Block]:
    block: Optional[_Block] = None
    for number, line in read_lines(path):
        if isinstance(line, str) and not line.strip():
            if block is not None:
                yield block
            block = None
            continue
        try:
            if isinstance(line, DataError):
                raise line
            fields = line.split("\t")
            if fields[0] == "word_id":
                continue
            block = block or _Block(number)
            _add(block, fields)
        except DataError as e:
            block = block or _Block(number)
            block.fault = block.fault or (number, e)
    if block is not None:
        yield block


def _add(block: _Block, fields: List[str]) -> None:
    """Add a line to a block."""
    if len(fields) != COLUMNS:
        raise DataError(f"a line has {COLUMNS} fields, this has {len(fields)}")
    number, word, run, label = fields[0], fields[1].strip(), fields[6], fields[7]
    label = label.strip()
    if number.strip() != str(len(block.words)):
        raise DataError(f"the word_id must be {len(block.words)} here, not {number!r}")
    if not word:
        raise DataError("the word is empty")
    if block.words and run != block.run:
        raise DataError(f"run_id {run!r} begins within the block of {block.run!r}")
    role, _, prefix = label.partition("-")
    if label != "O" and (role not in ROLES or prefix not in ("B", "I")):
        raise DataError(f"the label {label!r} is neither O nor a role with -B or -I")
    block.run = run
    block.words.append(ESCAPES.get(word, word))
    block.labels.append(label)


def _parts(block: _Block) -> Dict[str, List[Tuple[int, int]]]:
    """Pieces of each role, in words: those that stand side by side are one."""
    words: Dict[str, List[int]] = {}
    for number, label in enumerate(block.labels):
        role = label.partition("-")[0]
        if role != "O":
            words.setdefault(role, []).append(number)
    if RELATION not in words:
        raise DataError("there is no relation (P)")
    return {role: list(pieces_of(numbers)) for role, numbers in words.items()}


def _triple(
    words: List[str], parts: Dict[str, List[Tuple[int, int]]], counts: Counter[str]
) -> Optional[TripleRecord]:
    text, places = join_words(words)

    def characters(role: str) -> List[CharSpan]:
        pieces = parts.get(role, [])
        return [(places[start][0], places[end - 1][1]) for start, end in pieces]

    if any(len(pieces) > 1 for pieces in parts.values()):
        counts["with a part in several pieces"] += 1
    if "A1" not in parts:
        counts["without A1"] += 1
    if SUBJECT not in parts:
        counts["without subject"] += 1
    objects = [characters(role) for role in ROLES[2:] if role in parts]
    if not objects:
        counts["left out: no object"] += 1
        return None
    if len(objects) > len(OBJECTS):
        counts["objects left out: more than three"] += len(objects) - len(OBJECTS)
    return triple_at(
        text, characters(SUBJECT), characters(RELATION), objects[: len(OBJECTS)]
    )
