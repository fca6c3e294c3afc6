"""The default scorer, against numbers worked out by hand."""

from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.extraction.scorer import score_triples

VOCAB = Vocab()
Scores = Dict[str, Any]


def triple(*parts: Tuple[int, ...]) -> TokenTriple:
    """Subject, relation and objects, each as the tokens that it is made of."""
    subject, relation, *objects = (
        tuple((token, token + 1) for token in part) for part in parts
    )
    return TokenTriple(subject, relation, tuple(objects))


def example(
    gold: Optional[Sequence[TokenTriple]],
    guess: Sequence[TokenTriple],
    language: str = "en",
    words: str = "Anna met Ben there and left home .",
    key: str = "xoie",
) -> Example:
    reference, predicted = (Doc(VOCAB, words=words.split()) for _ in range(2))
    if gold is not None:
        set_triples(reference, gold, language=language, key=key)
    set_triples(predicted, guess, key=key)
    return Example(predicted, reference)


def numbers(scores: Scores, level: str) -> List[Optional[float]]:
    return [scores[f"xoie_{level}_{name}"] for name in "prf"]


MET = triple((0,), (1,), (2,), (3,))
LEFT = triple((0,), (5,), (6,))
# Two relations and four of five arguments are right, and one triple.
MIXED = example([MET, LEFT], [MET, triple((2,), (5,), (6,)), triple((0,), (4,), (6,))])
# One relation with its two arguments is missed.
MISSED = example([LEFT], [], "de")


def test_one_doc() -> None:
    scores = score_triples([MIXED])
    assert numbers(scores, "predicate") == pytest.approx([2 / 3, 1, 4 / 5])
    assert numbers(scores, "argument") == pytest.approx([4 / 7, 4 / 5, 2 / 3])
    assert numbers(scores, "triple") == pytest.approx([1 / 3, 1 / 2, 2 / 5])


def test_docs_are_added_up_and_told_apart_by_language() -> None:
    scores = score_triples([MIXED, MISSED])
    assert numbers(scores, "predicate") == pytest.approx([2 / 3, 2 / 3, 2 / 3])
    assert numbers(scores, "argument") == pytest.approx([4 / 7, 4 / 7, 4 / 7])
    assert numbers(scores, "triple") == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    alone = score_triples([MIXED])
    assert list(scores["xoie_per_language"]) == ["de", "en"]
    for level, prf in scores["xoie_per_language"]["en"].items():
        assert list(prf.values()) == numbers(alone, level)
    assert scores["xoie_per_language"]["de"]["triple"] == {"p": 0, "r": 0, "f": 0}


def test_docs_without_annotation_are_left_out() -> None:
    unannotated = example(None, [MET, LEFT], "pt")
    assert score_triples([MIXED, unannotated]) == score_triples([MIXED])
    nothing = score_triples([unannotated])
    assert numbers(nothing, "triple") == [None, None, None]
    assert nothing["xoie_per_language"] == {}


def test_docs_annotated_as_without_triples_count() -> None:
    empty = example([], [MET])
    perfect = example([LEFT], [LEFT])
    scores = score_triples([perfect, empty])
    assert numbers(scores, "triple") == pytest.approx([1 / 2, 1, 2 / 3])
    assert numbers(scores, "argument") == pytest.approx([2 / 5, 1, 4 / 7])
    assert numbers(score_triples([empty]), "predicate") == [0, 0, 0]


@pytest.mark.parametrize(
    "guess, right",
    [
        (triple((0,), (1,), (2,), (3,)), (1, 3, 1)),
        # Subject and object change places: neither is right.
        (triple((2,), (1,), (0,), (3,)), (1, 1, 0)),
        # So do two objects.
        (triple((0,), (1,), (3,), (2,)), (1, 1, 0)),
        # An argument of a wrong relation is wrong.
        (triple((0,), (4,), (2,), (3,)), (0, 0, 0)),
        # Half of a relation, and more than it, is wrong.
        (triple((0,), (1, 4), (2,), (3,)), (0, 0, 0)),
        # No subject at all.
        (triple((), (1,), (2,), (3,)), (1, 2, 0)),
    ],
)
def test_what_is_right(guess: TokenTriple, right: Tuple[int, int, int]) -> None:
    scores = score_triples([example([MET], [guess])])
    recalls = [scores[f"xoie_{lvl}_r"] for lvl in ("predicate", "argument", "triple")]
    assert recalls == pytest.approx([right[0], right[1] / 3, right[2]])


def test_implied_subject_is_no_argument() -> None:
    dropped = triple((), (1,), (2,))
    scores = score_triples([example([dropped], [dropped])])
    for level in ("predicate", "argument", "triple"):
        assert numbers(scores, level) == [1, 1, 1]
    scores = score_triples([example([dropped], [triple((0,), (1,), (2,))])])
    assert numbers(scores, "argument") == pytest.approx([1 / 2, 1, 2 / 3])
    assert numbers(scores, "triple") == [0, 0, 0]


@pytest.mark.parametrize("gold_subject, right", [(((0, 2),), True), (((1, 2),), False)])
def test_tokens_of_gold_and_prediction_may_differ(
    gold_subject: Tuple[Tuple[int, int], ...], right: bool
) -> None:
    reference = Doc(
        VOCAB,
        words=["L'", "ami", "est", "parti", "hier", "."],
        spaces=[False, True, True, True, False, False],
    )
    predicted = Doc(
        VOCAB,
        words=["L'ami", "est", "par", "ti", "hier."],
        spaces=[True, True, False, True, False],
    )
    assert reference.text == predicted.text
    set_triples(
        reference, [TokenTriple(gold_subject, ((2, 4),), (((4, 5),),))], language="fr"
    )
    set_triples(predicted, [TokenTriple(((0, 1),), ((1, 4),), (((4, 5),),))])
    scores = score_triples([Example(predicted, reference)])
    assert scores["xoie_predicate_f"] == 1.0
    # "hier." is not "hier".
    assert numbers(scores, "argument") == pytest.approx([right / 2] * 3)
    assert list(scores["xoie_per_language"]) == ["fr"]


def test_same_triple_twice_counts_once() -> None:
    assert numbers(score_triples([example([MET], [MET, MET])]), "triple") == [1, 1, 1]


def test_registered_scorer_and_its_key() -> None:
    make = registry.get("scorers", "spacy-xoie.triple_scorer.v1")
    facts = example([MET], [MET], "", key="facts")
    assert make()([facts])["xoie_triple_f"] is None
    scores = make(span_key="facts")([facts])
    assert scores["xoie_triple_f"] == 1.0
    assert list(scores["xoie_per_language"]) == ["und"]
