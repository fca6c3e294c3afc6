"""What is known of a triple, and the probability that is made of it."""

import math
from typing import Dict, List, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.errors import ConfigError
from spacy_xoie.syntax.reading import read_triples
from spacy_xoie.syntax.scores import EVIDENCE, TripleScorer, raw_score
from spacy_xoie.ty import Sentence, TokenTriple

CERTAIN = [0.9] * 6
LANGUAGES = {"xx": {"bias": -1.0, "chances": 0.5}, "de": {"bias": 2.0}}


def read(
    text: str,
    heads: Sequence[int],
    labels: str,
    tags: str,
    chances: Sequence[float] = CERTAIN,
    scorer: "TripleScorer | None" = None,
    language: str = "en",
) -> List[TokenTriple]:
    words = text.split()
    return read_triples(
        Sentence(words, [True] * len(words), language),
        heads,
        labels.split(),
        tags.split(),
        chances,
        [0.8] * len(words),
        scorer=scorer,
        evident=True,
    )


def bought(**settings: object) -> TokenTriple:
    (triple,) = read(
        "They bought the old mill .",
        [1, 1, 4, 4, 1, 1],
        "nsubj root det amod obj punct",
        "PRON VERB DET ADJ NOUN PUNCT",
        **settings,  # type: ignore[arg-type]
    )
    return triple


def known(triple: TokenTriple) -> Dict[str, float]:
    return dict(zip(EVIDENCE, triple.evidence, strict=True))


def test_what_is_known_of_a_triple() -> None:
    values = known(bought(chances=[0.9, 0.8, 0.9, 0.6, 0.7, 0.1]))
    assert values["lowest"] == pytest.approx(math.log(0.6))
    assert values["subject"] == pytest.approx(math.log(0.9))
    assert values["relation_arc"] == pytest.approx(math.log(0.8))
    # The head of the object is "mill", however unsure "old" is.
    assert values["object_arc"] == pytest.approx(math.log(0.7))
    assert values["tag"] == pytest.approx(math.log(0.8))
    assert values["pronoun"] == 1
    assert values["implied"] == values["left_out"] == values["gap"] == 0
    # The full stop is no word of the sentence.
    assert values["length"] == pytest.approx(math.log(5))
    assert values["sentence_lowest"] == pytest.approx(math.log(0.6))


def test_evidence_is_kept_where_it_is_asked_for() -> None:
    words = ["Anna", "sings", "songs"]
    arguments = ([1, 1, 1], ["nsubj", "root", "obj"], ["PROPN", "VERB", "NOUN"])
    (triple,) = read_triples(Sentence(words, [True] * 3, "en"), *arguments, [0.5] * 3)
    assert triple.evidence == ()
    assert triple.score == pytest.approx(0.5)


def test_scores_are_made_of_the_evidence() -> None:
    weights = {"bias": -0.5, "pronoun": -1.0}
    triple = bought(scorer=TripleScorer({"xx": weights}))
    assert triple.score == pytest.approx(1 / (1 + math.exp(1.5)))


def test_what_a_language_adds() -> None:
    scorer = TripleScorer(LANGUAGES)
    evidence = bought().evidence
    pooled, german = scorer(evidence, "en"), scorer(evidence, "de")
    assert math.log(german / (1 - german)) == pytest.approx(
        math.log(pooled / (1 - pooled)) + 2.0
    )
    assert scorer(evidence, "") == scorer(evidence, "tlh") == pooled


@given(st.lists(st.floats(-1e6, 1e6), min_size=len(EVIDENCE), max_size=len(EVIDENCE)))
def test_any_evidence_has_a_probability(evidence: List[float]) -> None:
    scorer = TripleScorer({"xx": dict.fromkeys(EVIDENCE, 3.0)})
    assert 0 < scorer(tuple(evidence), "en") < 1


@pytest.mark.parametrize(
    "weights", [{"xx": {"weather": 1.0}}, {"de": {"bias": float("nan")}}]
)
def test_weights_that_weigh_nothing(weights: Dict[str, Dict[str, float]]) -> None:
    with pytest.raises(ConfigError, match="The scores weigh"):
        TripleScorer(weights)


@given(st.lists(st.floats(0.01, 1.0), min_size=1, max_size=9))
def test_raw_score_lies_between_the_least_and_the_mean(chances: List[float]) -> None:
    score = raw_score([math.log(chance) for chance in chances])
    assert min(chances) - 1e-9 <= score <= sum(chances) / len(chances) + 1e-9
