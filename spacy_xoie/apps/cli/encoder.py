"""The command that finds a pretrained encoder, and writes it as a folder."""

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
        str,
        typer.Argument(
            help=f"The encoder: {', '.join(PACKAGES)}, a local folder, or a name on "
            f"the model hub"
        ),
    ],
    argument: OutputArgument = None,
    output: Annotated[
        Optional[Path], output_option("Folder for the encoder; none to look for it")
    ] = None,
) -> None:
    """Look for a pretrained encoder, fetch it if it is one of the model hub, and write
    it as a folder that transformers can read."""
    with one_line_errors():
        foundation = find_foundation(name, fetches=True)
        if output is None and argument is None:
            foundation.tokenizer({})
            msg.good(f"The encoder {name!r} is on this machine")
            return
        folder = one_output(output, argument)
        is_new = write_folder(foundation, folder)
    if is_new:
        msg.good(f"Wrote {folder}")
    else:
        msg.good(f"{folder} holds the encoder already")
