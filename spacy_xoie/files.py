"""Files: read with the place of every fault, written wholly or not at all."""

from pathlib import Path
from typing import Any

import srsly

from .errors import DataError


def read_json(path: Path) -> Any:
    """RAISES (DataError): If the file is no JSON."""
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
