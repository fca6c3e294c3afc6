"""The networks: pure torch, free of spaCy and thinc."""

from .adapters import AdapterBank, GateState
from .batch import Batch
from .model import TripleNetwork
from .routing import (
    FrozenRouter,
    LanguageRouter,
    MixtureRouter,
    NearestRouter,
    Router,
    UniformRouter,
)
from .stages import STAGES

__all__ = [
    "STAGES",
    "AdapterBank",
    "Batch",
    "FrozenRouter",
    "GateState",
    "LanguageRouter",
    "MixtureRouter",
    "NearestRouter",
    "Router",
    "TripleNetwork",
    "UniformRouter",
]
