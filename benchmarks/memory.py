"""The most memory that a piece of work needs."""

import ctypes
import gc
import threading
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Iterator

import psutil  # type: ignore[import-untyped]


def resident() -> float:
    """RETURNS (float): Resident memory of this process, in MB."""
    return float(psutil.Process().memory_info().rss) / 1e6


@contextmanager
def watched(interval: float = 0.005) -> Iterator[SimpleNamespace]:
    """Watch the memory of what runs within a `with` block, from a thread.

    interval (float): Seconds between looks.
    YIELDS (SimpleNamespace): After the block, `peak` and `kept` are the most memory
        that it needed and what is still in use, in MB above that at its start.
    """
    _release()
    start = resident()
    result = SimpleNamespace(peak=0.0, kept=0.0)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(interval):
            result.peak = max(result.peak, resident() - start)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield result
    finally:
        done.set()
        watcher.join()
        result.peak = max(result.peak, resident() - start)
        _release()
        result.kept = resident() - start


def _release() -> None:
    """Give freed memory back to the system, where the C library knows how to."""
    gc.collect()
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)
