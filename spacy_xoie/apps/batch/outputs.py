"""Where output goes: whole lines of it, whatever happens.

A document is written in one go. If that fails half-way (the disk is full) or is cut off
(the process was killed), what was torn is taken off again: at once, or when the output
is next opened.
"""

import os
import signal
import stat
import sys
import threading
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any, BinaryIO, Callable, Dict, Iterator, Optional, Tuple

from ...errors import DataError
from ...files import atomic, locked
from .formats import Format


class Output:
    """A file or a stream to which whole lines are added.

    raw (IO[bytes]): The file, unbuffered, at the place where to go on.
    path (Optional[Path]): Its name; None for standard output.
    """

    def __init__(self, raw: IO[bytes], path: Optional[Path] = None) -> None:
        self.raw = raw
        self.name = "standard output" if path is None else str(path)

    def write(self, content: bytes, then: Callable[[], None] = lambda: None) -> None:
        """Write all of it, or nothing if that can be helped.

        content (bytes): Whole lines.
        then (Callable[[], None]): What counts them. Ctrl-C does not come in between.
        RAISES (OSError): If the disk is full, the pipe closed ….
        """
        before = self._place()
        with _uninterrupted():
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[self.raw.write(rest) or 0 :]
                self.raw.flush()
            except BaseException as e:
                if before is not None:
                    with suppress(OSError):
                        self.raw.seek(before)
                        self.raw.truncate(before)
                if isinstance(e, OSError) and e.filename is None:
                    e.filename = self.name
                raise
            then()

    def _place(self) -> Optional[int]:
        """The end of a regular file that we add to; None of what cannot be cut off."""
        try:
            state = os.fstat(self.raw.fileno())
            at_end = _appends(self.raw) or self.raw.tell() == state.st_size
            return state.st_size if stat.S_ISREG(state.st_mode) and at_end else None
        except (OSError, ValueError):
            return None


@contextmanager
def open_output(
    path: Optional[Path], form: Format, *, overwrite: bool = False
) -> Iterator[Tuple[Output, Dict[str, str]]]:
    """Open an output of lines; where one is there, go on behind it.

    path (Optional[Path]): The file; None for standard output.
    form (Format): The format.
    overwrite (bool): Whether to start anew.
    YIELDS (Tuple[Output, Dict[str, str]]): The output, and the documents that it holds:
        digests of their texts by their names.
    RAISES (DataError): If the file was not written so, or another process writes to it.
    """
    if path is None:
        output = Output(standard_output())
        output.write(form.header)
        yield output, {}
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not _is_regular(path):
        with path.open("wb", buffering=0) as raw:
            output = Output(raw, path)
            output.write(form.header)
            yield output, {}
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    with locked(path), os.fdopen(descriptor, "r+b", buffering=0) as raw:
        digests: Dict[str, str] = {}
        end, rest = 0, form.header
        if not overwrite:
            with path.open("rb") as reader:
                digests, end, rest = read_digests(reader, form, path)
        raw.truncate(end)
        raw.seek(end)
        output = Output(raw, path)
        output.write(rest)
        yield output, digests


def read_digests(
    file: BinaryIO, form: Format, path: Path
) -> Tuple[Dict[str, str], int, bytes]:
    """Find out what an output holds.

    file (BinaryIO): The output.
    form (Format): Its format.
    path (Path): Its name.
    RETURNS (Tuple[Dict[str, str], int, bytes]): The documents that are there wholly,
        digests of their texts by their names; where the last of them ends, behind which
        there is nothing but one that was torn; and what is missing there.
    RAISES (DataError): If the file was not written in this format. It is left alone.
    """
    digests: Dict[str, str] = {}
    end = place = 0
    rest = form.header
    parse = form.reader()
    for number, line in enumerate(file, start=1):
        place += len(line)
        if number == 1 and form.header:
            if line == form.header:
                end, rest = place, b""
            elif not form.header.startswith(line):
                raise _foreign(path, 1, "the first line is another one")
            continue
        try:
            document = parse(line)
        except DataError as e:
            raise _foreign(path, number, str(e)) from e
        if document is not None:
            digests[document.name] = document.digest
            end, rest = place, b"" if line.endswith(b"\n") else b"\n"
    return digests, end, rest


@contextmanager
def open_replacement(path: Optional[Path]) -> Iterator[Callable[[bytes], None]]:
    """Write a file that is there wholly or not at all. What is no file (standard
    output, a device) is written to as it comes.

    path (Optional[Path]): The file; None for standard output.
    YIELDS (Callable[[bytes], None]): Writes whole lines.
    """
    if path is None:
        yield Output(standard_output()).write
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if not _is_regular(path):
        with path.open("wb", buffering=0) as raw:
            yield Output(raw, path).write
        return
    with locked(path), atomic(path) as partial, partial.open("wb") as file:
        yield Output(file, path).write


def standard_output() -> IO[bytes]:
    """RETURNS (IO[bytes]): Standard output, unbuffered where it can be."""
    sys.stdout.flush()
    buffer = sys.stdout.buffer
    raw: IO[bytes] = getattr(buffer, "raw", buffer)
    return raw


def _is_regular(path: Path) -> bool:
    return path.is_file() or not os.path.lexists(path)


def _foreign(path: Path, line: int, reason: str) -> DataError:
    return DataError(
        f"{path}:{line}: {reason}: this file was not written by such a run, and is "
        f"left as it is. Choose another one, or write over it with --overwrite."
    )


def _appends(raw: IO[bytes]) -> bool:
    """Whether all that is written goes to the end (`>> file`), wherever we are."""
    try:
        import fcntl
    except ImportError:
        return False
    return bool(fcntl.fcntl(raw, fcntl.F_GETFL) & os.O_APPEND)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put Ctrl-C off until the lines are written. A second one is not put off: the pipe
    may be stuck."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = []
    previous: Any = signal.getsignal(signal.SIGINT) or signal.SIG_DFL

    def remember(number: int, frame: Optional[FrameType]) -> None:
        numbers.append(number)
        signal.signal(signal.SIGINT, previous)

    signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
    if numbers and callable(previous):
        previous(signal.SIGINT, None)
