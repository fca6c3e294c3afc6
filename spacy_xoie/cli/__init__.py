from . import adapter, annotate, consistency, convert, evaluate, models  # noqa: F401
from .app import app

__all__ = ["app"]
