"""Files are read whatever form they come in, and written wholly or not at all."""

import codecs
import gzip
import io
import os
import signal
import stat
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.errors import ConfigError, DamageError, DataError
from spacy_xoie.files import (
    Fault,
    atomic,
    check_writable,
    files_in,
    json_object,
    lines,
    locked,
    read_json,
    read_lines,
    read_text,
    write_text,
)

PYTHONPATH = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


class Dripping(io.RawIOBase):
    """A stream, such as a pipe, that gives as many bytes at a time as it likes."""

    def __init__(self, content: bytes, sizes: List[int]) -> None:
        self.content = io.BytesIO(content)
        self.sizes = sizes
        self.turn = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.turn += 1
        size = self.sizes[self.turn % len(self.sizes)]
        block = self.content.read(min(size, len(buffer)))
        buffer[: len(block)] = block
        return len(block)


def all_lines(source: Any, **settings: Any) -> Tuple[List[Tuple[int, str]], List[str]]:
    faults: List[Fault] = []
    found = list(lines(source, faults.append, **settings))
    return found, [str(fault) for fault in faults]


ENCODINGS = {
    "utf-8": b"",
    "utf-8-sig": b"",
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}
any_line = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(
    lambda text: text.replace("\n", "").lstrip("\ufeff").rstrip("\r")
)


@given(
    st.lists(any_line, max_size=12),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(sorted(ENCODINGS)),
    st.booleans(),
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
)
def test_lines_are_the_same_in_every_form(
    texts: List[str],
    end: str,
    ended: bool,
    encoding: str,
    packed: bool,
    sizes: List[int],
) -> None:
    whole = end.join(texts) + (end if ended and texts else "")
    content = ENCODINGS[encoding] + whole.encode(encoding)
    if packed:
        half = len(content) // 2  # gzip allows several members
        content = gzip.compress(content[:half]) + gzip.compress(content[half:])
    texts = texts if ended or not texts or texts[-1] else texts[:-1]
    wanted = list(enumerate(texts, start=1))
    assert list(read_lines(Dripping(content, sizes))) == wanted
    found, faults = all_lines(Dripping(content, sizes))
    assert found == [each for each in wanted if each[1].strip()] and faults == []
    assert read_text(io.BytesIO(content)) == whole


@given(st.binary(max_size=200), st.integers(1, 30))
def test_any_bytes_have_their_lines_or_a_fault_for_each(
    content: bytes, limit: int
) -> None:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"\x1f\x8b")):
        return
    number_of_lines = len(io.BytesIO(content.removeprefix(codecs.BOM_UTF8)).readlines())
    items = list(read_lines(io.BytesIO(content), max_bytes=limit))
    assert [number for number, _ in items] == list(range(1, number_of_lines + 1))
    assert all(isinstance(line, (str, DataError)) for _, line in items)


def test_one_bad_line_costs_that_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"one\n\xff\n" + b"x" * 50 + b"\n\xef\xbb\xbfjoined\nlast")
    found, faults = all_lines(path, max_bytes=20)
    assert found == [(1, "one"), (4, "joined"), (5, "last")]
    assert faults[0].startswith("a.txt:2: this is not UTF-8")
    assert faults[1] == "a.txt:3: this line is longer than 20 bytes: divide it"


def test_a_line_without_end_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.jsonl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(40):
            file.write(b"x" * (1 << 20))
        file.write(b"\nshort\n")
    tracemalloc.start()
    found, faults = all_lines(path, max_bytes=1 << 20)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == [(2, "short")] and len(faults) == 1
    assert peak < 6 << 20


def test_content_says_whether_a_file_is_packed(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(gzip.compress(b"packed\n"))
    (tmp_path / "b.txt.gz").write_bytes(b"plain\n")
    assert all_lines(tmp_path / "a.txt") == ([(1, "packed")], [])
    assert all_lines(tmp_path / "b.txt.gz") == ([(1, "plain")], [])
    assert all_lines(io.BytesIO(b"")) == ([], [])


def test_of_a_damaged_file_the_beginning_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt.gz"
    wanted = [(n, f"line {n * n}") for n in range(1, 2000)]
    content = gzip.compress("\n".join(line for _, line in wanted).encode())
    for damaged in (content[:-9], content[:-8] + b"\0\0\0\0" + content[-4:]):
        path.write_bytes(damaged)
        found = []
        with pytest.raises(DamageError) as caught:
            found.extend(lines(path))
        assert found == wanted[: len(found)] and len(found) > 1500
        assert f"a.txt.gz is damaged after line {len(found)} (" in str(caught.value)
        with pytest.raises(DamageError, match=r"a\.txt\.gz is damaged"):
            read_text(path)
    path.write_bytes(codecs.BOM_UTF16_LE + "ab\nc".encode("utf-16-le")[:-1])
    found, faults = all_lines(path)
    assert found == [(1, "ab")] and "a.txt.gz:2: this is not UTF-8" in faults[0]


def test_files_of_a_folder(tmp_path: Path) -> None:
    names = ["b.TXT", "a.txt.GZ", "c.Jsonl", "d/e.txt", ".git/f.txt", "g.txt~"]
    names += ["__MACOSX/h.txt", "._b.txt", "~$i.txt", "#j.txt", ".k.txt", "d/.l/m.txt"]
    names += ["d.txt/n.bin", "o.txt.part"]
    for name in names:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.touch()
    shallow = [Path(path).name for path in files_in(tmp_path, [".txt"])]
    assert shallow == ["a.txt.GZ", "b.TXT"]
    deep = [
        Path(path).name for path in files_in(tmp_path, [".txt", ".jsonl"], deep=True)
    ]
    assert deep == ["a.txt.GZ", "b.TXT", "c.Jsonl", "e.txt"]


@pytest.mark.parametrize("text", ["", "{", "[1]", "5", "[" * 100_000, "9" * 5000])
def test_what_is_no_object(text: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="this is not"):
        json_object(text)
    path = tmp_path / "a.json"
    path.write_text("{", encoding="utf-16")
    with pytest.raises(DataError, match="a.json is not a JSON file: this is not JSON"):
        read_json(path)
    path.write_text('{"a": 1}', encoding="utf-16")
    assert read_json(path) == {"a": 1}


def entries(folder: Path) -> List[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_what_fails_leaves_what_was_there(error: Any, tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with pytest.raises(error), atomic(path) as partial:
        partial.write_text("half")
        raise error
    assert entries(path.parent) == []
    write_text(path, "old")
    with pytest.raises(error), atomic(path) as partial:
        partial.write_text("half")
        raise error
    assert path.read_text() == "old" and entries(path.parent) == ["a.txt"]
    with pytest.raises(error), atomic(tmp_path / "folder") as partial:
        partial.mkdir()
        (partial / "half").touch()
        raise error
    assert entries(tmp_path) == ["new"]


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_permissions_and_links_stay(tmp_path: Path) -> None:
    path, link = tmp_path / "a.txt", tmp_path / "link"
    write_text(path, "old")
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~current_umask()
    path.chmod(0o640)
    link.symlink_to(path)
    write_text(link, "new")
    assert link.is_symlink() and path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path) -> None:
        with atomic(path) as partial:
            (partial / "deep").mkdir(parents=True)
            (partial / "deep" / "a").write_text("a")

    write(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".x.1234.part").touch()  # of one that was killed
    monkeypatch.chdir(tmp_path / "empty")
    write(Path())
    for name in ("new", "empty"):
        assert (tmp_path / name / "deep" / "a").read_text() == "a"
        with pytest.raises(ConfigError, match="is there already"):
            write(tmp_path / name)
    assert Path.cwd() == tmp_path / "empty"
    (tmp_path / "other").mkdir()
    with pytest.raises(ConfigError, match="Name a file"):
        write_text(tmp_path / "other", "text")
    assert entries(tmp_path / "other") == []


def test_long_names_and_what_is_no_file(tmp_path: Path) -> None:
    path = tmp_path / ("木" * 80)
    write_text(path, "a")
    assert path.read_text() == "a"
    write_text(os.devnull, "a")
    assert not Path(os.devnull).is_file()
    with pytest.raises(OSError, match="nowhere") as caught:
        write_text(path / "nowhere" / "a", "a")
    assert ".part" not in str(caught.value)


KILLED = """
import os, signal, sys
from pathlib import Path
from spacy_xoie.files import atomic
with atomic(sys.argv[1]) as partial:
    if sys.argv[2] == "folder":
        partial.mkdir()
        partial = partial / "a"
    partial.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("kind", ["file", "folder"])
def test_killed_in_between(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    if kind == "file":
        write_text(path, "old")
    command = [sys.executable, "-c", KILLED, str(path), kind]
    assert subprocess.run(command, env=PYTHONPATH).returncode == -signal.SIGKILL
    assert path.read_text() == "old" if kind == "file" else not path.exists()
    assert [Path(p).name for p in files_in(tmp_path, [".txt", ".part"])] == (
        ["out.txt"] if kind == "file" else []
    )
    if kind == "folder":
        with atomic(path) as partial:
            partial.mkdir()
        assert path.is_dir()
    else:
        write_text(path, "new")
        assert path.read_text() == "new"


HOLDS = """
import sys
from spacy_xoie.files import locked
with locked(sys.argv[1]):
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_a_file_has_one_writer(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(path)],
        env=PYTHONPATH,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline()
    message = "Another process is writing"
    with pytest.raises(DataError, match=message), locked(path):
        pass
    with locked(tmp_path / "other.txt"):
        pass
    holder.kill()
    holder.communicate()
    with locked(path):  # what was killed holds nothing
        pass
    assert entries(tmp_path) == []


def test_what_cannot_be_written_is_said_first(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "deep" / "a.txt")
    check_writable(os.devnull)
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "a.txt"):
        with pytest.raises(ConfigError, match="Name a file|Not a directory"):
            check_writable(path)
    assert entries(tmp_path) == ["file"]
