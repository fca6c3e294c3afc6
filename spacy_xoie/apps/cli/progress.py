"""What a long run says on stderr: how far it is, what it left out, what came of it."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator, Optional

import typer
from tqdm import tqdm  # type: ignore[import-untyped]

from ...files import Fault
from ..batch.run import Account
from .group import INTERRUPTED, PARTLY


class Progress:
    """Tells how far a run is, with its rate and the time that is left.

    quiet (bool): Whether to tell only what goes wrong.
    output (Optional[Path]): Where the run writes to; None for standard output.
    """

    def __init__(self, *, quiet: bool, output: Optional[Path]) -> None:
        self.quiet = quiet
        self.output = output
        self.faults = 0
        self.account = Account()
        self._bar: Any = None

    def fault(self, fault: Fault) -> None:
        """Tell what is left out."""
        self.faults += 1
        if self._bar is not None:
            self._bar.clear()
        line = " ".join(str(fault).split())
        typer.secho(f"Left out: {line}", fg="yellow", err=True)

    def step(self, account: Account) -> None:
        """Show how far we are."""
        self.account = account
        bar = self._bar
        if bar is None:
            return
        if bar.total is not None:
            bar.total = max(bar.total, account.n_texts)  # long texts are cut
        if not account.documents:
            # What an earlier run did says nothing of the rate of this one.
            bar.initial = bar.n = account.n_texts
        bar.set_postfix(triples=account.triples, refresh=False)
        bar.update(account.n_texts - bar.n)

    @contextmanager
    def shown(self, total: Optional[int], *, resumable: bool) -> Iterator[None]:
        """Show a bar meanwhile. Ctrl-C ends the run with code 130, and says what is
        there and how to go on.

        total (Optional[int]): How many documents there are, if that is known.
        resumable (bool): Whether the same command goes on with the run.
        """
        # A bar between the lines of the output could not be read.
        in_the_way = self.output is None and sys.stdout.isatty()
        hidden = self.quiet or in_the_way or total == 1
        with tqdm(total=total, unit=" docs", disable=hidden, file=sys.stderr) as bar:
            self._bar = bar
            try:
                yield
            except KeyboardInterrupt as e:
                bar.close()
                typer.secho(f"Stopped: {self._rest(resumable)}", fg="red", err=True)
                raise typer.Exit(INTERRUPTED) from e
            finally:
                self._bar = None

    def sum_up(self) -> None:
        """Say what there is in the end.

        RAISES (Exit): With code 3 if something was left out.
        """
        account = self.account
        parts = [f"{account.documents} documents, {account.triples} triples"]
        if account.before:
            parts.append(f"{account.before} were there before")
        if self.faults:
            parts.append(f"{self.faults} left out")
        where = "" if self.output is None else f"{self.output}: "
        if not self.quiet:
            typer.echo(where + "; ".join(parts), err=True)
        if self.faults:
            raise typer.Exit(PARTLY)

    def _rest(self, resumable: bool) -> str:
        there = self.account.documents + self.account.before
        if self.output is None:
            return f"{there} documents are written."
        if not resumable:
            return f"{self.output} is not written."
        return (
            f"{there} documents are in {self.output}. The same command goes on from "
            f"there."
        )
