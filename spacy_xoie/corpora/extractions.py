"""What a system or an annotator extracted from a sentence, as plain text: the common
form in which the benchmarks compare extractions."""

from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, List, Optional, Tuple

from ..errors import DataError
from ..files import OnFault, lines, tell


@dataclass(frozen=True)
class Extraction:
    """A relation and its arguments.

    relation (str): The relation.
    arguments (Tuple[str, ...]): The arguments; the first is the subject, "" if it is
        implied.
    score (float): Confidence of the system.
    """

    relation: str
    arguments: Tuple[str, ...]
    score: float = 1.0


def read_extractions(
    path: Path,
    read: Callable[[str], Optional[Tuple[str, Extraction]]],
    on_fault: Optional[OnFault] = None,
) -> Dict[str, List[Extraction]]:
    """Read a file with an extraction in each line.

    path (Path): The file.
    read (Callable[[str], Optional[Tuple[str, Extraction]]]): Reads a line: what stands
        for its sentence, and the extraction; None if there is none.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, List[Extraction]]): The extractions of each sentence.
    """
    extractions: Dict[str, List[Extraction]] = {}
    for number, line in lines(path, on_fault):
        try:
            pair = read(line)
        except DataError as e:
            tell(on_fault, f"{path.name}:{number}", e)
        else:
            if pair is not None:
                extractions.setdefault(pair[0], []).append(pair[1])
    return extractions
