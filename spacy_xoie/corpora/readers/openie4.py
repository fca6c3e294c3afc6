"""OpenIE4++, the training data that the CrossOIE work publishes, in JSON lines."""

from functools import partial
from pathlib import Path
from typing import Any, Counter, Dict, Iterator, List, Optional, Sequence, Tuple

from ...doc.triples import OBJECTS
from ...errors import DataError
from ...files import OnFault, json_object
from ..records import CharSpan, Record, TripleRecord
from .grounded import (
    ESCAPES,
    join_words,
    make_record,
    read_lines_of_records,
    triple_at,
)

Positions = List[Tuple[int, int]]


def read_openie4(
    path: Path,
    on_fault: Optional[OnFault] = None,
    *,
    language: str = "en",
    counts: Optional[Counter[str]] = None,
) -> Iterator[Record]:
    """Read JSON lines with `sentence`, `sentence_tokenized` and `tuples`, objects with
    `arg0`, `relation` and `args` (texts) and `arg0_pos`, `relation_pos` and `args_pos`:
    positions [first, last] in the words of `sentence_tokenized`, last included.

    The positions count, not the texts. Where the words can be found in `sentence`,
    that is the text of the record, otherwise the words with a space between them.

    path (Path): The file, perhaps compressed (.gz).
    on_fault (Optional[Callable[[Fault], None]]): Told of each sentence and each tuple
        that cannot be read.
    language (str): Language of the sentences.
    counts (Optional[Counter[str]]): Counts "sentences", "extractions", "triples",
        and by reason what was left out or is unusual.
    YIELDS (Record): The sentences.
    """
    counts = Counter() if counts is None else counts
    read = partial(_record, language=language, counts=counts)
    yield from read_lines_of_records(Path(path), read, counts, on_fault)


def _record(
    line: str, name: str, faults: List[DataError], language: str, counts: Counter[str]
) -> Record:
    data = json_object(line)
    text, words, places = _text(data)
    tuples = data.get("tuples")
    if not isinstance(tuples, list):
        raise DataError(f"this must be a list, not {tuples!r}", "tuples")
    triples: List[TripleRecord] = []
    for index, item in enumerate(tuples):
        counts["extractions"] += 1
        try:
            triple = _triple(item, text, words, places, counts)
        except DataError as e:
            faults.append(DataError(str(e), f"tuples.{index}"))
            continue
        if triple is not None and triple not in triples:
            counts["triples"] += 1
            triples.append(triple)
    record = make_record(name, text, triples, language)
    counts["sentences"] += 1
    return record


def _text(data: Dict[str, Any]) -> Tuple[str, List[str], List[CharSpan]]:
    tokenized = data.get("sentence_tokenized")
    words = tokenized.split() if isinstance(tokenized, str) else tokenized
    if not isinstance(words, list) or not all(
        isinstance(word, str) and word.strip() for word in words
    ):
        raise DataError(f"these are no words: {tokenized!r}", "sentence_tokenized")
    if not words:
        raise DataError("there is no word", "sentence_tokenized")
    words = [ESCAPES.get(word, word) for word in words]
    sentence = data.get("sentence")
    if isinstance(sentence, str):
        places: List[CharSpan] = []
        at = 0
        for word in words:
            start = sentence.find(word, at)
            if start < 0 or sentence[at:start].strip():
                break
            at = start + len(word)
            places.append((start, at))
        if len(places) == len(words) and not sentence[at:].strip():
            return sentence, words, places
    text, places = join_words(words)
    return text, words, places


def _triple(
    item: Any,
    text: str,
    words: Sequence[str],
    places: Sequence[CharSpan],
    counts: Counter[str],
) -> Optional[TripleRecord]:
    if not isinstance(item, dict):
        raise DataError("a tuple must be an object")
    subject = _positions(item, "arg0_pos", len(words))
    relation = _positions(item, "relation_pos", len(words))
    entries = item.get("args_pos")
    if not isinstance(entries, list):
        raise DataError(f"this must be a list, not {entries!r}", "args_pos")
    if len(entries) == 2 and all(type(number) is int for number in entries):
        entries = [entries]
    objects = [
        _parse(entry, f"args_pos.{i}", len(words)) for i, entry in enumerate(entries)
    ]
    objects = [part for part in objects if part]
    if not relation:
        counts["left out: no relation"] += 1
        return None
    if not objects:
        counts["left out: no object"] += 1
        return None
    if not subject:
        counts["without subject"] += 1
    if len(objects) > len(OBJECTS):
        counts["objects left out: more than three"] += len(objects) - len(OBJECTS)
    for name, part in (("arg0", subject), ("relation", relation)):
        text_of_words = "".join("".join(words[a : b + 1]) for a, b in part)
        own_text = "".join(str(item.get(name, "")).split())
        if own_text and own_text.casefold() != text_of_words.casefold():
            counts[f"{name}: text differs from positions"] += 1

    def characters(part: Positions) -> List[CharSpan]:
        return [(places[first][0], places[last][1]) for first, last in part]

    spans = [characters(part) for part in objects[: len(OBJECTS)]]
    return triple_at(text, characters(subject), characters(relation), spans)


def _positions(item: Dict[str, Any], field: str, length: int) -> Positions:
    if field not in item:
        raise DataError("this is missing", field)
    return _parse(item[field], field, length)


def _parse(value: Any, field: str, length: int) -> Positions:
    """A pair of positions or, where a part is in several pieces, a list of pairs;
    null, [] and [-1, -1] are no part."""
    if value is None or value in ([], [-1, -1]):
        return []
    pairs = value if isinstance(value, list) else [value]
    if all(type(number) is int for number in pairs):
        pairs = [pairs]
    positions: Positions = []
    for pair in pairs:
        whole = isinstance(pair, list) and len(pair) == 2
        if not whole or any(type(number) is not int for number in pair):
            raise DataError(f"{pair!r} is not a pair [first, last]", field)
        first, last = pair
        if not 0 <= first <= last < length:
            raise DataError(f"{pair!r} is not a stretch of {length} words", field)
        positions.append((first, last))
    return positions
