"""A real HTTP server on loopback that plays an OpenAI-compatible endpoint."""

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Union

from spacy_xoie.chat import ChatClient


@dataclass
class Reply:
    """What the server does with a request, other than answering it well.

    status (int): HTTP status.
    body (bytes): What it sends.
    headers (Dict[str, str]): Headers, besides that of the length.
    cut (bool): Announce more than is sent, then close.
    hang (bool): Send nothing until the server is closed.
    flood (int): Send as many bytes more, without announcing a length.
    drip (bool): Send a byte now and then, until the server is closed.
    """

    status: int = 200
    body: bytes = b""
    headers: Dict[str, str] = field(default_factory=dict)
    cut: bool = False
    hang: bool = False
    flood: int = 0
    drip: bool = False


Script = Callable[[Dict[str, Any], int], Union[str, Reply]]


def completion(content: Any, finish_reason: str = "stop", **message: Any) -> bytes:
    """The body of an answer, in the form of OpenAI's API."""
    message = {"role": "assistant", "content": content, **message}
    choice = {"index": 0, "message": message, "finish_reason": finish_reason}
    data = {"id": "c-1", "object": "chat.completion", "choices": [choice]}
    return json.dumps(data).encode()


def question(request: Dict[str, Any]) -> str:
    """The last message that is no note about a bad answer."""
    users = [m["content"] for m in request["messages"] if m["role"] == "user"]
    return str(users[1] if len(users) > 2 else users[-1])


def tagged(text: str, tag: str) -> str:
    """What stands between tags."""
    match = re.search(rf"<({tag}(?:-\d+)?)>\n(.*?)\n</\1>", text, re.DOTALL)
    assert match is not None, text
    return match.group(2)


class ChatServer:
    """Serves while it is open. `script` is asked what to answer: a text is the
    content of a good answer, a `Reply` is anything else."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: List[Dict[str, Any]] = []
        self.headers: List[Dict[str, str]] = []
        self.sent = 0
        self.most_in_flight = 0
        self.closing = threading.Event()
        self._in_flight = 0
        self._lock = threading.Lock()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> "ChatServer":
        self._thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def enter(self, request: Dict[str, Any], headers: Dict[str, str]) -> int:
        with self._lock:
            self.requests.append(request)
            self.headers.append(headers)
            self._in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self._in_flight)
            return len(self.requests)

    def leave(self) -> None:
        with self._lock:
            self._in_flight -= 1


class _Handler(BaseHTTPRequestHandler):
    owner: ChatServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        request = json.loads(self.rfile.read(length))
        number = self.owner.enter(request, dict(self.headers))
        try:
            if not self.path.endswith("/v1/chat/completions"):
                reply: Union[str, Reply] = Reply(404, b"no such page")
            else:
                reply = self.owner.script(request, number)
            if isinstance(reply, str):
                reply = Reply(body=completion(reply))
        finally:
            # Before the answer: the client may be faster with its next question than
            # this thread with leaving.
            self.owner.leave()
        try:
            self._send(reply)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        if reply.hang:
            self.owner.closing.wait()
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in {
            "Content-Type": "application/json",
            **reply.headers,
        }.items():
            self.send_header(name, value)
        endless = reply.flood or reply.drip
        if not endless:
            length = len(reply.body) + (1000 if reply.cut else 0)
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(reply.body)
        self.close_connection = bool(reply.cut or endless)
        for _ in range(reply.flood // 1000):
            self.wfile.write(b"x" * 1000)
            self.owner.sent += 1000
        while reply.drip and not self.owner.closing.wait(0.01):
            self.wfile.write(b" ")

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


def make_client(server: ChatServer, **settings: Any) -> ChatClient:
    """A client of the server that does not dawdle."""
    settings = {"backoff": 0.001, "timeout": 10.0, "base_url": server.url, **settings}
    return ChatClient("tiny", **settings)


def in_turn(*replies: Union[str, Reply]) -> Script:
    """A script that gives replies one after the other, the last one ever after."""

    def script(request: Dict[str, Any], number: int) -> Union[str, Reply]:
        return replies[min(number, len(replies)) - 1]

    return script


def by_sentence(answers: Dict[str, Union[str, Reply]]) -> Script:
    """A script that answers by the sentence (or translation) that is asked about."""

    def script(request: Dict[str, Any], number: int) -> Union[str, Reply]:
        sentence = tagged(question(request), "sentence")
        assert sentence in answers, sentence
        return answers[sentence]

    return script
