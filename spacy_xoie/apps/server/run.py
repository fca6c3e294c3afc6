"""The server as a program."""

import ipaddress
import logging
import socket
from contextlib import suppress
from functools import partial
from typing import Any, Callable, FrozenSet, Optional, Sequence, cast

import uvicorn
from fastapi import FastAPI

from ...errors import ConfigError
from . import connections
from .app import make_app
from .backend import ProcessBackend
from .connections import BACKLOG, Connection, Room
from .engine import EngineSpec
from .logs import sparse_logs
from .settings import Limits

_GOODBYE = 10
"""Seconds that answers may take to be finished when the server is stopped."""
_LOGGERS = ("asyncio", "uvicorn.error", connections.__name__)
"""Loggers that say something of each connection that goes wrong."""
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


def is_loopback(host: str) -> bool:
    """RETURNS (bool): Whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def allowed_hosts(host: str, names: Sequence[str]) -> Optional[FrozenSet[str]]:
    """The names by which the server may be called.

    host (str): The address that it is bound to.
    names (Sequence[str]): Those that the user allows.
    RETURNS (Optional[FrozenSet[str]]): The names; None for any.
    """
    if names or is_loopback(host):
        own = f"[{host}]" if ":" in host else host
        return frozenset(name.lower() for name in (*LOCAL_NAMES, own, *names))
    return None


def bind(host: str, port: int) -> socket.socket:
    """Take the address, before time is spent on anything else.

    host (str): The address.
    port (int): The port; 0 for one that is free.
    RETURNS (socket.socket): The socket, which does not listen yet.
    RAISES (ConfigError): If the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigError(
            f"{host}, port {port} cannot be used: {error}. Choose another `--port` or "
            f"`--host`."
        ) from error
    return listener


def serve(
    listener: socket.socket,
    spec: EngineSpec,
    *,
    limits: Limits,
    hosts: Optional[FrozenSet[str]],
    on_ready: Callable[[], None],
) -> None:
    """Serve until it is told to stop (SIGINT, SIGTERM); answers are finished first.

    listener (socket.socket): See `bind`.
    spec (EngineSpec): What reads the texts.
    limits (Limits): How much is taken on.
    hosts (Optional[FrozenSet[str]]): See `Guard`.
    on_ready (Callable[[], None]): Is called when requests can come.
    RAISES (ConfigError): If the pipeline cannot be opened.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    backend = ProcessBackend(spec, limits.seconds)
    server = make_server(make_app(backend, limits=limits, hosts=hosts), limits)
    # Who comes from now on waits until the server accepts.
    listener.listen()
    on_ready()
    # uvicorn raises it again when all is done.
    with suppress(KeyboardInterrupt), sparse_logs(*_LOGGERS):
        server.run(sockets=[listener])


def make_server(app: FastAPI, limits: Limits) -> uvicorn.Server:
    """Make what listens for an application.

    app (FastAPI): See `make_app`.
    limits (Limits): How many connections it takes on, and how long one waits.
    RETURNS (uvicorn.Server): The server.
    """
    room = Room(limits.connections, limits.idle_seconds)
    config = uvicorn.Config(
        app,
        http=cast(Any, partial(Connection, room=room)),
        ws="none",
        backlog=BACKLOG,
        log_config=None,
        access_log=False,
        server_header=False,
        # Nobody but a proxy of the user's may say who is asking.
        proxy_headers=False,
        lifespan="on",
        timeout_graceful_shutdown=_GOODBYE,
    )
    return uvicorn.Server(config)
