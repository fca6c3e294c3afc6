"""Rules that make up for trees and tags that a parser got wrong, and 把."""

import pytest
from syntax_builders import facts, make_tree

from spacy_xoie.syntax import rules_for

CASES = {
    "a verb with the tag of an adverb": (
        "de",
        "Sie/PRON/2/nsubj wohnte/ADV/0/root in/ADP/4/case Bremen/PROPN/2/obl",
        {"Sie | wohnte | in Bremen"},
    ),
    "an adjective without its copula is no verb": (
        "de",
        "Sie/PRON/2/nsubj müde/ADJ/0/root",
        set(),
    ),
    "the subject of the clause before": (
        "de",
        "Ada/PROPN/2/nsubj malte/VERB/0/root Bilder/NOUN/2/obj ,/PUNCT/5/punct "
        "verkaufte/VERB/2/parataxis Karten/NOUN/5/obj",
        {"Ada | malte | Bilder", "Ada | verkaufte | Karten"},
    ),
    "the object of a disposal mark": (
        "zh",
        "她_/PRON/4/nsubj 把_/ADP/3/case 书_/NOUN/4/obl 送_/VERB/0/root "
        "老师/NOUN/4/obj",
        {"她 | 把 书 送 | 老师"},
    ),
    "a disposal mark and no more": (
        "zh",
        "她_/PRON/4/nsubj 把_/ADP/3/case 书_/NOUN/4/obj 烧_/VERB/0/root",
        {"她 | 把 烧 | 书"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_robust(name: str) -> None:
    language, tree, expected = CASES[name]
    assert facts(language, tree) == expected


def test_whole_facts() -> None:
    tree = make_tree(
        "Eva/PROPN/2/nsubj sold/VERB/0/root maps/NOUN/2/obj of/ADP/5/case "
        "Rome/PROPN/3/nmod and/CCONJ/7/cc books/NOUN/3/conj"
    )
    (triple,) = rules_for("en", facts="whole").extract(tree)
    assert triple[:3] == ((0,), (1,), ((2, 3, 4, 5, 6),))
    assert len(rules_for("en", facts="minimal").extract(tree)) > 1
