"""What is read of files, folders and standard input, and what is said of the rest."""

import gzip
import io
import json
from pathlib import Path
from typing import Any, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import DocBin

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.apps.batch.texts import Source, Text, find_files
from spacy_xoie.errors import DataError
from spacy_xoie.files import LINE_LIMIT


def read(*paths: Any, **settings: Any) -> Tuple[List[Text], List[str]]:
    faults: List[str] = []
    settings.setdefault("stdin", io.BytesIO())
    source = Source(
        [str(path) for path in paths],
        on_fault=lambda fault: faults.append(str(fault)),
        **settings,
    )
    return list(source), faults


def test_folder_is_read_to_the_bottom(tmp_path: Path) -> None:
    deep = tmp_path / "b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / "z.txt").write_text("\ufefflast")
    (deep / "a.txt").write_text("first\r\nline")
    (deep / "notes.md").write_text("# Notes")
    (deep / "notes.bin").write_text("not this")
    with gzip.open(deep / "r.jsonl.gz", "wt") as file:
        file.write('{"text": "packed", "id": 7, "language": "de"}\n')
    texts, faults = read(tmp_path)
    assert [(text.name, text.text, text.language) for text in texts] == [
        (f"{deep}/a.txt", "first\r\nline", ""),
        (f"{deep}/notes.md", "# Notes", ""),
        ("7", "packed", "de"),
        (f"{tmp_path}/z.txt", "last", ""),
    ]
    assert not faults
    again, _ = read(f"{tmp_path}/**/*.txt", tmp_path / "z.txt")
    assert sorted(text.text for text in again) == ["first\r\nline", "last"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_names_and_encodings_of_others(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.TXT").write_text("Größe", encoding=encoding)
    (tmp_path / "b.Jsonl").write_text('{"text": "木"}\n', encoding=encoding)
    packed = gzip.compress('{"text": "é"}\n'.encode(encoding))
    (tmp_path / "c.JSONL.GZ").write_bytes(packed)
    for name in (".git/d.txt", ".ipynb_checkpoints/a.txt", "__MACOSX/._a.TXT"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("hidden")
    for name in (".DS_Store", "._a.txt", "a.txt~", "#a.txt#", "~$a.txt"):
        (tmp_path / name).write_text("hidden")
    texts, faults = read(tmp_path)
    assert [text.text for text in texts] == ["Größe", "木", "é"] and not faults
    (text,), _ = read(tmp_path / ".git" / "d.txt")  # named itself
    assert text.text == "hidden"


def test_a_line_without_end_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(
        gzip.compress(b'{"text": "' + b"x" * LINE_LIMIT + b'"}\n{"text": "y"}')
    )
    texts, faults = read(path)
    assert [text.text for text in texts] == ["y"]
    assert faults == [
        f"{path}:1: this line is longer than {LINE_LIMIT} bytes: divide it"
    ]


def test_bad_records_are_named_and_cost_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    lines = [
        *(b'{"text": "good"}', b'{"text": 5}', b"nonsense", b"[]", b"", b"\xff"),
        *(b'{"text": "\\ud800"}', b'{"text": "x", "id": []}', b'{"text": "more"}'),
        *(b'{"text": "x", "language": 3}', b"[" * 100_000),
    ]
    path.write_bytes(b"\n".join(lines))
    (tmp_path / "broken.txt").write_bytes(b"abc \xff")
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"text": "x"}\n' * 9)[:-9])
    texts, faults = read(path, tmp_path / "broken.txt", tmp_path / "cut.jsonl.gz")
    assert [text.text for text in texts if text.path == str(path)] == ["good", "more"]
    places = [fault.removeprefix(f"{tmp_path}/").split(": ")[0] for fault in faults]
    numbers = (2, 3, 4, 6, 7, 8, 10, 11)
    assert places[:-2] == [f"r.jsonl:{number}" for number in numbers]
    assert "broken.txt: this is not UTF-8" in faults[-2] and "byte 4" in faults[-2]
    assert "cut.jsonl.gz" in faults[-1]


def test_records_of_one_id_are_two_documents(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    path.write_text('{"text": "a", "id": "x"}\n{"text": "b", "id": "x"}\n')
    texts, _ = read(path)
    assert [text.name for text in texts] == ["x", f"x@{path}:2"]


def test_standard_input_and_lines() -> None:
    content = b"one\n\ntwo\n"
    (whole,), _ = read("-", stdin=io.BytesIO(content))
    assert (whole.name, whole.text) == ("stdin", "one\n\ntwo\n")
    lines, _ = read("-", stdin=io.BytesIO(content), kind="lines")
    assert [(line.name, line.text) for line in lines] == [
        ("stdin:1", "one"),
        ("stdin:3", "two"),
    ]


@given(
    text=st.text(st.sampled_from("aé木. \n"), max_size=200),
    piece=st.integers(2, 40),
)
def test_long_texts_are_cut_but_not_changed(text: str, piece: int) -> None:
    found, _ = read("-", stdin=io.BytesIO(text.encode()), piece=piece)
    joined = "".join(each.text for each in found)
    assert text.startswith(joined) and not text[len(joined) :].strip()
    for each in found:
        assert len(each.text) <= piece
        assert text[each.start :].startswith(each.text)
    assert len({each.name for each in found}) == len(found)


def test_docs_bring_their_triples(tmp_path: Path, blank: Language) -> None:
    doc = blank.make_doc("Anna met Ben.")
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),))], language="en")
    path = tmp_path / "a.spacy"
    DocBin(docs=[doc, blank.make_doc("Nothing.")]).to_disk(path)
    (first, second), faults = read(path)
    assert first.triples is not None and second.triples is None and not faults
    assert first.triples[0]["relation"]["text"] == "met"
    path.write_bytes(b"no docs")
    texts, faults = read(path)
    assert not texts and "cannot be read as a file of docs" in faults[0]


def test_files_that_are_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "no.txt", tmp_path / "*.txt", tmp_path):
        with pytest.raises(DataError, match="There is no"):
            find_files([str(path)])


def test_count(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a\nb\n")
    lines = [json.dumps({"text": str(number)}) for number in range(3)]
    (tmp_path / "b.jsonl").write_text("\n\n".join(lines))

    def count(*paths: str, texts: Tuple[str, ...] = ()) -> Any:
        return Source(paths, texts, on_fault=print).count()

    assert count(str(tmp_path), texts=("x",)) == 5
    assert count("-") is None
