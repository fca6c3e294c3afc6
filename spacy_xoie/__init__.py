"""Cross-lingual open information extraction for spaCy."""

from .about import __version__
from .doc import install as _install
from .doc.triples import Phrase, Triple, get_triples, set_triples
from .ty import TokenTriple

__all__ = [
    "Phrase",
    "TokenTriple",
    "Triple",
    "__version__",
    "get_triples",
    "set_triples",
]

_install()
