"""Texts through the engines of `extract`: one process, several, a cluster of Ray."""

import statistics
import time
from functools import partial
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Sequence

from spacy_xoie.apps.batch.engines import Engine, LocalEngine, ProcessEngine
from spacy_xoie.apps.batch.ray_engine import RayEngine
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.errors import EngineError

from .pipelines import make_pipeline
from .report import Section
from .timing import ratio_of

BATCH = 100
"""Texts of a batch."""


class Run(NamedTuple):
    """How long a run took, by the clock.

    whole (float): Seconds, start and end of the processes included.
    first (float): Seconds until the first batch is there.
    steady (float): Texts a second from then to the last.
    """

    whole: float
    first: float
    steady: float


def measure_engines(
    model: Optional[Path], texts: Sequence[str], n_workers: int, rounds: int
) -> Section:
    """Work on texts in this process, in several, and in workers of Ray, in turn.

    model (Optional[Path]): Folder of a pipeline; None for that of the package.
    texts (Sequence[str]): The texts.
    n_workers (int): Number of processes and of workers, each with one thread.
    rounds (int): How often each engine works on all texts.
    RETURNS (Section): The figures.
    """
    section = Section(
        f"Scale-out, {len(texts):,} texts",
        ["time / one process", "texts/s", "s to first batch", "s to the end"],
        "By the clock, so that this machine must do nothing else. Texts a second are "
        "those from the first batch on; a cluster takes a while to start.",
    )
    load = partial(make_pipeline, model)
    engines: Dict[str, Engine] = {
        "one process": LocalEngine(load, BATCH),
        f"{n_workers} processes": ProcessEngine(load, BATCH, n_workers),
    }
    try:
        engines[f"Ray, {n_workers} workers"] = RayEngine(load, BATCH, n_workers)
    except EngineError as e:
        section.note += f" {e}"
    runs: Dict[str, List[Run]] = {name: [] for name in engines}
    for _ in range(rounds):
        for name, engine in engines.items():
            runs[name].append(timed(engine, texts))
    alone = runs["one process"]
    for name, own in runs.items():
        pairs = list(zip(own, alone, strict=True))
        section.add(
            name,
            ratio_of([(other.steady, run.steady) for run, other in pairs]),
            statistics.median(run.steady for run in own),
            statistics.median(run.first for run in own),
            statistics.median(run.whole for run in own),
        )
    return section


def timed(engine: Engine, texts: Sequence[str]) -> Run:
    """RETURNS (Run): How long an engine works on texts."""
    stream = (Text(str(number), text) for number, text in enumerate(texts))
    start = time.perf_counter()
    moments = []
    for answer in engine(stream):
        assert not answer.error, answer.error
        moments.append(time.perf_counter())
    end = time.perf_counter()
    assert len(moments) == len(texts)
    first, last = moments[BATCH - 1], moments[-1]
    return Run(end - start, first - start, (len(texts) - BATCH) / (last - first))
