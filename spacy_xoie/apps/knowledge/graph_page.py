"""The page that shows a graph. Its program is in `graph.js` beside this file."""

import json
from importlib.resources import files
from typing import Any, Dict, Tuple

from ..visual.page import clean, escape, html_page

_STYLE = """
.xoie.page.graph { padding: 0; height: 100vh; overflow: hidden; display: grid;
  grid-template: auto 1fr / 1fr minmax(15em, 24em); }
.graph header { grid-column: 1 / 3; padding: .6em 1em; display: flex; flex-wrap: wrap;
  gap: .4em 1em; align-items: center; border-bottom: 1px solid var(--line); }
.graph h1 { margin: 0; font-size: 1.15em; }
.graph input, .graph select, .graph button { font: inherit; color: inherit;
  background: var(--box); border: 1px solid var(--line); border-radius: 6px;
  padding: .2em .6em; }
.graph button { cursor: pointer; }
.graph :focus-visible { outline: 3px solid #3b82f6; outline-offset: 1px; }
.graph #stage { min-width: 0; min-height: 0; position: relative; touch-action: none; }
.graph #stage svg { width: 100%; height: 100%; cursor: grab; }
.graph #side { border-inline-start: 1px solid var(--line); overflow: auto;
  padding: .8em 1em; background: var(--box); min-height: 0; }
.graph #side h2 { margin: 0 0 .3em; overflow-wrap: anywhere; }
.graph #side ul { list-style: none; margin: .3em 0 1em; padding: 0; }
.graph #side li { margin: .5em 0; overflow-wrap: anywhere; }
.graph #side li button { text-align: start; width: 100%; background: var(--paper); }
.graph .edge { fill: none; stroke: var(--faint); stroke-opacity: .55; }
.graph .edge.open { stroke-dasharray: 5 4; }
.graph .node circle { fill: #7cc0ff; stroke: var(--paper); stroke-width: 1.5;
  cursor: pointer; }
.graph .node.implied circle { fill: none; stroke: var(--faint);
  stroke-dasharray: 3 2; }
.graph .node text { fill: var(--ink); font-size: 12px; paint-order: stroke;
  stroke: var(--paper); stroke-width: 3px; pointer-events: none; }
.graph .label { fill: var(--faint); font-size: 10.5px; paint-order: stroke;
  stroke: var(--paper); stroke-width: 3px; pointer-events: none; }
.graph .label { display: none; }
.graph .few .label, .graph .label.on { display: block; }
.graph .far .node:not(.big):not(.on) text { display: none; }
.graph .far .node text { font-size: var(--size); }
.graph .dim { opacity: .13; }
.graph .edge.on { stroke: #ff9d2e; stroke-opacity: 1; stroke-width: 2; }
.graph .node.on circle { stroke: #ff9d2e; stroke-width: 3; }
.graph .node:focus { outline: none; }
.graph .node:focus-visible circle { stroke: #3b82f6; stroke-width: 5; }
.graph marker path { fill: var(--faint); }
@media (max-width: 45em) { .xoie.page.graph { grid-template: auto 3fr 2fr / 1fr; }
  .graph header { grid-column: 1; }
  .graph #side { border-inline-start: 0; border-top: 1px solid var(--line); } }
"""

_BODY = """
<header><h1>{title}</h1>
<label>Search <input id="search" type="search" autocomplete="off"></label>
<label>Language <select id="language"><option value="">all</option></select></label>
<span><button id="in" type="button" aria-label="Zoom in">+</button>
<button id="out" type="button" aria-label="Zoom out">−</button>
<button id="fit" type="button">Fit</button></span>
<span id="count" class="faint" role="status" aria-live="polite"></span></header>
<main id="stage"></main>
<aside id="side" aria-label="Details" tabindex="0"></aside>
<noscript><p>The graph is drawn by a program in this page, which your browser does not
run.</p></noscript>
<script type="application/json" id="data">{data}</script>
<script>{program}</script>
"""


def page(data: Dict[str, Any], left_out: Tuple[int, int], title: str) -> str:
    """Make the page of a graph.

    data (Dict[str, Any]): "nodes" and "edges", JSON-ready; edges name nodes by number.
    left_out (Tuple[int, int]): How many nodes and edges are not in the data.
    title (str): Title.
    RETURNS (str): HTML.
    """
    program = files(__package__).joinpath("graph.js").read_text(encoding="utf8")
    body = _BODY.format(
        title=escape(title),
        data=json_in_html({**data, "left_out": list(left_out)}),
        program=program,
    )
    return html_page(title, body, style=_STYLE).replace(
        '<body class="xoie page">', '<body class="xoie page graph">', 1
    )


def json_in_html(data: Any) -> str:
    """RETURNS (str): JSON in which nothing can end the element `script` around it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    text = clean(text).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
