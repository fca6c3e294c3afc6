"""How all commands end: with an exit code, and an error in one line.

| code | |
|---|---|
| 0 | done |
| 1 | failed: nothing more could be done |
| 2 | the command was given wrongly |
| 3 | done, but some of the input had to be left out |
| 130 | stopped by Ctrl-C |
| 141 | the reader of the output closed the pipe (`… \\| head`) |
"""

import os
import sys
import warnings
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, List, Optional, Tuple, Type, Union

import typer
from typer.core import TyperGroup

from ...errors import XoieError

FAILED = 1
PARTLY = 3
INTERRUPTED = 130
PIPE_CLOSED = 141

_debug: ContextVar[bool] = ContextVar("debug", default=False)

# How click, or typer's own copy of it, ends a command on purpose.
_SIGNALS: Tuple[Type[BaseException], ...] = (
    typer.Exit,
    typer.Abort,
    *(cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException"),
)


class XoieGroup(TyperGroup):
    """Commands that tell errors in one line. `--debug`, anywhere behind the name of the
    group, shows the traceback."""

    def parse_args(self, ctx: Any, args: List[str]) -> List[str]:
        end = args.index("--") if "--" in args else len(args)
        options = [arg for arg in args[:end] if arg != "--debug"]
        _debug.set(len(options) < end)
        return super().parse_args(ctx, [*options, *args[end:]])

    def invoke(self, ctx: Any) -> Any:
        if debugging():
            return super().invoke(ctx)
        formatter = warnings.formatwarning
        warnings.formatwarning = _one_line_warning
        try:
            return super().invoke(ctx)
        except _SIGNALS:
            raise
        except KeyboardInterrupt as e:
            _say("Stopped.")
            raise typer.Exit(INTERRUPTED) from e
        except BrokenPipeError as e:
            raise typer.Exit(PIPE_CLOSED) from e
        except Exception as e:
            tell(e)
            raise typer.Exit(FAILED) from e
        finally:
            warnings.formatwarning = formatter
            _let_go_of_output()


def debugging() -> bool:
    """RETURNS (bool): Whether tracebacks are wanted."""
    return _debug.get()


def tell(error: BaseException) -> None:
    """Say in one line what went wrong. Our own errors, and those of files, say it well;
    others are named, and how to find out more."""
    text = " ".join(str(error).split()) or "no reason given"
    if not isinstance(error, (XoieError, OSError)):
        text = f"{type(error).__name__}: {text} (--debug shows where)"
    _say(f"Error: {text}")


def _say(line: str) -> None:
    # If even that cannot be written, the exit code has to say it.
    with suppress(OSError):
        typer.secho(line, fg="red", err=True)


def _one_line_warning(
    message: Union[Warning, str],
    category: Type[Warning],
    filename: str,
    lineno: int,
    line: Optional[str] = None,
) -> str:
    return f"Warning: {' '.join(str(message).split())}\n"


def _let_go_of_output() -> None:
    """What cannot be written any more must not fail again when Python ends."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            void = os.open(os.devnull, os.O_WRONLY)
            os.dup2(void, sys.stdout.fileno())
