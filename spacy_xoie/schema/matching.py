"""Looks for the cues of a schema in a triple.

A cue is found if its words are among those of the relation, in any order, for other
words may stand between them and some languages turn them round. Its last words may
instead begin an object ("work" + "for Siemens", "be" + "the head of Siemens"): what
follows them is then the object of the fact. So may its first words end an object, in
languages with postpositions and cases ("シーメンスで" + "働く").
"""

from dataclasses import replace
from functools import lru_cache
from itertools import product
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from spacy.tokens import Span

from ..doc.triples import Phrase, Triple
from ..language.function_words import FunctionWords, function_words
from .languages import Grammar, grammar
from .words import (
    Chunk,
    Unit,
    fold,
    split_particle,
    split_units,
    token_units,
    word_fit,
)


@lru_cache(maxsize=64)
def folded_words(language: str) -> FunctionWords:
    """RETURNS (FunctionWords): Those of a language, written as units are."""
    words = function_words(language)
    folded: Dict[str, Any] = {
        kind: frozenset(map(fold, value))
        for kind, value in vars(words).items()
        if isinstance(value, frozenset)
    }
    return replace(words, **folded)


class Sides(NamedTuple):
    """A triple as cues are compared with it.

    language (str): Code of its language.
    subject, relation (List[Unit]): The words of both; none of a subject that is
        implied.
    objects (List[List[Unit]]): The words of each object.
    """

    language: str
    subject: List[Unit]
    relation: List[Unit]
    objects: List[List[Unit]]

    @property
    def words(self) -> FunctionWords:
        return folded_words(self.language)

    @property
    def grammar(self) -> Grammar:
        return grammar(self.language)


class Rest(NamedTuple):
    """An object but for some of its words.

    number (int): Which object it is.
    first, last (int): How many units at its beginning and at its end are left out.
    """

    number: int
    first: int = 0
    last: int = 0


class Match(NamedTuple):
    """A cue that was found.

    relation (Tuple[int, …]): Places of its words in the relation.
    rest (Optional[Rest]): If its other words begin or end an object, what they leave
        of it.
    exact (bool): Whether all words are written as in the cue, or have that lemma.
    """

    relation: Tuple[int, ...]
    rest: Optional[Rest]
    exact: bool

    @property
    def size(self) -> int:
        rest = self.rest or Rest(0)
        return len(self.relation) + rest.first + rest.last


def make_sides(triple: Triple) -> Sides:
    """RETURNS (Sides): The words of a triple."""
    subject, relation, *objects = (_units(part.spans) for part in triple.parts)
    return Sides(triple.language, subject, relation, objects)


def find_cue(cue: Sequence[Chunk], sides: Sides) -> Optional[Match]:
    """Look for a cue in a triple.

    cue (Sequence[Chunk]): The cue, see `cue_chunks`.
    sides (Sides): The triple.
    RETURNS (Optional[Match]): Where it is, with as much as can be in the relation.
    """
    for split in range(len(cue), 0, -1):
        match = _in_relation(cue[:split], sides)
        if match is None:
            continue
        places, exact = match
        if split == len(cue):
            return Match(places, None, exact)
        for number, units in enumerate(sides.objects):
            head = _at_head(cue[split:], units, sides)
            if head is not None:
                return Match(places, Rest(number, head[0]), exact and head[1])
    for split in range(1, len(cue)):
        match = _in_relation(cue[split:], sides)
        if match is None:
            continue
        places, exact = match
        for number, units in enumerate(sides.objects):
            tail = _at_tail(cue[:split], units, sides)
            if tail is not None:
                return Match(places, Rest(number, 0, tail[0]), exact and tail[1])
    return None


def coverage(match: Match, sides: Sides) -> float:
    """RETURNS (float): What part of the relation's own words a cue takes: less than 1
    for "plan to buy" and the cue "buy"."""
    words = sides.words
    facts = sides.grammar
    light = words.light | words.negations | words.pronouns | facts.passive
    light = light | {form for forms in facts.forms.values() for form in forms}
    light = light | set(facts.contracted) | facts.markers | facts.light
    # A particle that the cue leaves over makes another verb: "finden", "fand … statt".
    light = light - (set(facts.particles) - facts.infinitive)
    content = {
        place
        for place, unit in enumerate(sides.relation)
        if unit.text not in light and any(map(str.isalnum, unit.text))
    }
    if not content:
        return 1.0
    return len(content & set(match.relation)) / len(content)


def edge_size(
    units: Sequence[Unit], edges: Sequence[str], *, last: bool = False
) -> int:
    """RETURNS (int): How many units at the beginning of an object, or at its end, are
    one of these words (or of several words); 0 if there is none."""
    best = 0
    for edge in edges:
        parts = split_units(edge)
        size = len(parts)
        there = units[-size:] if last else units[:size]
        if tuple(unit.text for unit in there) == parts and size < len(units):
            best = max(best, size)
    return best


def direct(number: int, sides: Sides) -> Optional[Rest]:
    """RETURNS (Optional[Rest]): An object without the words that mark it as a direct
    one; None if it is none: it has an adposition or another case, or is a number or a
    date."""
    units, facts = sides.objects[number], sides.grammar
    words = [unit.text for unit in units if unit.text not in facts.dates]
    if not any(char.isalpha() for word in words for char in word):
        return None
    first = edge_size(units, sorted(facts.markers))
    last = edge_size(units, sorted(facts.markers), last=True)
    if first or last:
        return Rest(number, first, last)
    ending = units[-1].text
    if ending.endswith(facts.oblique or ("\0",)) and ending not in facts.oblique:
        return None
    if edge_size(units, sorted(sides.words.postpositions), last=True):
        return None
    begin = units[0].text
    if begin in sides.words.determiners or begin in sides.words.pronouns:
        return Rest(number)
    if begin in sides.words.adpositions or begin in facts.contracted:
        return None
    return Rest(number)


def _units(spans: Sequence[Span]) -> List[Unit]:
    return [unit for span in spans for unit in token_units(list(span))]


def _in_relation(
    chunks: Sequence[Chunk], sides: Sides
) -> Optional[Tuple[Tuple[int, ...], bool]]:
    """Places of chunks in the relation, and whether they are written the same. A
    separable verb may be found as a whole or in its two parts."""
    for variant in product(*(_variants(chunk, sides.language) for chunk in chunks)):
        used: Set[int] = set()
        exact = True
        for chunk in (chunk for parts in variant for chunk in parts):
            match = _place(chunk, sides, used)
            if match is None:
                break
            used.update(match[0])
            exact = exact and match[1]
        else:
            return tuple(sorted(used)), exact
    return None


def _variants(chunk: Chunk, language: str) -> List[List[Chunk]]:
    variants = [[chunk]]
    if len(chunk) == 1 and not chunk[0].as_is:
        parts = split_particle(chunk[0].text, language)
        if parts is not None:
            particle, verb = parts
            variants.append([(Unit(verb),), (Unit(particle),)])
    return variants


def _place(
    chunk: Chunk, sides: Sides, used: Set[int]
) -> Optional[Tuple[List[int], bool]]:
    units = sides.relation
    if any(part.ends for part in chunk):
        return None  # An ending of an object.
    for start in range(len(units) - len(chunk) + 1):
        places = list(range(start, start + len(chunk)))
        if used.intersection(places):
            continue
        fits = [
            word_fit(part, units[place], sides.language)
            for part, place in zip(chunk, places, strict=True)
        ]
        if all(fits):
            return places, "inflected" not in fits
    return None


def _at_head(
    chunks: Sequence[Chunk], units: Sequence[Unit], sides: Sides
) -> Optional[Tuple[int, bool]]:
    """How many units at the head of an object chunks take, articles between them
    included, and whether they are written the same."""
    place, exact = 0, True
    for part in (unit for chunk in chunks for unit in chunk):
        while (
            place < len(units)
            and units[place].text in sides.words.determiners
            and units[place].text != part.text
        ):
            place += 1
        if place == len(units):
            return None
        fit = word_fit(part, units[place], sides.language)
        if fit is None and part.text in sides.grammar.clitics:
            # One word with what follows, so there is nothing to take away.
            return (place, exact) if units[place].text.startswith(part.text) else None
        if fit is None:
            return None
        exact = exact and fit != "inflected"
        place += 1
    return (place, exact) if place < len(units) else None


def _at_tail(
    chunks: Sequence[Chunk], units: Sequence[Unit], sides: Sides
) -> Optional[Tuple[int, bool]]:
    """How many units at the end of an object chunks take, and whether they are written
    the same. Endings are one word with what is before them, so they take none."""
    parts = [unit for chunk in chunks for unit in chunk]
    words = units[-len(parts) :]
    # An ending may be a word, behind an apostrophe.
    is_word = parts[0].ends and parts[0].text == words[0].text
    fits = [
        word_fit(part, word, sides.language)
        for part, word in zip(parts, words, strict=False)
    ]
    if len(words) < len(parts) or not (is_word or all(fits)):
        return None
    size = 0 if parts[0].ends and not is_word else len(parts)
    return (size, "inflected" not in fits) if size < len(units) else None


def overlaps(match: Match, other: Match) -> bool:
    """RETURNS (bool): Whether a cue takes all that another takes, and more."""
    return set(match.relation) >= set(other.relation) and match.size > other.size


def between(relation: Phrase, parts: Sequence[Phrase]) -> Iterator[Unit]:
    """YIELDS (Unit): The words between the pieces of a relation, and its neighbours,
    that belong to no argument."""
    doc = relation.spans[0].doc
    others = {
        i for part in parts for span in part.spans for i in range(span.start, span.end)
    }
    start, end = relation.spans[0].start - 1, relation.spans[-1].end + 1
    near = [i for i in range(max(start, 0), min(end, len(doc))) if i not in others]
    yield from token_units([doc[i] for i in near])
