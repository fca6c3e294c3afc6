"""Types that more than one room of the package speaks."""

from typing import Callable, Iterable, List, NamedTuple, Optional, Sequence, Tuple

Pieces = Tuple[Tuple[int, int], ...]
"""Contiguous pieces of a part, as (start, end) token offsets, end exclusive."""


def joined(stretches: Iterable[Tuple[int, int]]) -> Pieces:
    """RETURNS (Pieces): Stretches of tokens in their order, of which one that begins
    where the one before it ends is one with that."""
    pieces: List[Tuple[int, int]] = []
    for start, end in stretches:
        if pieces and pieces[-1][1] == start:
            pieces[-1] = (pieces[-1][0], end)
        else:
            pieces.append((start, end))
    return tuple(pieces)


def pieces_of(tokens: Iterable[int]) -> Pieces:
    """RETURNS (Pieces): The pieces that tokens make, in the order given."""
    return joined((token, token + 1) for token in tokens)


def tokens_of(pieces: Pieces) -> List[int]:
    """RETURNS (List[int]): The tokens of pieces."""
    return [token for start, end in pieces for token in range(start, end)]


class TokenTriple(NamedTuple):
    """A triple as token offsets: what is predicted, stored and compared.

    An implied subject (dropped in the sentence) is an empty tuple of pieces.

    negated (bool), modality (str): See `spacy_xoie.doc.factuality`.
    source (Pieces): Who says so; empty where it is the text itself.
    construction (str): What rules read it from ("clause", "passive", "apposition" …);
        empty where there were none.
    evidence (Tuple[float, ...]): What its score was made of, where that was asked for;
        not stored.
    """

    subject: Pieces
    relation: Pieces
    objects: Tuple[Pieces, ...] = ()
    score: Optional[float] = None
    language: str = ""
    adapter: str = ""
    origin: str = ""
    negated: bool = False
    modality: str = ""
    source: Pieces = ()
    construction: str = ""
    evidence: Tuple[float, ...] = ()

    @property
    def parts(self) -> Tuple[Pieces, ...]:
        """Subject, relation and objects, in this order."""
        return (self.subject, self.relation, *self.objects)

    def shifted(self, offset: int) -> "TokenTriple":
        """RETURNS (TokenTriple): The same triple, `offset` tokens further on."""

        return self.mapped(
            lambda part: tuple((start + offset, end + offset) for start, end in part)
        )

    def mapped(self, change: Callable[[Pieces], Pieces]) -> "TokenTriple":
        """RETURNS (TokenTriple): The same triple with each of its parts changed, one
        after the other, and then its source."""
        subject, relation, *objects = map(change, self.parts)
        return self._replace(
            subject=subject,
            relation=relation,
            objects=tuple(objects),
            source=change(self.source),
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
