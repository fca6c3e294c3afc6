"""Precision, recall and F1 of triples, exact and per language."""

from functools import partial
from typing import Any, Callable, Dict, FrozenSet, Iterable, List, Set, Tuple

from spacy.scorer import PRFScore
from spacy.training import Example
from spacy.util import registry

from ..doc.triples import SPAN_KEY, Phrase, Triple, get_triples
from .gold import gold_language

Offsets = FrozenSet[Tuple[int, int]]
LEVELS = ("predicate", "argument", "triple")


@registry.scorers("spacy-xoie.triple_scorer.v1")
def make_triple_scorer(
    span_key: str = SPAN_KEY,
) -> Callable[[Iterable[Example]], Dict[str, Any]]:
    """Create the default scorer of `xoie`.

    span_key (str): Key of the span group, in reference and predicted docs.
    """
    return partial(_score, span_key=span_key)


def _score(
    examples: Iterable[Example], *, span_key: str, **settings: Any
) -> Dict[str, Any]:
    """What spaCy passes to all scorers alike is of no account to this one."""
    return score_triples(examples, span_key=span_key)


def score_triples(
    examples: Iterable[Example], *, span_key: str = SPAN_KEY
) -> Dict[str, Any]:
    """Score triples by the characters that their parts cover. Docs that hold no
    gold annotation are left out.

    * predicate: the relation is right,
    * argument: an argument of a right relation is right, with its role,
    * triple: all parts are right.

    examples (Iterable[Example]): The examples.
    span_key (str): Key of the span group.
    RETURNS (Dict[str, Any]): `xoie_predicate_p`, `…_r`, `…_f`, likewise
        `xoie_argument_*` and `xoie_triple_*` (None if nothing was annotated), and
        `xoie_per_language`: the same three by language, {"p", "r", "f"} each.
    """
    total = {level: PRFScore() for level in LEVELS}
    by_language: Dict[str, Dict[str, PRFScore]] = {}
    has_gold = False
    for example in examples:
        if span_key not in example.reference.spans:
            continue
        has_gold = True
        gold = _sets(get_triples(example.reference, key=span_key))
        guess = _sets(get_triples(example.predicted, key=span_key))
        language = gold_language(example, span_key)
        scores = by_language.setdefault(
            language, {level: PRFScore() for level in LEVELS}
        )
        for level in LEVELS:
            total[level].score_set(guess[level], gold[level])
            scores[level].score_set(guess[level], gold[level])
    result: Dict[str, Any] = {}
    for level in LEVELS:
        for name, value in total[level].to_dict().items():
            result[f"xoie_{level}_{name}"] = value if has_gold else None
    result["xoie_per_language"] = {
        language: {level: score.to_dict() for level, score in scores.items()}
        for language, scores in sorted(by_language.items())
    }
    return result


def _sets(triples: Iterable[Triple]) -> Dict[str, Set[Any]]:
    sets: Dict[str, Set[Any]] = {level: set() for level in LEVELS}
    for triple in triples:
        parts: List[Offsets] = [_offsets(part) for part in triple.parts]
        relation = parts[1]
        sets["predicate"].add(relation)
        sets["triple"].add(tuple(parts))
        for role, part in enumerate(parts):
            if part and role != 1:
                sets["argument"].add((relation, role, part))
    return sets


def _offsets(part: Phrase) -> Offsets:
    return frozenset((span.start_char, span.end_char) for span in part.spans)
