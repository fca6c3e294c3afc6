"""How good the pipelines of a run are: scores, curves, gates, consistency."""

from pathlib import Path
from typing import Any, Dict, List

import numpy as np

from ....errors import DataError
from ....evaluation.consistency import Consistency, ConsistencyTable
from ....evaluation.curves import CurveScore, save_curves
from ....evaluation.gate_plot import save_gates
from ....evaluation.gates import GateTable
from ....evaluation.heatmap import save_heatmap
from ....evaluation.report import score_table
from ....files import read_json
from ..page import escape
from .sections import Section, drawing, percent, table

_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, IndexError)


def metrics_sections(folder: Path) -> List[Section]:
    """RETURNS (List[Section]): Scores, precision over recall, gates and consistency, as
    the commands `evaluate`, `gates` and `consistency` leave them in `metrics/*.json`.
    """
    scores, curves = Section("Scores"), Section("Precision over recall")
    gates, agreement = Section("Gate weights"), Section("Consistency across languages")
    sections = [scores, curves, gates, agreement]
    for path in sorted(folder.glob("metrics/**/*.json")):
        name = str(path.relative_to(folder))
        try:
            record = read_json(path)
            if not isinstance(record, dict):
                raise TypeError(f"it holds no object, but {type(record).__name__}")
            if "layers" in record:
                _gates(record, name, gates)
            elif "pairs" in record:
                _consistency(record, name, agreement)
            elif "xoie_per_language" in record or "benchmarks" in record:
                _scores(record, name, scores)
                _curves(record, name, curves)
            else:
                scores.missing.append(f"{name} is of no kind that is known here.")
        except _DAMAGE as error:
            scores.missing.append(f"{name} cannot be read: {error!r}.")
    # Consistency is no step of the project, and needs parallel sentences.
    for section, how in zip(sections[:-1], _HOW, strict=True):
        if not section.parts and not section.missing:
            section.missing.append(how)
    return sections


_HOW = (
    "There are no scores. Run `spacy xoie evaluate MODEL corpus/test.spacy --output "
    "metrics/test.json`.",
    "There are no curves. Run `spacy xoie evaluate MODEL corpus/test.spacy --output "
    "metrics/test.json`.",
    "There are no gates. Run `spacy xoie gates MODEL assets/corpus --output "
    "metrics/gates.json`.",
)


def _scores(record: Dict[str, Any], name: str, section: Section) -> None:
    if "xoie_per_language" in record:
        header, rows = score_table(record)
        docs = record.get("n_docs", "?")
        caption = f"{name}: {docs} docs, percent"
        section.parts.append(table(header, rows, caption=caption))
    rows = []
    for benchmark in record.get("benchmarks", ()):
        for metric in benchmark["scores"]:
            values = [percent(metric[key]) for key in ("precision", "recall", "f1")]
            rows.append(
                [
                    f"{benchmark['benchmark']}, {metric['name']}",
                    str(benchmark["language"]),
                    *values,
                    percent(metric.get("auc")),
                ]
            )
    if rows:
        header = ["Benchmark", "Language", "P", "R", "F1", "AUC"]
        section.parts.append(table(header, rows, caption=f"{name}, percent"))


def _curves(record: Dict[str, Any], name: str, section: Section) -> None:
    panels: Dict[str, Dict[str, CurveScore]] = {}
    try:
        for language, curve in (record.get("curves") or {}).items():
            score = CurveScore.from_record(curve)
            panels.setdefault("Whole triples, exact", {})[language] = score
        for benchmark in record.get("benchmarks", ()):
            if benchmark.get("curve"):
                score = CurveScore.from_record(benchmark["curve"])
                title = str(benchmark["benchmark"])
                panels.setdefault(title, {})[str(benchmark["language"])] = score
    except DataError as error:
        section.missing.append(f"{name}: {error}")
        return
    if not panels:
        section.missing.append(
            f"{name} has scores, but no curves. Run `spacy xoie evaluate` again with "
            f"--output {name}."
        )
        return
    section.parts.append(
        f"<h3>{escape(name)}</h3>"
        + drawing(
            lambda path: save_curves(path, panels),
            f"Precision over recall, by language, of {name}",
        )
    )


def _gates(record: Dict[str, Any], name: str, section: Section) -> None:
    layers = record["layers"]
    languages = tuple(record["sentences"])
    experts = tuple(layers[0]["gates"][languages[0]])
    gates = GateTable(
        languages,
        experts,
        tuple(int(record["sentences"][code]) for code in languages),
        np.array(
            [
                [[layer["gates"][code][e] for e in experts] for code in languages]
                for layer in layers
            ],
            dtype="float64",
        ),
        np.array(
            [[layer["entropy_per_language"][c] for c in languages] for layer in layers],
            dtype="float64",
        ),
    )
    picture = drawing(
        lambda path: save_gates(path, gates),
        f"Heat map: mean gate of each adapter by language, of {name}",
    )
    section.parts.append(f"<h3>{escape(name)}</h3>{picture}")
    for number, mean in enumerate(gates.mean):
        rows = [
            [code, str(gates.n_sentences[i]), *(f"{gate:.2f}" for gate in mean[i])]
            for i, code in enumerate(languages)
        ]
        caption = "All layers" if len(layers) == 1 else f"Layer {number + 1}"
        header = ["Language", "Sentences", *experts]
        section.parts.append(table(header, rows, caption=caption))


def _consistency(record: Dict[str, Any], name: str, section: Section) -> None:
    pairs = tuple(Consistency(**pair) for pair in record["pairs"])
    languages, center = tuple(record["languages"]), record.get("center")
    pairs_table = ConsistencyTable(languages, pairs, center)
    picture = drawing(
        lambda path: save_heatmap(path, pairs_table),
        f"Heat maps: F1 of triples and predicates of each pair of languages, of {name}",
    )
    section.parts.append(f"<h3>{escape(name)}</h3>{picture}")
