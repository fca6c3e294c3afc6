from . import (  # noqa: F401
    adapter,
    align,
    annotate,
    ask,
    consistency,
    convert,
    evaluate,
    extract,
    gates,
    info,
    languages,
    models,
    package,
    project_triples,
    report,
    serve,
    store,
    visualize,
)
from .app import app

__all__ = ["app"]
