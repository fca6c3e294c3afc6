"""The report of a run, put together."""

from pathlib import Path
from typing import List, Tuple, Union

from ....errors import ConfigError, DataError
from ..page import escape, html_page
from .corpora import corpora_section
from .metrics import metrics_sections
from .sections import Section
from .training import training_section

_STYLE = """
.xoie img { background: #fff; border-radius: 6px; max-width: 100%; height: auto; }
.xoie .missing { border-inline-start: 4px solid #e0a100; background: var(--box);
  padding: .5em 1em .5em 2em; }
.xoie nav a { color: inherit; }
"""


def report_html(folder: Union[str, Path]) -> Tuple[str, List[str]]:
    """Make a page on a run of the project. What a run lacks is named in the page.

    folder (Union[str, Path]): The folder of the project, with `corpus`, `training` and
        `metrics`.
    RETURNS (Tuple[str, List[str]]): The page, which needs nothing from outside, and
        what is missing in it.
    RAISES (DataError): If there is nothing of a run in the folder.
    RAISES (ConfigError): If matplotlib is not installed.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DataError(f"There is no folder {str(folder)!r}.")
    try:
        import matplotlib  # noqa: F401
    except ImportError as e:
        raise ConfigError(
            "A report needs matplotlib, which is not installed. Install it with "
            "`pip install 'spacy-xoie[plots]'`."
        ) from e
    sections: List[Section] = [
        corpora_section(folder),
        training_section(folder),
        *metrics_sections(folder),
    ]
    if not any(section.parts for section in sections):
        raise DataError(
            f"There is nothing of a run in {str(folder)!r}: no corpus/*.spacy, no "
            f"training/…/model-best, no metrics/*.json. Name the folder in which "
            f"`spacy project run` was called."
        )
    gaps = [gap for section in sections for gap in section.missing]
    title = f"Run of {folder.resolve().name}"
    note = f'<p class="faint">Missing, and named below: {len(gaps)}.</p>'
    body = f"<h1>{escape(title)}</h1>{note if gaps else ''}<main>"
    body += "".join(
        section.html() for section in sections if section.parts or section.missing
    )
    body += "</main>"
    return html_page(title, body, style=_STYLE), gaps
