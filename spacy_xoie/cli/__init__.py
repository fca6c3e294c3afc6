from . import consistency, convert, evaluate, models  # noqa: F401  (their commands)
from .app import app

__all__ = ["app"]
