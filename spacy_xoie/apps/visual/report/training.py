"""How the training of a run went."""

from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

import srsly

from ....evaluation.pictures import picture
from ....files import read_json
from .sections import Section, drawing, percent, table

LOG = "log.jsonl"
_SCORES = ("xoie_predicate_f", "xoie_argument_f", "xoie_triple_f")


class Step(NamedTuple):
    """A line of a log: what was reached after so many updates."""

    step: int
    losses: Dict[str, float]
    scores: Dict[str, float]
    score: float


def training_section(folder: Path) -> Section:
    """RETURNS (Section): Losses and scores of each training in a run, as spaCy's
    `ConsoleLogger.v3` logs them to `log.jsonl`, and the scores of the best models."""
    section = Section("Training")
    models = sorted(
        path.parent for path in folder.glob("training/**/model-best/meta.json")
    )
    trainings = [model.parent for model in models]
    logs = sorted(folder.glob(f"training/**/{LOG}"))
    trainings += [log.parent for log in logs if log.parent not in trainings]
    if not trainings:
        section.missing.append(
            f"There is no training, training/…/model-best or training/…/{LOG}. Run the "
            f"steps `train-1` to `train-3`, or `full-train`."
        )
    curves: List[Tuple[str, List[Step]]] = []
    for training in trainings:
        name = str(training.relative_to(folder))
        if not (training / LOG).is_file():
            section.missing.append(
                f"{name} has no {LOG}, so there is no curve of it. Train with "
                f"--training.logger.output_file {name}/{LOG}."
            )
            continue
        best = training / "model-best" / "meta.json"
        if best.is_file() and is_older(training / LOG, best):
            section.missing.append(
                f"{name}/{LOG} is older than the model, so it may be of an earlier "
                f"training: spaCy does not overwrite it. Remove it and train again."
            )
        steps = read_log(training / LOG, name, section.missing)
        if steps:
            curves.append((name, steps))
    if curves:
        section.parts.append(
            drawing(
                lambda path: save_training(path, curves),
                "Curves: losses and scores on the development data after each step",
            )
        )
    rows = [row for model in models if (row := _row(model, folder, section.missing))]
    if rows:
        header = ["Best model", "Predicates F", "Arguments F", "Triples F"]
        section.parts.append(
            table(header, rows, caption="On development data, percent")
        )
    return section


def is_older(path: Path, other: Path) -> bool:
    """RETURNS (bool): Whether a file is older than another, by more than a second."""
    return path.stat().st_mtime < other.stat().st_mtime - 1


def read_log(path: Path, name: str, gaps: List[str]) -> List[Step]:
    """Read a log; lines that are damaged are named in `missing`.

    path (Path): The file.
    name (str): What to call its training.
    gaps (List[str]): What cannot be shown is appended.
    RETURNS (List[Step]): Its lines.
    """
    steps = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            record = srsly.json_loads(line)
            losses = {str(k): float(v) for k, v in record["losses"].items()}
            scores = {str(k): float(v) for k, v in record["scores"].items()}
            step = Step(int(record["step"]), losses, scores, float(record["score"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            gaps.append(f"{name}/{path.name}, line {number} is damaged: {error!r}.")
        else:
            steps.append(step)
    if not steps:
        gaps.append(f"{name}/{path.name} has no lines.")
    return steps


def save_training(path: Path, curves: List[Tuple[str, List[Step]]]) -> None:
    """Draw losses and scores, a row of two panels for each training.

    path (Path): The picture.
    curves (List[Tuple[str, List[Step]]]): Names, and lines of logs.
    RAISES (ConfigError): If matplotlib is not installed.
    """
    with picture(path, 11, 3.2 * len(curves)) as figure:
        rows = figure.subplots(len(curves), 2, squeeze=False)
        for (name, steps), (left, right) in zip(curves, rows, strict=True):
            at = [step.step for step in steps]
            for key in steps[0].losses:
                values = [step.losses.get(key, float("nan")) for step in steps]
                left.plot(at, values, label=key, marker=".", markersize=3)
            left.set(title=f"{name}: loss", xlabel="Step")
            left.legend(fontsize="small")
            names = [key for key in _SCORES if key in steps[0].scores]
            for key in names or steps[0].scores:
                values = [step.scores.get(key, float("nan")) for step in steps]
                right.plot(at, values, label=key, marker=".", markersize=3)
            right.set(title=f"{name}: scores", xlabel="Step", ylim=(0, 100))
            right.legend(fontsize="small", loc="upper left")


def _row(model: Path, folder: Path, gaps: List[str]) -> List[str]:
    """Scores of a model, as its training left them."""
    name = str(model.parent.relative_to(folder))
    try:
        meta: Any = read_json(model / "meta.json")
        scores = dict(meta.get("performance") or {})
    except (ValueError, AttributeError, TypeError) as error:
        gaps.append(f"{name}/{model.name}/meta.json cannot be read: {error}.")
        return []
    if not any(key in scores for key in _SCORES):
        gaps.append(f"{name}/{model.name} says nothing of its scores.")
        return []
    return [name, *(percent(scores.get(key)) for key in _SCORES)]


def _lines(path: Path) -> List[str]:
    return path.read_text(encoding="utf8", errors="replace").splitlines()
