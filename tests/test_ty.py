"""Pieces of tokens, and triples made of them."""

from itertools import pairwise
from typing import List, Tuple

from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.ty import Pieces, TokenTriple, joined, pieces_of, tokens_of

TOKENS = st.lists(st.integers(0, 40), max_size=20)
STRETCHES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 5)).map(lambda x: (x[0], x[0] + x[1])),
    max_size=8,
)


@given(TOKENS)
def test_pieces_are_the_tokens(tokens: List[int]) -> None:
    pieces = pieces_of(tokens)
    assert tokens_of(pieces) == tokens
    assert all(start < end for start, end in pieces)
    # As few as there can be.
    assert all(a[1] != b[0] for a, b in pairwise(pieces))
    assert pieces_of(iter(tokens)) == joined(pieces) == pieces


@given(STRETCHES)
def test_stretches_side_by_side_are_one(stretches: List[Tuple[int, int]]) -> None:
    assert tokens_of(joined(stretches)) == tokens_of(tuple(stretches))
    assert joined(stretches) == pieces_of(tokens_of(tuple(stretches)))


@given(st.lists(TOKENS, min_size=2, max_size=5), st.integers(0, 9))
def test_triples_change_part_by_part(parts: List[List[int]], offset: int) -> None:
    subject, relation, *objects = map(pieces_of, parts)
    triple = TokenTriple(subject, relation, tuple(objects), 0.5, "de", "a", "b")
    assert triple.mapped(lambda part: part) == triple
    moved = triple.shifted(offset)
    assert moved[3:] == triple[3:]
    assert [tokens_of(part) for part in moved.parts] == [
        [token + offset for token in part] for part in parts
    ]

    def nothing(part: Pieces) -> Pieces:
        return ()

    assert triple.mapped(nothing).parts == tuple(() for _ in parts)
