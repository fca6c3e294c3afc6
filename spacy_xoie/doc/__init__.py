"""What a Doc carries: triples, languages, translations and facts, one module a noun."""

from . import facts, languages, translations, triples
from .groups import realign

__all__ = ["install", "realign"]


def install() -> None:
    """Make every extension of the package available, unless another package has one
    of that name: `doc._.triples`, `doc._.language`, `doc._.translations`,
    `doc._.facts` and what belongs to them."""
    for noun in (triples, languages, translations, facts):
        noun.install_extensions()
