"""Cross-lingual open information extraction for spaCy."""

from .about import __version__
from .language.extensions import install_extensions as _install_language_extensions
from .projection.storage import install_extensions as _install_projection_extensions
from .triples import Phrase, Triple, get_triples, install_extensions, set_triples
from .ty import TokenTriple

__all__ = [
    "Phrase",
    "TokenTriple",
    "Triple",
    "__version__",
    "get_triples",
    "set_triples",
]

install_extensions()
_install_language_extensions()
_install_projection_extensions()
