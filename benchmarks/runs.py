"""Runs of variants with several seeds: their results, one JSON line each, which are
resumed, and what tables are made of."""

import json
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Sequence, Tuple

import numpy as np

Line = Dict[str, Any]
"""What came of one run: "variant", "seed", and what was measured."""


def pending_runs(
    results: Path, variants: Iterable[str], seeds: Iterable[int]
) -> Iterator[Tuple[str, int]]:
    """YIELDS (Tuple[str, int]): Names and seeds of the runs that are not there yet, all
    of the first seed first."""
    lines = read_lines(results) if results.exists() else []
    done = {(line["variant"], line["seed"]) for line in lines}
    names = list(variants)
    for seed in seeds:
        yield from ((name, seed) for name in names if (name, seed) not in done)


def add_line(results: Path, line: Line) -> None:
    with results.open("a", encoding="utf8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def read_lines(results: Path) -> List[Line]:
    return [json.loads(line) for line in results.read_text("utf8").splitlines()]


def lines_by_variant(results: Path) -> Dict[str, List[Line]]:
    """RETURNS (Dict[str, List[Line]]): In the order of their first runs."""
    by_variant: Dict[str, List[Line]] = {}
    for line in read_lines(results):
        by_variant.setdefault(line["variant"], []).append(line)
    return by_variant


def mean_cell(values: Sequence[float]) -> str:
    """RETURNS (str): The mean, and the standard deviation if there are several values;
    a dash if there are none."""
    if not len(values):
        return "–"
    mean = f"{np.mean(values):.1f}"
    return mean if len(values) == 1 else f"{mean} ± {np.std(values, ddof=1):.1f}"
