"""From the links of two directions to one set."""

from typing import AbstractSet, Set, Tuple

from ...doc.translations import Alignment

Link = Tuple[int, int]

_NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


def grow_diag_final_and(
    forward: AbstractSet[Link], backward: AbstractSet[Link]
) -> Set[Link]:
    """Symmetrise links: those of both directions, then neighbours of links that one of
    them has (for tokens that have none), then links of tokens that both have none.
    After Koehn, Och and Marcu (2003), "Statistical Phrase-Based Translation".

    forward, backward (AbstractSet[Link]): Links as (source, target).
    RETURNS (Set[Link]): Links.
    """
    links = set(forward & backward)
    candidates = forward | backward
    rows, columns = {i for i, _ in links}, {j for _, j in links}
    queue = sorted(links)
    while queue:
        i, j = queue.pop(0)
        for down, right in _NEIGHBOURS:
            link = (i + down, j + right)
            if link not in candidates or link in links:
                continue
            if link[0] not in rows or link[1] not in columns:
                links.add(link)
                rows.add(link[0])
                columns.add(link[1])
                queue.append(link)
    for direction in (forward, backward):
        for i, j in sorted(direction):
            if i not in rows and j not in columns:
                links.add((i, j))
                rows.add(i)
                columns.add(j)
    return links


def symmetrize(forward: AbstractSet[Link], backward: AbstractSet[Link]) -> Alignment:
    """RETURNS (Alignment): Links of two directions made one; those that both have get
    the score 1, the others a half."""
    links = tuple(sorted(grow_diag_final_and(forward, backward)))
    agreed = tuple(link in forward and link in backward for link in links)
    return Alignment(links, tuple(1.0 if both else 0.5 for both in agreed), agreed)
