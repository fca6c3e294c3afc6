"""How much two triples of one text say the same.

Parts are compared by the characters that they cover, white space left out, so that
docs with other tokens, and texts with other white space, can be compared.
"""

from itertools import accumulate
from typing import (
    Dict,
    FrozenSet,
    Iterable,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

from spacy.tokens import Doc, Span

from ..doc.triples import SPAN_KEY, get_triples
from ..ty import Pieces, pieces_of

Places = FrozenSet[int]
"""Characters of a text, counted without white space."""

# How much each part counts. A relation says more of a fact than what it relates.
SUBJECT_WEIGHT, RELATION_WEIGHT, OBJECTS_WEIGHT = 0.3, 0.4, 0.3


class PlacedTriple(NamedTuple):
    """A triple by the characters that its parts cover.

    subject (Places): Empty where it is implied.
    relation (Places): The relation.
    objects (Tuple[Places, …]): The objects.
    adapter (str): The adapter that took part in the triple.
    """

    subject: Places
    relation: Places
    objects: Tuple[Places, ...] = ()
    adapter: str = ""

    @property
    def parts(self) -> Tuple[Places, ...]:
        """Subject, relation and objects, in this order."""
        return (self.subject, self.relation, *self.objects)


class Match(NamedTuple):
    """Two triples that say the same, by their numbers, and how much so."""

    first: int
    second: int
    score: float


class TextPlaces:
    """Where the tokens of a text are, counted in characters without white space."""

    def __init__(self, span: Doc | Span) -> None:
        """Count the characters.

        span (Union[Doc, Span]): The text.
        """
        letters = [sum(not c.isspace() for c in token.text) for token in span]
        self._ends = list(accumulate(letters, initial=0))
        self._token_of = [t for t, n in enumerate(letters) for _ in range(n)]

    def of(self, pieces: Pieces) -> Places:
        """RETURNS (Places): The characters that pieces, in tokens, cover."""
        stretches = (range(self._ends[a], self._ends[b]) for a, b in pieces)
        return frozenset(place for stretch in stretches for place in stretch)

    def place(self, parts: Iterable[Pieces], adapter: str = "") -> PlacedTriple:
        """RETURNS (PlacedTriple): A triple whose parts are these, in tokens."""
        subject, relation, *objects = map(self.of, parts)
        return PlacedTriple(subject, relation, tuple(objects), adapter)

    def pieces(self, places: Places) -> Pieces:
        """RETURNS (Pieces): The tokens that hold any of these characters."""
        return pieces_of(sorted({self._token_of[place] for place in places}))


def placed_triples(doc: Doc, *, key: str = SPAN_KEY) -> List[PlacedTriple]:
    """RETURNS (List[PlacedTriple]): The triples of a doc, in order.

    doc (Doc): The doc.
    key (str): Key of the span group.
    """
    places = TextPlaces(doc)
    return [
        places.place((phrase.pieces for phrase in triple.parts), triple.adapter)
        for triple in get_triples(doc, key=key)
    ]


def overlap(first: Places, second: Places) -> float:
    """RETURNS (float): F1 of the characters of two parts; 1 if both are empty."""
    total = len(first) + len(second)
    return 2 * len(first & second) / total if total else 1.0


def similarity(first: PlacedTriple, second: PlacedTriple) -> float:
    """Tell how much two triples say the same.

    RETURNS (float): 0 to 1: the weighted mean of the F1 of subject, relation and
        objects, in which each object is compared with its counterpart, wherever that
        stands; 0 if the relations do not overlap.
    """
    relation = overlap(first.relation, second.relation)
    if not relation:
        return 0.0
    scores = [[overlap(a, b) for b in second.objects] for a in first.objects]
    shared = sum(match.score for match in assign(scores))
    n_objects = len(first.objects) + len(second.objects)
    return (
        SUBJECT_WEIGHT * overlap(first.subject, second.subject)
        + RELATION_WEIGHT * relation
        + OBJECTS_WEIGHT * (2 * shared / n_objects if n_objects else 1.0)
    )


def match_triples(
    first: Sequence[PlacedTriple],
    second: Sequence[PlacedTriple],
    *,
    min_score: float = 0.0,
) -> List[Match]:
    """Find the counterparts of triples.

    first, second (Sequence[PlacedTriple]): Triples of one text.
    min_score (float): Similarity that two triples have at least if they match.
    RETURNS (List[Match]): The matches, the best first. No triple is in two of them.
    """
    return assign(
        [[similarity(a, b) for b in second] for a in first], min_score=min_score
    )


def assign(scores: Sequence[Sequence[float]], *, min_score: float = 0.0) -> List[Match]:
    """Pair rows with columns: the best pair first, then the best of the others.

    scores (Sequence[Sequence[float]]): Score of each row with each column. Pairs that
        score 0 are none.
    min_score (float): Score that a pair has at least.
    RETURNS (List[Match]): The pairs. Of pairs of one score those of the first row, then
        of the first column, come first.
    """
    ranking = sorted(
        (
            Match(i, j, score)
            for i, row in enumerate(scores)
            for j, score in enumerate(row)
        ),
        key=lambda match: -match.score,
    )
    rows: Dict[int, Match] = {}
    columns: Dict[int, Match] = {}
    for match in ranking:
        if match.score <= 0 or match.score < min_score:
            break
        if match.first not in rows and match.second not in columns:
            rows[match.first] = columns[match.second] = match
    return list(rows.values())


def soft_f1(shared: float, n_first: float, n_second: float) -> Optional[float]:
    """RETURNS (Optional[float]): F1 of two sets of triples of these sizes, of which
    this much is shared (the sum of the similarities of matches); None if both are
    empty."""
    total = n_first + n_second
    return 2 * shared / total if total else None
