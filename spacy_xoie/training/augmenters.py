"""More sentences from few: arguments that trade places."""

from typing import Callable, Dict, Iterator, List, NamedTuple, Tuple

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import registry

from ..doc.triples import SPAN_KEY, get_triples, set_triples
from ..errors import ConfigError
from ..ty import Pieces

SUBJECT, FIRST_OBJECT, OTHER_OBJECT = "subject", "first object", "other object"


class Phrase(NamedTuple):
    """Words of an argument, and whether each is followed by a space."""

    words: Tuple[str, ...]
    spaces: Tuple[bool, ...]
    at_start: bool


class Place(NamedTuple):
    """An argument of a doc that another one can take the place of."""

    kind: str
    start: int
    end: int


@registry.augmenters("spacy-xoie.swap_arguments.v1")
def make_swap_augmenter(
    variants: int = 4, swaps: int = 2, seed: int = 0, span_key: str = SPAN_KEY
) -> Callable[[Language, Example], Iterator[Example]]:
    """Create an augmenter that puts arguments of one sentence into another of the
    same language: subjects for subjects, first objects for first objects, further
    arguments for further arguments. The result need not make sense; its structure
    does, and that is what a small corpus has too little of.

    The phrases come from the examples that were read before, so nothing passes from
    one corpus to another. An argument trades places only if it is contiguous and no
    part of another triple begins or ends within it.

    variants (int): New examples for each example.
    swaps (int): Most arguments that change in one of them.
    seed (int): Seed of the choices.
    span_key (str): Key of the span group of gold triples.
    RAISES (ConfigError): If a value cannot work.
    """
    if variants < 0 or swaps < 1:
        raise ConfigError(
            f"The augmenter cannot work with variants={variants} and swaps={swaps}: "
            f"the first must be 0 or more, the second 1 or more."
        )
    random = np.random.default_rng(seed)
    pool: Dict[Tuple[str, str], List[Phrase]] = {}
    lower: Dict[str, set[str]] = {}

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield example
        doc = example.reference
        if span_key not in doc.spans:
            return
        language = str(doc.spans[span_key].attrs.get("language", ""))
        places = swappable_places(doc, span_key)
        for _ in range(variants if places else 0):
            changes = []
            for place in _choose(places, swaps, random):
                phrases = pool.get((language, place.kind))
                if phrases:
                    phrase = phrases[random.integers(len(phrases))]
                    changes.append((place, phrase))
            if changes:
                new = swap(doc, changes, lower.get(language, set()), span_key)
                yield Example(nlp.make_doc(new.text), new)
        lower.setdefault(language, set()).update(t.text for t in doc if t.is_lower)
        for kind, start, end in places:
            pool.setdefault((language, kind), []).append(_phrase(doc[start:end]))

    return augment


def swappable_places(doc: Doc, span_key: str = SPAN_KEY) -> List[Place]:
    """RETURNS (List[Place]): The arguments of a doc that can be exchanged."""
    triples = [triple.token_triple for triple in get_triples(doc, key=span_key)]
    pieces = {
        piece
        for triple in triples
        for part in (*triple.parts, triple.source)
        for piece in part
    }
    places: Dict[Place, None] = {}
    for triple in triples:
        kinds = [SUBJECT, FIRST_OBJECT, OTHER_OBJECT, OTHER_OBJECT]
        parts = [triple.subject, *triple.objects]
        for kind, part in zip(kinds, parts, strict=False):
            if len(part) != 1:
                continue
            start, end = part[0]
            apart = all(
                other_end <= start
                or end <= other_start
                or (other_start <= start and end <= other_end)
                for other_start, other_end in pieces
            )
            if apart:
                places.setdefault(Place(kind, start, end))
    return list(places)


def swap(
    doc: Doc,
    changes: List[Tuple[Place, Phrase]],
    lower: set[str],
    span_key: str = SPAN_KEY,
) -> Doc:
    """Make a doc with other arguments.

    doc (Doc): A gold doc.
    changes (List[Tuple[Place, Phrase]]): What takes the place of what; the places
        do not overlap.
    lower (set[str]): Words that are known to occur in lower case, which a phrase
        from the start of a sentence is given back.
    span_key (str): Key of the span group.
    RETURNS (Doc): The new gold doc.
    """
    words = [token.text for token in doc]
    spaces = [bool(token.whitespace_) for token in doc]
    shift = np.zeros(len(doc) + 1, dtype=np.int64)
    # From the end on, so that the offsets of what is still to change hold.
    for (_, start, end), phrase in sorted(changes, key=lambda c: -c[0].start):
        new = list(phrase.words)
        if start == 0:
            new[0] = new[0][:1].upper() + new[0][1:]
        elif phrase.at_start and new[0].lower() in lower:
            new[0] = new[0].lower()
        words[start:end] = new
        spaces[start:end] = [*phrase.spaces[:-1], spaces[end - 1]]
        shift[end:] += len(new) - (end - start)

    def shift_pieces(pieces: Pieces) -> Pieces:
        return tuple((int(s + shift[s]), int(e + shift[e])) for s, e in pieces)

    triples = [
        t.token_triple.mapped(shift_pieces) for t in get_triples(doc, key=span_key)
    ]
    result = Doc(doc.vocab, words=words, spaces=spaces)
    language = str(doc.spans[span_key].attrs.get("language", ""))
    set_triples(result, triples, key=span_key, language=language)
    return result


def _choose(
    places: List[Place], swaps: int, random: np.random.Generator
) -> List[Place]:
    choice: List[Place] = []
    n_swaps = int(random.integers(1, swaps + 1))
    for number in random.permutation(len(places)):
        place = places[number]
        if all(place.end <= c.start or c.end <= place.start for c in choice):
            choice.append(place)
        if len(choice) == n_swaps:
            break
    return choice


def _phrase(span: Span) -> Phrase:
    return Phrase(
        tuple(token.text for token in span),
        tuple(bool(token.whitespace_) for token in span),
        span.start == 0,
    )
