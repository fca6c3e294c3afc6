"""Clients that hold connections and do not ask, never finish asking, or do not read."""

import http.client
import logging
import socket
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import Any, Callable, Iterator, List

import pytest
import uvicorn
from server_builders import SlowBackend

from spacy_xoie.apps.server.app import make_app
from spacy_xoie.apps.server.connections import Room
from spacy_xoie.apps.server.engine import Answer, Job
from spacy_xoie.apps.server.logs import Sparse, sparse_logs
from spacy_xoie.apps.server.run import bind, make_server
from spacy_xoie.apps.server.settings import Limits

PATIENCE = 60.0
"""Seconds after which a test gives up."""
HEAD = (
    b"POST /api/extract HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json"
)
BODY = b'{"text": "Anna met Ben."}'
REQUEST = HEAD + b"\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Served:
    """A server in a thread of its own, with the clients of a test."""

    def __init__(self, server: uvicorn.Server, port: int, clients: ExitStack) -> None:
        self.server = server
        self.port = port
        self._clients = clients

    def connect(self, sent: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        self._clients.enter_context(client)
        client.sendall(sent)
        return client

    def ask(self, path: str = "/health") -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, PATIENCE)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        finally:
            connection.close()

    def wait(self, condition: Callable[[], Any]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end
            time.sleep(0.01)

    @property
    def n_open(self) -> int:
        return len(self.server.server_state.connections)


@contextmanager
def serving(
    wait: Callable[[], Any] = lambda: None, *, size: int = 2, **limits: Any
) -> Iterator[Served]:
    class Backend(SlowBackend):
        def answer(self, job: Job) -> List[Answer]:
            super().answer(job)
            return [Answer(b" " * size)] * len(job.items)

    given = Limits(**limits)
    server = make_server(make_app(Backend(wait), limits=given), given)
    with bind("127.0.0.1", 0) as taken, ExitStack() as clients:
        taken.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        try:
            yield Served(server, taken.getsockname()[1], clients)
        finally:
            clients.close()
            server.should_exit = True
            thread.join()


def is_closed(client: socket.socket) -> bool:
    """Wait until the server has closed a connection."""
    try:
        while client.recv(65536):
            pass
    except ConnectionError:
        pass
    except TimeoutError:
        return False
    return True


BEGINNINGS = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half a head": HEAD,
    "a head without end": HEAD + b"\r\nX: " + b"x" * 1000,
    "a head without its body": HEAD + b"\r\nContent-Length: 1000\r\n\r\n",
    "half a body": REQUEST[:-1],
}


@pytest.mark.parametrize("beginning", BEGINNINGS.values(), ids=list(BEGINNINGS))
def test_those_who_do_not_ask_make_room(beginning: bytes) -> None:
    """A thousand of them stopped all service for as long as they stayed."""
    with serving(connections=5, idle_seconds=PATIENCE) as served:
        clients = [served.connect(beginning) for _ in range(8)]
        assert [served.ask() for _ in range(3)] == [200] * 3
        assert all(is_closed(client) for client in clients[:3])
        assert served.n_open <= 5


@pytest.mark.parametrize("name", ["nothing", "half a line", "half a head"])
@pytest.mark.parametrize("before", [b"", REQUEST])
def test_a_head_that_does_not_come_is_not_waited_for(name: str, before: bytes) -> None:
    with serving(idle_seconds=0.2) as served:
        assert is_closed(served.connect(before + BEGINNINGS[name]))
        assert served.ask() == 200


def test_a_head_that_comes_byte_by_byte_is_not_waited_for() -> None:
    with serving(idle_seconds=0.2) as served:
        client = served.connect(HEAD)
        with pytest.raises(ConnectionError):
            for _ in range(3000):
                client.sendall(b"x")
                time.sleep(0.01)


def test_only_where_all_are_answered_a_new_one_is_refused() -> None:
    go = threading.Event()
    with serving(lambda: go.wait(PATIENCE), connections=2) as served:
        clients = [served.connect(REQUEST) for _ in range(2)]
        served.wait(lambda: served.n_open == 2 and not waiting(served))
        assert served.ask() == 503
        go.set()
        assert [client.recv(15) for client in clients] == [b"HTTP/1.1 200 OK"] * 2
        assert served.ask() == 200


def waiting(served: Served) -> Any:
    return any(
        connection.cycle is None or connection.cycle.more_body  # type: ignore[union-attr]
        for connection in served.server.server_state.connections
    )


@pytest.mark.parametrize("times", [1, 2])
def test_an_answer_that_is_not_read_is_not_waited_for(times: int) -> None:
    with serving(size=20_000_000, idle_seconds=0.2) as served:
        served.connect(REQUEST * times)
        served.wait(lambda: served.n_open)
        served.wait(lambda: not served.n_open)


def test_an_answer_that_is_read_slowly_comes_whole() -> None:
    size = 8_000_000
    with serving(size=size, idle_seconds=1.0) as served:
        client = served.connect(REQUEST)
        read = 0
        while read < size and (part := client.recv(100_000)):
            read += len(part)
            # In all this takes longer than a client may be idle.
            time.sleep(0.02)
    assert read >= size


def test_never_more_than_half_of_the_files_that_may_be_open() -> None:
    assert Room(5, 1.0).limit == 5
    resource = pytest.importorskip("resource")
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    assert Room(10**9, 1.0).limit <= most // 2


def test_a_flood_is_told_in_a_line(caplog: pytest.LogCaptureFixture) -> None:
    name = "spacy_xoie.apps.server.connections"
    with sparse_logs(name, "uvicorn.error"), serving(connections=2) as served:
        for _ in range(20):
            assert is_closed(served.connect(b"no request\r\n\r\n"))
        for _ in range(20):
            served.connect()
        assert served.ask() == 200
    warnings = [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(warnings) == 2
    assert "More than 2 connections" in warnings[1]


def test_what_was_left_out_is_counted() -> None:
    now = 0.0
    sparse = Sparse(60.0, lambda: now)

    def told(text: str, *values: Any) -> str:
        record = logging.LogRecord("x", logging.ERROR, "", 0, text, values, None)
        return record.getMessage() if sparse.filter(record) else ""

    assert told("%d of 100%%", 1) == "1 of 100%"
    assert [told("%d of 100%%", n) for n in range(1000)] == [""] * 1000
    assert told("another\nat 1") == "another\nat 1"
    assert told("another\nat 2") == ""
    now = 61.0
    assert told("%d of 100%%", 7) == "7 of 100% (1,000 more before)"
    assert told("%d of 100%%", 8) == ""
    now = 200.0
    assert told("%d of 100%%", 9) == "9 of 100% (1 more before)"
    now = 300.0
    assert told("%d of 100%%", 9) == "9 of 100%"
