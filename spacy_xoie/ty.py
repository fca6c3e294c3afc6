"""Types that more than one room of the package speaks."""

from typing import NamedTuple, Optional, Sequence, Tuple

Pieces = Tuple[Tuple[int, int], ...]
"""Contiguous pieces of a part, as (start, end) token offsets, end exclusive."""


class TokenTriple(NamedTuple):
    """A triple as token offsets: what is predicted, stored and compared.

    An implied subject (dropped in the sentence) is an empty tuple of pieces.
    """

    subject: Pieces
    relation: Pieces
    objects: Tuple[Pieces, ...] = ()
    score: Optional[float] = None
    language: str = ""
    adapter: str = ""
    origin: str = ""

    @property
    def parts(self) -> Tuple[Pieces, ...]:
        """Subject, relation and objects, in this order."""
        return (self.subject, self.relation, *self.objects)

    def shifted(self, offset: int) -> "TokenTriple":
        """RETURNS (TokenTriple): The same triple, `offset` tokens further on."""

        def move(pieces: Pieces) -> Pieces:
            return tuple((start + offset, end + offset) for start, end in pieces)

        return self._replace(
            subject=move(self.subject),
            relation=move(self.relation),
            objects=tuple(move(pieces) for pieces in self.objects),
        )


class Sentence(NamedTuple):
    """A sentence as words: what rules and heads read beside trees and hidden states.

    words (Sequence[str]): The text of each token.
    spaces (Sequence[bool]): Whether white space follows the token.
    language (str): Code of the likeliest language, "" if it is unknown.
    """

    words: Sequence[str]
    spaces: Sequence[bool]
    language: str = ""
