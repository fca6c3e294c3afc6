"""Texts worked on by a cluster of Ray, through Ray Data: each worker has a pipeline of
its own, and no more is in flight than they can take. The texts of a worker that dies go
to another one."""

import json
import logging
import os
import warnings
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, Dict, Iterable, Iterator, List, Sequence

from spacy.language import Language

from ...errors import EngineError
from ...language.zones import Zone
from ...streams import cut_stream
from .engines import Loader, batches, extract, length
from .texts import Text
from .wire import TextResult, pack_results, unpack_results

if TYPE_CHECKING:
    from pyarrow import Table

_RETRIES = 3
"""How often a batch is tried again whose worker died."""

_WAVE = 50_000_000
"""Characters that the cluster is given at a time: minutes of work, so that it matters
little that each wave begins with new workers; and memory is bounded however much there
is to read."""


class RayEngine:
    """Works on the cluster that RAY_ADDRESS names, else on one that it starts here for
    as long as the run takes. Answers come in any order.

    load (Loader): Makes the pipeline; workers get it by pickling.
    batch_size (int): Number of texts that are worked on together.
    n_workers (int): Number of workers.
    RAISES (EngineError): If Ray is not installed.
    """

    def __init__(self, load: Loader, batch_size: int, n_workers: int) -> None:
        try:
            import ray.data  # noqa: F401
        except ImportError as e:
            raise EngineError(
                "This engine needs Ray Data, which is not installed: "
                "pip install 'spacy-xoie[ray]'"
            ) from e
        self.load = load
        self.batch_size = batch_size
        self.n_workers = n_workers

    def __call__(self, texts: Iterable[Text]) -> Iterator[TextResult]:
        """YIELDS (TextResult): One for each text, in any order. A text is given up with
        its batch if one worker after the other dies of it."""
        import ray

        nlp = self.load()
        is_ours = not ray.is_initialized()
        if is_ours:
            _start(self.n_workers)
        try:
            with Zone(nlp) as zone:
                groups = batches(texts, self.batch_size)
                for wave in cut_stream(groups, length, most=_WAVE):
                    yield from self._work(nlp, zone, wave)
        finally:
            if is_ours:
                ray.shutdown()

    def _work(
        self, nlp: Language, zone: Zone, wave: Sequence[List[Text]]
    ) -> Iterator[TextResult]:
        import ray
        from ray.data import ActorPoolStrategy, DataContext

        settings = DataContext.get_current()
        settings.enable_progress_bars = False
        # What is lost is found out below, and said.
        settings.max_errored_blocks = -1
        rest = {text.name: replace(text, text="") for b in wave for text in b}
        todo = ray.data.from_arrow_refs([ray.put(_table(batch)) for batch in wave])
        with warnings.catch_warnings():
            # How often to retry is said in a way that Ray 2.64 will not have any more.
            warnings.simplefilter("ignore")
            results = todo.map_batches(
                _Worker,
                fn_constructor_args=(self.load,),
                batch_size=None,
                batch_format="pyarrow",
                compute=ActorPoolStrategy(size=min(self.n_workers, len(wave))),
                max_task_retries=_RETRIES,
            )
        for table in results.iter_batches(batch_size=None, batch_format="pyarrow"):
            for row in table.to_pylist():
                part = [rest.pop(name) for name in row["names"]]
                zone.renew(row["length"])
                yield from unpack_results(nlp.vocab, part, row["answers"])
        for text in rest.values():
            yield TextResult(text, None, "one worker after the other died of its batch")


class _Worker:
    """A worker, with its pipeline."""

    def __init__(self, load: Loader) -> None:
        import torch

        # There are as many workers as there is room for.
        torch.set_num_threads(1)
        self.nlp = load()
        self.zone = Zone(self.nlp).__enter__()

    def __call__(self, table: "Table") -> "Table":
        """Work on a batch: a table with the column "text" becomes one of a single row,
        with the names of the texts, their length, and the answers to them."""
        import pyarrow as pa

        texts = [Text(**json.loads(line)) for line in table["text"].to_pylist()]
        self.zone.renew(length(texts))
        names = [text.name for text in texts]
        answers = pack_results(extract(self.nlp, texts))
        return pa.table(
            {
                "names": pa.array([names], pa.list_(pa.string())),
                "length": pa.array([length(texts)], pa.int64()),
                "answers": pa.array([answers], pa.binary()),
            }
        )


def _start(n_workers: int) -> None:
    """Join a cluster, or start one here.

    RAISES (EngineError): If there is none to join, or none starts.
    """
    import ray

    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    here: Dict[str, Any] = {}
    if "RAY_ADDRESS" not in os.environ:
        here = {"num_cpus": n_workers, "include_dashboard": False}
    try:
        ray.init(log_to_driver=False, logging_level=logging.ERROR, **here)
    except Exception as e:  # Ray raises just that where a node starts too slowly.
        ray.shutdown()
        address = os.environ.get("RAY_ADDRESS")
        action = f"join the cluster at {address!r}" if address else "start a cluster"
        raise EngineError(
            f"Ray could not {action} ({e}). Check RAY_ADDRESS, which names a cluster, "
            f"or work without one: --engine local"
        ) from e
    logging.getLogger("ray.data").setLevel(logging.ERROR)


def _table(batch: List[Text]) -> "Table":
    import pyarrow as pa

    lines = [json.dumps(asdict(text)) for text in batch]
    return pa.table({"text": pa.array(lines, pa.string())})
