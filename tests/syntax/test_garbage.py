"""Whatever the tree, the rules answer, with indices that fit."""

from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_xoie.syntax import Tree, rules_for

WORDS = ["the", "a", ",", ".", "被", "把", "sich", "who", "not", "there", "(", "”", "x"]
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


@settings(max_examples=500, deadline=None)
@given(trees(), st.sampled_from(LANGUAGES))
def test_any_tree(tree, language):
    rules = rules_for(language)
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
