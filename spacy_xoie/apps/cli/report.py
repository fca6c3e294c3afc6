"""The command that makes one page of a run of the project."""

from pathlib import Path
from typing import Annotated, Optional

import typer
from wasabi import msg

from ...files import check_writable, write_text
from .app import app
from .options import output_option
from .util import one_line_errors

EXAMPLES = """Examples:

spacy xoie report .

spacy xoie report my_project --output report.html"""


@app.command("report", epilog=EXAMPLES)
def report_cli(
    folder: Annotated[
        Path,
        typer.Argument(
            help="Folder of the project, with corpus/, training/ and metrics/"
        ),
    ],
    output: Annotated[
        Optional[Path],
        output_option("HTML file; by default metrics/report.html"),
    ] = None,
) -> None:
    """Make one HTML page of a run of the project: languages, triples, training curves,
    scores, precision over recall, gate weights. It names what is missing."""
    from ..visual.report import report_html

    with one_line_errors():
        path = output or folder / "metrics" / "report.html"
        check_writable(path)
        page, gaps = report_html(folder)
        write_text(path, page)
    for gap in gaps:
        msg.warn(gap)
    msg.good(f"Wrote {path}")
