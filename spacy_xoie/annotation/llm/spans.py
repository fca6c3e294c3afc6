"""Find the parts of triples in a sentence: as exact stretches of whole tokens, the
occurrence nearest to the relation."""

import re
from itertools import pairwise
from typing import Dict, List, NamedTuple, Optional, Sequence, Set, Tuple, Union

from spacy.tokens import Doc

from ...chat import shorten
from ...chat.reasons import WRONG_LANGUAGE
from ...doc.triples import OBJECTS
from ...errors import ConfigError, EngineError
from ...language.check import is_in_script
from ...ty import Pieces, TokenTriple, joined
from ..ty import Discard
from .answers import BadTriple, RawTriple
from .reasons import (
    CUTS_WORDS,
    DUPLICATE,
    EMPTY_RELATION,
    NO_ARGUMENT,
    NOT_IN_SENTENCE,
    OVERLAP,
    TOO_MANY_PARTS,
    TOO_MANY_TRIPLES,
)

_GAP = re.compile(r"\s*(?:\.{3}|…+)\s*")
_MAX_OCCURRENCES = 50
_MAX_PIECES = 10

Places = Tuple[Pieces, ...]


class Grounding(NamedTuple):
    """What became of the triples of an answer."""

    triples: List[TokenTriple]
    discards: List[Discard]


class Grounder:
    """Turns triples in words into triples in tokens."""

    def __init__(
        self,
        *,
        fuzzy: float = 0.0,
        check_language: bool = True,
        max_triples: int = 50,
        origin: str = "",
    ) -> None:
        """Create a grounder.

        fuzzy (float): If more than 0, a part that is not in the sentence is replaced
            by the stretch that is most similar, if it is at least as similar as this
            (at most 1, for equal). Needs rapidfuzz.
        check_language (bool): Refuse relations in a script of another language.
        max_triples (int): How many triples of a sentence are kept.
        origin (str): The origin that is written to the triples.
        RAISES (ConfigError): If a value cannot work.
        RAISES (EngineError): If rapidfuzz is needed and not there.
        """
        if not 0 <= fuzzy <= 1:
            raise ConfigError(f"fuzzy is {fuzzy}. Set it between 0 (off) and 1.")
        if max_triples < 1:
            raise ConfigError(f"max_triples is {max_triples}. Set it to at least 1.")
        if fuzzy:
            try:
                import rapidfuzz  # noqa: F401
            except ImportError as e:
                raise EngineError(
                    "Fuzzy repair of spans needs rapidfuzz: pip install "
                    "'spacy-xoie[llm]'. Or set fuzzy to 0."
                ) from e
        self.fuzzy = fuzzy
        self.check_language = check_language
        self.max_triples = max_triples
        self.origin = origin

    def __call__(
        self, doc: Doc, items: Sequence[Union[RawTriple, BadTriple]], language: str
    ) -> Grounding:
        """Find triples in a sentence.

        doc (Doc): The sentence.
        items (Sequence[Union[RawTriple, BadTriple]]): Triples in words.
        language (str): The language of the sentence.
        RETURNS (Grounding): Triples in tokens, and why the others are none.
        """
        grounding = Grounding([], [])
        facts: Set[Tuple[Pieces, ...]] = set()
        sentence = _Sentence(doc, self.fuzzy)
        for item in items:
            if len(grounding.triples) == self.max_triples:
                detail = f"more than {self.max_triples}"
                grounding.discards.append(Discard(TOO_MANY_TRIPLES, detail))
                break
            outcome = self._ground(sentence, item, language)
            if isinstance(outcome, TokenTriple) and outcome.parts in facts:
                outcome = Discard(DUPLICATE, shorten(str(item)))
            if isinstance(outcome, Discard):
                grounding.discards.append(outcome)
            else:
                facts.add(outcome.parts)
                grounding.triples.append(outcome)
        return grounding

    def _ground(
        self,
        sentence: "_Sentence",
        item: Union[RawTriple, BadTriple],
        language: str,
    ) -> Union[TokenTriple, Discard]:
        if isinstance(item, BadTriple):
            return Discard(item.reason, item.detail)
        text = shorten(str(item))
        if not item.relation:
            return Discard(EMPTY_RELATION, text)
        if len(item.objects) > len(OBJECTS):
            return Discard(TOO_MANY_PARTS, text)
        if not item.subject and not item.objects:
            return Discard(NO_ARGUMENT, text)
        if self.check_language and not is_in_script(item.relation, language):
            return Discard(WRONG_LANGUAGE, text)
        places: List[Places] = []
        for part in item.parts:
            outcome = sentence.find(part) if part else ()
            if isinstance(outcome, str):
                return Discard(outcome, f"{shorten(part)!r} of {text}")
            places.append(outcome)
        choice = _choose(places)
        if choice is None:
            return Discard(OVERLAP, text)
        subject, relation, *objects = choice
        return TokenTriple(
            subject,
            relation,
            tuple(objects),
            score=None,
            language=language,
            origin=self.origin,
        )


class _Sentence:
    """A sentence in which phrases are looked for."""

    def __init__(self, doc: Doc, fuzzy: float) -> None:
        self.doc = doc
        self.text = doc.text
        self.fuzzy = fuzzy
        self._starts = {token.idx: token.i for token in doc}
        self._ends = {token.idx + len(token): token.i + 1 for token in doc}
        self._places: Dict[str, Union[Places, str]] = {}

    def find(self, part: str) -> Union[Places, str]:
        """All places of a part, in the order of the sentence, or why there is none."""
        if part not in self._places:
            self._places[part] = self._find(part)
        return self._places[part]

    def _find(self, part: str) -> Union[Places, str]:
        pieces = [part]
        places = self._occurrences(part)
        if isinstance(places, str):
            pieces = [piece for piece in _GAP.split(part) if piece]
            if not 1 <= len(pieces) <= _MAX_PIECES:
                return places
        options: List[List[Tuple[int, int]]] = []
        for piece in pieces:
            places = self._occurrences(piece)
            if isinstance(places, str) and self.fuzzy:
                places = self._similar(piece) or places
            if isinstance(places, str):
                return places
            options.append(places)
        rows = tuple(_in_order(first, options[1:]) for first in options[0])
        return tuple(joined(row) for row in rows if row is not None) or NOT_IN_SENTENCE

    def _occurrences(self, piece: str) -> Union[List[Tuple[int, int]], str]:
        if len(piece) > len(self.text):
            return NOT_IN_SENTENCE
        # The white space between words may be of any kind and length.
        words = r"\s+".join(map(re.escape, piece.split()))
        reason = NOT_IN_SENTENCE
        places: List[Tuple[int, int]] = []
        for match in re.finditer(f"(?=({words}))", self.text):
            start = self._starts.get(match.start(1))
            end = self._ends.get(match.end(1))
            if start is None or end is None:
                reason = CUTS_WORDS
            elif len(places) < _MAX_OCCURRENCES:
                places.append((start, end))
        return places or reason

    def _similar(self, piece: str) -> List[Tuple[int, int]]:
        """The stretch of whole tokens most similar to a piece, if similar enough."""
        from rapidfuzz import fuzz

        if not len(piece) <= len(self.text):
            return []
        min_ratio = 100 * self.fuzzy
        match = fuzz.partial_ratio_alignment(piece, self.text, score_cutoff=min_ratio)
        if match is None or match.dest_start >= match.dest_end:
            return []
        start, end = match.dest_start, match.dest_end
        span = self.doc.char_span(start, end, alignment_mode="expand")
        if span is None or fuzz.ratio(piece, span.text) < min_ratio:
            return []
        return [(span.start, span.end)]


def _in_order(
    first: Tuple[int, int], options: Sequence[Sequence[Tuple[int, int]]]
) -> Optional[List[Tuple[int, int]]]:
    """The piece `first`, and of each further one the next place after it."""
    row = [first]
    for places in options:
        later = [place for place in places if place[0] >= row[-1][1]]
        if not later:
            return None
        row.append(later[0])
    return row


def _choose(places: Sequence[Places]) -> Optional[List[Pieces]]:
    """Of each part one place, so that they do not overlap and lie near the relation.

    places (Sequence[Places]): The places of subject, relation and objects; those of an
        implied subject are none.
    RETURNS (Optional[List[Pieces]]): The places; None if they overlap everywhere.
    """
    candidates = [_around(relation, places) for relation in places[1]]
    return min(filter(None, candidates), key=_cost, default=None)


def _cost(parts: Sequence[Pieces]) -> Tuple[int, int, bool]:
    """How far the parts lie apart. Objects count before the subject, which clauses
    may share; of equals, the subject is before the object."""
    subject, relation, *objects = parts
    objects_apart = sum(_distance(part, relation) for part in objects)
    subject_apart = _distance(subject, relation) if subject else 0
    crossed = bool(subject and objects) and subject[0] > objects[0][0]
    return _width(relation) + objects_apart, subject_apart, crossed


def _around(relation: Pieces, places: Sequence[Places]) -> Optional[List[Pieces]]:
    choice: List[Pieces] = [()] * len(places)
    choice[1] = relation
    # Parts with fewer places choose first, so that they are not taken from them.
    order = sorted(range(len(places)), key=lambda number: len(places[number]))
    for number in order:
        if number == 1 or not places[number]:
            continue
        free = [
            place
            for place in places[number]
            if not any(_overlap(place, other) for other in choice)
        ]
        if not free:
            return None
        choice[number] = min(free, key=lambda place: _distance(place, relation))
    return choice


def _width(pieces: Pieces) -> int:
    return sum(after[0] - before[1] for before, after in pairwise(pieces))


def _distance(one: Pieces, other: Pieces) -> int:
    """How many tokens lie between the nearest pieces of two parts."""
    return min(max(c - b, a - d, 0) for a, b in one for c, d in other)


def _overlap(one: Pieces, other: Pieces) -> bool:
    return any(a < d and c < b for a, b in one for c, d in other)
