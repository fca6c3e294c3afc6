"""Reading raw text and parallel corpora."""

import gzip
import json
from pathlib import Path
from typing import Any, List, Union

import pytest

from spacy_xoie.annotation.pipeline import SyntaxTeacher
from spacy_xoie.annotation.settings import InputSettings
from spacy_xoie.annotation.sources import Removal, input_files, read_items
from spacy_xoie.annotation.ty import Instance
from spacy_xoie.errors import ConfigError

RECORD = {
    "id": "r1",
    "language": "de",
    "text": "Der Hund sah Anna.",
    "triples": [
        {
            "subject": {"text": "Der Hund", "spans": [[0, 8]]},
            "relation": {"text": "sah", "spans": [[9, 12]]},
            "objects": [{"text": "Anna", "spans": [[13, 17]]}],
        }
    ],
}


def read(path: Path, **settings: Any) -> List[Union[Instance, Removal]]:
    return list(read_items(InputSettings(path=str(path), **settings)))


def items(path: Path, **settings: Any) -> List[Instance]:
    found = read(path, **settings)
    assert all(isinstance(item, Instance) for item in found), found
    return [item for item in found if isinstance(item, Instance)]


def test_paragraphs_are_cut_and_numbered(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(
        "Dr. Roth came. She stayed.\n\nOne sentence only.\n今天下雨。我们回家了。\n",
        encoding="utf8",
    )
    found = items(path, language="en")
    assert [(item.id, item.text) for item in found] == [
        ("a.txt:1.1", "Dr. Roth came."),
        ("a.txt:1.2", "She stayed."),
        ("a.txt:3", "One sentence only."),
        ("a.txt:4.1", "今天下雨。"),
        ("a.txt:4.2", "我们回家了。"),
    ]
    assert {item.language for item in found} == {"en"}
    whole = items(path, language="en", sentences=False)
    assert [item.id for item in whole] == ["a.txt:1", "a.txt:3", "a.txt:4"]
    assert whole[0].text == "Dr. Roth came. She stayed."


def test_objects_say_what_they_are(tmp_path: Path) -> None:
    lines = [
        {"text": "Anna slept.", "id": "x", "language": "en"},
        {"text": "Ben slept.", "id": 7},
        {"source": "Anna slept.", "target": "Anna schlief.", "id": "p"},
        RECORD,
    ]
    path = tmp_path / "b.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf8") as file:
        file.write("\n".join(map(json.dumps, lines)))
    raw, numbered, pair, record = items(path, language="en", target_language="de")
    assert (raw.id, raw.language) == ("x", "en")
    assert (numbered.id, numbered.language) == ("7", "en")
    assert (pair.text, pair.language) == ("Anna schlief.", "de")
    assert pair.source is not None
    assert (pair.source.text, pair.source.language) == ("Anna slept.", "en")
    assert (record.id, record.language) == ("r1", "de")
    assert record.doc is not None
    (triple,) = record.doc._.triples
    assert triple.as_tuple() == ("Der Hund", "sah", "Anna")


def test_tabbed_pairs(tmp_path: Path) -> None:
    path = tmp_path / "c.tsv"
    path.write_text("Good day. All well?\tGuten Tag. Alles gut?\n")
    (pair,) = items(path, language="en", target_language="de")
    assert (pair.id, pair.text) == ("c.tsv:1", "Guten Tag. Alles gut?")
    assert pair.source is not None and pair.source.text == "Good day. All well?"


@pytest.mark.parametrize(
    "name, bad, word",
    [
        ("a.tsv", b"only one text", "1 texts"),
        ("a.tsv", b"one\ttwo\tthree", "3 texts"),
        ("a.txt", b"broken \xff byte", "not UTF-8"),
        ("a.jsonl", b"[1, 2]", "not a JSON object"),
        ("a.jsonl", b"{", "not a JSON object"),
        ("a.jsonl", b'{"text": 5}', "text: "),
        ("a.jsonl", b'{"text": " "}', "text: "),
        ("a.jsonl", b'{"source": "Anna slept."}', "target: "),
        ("a.jsonl", b'{"text": "half \\ud83d"}', "half a character"),
        ("a.jsonl", json.dumps({**RECORD, "split": "test"}).encode(), "test records"),
        ("a.jsonl", json.dumps({**RECORD, "text": "Kurz."}).encode(), "triples.0"),
    ],
)
def test_a_bad_line_costs_that_line(
    tmp_path: Path, name: str, bad: bytes, word: str
) -> None:
    good = {
        "a.tsv": "Anna slept.\tAnna schlief.",
        "a.txt": "Anna slept.",
        "a.jsonl": '{"text": "Anna slept."}',
    }[name].encode()
    path = tmp_path / name
    path.write_bytes(b"\n".join([good, bad, good]) + b"\n")
    first, fault, last = read(path)
    assert isinstance(first, Instance) and isinstance(last, Instance)
    assert (first.id, last.id) == (f"{name}:1", f"{name}:3")
    assert isinstance(fault, Removal)
    assert (fault.id, fault.reason) == (f"{name}:2", "unreadable")
    assert word in fault.detail


def test_a_bad_last_line_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Anna slept.\n\xff\xfe")
    good, fault = read(path)
    assert isinstance(good, Instance) and isinstance(fault, Removal)
    assert fault.id == "a.txt:2"


def test_files_of_a_folder_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a.tsv", "notes.md"):
        (tmp_path / name).write_text("x\ty")
    settings = InputSettings(path=str(tmp_path))
    assert list(input_files(settings)) == ["a.tsv", "b.txt"]


def test_files_of_the_same_name_are_told_apart(tmp_path: Path) -> None:
    paths = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "a.txt"
        path.write_text("Anna slept.\n")
        paths.append(str(path))
    found = list(read_items(InputSettings(path=paths)))
    assert len({item.id for item in found}) == 2


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text("x")
    for path, word in (
        (tmp_path, "there is no file with a name in"),
        (tmp_path / "a.pdf", "a.pdf is of no known kind"),
        (tmp_path / "b.txt", "there is no file or folder"),
    ):
        with pytest.raises(ConfigError, match=word):
            read(path)


def test_lines_are_read_one_at_a_time(tmp_path: Path) -> None:
    """The first sentence is there before the damage further on is met."""
    path = tmp_path / "a.txt.gz"
    text = "".join(f"Sentence number {n} of many.\n" for n in range(50_000)).encode()
    packed = gzip.compress(text)
    path.write_bytes(packed[: len(packed) // 2])
    stream = read_items(InputSettings(path=str(path)))
    first = next(iter(stream))
    assert first.text == "Sentence number 0 of many."


TREES = """\
# text = 馆长买了画。
1\t馆长\t_\tNOUN\t_\t_\t2\tnsubj\t_\tSpaceAfter=No
2\t买\t_\tVERB\t_\t_\t0\troot\t_\tSpaceAfter=No
3\t了\t_\tAUX\t_\t_\t2\taux\t_\tSpaceAfter=No
4\t画\t_\tNOUN\t_\t_\t2\tobj\t_\tSpaceAfter=No
5\t。\t_\tPUNCT\t_\t_\t2\tpunct\t_\tSpaceAfter=No

# text = 坏
1\t坏\t_\tADJ\t_\t_\tseven\troot\t_\t_

"""


def test_treebanks_bring_their_trees(tmp_path: Path) -> None:
    path = tmp_path / "zh_own.conllu"
    path.write_text(TREES, encoding="utf8")
    item, fault = read(path)
    assert isinstance(item, Instance) and item.doc is not None
    assert (item.text, item.language) == ("馆长买了画。", "zh")
    # Told by the rules, on the characters that are tokens here.
    (annotation,) = SyntaxTeacher()([item])
    assert annotation.doc is not None
    (triple,) = annotation.doc._.triples
    assert triple.as_tuple() == ("馆长", "买了", "画")
    assert (triple.origin, triple.score) == ("syntax", None)
    assert isinstance(fault, Removal) and fault.reason == "unreadable"
    assert fault.id.startswith("zh_own.conllu:")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_names_and_encodings_of_others(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.TXT").write_text("Größe zählt.", encoding=encoding)
    (tmp_path / "b.Tsv.GZ").write_bytes(gzip.compress("Ja.\tSí.".encode(encoding)))
    (tmp_path / ".b.txt").write_text("hidden")
    found = items(tmp_path, language="de", target_language="es")
    assert [item.text for item in found] == ["Größe zählt.", "Sí."]


def test_a_bad_line_of_two_files_of_one_name_is_told_apart(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_bytes(b"Ja.\n\xff: \n")
    paths = [str(tmp_path / folder) for folder in ("one", "two")]
    found = list(read_items(InputSettings(path=paths, language="de")))
    bad = [item.id for item in found if isinstance(item, Removal)]
    assert bad == [f"{path}/a.txt:2" for path in paths]
