"""What becomes of triples that are carried to a translation."""

from dataclasses import dataclass
from typing import NamedTuple, Tuple

from ..doc.translations import Refused
from ..ty import TokenTriple

UNTRANSLATED = "untranslated"
LOST_ARGUMENT = "lost argument"
PRO_DROP = "implied subject"
OVERLAP = "overlap"
COMPOUND = "split compound"
LOST_NEGATION = "lost negation"
SCATTERED = "scattered"
LOW_ALIGNMENT = "low alignment"
LOW_AGREEMENT = "low agreement"
REASONS = (
    UNTRANSLATED,
    LOST_ARGUMENT,
    PRO_DROP,
    OVERLAP,
    COMPOUND,
    LOST_NEGATION,
    SCATTERED,
    LOW_ALIGNMENT,
    LOW_AGREEMENT,
)


@dataclass(frozen=True)
class Limits:
    """What the mode "precise" asks of a triple.

    alignment (float): Lower bound of the alignment score.
    agreement (float): Lower bound of the share of links that both directions have.
    stretch (float): How many times as long as in the source a part may be, two words
        aside.
    """

    alignment: float = 0.8
    agreement: float = 0.9
    stretch: float = 2.0


class Projected(NamedTuple):
    """A triple on a translation.

    triple (TokenTriple): In tokens of the translation.
    source (str): Id of the triple that it comes from.
    alignment (float): How well the words of its parts are linked: the mean, over the
        words that say something, of the score of their best link.
    agreement (float): Share of the links used that both directions have.
    lost (Tuple[str, …]): Reasons for which something of it was lost, though not all.
    """

    triple: TokenTriple
    source: str
    alignment: float
    agreement: float
    lost: Tuple[str, ...] = ()


class Projection(NamedTuple):
    """The triples of a text on its translation.

    triples (Tuple[Projected, …]): Those that could be carried over.
    refused (Tuple[Refused, …]): Those that could not.
    """

    triples: Tuple[Projected, ...]
    refused: Tuple[Refused, ...]
