"""What the commands share."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import srsly
import typer

from ..errors import DataError, XoieError


def read_json(path: Path) -> Any:
    try:
        return srsly.read_json(path)
    except ValueError as e:
        raise DataError(f"{path} is not a JSON file: {e}") from e


def write_text(path: Path, text: str) -> None:
    """Write a file, which is there wholly or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf8")
    partial.replace(path)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Our own errors say what to do, and so do those of missing files and pipelines;
    a traceback would only hide it."""
    try:
        yield
    except (XoieError, OSError) as e:
        typer.secho(f"Error: {' '.join(str(e).split())}", fg="red", err=True)
        raise typer.Exit(1) from e
