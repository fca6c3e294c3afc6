"""Whatever the tree, the rules answer, with indices that fit."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_xoie.syntax import Tree, rules_for

WORDS = [
    "the",
    "a",
    ",",
    ".",
    "被",
    "是",
    "把",
    "sich",
    "who",
    "not",
    "there",
    "(",
    "”",
    "x",
]
LABELS = (
    "root nsubj nsubj:pass obj iobj obl obl:agent nmod amod det case mark cc conj cop "
    "aux aux:pass acl acl:relcl advcl xcomp ccomp csubj parataxis appos flat compound "
    "compound:prt expl expl:pv punct dep orphan nonsense dobj neg"
).split()
TAGS = "NOUN VERB AUX PRON ADP PUNCT ADJ ADV PART DET PROPN X nonsense".split()
LANGUAGES = ["en", "de", "es", "pt", "fr", "zh", "ar", "xx"]


@st.composite
def trees(draw):
    length = draw(st.integers(0, 14))
    numbers = st.integers(-2, length + 2)
    return Tree(
        words=draw(st.lists(st.sampled_from(WORDS), min_size=length, max_size=length)),
        heads=draw(st.lists(numbers, min_size=length, max_size=length)),
        labels=draw(
            st.lists(st.sampled_from(LABELS), min_size=length, max_size=length)
        ),
        tags=draw(st.lists(st.sampled_from(TAGS), min_size=length, max_size=length)),
        spaces=[True] * length,
    )


@settings(max_examples=500)
@given(trees(), st.sampled_from(LANGUAGES), st.sampled_from(["whole", "minimal"]))
def test_any_tree(tree, language, facts):
    rules = rules_for(language, facts=facts)
    found = rules.extract(tree)
    assert found == rules.extract(tree)
    assert len(set(found)) == len(found)
    for triple in found:
        assert triple.relation
        assert 1 <= len(triple.objects) <= 3
        for part in (triple.subject, triple.relation, *triple.objects):
            assert list(part) == sorted(set(part))
            assert all(0 <= index < len(tree) for index in part)
        assert all(triple.objects)


@pytest.mark.parametrize("seed", range(8))
def test_shuffled_trees(seed):
    """Longer trees of plausible words, tags and labels in any order."""
    random = Random(seed)
    for _ in range(100):
        length = random.randint(5, 30)
        tree = Tree(
            words=random.choices(WORDS, k=length),
            heads=[random.randrange(length) for _ in range(length)],
            labels=random.choices(LABELS, k=length),
            tags=random.choices(TAGS[:7], k=length),
            spaces=[True] * length,
        )
        for language in LANGUAGES:
            for facts in ("whole", "minimal"):
                for triple in rules_for(language, facts=facts).extract(tree):
                    assert triple.relation and all(triple.objects)


def test_predicate_before_its_copula():
    """A coordinated predicate that stands wholly before the copula."""
    tree = Tree(
        words=["老", "和", "灰", "是", "她"],
        heads=[0, 2, 0, 0, 0],
        labels=["root", "cc", "conj", "cop", "nsubj"],
        tags=["ADJ", "CCONJ", "ADJ", "AUX", "PRON"],
        spaces=[True] * 5,
    )
    for language in LANGUAGES:
        for facts in ("whole", "minimal"):
            rules_for(language, facts=facts).extract(tree)


def test_deep_tree():
    length = 3000
    tree = Tree(
        words=["x"] * length,
        heads=[max(index - 1, 0) for index in range(length)],
        labels=["root"] + ["xcomp"] * (length - 1),
        tags=["VERB"] * length,
        spaces=[True] * length,
    )
    rules_for("en").extract(tree)
