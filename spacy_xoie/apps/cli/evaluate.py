"""Commands that say how good a pipeline is."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Dict, List, Optional

import srsly
import typer
from thinc.api import Config
from wasabi import msg

from ...errors import ConfigError
from ...evaluation import evaluate_pipeline, score_table
from ...evaluation.benchmarks import (
    Benchmark,
    BenchmarkResult,
    find_benchmarks,
    run_benchmark,
)
from ...evaluation.calibration import (
    apply_calibration,
    fit_calibration,
    reliability,
)
from ...evaluation.curves import CurveScore, save_curves
from ...evaluation.pictures import check_picture
from ...evaluation.references import references
from ...extraction.pretrained import CONFIG, find_model
from ...files import Fault, check_writable, file_suffix, write_json, write_text
from ...loading import load
from .app import app
from .options import ModelArgument, Threshold, output_option, rename_options
from .util import one_line_errors

_FACTS = {"benchie": "minimal", "carb": "whole", "reoie2016": "whole"}
_TITLES = {"benchie": "BenchIE", "carb": "CaRB", "reoie2016": "Re-OIE2016"}
HEADER = ["Benchmark", "Language", "System", "", "P", "R", "F1", "AUC"]


@app.command("evaluate", cls=rename_options({"--curve": "--plot"}))
def evaluate_cli(
    model: ModelArgument,
    data: Annotated[
        List[str],
        typer.Argument(
            help="A .spacy or .jsonl corpus, several of which are scored together; "
            "or a benchmark, a file or a folder of BenchIE, CaRB or Re-OIE2016: "
            "[NAME:]PATH[:LANGUAGE]"
        ),
    ],
    output: Annotated[Optional[Path], output_option("JSON file for the scores")] = None,
    extractions: Annotated[
        Optional[Path], typer.Option(help="Folder for what was found, as JSONL")
    ] = None,
    plot: Annotated[
        Optional[Path],
        typer.Option(
            help="Picture (.png, .svg) of precision over recall, a panel for each "
            "benchmark"
        ),
    ] = None,
    threshold: Threshold = None,
    facts: Annotated[
        Optional[str],
        typer.Option(
            help='"minimal" or "whole" triples of a pretrained model; else what the '
            "benchmark asks for: BenchIE minimal ones, the others whole ones"
        ),
    ] = None,
) -> None:
    """Score a pipeline on annotated docs and on benchmarks, language by language, with
    published systems beside it."""
    figures: Dict[str, Any] = {}
    results: List[BenchmarkResult] = []
    with one_line_errors():
        for path in filter(None, (output, extractions and extractions / "a.jsonl")):
            check_writable(path)
        if plot is not None:
            check_picture(plot)
        corpora = [item for item in data if file_suffix(item) in (".spacy", ".jsonl")]
        if corpora:
            figures = _score_corpora(model, corpora, threshold)
        for item in data:
            if item in corpora:
                continue
            for benchmark in find_benchmarks(item, _warn):
                kinds = facts or _FACTS.get(benchmark.name)
                nlp = load(model, benchmark.language, threshold, kinds)
                results.append(run_benchmark(nlp, benchmark))
        if results:
            _print_results(results, Path(model).name)
            figures["benchmarks"] = [result.to_dict() for result in results]
        if extractions is not None:
            for result in results:
                name = f"{result.benchmark.name}_{result.benchmark.language}.jsonl"
                lines = [srsly.json_dumps(record) for record in result.extractions]
                write_text(extractions / name, "\n".join(lines) + "\n")
            msg.good(f"Wrote {extractions}")
        if output is not None:
            write_json(output, figures)
            msg.good(f"Wrote {output}")
        if plot is not None:
            save_curves(plot, _panels(results))
            msg.good(f"Wrote {plot}")


@app.command("calibrate")
def calibrate_cli(
    model: Annotated[
        str, typer.Argument(help="Folder that `export` wrote, or name of a model")
    ],
    data: Annotated[
        List[str],
        typer.Argument(help="BenchIE development data: [benchie:]PATH[:LANGUAGE]"),
    ],
) -> None:
    """Fit scores to how often triples are right, and store the curve with the model."""
    with one_line_errors():
        folder = find_model(model)
        config = Config().from_disk(folder / CONFIG)
        config["model"]["calibration"] = []
        flags = []
        with tempfile.TemporaryDirectory() as scratch:
            raw = shutil.copytree(folder, Path(scratch) / folder.name)
            config.to_disk(raw / CONFIG)
            for item in data:
                for benchmark in find_benchmarks(item, _warn):
                    if benchmark.name == "benchie":
                        nlp = load(str(raw), benchmark.language, 0.0, "minimal")
                        flags += run_benchmark(nlp, benchmark).flags
        if not flags:
            raise ConfigError(
                f"There is no BenchIE annotation in {', '.join(data)}: only that says "
                f"of each triple whether it is right."
            )
        scores, correct = zip(*flags, strict=True)
        curve = fit_calibration(scores, correct)
        before = reliability(scores, correct)
        after = reliability(apply_calibration(scores, curve), correct)
        config["model"]["calibration"] = [list(point) for point in curve]
        write_text(folder / CONFIG, config.to_str())
    header = ["", "Facts", "AUC", "Brier", "Calibration error"]
    rows = [
        [name, r.size, f"{r.auc:.3f}", f"{r.brier:.3f}", f"{r.ece:.3f}"]
        for name, r in (("raw", before), ("calibrated", after))
    ]
    msg.table(rows, header=header, divider=True, aligns=["l", *"rrrr"])
    msg.good(f"Wrote {folder / CONFIG}")


def _warn(fault: Fault) -> None:
    msg.warn(str(fault))


def _score_corpora(
    model: str, paths: List[str], threshold: Optional[float]
) -> Dict[str, Any]:
    nlp = load(model, "xx", threshold)
    scores = evaluate_pipeline(nlp, *paths, on_fault=_warn)
    header, rows = score_table(scores)
    names = ", ".join(Path(path).name for path in paths)
    msg.divider(f"{names}, {scores['n_docs']} docs")
    aligns = ["l", *["r"] * (len(header) - 1)]
    msg.table(rows, header=header, divider=True, aligns=aligns)
    return scores


def _panels(results: List[BenchmarkResult]) -> Dict[str, Dict[str, CurveScore]]:
    """The curves that there are, by benchmark and language."""
    panels: Dict[str, Dict[str, CurveScore]] = {}
    for result in results:
        benchmark = result.benchmark
        if result.curve is not None:
            title = _TITLES.get(benchmark.name, benchmark.name)
            panels.setdefault(title, {})[benchmark.language] = result.curve
    return panels


def _print_results(results: List[BenchmarkResult], name: str) -> None:
    rows = []
    for result in results:
        benchmark: Benchmark = result.benchmark
        place = [benchmark.name, benchmark.language]
        for metric in result.metrics:
            auc = "-" if metric.auc is None else f"{metric.auc:.3f}"
            values = [f"{v:.3f}" for v in (metric.precision, metric.recall, metric.f1)]
            rows.append([*place, name, metric.name, *values, auc])
        for other in references(benchmark.name, benchmark.language, benchmark.size):
            auc = "-" if other.auc is None else f"{other.auc:.3f}"
            values = [f"{v:.3f}" for v in (other.precision, other.recall, other.f1)]
            rows.append([*place, other.system, "reference", *values, auc])
    msg.table(rows, header=HEADER, divider=True, aligns=[*"llll", *"rrrr"])
