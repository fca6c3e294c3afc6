"""What all pictures share: escaped text, its direction, colours, and the page around.

Every text goes through `escape` on its way into HTML or SVG.
"""

import re
import unicodedata
from html import escape as _escape
from string import Template
from typing import Optional

from ...doc.codes import NO_LANGUAGE
from ...doc.triples import OBJECTS, RELATION, SUBJECT

ROLE_LETTERS = {
    SUBJECT: "S",
    RELATION: "R",
    **dict(zip(OBJECTS, ("O", "O2", "O3"), strict=True)),
}
SOURCE_LETTER = "“”"
"""The letter of who says so, in the sentence."""
SOURCE_COLOUR = "#b8c0cc"
ROLE_NAMES = {
    SUBJECT: "subject",
    RELATION: "relation",
    **dict(zip(OBJECTS, ("object", "object 2", "object 3"), strict=True)),
}
ROLE_COLOURS = {
    SUBJECT: "#7cc0ff",
    RELATION: "#ffb454",
    **dict(zip(OBJECTS, ("#7fd88f", "#c9a6ff", "#ff9ec4"), strict=True)),
}

# What HTML cannot hold, not even as a reference, nor XML.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]"
)
REPLACEMENT = "\ufffd"

# In Jupyter the colours are those of its theme, which need not be that of the system.
STYLE = """
.xoie { --ink: var(--jp-content-font-color1, #1d2430);
  --paper: var(--jp-layout-color0, #fff); --faint: var(--jp-ui-font-color2, #667085);
  --line: var(--jp-border-color2, #d5dae3); --box: var(--jp-layout-color1, #f5f7fa);
  color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans",
  "Noto Naskh Arabic", "Noto Sans Arabic", "Noto Sans CJK SC", Arial, sans-serif; }
@media (prefers-color-scheme: dark) { .xoie {
  --ink: var(--jp-content-font-color1, #e6e9ef);
  --paper: var(--jp-layout-color0, #14181f); --faint: var(--jp-ui-font-color2, #9aa4b5);
  --line: var(--jp-border-color2, #333b48); --box: var(--jp-layout-color1, #1d232d); } }
.xoie h2 { font-size: 1.15em; margin: 1.6em 0 .4em; }
.xoie h3 { font-size: 1em; margin: 1.2em 0 .3em; }
.xoie .faint, .xoie .none { color: var(--faint); font-size: .85em; }
.xoie .block { border: 1px solid var(--line); border-radius: 8px; margin: .8em 0;
  padding: .6em .9em; background: var(--paper); }
.xoie .sentence { margin: 0; }
.xoie .badge { display: inline-block; font-size: .75em; color: var(--faint);
  border: 1px solid var(--line); border-radius: 1em; padding: 0 .6em; }
.xoie .mark { border-radius: 3px; padding: 0 .35em; font-weight: 600; color: #000; }
.xoie .mark.denied { background: #ff8f80; }
.xoie .mark.open { background: #f2d769; }
.xoie .row { margin: .5em 0 0; border-top: 1px solid var(--line); padding-top: .4em; }
.xoie .row:first-child { margin-top: 0; border-top: 0; padding-top: 0; }
.xoie .spans { line-height: 2.7 !important; }
.xoie .cell { position: relative; }
.xoie .cell.keep { white-space: nowrap; }
.xoie .chip { position: absolute; inset-inline-start: 0; top: 2px; z-index: 1;
  color: #000; font-size: 10px; font-weight: bold; line-height: 1.1; padding: 0 3px;
  border-radius: 3px; white-space: nowrap; }
.xoie .chip:empty { display: none; }
.xoie .bar { position: absolute; left: -1px; height: 4px; width: calc(100% + 2px); }
.xoie .key span { border-radius: 3px; color: #000; font-size: .8em; font-weight: bold;
  margin: 0 .35em 0 1em; padding: 0 .35em; }
.xoie .key span:first-child { margin-inline-start: 0; }
.xoie .wide { overflow-x: auto; }
.xoie svg { display: block; max-width: none; }
.xoie table { border-collapse: collapse; font-size: .95em; margin: .5em 0; }
.xoie caption { color: var(--faint); font-size: .85em; text-align: start; }
.xoie th, .xoie td { border-bottom: 1px solid var(--line); padding: .25em .7em;
  text-align: start; vertical-align: top; }
.xoie th { color: var(--faint); font-size: .85em; font-weight: 600; }
.xoie td.number, .xoie th.number { text-align: end;
  font-variant-numeric: tabular-nums; }
.xoie .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.5em; }
.xoie .pair > * { min-width: 0; }
@media (max-width: 40em) { .xoie .pair { grid-template-columns: 1fr; } }
"""

_PAGE = Template("""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title</title>
<style>
body { margin: 0; }
.xoie.page { background: var(--paper); min-height: 100vh; box-sizing: border-box;
  padding: 1.5em max(1.2em, calc((100% - 70em) / 2)); }
.xoie h1 { font-size: 1.5em; margin: 0 0 .4em; }
$style
</style>
</head>
<body class="xoie page">
$body
</body>
</html>
""")


def escape(text: str) -> str:
    """RETURNS (str): Text for the content or an attribute of HTML, SVG or XML."""
    return _escape(_FORBIDDEN.sub(REPLACEMENT, text))


def clean(text: str) -> str:
    """RETURNS (str): Text without the characters that HTML and XML cannot hold; they
    are replaced by U+FFFD."""
    return _FORBIDDEN.sub(REPLACEMENT, text)


def direction(text: str) -> str:
    """RETURNS (str): "rtl" if most letters of a text run from right to left, else
    "ltr"."""
    kinds = [unicodedata.bidirectional(char) for char in text]
    right = sum(kind in ("R", "AL") for kind in kinds)
    return "rtl" if right > kinds.count("L") else "ltr"


def attributes(text: str, language: str = "") -> str:
    """RETURNS (str): Attributes `dir`, and `lang` if the language is known, of an
    element with a text."""
    lang = f' lang="{escape(language)}"' if language not in NO_LANGUAGE else ""
    return f'dir="{direction(text)}"{lang}'


def legend() -> str:
    """RETURNS (str): What the letters and colours of the roles mean."""
    items = "".join(
        f'<span style="background: {ROLE_COLOURS[role]}">{letter}</span>'
        f"{ROLE_NAMES[role]}"
        for role, letter in ROLE_LETTERS.items()
    )
    source = f'<span style="background: {SOURCE_COLOUR}">{SOURCE_LETTER}</span>source'
    return f'<p class="key">{items}{source}</p>'


def fragment(content: str) -> str:
    """RETURNS (str): HTML to put into a page of somebody else, such as a notebook, with
    its own style."""
    return f'<div class="xoie"><style>{STYLE}</style>{content}</div>'


def html_page(title: str, body: str, *, style: Optional[str] = None) -> str:
    """Make a page that needs nothing from outside, and that may not ask for it.

    title (str): Plain text.
    body (str): HTML.
    style (Optional[str]): CSS beside that of all pictures.
    RETURNS (str): The page.
    """
    return _PAGE.substitute(title=escape(title), body=body, style=STYLE + (style or ""))
