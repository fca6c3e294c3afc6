"""Keep to a rate limit."""

import threading
import time
from typing import Any, Callable, Dict, Optional

from ..errors import ConfigError


class Pace:
    """Hands out moments that are an equal time apart. Threads may share it."""

    def __init__(
        self,
        per_minute: Optional[float],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Create a pace.

        per_minute (Optional[float]): How many moments a minute has, None for any.
        clock (Callable[[], float]): Tells the time in seconds.
        RAISES (ConfigError): If that is none.
        """
        if per_minute is not None and not per_minute > 0:
            raise ConfigError(
                f"requests_per_minute is {per_minute}. Set it to more than 0, or to "
                f"null for no limit."
            )
        self._interval = 60.0 / per_minute if per_minute else 0.0
        self._clock = clock
        self._next = clock()
        self._lock = threading.Lock()

    def __getstate__(self) -> Dict[str, Any]:
        return {k: v for k, v in self.__dict__.items() if k != "_lock"}

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def wait(self, stop: threading.Event) -> None:
        """Wait for the next moment, or until `stop` is set."""
        seconds = self.next_wait()
        if seconds > 0:
            stop.wait(seconds)

    def next_wait(self) -> float:
        """Take the next moment. RETURNS (float): How many seconds it is away."""
        with self._lock:
            now = self._clock()
            moment = max(now, self._next)
            self._next = moment + self._interval
            return moment - now
