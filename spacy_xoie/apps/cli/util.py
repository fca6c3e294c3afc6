"""What the commands share."""

from contextlib import contextmanager
from typing import Iterator

import typer

from ...errors import XoieError
from .group import FAILED, debugging, tell


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Our own errors say what to do, and so do those of missing files and pipelines;
    a traceback would only hide it. What is no error of ours the group tells."""
    try:
        yield
    except BrokenPipeError:
        raise
    except (XoieError, OSError) as e:
        if debugging():
            raise
        tell(e)
        raise typer.Exit(FAILED) from e
