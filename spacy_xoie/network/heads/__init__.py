from ...ty import Sentence
from ..batch import Gold, TreeGold
from .arcs import ArcHead
from .base import Head
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
