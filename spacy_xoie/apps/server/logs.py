"""Logs that a flood of requests does not fill."""

import logging
import time
from contextlib import contextmanager
from typing import Callable, Dict, Iterator, Tuple

_KINDS = 1000
"""Messages that are told apart."""


class Sparse(logging.Filter):
    """Lets one message of a kind through in a period, which says how many like it were
    left out before.

    seconds (float): The period.
    clock (Callable[[], float]): Tells the time in seconds.
    """

    def __init__(
        self, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.seconds = seconds
        self.clock = clock
        self._times: Dict[Tuple[int, str], Tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        # What follows in later lines are addresses and places, which all differ.
        kind = (record.levelno, str(record.msg).partition("\n")[0])
        now = self.clock()
        if kind in self._times:
            then, left_out = self._times[kind]
            if now - then < self.seconds:
                self._times[kind] = (then, left_out + 1)
                return False
            if left_out:
                record.msg = f"{record.getMessage()} ({left_out:,} more before)"
                record.args = ()
        elif len(self._times) >= _KINDS:
            self._times.clear()
        self._times[kind] = (now, 0)
        return True


@contextmanager
def sparse_logs(*names: str) -> Iterator[None]:
    """Thin out what some loggers say. See `Sparse`.

    names (str): Names of the loggers.
    """
    sparse = {name: Sparse() for name in names}
    for name, filter_ in sparse.items():
        logging.getLogger(name).addFilter(filter_)
    try:
        yield
    finally:
        for name, filter_ in sparse.items():
            logging.getLogger(name).removeFilter(filter_)
