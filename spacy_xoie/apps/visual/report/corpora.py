"""The data of a run: languages and triples."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List
from zlib import error as ZlibError

from spacy.tokens import DocBin
from spacy.vocab import Vocab

from ....doc.languages import language_of
from ....doc.triples import SPAN_KEY
from ....evaluation.pictures import picture
from .sections import Section, drawing, percent, table


@dataclass
class Counts:
    """What a corpus has, by language."""

    name: str
    docs: Counter[str] = field(default_factory=Counter)
    tokens: Counter[str] = field(default_factory=Counter)
    triples: Counter[str] = field(default_factory=Counter)
    annotated: Counter[str] = field(default_factory=Counter)


def corpora_section(folder: Path) -> Section:
    """RETURNS (Section): Share of the languages, and triples of each, in the `.spacy`
    files of a run."""
    section = Section("Languages and triples")
    paths = sorted(path for path in folder.glob("corpus/**/*.spacy") if path.is_file())
    if not paths:
        section.missing.append(
            f"There are no corpora, corpus/*.spacy. Run the step `convert` in {folder}."
        )
    all_counts: List[Counts] = []
    for path in paths:
        name = str(path.relative_to(folder))
        try:
            all_counts.append(count(path, name))
        except (ValueError, KeyError, TypeError, ZlibError, EOFError) as error:
            section.missing.append(
                f"{name} cannot be read as docs ({type(error).__name__}: {error})."
            )
    for counts in all_counts:
        section.parts.append(_table(counts))
    if all_counts:
        section.parts.insert(
            0,
            drawing(
                lambda path: save_counts(path, all_counts),
                "Bars: share of the docs and number of triples of each language",
            ),
        )
    return section


def count(path: Path, name: str) -> Counts:
    """RETURNS (Counts): What is in a `.spacy` file."""
    counts = Counts(name)
    for doc in DocBin().from_disk(path).get_docs(Vocab()):
        language = language_of(doc)
        counts.docs[language] += 1
        counts.tokens[language] += len(doc)
        if SPAN_KEY in doc.spans:
            counts.annotated[language] += 1
            counts.triples[language] += len({span.id for span in doc.spans[SPAN_KEY]})
    return counts


def save_counts(path: Path, corpora: List[Counts]) -> None:
    """Draw the share of each language in the docs, and how many triples it has.

    path (Path): The picture.
    corpora (List[Counts]): What to draw, a bar for each.
    RAISES (ConfigError): If matplotlib is not installed.
    """
    languages = sorted({code for counts in corpora for code in counts.docs})
    names = [counts.name for counts in corpora]
    with picture(path, 11, 1.6 + 0.45 * len(corpora)) as figure:
        left, right = figure.subplots(1, 2, sharey=True)
        begin: Dict[str, List[float]] = {"docs": [0.0] * len(corpora)}
        begin["triples"] = [0.0] * len(corpora)
        for code in languages:
            shares = [
                counts.docs[code] / max(counts.docs.total(), 1) for counts in corpora
            ]
            numbers = [float(counts.triples[code]) for counts in corpora]
            bars = left.barh(names, shares, left=begin["docs"], label=code)
            if len(languages) <= 12:
                texts = [code if share > 0.04 else "" for share in shares]
                left.bar_label(bars, texts, label_type="center", fontsize="small")
            right.barh(names, numbers, left=begin["triples"], label=code)
            for key, values in (("docs", shares), ("triples", numbers)):
                begin[key] = [a + b for a, b in zip(begin[key], values, strict=True)]
        left.invert_yaxis()
        left.set(title="Share of the docs", xlim=(0, 1))
        right.set_title("Triples")
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right center", fontsize="small")


def _table(counts: Counts) -> str:
    total = counts.docs.total()
    rows = []
    for code in [*sorted(counts.docs), "all"]:
        docs, tokens, triples, annotated = (
            counter.total() if code == "all" else counter[code]
            for counter in (
                counts.docs,
                counts.tokens,
                counts.triples,
                counts.annotated,
            )
        )
        each = f"{triples / annotated:.2f}" if annotated else "–"
        rows.append(
            [
                code,
                f"{docs:,}",
                percent(docs / max(total, 1)),
                f"{tokens:,}",
                f"{triples:,}",
                each,
            ]
        )
    header = ["Language", "Docs", "Share %", "Tokens", "Triples", "Triples a doc"]
    return table(header, rows, caption=counts.name)
