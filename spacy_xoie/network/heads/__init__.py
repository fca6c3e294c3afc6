from ...ty import Sentence
from .arcs import ArcHead
from .base import Gold, Head, TreeGold
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
