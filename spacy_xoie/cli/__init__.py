from . import (  # noqa: F401
    adapter,
    align,
    annotate,
    consistency,
    convert,
    evaluate,
    extract,
    gates,
    languages,
    models,
    package,
    report,
    visualize,
)
from .app import app

__all__ = ["app"]
