"""What the agreement of teachers was like, language by language."""

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Dict, List, Optional, Sequence, Tuple

from ..evaluation.matching import PlacedTriple, match_triples, soft_f1


@dataclass
class PairCount:
    """How much two teachers said the same: the sum of the similarities of the triples
    that match, and the numbers of triples of both, where both labelled one text."""

    shared: float = 0.0
    n_first: int = 0
    n_second: int = 0

    @property
    def f1(self) -> Optional[float]:
        """None where neither of them said anything."""
        return soft_f1(self.shared, self.n_first, self.n_second)


@dataclass
class LanguageReport:
    """The agreement in one language.

    n_items (int): Number of items.
    n_lost (int): Items on which the teachers did not agree at all.
    n_kept (int): Triples that were kept.
    n_set_aside (int): Triples that were not, those of several teachers counted once.
    n_triples (Dict[str, int]): Triples of each teacher.
    pairs (Dict[Tuple[str, str], PairCount]): The agreement of each pair of teachers.
    """

    n_items: int = 0
    n_lost: int = 0
    n_kept: int = 0
    n_set_aside: int = 0
    n_triples: Dict[str, int] = field(default_factory=dict)
    pairs: Dict[Tuple[str, str], PairCount] = field(default_factory=dict)

    @property
    def kept_share(self) -> Optional[float]:
        """Share of the triples that were kept; None where there was none."""
        total = self.n_kept + self.n_set_aside
        return self.n_kept / total if total else None

    def add_item(self, answers: Sequence[Tuple[str, List[PlacedTriple]]]) -> None:
        """Count the triples of an item.

        answers (Sequence[Tuple[str, List[PlacedTriple]]]): The triples of each teacher
            that labelled the same text.
        """
        self.n_items += 1
        for name, triples in answers:
            self.n_triples[name] += len(triples)
        for (first, ours), (second, theirs) in combinations(answers, 2):
            pair = self.pairs[first, second]
            pair.shared += sum(match.score for match in match_triples(ours, theirs))
            pair.n_first += len(ours)
            pair.n_second += len(theirs)

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The report, JSON-ready."""
        return {
            "n_items": self.n_items,
            "n_lost": self.n_lost,
            "n_kept": self.n_kept,
            "n_set_aside": self.n_set_aside,
            "kept_share": self.kept_share,
            "n_triples": dict(self.n_triples),
            "pairs": {f"{a}+{b}": count.f1 for (a, b), count in self.pairs.items()},
        }


class AgreementReport:
    """The agreement in each language."""

    def __init__(self, teachers: Tuple[str, ...]) -> None:
        """Begin a report.

        teachers (Tuple[str, …]): Names of the teachers.
        """
        self.teachers = teachers
        self.languages: Dict[str, LanguageReport] = {}

    def language(self, language: str) -> LanguageReport:
        """RETURNS (LanguageReport): The report of a language, to be added to."""
        if language not in self.languages:
            self.languages[language] = LanguageReport(
                n_triples=dict.fromkeys(self.teachers, 0),
                pairs={pair: PairCount() for pair in combinations(self.teachers, 2)},
            )
        return self.languages[language]

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The report by language, JSON-ready."""
        return {code: each.to_dict() for code, each in sorted(self.languages.items())}
