"""Texts from files and folders, each with the name by which it is known again."""

from pathlib import Path
from typing import Iterable, Iterator, List, Tuple, Union

import srsly

from ..errors import ConfigError
from .rdf import Fault

SUFFIXES = (".txt", ".md", ".jsonl")


def read_texts(
    paths: Iterable[Union[str, Path]],
) -> Iterator[Union[Tuple[str, str], Fault]]:
    """Read texts. A .jsonl file has a text a line, {"text", "id"}, named FILE:ID, or
    FILE:LINE without an id; any other file is one text, named as it was given.

    paths (Iterable[Union[str, Path]]): Files, and folders whose files in .txt, .md and
        .jsonl are read, also those in folders within.
    YIELDS (Union[Tuple[str, str], Fault]): Name and text, or what could not be read.
    RAISES (ConfigError): If there is no such file or folder, or nothing in it.
    """
    for file in find_files(paths):
        name = _printable(file)
        try:
            content = file.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as e:
            yield Fault(name, f"{type(e).__name__}: {e}")
            continue
        if file.suffix == ".jsonl":
            yield from _read_lines(name, content)
        else:
            yield name, content


def find_files(paths: Iterable[Union[str, Path]]) -> List[Path]:
    """RETURNS (List[Path]): The files that are named, and those in folders, sorted.
    RAISES (ConfigError): If there is none."""
    found: List[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(
                file
                for file in path.rglob("*")
                if file.suffix in SUFFIXES and file.is_file()
            )
            if not inside:
                kinds = ", ".join(SUFFIXES)
                raise ConfigError(f"{path} has no files in {kinds}.")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigError(f"There is no file or folder {path}.")
    return found


def _read_lines(name: str, content: str) -> Iterator[Union[Tuple[str, str], Fault]]:
    # Only these end a line of JSON; a text may hold others.
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            entry = srsly.json_loads(line)
        except ValueError as e:
            yield Fault(place, f"this is no JSON: {e}")
            continue
        text = entry.get("text") if isinstance(entry, dict) else None
        if not isinstance(text, str):
            yield Fault(place, 'there is no text: {"text": …}')
            continue
        identifier = entry.get("id")
        yield (f"{name}:{identifier}" if identifier not in (None, "") else place), text


def _printable(file: Path) -> str:
    """The name of a file, without half characters where it is no UTF-8."""
    return file.as_posix().encode("utf8", "backslashreplace").decode("utf8")
