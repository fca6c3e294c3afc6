"""The annotation of Re-OIE2016 (Zhan and Zhao 2020): a JSON object that maps each
sentence to its tuples, objects with "pred" and the arguments as texts."""

import json
import re
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple, Union

from ...errors import DataError
from ...files import OnFault, read_text, tell
from ..extractions import Extraction

Report = Callable[[int, str], None]

SUBJECT = "arg0"
OTHERS = ("arg1", "arg2", "arg3", "temp", "loc")
SPACE = re.compile(r"\s*")
# The end of a record, where reading goes on after a broken one.
RECORD_END = re.compile(r"\}\s*(,\s*(?=\{)|\]\s*,\s*(?=\"))")


def read_reoie2016(
    path: Path, on_fault: Optional[OnFault] = None
) -> Dict[str, List[Extraction]]:
    """Read the annotation.

    The subject is the first argument, "" if there is none; other arguments that are
    absent are left out. The implied "<be>" of a relation is read as the benchmark's
    scorer does: "[is]" if it is the whole relation, nothing otherwise. A tuple without
    a relation is read too: the benchmark counts it. The word indexes are not read, as
    they do not always agree with the texts.

    path (Path): The file.
    on_fault (Optional[Callable[[Fault], None]]): Told of each tuple that cannot be
        read. After a fault in the JSON, reading goes on with the next tuple.
    RETURNS (Dict[str, List[Extraction]]): The tuples of each sentence, which may be
        none.
    """
    text = read_text(path)

    def report(line: int, error: Union[str, DataError]) -> None:
        tell(on_fault, f"{path.name}:{line}", error)

    tuples: Dict[str, List[Extraction]] = {}
    for sentence, position, record in _records(text, report):
        extractions = tuples.setdefault(sentence, [])
        if record is None:
            continue
        try:
            extractions.append(_extraction(record))
        except DataError as e:
            report(_line(text, position), e)
    return tuples


def _extraction(record: Any) -> Extraction:
    if not isinstance(record, dict):
        raise DataError("a tuple must be an object with 'pred' and arguments")
    parts: Dict[str, str] = {}
    for name in ("pred", SUBJECT, *OTHERS):
        value = record.get(name, None if name == "pred" else "")
        if not isinstance(value, str):
            raise DataError(f"{name!r} must be a text, not {value!r}")
        parts[name] = value
    relation = parts["pred"]
    if not any(part.strip() for part in parts.values()):
        raise DataError("the relation and all arguments are empty")
    relation = "[is]" if relation.strip() == "<be>" else relation.replace("<be> ", "")
    others = (parts[name] for name in OTHERS)
    return Extraction(relation, (parts[SUBJECT], *(part for part in others if part)))


def _records(text: str, report: Report) -> Iterator[Tuple[str, int, Any]]:
    """Walk through the JSON, so that the place of each record is known and a broken
    one does not take the others with it.

    text (str): The file.
    report (Callable[[int, str], None]): Told where the JSON is broken, and how.
    YIELDS (Tuple[str, int, Any]): Sentence, position and record; the record is None
        for each sentence as such.
    """
    decoder = json.JSONDecoder()
    at = _skip(text, 0)
    if not text.startswith("{", at):
        report(_line(text, at), "the file must be a JSON object")
        return
    at = _skip(text, at + 1)
    sentence: Optional[str] = None
    while at < len(text):
        try:
            if sentence is None:
                if text[at] == "}":
                    return
                sentence, at = _key(text, at, decoder)
                yield sentence, at, None
            if text.startswith("]", at):
                sentence, at = None, _comma(text, at + 1, "}")
                continue
            record, end = decoder.raw_decode(text, at)
            if record is not None:
                yield sentence, at, record
            else:
                report(_line(text, at), "a tuple must be an object")
            at = _comma(text, _skip(text, end), "]")
        except json.JSONDecodeError as e:
            report(e.lineno, f"{e.msg} (column {e.colno})")
            end_of_record = RECORD_END.search(text, max(at, e.pos - 1))
            if end_of_record is None:
                return
            if end_of_record[1].startswith("]"):
                sentence = None
            elif sentence is None:
                # The tuples of a sentence whose name cannot be read.
                rest = re.compile(r"\}\s*\]\s*,\s*(?=\")").search(text, at)
                if rest is None:
                    return
                at = rest.end()
                continue
            at = end_of_record.end()
    report(_line(text, len(text)), "the file ends too early")


def _key(text: str, at: int, decoder: json.JSONDecoder) -> Tuple[str, int]:
    key, end = decoder.raw_decode(text, at)
    if not isinstance(key, str) or not key.strip():
        raise json.JSONDecodeError("a sentence is expected here", text, at)
    end = _skip(text, end)
    if not text.startswith(":", end):
        raise json.JSONDecodeError("':' is expected here", text, end)
    end = _skip(text, end + 1)
    if not text.startswith("[", end):
        raise json.JSONDecodeError("a list of tuples is expected here", text, end)
    return key, _skip(text, end + 1)


def _comma(text: str, at: int, closing: str) -> int:
    at = _skip(text, at)
    if text.startswith(",", at):
        return _skip(text, at + 1)
    if not text.startswith(closing, at):
        message = f"',' or {closing!r} is expected here"
        raise json.JSONDecodeError(message, text, at)
    return at


def _skip(text: str, at: int) -> int:
    match = SPACE.match(text, at)
    return match.end() if match else at


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
