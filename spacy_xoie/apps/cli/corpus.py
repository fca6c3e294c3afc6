"""The commands for what people write: corpora, and configs in parts."""

from pathlib import Path
from typing import Annotated, List, Optional

import typer
from wasabi import msg

from ...corpora import read_corpus
from ...files import write_text
from ...training.configs import compose_config, config_text
from .app import app
from .inputs import named_corpora
from .options import output_option
from .util import one_line_errors


@app.command("validate")
def validate_cli(
    corpus: Annotated[
        Optional[Path],
        typer.Argument(
            help="Folder of .jsonl files, or one; by default standard input",
            exists=True,
            allow_dash=True,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Check a corpus; name file, line and field of every fault."""
    with one_line_errors(), named_corpora([corpus] if corpus else []) as (path,):
        records, faults = read_corpus(path)
    for fault in faults:
        typer.echo(fault)
    if faults:
        msg.fail(f"{len(faults)} faults; {len(records)} records are good", exits=1)
    languages = sorted({record.language for record in records})
    msg.good(f"{len(records)} records in {', '.join(languages)}")


@app.command("compose")
def compose_cli(
    parts: Annotated[List[Path], typer.Argument(help="Partial configs, in order")],
    output: Annotated[Optional[Path], output_option("The config to write")] = None,
) -> None:
    """Put a complete config together from parts."""
    if output is None:
        # It was the first argument before it was an option.
        output, *parts = parts
        if not parts:
            raise typer.BadParameter("Name the config to write, with --output.")
    with one_line_errors():
        write_text(output, config_text(compose_config(parts), parts))
    msg.good(f"Wrote {output}")
