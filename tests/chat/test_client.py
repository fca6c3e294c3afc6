"""The client of OpenAI-compatible endpoints, against a real server on loopback."""

import logging
import socket
import threading
from email.utils import formatdate
from typing import Any, Dict, Iterator, List

import pytest
from chat_server import ChatServer, Reply, Script, completion, in_turn, make_client
from confection import Config
from pydantic import SecretStr
from spacy.util import registry

from spacy_xoie.chat import ChatClient, Failure
from spacy_xoie.chat.exchange import read_retry_after
from spacy_xoie.chat.pace import Pace
from spacy_xoie.chat.reasons import (
    CONNECTION_LOST,
    NOT_AN_ANSWER,
    REFUSED,
    TIMEOUT,
    TOO_LONG,
)
from spacy_xoie.errors import ConfigError, EngineError

KEY = "sk-very-secret-0123"
ASK: List[Dict[str, str]] = [{"role": "user", "content": "Hello?"}]


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def answer_to(script: Script, **settings: Any) -> Any:
    with ChatServer(script) as server:
        (answer,) = make_client(server, **settings).complete([ASK])
    return answer


def test_request_is_what_the_api_wants() -> None:
    with ChatServer(in_turn("Hi!")) as server:
        client = make_client(
            server, api_key=KEY, temperature=0.5, options={"max_tokens": 7}
        )
        assert client.complete([ASK]) == ["Hi!"]
    assert server.requests == [
        {"model": "tiny", "messages": ASK, "temperature": 0.5, "max_tokens": 7}
    ]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_temperature_can_be_left_out() -> None:
    with ChatServer(in_turn("Hi!")) as server:
        make_client(server, temperature=None).complete([ASK])
    assert set(server.requests[0]) == {"model", "messages"}


def test_address_and_key_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with ChatServer(in_turn("Hi!")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url + "/")
        monkeypatch.setenv("OPENAI_API_KEY", KEY + "\n")
        assert ChatClient("tiny").complete([ASK]) == ["Hi!"]
        monkeypatch.setenv("OTHER_KEY", "other")
        client = ChatClient("tiny", api_key_variable="OTHER_KEY")
        assert client.complete([ASK]) == ["Hi!"]
        monkeypatch.delenv("OPENAI_API_KEY")
        assert ChatClient("tiny").complete([ASK]) == ["Hi!"]
    sent = [headers.get("Authorization") for headers in server.headers]
    assert sent == [f"Bearer {KEY}", "Bearer other", None]


def test_no_netrc_in_place_of_the_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with ChatServer(in_turn("Hi!")) as server:
        make_client(server, api_key=KEY).complete([ASK])
        make_client(server).complete([ASK])
    sent = [headers.get("Authorization") for headers in server.headers]
    assert sent == [f"Bearer {KEY}", None]


def test_order_and_number_in_flight() -> None:
    together = threading.Barrier(3)

    def script(request: Dict[str, Any], number: int) -> str:
        # Three have to be here at once; then there is time for a fourth one to come
        # and be counted.
        together.wait(timeout=20)
        server.closing.wait(0.05)
        return str(request["messages"][0]["content"])

    with ChatServer(script) as server:
        client = make_client(server, max_concurrent=3, timeout=30.0)
        texts = [f"question {number}" for number in range(12)]
        asked = [[{"role": "user", "content": text}] for text in texts]
        assert client.complete(asked) == texts
        assert client.complete([]) == []
    assert server.most_in_flight == 3


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with ChatServer(in_turn(Reply(status), Reply(status), "Hi!")) as server:
        assert make_client(server, max_retries=2).complete([ASK]) == ["Hi!"]
    assert len(server.requests) == 3


def test_retries_end() -> None:
    with ChatServer(in_turn(Reply(503, b"busy"))) as server:
        (answer,) = make_client(server, max_retries=2).complete([ASK])
    assert answer == Failure(REFUSED, "HTTP 503: busy")
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 403, 413, 422])
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    with ChatServer(in_turn(Reply(status, b"no"), "Hi!")) as server:
        (answer,) = make_client(server).complete([ASK])
    assert answer == Failure(REFUSED, f"HTTP {status}: no")
    assert len(server.requests) == 1


def test_backoff_doubles_and_heeds_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: List[float] = []

    class Event(threading.Event):
        def wait(self, timeout: Any = None) -> bool:
            waits.append(timeout)
            return False

    from spacy_xoie.chat import exchange

    monkeypatch.setattr(exchange.threading, "Event", Event)
    session = exchange.Exchange(
        ChatClient("tiny", base_url="http://127.0.0.1:1", backoff=1.0).settings,
        "http://127.0.0.1:1",
        SecretStr(""),
        Pace(None),
    )
    busy = exchange._Again(Failure(REFUSED, "HTTP 503"))
    told = exchange._Again(Failure(REFUSED, "HTTP 429"), after=7.0)
    outcomes: Iterator[Any] = iter([busy, busy, busy, told, "Hi!"])
    monkeypatch.setattr(session, "_try", lambda messages: next(outcomes))
    assert session.ask(ASK) == "Hi!"
    for wait, full in zip(waits[:3], (1.0, 2.0, 4.0)):
        assert full / 2 <= wait <= full
    assert 7.0 <= waits[3] <= 8.0
    session.session.close()


def test_retry_after_of_a_server() -> None:
    soon = Reply(429, headers={"Retry-After": "0.02"})
    assert answer_to(in_turn(soon, "Hi!")) == "Hi!"
    # Who asks to wait for an hour costs the record, not the hour.
    late = Reply(429, headers={"Retry-After": "3600"})
    answer = answer_to(in_turn(late, "Hi!"), max_wait=30.0)
    assert answer.reason == REFUSED
    assert "3600" in answer.detail


def test_retry_after_is_read() -> None:
    assert read_retry_after("12") == 12.0
    assert read_retry_after("-5") == 0.0
    assert read_retry_after(formatdate(0, usegmt=True)) == 0.0
    assert (read_retry_after("Fri, 01 Jan 2100 00:00:00 GMT") or 0) > 1e8
    for value in ("", "soon", "nan", "Fri, 99 Foo 2100"):
        assert read_retry_after(value) is None


def test_hanging_server_costs_the_record() -> None:
    def script(request: Dict[str, Any], number: int) -> Any:
        text = request["messages"][0]["content"]
        return Reply(hang=True) if text == "hang" else text

    asked = [[{"role": "user", "content": text}] for text in ("a", "hang", "b")]
    with ChatServer(script) as server:
        client = make_client(server, timeout=0.5, max_retries=1)
        first, hung, last = client.complete(asked)
    assert (first, last) == ("a", "b")
    assert isinstance(hung, Failure)
    assert hung.reason == TIMEOUT


def test_answer_in_drips_meets_its_deadline() -> None:
    answer = answer_to(in_turn(Reply(drip=True)), timeout=0.3, max_retries=0)
    assert answer.reason == TIMEOUT


def test_connection_cut_in_the_middle() -> None:
    half = Reply(body=completion("Hi!")[:40], cut=True)
    assert answer_to(in_turn(half, "Hi!")) == "Hi!"
    assert answer_to(in_turn(half), max_retries=1).reason == CONNECTION_LOST


def test_long_answer_is_not_read_to_its_end() -> None:
    flood = Reply(flood=10_000_000)
    with ChatServer(in_turn(flood, "Hi!")) as server:
        client = make_client(server, max_answer_bytes=20_000, max_concurrent=1)
        first, second = client.complete([ASK, ASK])
    assert first == Failure(TOO_LONG, "more than 20000 bytes")
    assert second == "Hi!"
    assert server.sent < flood.flood


NO_ANSWERS = {
    "page": (Reply(body=b"<html>Hi", headers={"Content-Type": "text/html"}), "html"),
    "empty": (Reply(body=b""), ""),
    "list": (Reply(body=b"[]"), "[]"),
    "no choices": (Reply(body=b'{"choices": []}'), "choices"),
    "text choice": (Reply(body=b'{"choices": ["Hi"]}'), "choices"),
    "text message": (
        Reply(body=b'{"choices": [{"message": "Hi"}]}'),
        "choices",
    ),
    "null": (Reply(body=completion(None)), "null"),
    "number": (Reply(body=completion(12)), "12"),
    "nested": (Reply(body=b"[" * 100_000), "[["),
    "not utf8": (Reply(body=b'"\xff\xfe\xff'), ""),
    "long number": (Reply(body=b"1" * 100_000), "11"),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_not_an_answer(name: str) -> None:
    reply, shown = NO_ANSWERS[name]
    answer = answer_to(in_turn(reply))
    assert answer.reason == NOT_AN_ANSWER
    assert shown in answer.detail


def test_answers_that_the_server_itself_marks() -> None:
    assert answer_to(in_turn(Reply(body=completion("Hi", "length")))).reason == TOO_LONG
    filtered = Reply(body=completion("", "content_filter"))
    assert answer_to(in_turn(filtered)).reason == REFUSED
    refused = answer_to(in_turn(Reply(body=completion(None, refusal="I will not."))))
    assert refused == Failure(REFUSED, "application/json: I will not.")


def test_thoughts_are_left_out() -> None:
    assert answer_to(in_turn("<think>\nWell …\n</think>\n\nHi!")).strip() == "Hi!"
    assert answer_to(in_turn("Hi! <think>no</think>")) == "Hi! <think>no</think>"


def test_redirect_is_not_followed() -> None:
    with ChatServer(in_turn("Hi!")) as other:
        moved = Reply(307, headers={"Location": f"{other.url}/chat/completions"})
        assert answer_to(in_turn(moved), api_key=KEY).reason == REFUSED
    assert other.requests == []


def test_key_that_is_not_taken() -> None:
    body = f'{{"error": "Incorrect API key provided: {KEY}"}}'.encode()
    with pytest.raises(EngineError, match="OPENAI_API_KEY") as caught:
        answer_to(in_turn(Reply(401, body)), api_key=KEY)
    assert KEY not in str(caught.value)
    assert "***" in str(caught.value)


def test_model_that_is_not_there_and_account_that_is_used_up() -> None:
    with pytest.raises(EngineError, match="tiny"):
        answer_to(in_turn(Reply(404, b"no such model")))
    for reply in (Reply(402), Reply(429, b'{"code": "insufficient_quota"}')):
        with pytest.raises(EngineError, match="used up"):
            answer_to(in_turn(reply))


def test_server_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
        client = ChatClient("tiny", base_url=url, backoff=0.001, max_retries=2)
        with pytest.raises(EngineError, match="OPENAI_BASE_URL"):
            client.complete([ASK] * 5)


def test_no_address() -> None:
    with pytest.raises(EngineError, match="OPENAI_BASE_URL"):
        ChatClient("tiny").complete([ASK])


def test_key_is_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    text = """
    [client]
    @misc = "spacy-xoie.ChatClient.v1"
    model = "tiny"
    backoff = 0.001
    """
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    echo = Reply(500, f"bad header: Bearer {KEY}".encode())
    with ChatServer(in_turn(echo, echo, "Hi!", echo)) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        config = Config().from_str(text)
        client = registry.resolve(config)["client"]
        assert client.complete([ASK]) == ["Hi!"]
        (failure,) = make_client(server, api_key=KEY, max_retries=0).complete([ASK])
    assert len(server.requests) == 4
    assert "again in" in caplog.text
    given = ChatClient("tiny", api_key=KEY)
    shown = [caplog.text, repr(client), repr(given), str(vars(given)), repr(failure)]
    shown += [Config(config).to_str(), repr(given.settings)]
    assert not [text for text in shown if KEY in text]


@pytest.mark.parametrize("key", [f"{KEY} x", f"{KEY}\r\nX: y", f"{KEY}é"])
def test_key_with_other_letters_is_refused_unseen(key: str) -> None:
    client = ChatClient("tiny", base_url="http://127.0.0.1:9/v1", api_key=key)
    with pytest.raises(EngineError, match="OPENAI_API_KEY") as caught:
        client.complete([ASK])
    assert KEY not in str(caught.value)


def test_key_in_place_of_its_variable_is_refused_unseen() -> None:
    with pytest.raises(ConfigError, match="api_key_variable") as caught:
        ChatClient("tiny", api_key_variable=KEY)
    assert KEY not in str(caught.value)
    with pytest.raises(ConfigError, match="base_url") as caught:
        ChatClient("tiny", base_url=f"http://me:{KEY}@127.0.0.1/v1")
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("base_url", "127.0.0.1:8000"),
        ("base_url", "ftp://127.0.0.1/v1"),
        ("timeout", 0),
        ("timeout", float("nan")),
        ("max_retries", -1),
        ("max_concurrent", 0),
        ("max_answer_bytes", 0),
        ("requests_per_minute", 0),
    ],
)
def test_settings_that_cannot_work(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=name if name != "base_url" else "address"):
        ChatClient("tiny", **{name: value})


def test_every_request_is_paced(monkeypatch: pytest.MonkeyPatch) -> None:
    moments: List[float] = []

    def next_wait(self: Pace) -> float:
        moments.append(0.0)
        return 0.0

    monkeypatch.setattr(Pace, "next_wait", next_wait)
    with ChatServer(in_turn(Reply(500), Reply(500), "Hi!")) as server:
        client = make_client(server, requests_per_minute=60)
        assert client.complete([ASK, ASK, ASK]) == ["Hi!"] * 3
    assert len(server.requests) == len(moments) == 5


def test_pace_is_kept() -> None:
    now = 100.0
    pace = Pace(120, clock=lambda: now)
    assert [pace.next_wait() for _ in range(4)] == [0.0, 0.5, 1.0, 1.5]
    now = 200.0
    assert [pace.next_wait() for _ in range(2)] == [0.0, 0.5]
    assert [Pace(None).next_wait() for _ in range(3)] == [0.0] * 3
