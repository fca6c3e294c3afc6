"""Annotation and system output of BenchIE (Gashteovski et al. 2022)."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Tuple, Union

from ..extractions import Extraction
from .lines import Faults, OnFault, numbered_lines

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
    on_fault (Optional[Callable[[str], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, BenchieSentence]): The annotation of each sentence id.
    """
    faults = Faults(path, on_fault)
    texts: Dict[str, str] = {}
    clusters: Dict[str, List[List[Slots]]] = {}
    facts: List[List[Slots]] = []
    inside = False
    for number, line in numbered_lines(path):
        opening = SENTENCE.match(line)
        if opening is not None or line.lstrip().startswith("sent_id:"):
            # What follows a bad heading is dropped with it.
            inside, facts = False, []
            if opening is None:
                faults.report(number, "a tab and the sentence must follow the id")
            elif opening[1] in texts:
                faults.report(number, f"the id {opening[1]!r} occurs twice")
            else:
                inside = True
                texts[opening[1]] = opening[2].strip()
                facts = clusters[opening[1]] = []
        elif not inside:
            faults.report(number, "this line belongs to no sentence that can be read")
        elif CLUSTER.match(line):
            facts.append([])
        else:
            slots = [slot.strip() for slot in line.split("-->")]
            if len(slots) != 3:
                faults.report(number, f"a triple has 3 parts, this has {len(slots)}")
            elif not facts:
                faults.report(number, "this triple belongs to no cluster")
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
    on_fault (Optional[Callable[[str], None]]): Told of each line that cannot be read.
    RETURNS (Dict[str, List[Extraction]]): The extractions of each sentence id.
    """
    faults = Faults(path, on_fault)
    extractions: Dict[str, List[Extraction]] = {}
    for number, line in numbered_lines(path):
        record = split_triple(line)
        if isinstance(record, str):
            faults.report(number, record)
        else:
            extractions.setdefault(record[0], []).append(record[1])
    return extractions


def split_triple(line: str) -> Union[Tuple[str, Extraction], str]:
    """Split a line `number TAB arg1 TAB rel TAB arg2`.

    line (str): The line.
    RETURNS (Union[Tuple[str, Extraction], str]): Number and extraction, or what is
        wrong with the line.
    """
    parts = [part.strip() for part in line.split("\t")]
    if len(parts) != 4:
        return f"a line has 4 fields between tabs, this has {len(parts)}"
    number, subject, relation, rest = parts
    if not number:
        return "the number of the sentence is empty"
    return number, Extraction(relation, (subject, rest))
