"""Lines of a file, and where a fault is."""

import gzip
from pathlib import Path
from typing import Callable, Iterator, Optional, Tuple

from ...errors import DataError

OnFault = Callable[[str], None]


def read_text(path: Path) -> str:
    """Read a whole file.

    path (Path): A text file in UTF-8, perhaps compressed (.gz).
    RETURNS (str): Its text.
    """
    path = Path(path)
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            return file.read()
    except UnicodeDecodeError as e:
        raise DataError(f"{path.name} is not in UTF-8 ({e}). Convert it first.") from e
    except (EOFError, gzip.BadGzipFile) as e:
        raise DataError(f"{path.name} is damaged ({e}). Fetch it again.") from e


def numbered_lines(path: Path) -> Iterator[Tuple[int, str]]:
    """Read a file line by line. Only line feeds end a line, not the other characters
    that Unicode calls line breaks, which occur inside sentences.

    path (Path): A text file in UTF-8, perhaps compressed (.gz).
    YIELDS (Tuple[int, str]): Number and text of each line that is not empty.
    """
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        line = line.removesuffix("\r")
        if line.strip():
            yield number, line


class Faults:
    """Passes on what is wrong with a file.

    path (Path): The file.
    on_fault (Optional[Callable[[str], None]]): Told of each fault.
    """

    def __init__(self, path: Path, on_fault: Optional[OnFault]):
        self.name = Path(path).name
        self.on_fault = on_fault

    def report(self, line: int, reason: str) -> None:
        """line (int): Where the fault is.
        reason (str): What is wrong.
        """
        if self.on_fault is not None:
            self.on_fault(f"{self.name}:{line}: {reason}")
