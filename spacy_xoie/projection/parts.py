"""Where the parts of a triple go in a translation, as sets of its tokens."""

from typing import Dict, List, NamedTuple, Set


class Part(NamedTuple):
    """Where a part of a triple goes.

    role (str): Which part it is, for messages.
    tokens (List[int]): The tokens that it covers, in order. None if it is implied.
    anchors (Set[int]): Those that its words are linked to.
    strength (float): How well its words are linked.
    agreed (int): Number of the links used that both directions have.
    used (int): Number of the links used.
    """

    role: str
    tokens: List[int] = []
    anchors: Set[int] = set()
    strength: float = 0.0
    agreed: int = 0
    used: int = 0


def near(anchors: Set[int], others: Set[int]) -> Set[int]:
    """Anchors, and those of the others that stand beside them without a gap."""
    inside = set(anchors)
    for step in (1, -1):
        for j in sorted(others, reverse=step < 0):
            if j - step in inside:
                inside.add(j)
    return inside


def share_out(parts: List[Part]) -> List[Part]:
    """Give tokens that several parts claim to the one of which they are anchors; of
    several such, to the shortest."""
    order = sorted(parts, key=lambda part: len(part.tokens))
    owner: Dict[int, str] = {}
    for anchored in (True, False):
        for part in order:
            for j in part.tokens:
                if (j in part.anchors) == anchored:
                    owner.setdefault(j, part.role)
    return [
        part._replace(tokens=[j for j in part.tokens if owner[j] == part.role])
        for part in parts
    ]
