"""Files: read with the place of every fault, written wholly or not at all."""

import codecs
import gzip
import io
import json
import os
import shutil
import sys
import tempfile
import zlib
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from secrets import token_hex
from typing import (
    Any,
    BinaryIO,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Optional,
    Tuple,
    Union,
    cast,
)

from .errors import ConfigError, DamageError, DataError

LINE_LIMIT = 1 << 24
"""Most bytes of a line. A longer one is a fault, for all of it has to be in memory."""

GZ = ".gz"

Readable = Union[str, Path, BinaryIO]

_BLOCK = 1 << 16
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DAMAGE = (EOFError, gzip.BadGzipFile, zlib.error)


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with what was given, and was left out.

    place (str): Where: the file and the line of it ("de.jsonl:12"), or a name.
    field (str): The field of a record, such as "triples.0.relation.spans"; else "".
    why (str): What is wrong.
    """

    place: str
    field: str
    why: str

    @classmethod
    def of(cls, place: str, error: Exception) -> "Fault":
        """RETURNS (Fault): What an error says, which may name a field."""
        field, why = getattr(error, "field", ""), getattr(error, "why", str(error))
        return cls(place, field, why)

    @property
    def reason(self) -> str:
        return ": ".join(filter(None, (self.field, self.why)))

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}"


OnFault = Callable[[Fault], None]


def file_suffix(path: Union[str, Path]) -> str:
    """RETURNS (str): The ending of a name in lower case, apart from .gz."""
    return Path(os.fspath(path).lower().removesuffix(GZ)).suffix


def files_in(
    folder: Union[str, Path], suffixes: Iterable[str], *, deep: bool = False
) -> List[str]:
    """Find the files of a folder. What is hidden is not meant: `.git`, `._a.txt` and
    `__MACOSX`, what editors leave.

    folder (Union[str, Path]): The folder.
    suffixes (Iterable[str]): Endings of their names in any case, perhaps with .gz
        behind them.
    deep (bool): Whether to look in the folders of the folder.
    RETURNS (List[str]): The files, sorted.
    """
    wanted = frozenset(suffixes)
    paths: List[str] = []
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if deep and not _is_hidden(name)]
        paths += (
            os.path.join(place, name)  # noqa: PTH118
            for name in names
            if file_suffix(name) in wanted and not _is_hidden(name)
        )
    return sorted(paths)


@contextmanager
def unpacked(source: Readable) -> Iterator[BinaryIO]:
    """Open a file to read its bytes, unpacked if gzip packed it, whatever its name.

    source (Union[str, Path, BinaryIO]): The file, or a stream, which stays open.
    YIELDS (BinaryIO): The bytes.
    RAISES (DamageError): If the rest of it cannot be unpacked.
    """
    with ExitStack() as stack:
        file = source
        if isinstance(file, (str, Path)):
            file = stack.enter_context(open(file, "rb"))  # noqa: PTH123
        blocks = _with_head(_blocks(file))
        head = next(blocks)
        blocks = chain((head,), blocks)
        stream = io.BufferedReader(_Stream(blocks), _BLOCK)
        if not head.startswith(_GZIP):
            yield stream
            return
        try:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=stream))
        except _DAMAGE as e:
            name = file_name(source)
            raise DamageError(f"is damaged ({e}). Fetch it again.", name) from e


@contextmanager
def opened(source: Readable) -> Iterator[BinaryIO]:
    """Open a file to read it as UTF-8: unpacked, without a byte-order mark, and turned
    from UTF-16 where that mark says so.

    source (Union[str, Path, BinaryIO]): The file, or a stream, which stays open.
    YIELDS (BinaryIO): The bytes.
    """
    with unpacked(source) as file:
        yield io.BufferedReader(_Stream(_utf8(_with_head(_blocks(file)))), _BLOCK)


def read_lines(
    source: Readable, *, max_bytes: int = LINE_LIMIT
) -> Iterator[Tuple[int, Union[str, DataError]]]:
    """Read a file line by line, holding no more than a line. Only line feeds end a
    line, not the other characters that Unicode calls line breaks, which occur inside
    sentences; a carriage return before it goes with it.

    source (Union[str, Path, BinaryIO]): The file, see `opened`.
    max_bytes (int): Most bytes of a line.
    YIELDS (Tuple[int, Union[str, DataError]]): Number of each line, counted from 1, and
        its text or what is wrong with it.
    RAISES (DamageError): If what comes behind the last one is lost.
    """
    number = 0
    with opened(source) as file:
        try:
            while line := file.readline(max_bytes + 1):
                number += 1
                if len(line) > max_bytes and not line.endswith(b"\n"):
                    while line and not line.endswith(b"\n"):
                        line = file.readline(_BLOCK)
                    why = f"this line is longer than {max_bytes} bytes: divide it"
                    yield number, DataError(why)
                    continue
                try:
                    text = line.decode("utf8")
                except UnicodeDecodeError as e:
                    yield number, DataError(f"this is not UTF-8: {e}")
                    continue
                # Files that were joined have marks in their midst.
                text = text.removeprefix("\ufeff")
                yield number, text.removesuffix("\n").removesuffix("\r")
        except (*_DAMAGE, OSError) as e:
            why = f"is damaged after line {number} ({e}). Fetch it again."
            raise DamageError(why, file_name(source)) from e


def lines(
    source: Readable,
    on_fault: Optional[OnFault] = None,
    *,
    name: str = "",
    max_bytes: int = LINE_LIMIT,
) -> Iterator[Tuple[int, str]]:
    """Read the lines of a file that can be read and are not empty. See `read_lines` for
    the other arguments.

    on_fault (Optional[Callable[[Fault], None]]): Told of the others.
    name (str): What to call the file in faults, if not by its name.
    YIELDS (Tuple[int, str]): Number and text of each line.
    RAISES (DamageError): If what comes behind the last one is lost.
    """
    name = name or file_name(source)
    for number, line in read_lines(source, max_bytes=max_bytes):
        if not isinstance(line, str):
            tell(on_fault, f"{name}:{number}", line)
        elif line.strip():
            yield number, line


def tell(on_fault: Optional[OnFault], place: str, error: Union[str, DataError]) -> None:
    """Tell of a fault, if there is somebody to tell.

    on_fault (Optional[Callable[[Fault], None]]): Who is told.
    place (str): Where it is.
    error (Union[str, DataError]): What is wrong.
    """
    if on_fault is not None:
        error = DataError(error) if isinstance(error, str) else error
        on_fault(Fault.of(place, error))


def read_text(source: Readable) -> str:
    """Read a whole file, see `opened`.

    RAISES (DataError): If it is not UTF-8.
    RAISES (DamageError): If it is damaged.
    """
    name = file_name(source)
    with opened(source) as file:
        try:
            return file.read().decode("utf8")
        except UnicodeDecodeError as e:
            raise DataError(f"{name} is not in UTF-8 ({e}). Convert it first.") from e


def json_object(text: str) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): The JSON object that a text is.
    RAISES (DataError): If it is none."""
    value = parse_json(text, "a JSON object")
    if not isinstance(value, dict):
        raise DataError(f"this is not a JSON object, but {type(value).__name__}")
    return value


def parse_json(text: str, kind: str = "JSON") -> Any:
    """RETURNS (Any): What a text says in JSON.
    RAISES (DataError): If it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as e:
        raise DataError(f"this is not {kind}: {e}") from e


def read_json(path: Union[str, Path]) -> Any:
    """RETURNS (Any): What a file of JSON says.
    RAISES (DataError): If it is none."""
    try:
        return parse_json(read_text(path))
    except DataError as e:
        raise DataError(f"{path} is not a JSON file: {e.why}") from e


@contextmanager
def atomic(path: Union[str, Path]) -> Iterator[Path]:
    """Write a file or a folder that is there wholly or not at all, whatever happens
    meanwhile; its folder is made. A file that is there keeps its permissions, a link
    its target, an empty folder its place. Who writes last wins. A process that is
    killed leaves a hidden file with a name of its own behind, which nobody reads.

    path (Union[str, Path]): The file or folder.
    YIELDS (Path): Where to write it: beside it, or within an empty folder.
    RAISES (ConfigError): If a folder is there that holds something.
    """
    target = Path(os.path.realpath(path))
    fills = target.is_dir()
    if fills:
        check_vacant(path)
    with ExitStack() as stack:
        home = target if fills else target.parent
        is_stream = not fills and target.exists() and not target.is_file()
        if is_stream:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home.mkdir(parents=True, exist_ok=True)
        partial = home / f".{target.name[:40]}.{token_hex(4)}.part"
        try:
            yield partial
            if is_stream:
                with partial.open("rb") as file, target.open("wb") as stream:
                    shutil.copyfileobj(file, stream)
                return
            _sync(partial)
            if not fills:
                if target.is_file():
                    shutil.copymode(target, partial)
                partial.replace(target)
            elif partial.is_dir():
                check_vacant(path)
                for child in partial.iterdir():
                    child.replace(target / child.name)
            else:
                raise ConfigError(f"{path} is a folder. Name a file.")
        except OSError as e:
            if e.filename == str(partial):
                e.filename = str(path)
            raise
        finally:
            if partial.is_dir():
                shutil.rmtree(partial, ignore_errors=True)
            else:
                partial.unlink(missing_ok=True)


def check_vacant(path: Union[str, Path]) -> None:
    """Check that a folder can be made, before the work for it begins.

    path (Union[str, Path]): The folder.
    RAISES (ConfigError): If a file is there, or a folder with something else in it than
        what killed processes left, or it cannot be written to.
    """
    folder = Path(path)
    inside = folder.iterdir() if folder.is_dir() else ()
    if folder.is_file() or not all(_is_partial(child.name) for child in inside):
        raise ConfigError(f"{path} is there already. Name a new or empty folder.")
    check_writable(folder / "a")


def check_writable(path: Union[str, Path]) -> None:
    """Check that a file can be written, before the work for it begins.

    path (Union[str, Path]): The file; its folder need not be there.
    RAISES (ConfigError): If its folder can be neither made nor written to.
    """
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise ConfigError(f"{path} is a folder. Name a file.")
    if target.exists() and not target.is_file():
        return  # a device, a pipe
    there = next(parent for parent in target.parents if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as e:
        raise ConfigError(f"{path} cannot be written: {there}: {e.strerror}.") from e


def remove_partials(folder: Union[str, Path]) -> None:
    """Remove what killed processes left of files that they were writing.

    folder (Union[str, Path]): A folder that nobody writes to.
    """
    for path in Path(folder).rglob(".*"):
        if _is_partial(path.name):
            _remove(path)


def write_bytes(path: Union[str, Path], content: bytes) -> None:
    """Write a file, which is there wholly or not at all."""
    with atomic(path) as partial:
        partial.write_bytes(content)


def write_text(path: Union[str, Path], text: str) -> None:
    """Write a file in UTF-8, which is there wholly or not at all."""
    with atomic(path) as partial:
        partial.write_text(text, encoding="utf8", newline="\n")


def write_json(path: Union[str, Path], value: Any) -> None:
    """Write a file of JSON, which is there wholly or not at all."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def locked(path: Union[str, Path]) -> Iterator[None]:
    """Keep other processes from writing to a file meanwhile, where the system can.

    path (Union[str, Path]): The file.
    RAISES (DataError): If another process has it.
    """
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:40]}.{digest(target.name)[:8]}.lock")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(beside.open("ab"))
        except OSError:
            yield  # a folder of which only the file can be written to
            return
        # Who had it before may have taken it away between our opening and locking.
        if not _lock(file) or not _is_there(file, beside):
            raise DataError(
                f"Another process is writing to {path}. Wait for it, or choose another "
                f"file."
            )
        stack.callback(_remove, beside)
        yield


def digest(text: str) -> str:
    """RETURNS (str): By what a text is known again."""
    return blake2b(text.encode("utf8", "surrogatepass"), digest_size=16).hexdigest()


def file_digest(path: Union[str, Path]) -> str:
    """RETURNS (str): By what the content of a file is known again."""
    value = blake2b(digest_size=16)
    with open(path, "rb") as file:  # noqa: PTH123
        for block in _blocks(file):
            value.update(block)
    return value.hexdigest()


def file_name(source: Readable) -> str:
    """RETURNS (str): What to call a file, or a stream, in messages."""
    return Path(source).name if isinstance(source, (str, Path)) else "the input"


def _is_partial(name: str) -> bool:
    return name.startswith(".") and name.endswith(".part")


def _sync(path: Path) -> None:
    """Have the content on the disk before the name says that it is there."""
    for file in path.rglob("*") if path.is_dir() else (path,):
        if file.is_file():
            with suppress(PermissionError), file.open("r+b") as content:
                os.fsync(content.fileno())


def _lock(file: BinaryIO) -> bool:
    """Lock a file until it is closed. RETURNS (bool): Whether nobody else had it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            # Of this process alone: others that it starts do not hold it.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        pass  # a file system without locks
    return True


def _is_there(file: BinaryIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~", "#")) or name == "__MACOSX"


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    read: Callable[[int], bytes] = getattr(file, "read1", file.read)
    while block := read(_BLOCK):
        yield block


def _with_head(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The same, with one block at least, in which there is enough to tell by what it
    is."""
    head = b""
    for block in blocks:
        head += block
        if len(head) >= 4:
            break
    yield head
    yield from blocks


def _utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    head = next(blocks)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            blocks = chain((head[len(mark) :],), blocks)
            yield from blocks if encoding == "utf-8" else _recoded(blocks, encoding)
            return
    yield head
    yield from blocks


def _recoded(blocks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """From another encoding to UTF-8. What is no text there is none here, either."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    for block in blocks:
        yield decoder.decode(block).encode("utf8", "surrogatepass")
    if decoder.getstate()[0]:
        yield b"\xff"  # half a character


class _Stream(io.RawIOBase):
    """Blocks of bytes, as a file.

    blocks (Iterator[bytes]): The blocks.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = memoryview(block)
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size
