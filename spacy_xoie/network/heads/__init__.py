from .base import Gold, Head
from .light import LightHead
from .multi2oie import Multi2OIEHead

__all__ = ["Gold", "Head", "LightHead", "Multi2OIEHead"]
