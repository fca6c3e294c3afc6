"""Gold triples and trees of an example, on the tokens of its predicted doc."""

from bisect import bisect_left
from functools import partial
from itertools import islice
from typing import Iterable, List, Optional, Sequence, Set

import numpy as np
from spacy.tokens import Span
from spacy.training import Example

from ..doc.languages import language_of
from ..doc.triples import get_triples
from ..labels import LABEL_NUMBERS, TAG_NUMBERS, UNANNOTATED, simplify_label
from ..network.heads import TreeGold
from ..ty import Pieces, TokenTriple, pieces_of
from .reading import Reading


def aligned_triples(example: Example, key: str) -> List[TokenTriple]:
    """The gold triples of an example's reference doc in the tokens of its predicted
    doc. A triple with a part that no predicted token covers is left out.

    example (Example): The example.
    key (str): Key of the span group.
    RETURNS (List[TokenTriple]): The triples.
    """
    triples = []
    same = _same_tokens(example)
    for triple in get_triples(example.reference, key=key):
        offsets = triple.token_triple
        if same:
            triples.append(offsets)
            continue
        candidate = offsets.mapped(partial(_align_pieces, example))
        if list(map(bool, candidate.parts)) == list(map(bool, offsets.parts)):
            triples.append(candidate)
    return triples


def aligned_tree(example: Example) -> Optional[TreeGold]:
    """RETURNS (Optional[TreeGold]): The gold dependency trees of an example's
    reference doc on the tokens of its predicted doc, heads as offsets of that doc;
    None if there are none."""
    if not example.reference.has_annotation("DEP"):
        return None
    if _same_tokens(example):
        tokens = list(example.reference)
        heads = [token.head.i if token.dep else None for token in tokens]
        labels = [token.dep_ or None for token in tokens]
        tags = [token.pos_ or None for token in tokens]
    else:
        heads, labels = example.get_aligned_parse(projectivize=False)
        tags = example.get_aligned("POS", as_string=True)
    return TreeGold(
        heads=np.array([UNANNOTATED if head is None else head for head in heads]),
        labels=np.array(
            [LABEL_NUMBERS[simplify_label(x)] if x else UNANNOTATED for x in labels]
        ),
        tags=np.array([TAG_NUMBERS.get(tag or "", UNANNOTATED) for tag in tags]),
    )


def first_token(triple: TokenTriple) -> int:
    """RETURNS (int): The first token of a triple, by which triples are sorted here."""
    return min(start for pieces in triple.parts for start, _ in pieces)


def triples_on_words(
    reading: Reading, triples: Iterable[TokenTriple]
) -> List[TokenTriple]:
    """RETURNS (List[TokenTriple]): Triples on the tokens of a doc as those on its
    words, by `first_token`; without those of which a part is white space."""
    of_words = (reading.triple_on_words(triple) for triple in triples)
    return sorted((triple for triple in of_words if triple), key=first_token)


def triples_within(
    triples: Optional[Sequence[TokenTriple]], span: Span
) -> Optional[List[TokenTriple]]:
    """The triples (sorted by `first_token`) that lie wholly within a span, in its
    offsets; None stays None."""
    if triples is None:
        return None
    begin = bisect_left(triples, span.start, key=first_token)
    inside = []
    for triple in islice(triples, begin, None):
        if first_token(triple) >= span.end:
            break
        if max(end for pieces in triple.parts for _, end in pieces) <= span.end:
            inside.append(triple.shifted(-span.start))
    return inside


def tree_within(tree: Optional[TreeGold], start: int, end: int) -> Optional[TreeGold]:
    """The part of a tree that lies between two tokens, in offsets from the first;
    heads outside are unknown."""
    if tree is None:
        return None
    heads = tree.heads[start:end] - start
    outside = (heads < 0) | (heads >= end - start)
    return TreeGold(
        np.where(outside, UNANNOTATED, heads),
        tree.labels[start:end],
        tree.tags[start:end],
    )


def gold_language(example: Example, key: str) -> str:
    """RETURNS (str): Code of the language of an example's reference doc."""
    return language_of(example.reference, key=key)


def _same_tokens(example: Example) -> bool:
    predicted, reference = example.predicted, example.reference
    return len(predicted) == len(reference) and bool(
        (predicted.to_array("IDX") == reference.to_array("IDX")).all()
    )


def _align_pieces(example: Example, pieces: Pieces) -> Pieces:
    tokens: Set[int] = set()
    for start, end in pieces:
        tokens.update(example.alignment.y2x[start:end].tolist())
    return pieces_of(sorted(tokens))
