"""What a system or an annotator extracted from a sentence, as plain text: the common
form in which the benchmarks compare extractions."""

from dataclasses import dataclass
from typing import Tuple


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
