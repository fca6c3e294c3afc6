from .base import Encoder
from .hashed import HashedEncoder
from .projection import ProjectionEncoder
from .transformer import TransformerEncoder

__all__ = ["Encoder", "HashedEncoder", "ProjectionEncoder", "TransformerEncoder"]
