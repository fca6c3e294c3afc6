from .component import TripleExtractor
from .scorer import score_triples

__all__ = ["TripleExtractor", "score_triples"]
