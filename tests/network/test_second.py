"""The second look at sentences of which the best tree says nothing."""

from typing import Dict, List, Sequence, Tuple

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_builders import batch_of
from torch import Tensor

from spacy_xoie.labels import LABEL_NUMBERS, LABELS, TAG_NUMBERS, TAGS
from spacy_xoie.network.heads import ArcHead
from spacy_xoie.network.heads.arcs import ArcScores
from spacy_xoie.network.heads.second import (
    UNDER_NOUNS,
    Constraints,
    is_sentence,
    other_verbs,
    other_words,
)
from spacy_xoie.syntax.reading import read_triples
from spacy_xoie.ty import Sentence, TokenTriple

Arcs = Dict[Tuple[int, int], float]


class Told(torch.nn.Module):
    """In place of a scorer: predicts what it is told."""

    def __init__(self, arcs: Tensor, labels: Tensor, tags: Tensor) -> None:
        super().__init__()
        self.told = ArcScores(arcs, arcs, arcs, tags)
        self.by_arc = labels

    def forward(self, hidden: Tensor, mask: Tensor) -> ArcScores:
        return self.told

    def labels(
        self, scores: ArcScores, row: Tensor, token: Tensor, head: Tensor
    ) -> Tensor:
        return self.by_arc[token, head]


def told(
    arcs: Arcs, labels: Dict[Tuple[int, int], Dict[str, float]], tags: Sequence[str]
) -> ArcHead:
    """A head that gives each arc (token, head) and each of its labels a log odds; a
    part of speech may be two, "NOUN VERB", the first of which is the likelier."""
    size = len(tags)
    arc_scores = torch.zeros(1, size, size)
    label_scores = torch.zeros(size, size, len(LABELS))
    tag_scores = torch.zeros(1, size, len(TAGS))
    for (token, upper), score in arcs.items():
        arc_scores[0, token, upper] = score
    for (token, upper), names in labels.items():
        for name, score in names.items():
            label_scores[token, upper, LABEL_NUMBERS[name]] = score
    for token, names_of_tag in enumerate(tags):
        for place, name in enumerate(names_of_tag.split()):
            tag_scores[0, token, TAG_NUMBERS[name]] = 8.0 - 2 * place
    head = ArcHead(read_triples, in_width=4)
    head.scorer = Told(arc_scores, label_scores, tag_scores)  # type: ignore[assignment]
    return head


def extract(head: ArcHead, text: str) -> List[TokenTriple]:
    words = text.split()
    mask = torch.ones(1, len(words), dtype=torch.bool)
    sentence = Sentence(words, [True] * len(words), "en")
    batch = batch_of(mask, sentences=[sentence])
    (found,) = head.extract(
        torch.zeros(1, len(words), 4), batch, threshold=0.0, max_triples=9
    )
    return found


def ships() -> ArcHead:
    """ "Ghana ships gold .", which looks like a noun phrase at first."""
    return told(
        {(0, 1): 6, (1, 2): 6, (1, 1): 4, (2, 2): 6, (2, 1): 4, (3, 1): 6},
        {
            (0, 1): {"compound": 6, "nsubj": 4},
            (1, 2): {"compound": 6},
            (1, 1): {"root": 6},
            (2, 2): {"root": 6},
            (2, 1): {"obj": 6},
            (3, 1): {"punct": 6},
        },
        ["PROPN", "NOUN VERB", "NOUN", "PUNCT"],
    )


def test_another_verb_makes_a_sentence_of_a_noun_phrase() -> None:
    (triple,) = extract(ships(), "Ghana ships gold .")
    assert triple.parts == (((0, 1),), ((1, 2),), ((2, 3),))
    assert triple.score is not None and triple.score < 0.3


@pytest.mark.parametrize("text", ["Ghana ships gold !", "Ghana ships gold again"])
def test_what_is_no_sentence_stays_a_noun_phrase(text: str) -> None:
    assert extract(ships(), text) == []


def test_a_word_below_the_subject_becomes_the_object() -> None:
    """As in "El museo alberga cuadros .", with "cuadros" at first below "museo"."""
    head = told(
        {(0, 1): 6, (1, 1): 9, (2, 0): 6, (2, 1): 4, (3, 1): 6},
        {
            (0, 1): {"nsubj": 6},
            (1, 1): {"root": 6},
            (2, 0): {"appos": 6},
            (2, 1): {"obj": 6},
            (3, 1): {"punct": 6},
        },
        ["PROPN", "VERB", "NOUN", "PUNCT"],
    )
    (triple,) = extract(head, "Museums house pictures .")
    assert triple.parts == (((0, 1),), ((1, 2),), ((2, 3),))


def test_a_tree_that_is_too_unlikely_is_none() -> None:
    head = ships()
    head.scorer.told.arcs[0, 0] = torch.tensor([0.0, 20.0, 40.0, 0.0])
    head.scorer.told.arcs[0, 1, 2] = 40.0
    assert extract(head, "Ghana ships gold .") == []


@settings(max_examples=30)
@given(st.integers(2, 7), st.integers(0, 10_000))
def test_trees_fulfil_constraints(size: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    head = ArcHead(read_triples, in_width=4, width=8, label_width=4).eval()
    hidden = torch.randn(1, size, 4, generator=generator)
    verb, word = torch.randint(size, (2, 1), generator=generator)
    mask = torch.ones(1, size, dtype=torch.bool)
    with torch.inference_mode():
        (tree,) = head._decode(head.scorer(hidden, mask), mask, Constraints(verb, word))
    root = int(verb)
    assert [i for i, upper in enumerate(tree.heads) if upper == i] == [root]
    assert tree.heads[int(word)] == root
    assert tree.labels[root] == "root" and tree.tags[root] in ("VERB", "AUX")
    for token, upper in enumerate(tree.heads):
        if upper == root and token != root:
            assert tree.labels[token] not in UNDER_NOUNS
    assert all(0 <= chance <= 1 for chance in (*tree.chances, *tree.tag_chances))


def test_the_likeliest_verbs() -> None:
    arcs, tags = torch.zeros(1, 4, 4), torch.zeros(1, 4, len(TAGS))
    tags[0, :, TAG_NUMBERS["NOUN"]] = 9.0
    tags[0, 1:3, TAG_NUMBERS["VERB"]] = 9.0
    arcs[0, 2, 2] = 5.0
    mask = torch.tensor([[True, True, True, False]])
    row, token = other_verbs(arcs, tags, mask)
    assert row.tolist() == [0, 0] and token.tolist() == [2, 1]


def test_words_that_may_be_arguments_instead() -> None:
    # The second token is the rest of a word that begins with the first.
    heads, labels = [1, 3, 1, 3, 3], ["piece", "nsubj", "nmod", "root", "obj"]
    assert other_words(heads, labels, 3) == [2]
    assert other_words([1, 1, 1], ["det", "root", "nmod"], 1) == []


@pytest.mark.parametrize(
    "text, whole",
    [
        ("Ghana ships gold .", True),
        ("加 纳 出 口 黄 金 。", True),
        ("Ghana ships gold", False),
        ("Does Ghana ship gold ?", False),
        ("Yes .", False),
    ],
)
def test_sentences_by_their_end(text: str, whole: bool) -> None:
    words = text.split()
    assert is_sentence(Sentence(words, [True] * len(words))) == whole
