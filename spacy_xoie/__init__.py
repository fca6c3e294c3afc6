"""Cross-lingual open information extraction for spaCy."""

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

from . import registries as _registries  # noqa: F401  What configs name.
from .about import __version__
from .doc import install as _install
from .doc.facts import get_facts
from .doc.languages import set_language
from .doc.translations import set_translation
from .doc.triples import Phrase, Triple, get_triples, set_triples
from .errors import XoieError
from .ty import TokenTriple

if TYPE_CHECKING:
    from .apps.frame import to_frame
    from .apps.visual import render_projection
    from .apps.visual import render_triples as render
    from .coreference.component import AntecedentFinder
    from .cores.component import CoreFinder
    from .extraction import TripleExtractor
    from .language import LanguageDetector
    from .loading import load
    from .projection.bitext import project_bitext
    from .projection.component import Projector
    from .schema.component import SchemaMapper
    from .syntax.component import SyntaxExtractor

# What brings torch along, or more: it is imported when it is first asked for.
_LATER = {
    "AntecedentFinder": "coreference.component:AntecedentFinder",
    "CoreFinder": "cores.component:CoreFinder",
    "LanguageDetector": "language:LanguageDetector",
    "Projector": "projection.component:Projector",
    "SchemaMapper": "schema.component:SchemaMapper",
    "SyntaxExtractor": "syntax.component:SyntaxExtractor",
    "TripleExtractor": "extraction:TripleExtractor",
    "load": "loading:load",
    "project_bitext": "projection.bitext:project_bitext",
    "render": "apps.visual:render_triples",
    "render_projection": "apps.visual:render_projection",
    "to_frame": "apps.frame:to_frame",
}

__all__ = [
    "AntecedentFinder",
    "CoreFinder",
    "LanguageDetector",
    "Phrase",
    "Projector",
    "SchemaMapper",
    "SyntaxExtractor",
    "TokenTriple",
    "Triple",
    "TripleExtractor",
    "XoieError",
    "__version__",
    "get_facts",
    "get_triples",
    "load",
    "project_bitext",
    "render",
    "render_projection",
    "set_language",
    "set_translation",
    "set_triples",
    "to_frame",
]


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, _, attribute = _LATER[name].partition(":")
    value = getattr(import_module(f".{module}", __name__), attribute)
    globals()[name] = value
    return value


def __dir__() -> List[str]:
    return sorted({*globals(), *_LATER})


_install()
