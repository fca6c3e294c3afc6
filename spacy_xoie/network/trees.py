"""Dependency relations that the network predicts, and the decoding of trees."""

from typing import Dict, Optional, Tuple

import numpy as np
from numpy.typing import NDArray

PIECE = "piece"
"""Joins a token to the next: together they are one word (a Chinese character)."""

UNKNOWN = -1
"""Marks a token whose head, label or part of speech is not annotated."""

# fmt: off
TAGS: Tuple[str, ...] = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON",
    "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X",
)
LABELS: Tuple[str, ...] = (
    "root", PIECE, "acl", "acl:relcl", "advcl", "advmod", "amod", "appos", "aux",
    "aux:pass", "case", "cc", "ccomp", "clf", "compound", "compound:prt",
    "compound:vv", "conj", "cop", "csubj", "csubj:pass", "dep", "det", "discourse",
    "dislocated", "expl", "expl:pv", "fixed", "flat", "goeswith", "iobj", "list",
    "mark", "mark:prt", "mark:rel", "nmod", "nmod:poss", "nsubj", "nsubj:pass",
    "nummod", "obj", "obl", "obl:agent", "obl:arg", "obl:patient", "obl:tmod",
    "orphan", "parataxis", "punct", "reparandum", "vocative", "xcomp",
)
# fmt: on
"""Universal Dependencies version 2, with the subtypes that matter to triples."""

_RENAMED = {
    "expl:pass": "expl:pv",
    "expl:impers": "expl:pv",
    "expl:comp": "expl:pv",
    "nmod:tmod": "obl:tmod",
    "obl:unmarked": "obl:tmod",
    "nmod:desc": "compound",
    "compound:dir": "compound:vv",
    "compound:ext": "compound:vv",
    "compound:svc": "compound:vv",
    "obj:agent": "obl:agent",
    "iobj:agent": "obl:agent",
}
LABEL_NUMBERS: Dict[str, int] = {name: number for number, name in enumerate(LABELS)}
TAG_NUMBERS: Dict[str, int] = {name: number for number, name in enumerate(TAGS)}


def simplify_label(label: str) -> str:
    """RETURNS (str): The relation of `LABELS` that comes nearest: itself, a sister
    subtype, or the relation without subtype ("dep" for what is unknown)."""
    label = _RENAMED.get(label, label)
    if label not in LABEL_NUMBERS:
        label = label.lower().partition(":")[0]
    return label if label in LABEL_NUMBERS else "dep"


def spanning_trees(
    scores: NDArray[np.float32], lengths: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The best tree of each sentence: the best head of each token where that makes
    a tree, else the maximum spanning arborescence with one root (Chu & Liu 1965,
    Edmonds 1967; as in Dozat & Manning 2017).

    scores (NDArray[np.float32]): (rows, tokens, tokens), log probability of
        each head (last axis) of each token; the diagonal is the root.
    lengths (NDArray[np.int64]): (rows,), number of tokens of each row.
    RETURNS (NDArray[np.int64]): (rows, tokens), heads; a root is its own head.
    """
    heads: NDArray[np.int64] = scores.argmax(axis=-1)
    own = np.arange(heads.shape[1])
    inside = own[None, :] < lengths[:, None]
    heads = np.where(inside, heads, own)
    roots = ((heads == own) & inside).sum(axis=1)
    reached = heads
    for _ in range(int(heads.shape[1]).bit_length()):
        reached = np.take_along_axis(reached, reached, axis=1)
    is_root = np.take_along_axis(heads == own, reached, axis=1)
    whole = (roots == 1) & (is_root | ~inside).all(axis=1)
    for row in np.flatnonzero(~whole & (lengths > 0)).tolist():
        length = int(lengths[row])
        heads[row, :length] = _arborescence(scores[row, :length, :length])
    return heads


_COST_OF_ROOT = 1e7


def _arborescence(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """(tokens, tokens) → (tokens,): the best tree with exactly one root."""
    length = len(scores)
    own = np.arange(length)
    exact = scores.astype(np.float64)
    table = np.full((length + 1, length + 1), -np.inf)
    table[1:, 1:] = exact
    table[1 + own, 1 + own] = -np.inf
    # A second root costs more than any other choice could win.
    table[1:, 0] = exact[own, own] - _COST_OF_ROOT
    heads = _edmonds(table)[1:] - 1
    return np.where(heads < 0, own, heads)


def _edmonds(scores: NDArray[np.float64]) -> NDArray[np.int64]:
    """(nodes, nodes), score of head (column) for node (row); node 0 is the root.
    RETURNS (NDArray[np.int64]): (nodes,), heads; -1 for node 0."""
    n = len(scores)
    heads: NDArray[np.int64] = np.full(n, -1)
    if n == 1:
        return heads
    heads[1:] = scores[1:].argmax(axis=1)
    cycle = _find_cycle(heads)
    if cycle is None:
        return heads
    inside = np.zeros(n, dtype=bool)
    inside[cycle] = True
    rest = np.flatnonzero(~inside)
    # The cycle becomes the last node of a smaller graph.
    gain = scores[cycle][:, rest] - scores[cycle, heads[cycle]][:, None]
    enter = gain.argmax(axis=0)
    leave = scores[rest][:, cycle].argmax(axis=1)
    small = np.full((len(rest) + 1, len(rest) + 1), -np.inf)
    small[:-1, :-1] = scores[np.ix_(rest, rest)]
    small[-1, :-1] = gain[enter, np.arange(len(rest))]
    small[:-1, -1] = scores[rest, cycle[leave]]
    small[0, :] = -np.inf
    found = _edmonds(small)
    for place, node in enumerate(rest.tolist()):
        head = int(found[place])
        if node:
            heads[node] = cycle[leave[place]] if head == len(rest) else rest[head]
    outer = int(found[-1])
    heads[cycle[enter[outer]]] = rest[outer]
    return heads


def _find_cycle(heads: NDArray[np.int64]) -> Optional[NDArray[np.int64]]:
    state = [0] * len(heads)
    state[0] = 2
    order = heads.tolist()
    for start in range(1, len(order)):
        path = []
        node = start
        while state[node] == 0:
            state[node] = 1
            path.append(node)
            node = order[node]
        if state[node] == 1:
            return np.array(path[path.index(node) :])
        for passed in path:
            state[passed] = 2
    return None
