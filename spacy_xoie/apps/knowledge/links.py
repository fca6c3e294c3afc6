"""What joins the subject of a triple to each of its objects."""

from typing import Iterator, NamedTuple

from ...doc.text import join_pieces
from ...doc.triples import Phrase, Triple


class Link(NamedTuple):
    """A binary fact of a triple: how the subject is related to one object.

    relation (str): The words between them: the relation, for objects after the first
        one with that, see `Triple.binary`.
    adposition (str): That of the object, where it has a core; else it is a part of the
        object.
    object (Phrase): The object.
    """

    relation: str
    adposition: str
    object: Phrase

    @property
    def text(self) -> str:
        """RETURNS (str): The relation with the adposition."""
        return join_pieces(list(filter(None, (self.relation, self.adposition))))


def links(triple: Triple) -> Iterator[Link]:
    """The links of a triple.

    triple (Triple): The triple.
    YIELDS (Link): One for each object, in order.
    """
    relation = triple.relation.text
    for number, phrase in enumerate(triple.objects):
        words = [relation] if number == 0 else [relation, triple.objects[0].text]
        core = phrase.core
        yield Link(join_pieces(words), core.adposition if core else "", phrase)


def name_of(phrase: Phrase) -> str:
    """RETURNS (str): What an argument names: its core, if it has one, else its text."""
    return phrase.core.name if phrase.core else phrase.text
