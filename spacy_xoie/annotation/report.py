"""What came of a run: counts for machines, a page and a sheet for readers."""

import heapq
import re
from collections import Counter
from hashlib import blake2b
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ..corpora.records import Record
from ..doc.triples import Triple
from .sources import Removal
from .ty import Discard

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~$])")
_LEADING = re.compile(r"^([#+\-=]|\d+(?=[.)](?:\s|$)))")
_PREDICATES = 20
_PLACES = 20
_COLUMNS = (
    "records",
    "dev",
    "without_triples",
    "triples",
    "triples_per_record",
    "mean_score",
    "consistency",
)
_QUANTILES = {"least": 0.0, "p10": 0.1, "median": 0.5, "p90": 0.9, "most": 1.0}


class Statistics:
    """Adds up what a report says, record by record.

    sheet (int): Records of the sheet.
    seed (int): Of the choice of these records.
    """

    def __init__(self, *, sheet: int = 50, seed: int = 0) -> None:
        self.sheet = sheet
        self.seed = seed
        self.removals: Counter[str] = Counter()
        self.discards: Counter[str] = Counter()
        self.asked = 0
        self._languages: Dict[str, _OfLanguage] = {}
        self._origins: Counter[str] = Counter()
        self._unreadable: List[str] = []
        self._sample: List[Tuple[int, str, str]] = []

    def remove(self, removal: Removal) -> None:
        """Count what no teacher saw."""
        self.removals[removal.reason] += 1
        if removal.reason == "unreadable" and len(self._unreadable) < _PLACES:
            self._unreadable.append(f"{removal.id}: {removal.detail}")

    def discard(self, discard: Discard) -> None:
        """Count what a teacher lost."""
        self.discards[discard.reason] += 1

    def keep(
        self,
        record: Record,
        triples: Sequence[Triple],
        *,
        tokens: int,
        consistency: Optional[float] = None,
    ) -> None:
        """Count a record that was kept.

        record (Record): The record.
        triples (Sequence[Triple]): Its triples, with their origins and scores.
        tokens (int): Its length.
        consistency (Optional[float]): How much of it is found on the way back.
        """
        counts = self._languages.setdefault(record.language, _OfLanguage())
        counts.records[record.split] += 1
        counts.empty += not triples
        counts.tokens[tokens] += 1
        for triple, stored in zip(triples, record.triples, strict=True):
            counts.predicates[stored.relation.text.casefold()] += 1
            self._origins[triple.origin or "unknown"] += 1
            if triple.score is not None:
                counts.scores.add(triple.score)
        counts.triples += len(triples)
        if consistency is not None:
            counts.consistency.add(consistency)
        self._draw(record, triples)

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The report, JSON-ready."""
        languages = {code: self._languages[code] for code in sorted(self._languages)}
        parts: Counter[str] = Counter()
        for origin, count in self._origins.items():
            parts[str(len(origin.split("+")))] += count
        n_removed = sum(self.removals.values())
        return {
            "records_in": self.asked + n_removed,
            "removed": n_removed,
            "asked": self.asked,
            "kept": sum(sum(c.records.values()) for c in languages.values()),
            "triples": sum(counts.triples for counts in languages.values()),
            "removed_by_reason": _ranked(self.removals),
            "discards_by_reason": _ranked(self.discards),
            "unreadable": self._unreadable,
            "languages": {code: c.to_dict() for code, c in languages.items()},
            "origins": _ranked(self._origins),
            "triples_by_number_of_teachers": dict(sorted(parts.items())),
        }

    def sheet_md(self) -> str:
        """RETURNS (str): Some records to read, as Markdown."""
        texts = [text for _, _, text in sorted(self._sample, reverse=True)]
        head = f"# {len(texts)} records to read\n\nDrawn by chance, always the same.\n"
        return head + "".join(texts)

    def _draw(self, record: Record, triples: Sequence[Triple]) -> None:
        """Those with the lowest hashes are a sample that does not depend on order."""
        name = f"{self.seed} {record.id} {record.language}"
        chance = -int.from_bytes(blake2b(name.encode("utf8"), digest_size=8).digest())
        entry = (chance, name, _on_sheet(record, triples))
        if len(self._sample) < self.sheet:
            heapq.heappush(self._sample, entry)
        elif self._sample and entry > self._sample[0]:
            heapq.heapreplace(self._sample, entry)


class _Mean:
    """The mean of what is added."""

    def __init__(self) -> None:
        self.total = 0.0
        self.count = 0

    def add(self, value: float) -> None:
        self.total += value
        self.count += 1

    @property
    def value(self) -> Optional[float]:
        return round(self.total / self.count, 4) if self.count else None


class _OfLanguage:
    """What is counted of one language."""

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.tokens: Counter[int] = Counter()
        self.predicates: Counter[str] = Counter()
        self.scores = _Mean()
        self.consistency = _Mean()
        self.triples = 0
        self.empty = 0

    def to_dict(self) -> Dict[str, Any]:
        records = sum(self.records.values())
        return {
            "records": records,
            "train": self.records["train"],
            "dev": self.records["dev"],
            "without_triples": self.empty,
            "triples": self.triples,
            "triples_per_record": round(self.triples / records, 3),
            "tokens": {
                name: _quantile(self.tokens, q) for name, q in _QUANTILES.items()
            },
            "mean_score": self.scores.value,
            "consistency": self.consistency.value,
            "predicates": dict(list(_ranked(self.predicates).items())[:_PREDICATES]),
        }


def report_md(report: Mapping[str, Any]) -> str:
    """Write a report out for readers.

    report (Mapping[str, Any]): What `Statistics.to_dict` says, perhaps with
        "thresholds".
    RETURNS (str): A page of Markdown.
    """
    lines = ["# Training data", ""]
    lines += _table(
        ["", "number"],
        [
            ["sentences in", report["records_in"]],
            ["removed before the teacher", report["removed"]],
            ["labelled by the teacher", report["asked"]],
            ["records kept", report["kept"]],
            ["triples", report["triples"]],
        ],
    )
    rows = [
        [code, *(c[field] for field in _COLUMNS)]
        for code, c in report["languages"].items()
    ]
    head = "language records dev empty triples triples/record score consistency"
    lines += ["## Languages", "", *_table(head.split(), rows)]
    rows = [[c, *v["tokens"].values()] for c, v in report["languages"].items()]
    lines += ["## Length in tokens", "", *_table(["language", *_QUANTILES], rows)]
    if report.get("thresholds"):
        rows = [
            [code, round(t["value"], 3), t["size"], round(t["median"], 3)]
            for code, t in report["thresholds"].items()
        ]
        lines += ["## Language identification", ""]
        lines += _table(["language", "least probability", "sample", "median"], rows)
    for title, field in (
        ("Removed before the teacher", "removed_by_reason"),
        ("Discarded by or after the teacher", "discards_by_reason"),
        ("Origins of the triples", "origins"),
        ("Triples by the number of teachers that have them", _AGREED),
    ):
        lines += [f"## {title}", "", *_table(["", "number"], report[field].items())]
    if report["unreadable"]:
        lines += ["## Lines that cannot be read", ""]
        lines += [f"- {escape(fault)}" for fault in report["unreadable"]]
        lines += [""]
    lines += ["## Most frequent relations", ""]
    rows = [
        [code, ", ".join(f"{text} ({n})" for text, n in c["predicates"].items())]
        for code, c in report["languages"].items()
    ]
    lines += _table(["language", "relations"], rows)
    return "\n".join(lines)


_AGREED = "triples_by_number_of_teachers"


def escape(text: str) -> str:
    """RETURNS (str): A text that Markdown shows as it is, in one line."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("&", "&amp;")
    # At the beginning of a line these make headings and lists.
    return _LEADING.sub(
        lambda m: f"\\{m[0]}" if m[0][0] in "#+-=" else f"{m[0]}\\", line
    )


def _on_sheet(record: Record, triples: Sequence[Triple]) -> str:
    lines = [f"\n## {escape(record.id)} ({escape(record.language)})\n"]
    lines.append(escape(record.text) + "\n")
    for triple in triples:
        parts = "; ".join(escape(part) for part in triple.as_tuple())
        score = "" if triple.score is None else f", {triple.score:.2f}"
        lines.append(f"- ({parts}) – {escape(triple.origin)}{score}")
    if not triples:
        lines.append("- no triple")
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> List[str]:
    cells = [[_cell(value) for value in row] for row in rows]
    if not cells:
        return ["None.", ""]
    lines = [head, ["---"] * len(head), *cells]
    return [f"| {' | '.join(line)} |" for line in lines] + [""]


def _cell(value: Any) -> str:
    return "–" if value is None else escape(str(value))


def _ranked(counts: Counter[str]) -> Dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _quantile(counts: Counter[int], share: float) -> int:
    rank = share * (sum(counts.values()) - 1)
    total = 0
    for value in sorted(counts):
        total += counts[value]
        if total > rank:
            return value
    return 0
