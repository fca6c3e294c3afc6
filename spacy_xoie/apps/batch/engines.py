"""What runs a pipeline on texts: this process, or several.

An engine answers each text once, whatever happens to it: with a doc, or with what went
wrong. Those here answer in the order of the texts.

Docs are made in memory zones of spaCy's, so that memory stays flat however many texts
there are: a doc must not be used any more once the next answer was asked for.
"""

import itertools
import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import (
    Callable,
    Deque,
    Iterable,
    Iterator,
    List,
    Optional,
    Protocol,
    Sequence,
    Tuple,
    Union,
)

from spacy.language import Language
from spacy.tokens import Doc

from ...doc.blank import blank_pipeline
from ...doc.languages import set_language
from ...doc.triples import filter_triples
from ...language.zones import Zone
from ...streams import cut_stream
from .texts import Text
from .wire import TextResult, pack_results, unpack_results

Loader = Callable[[], Language]
"""Makes the pipeline. Other processes get it by pickling, or by forking."""

_CHARS = 100_000
"""A batch with so many characters is full, however few texts it has."""


class Engine(Protocol):
    """Runs a pipeline on texts."""

    def __call__(self, texts: Iterable[Text]) -> Iterator[TextResult]:
        """Work on texts, reading no more of them than are needed.

        texts (Iterable[Text]): The texts.
        YIELDS (TextResult): One for each text, in any order.
        """
        ...


def local_engine(load: Loader, batch_size: int, n_process: int = 1) -> Engine:
    """RETURNS (Engine): What runs a pipeline on this machine.

    load (Loader): Makes the pipeline.
    batch_size (int): Number of texts that are worked on together.
    n_process (int): Number of processes.
    """
    if n_process > 1:
        return ProcessEngine(load, batch_size, n_process)
    return LocalEngine(load, batch_size)


def asserted_only(engine: Engine) -> Engine:
    """RETURNS (Engine): One that leaves out triples which the text does not assert.

    engine (Engine): What runs a pipeline.
    """

    def run(texts: Iterable[Text]) -> Iterator[TextResult]:
        for result in engine(texts):
            if result.doc is not None:
                filter_triples(result.doc, lambda triple: triple.is_asserted)
            yield result

    return run


class LocalEngine:
    """Works in this process.

    load (Loader): Makes the pipeline.
    batch_size (int): Number of texts that are worked on together.
    """

    def __init__(self, load: Loader, batch_size: int) -> None:
        self.load = load
        self.batch_size = batch_size

    def __call__(self, texts: Iterable[Text]) -> Iterator[TextResult]:
        """YIELDS (TextResult): One for each text, in order."""
        nlp = self.load()
        with Zone(nlp) as zone:
            for batch in batches(texts, self.batch_size):
                zone.renew(length(batch))
                yield from extract(nlp, batch)


class ProcessEngine:
    """Works in several processes, each with a pipeline of its own. If one of them dies,
    its texts are tried again, one by one: only the text that it dies of is lost.

    load (Loader): Makes the pipeline.
    batch_size (int): Number of texts that are worked on together.
    n_process (int): Number of processes.
    """

    def __init__(self, load: Loader, batch_size: int, n_process: int) -> None:
        self.load = load
        self.batch_size = batch_size
        self.n_process = n_process

    def __call__(self, texts: Iterable[Text]) -> Iterator[TextResult]:
        """YIELDS (TextResult): One for each text, in order."""
        # Not with its own vocabulary: what forks later must not be in a zone of ours.
        nlp = blank_pipeline(self.load().lang)
        others = set(multiprocessing.active_children())
        queue: Deque[Tuple[List[Text], Future[bytes]]] = deque()
        todo = batches(texts, self.batch_size)
        pool = self._pool()
        try:
            with Zone(nlp) as zone:
                while True:
                    # Twice as many batches as processes keep all of them busy.
                    free = 2 * self.n_process - len(queue)
                    for batch in itertools.islice(todo, free):
                        queue.append((batch, _submit(pool, batch)))
                    if not queue:
                        pool.shutdown()
                        return
                    batch, future = queue.popleft()
                    try:
                        parts = [(batch, future.result())]
                    except BrokenProcessPool:
                        pool.shutdown()
                        parts = self._one_by_one(batch)
                        pool = self._pool()
                        rest = [batch for batch, _ in queue]
                        queue = deque((b, _submit(pool, b)) for b in rest)
                    zone.renew(length(batch))
                    for part, content in parts:
                        yield from unpack_results(nlp.vocab, part, content)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()

    def _one_by_one(self, batch: Sequence[Text]) -> List[Tuple[List[Text], bytes]]:
        parts: List[Tuple[List[Text], bytes]] = []
        for text in batch:
            with self._pool(1) as pool:
                try:
                    content = _submit(pool, [text]).result()
                except BrokenProcessPool:
                    dead = TextResult(text, None, "the process that worked on it died")
                    content = pack_results([dead])
            parts.append(([text], content))
        return parts

    def _pool(self, n_process: int = 0) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            n_process or self.n_process, initializer=_begin, initargs=(self.load,)
        )


def batches(texts: Iterable[Text], size: int) -> Iterator[List[Text]]:
    """Cut a stream of texts into batches.

    texts (Iterable[Text]): The texts.
    size (int): Most texts of a batch; a few long ones are enough as well.
    RETURNS (Iterator[List[Text]]): The batches.
    """
    return cut_stream(texts, lambda text: len(text.text), most=_CHARS, size=size)


def length(texts: Iterable[Text]) -> int:
    """RETURNS (int): How many characters texts have."""
    return sum(len(text.text) for text in texts)


def extract(nlp: Language, texts: Sequence[Text]) -> List[TextResult]:
    """Run a pipeline on texts. If they fail together, each is tried alone.

    nlp (Language): The pipeline.
    texts (Sequence[Text]): The texts.
    RETURNS (List[TextResult]): One for each text, in order.
    """
    answers: List[Optional[TextResult]] = [None] * len(texts)
    try:
        docs = ((_make_doc(nlp, text), place) for place, text in enumerate(texts))
        for doc, place in nlp.pipe(docs, as_tuples=True, batch_size=len(texts)):
            answers[place] = TextResult(texts[place], doc)
    except Exception:
        # Whose fault it is comes out below.
        answers = [None] * len(texts)
    return [
        _alone(nlp, text) if answer is None else answer
        for text, answer in zip(texts, answers, strict=True)
    ]


def _make_doc(nlp: Language, text: Text) -> Doc:
    doc = nlp.make_doc(text.text)
    if text.language:
        set_language(doc, text.language)
    return doc


def _alone(nlp: Language, text: Text) -> TextResult:
    try:
        return TextResult(text, nlp(_make_doc(nlp, text)))
    except Exception as e:
        reason = " ".join(str(e).split()) or "no reason given"
        return TextResult(text, None, f"{type(e).__name__}: {reason}")


def _submit(pool: ProcessPoolExecutor, batch: List[Text]) -> "Future[bytes]":
    try:
        return pool.submit(_work, batch)
    except BrokenProcessPool as e:
        # Said again when the result is asked for.
        future: Future[bytes] = Future()
        future.set_exception(e)
        return future


_nlp: Union[Language, None] = None
_zone: Union[Zone, None] = None
"""In a process that works for another one: its pipeline, and the memory zone of it."""


def _begin(load: Loader) -> None:
    """Begin a process that works for another one."""
    global _nlp, _zone
    import torch

    # Ctrl-C is for the process that we work for; should that one die, so do we.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_parent, daemon=True).start()
    # More threads than cores are slow, and none survive a fork.
    torch.set_num_threads(1)
    _nlp = load()
    _zone = Zone(_nlp).__enter__()


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _work(batch: Sequence[Text]) -> bytes:
    assert _nlp is not None and _zone is not None
    _zone.renew(length(batch))
    return pack_results(extract(_nlp, batch))
