"""Precision and recall of whole triples on annotated docs, by language."""

from typing import Dict, FrozenSet, Iterable, List, Set, Tuple

from spacy.training import Example

from ..doc.triples import SPAN_KEY, Triple, get_triples
from ..extraction.gold import gold_language
from .curves import CurveScore, precision_recall_curve

Parts = Tuple[FrozenSet[Tuple[int, int]], ...]


def corpus_curves(
    examples: Iterable[Example], *, key: str = SPAN_KEY
) -> Dict[str, CurveScore]:
    """Measure how precision and recall change with the threshold. A triple is right if
    all its parts are; one without a score counts as certain.

    examples (Iterable[Example]): Docs as they were annotated and as they were read.
    key (str): Key of the span group.
    RETURNS (Dict[str, CurveScore]): A curve for each language in which anything was
        found.
    """
    flags: Dict[str, List[Tuple[bool, float]]] = {}
    sizes: Dict[str, int] = {}
    for example in examples:
        if key not in example.reference.spans:
            continue
        language = gold_language(example, key)
        gold: Set[Parts] = set(map(_parts, get_triples(example.reference, key=key)))
        sizes[language] = sizes.get(language, 0) + len(gold)
        best: Dict[Parts, float] = {}
        for triple in get_triples(example.predicted, key=key):
            parts = _parts(triple)
            score = 1.0 if triple.score is None else triple.score
            best[parts] = max(score, best.get(parts, 0.0))
        flags.setdefault(language, []).extend(
            (parts in gold, score) for parts, score in best.items()
        )
    return {
        language: precision_recall_curve(
            [right for right, _ in of_language],
            [score for _, score in of_language],
            sizes[language],
        )
        for language, of_language in sorted(flags.items())
        if of_language
    }


def _parts(triple: Triple) -> Parts:
    return tuple(
        frozenset((span.start_char, span.end_char) for span in part.spans)
        for part in triple.parts
    )
