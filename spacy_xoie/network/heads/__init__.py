from .arcs import ArcHead
from .base import Gold, Head, Sentence, TreeGold
from .light import LightHead
from .multi2oie import Multi2OIEHead

__all__ = [
    "ArcHead",
    "Gold",
    "Head",
    "LightHead",
    "Multi2OIEHead",
    "Sentence",
    "TreeGold",
]
