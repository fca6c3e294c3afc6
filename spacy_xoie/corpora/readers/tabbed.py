"""Output of extraction systems, one extraction in each line."""

import re
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from ...errors import DataError
from ...files import OnFault, lines
from ..extractions import Extraction, read_extractions
from .benchie import split_triple

ARGUMENT = re.compile(r"\w+\((.*?),List\(", re.DOTALL)


def read_tabbed(
    path: Path, on_fault: Optional[OnFault] = None
) -> Dict[str, List[Extraction]]:
    """Read the common form of benchmarks:
    `sentence TAB confidence TAB relation TAB arg1 [TAB arg2 ...]`.

    path (Path): The file.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, List[Extraction]]): The extractions of each sentence.
    """
    return read_extractions(path, _read_line, on_fault)


def read_openie5(
    path: Path, on_fault: Optional[OnFault] = None
) -> Dict[str, List[Extraction]]:
    """Read what OpenIE 5 writes: `confidence TAB context TAB arg1 TAB relation TAB
    further arguments TAB sentence`, where a part is `Kind(text,List([first, last)))`
    and arguments are separated by "; ". As CaRB does, extractions without a second
    argument are left out (they are no fault), and a context ("He said") that is not
    the beginning of the extraction is put before the subject.

    path (Path): The file.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, List[Extraction]]): The extractions of each sentence.
    """
    return read_extractions(path, _read_openie5_line, on_fault)


def read_numbered(
    path: Path, sentences: Path, on_fault: Optional[OnFault] = None
) -> Dict[str, List[Extraction]]:
    """Read extractions that refer to a file of sentences:
    `number TAB arg1 TAB rel TAB arg2`, where number is a line of it, counted from 1.

    path (Path): The file of extractions.
    sentences (Path): The file of sentences, one in each line.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, List[Extraction]]): The extractions of each sentence.
    """
    texts = {number: text.strip() for number, text in lines(sentences, on_fault)}

    def read(line: str) -> Tuple[str, Extraction]:
        key, extraction = split_triple(line)
        place = int(key) if key.isdecimal() and len(key) < 10 else 0
        if place not in texts:
            raise DataError(f"there is no sentence {key!r} in {sentences.name}")
        return texts[place], extraction

    return read_extractions(path, read, on_fault)


def _read_line(line: str) -> Tuple[str, Extraction]:
    parts = [part.strip() for part in line.split("\t")]
    if len(parts) < 4:
        raise DataError(f"a line has 4 or more fields, this has {len(parts)}")
    sentence, confidence, relation, *arguments = parts
    if not sentence:
        raise DataError("the sentence is empty")
    # Fields that are empty up to the end are those of a fixed table.
    while len(arguments) > 1 and not arguments[-1]:
        arguments.pop()
    return sentence, Extraction(relation, tuple(arguments), _number(confidence))


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or value in (float("inf"), float("-inf")):
        raise DataError(f"the confidence {text!r} is not a finite number")
    return value


def _read_openie5_line(line: str) -> Optional[Tuple[str, Extraction]]:
    parts = [part.strip() for part in line.split("\t")]
    if len(parts) != 6:
        raise DataError(f"a line has 6 fields, this has {len(parts)}")
    confidence, context, subject, relation, rest, sentence = parts
    if not sentence:
        raise DataError("the sentence is empty")
    score = _number(confidence)
    if not (subject and relation and rest):
        return None
    first, verb = _texts(subject)[0], _texts(relation)[0]
    if context:
        before = _texts(context)[0]
        if not f"{first} {verb}".startswith(before):
            first = f"{before} {first}"
    return sentence, Extraction(verb, (first, *_texts(rest)), score)


def _texts(field: str) -> Tuple[str, ...]:
    texts: List[str] = []
    for part in re.split(r"(?<=\)\)); ", field):
        match = ARGUMENT.match(part)
        if match is None:
            raise DataError(f"{part[:40]!r} is not of the form Kind(text,List(...))")
        texts.append(match[1])
    return tuple(texts)
