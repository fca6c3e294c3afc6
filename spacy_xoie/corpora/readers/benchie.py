"""Annotation and system output of BenchIE (Gashteovski et al. 2022)."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Tuple

from ...errors import DataError
from ...files import OnFault, lines, tell
from ..extractions import Extraction, read_extractions

Slots = Tuple[str, str, str]
Cluster = Tuple[Slots, ...]

SENTENCE = re.compile(r"\s*sent_id:(\S+)\t(.*)")
# "7--> Cluster 2:", and as the files have it here and there, "7-->Cluster 2:" and
# "7-> Cluster 2:".
CLUSTER = re.compile(r"\s*[^\s>]+?\s*-+>\s*Cluster\s*\S*\s*$")


@dataclass(frozen=True)
class BenchieSentence:
    """The annotation of a sentence.

    text (str): The sentence.
    clusters (Tuple[Cluster, ...]): For each fact the triples (subject, relation,
        object) that state it, with optional words in square brackets.
    """

    text: str
    clusters: Tuple[Cluster, ...]


def read_benchie(
    path: Path, on_fault: Optional[OnFault] = None
) -> Dict[str, BenchieSentence]:
    """Read an annotation: `sent_id:N TAB sentence`, then for each fact a line
    `N--> Cluster k:` and the triples that state it, `arg1 --> rel --> arg2`, with
    optional words in square brackets.

    path (Path): The file.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, BenchieSentence]): The annotation of each sentence id.
    """
    texts: Dict[str, str] = {}
    clusters: Dict[str, List[List[Slots]]] = {}
    facts: List[List[Slots]] = []
    inside = False
    for number, line in lines(path, on_fault):
        place = f"{path.name}:{number}"
        opening = SENTENCE.match(line)
        if opening is not None or line.lstrip().startswith("sent_id:"):
            # What follows a bad heading is dropped with it.
            inside, facts = False, []
            if opening is None:
                tell(on_fault, place, "a tab and the sentence must follow the id")
            elif opening[1] in texts:
                tell(on_fault, place, f"the id {opening[1]!r} occurs twice")
            else:
                inside = True
                texts[opening[1]] = opening[2].strip()
                facts = clusters[opening[1]] = []
        elif not inside:
            tell(on_fault, place, "this line belongs to no sentence that can be read")
        elif CLUSTER.match(line):
            facts.append([])
        else:
            slots = [slot.strip() for slot in line.split("-->")]
            if len(slots) != 3:
                tell(on_fault, place, f"a triple has 3 parts, this has {len(slots)}")
            elif not facts:
                tell(on_fault, place, "this triple belongs to no cluster")
            else:
                facts[-1].append((slots[0], slots[1], slots[2]))
    return {
        key: BenchieSentence(text, tuple(tuple(fact) for fact in clusters[key]))
        for key, text in texts.items()
    }


def read_benchie_output(
    path: Path, on_fault: Optional[OnFault] = None
) -> Dict[str, List[Extraction]]:
    """Read the output of a system: `sent_id TAB arg1 TAB rel TAB arg2`.

    path (Path): The file.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, List[Extraction]]): The extractions of each sentence id.
    """
    return read_extractions(path, split_triple, on_fault)


def split_triple(line: str) -> Tuple[str, Extraction]:
    """Split a line `number TAB arg1 TAB rel TAB arg2`.

    line (str): The line.
    RETURNS (Tuple[str, Extraction]): Number and extraction.
    RAISES (DataError): If it is no such line.
    """
    parts = [part.strip() for part in line.split("\t")]
    if len(parts) != 4:
        raise DataError(f"a line has 4 fields between tabs, this has {len(parts)}")
    number, subject, relation, rest = parts
    if not number:
        raise DataError("the number of the sentence is empty")
    return number, Extraction(relation, (subject, rest))
