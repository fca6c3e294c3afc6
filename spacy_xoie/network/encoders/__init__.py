from .base import Encoder
from .hashed import HashedEncoder
from .joint import JointEncoder
from .projection import ProjectionEncoder
from .transformer import TransformerEncoder

__all__ = [
    "Encoder",
    "HashedEncoder",
    "JointEncoder",
    "ProjectionEncoder",
    "TransformerEncoder",
]
