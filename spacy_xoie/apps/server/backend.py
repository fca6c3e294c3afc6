"""Where the pipeline runs: in this process, or in one of its own that can be ended when
a text takes too long."""

import json
import logging
import multiprocessing
import signal
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Dict, Iterator, List, Optional, Protocol

from ...errors import ConfigError, XoieError
from .engine import Answer, Engine, EngineSpec, Job, open_engine

logger = logging.getLogger(__name__)

_OPENING_TIME = 600.0
"""Seconds that it may take to open the pipeline."""
_GOODBYE = 5.0
"""Seconds that the process may take to end by itself."""


class Backend(Protocol):
    """Does jobs. Its methods are called by one thread at a time, and say what goes
    wrong in the answers."""

    @property
    def info(self) -> Dict[str, Any]:
        """What can be asked for, see `Engine.info`."""
        ...

    def answer(self, job: Job) -> List[Answer]:
        """Do a job.

        job (Job): The job.
        RETURNS (List[Answer]): One for each text, in order.
        """
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class LocalBackend:
    """Runs in this process. A job that takes too long cannot be ended: it holds up
    those after it.

    engine (Engine): The pipeline.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.info = engine.info()

    def answer(self, job: Job) -> List[Answer]:
        return self.engine.answer(job)

    def close(self) -> None:
        self.engine.close()


class ProcessBackend:
    """Runs in a process of its own. If a job takes too long, or ends the process (no
    memory), a new one is started, while this one serves on.

    spec (EngineSpec): What the process opens.
    seconds (float): How long a job may take.
    RAISES (ConfigError): If it cannot be opened.
    """

    def __init__(self, spec: EngineSpec, seconds: float) -> None:
        self.spec = spec
        self.seconds = seconds
        self._process: Optional[BaseProcess] = None
        self._connection: Optional[Connection] = None
        self._is_ready = False
        self._start()
        try:
            self.info = self._wait_until_ready()
        except ConfigError:
            self._stop(patience=0.0)
            raise

    def answer(self, job: Job) -> List[Answer]:
        try:
            if self._connection is None:
                self._start()
            if not self._is_ready:
                self._wait_until_ready()
            assert self._connection is not None
            self._connection.send_bytes(job.to_bytes())
            if self._connection.poll(self.seconds):
                return self._receive(len(job.items))
            answer = Answer(
                b"",
                "timeout",
                f"The text took longer than {self.seconds:g} seconds and was given up. "
                f"Send it in parts.",
            )
        except ConfigError as error:
            logger.error("The pipeline could not be opened again: %s", error)
            answer = Answer(b"", "failed", "The pipeline could not be opened again.")
        except (EOFError, OSError):
            answer = Answer(
                b"", "failed", "The pipeline stopped while it read the text."
            )
        logger.warning("The process of the pipeline is started anew: %s", answer[2])
        self._stop(patience=0.0)
        self._start()
        return [answer] * len(job.items)

    def close(self) -> None:
        self._stop(patience=_GOODBYE)

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, far_end = context.Pipe()
        self._process = context.Process(
            target=serve_jobs,
            args=(self.spec, far_end),
            name="xoie-pipeline",
            daemon=True,
        )
        with _block_interrupt():
            self._process.start()
        # Now the end of the process is the end of the connection.
        far_end.close()
        self._is_ready = False

    def _wait_until_ready(self) -> Dict[str, Any]:
        assert self._connection is not None
        try:
            if not self._connection.poll(_OPENING_TIME):
                raise ConfigError(
                    f"{self.spec.model!r} was not open after {_OPENING_TIME:g} seconds."
                )
            info: Dict[str, Any] = json.loads(self._connection.recv_bytes())
        except EOFError as error:
            raise ConfigError(
                f"The process that opens {self.spec.model!r} ended before it was "
                f"ready. What it said stands above; if nothing does, it may have had "
                f"too little memory."
            ) from error
        if "error" in info:
            raise ConfigError(info["error"])
        self._is_ready = True
        return info

    def _receive(self, count: int) -> List[Answer]:
        assert self._connection is not None
        receive = self._connection.recv_bytes
        return [Answer(receive(), *json.loads(receive())) for _ in range(count)]

    def _stop(self, patience: float) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.join(patience)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
            self._process = None


def serve_jobs(spec: EngineSpec, connection: Connection) -> None:
    """What the process does: jobs, until the connection ends.

    spec (EngineSpec): What it opens.
    connection (Connection): Where jobs come from and answers go to. The first message
        is what `Engine.info` says, or `{"error": …}`.
    """
    try:
        try:
            engine = open_engine(spec)
        except (XoieError, OSError, ValueError) as error:
            connection.send_bytes(json.dumps({"error": str(error)}).encode("utf8"))
            return
        try:
            connection.send_bytes(json.dumps(engine.info()).encode("utf8"))
            while True:
                for answer in engine.answer(Job.from_bytes(connection.recv_bytes())):
                    connection.send_bytes(answer.body)
                    connection.send_bytes(json.dumps(answer[1:]).encode("utf8"))
        finally:
            engine.close()
    except (EOFError, OSError):
        # The server has gone, or has closed the connection.
        return


@contextmanager
def _block_interrupt() -> Iterator[None]:
    """Processes that are started meanwhile do not hear of Ctrl-C: it is for the server,
    which then closes the connection."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
