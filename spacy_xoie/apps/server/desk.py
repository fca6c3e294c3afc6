"""The queue in front of the pipeline: one job at a time, a limited number of them, and
nobody waits longer than the limit."""

import asyncio
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Awaitable, Callable, List

from .backend import Backend
from .engine import Answer, Job
from .settings import Limits, Refusal

_LOOK = 0.25
"""Seconds between two looks whether the client is still there."""


class Desk:
    """Hands jobs to a backend.

    backend (Backend): What does the jobs.
    limits (Limits): How many may wait, and how long.
    """

    def __init__(self, backend: Backend, limits: Limits) -> None:
        self.backend = backend
        self.limits = limits
        self._open = 0
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="xoie-desk")

    @property
    def open_jobs(self) -> int:
        """How many jobs are worked on or wait."""
        return self._open

    async def ask(
        self, job: Job, deadline: float, is_gone: Callable[[], Awaitable[bool]]
    ) -> List[Answer]:
        """Let a job be done.

        job (Job): The job.
        deadline (float): When to give up, by the clock of the event loop.
        is_gone (Callable[[], Awaitable[bool]]): Whether nobody waits for the answer
            any more. A job that was not begun is then dropped.
        RETURNS (List[Answer]): One for each text, in order.
        RAISES (Refusal): If too many wait, or it takes too long.
        """
        future = self._submit(job)
        # The job itself is not cancelled with the wait for it.
        answers = asyncio.wrap_future(future)
        clock = asyncio.get_running_loop().time
        try:
            while (rest := deadline - clock()) > 0:
                futures, _ = await asyncio.wait({answers}, timeout=min(rest, _LOOK))
                if futures:
                    return answers.result()
                if await is_gone():
                    break
        finally:
            was_waiting = future.cancel()
        if was_waiting:
            raise Refusal(
                "busy", "The server is busy with other texts. Try again in a while."
            )
        raise Refusal(
            "timeout",
            f"The answer took longer than {self.limits.seconds:g} seconds. Send "
            f"shorter texts, or fewer.",
        )

    def close(self) -> None:
        """Drop what waits, wait for what runs, and close the backend."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        self.backend.close()

    def _submit(self, job: Job) -> "Future[List[Answer]]":
        with self._lock:
            if self._open >= self.limits.waiting:
                raise Refusal(
                    "busy",
                    f"{self._open} requests are worked on or wait, which is the limit. "
                    f"Try again in a while.",
                )
            self._open += 1
        future = self._executor.submit(self.backend.answer, job)
        future.add_done_callback(self._leave)
        return future

    def _leave(self, future: "Future[Any]") -> None:
        with self._lock:
            self._open -= 1
