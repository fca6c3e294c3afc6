from . import models  # noqa: F401  (its commands)
from .app import app

__all__ = ["app"]
