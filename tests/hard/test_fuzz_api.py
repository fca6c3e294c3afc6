"""Whatever is sent to the server, it answers, and says in JSON what was wrong."""

import json
from typing import Any, Dict, Iterator, List, Optional, Tuple
from urllib.parse import quote

import pytest
from hard_builders import CHARACTERS, JUNK, altered, cases, damage, texts
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from starlette.testclient import TestClient

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.server.app import make_app
from spacy_xoie.apps.server.backend import LocalBackend
from spacy_xoie.apps.server.engine import Engine
from spacy_xoie.apps.server.settings import STATUS, Limits
from spacy_xoie.doc.blank import multilingual_pipeline

LIMITS = Limits(chars=3000, texts=5, bytes=40_000, seconds=60.0)
POSTS = ("/api/extract", "/api/batch", "/api/export/json", "/api/export/tsv")
GRAPHS = ("/api/export/nquads", "/api/export/graphml")
GETS = ("/", "/docs", "/health", "/api/info", "/openapi.json", "/static/app.js")
JSON = "application/json"


@Language.component("fuzz_reader", assigns=["doc._.triples"])
def read(doc: Any) -> Any:
    """Three words are a triple."""
    some = [
        TokenTriple(((n, n + 1),), ((n + 1, n + 2),), (((n + 2, n + 3),),), 0.5, "en")
        for n in range(0, len(doc) - 2, 3)
    ]
    set_triples(doc, some, language="en")
    return doc


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    nlp = multilingual_pipeline()
    nlp.add_pipe("fuzz_reader")
    app = make_app(LocalBackend(Engine(nlp, name="fuzz")), limits=LIMITS)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def check(reply: Any) -> Any:
    """RETURNS (Any): What a reply says, if it is JSON and not refused."""
    assert reply.status_code != 500, reply.text
    if reply.status_code >= 400:
        assert reply.headers["content-type"] == JSON
        error = reply.json()["error"]
        assert set(error) == {"reason", "message"}
        assert STATUS[error["reason"]] == reply.status_code
        assert error["message"].strip() and len(error["message"]) < 2000
        return None
    assert reply.status_code == 200
    return reply.json() if reply.headers["content-type"] == JSON else None


def post(
    client: TestClient, path: str, body: bytes, kind: Optional[bytes] = JSON.encode()
) -> Any:
    headers = [] if kind is None else [(b"content-type", kind)]
    return client.post(path, content=body, headers=headers)


def encoded(value: Any) -> bytes:
    """Lone surrogates are written as such, NaN as no JSON has it."""
    return json.dumps(value).encode("ascii")


BODIES: Tuple[Dict[str, Any], ...] = (
    {"text": "Anna met Ben .", "language": "en", "min_score": 0.25, "target": None},
    {"texts": ["Anna met Ben .", {"id": "b", "text": "A b c", "language": "de"}]},
    {"texts": [{"id": 3, "text": "x"}, 5, "\ud800"], "min_score": 1},
)
VALUES = st.one_of(
    JUNK,
    st.sampled_from(BODIES).flatmap(altered),
    st.builds(lambda text: {"text": text}, st.text(max_size=20)),
    st.builds(lambda some: {"texts": some}, st.lists(JUNK, max_size=7)),
)
NUMBERS = st.sampled_from(
    ["1e999", "-1e999", "1" * 400, "-" + "9" * 5000, "0." + "3" * 900, "NaN", "1E-400"]
)
RAW = st.one_of(
    VALUES.map(encoded),
    st.sampled_from(BODIES).map(encoded).flatmap(damage),
    st.binary(max_size=40),
    # Deeper than anything reads, and numbers longer than anything takes.
    st.builds(
        lambda piece, n, before: before + piece * n,
        st.sampled_from(
            [b"[", b'{"text":', b'{"texts":[', b"]", b'"', b"\\u", b"\xff"]
        ),
        st.sampled_from([1, 50, 900, 5000, 50_000]),
        st.sampled_from([b"", b'{"text": ', b'{"texts": [', b'{"texts": [{"id": ']),
    ),
    st.builds(
        lambda name, number: f'{{"text": "a", "{name}": {number}}}'.encode(),
        st.sampled_from(["text", "min_score", "id", "target"]),
        NUMBERS,
    ),
    st.builds(lambda n: f'{{"texts": [{{"text": "a", "id": {n}}}]}}'.encode(), NUMBERS),
    VALUES.map(lambda value: json.dumps(value).encode("utf-16")),
)
KINDS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            *(b"", b"application/json; charset=utf-16", b"application/ld+json"),
            *(b"text/plain", b"multipart/form-data", b"APPLICATION/JSON;;", b"json"),
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20).map(
        lambda text: text.strip().encode()
    ),
)


@cases(140)
@given(st.sampled_from(POSTS + GRAPHS), RAW)
def test_any_body(client: TestClient, path: str, body: bytes) -> None:
    reply = post(client, path, body)
    said = check(reply)
    if len(body) > LIMITS.bytes:
        assert reply.status_code == 413
    if path == "/api/batch" and said is not None:
        sent = json.loads(body)["texts"]
        assert len(said["results"]) == len(sent) <= LIMITS.texts
        wrong = [result for result in said["results"] if "error" in result]
        assert len(wrong) == said["errors"]
        assert all(set(w["error"]) == {"reason", "message"} for w in wrong)


@cases(50)
@given(st.sampled_from(POSTS + GRAPHS), texts(6))
def test_any_text(client: TestClient, path: str, text: str) -> None:
    """What is right is answered, and what is too long refused."""
    value = {"texts": [text]} if path == "/api/batch" else {"text": text}
    reply = post(client, path, json.dumps(value, ensure_ascii=False).encode())
    said = check(reply)
    if path == "/api/batch" and said is not None:
        (result,) = said["results"]
        assert ("error" in result) == (len(text) > LIMITS.chars)
    elif len(text) > LIMITS.chars:
        assert reply.status_code == 413
    elif reply.status_code != 501:  # what graphs need is not installed
        assert reply.status_code == 200
        if path == "/api/extract":
            assert said["characters"] == len(text)


@cases(40)
@given(st.sampled_from(POSTS), VALUES.map(encoded), KINDS)
def test_any_content_type(
    client: TestClient, path: str, body: bytes, kind: Optional[bytes]
) -> None:
    check(post(client, path, body, kind))


@cases(40)
@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "X"]),
    st.one_of(
        st.sampled_from(POSTS + GETS),
        st.builds(
            lambda front, name: front + quote(name, safe="/.;?&=%"),
            st.sampled_from(["/", "/api/", "/api/export/", "/static/", "/static/../"]),
            st.text(CHARACTERS, max_size=8),
        ),
    ),
    VALUES.map(encoded),
)
def test_any_path(client: TestClient, method: str, path: str, body: bytes) -> None:
    headers = {"content-type": JSON}
    reply = client.request(method, path, content=body, headers=headers)
    if method == "GET" and path in GETS:
        assert reply.status_code == 200
    check(reply)


HEADERS = st.sampled_from(
    [b"host", b"content-length", b"if-none-match", b"origin", b"transfer-encoding"]
)
HEADER_VALUES = st.one_of(
    st.sampled_from([b"-1", b"9" * 20, b"9" * 5000, b"1, 2", b"\xb2", b"[::", b":"]),
    st.binary(max_size=12).map(lambda data: data.translate(None, b"\r\n\0")),
)


@cases(40)
@given(st.lists(st.tuples(HEADERS, HEADER_VALUES), max_size=3), st.booleans())
def test_any_header(
    client: TestClient, headers: List[Tuple[bytes, bytes]], is_post: bool
) -> None:
    if is_post:
        sent = [(b"content-type", JSON.encode()), *headers]
        check(client.post("/api/extract", content=b'{"text": "x"}', headers=sent))
    else:
        check(client.get("/health", headers=headers))


@pytest.mark.parametrize("digits", [b"40001", b"9" * 20, b"9" * 5000])
def test_length_of_many_digits(client: TestClient, digits: bytes) -> None:
    reply = client.get("/health", headers=[(b"content-length", digits)])
    assert reply.status_code == 413
    check(reply)
    zeros = [(b"content-length", b"0" * 5000 + b"7")]
    assert client.get("/health", headers=zeros).status_code == 200


def test_what_is_whole_is_answered(client: TestClient) -> None:
    """The harness itself asks for what there is."""
    for path in POSTS + GRAPHS:
        value = BODIES[1] if path == "/api/batch" else BODIES[0]
        reply = post(client, path, encoded(value))
        assert reply.status_code in (200, 501), reply.text
    reply = post(client, "/api/extract", encoded(BODIES[0]))
    assert reply.json()["triples"][0]["binary"] == [["Anna", "met", "Ben"]]
