"""Streams cut into lists."""

from typing import Callable, Iterable, Iterator, List, Optional, TypeVar

Item = TypeVar("Item")


def cut_stream(
    items: Iterable[Item],
    weight: Callable[[Item], int],
    *,
    most: int,
    size: Optional[int] = None,
) -> Iterator[List[Item]]:
    """Cut a stream into lists, reading no more of it than the list at hand.

    items (Iterable[Item]): The stream.
    weight (Callable[[Item], int]): What an item weighs.
    most (int): A list that weighs so much is full.
    size (Optional[int]): So is one of so many items; None for any number.
    YIELDS (List[Item]): The lists, none of them empty.
    """
    part: List[Item] = []
    total = 0
    for item in items:
        part.append(item)
        total += weight(item)
        if total >= most or (size is not None and len(part) >= size):
            yield part
            part, total = [], 0
    if part:
        yield part
