"""Read triples from answers. Answers are text of a stranger: nothing of them is
executed, and what cannot be read is refused with a reason."""

import json
import re
from dataclasses import dataclass
from typing import Any, Iterator, List, Optional, Tuple, Union

from ...chat import BadAnswer, shorten
from ...chat.reasons import EMPTY_ANSWER
from .prompts import TACO_OWN
from .reasons import BROKEN_JSON, MALFORMED, NO_SECTION

_FENCED = re.compile(r"```[a-zA-Z0-9_+-]*[ \t]*\n(.*?)```", re.DOTALL)
_BRACKET = re.compile(r"[\[{]")
_MAX_STARTS = 50


@dataclass(frozen=True)
class RawTriple:
    """A triple in words, as a model gives it.

    subject (str): Empty if it is implied.
    relation (str): The relation.
    objects (Tuple[str, …]): The objects.
    id (Optional[int]): Which of the triples that were handed in it is.
    """

    subject: str
    relation: str
    objects: Tuple[str, ...]
    id: Optional[int] = None

    @property
    def parts(self) -> Tuple[str, ...]:
        return (self.subject, self.relation, *self.objects)

    def __str__(self) -> str:
        return f"({'; '.join(self.parts)})"


@dataclass(frozen=True)
class BadTriple:
    """Something in a list of triples that is none.

    reason (str): Always the same.
    detail (str): What it is.
    """

    detail: str
    reason: str = MALFORMED


Candidates = List[Union[RawTriple, BadTriple]]
"""What an answer has in the place of triples."""


def read_json(answer: str) -> Candidates:
    """Read triples from JSON, also in fences or with words around it.

    answer (str): The answer.
    RETURNS (Candidates): The triples, and what in the list is none.
    RAISES (BadAnswer): If there is no list of triples.
    """
    if not answer.strip():
        raise BadAnswer(EMPTY_ANSWER)
    for value in _whole_values(answer):
        items = _list_of_triples(value)
        if items is not None:
            return [_read_item(item) for item in items]
    for value in _inner_values(answer):
        items = _list_of_triples(value)
        # Inner lists of an answer that was cut off, and brackets in the words around
        # it such as "[1]", are no lists of triples.
        if items is not None and (isinstance(value, dict) or _are_triples(items)):
            return [_read_item(item) for item in items]
    raise BadAnswer(BROKEN_JSON, shorten(answer))


def read_last_section(answer: str) -> Candidates:
    """Read triples from the last section of an answer of mode "taco".

    answer (str): The answer.
    RETURNS (Candidates): The triples, and what in the list is none.
    RAISES (BadAnswer): If the section or its list of triples is missing.
    """
    if not answer.strip():
        raise BadAnswer(EMPTY_ANSWER)
    _, heading, section = answer.rpartition(TACO_OWN)
    if not heading:
        raise BadAnswer(NO_SECTION, f"{TACO_OWN!r} is not in: {shorten(answer)}")
    return read_json(section or " ")


def unfence(answer: str) -> str:
    """RETURNS (str): The inside of the last fenced block; the answer itself if it
    has none."""
    blocks: List[str] = _FENCED.findall(answer)
    return blocks[-1] if blocks else answer


def make_triple(
    subject: Any, relation: Any, objects: Any, number: Any = None
) -> Union[RawTriple, BadTriple]:
    """Make a triple of values of any type.

    subject (Any): A text, or None.
    relation (Any): A text, or None.
    objects (Any): A text, a list of texts, or None. Empty texts are left out.
    number (Any): The id, if it is a number.
    RETURNS (Union[RawTriple, BadTriple]): The triple, if they have these types.
    """
    objects = [objects] if isinstance(objects, str) else objects
    objects = [] if objects is None else objects
    subject, relation = ("" if v is None else v for v in (subject, relation))
    if isinstance(number, str) and re.fullmatch(r"[0-9]{1,6}", number):
        number = int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        number = None
    texts = [subject, relation, *objects] if isinstance(objects, list) else [objects]
    if not all(isinstance(text, str) for text in texts):
        return BadTriple(_show([subject, relation, objects]))
    subject, relation, *rest = (" ".join(text.split()) for text in texts)
    return RawTriple(subject, relation, tuple(filter(None, rest)), number)


def _whole_values(answer: str) -> Iterator[Any]:
    """The whole answer, and the inside of a fenced block."""
    text = answer.strip()
    for candidate in (text, unfence(text)):
        try:
            yield json.loads(candidate)
        except (ValueError, RecursionError):
            continue


def _inner_values(answer: str) -> Iterator[Any]:
    """What begins at one of the first brackets of an answer."""
    decoder = json.JSONDecoder()
    position = 0
    for _ in range(_MAX_STARTS):
        bracket = _BRACKET.search(answer, position)
        if bracket is None:
            return
        position = bracket.start() + 1
        try:
            value, position = decoder.raw_decode(answer, bracket.start())
        except (ValueError, RecursionError):
            continue
        yield value


def _list_of_triples(value: Any) -> Optional[List[Any]]:
    items = value.get("triples") if isinstance(value, dict) else value
    return items if isinstance(items, list) else None


def _are_triples(items: List[Any]) -> bool:
    return bool(items) and all(isinstance(item, (dict, list)) for item in items)


def _read_item(item: Any) -> Union[RawTriple, BadTriple]:
    if isinstance(item, dict):
        objects = item["objects"] if "objects" in item else item.get("object")
        return make_triple(
            item.get("subject"), item.get("relation"), objects, item.get("id")
        )
    if isinstance(item, list) and len(item) >= 2:
        first, second, *rest = item
        if len(rest) == 1 and isinstance(rest[0], list):
            (rest,) = rest
        return make_triple(first, second, rest)
    return BadTriple(_show(item))


def _show(value: Any) -> str:
    try:
        return shorten(repr(value))
    except RecursionError:
        return "a deeply nested value"
