"""The commands `spacy xoie …`."""

import typer
from spacy.cli._util import app as spacy_app

from .group import XoieGroup

app = typer.Typer(
    name="xoie",
    cls=XoieGroup,
    help="Cross-lingual open information extraction. Errors are told in one line; "
    "--debug, behind any command, shows where they come from.",
    no_args_is_help=True,
)
spacy_app.add_typer(app)


@app.callback()
def _group() -> None:
    """With a callback it is a group to typer, however many commands are imported."""
