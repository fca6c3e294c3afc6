"""Dependency trees: decoding, labels, and the head that predicts them."""

from itertools import product
from typing import List, Tuple

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_builders import batch_of
from numpy.typing import NDArray

from spacy_xoie import TokenTriple
from spacy_xoie.errors import ConfigError
from spacy_xoie.labels import (
    LABEL_NUMBERS,
    LABELS,
    TAG_NUMBERS,
    UNANNOTATED,
    simplify_label,
)
from spacy_xoie.network.heads import ArcHead, TreeGold
from spacy_xoie.network.trees import spanning_trees
from spacy_xoie.ty import Sentence


def is_tree(heads: Tuple[int, ...]) -> bool:
    roots = [i for i, head in enumerate(heads) if head == i]
    if len(roots) != 1:
        return False
    for start in range(len(heads)):
        node = start
        for _ in heads:
            node = heads[node]
        if node != roots[0]:
            return False
    return True


def best_by_trying_all(scores: NDArray[np.float32]) -> float:
    n = len(scores)
    own = np.arange(n)
    return max(
        float(scores[own, list(heads)].sum())
        for heads in product(range(n), repeat=n)
        if is_tree(heads)
    )


@settings(max_examples=60)
@given(st.integers(1, 5), st.integers(0, 10_000))
def test_best_tree_of_all(length: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(1, length, length))
    scores = scores.astype(np.float32)
    heads = spanning_trees(scores, np.array([length]))[0]
    assert is_tree(tuple(heads))
    total = float(scores[0, np.arange(length), heads].sum())
    assert total == pytest.approx(best_by_trying_all(scores[0]), abs=1e-4)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 10_000))
def test_rows_of_a_batch_are_trees_of_their_own(lengths: List[int], seed: int) -> None:
    size = max(lengths)
    scores = np.random.default_rng(seed).normal(size=(len(lengths), size, size))
    for row, length in enumerate(lengths):
        scores[row, :, length:] = -1e9
    heads = spanning_trees(scores.astype(np.float32), np.array(lengths))
    for row, length in enumerate(lengths):
        assert is_tree(tuple(heads[row, :length]))
        alone = scores[row : row + 1, :length, :length].astype(np.float32)
        assert (
            spanning_trees(alone, np.array([length]))[0] == heads[row, :length]
        ).all()


def test_all_tokens_would_be_roots() -> None:
    scores = np.full((1, 4, 4), -5.0, dtype=np.float32)
    scores[0, np.arange(4), np.arange(4)] = [-1.0, -0.5, -2.0, -3.0]
    heads = spanning_trees(scores, np.array([4]))[0]
    assert is_tree(tuple(heads))
    assert heads[1] == 1


@pytest.mark.parametrize(
    "label, simple",
    [
        ("nsubj:pass", "nsubj:pass"),
        ("nsubj:outer", "nsubj"),
        ("expl:impers", "expl:pv"),
        ("ROOT", "root"),
        ("aux:tense", "aux"),
        ("nonsense", "dep"),
    ],
)
def test_simplify_label(label: str, simple: str) -> None:
    assert simplify_label(label) == simple
    assert simplify_label(simple) == simple


def no_reader(
    sentence: Sentence,
    heads: List[int],
    labels: List[str],
    tags: List[str],
    chances: List[float],
    tag_chances: List[float],
    *,
    evident: bool = False,
) -> List[TokenTriple]:
    """One triple a token that is not a root: the token, and its head."""
    return [
        TokenTriple((), ((i, i + 1),), (((head, head + 1),),), chances[i])
        for i, head in enumerate(heads)
        if head != i
    ]


GOLD = TreeGold(
    np.array([1, 1, 3, 1]),
    np.array([LABEL_NUMBERS[x] for x in ("nsubj", "root", "det", "obj")]),
    np.array([TAG_NUMBERS[x] for x in ("PRON", "VERB", "DET", "NOUN")]),
)
SENTENCE = Sentence(["She", "sees", "the", "sea"], [True] * 4, "en")


def make_head() -> ArcHead:
    torch.manual_seed(0)
    return ArcHead(no_reader, in_width=8, width=8, label_width=4, reach=4, dropout=0.0)


def test_learns_a_tree_and_reads_it_back() -> None:
    head = make_head()
    hidden = torch.randn(2, 6, 8)
    mask = torch.tensor([[True] * 4 + [False] * 2, [True] * 6])
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05)
    for _ in range(80):
        optimizer.zero_grad()
        losses = head.loss(hidden, batch_of(mask, trees=[GOLD, None]))
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
    head.eval()
    with torch.inference_mode():
        tree = head.parse(hidden, mask)[0]
        other = Sentence(["x"] * 6, [True] * 6)
        batch = batch_of(mask, sentences=[SENTENCE, other])
        found = head.extract(hidden, batch, threshold=0.0, max_triples=2)
    assert tree.heads == [1, 1, 3, 1]
    assert tree.labels == ["nsubj", "root", "det", "obj"]
    assert tree.tags == ["PRON", "VERB", "DET", "NOUN"]
    assert all(0.9 < chance <= 1.0 for chance in tree.chances)
    assert len(found[0]) == 2


def test_unknown_heads_labels_and_tags_are_left_out_of_the_loss() -> None:
    head = make_head()
    hidden, mask = torch.randn(1, 4, 8), torch.ones(1, 4, dtype=torch.bool)
    heads, labels, tags = (values.copy() for values in GOLD)
    whole = head.loss(hidden, batch_of(mask, trees=[GOLD]))
    heads[2] = labels[3] = tags[0] = UNANNOTATED
    some = batch_of(mask, trees=[TreeGold(heads, labels, tags)])
    part = head.loss(hidden, some)
    for name in ("arc", "label", "tag"):
        assert float(part[name].detach()) != float(whole[name].detach())
    nothing = np.full(4, UNANNOTATED)
    none = batch_of(mask, trees=[TreeGold(nothing, nothing, nothing)])
    empty = head.loss(hidden, none)
    assert all(float(value.detach()) == 0 for value in empty.values())


def test_padding_changes_nothing() -> None:
    head = make_head().eval()
    hidden = torch.randn(1, 7, 8)
    mask = torch.tensor([[True] * 4 + [False] * 3])
    with torch.inference_mode():
        padded = head.parse(hidden, mask)[0]
        alone = head.parse(hidden[:, :4], mask[:, :4])[0]
    assert padded[:3] == alone[:3]
    assert padded.chances == pytest.approx(alone.chances, abs=1e-6)


def test_learns_from_trees_only() -> None:
    head = make_head()
    assert head.learns_from(None, GOLD)
    assert not head.learns_from([], None)


def test_sizes_that_cannot_work() -> None:
    with pytest.raises(ConfigError, match="label_width=0"):
        ArcHead(no_reader, in_width=8, label_width=0)


def test_labels_are_distinct() -> None:
    assert len(set(LABELS)) == len(LABELS)
