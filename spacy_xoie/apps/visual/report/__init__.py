"""A page on a run of the project: what went in, how it was trained, what came out."""

from .page import report_html

__all__ = ["report_html"]
