"""Scores of word alignments against gold ones.

Format of the gold data, as of the shared tasks of WPT-03 and WPT-05: a file of lines
`source ||| target` (tokens with spaces between them), and one of links `i-j`, counted
from 1; `ipj` is a possible link, the others are sure.
"""

import re
from pathlib import Path
from typing import (
    Iterable,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
)

from ..errors import DataError
from ..files import Fault, OnFault, read_text
from .curves import f1_score

Link = Tuple[int, int]

_LINK = re.compile(r"(\d+)([-p])(\d+)")


class GoldAlignment(NamedTuple):
    """A pair of sentences with its links.

    source, target (List[str]): The tokens.
    sure, possible (Set[Tuple[int, int]]): Links, counted from 0; the sure ones are
        possible ones too.
    """

    source: List[str]
    target: List[str]
    sure: Set[Link]
    possible: Set[Link]


class AlignmentScore(NamedTuple):
    """How good links are.

    precision (float): Share of the links that are possible ones.
    recall (float): Share of the sure links that were found.
    f1 (float): Their harmonic mean.
    aer (float): Alignment error rate (Och and Ney 2003, "A Systematic Comparison of
        Various Statistical Alignment Models"), where lower is better.
    """

    precision: float
    recall: float
    f1: float
    aer: float


def score_alignments(
    predicted: Sequence[Iterable[Link]], gold: Sequence[GoldAlignment]
) -> AlignmentScore:
    """Score links.

    predicted (Sequence[Iterable[Link]]): The links of each pair.
    gold (Sequence[GoldAlignment]): The gold links of the same pairs.
    RETURNS (AlignmentScore): The scores over all links.
    """
    n_predicted = n_sure = in_sure = in_possible = 0
    for links, pair in zip(predicted, gold, strict=True):
        links = set(links)
        n_predicted += len(links)
        n_sure += len(pair.sure)
        in_sure += len(links & pair.sure)
        in_possible += len(links & pair.possible)
    precision = in_possible / n_predicted if n_predicted else 0.0
    recall = in_sure / n_sure if n_sure else 0.0
    total = n_predicted + n_sure
    aer = 1 - (in_sure + in_possible) / total if total else 0.0
    return AlignmentScore(precision, recall, f1_score(precision, recall), aer)


def read_gold_alignments(
    texts: Path, links: Path, on_fault: Optional[OnFault] = None
) -> List[GoldAlignment]:
    """Read gold links.

    texts (Path): The file of sentences.
    links (Path): The file of their links.
    on_fault (Optional[Callable[[Fault], None]]): Told of lines that cannot be read,
        which are left out. By default they are errors.
    RETURNS (List[GoldAlignment]): The pairs.
    RAISES (DataError): If a file cannot be read, or the files do not have as many lines
        as each other.
    """
    lines = [_read_lines(texts), _read_lines(links)]
    if len(lines[0]) != len(lines[1]):
        raise DataError(
            f"{texts} has {len(lines[0])} lines but {links} has {len(lines[1])}: they "
            f"do not belong together."
        )
    pairs = []
    for number, (text, line) in enumerate(zip(*lines, strict=True), start=1):
        try:
            pairs.append(_read(text, line))
        except ValueError as e:
            fault = Fault(f"{texts.name}:{number}", "", str(e))
            if on_fault is None:
                raise DataError(f"{fault}. Correct the line.") from e
            on_fault(fault)
    return pairs


def _read_lines(path: Path) -> List[str]:
    """The lines of a file. Other ends of lines than its own may stand in a text."""
    try:
        text = read_text(path)
    except (OSError, DataError) as e:
        raise DataError(f"The gold alignments {path} cannot be read: {e}.") from e
    return text.removesuffix("\n").split("\n") if text else []


def _read(text: str, line: str) -> GoldAlignment:
    source, bar, target = text.partition("|||")
    if not bar:
        raise ValueError(f"there is no '|||' in {text!r}")
    words = source.split(), target.split()
    sure: Set[Link] = set()
    possible: Set[Link] = set()
    for item in line.split():
        match = _LINK.fullmatch(item)
        if match is None:
            raise ValueError(f"{item!r} is not a link such as 1-2 or 1p2")
        i, j = int(match[1]) - 1, int(match[3]) - 1
        if not (0 <= i < len(words[0]) and 0 <= j < len(words[1])):
            raise ValueError(f"the link {item} is outside of its sentences")
        possible.add((i, j))
        if match[2] == "-":
            sure.add((i, j))
    return GoldAlignment(words[0], words[1], sure, possible)
