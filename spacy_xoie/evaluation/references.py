"""Scores of published systems, to be shown beside ours.

They were computed from the published outputs of these systems, with the benchmarks'
own scripts, on the parts of the benchmarks that are named here; on other parts they
are not comparable, and not shown. The number of gold facts tells the parts apart.
"""

from dataclasses import dataclass
from typing import List, Optional, Tuple


@dataclass(frozen=True)
class Reference:
    """The scores of one system on one part of a benchmark.

    benchmark (str): Name of the benchmark.
    language (str): Language code.
    n_gold (int): Number of gold tuples or clusters of the part.
    system (str): Name of the system.
    precision, recall, f1 (float): Scores, as far as they are printed.
    auc (Optional[float]): Area under the curve, where there are confidences.
    source (str): Where the output of the system comes from.
    """

    benchmark: str
    language: str
    n_gold: int
    system: str
    precision: float
    recall: float
    f1: float
    auc: Optional[float]
    source: str


_CARB = "github.com/dair-iitd/CaRB, system_outputs, commit 024e0e9"
_BENCHIE = "github.com/gkiril/benchie, explicit extractions, commit d9cdb93"

_BENCHIE_ROWS: Tuple[Tuple[str, int, str, float, float, float], ...] = (
    ("en", 739, "ClausIE", 0.5569, 0.2585, 0.3530),
    ("en", 739, "MinIE", 0.4621, 0.2801, 0.3488),
    ("en", 739, "OpenIE6", 0.3268, 0.2246, 0.2662),
    ("en", 739, "Multi²OIE", 0.3980, 0.1583, 0.2265),
    ("de", 576, "Multi²OIE", 0.0877, 0.0260, 0.0402),
    ("zh", 540, "Multi²OIE", 0.2006, 0.1185, 0.1490),
)

REFERENCES: Tuple[Reference, ...] = (
    Reference("carb", "en", 2548, "OpenIE-5", 0.526, 0.406, 0.458, 0.240, _CARB),
    *(
        Reference("benchie", language, n_gold, system, p, r, f, None, _BENCHIE)
        for language, n_gold, system, p, r, f in _BENCHIE_ROWS
    ),
)


def references(benchmark: str, language: str, n_gold: int) -> List[Reference]:
    """Find the scores that ours may be compared with.

    benchmark (str): Name of the benchmark.
    language (str): Language code.
    n_gold (int): Number of gold tuples or clusters, which tells the part.
    RETURNS (List[Reference]): The scores, none for other parts.
    """
    key = (benchmark, language, n_gold)
    return [r for r in REFERENCES if (r.benchmark, r.language, r.n_gold) == key]
