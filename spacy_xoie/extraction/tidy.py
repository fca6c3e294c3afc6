"""Predicted triples without the punctuation that clings to their edges, and without
those that are asked."""

from typing import Dict, Optional, Sequence, Tuple

from spacy.tokens import Doc

from ..doc.text import PAIRS
from ..syntax.tree import OPENERS
from ..ty import Pieces, TokenTriple

MARKS = frozenset(
    ",.;:!?…\"'“”„‟«»‹›‘’()[]{}—–-/，。；：！？、《》〈〉「」『』（）【】؟،؛¿¡"
)
"""Characters of marks that begin and end no phrase. (Not so "%", "&" or "°".)"""


def tidy(doc: Doc, triple: TokenTriple) -> Optional[TokenTriple]:
    """Take marks and white space off the edges of the pieces of a triple, but for a
    quote or bracket whose counterpart stands within the piece.

    doc (Doc): The doc.
    triple (TokenTriple): A predicted triple.
    RETURNS (Optional[TokenTriple]): The triple, or None if without marks its relation
        or all its objects are empty.
    """
    relation = _tidy_pieces(doc, triple.relation)
    objects = tuple(filter(None, (_tidy_pieces(doc, part) for part in triple.objects)))
    if not relation or (triple.objects and not objects):
        return None
    subject = _tidy_pieces(doc, triple.subject)
    return triple._replace(subject=subject, relation=relation, objects=objects)


def is_asked(triple: TokenTriple, questions: Sequence[Tuple[int, int]]) -> bool:
    """triple (TokenTriple): A triple, in words of its sentence.
    questions (Sequence[Tuple[int, int]]): Start and end of each question in it.
    RETURNS (bool): Whether its relation stands in a question: nobody asserts it.
    """
    return any(
        bool(triple.relation)
        and start <= triple.relation[0][0]
        and triple.relation[-1][1] <= end
        for start, end in questions
    )


def _tidy_pieces(doc: Doc, pieces: Pieces) -> Pieces:
    spans = []
    for start, end in pieces:
        while start < end:
            first = _is_mark(doc[start].text)
            last = _is_mark(doc[end - 1].text) and not _is_abbreviated(doc, end - 1)
            partners = _partners(doc, start, end) if first or last else {}
            if partners == {start: end - 1, end - 1: start}:
                start, end = start + 1, end - 1  # A pair around all.
            elif first and start not in partners:
                start += 1
            elif last and end - 1 not in partners:
                end -= 1
            else:
                break
        if start < end:
            spans.append((start, end))
    return tuple(spans)


def _partners(doc: Doc, start: int, end: int) -> Dict[int, int]:
    """The quotes and brackets at the edges that have a counterpart inside, and where
    the nearest is."""
    partners: Dict[int, int] = {}
    closers = PAIRS.get(doc[start].text, ())
    openers = OPENERS.get(doc[end - 1].text, ())
    inside = range(start + 1, end)
    places = [index for index in inside if closers and doc[index].text in closers]
    if places:
        partners[start] = places[0]
    places = [i for i in range(start, end - 1) if openers and doc[i].text in openers]
    if places:
        partners[end - 1] = places[-1]
    return partners


def _is_mark(text: str) -> bool:
    return text.isspace() or MARKS.issuperset(text)


def _is_abbreviated(doc: Doc, place: int) -> bool:
    """Whether a token is the dot of an abbreviation: after letters, before a word of
    the same sentence that does not begin like a new one ("Inc. has")."""
    if doc[place].text != "." or place == 0 or place + 1 >= len(doc):
        return False
    before, after = doc[place - 1], doc[place + 1]
    return (
        not before.whitespace_
        and before.text[:1].isupper()
        and before.text.isalpha()
        and after.text[:1].islower()
    )
