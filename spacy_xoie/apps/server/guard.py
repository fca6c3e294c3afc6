"""What holds for every request: its size, its host, and the headers of its answer."""

import asyncio
import re
from typing import FrozenSet, Optional

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .replies import refusal_reply
from .settings import STATUS, Limits, Refusal

# Nothing but our own files; no script or style within a page, wherever it came from.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\[\]\\]+)(?::[0-9]{1,5})?", re.ASCII)
"""A name or an address, and perhaps a port (RFC 9110, 7.2). It is matched wholly: what
follows could tell another name."""


class Guard:
    """Refuses requests that are too large, too slow or for another host, and adds
    headers to all answers.

    app (ASGIApp): What is guarded.
    limits (Limits): Size and time of a request.
    hosts (Optional[FrozenSet[str]]): The names by which the server may be called; None
        for any. A page of another site can't then reach a server that listens to this
        machine only, by a name of its own that leads here.
    """

    def __init__(
        self, app: ASGIApp, *, limits: Limits, hosts: Optional[FrozenSet[str]] = None
    ) -> None:
        self.app = app
        self.limits = limits
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            self._check(Headers(scope=scope))
        except Refusal as refusal:
            await refusal_reply(refusal)(scope, receive, send_with_headers)
            return
        receive_part = _limit(receive, self.limits)
        await self.app(scope, receive_part, send_with_headers)

    def _check(self, headers: Headers) -> None:
        values = headers.getlist("host")
        host = _host_name(values[0]) if len(values) == 1 else None
        if self.hosts is not None and host not in self.hosts:
            raise Refusal(
                "wrong host",
                f"This server does not answer to {', '.join(values)!r:.80}, only to "
                f"{', '.join(sorted(self.hosts))}.",
            )
        length = headers.get("content-length", "").lstrip("0")
        # Numbers of thousands of digits are more than Python reads.
        is_long = len(length) > len(str(self.limits.bytes))
        if length.isdecimal() and (is_long or int(length) > self.limits.bytes):
            raise Refusal("too large", _too_large(self.limits))


def _too_large(limits: Limits) -> str:
    return f"A request can have {limits.bytes} bytes. Send less at a time."


def _limit(receive: Receive, limits: Limits) -> Receive:
    """Count what comes in, and do not wait for it too long. What is raised here passes
    through FastAPI, which lets nothing but its own exceptions through."""
    n_bytes = 0
    is_whole = False
    deadline = asyncio.get_running_loop().time() + limits.seconds

    async def receive_part() -> Message:
        nonlocal n_bytes, is_whole
        if is_whole:
            return await receive()
        rest = deadline - asyncio.get_running_loop().time()
        try:
            message = await asyncio.wait_for(receive(), max(0.0, rest))
        except TimeoutError as error:
            raise HTTPException(
                STATUS["slow request"],
                f"The request did not arrive within {limits.seconds:g} seconds.",
            ) from error
        n_bytes += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if n_bytes > limits.bytes:
            raise HTTPException(STATUS["too large"], _too_large(limits))
        return message

    return receive_part


def _host_name(host: str) -> Optional[str]:
    """RETURNS (Optional[str]): What a header `Host` says, without the port; None if it
    says nothing that can be one."""
    match = HOST.fullmatch(host)
    return None if match is None else match[1].lower()
