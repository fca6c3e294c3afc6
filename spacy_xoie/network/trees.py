"""The decoding of predicted trees."""

from typing import Dict, List, Tuple

import numpy as np
from numpy.typing import NDArray


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
    """The best tree, by contraction of one cycle after the other, each in one step on
    a row (Tarjan 1977, for dense graphs).

    scores (NDArray[np.float64]): (nodes, nodes), of each head (column) of each node
        (row); node 0 is the root.
    RETURNS (NDArray[np.int64]): (nodes,), heads; -1 for node 0.
    """
    n = len(scores)
    # By number: first the nodes, then the cycles that were contracted.
    rows = list(scores)
    enters = [np.full(n, node) for node in range(n)]
    within = [[node] for node in range(n)]
    arcs: List[Tuple[int, int]] = [(node, -1) for node in range(n)]
    cycles: Dict[int, List[int]] = {}
    top = list(range(n))
    done = {0}
    for start in range(1, n):
        path = [top[start]]
        while path[-1] not in done:
            last = path[-1]
            head = int(rows[last].argmax())
            arcs[last] = (int(enters[last][head]), head)
            other = top[head]
            if other not in path:
                path.append(other)
                continue
            cut = path.index(other)
            path, cycle = path[:cut], path[cut:]
            # To enter the cycle at a node is to lose the arc that leads there.
            gains = np.stack([rows[one] - rows[one][arcs[one][1]] for one in cycle])
            best = gains.argmax(axis=0)
            places = np.stack([enters[one] for one in cycle])
            nodes = [node for one in cycle for node in within[one]]
            rows.append(gains[best, np.arange(n)])
            rows[-1][nodes] = -np.inf
            enters.append(places[best, np.arange(n)])
            within.append(nodes)
            arcs.append((-1, -1))
            path.append(len(arcs) - 1)
            cycles[path[-1]] = cycle
            for node in nodes:
                top[node] = path[-1]
        done.update(path)
    # A cycle keeps all of its arcs but the one to where it is entered.
    for number in sorted(cycles, reverse=True):
        node = arcs[number][0]
        for one in cycles[number]:
            if node in within[one]:
                arcs[one] = arcs[number]
    return np.array([head for _, head in arcs[:n]])
