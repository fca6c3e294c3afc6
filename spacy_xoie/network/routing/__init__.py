"""Routers: which experts of the bank serve which sentence, and how much."""

from .base import MIXTURE, Relatives, Router, Routing
from .controls import FrozenRouter, UniformRouter
from .language import FALLBACKS, LanguageRouter, NearestRouter
from .mixture import MixtureRouter, top_k_softmax

__all__ = [
    "FALLBACKS",
    "MIXTURE",
    "FrozenRouter",
    "LanguageRouter",
    "MixtureRouter",
    "NearestRouter",
    "Relatives",
    "Router",
    "Routing",
    "UniformRouter",
    "top_k_softmax",
]
