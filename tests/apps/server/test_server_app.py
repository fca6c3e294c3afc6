"""The API: what it answers, and what it refuses."""

import json
import sys
from types import ModuleType
from typing import Any, Dict, Iterable, Iterator, List, Tuple

import pytest
from server_builders import CITY, LIMITS, MUSEUM, client_of, load_trained, local_backend
from spacy.tokens import Doc
from starlette.testclient import TestClient

from spacy_xoie.apps.server.exports import available_formats

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def client(trained_bytes: bytes) -> Iterator[TestClient]:
    with client_of(local_backend(load_trained(trained_bytes))) as client:
        yield client


def extract(client: TestClient, text: str, **options: Any) -> Dict[str, Any]:
    reply = client.post("/api/extract", json={"text": text, **options})
    assert reply.status_code == 200, reply.text
    found: Dict[str, Any] = reply.json()
    return found


def assert_refused(reply: Any, status: int, *words: str) -> None:
    assert reply.status_code == status, reply.text
    assert set(reply.json()) == {"error"}
    for word in words:
        assert word in reply.json()["error"]["message"]


def parts_of(triple: Dict[str, Any]) -> List[Dict[str, Any]]:
    return [triple["subject"], triple["relation"], *triple["objects"]]


def test_triples_stand_where_they_are_said_to(client: TestClient) -> None:
    text = f"{MUSEUM}\n\n😀\n\n{CITY}"
    found = extract(client, text)
    languages = [one["language"] for one in found["sentences"]]
    assert (languages[0], languages[2]) == ("en", "de")
    museum, city = found["triples"]
    assert (museum["sentence"], city["sentence"]) == (0, 2)
    assert city["relation"]["text"] == "hat gebaut"
    for triple in found["triples"]:
        for part in parts_of(triple):
            assert " ".join(text[a:b] for a, b in part["spans"]) == part["text"]
    assert museum["binary"] == [["The museum", "bought", "three paintings"]]


@pytest.mark.parametrize("text", ["", " \n\t ", "\u200b", "\x00"])
def test_nothing_to_read_is_no_error(client: TestClient, text: str) -> None:
    found = extract(client, text)
    assert found["triples"] == []
    assert found["characters"] == len(text)


def test_long_text(client: TestClient) -> None:
    text = (f"{MUSEUM} {CITY} " * 1500)[:100_000]
    found = extract(client, text)
    assert len(found["triples"]) > 2500
    last = found["triples"][-1]["relation"]["spans"][0]
    assert text[slice(*last)] in ("bought", "hat")


@pytest.mark.parametrize("form", ["de-AT", "deu", "ger", "DE", "de_CH.UTF-8"])
def test_every_form_of_a_code_is_taken(client: TestClient, form: str) -> None:
    text = f"{CITY} {MUSEUM}"
    assert extract(client, text, language=form) == extract(client, text, language="de")


@pytest.mark.parametrize("form", ["und", "xx", "mul", ""])
def test_a_code_that_says_nothing_leaves_it_to_the_detector(
    client: TestClient, form: str
) -> None:
    text = f"{MUSEUM} {CITY}"
    assert extract(client, text, language=form) == extract(client, text)


@pytest.mark.parametrize(
    "text, language",
    [
        ("افتتحت الشركة مصنعا جديدا في القاهرة. كتبت الطالبة رسالة طويلة.", "ar"),
        ("这家公司在上海建了一座工厂。老师写了三本关于大海的小说。", "zh"),
    ],
)
def test_other_scripts(client: TestClient, text: str, language: str) -> None:
    found = extract(client, text)
    assert [one["language"] for one in found["sentences"]] == [language] * 2
    assert text[slice(*(found["sentences"][1][k] for k in ("start", "end")))] in text


def test_markup_is_text(client: TestClient) -> None:
    name = "<script>alert(1)</script>"
    found = extract(client, f"{name} bought three paintings .")
    text = client.post("/api/extract", json={"text": name})
    assert text.headers["content-type"] == "application/json"
    assert found["characters"] == len(name) + len(" bought three paintings .")


def test_options(client: TestClient) -> None:
    assert extract(client, MUSEUM, language="de")["language"] == "de"
    (triple,) = extract(client, MUSEUM)["triples"]
    least = triple["score"] + 0.0001
    assert extract(client, MUSEUM, min_score=min(1.0, least))["triples"] == []
    assert extract(client, MUSEUM, min_score=triple["score"] - 0.01)["triples"]
    assert (triple["negated"], triple["source"]) == (False, None)
    asserted = extract(client, MUSEUM, asserted=True)["triples"]
    assert asserted == ([triple] if triple["modality"] == "asserted" else [])


def test_projection(client: TestClient) -> None:
    found = extract(client, MUSEUM, target="es")
    translation = found["translations"]["es"]
    (carried,) = translation["triples"]
    assert carried["subject"]["text"] == "El museo"
    assert carried["original"] == found["triples"][0]["id"]
    assert found["untranslated"] == {}


@pytest.mark.parametrize(
    "text, target, reason",
    [
        (MUSEUM, "pt", "engine failed"),
        (CITY, "es", "no such pair"),
        ("Anna met Ben .", "es", "no translation given"),
    ],
)
def test_no_translation_has_a_reason(
    client: TestClient, text: str, target: str, reason: str
) -> None:
    language = "de" if text == CITY else "en"
    found = extract(client, text, target=target, language=language)
    assert found["translations"] == {}
    assert found["untranslated"][target]["reason"] == reason
    assert "secret" not in str(found)


def test_unknown_target(client: TestClient) -> None:
    reply = client.post("/api/extract", json={"text": MUSEUM, "target": "fi"})
    assert_refused(reply, 422, "'fi'", "es, pt")


@pytest.mark.parametrize(
    "body, status, words",
    [
        (b"", 422, ["body"]),
        (b'{"text": "a"', 400, ["not JSON"]),
        (b"\xff\xfe", 400, ["JSON"]),
        (b"[" * 100_000, 400, ["JSON"]),
        (b"[1]", 422, []),
        (b"{}", 422, ["text"]),
        (b'{"text": 1}', 422, ["text"]),
        (b'{"text": null}', 422, ["text"]),
        (b'{"text": "a", "txet": ""}', 422, ["txet"]),
        (b'{"text": "ab\\ud83d"}', 422, ["U+D83D", "character 2"]),
        (b'{"text": "a", "\\ud83d": ""}', 422, ["surrogate"]),
        (b'{"text": "a", "language": "\\udc00"}', 422, ["language"]),
        (b'{"text": "a", "language": "../x"}', 422, ["language"]),
        (b'{"text": "a", "language": "English"}', 422, ["language", "a code such as"]),
        (b'{"text": "a", "min_score": NaN}', 422, ["min_score"]),
        (b'{"text": "a", "min_score": 1e999}', 422, ["min_score"]),
    ],
)
def test_bad_bodies(
    client: TestClient, body: bytes, status: int, words: List[str]
) -> None:
    assert_refused(
        client.post("/api/extract", content=body, headers=JSON), status, *words
    )


def test_whole_surrogate_pairs_are_characters(client: TestClient) -> None:
    body = b'{"text": "\\ud83d\\ude00"}'
    reply = client.post("/api/extract", content=body, headers=JSON)
    assert reply.json()["characters"] == 1


def test_body_of_another_type(client: TestClient) -> None:
    """What a page of another site could send without being allowed to."""
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        headers = {"content-type": kind}
        body = json.dumps({"text": MUSEUM}).encode()
        reply = client.post("/api/extract", content=body, headers=headers)
        assert_refused(reply, 422, "application/json")


def test_too_large(client: TestClient) -> None:
    reply = client.post("/api/extract", json={"text": "a" * (LIMITS.chars + 1)})
    assert_refused(reply, 413, str(LIMITS.chars))
    body = b'{"text": "%s"}' % (b"a" * LIMITS.bytes)
    reply = client.post("/api/extract", content=body, headers=JSON)
    assert_refused(reply, 413, str(LIMITS.bytes))

    def stream() -> Iterator[bytes]:
        """Without a length in the headers."""
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    reply = client.post("/api/extract", content=stream(), headers=JSON)
    assert_refused(reply, 413, str(LIMITS.bytes))


def test_batch_answers_good_and_bad_texts_in_their_places(client: TestClient) -> None:
    body = (
        b'{"texts": ["%s", {"id": "b", "txt": ""}, "\\ud800", '
        b'{"id": 4, "text": "%s", "language": "de"}]}'
    ) % (MUSEUM.encode(), CITY.encode())
    reply = client.post("/api/batch", content=body, headers=JSON)
    assert reply.status_code == 200
    found = reply.json()
    one, two, three, four = found["results"]
    assert [one["index"], two["index"], three["index"], four["index"]] == [0, 1, 2, 3]
    assert one["result"]["triples"] == extract(client, MUSEUM)["triples"]
    assert (two["id"], two["error"]["reason"]) == ("b", "invalid")
    assert "U+D800" in three["error"]["message"]
    assert (four["id"], four["result"]["language"]) == (4, "de")
    assert found["errors"] == 2


def test_batch_limits(client: TestClient) -> None:
    reply = client.post("/api/batch", json={"texts": ["a"] * (LIMITS.texts + 1)})
    assert_refused(reply, 413, str(LIMITS.texts))
    texts = ["a" * (LIMITS.chars + 1), MUSEUM]
    reply = client.post("/api/batch", json={"texts": texts})
    long, good = reply.json()["results"]
    assert long["error"]["reason"] == "too large"
    assert good["result"]["triples"]
    assert client.post("/api/batch", json={"texts": []}).json()["results"] == []


def test_health_and_info(client: TestClient) -> None:
    assert client.get("/health").json() == {
        "status": "ok",
        "model": "tiny",
        "open_jobs": 0,
    }
    info = client.get("/api/info").json()
    assert info["targets"] == ["es", "pt"]
    assert info["limits"]["chars"] == LIMITS.chars


@pytest.mark.parametrize(
    "method, path, status",
    [
        ("GET", "/", 200),
        ("GET", "/docs", 200),
        ("GET", "/static/app.js", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/health", 200),
        ("GET", "/static/..%2fapp.py", 404),
        ("GET", "/redoc", 404),
        ("PUT", "/api/extract", 405),
        ("POST", "/api/extract", 422),
    ],
)
def test_headers_of_every_answer(
    client: TestClient, method: str, path: str, status: int
) -> None:
    reply = client.request(method, path, headers={"origin": "http://elsewhere.example"})
    assert reply.status_code == status
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert not [name for name in reply.headers if name.startswith("access-control")]


def test_scripts_have_their_type_and_are_asked_for_once(client: TestClient) -> None:
    reply = client.get("/static/app.js")
    assert reply.headers["content-type"].startswith("text/javascript")
    tag = reply.headers["etag"]
    again = client.get("/static/app.js", headers={"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_pages_ask_for_nothing_elsewhere(client: TestClient) -> None:
    for path in ("/", "/docs", "/static/style.css", "/static/app.js"):
        content = client.get(path).text
        assert "https://" not in content
        assert "http://" not in content.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "host, status",
    [
        ("localhost:8000", 200),
        ("127.0.0.1", 200),
        ("[::1]:8000", 200),
        ("LocalHost", 200),
        ("rebound.example:8000", 421),
        ("", 421),
        # What begins with a name of its own, and goes on.
        ("[::1].evil.com", 421),
        ("[::1].evil.com:8000", 421),
        ("[::1]evil.com", 421),
        ("[::1", 421),
        ("[::1]:evil.com", 421),
        ("localhost:8000.evil.com", 421),
        ("localhost:evil.com", 421),
        ("localhost:", 421),
        ("localhost:80:80", 421),
        ("localhost.", 421),
        ("localhost@evil.com", 421),
        ("evil.com@localhost", 421),
        ("localhost/evil.com", 421),
        ("localhost, evil.com", 421),
        ("localhost#evil.com", 421),
        ("localhost\\.evil.com", 421),
    ],
)
def test_only_called_by_its_own_names(
    client: TestClient, host: str, status: int
) -> None:
    assert client.get("/health", headers={"host": host}).status_code == status


def test_called_by_two_names(client: TestClient) -> None:
    for names in (("localhost", "evil.com"), ("localhost", "localhost")):
        headers = [("host", name) for name in names]
        assert client.get("/health", headers=headers).status_code == 421


def test_description_names_every_schema(client: TestClient) -> None:
    described = client.get("/openapi.json").json()
    schemas = described["components"]["schemas"]
    names = [
        line.rpartition("/")[2].strip('"')
        for line in json.dumps(described, indent=0).splitlines()
        if '"$ref"' in line
        for line in [line.rstrip(",")]
    ]
    assert "TextItem" in names
    assert set(names) <= set(schemas)
    assert {"/api/extract", "/api/batch", "/health"} <= set(described["paths"])


def export(client: TestClient, name: str, text: str) -> Any:
    return client.post(f"/api/export/{name}", json={"text": text})


def test_json_file(client: TestClient) -> None:
    reply = export(client, "json", MUSEUM)
    assert 'filename="triples.json"' in reply.headers["content-disposition"]
    assert reply.json()["text"] == MUSEUM
    assert reply.json()["triples"] == extract(client, MUSEUM)["triples"]


def test_tsv_file_keeps_its_columns(client: TestClient) -> None:
    text = f"{MUSEUM}\t{CITY.replace(' .', '')} \n."
    reply = export(client, "tsv", text)
    rows = [line.split("\t") for line in reply.text.splitlines()]
    assert {len(row) for row in rows} == {15}
    assert rows[0][4:7] == ["subject", "relation", "object1"]
    assert ["Die Stadt", "hat gebaut", "das Haus"] in [row[4:7] for row in rows]
    assert r"gebaut \n." in reply.text


def test_unknown_and_missing_formats(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_refused(export(client, "exe", MUSEUM), 404, "json, tsv")
    monkeypatch.setitem(sys.modules, "spacy_xoie.apps.knowledge", None)
    assert available_formats() == ("json", "tsv")


def test_graphs_are_offered_where_they_can_be_made(
    trained_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, rdf = ModuleType("knowledge"), ModuleType("rdf")

    def write(docs: Iterable[Tuple[str, Doc]], path: Any, *, model: str = "") -> None:
        lines = [f"{name} {doc._.triples} {model}" for name, doc in docs]
        path.write_text("\n".join(lines), "utf8")

    rdf.write_nquads = write  # type: ignore[attr-defined]
    package.rdf = rdf  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "spacy_xoie.apps.knowledge", package)
    monkeypatch.setitem(sys.modules, "spacy_xoie.apps.knowledge.rdf", rdf)
    monkeypatch.setitem(sys.modules, "spacy_xoie.apps.knowledge.graph", None)
    with client_of(local_backend(load_trained(trained_bytes))) as client:
        formats = [one["name"] for one in client.get("/api/info").json()["formats"]]
        assert formats == ["json", "tsv", "nquads"]
        reply = export(client, "nquads", MUSEUM)
        assert "museum" in reply.text
        assert "tiny" in reply.text
        assert_refused(export(client, "graphml", MUSEUM), 501, "GraphML")
