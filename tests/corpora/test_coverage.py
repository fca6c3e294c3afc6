"""What the rules make of a treebank, and what they pass over."""

from test_drafts import sentence

from spacy_xoie.corpora.coverage import measure_coverage
from spacy_xoie.syntax.features import LanguageFeatures

TREES = [
    "Bo/PROPN/2/nsubj sold/VERB/0/root bread/NOUN/2/obj",
    "It/PRON/2/nsubj rains/VERB/0/root",
    "Bo/PROPN/2/nsubj baker/NOUN/0/root of/ADP/4/case Rome/PROPN/2/nmod",
    "Bo/PROPN/3/nsubj is/AUX/3/cop baker/NOUN/0/root",
    "Who/PRON/2/nsubj sold/VERB/0/root bread/NOUN/2/obj ?/PUNCT/2/punct",
    "Sold/VERB/0/root bread/NOUN/1/obj",
]


def test_counts() -> None:
    features = LanguageFeatures("qq", copulas=frozenset({"is"}), drops_subjects=True)
    coverage = measure_coverage(map(sentence, TREES), features, n_examples=2)
    assert (coverage.n_sentences, coverage.n_silent) == (6, 3)
    assert (coverage.n_triples, coverage.n_subjectless) == (3, 1)
    assert [example.text for example in coverage.examples] == [
        "Bo sold bread",
        "Bo is baker",
    ]
    assert coverage.examples[0].triples == ("Bo | sold | bread",)


def test_clauses_that_are_passed_over() -> None:
    """Neither what says no more than its subject, nor what is asked."""
    tree = "Bo/PROPN/2/nsubj baker/NOUN/0/root to/ADP/4/case Rome/PROPN/2/obl"
    features = LanguageFeatures("qq", copulas=frozenset({"is"}))
    coverage = measure_coverage(map(sentence, [*TREES, tree]), features)
    assert (coverage.n_clauses, coverage.n_lost) == (3, 1)
    assert dict(coverage.patterns) == {"root NOUN: nsubj obl": 1}
    assert coverage.lost["root NOUN: nsubj obl"].text == "Bo baker to Rome"
    helped = LanguageFeatures("qq", drops_copulas=True)
    assert not measure_coverage(map(sentence, [*TREES, tree]), helped).n_lost
