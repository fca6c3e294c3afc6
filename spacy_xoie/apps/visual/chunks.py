"""A sentence cut into the parts of a triple and what lies between, for arcs."""

from itertools import groupby, pairwise
from typing import Dict, List, NamedTuple, Tuple

from ...doc.triples import RELATION, ROLES, Triple
from .blocks import Block, roles_of_tokens
from .page import clean

_MAX_GAP = 20


class Chunk(NamedTuple):
    """A stretch of a sentence with the same roles.

    text (str): What is drawn: the text, or "…" for a long stretch without roles.
    roles (Tuple[str, …]): None, one, or several where parts overlap.
    whole (str): The text, if it was cut, else "".
    """

    text: str
    roles: Tuple[str, ...]
    whole: str = ""


class Arc(NamedTuple):
    """A line between two chunks, by number. A part that is not contiguous has ties
    between its pieces, which have no direction.

    start, end (int): From the relation to an argument; of a tie from left to right.
    role (str): Role of the argument, or of the part that is tied together.
    is_tie (bool): Whether it is a tie.
    """

    start: int
    end: int
    role: str
    is_tie: bool = False


def cut(block: Block, triple: Triple) -> Tuple[List[Chunk], List[Arc]]:
    """Cut a sentence into chunks, with arcs from the relation to the arguments.

    block (Block): The sentence.
    triple (Triple): A triple of it.
    RETURNS (Tuple[List[Chunk], List[Arc]]): Chunks in order, and arcs.
    """
    roles = roles_of_tokens(triple)
    # Pieces that touch are pieces still.
    edges = {start for part in triple.parts for start, _ in part.pieces}
    chunks: List[Chunk] = []
    places: Dict[str, List[int]] = {}
    run = 0
    keys = []
    for token in range(block.start, block.end):
        run += token in edges
        keys.append((roles.get(token, ()), run if token in roles else -1))
    for (own, _), group in groupby(
        range(block.start, block.end), key=lambda token: keys[token - block.start]
    ):
        tokens = list(group)
        text = " ".join(clean(block.doc[tokens[0] : tokens[-1] + 1].text).split())
        is_edge = block.start in tokens or block.end - 1 in tokens
        if not own and is_edge and not any(map(str.isalnum, text)):
            continue
        if not own and len(text) > _MAX_GAP:
            chunks.append(Chunk("…", own, text))
        elif text:
            chunks.append(Chunk(text, own))
        for role in own:
            places.setdefault(role, []).append(len(chunks) - 1)
    return chunks, _arcs(places)


def _arcs(places: Dict[str, List[int]]) -> List[Arc]:
    arcs = []
    for role in ROLES:
        own = places.get(role, [])
        arcs += [Arc(a, b, role, True) for a, b in pairwise(own) if a != b]
        if role != RELATION and own:
            pairs = [(abs(a - b), a, b) for a in places[RELATION] for b in own]
            distance, start, end = min(pairs)
            if distance:
                arcs.append(Arc(start, end, role))
    return arcs
