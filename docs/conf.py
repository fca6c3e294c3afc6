"""The documentation as a site: `sphinx-build -W docs public`."""

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "spacy_xoie"
author = "The spacy_xoie developers"
copyright = f"2026 {author}"
extensions = ["myst_nb", "sphinx_copybutton"]
html_theme = "furo"
html_title = "spacy_xoie"
html_static_path = ["_static"]
html_css_files = ["notebooks.css"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]
# Pages are read in the repository as well, where they link to files beside them.
suppress_warnings = ["myst.xref_missing"]
copybutton_prompt_text = "$ "

# Notebooks are stored without outputs, and run whenever the site is built.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 600
nb_merge_streams = True

# `-b linkcheck` asks the network whether addresses lead somewhere, so it is for people
# to run (contributing.md); what can be seen without one, tests/test_docs.py looks at.
linkcheck_ignore = [r"http://127\.0\.0\.1"]
# These make the names of their anchors in the browser.
linkcheck_anchors_ignore_for_url = [r"https://github\.com/"]
linkcheck_allowed_redirects = {
    # Sites that lead to the newest version, or to their first page.
    r"https://[\w.-]+/?$": r"https://.*",
    r"https://docs\.pytest\.org/.*": r"https://docs\.pytest\.org/.*",
}
linkcheck_report_timeouts_as_broken = True
linkcheck_retries = 3
linkcheck_timeout = 20
linkcheck_workers = 4


def write_pages(app: Any) -> None:
    """Write the pages that are made from the code itself."""
    from api import api
    from reference import reference

    for name, text in {"api": api(), "reference": reference()}.items():
        page = HERE / f"{name}.md"
        if not page.exists() or page.read_text(encoding="utf8") != text:
            page.write_text(text, encoding="utf8")


def setup(app: Any) -> None:
    app.connect("builder-inited", write_pages)
