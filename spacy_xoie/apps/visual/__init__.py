"""Pictures of triples: HTML and SVG that need nothing from outside."""

from .page import html_page
from .projection import render_projection
from .render import STYLES, render_triples

__all__ = [
    "STYLES",
    "html_page",
    "render_projection",
    "render_triples",
]
