"""Predicted triples without the punctuation that clings to their edges."""

from typing import Optional

from spacy.tokens import Doc

from ..ty import Pieces, TokenTriple

MARKS = frozenset(
    ",.;:!?…\"'“”„‟«»‹›‘’()[]{}—–-/，。；：！？、《》〈〉「」『』（）【】؟،؛¿¡"
)
"""Characters of marks that begin and end no phrase. (Not so "%", "&" or "°".)"""


def tidy(doc: Doc, triple: TokenTriple) -> Optional[TokenTriple]:
    """Take marks and white space off the edges of the pieces of a triple.

    doc (Doc): The doc.
    triple (TokenTriple): A predicted triple.
    RETURNS (Optional[TokenTriple]): The triple, or None if without marks its relation
        or all its objects are empty.
    """
    relation = _tidy_pieces(doc, triple.relation)
    objects = tuple(filter(None, (_tidy_pieces(doc, part) for part in triple.objects)))
    if not relation or not objects:
        return None
    subject = _tidy_pieces(doc, triple.subject)
    return triple._replace(subject=subject, relation=relation, objects=objects)


def _tidy_pieces(doc: Doc, pieces: Pieces) -> Pieces:
    kept = []
    for start, end in pieces:
        while start < end and _is_mark(doc[start].text):
            start += 1
        while start < end and _is_mark(doc[end - 1].text):
            end -= 1
        if start < end:
            kept.append((start, end))
    return tuple(kept)


def _is_mark(text: str) -> bool:
    return text.isspace() or MARKS.issuperset(text)
