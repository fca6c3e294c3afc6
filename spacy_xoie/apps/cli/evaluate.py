"""Commands that say how good a pipeline is."""

import shutil
import tempfile
from pathlib import Path
from typing import Annotated, Any, Dict, List, Optional, Sequence, Tuple

import numpy as np
import srsly
import typer
from numpy.typing import NDArray
from thinc.api import Config
from wasabi import msg

from ...errors import ConfigError
from ...evaluation import evaluate_pipeline, score_table
from ...evaluation.acceptability import Judgement, find_examples, find_judgements
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
from ...evaluation.scoring import (
    KEPT,
    ScoreReport,
    Scoring,
    cross_validate,
    fit_scoring,
    languages_of,
    report_scores,
    save_reliability,
)
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
        typer.Argument(
            help="JSONL of judged triples, of expected ones, or of a corpus, or a "
            "folder of such files; BenchIE data ([benchie:]PATH[:LANGUAGE]) beside "
            "them are only reported on"
        ),
    ],
    plot: Annotated[
        Optional[Path],
        typer.Option(
            help="Picture (.png, .svg) of how many are right at each score, by language"
        ),
    ] = None,
) -> None:
    """Fit scores to how often readers accept triples (or, with BenchIE data alone, to
    how often these match exactly), and store what makes them with the model."""
    with one_line_errors():
        if plot is not None:
            check_picture(plot)
        folder = find_model(model)
        config = Config().from_disk(folder / CONFIG)
        old = Scoring.of(config["model"])
        judgements: List[Judgement] = []
        benchmarks: List[Benchmark] = []
        for item in data:
            found = find_judgements(item, _warn) if Path(item).exists() else []
            judgements += found
            if not found:
                benchmarks += find_benchmarks(item, _warn)
        benchmarks = [one for one in benchmarks if one.name == "benchie"]
        if not judgements and not benchmarks:
            raise ConfigError(
                f"There are neither judged triples nor expected ones, a corpus or "
                f"BenchIE annotation in {', '.join(data)}: only these say of each "
                f"triple whether it is right."
            )
        if judgements:
            examples = find_examples(load(str(folder)), judgements)
            new = fit_scoring(examples)
            before, after = old(examples), cross_validate(examples)
            _print_report(report_scores(examples, before, after))
            if plot is not None:
                right = np.array([one.right for one in examples])
                save_reliability(
                    plot,
                    {
                        name: (after[places], right[places])
                        for name, places in languages_of(examples).items()
                    },
                )
                msg.good(f"Wrote {plot}")
            new.put(config["model"])
            write_text(folder / CONFIG, config.to_str())
            exact = {"BenchIE": _exact(str(folder), benchmarks)}
        else:
            Scoring().put(config["model"])
            with tempfile.TemporaryDirectory() as scratch:
                raw = shutil.copytree(folder, Path(scratch) / folder.name)
                config.to_disk(raw / CONFIG)
                scores, correct = _exact(str(raw), benchmarks)
            curve = fit_calibration(scores, correct)
            Scoring(curve=curve).put(config["model"])
            write_text(folder / CONFIG, config.to_str())
            exact = {
                "BenchIE, raw": (scores, correct),
                "calibrated": (apply_calibration(scores, curve), correct),
            }
    if benchmarks:
        rows = [
            [name, r.size, f"{r.auc:.3f}", f"{r.brier:.3f}", f"{r.ece:.3f}"]
            for name, flags in exact.items()
            for r in (reliability(*flags),)
        ]
        header = ["", "Facts", "AUC", "Brier", "Calibration error"]
        msg.table(rows, header=header, divider=True, aligns=["l", *"rrrr"])
    msg.good(f"Wrote {folder / CONFIG}")


def _exact(
    model: str, benchmarks: Sequence[Benchmark]
) -> Tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Scores of the facts of benchmarks, and whether each is right to the word."""
    flags: List[Tuple[float, bool]] = []
    for benchmark in benchmarks:
        nlp = load(model, benchmark.language, 0.0, _FACTS[benchmark.name])
        flags += run_benchmark(nlp, benchmark).flags
    scores, correct = ([flag[i] for flag in flags] for i in range(2))
    return np.array(scores, dtype=np.float64), np.array(correct, dtype=bool)


def _print_report(reports: Sequence[ScoreReport]) -> None:
    """Each figure of the old scores, and behind an arrow of the new ones."""

    def change(report: ScoreReport, name: str) -> str:
        if report.before is None or report.after is None:
            return "-"
        old, new = getattr(report.before, name), getattr(report.after, name)
        return f"{old:.3f} → {new:.3f}"

    rows = [
        [
            report.name,
            report.size,
            f"{report.precision:.2f}",
            *(change(report, name) for name in ("auc", "brier", "ece")),
            f"{report.kept:.2f}",
            "-" if report.kept_precision is None else f"{report.kept_precision:.2f}",
        ]
        for report in reports
    ]
    header = ["", "Triples", "Right", "AUC", "Brier", "Calibration error"]
    header += [f"Right ones ≥ {KEPT}", "right of those"]
    msg.table(rows, header=header, divider=True, aligns=["l", *"rrrrrrr"])


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
