"""The networks: pure torch, free of spaCy and thinc."""

from .adapters import AdapterBank, GateState
from .model import Batch, TripleNetwork
from .routing import LanguageRouter, MixtureRouter, Router
from .stages import STAGES

__all__ = [
    "STAGES",
    "AdapterBank",
    "Batch",
    "GateState",
    "LanguageRouter",
    "MixtureRouter",
    "Router",
    "TripleNetwork",
]
