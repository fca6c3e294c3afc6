"""What is known of the languages of a model, as tables."""

from typing import Any, Dict, Iterable, List, Mapping, Sequence

from ..errors import ConfigError
from ..language.facts import find_language

UNKNOWN = "–"
LEGEND = """\
Trees are the sentences that the model learned from. LAS is the share of words with the
right head and relation, in percent, in held-back sentences of the same treebanks, whose
number is in brackets. Soft F1 is that of triples in texts of this project, their number
in brackets: a triple counts if subject, relation and the rest each share half of their
words with an expected one. "As in English" is the F1 of what is found in translated
news with what is found in the English original, with its 95 % interval; what the word
aligner has wrong counts against it."""


def figures_cells(known: Mapping[str, Any]) -> Dict[str, str]:
    """RETURNS (Dict[str, str]): What is known of a language, by headings of a table.

    known (Mapping[str, Any]): Its figures, see `Figures`.
    """
    return {
        "Trees": _count(known, "trees"),
        "Tokens": _count(known, "tokens"),
        "LAS": _of(known, "las", "las_trees", percent=True),
        "Soft F1": _of(known, "soft_f", "soft_texts"),
        "As in English": _consistency(known),
    }


def language_table(
    languages: Iterable[str],
    by_language: Mapping[str, Mapping[str, Any]],
    sources: Sequence[Mapping[str, str]],
) -> List[List[str]]:
    """Lay out what is known of languages, without columns that would be empty.

    languages (Iterable[str]): Their codes.
    by_language (Mapping[str, Mapping[str, Any]]): Their figures.
    sources (Sequence[Mapping[str, str]]): What the model learned from; a source with a
        "language" is one of its treebanks.
    RETURNS (List[List[str]]): Header and rows.
    """
    rows = []
    for code in languages:
        own = [
            f"{row['name']} ({row.get('license') or 'licence not stated'})"
            for row in sources
            if row.get("language") == code
        ]
        rows.append(
            {
                "Language": f"{language_name(code)} (`{code}`)",
                **figures_cells(by_language.get(code, {})),
                "Treebanks": ", ".join(own) or UNKNOWN,
            }
        )
    header = [
        name
        for name in ("Language", *figures_cells({}), "Treebanks")
        if any(row[name] != UNKNOWN for row in rows)
    ]
    return [header, *([row[name] for name in header] for row in rows)]


def language_name(code: str) -> str:
    """RETURNS (str): The English name of a language, its code if none is known."""
    try:
        return find_language(code).name
    except ConfigError:
        return code


def has_scores(known: Mapping[str, Any]) -> bool:
    """RETURNS (bool): Whether it was measured how well a model does in a language."""
    return any(known.get(name) is not None for name in ("las", "soft_f"))


def _count(known: Mapping[str, Any], name: str) -> str:
    return f"{known[name]:,}" if known.get(name) else UNKNOWN


def _of(
    known: Mapping[str, Any], name: str, size: str, *, percent: bool = False
) -> str:
    value = known.get(name)
    if value is None:
        return UNKNOWN
    return f"{f'{100 * value:.1f}' if percent else f'{value:.2f}'} ({known[size]:,})"


def _consistency(known: Mapping[str, Any]) -> str:
    value = known.get("consistency")
    if value is None:
        return UNKNOWN
    low, high = known.get("consistency_low"), known.get("consistency_high")
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return f"{value:.2f}{interval}"
