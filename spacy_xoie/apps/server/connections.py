"""Connections: how many are open, and how long one waits for its client."""

import asyncio
import json
import logging
from typing import Any, Dict, Optional

from uvicorn.protocols.http.h11_impl import H11Protocol

from .replies import MEDIA_TYPE, RETRY, error_record
from .settings import STATUS

try:
    import resource
except ImportError:  # There is none on Windows, where 512 sockets can be waited for.
    _OPEN_FILES = 512
else:
    _OPEN_FILES = resource.getrlimit(resource.RLIMIT_NOFILE)[0]

BACKLOG = max(1, min(64, _OPEN_FILES // 16))
"""Connections that are accepted in one go, and so may be open beyond the limit."""

logger = logging.getLogger(__name__)

_BODY = json.dumps(
    error_record("busy", "Too many connections are open. Try again in a moment.")
)
_REFUSAL = (
    f"HTTP/1.1 {STATUS['busy']} Service Unavailable\r\n"
    f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(_BODY)}\r\n"
    f"retry-after: {RETRY}\r\nconnection: close\r\n\r\n{_BODY}"
).encode("ascii")


class Room:
    """The room for connections that those of a server share.

    limit (int): Most connections, but never more than half of the files that this
        process may open.
    seconds (float): Longest wait for a client: for the head of a request to be there
        whole, or for it to take what it was sent.

    idle (Dict[Connection, None]): Those whose client has a request to finish or to
        begin, the longest waiting first.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = max(1, min(limit, _OPEN_FILES // 2))
        self.seconds = seconds
        self.idle: Dict[Connection, None] = {}


class Connection(H11Protocol):
    """A connection that makes room for new ones while its client does nothing, and is
    closed if that takes too long.

    room (Room): The room that there is.
    """

    def __init__(self, *args: Any, room: Room, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.room = room
        self._deadline: Optional[asyncio.TimerHandle] = None
        self._stuck_timer: Optional[asyncio.TimerHandle] = None
        self._unsent = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        if len(self.connections) > self.room.limit:
            logger.warning(
                "More than %d connections are open. Those that wait for a request are "
                "closed, the oldest first.",
                self.room.limit,
            )
            if not self.room.idle:
                self.connections.discard(self)
                self.transport.write(_REFUSAL)
                self.transport.close()
                return
            next(iter(self.room.idle)).drop()
        self._watch()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self._forget_deadline()
        self._forget_stuck()
        self.room.idle.pop(self, None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._stuck_timer = self.loop.call_later(self.room.seconds, self._drop_if_stuck)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._forget_stuck()

    def drop(self) -> None:
        """Close the connection at once, whatever its client has not taken."""
        self.connections.discard(self)
        self.room.idle.pop(self, None)
        self.transport.abort()

    def _watch(self) -> None:
        """See what the connection waits for, after every event."""
        has_request = self.cycle is not None and not self.cycle.response_complete
        if has_request and not self.cycle.more_body:
            self.room.idle.pop(self, None)
        elif self in self.connections:
            self.room.idle.setdefault(self)
        if has_request:
            # The guard looks after the time of the body, the backend after the rest.
            self._forget_deadline()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.room.seconds, self._expire)

    def _expire(self) -> None:
        self._deadline = None
        if self._stuck_timer is None:
            self.drop()
        else:
            # The last answer is still on its way.
            self._watch()

    def _drop_if_stuck(self) -> None:
        before, self._unsent = self._unsent, self.transport.get_write_buffer_size()
        if self._unsent >= before:
            self.drop()
        else:
            self._stuck_timer = self.loop.call_later(
                self.room.seconds, self._drop_if_stuck
            )

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _forget_stuck(self) -> None:
        if self._stuck_timer is not None:
            self._stuck_timer.cancel()
            self._stuck_timer = None
