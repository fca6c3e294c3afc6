"""Triples as one role a token, for one predicate: what taggers predict."""

from typing import Collection, List, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray

from ...ty import Pieces, TokenTriple

OUTSIDE = 0
RELATION = 1
SUBJECT = 2
N_ROLES = 6
"""Outside, relation, subject (A0) and three objects (A1 to A3)."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

CHUNK = 1 << 16
"""Most tokens for which arguments are tagged at a time, which bounds memory."""


def roles_of(triple: TokenTriple, length: int) -> Ints:
    """RETURNS (Ints): (length,), the role of each token in the triple."""
    roles = np.zeros(length, dtype=np.int64)
    order = (triple.relation, triple.subject, *triple.objects)
    for role, pieces in enumerate(order, start=RELATION):
        for start, end in pieces:
            roles[start:end] = role
    return roles


def triples_of(
    roles: Ints, scores: Optional[Floats] = None
) -> List[Optional[TokenTriple]]:
    """Read triples off role sequences, one triple a row.

    roles (Ints): (rows, tokens)
    scores (Optional[Floats]): (rows,)
    RETURNS (List[Optional[TokenTriple]]): For each row its triple, or None if it
        has no relation or no object. Objects close ranks: where there is no A1,
        A2 is the first object.
    """
    rows = roles.shape[0]
    edge = np.full((rows, 1), -1)
    padded = np.concatenate([edge, roles, edge], axis=1)
    row, place = np.nonzero(padded[:, 1:] != padded[:, :-1])
    parts: List[List[List[Tuple[int, int]]]] = [
        [[] for _ in range(N_ROLES)] for _ in range(rows)
    ]
    # Consecutive changes within a row enclose a run of one role.
    for i in range(len(row) - 1):
        if row[i] == row[i + 1]:
            role = roles[row[i], place[i]]
            parts[row[i]][role].append((int(place[i]), int(place[i + 1])))
    triples: List[Optional[TokenTriple]] = []
    for number, by_role in enumerate(parts):
        pieces: List[Pieces] = [tuple(part) for part in by_role]
        objects = tuple(part for part in pieces[SUBJECT + 1 :] if part)
        score = None if scores is None else float(scores[number])
        if pieces[RELATION] and objects:
            triples.append(
                TokenTriple(pieces[SUBJECT], pieces[RELATION], objects, score)
            )
        else:
            triples.append(None)
    return triples


def confidence(probs: Floats, roles: Ints, predicate: Floats) -> Floats:
    """The score of each triple: the probability of its predicate times the
    geometric mean of the probabilities of the roles of its tokens.

    probs (Floats): (rows, tokens), probability of the role that was chosen.
    roles (Ints): (rows, tokens)
    predicate (Floats): (rows,)
    RETURNS (Floats): (rows,), between 0 and 1.
    """
    inside = roles != OUTSIDE
    total = np.where(inside, np.log(np.maximum(probs, 1e-12)), 0.0).sum(axis=1)
    mean = np.exp(total / np.maximum(inside.sum(axis=1), 1))
    scores: Floats = (predicate * mean).astype(np.float32)
    return scores


def restore(triples: Collection[TokenTriple], length: int) -> List[TokenTriple]:
    """RETURNS (List[TokenTriple]): What is left of triples that become roles of the
    tokens of a sentence and triples again."""
    if not triples:
        return []
    roles = np.stack([roles_of(triple, length) for triple in triples])
    return [triple for triple in triples_of(roles) if triple is not None]


def collect(
    rows: Sequence[int],
    triples: Sequence[Optional[TokenTriple]],
    n_rows: int,
    threshold: float,
    max_triples: int,
) -> List[List[TokenTriple]]:
    """Hand the triples back to their sentences. See `select_best`."""
    by_row: List[List[TokenTriple]] = [[] for _ in range(n_rows)]
    for row, triple in zip(rows, triples, strict=True):
        if triple is not None:
            by_row[row].append(triple)
    return [select_best(row, threshold, max_triples) for row in by_row]


def select_best(
    triples: Sequence[TokenTriple], threshold: float, max_triples: int
) -> List[TokenTriple]:
    """RETURNS (List[TokenTriple]): Those above the threshold, the best `max_triples`
    of them, in order of position."""
    above = [triple for triple in triples if (triple.score or 0.0) >= threshold]
    best = sorted(above, key=lambda t: -(t.score or 0.0))[:max_triples]
    return sorted(best, key=lambda t: (t.relation, t.subject))
