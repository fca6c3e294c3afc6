"""Cues of a language from those of another, over translated texts: the words that are
linked to a cue, if they are linked to cues of the same relation more often than to
anything else. What comes of it is a draft, for a person to read."""

from collections import Counter, defaultdict
from itertools import groupby
from typing import (
    DefaultDict,
    Dict,
    Iterator,
    List,
    NamedTuple,
    Sequence,
    Tuple,
)

from spacy.tokens import Doc, Span

from ..doc.codes import language_code
from ..doc.text import join_pieces
from ..doc.translations import Alignment
from ..projection.ty import Aligner, Pair, fit_aligner
from .definition import Schema
from .languages import grammar
from .matching import folded_words
from .words import Unit, cue_chunks, fold, token_units, word_fit

GAP = 2
"""Words that may stand between two of a cue, at most."""
LONGEST = 3
"""Words of a translated cue, at most."""


class TranslatedCue(NamedTuple):
    """A cue of the new language.

    relation (str): The relation.
    inverse (bool): Whether it has the roles the other way round.
    text (str): The cue.
    support (int): How often it, or another form of it, was linked to a cue of that
        relation.
    share (float): Of the places where its words stand, how many are linked so.
    """

    relation: str
    inverse: bool
    text: str
    support: int
    share: float


Place = Tuple[str, bool]
"""A relation, and whether its roles are the other way round."""


def translate_cues(
    schema: Schema,
    pairs: Sequence[Pair],
    aligner: Aligner,
    *,
    fit: bool = True,
    min_count: int = 2,
    min_share: float = 0.5,
) -> List[TranslatedCue]:
    """Translate the cues of a schema over translated sentences.

    schema (Schema): A schema with cues in the language of the sources.
    pairs (Sequence[Pair]): Sentences and their translations, all of the same two
        languages.
    aligner (Aligner): Links their words.
    fit (bool): Whether the aligner learns from the pairs first, if it can.
    min_count (int): How often a translation must be found.
    min_share (float): Of the places where its words stand, how many must be linked to
        a cue of the relation.
    RETURNS (List[TranslatedCue]): By relation, the best supported first; of the forms
        of a word those which no other one stands for.
    """
    if not pairs:
        return []
    source, target = pairs[0].source_language, pairs[0].target_language
    if fit:
        fit_aligner(aligner, pairs)
    cues = _Cues(schema, source)
    found: DefaultDict[Place, Counter[str]] = defaultdict(Counter)
    occurrences: Counter[str] = Counter()
    for pair, alignment in zip(pairs, aligner(pairs), strict=True):
        occurrences.update(unit.text for unit in token_units(list(pair.target)))
        for place, translation in _translations(cues, pair, alignment):
            found[place][translation] += 1
    results = []
    for (relation, inverse), counts in found.items():
        for text, count in _merge(counts, target).items():
            rarest = min(occurrences[u.text] for u in _units(text))
            share = min(1.0, counts[text] / max(rarest, 1))
            if count >= min_count and share >= min_share:
                results.append(TranslatedCue(relation, inverse, text, count, share))
    names = list(schema.relations)
    return sorted(results, key=lambda cue: (names.index(cue[0]), cue[1], -cue[3], cue))


def _units(text: str) -> List[Unit]:
    return [unit for chunk in cue_chunks(text) for unit in chunk]


class _Cues:
    """The cues of a language, by the words that they begin with."""

    def __init__(self, schema: Schema, language: str) -> None:
        self.language = language
        self.all = list(_cues(schema, language))
        self._of_word: Dict[str, List[Tuple[Place, List[Unit]]]] = {}

    def find(self, units: Sequence[Unit]) -> Dict[Place, List[Tuple[Unit, Unit]]]:
        """RETURNS (Dict[Place, List[Tuple[Unit, Unit]]]): Of each relation that some
        words say, the words of the longest cue with theirs. What is in the passive
        voice is left out: its roles are not those of the cue."""
        passive = grammar(self.language).strict
        best: Dict[Place, List[Tuple[Unit, Unit]]] = {}
        for first, unit in enumerate(units):
            if unit.text not in self._of_word:
                self._of_word[unit.text] = [
                    entry
                    for entry in self.all
                    if word_fit(entry[1][0], unit, self.language)
                ]
            before = {unit.text for unit in units[max(0, first - GAP) : first]}
            for place, cue in self._of_word[unit.text]:
                match = self._match(cue, units, first)
                if len(match) > len(best.get(place, ())) and not before & passive:
                    best[place] = match
        return best

    def _match(
        self, cue: Sequence[Unit], units: Sequence[Unit], first: int
    ) -> List[Tuple[Unit, Unit]]:
        """The words of a cue with those that stand there, in order; none if one of
        them is missing."""
        match = [(cue[0], units[first])]
        for part in cue[1:]:
            start = first + 1
            near = range(start, min(start + 1 + GAP, len(units)))
            place = next(
                (n for n in near if word_fit(part, units[n], self.language)), None
            )
            if place is None:
                return []
            match.append((part, units[place]))
            first = place
        return match


def _cues(schema: Schema, language: str) -> Iterator[Tuple[Place, List[Unit]]]:
    code = language_code(language)
    for name, relation in schema.relations.items():
        for inverse, cues in ((False, relation.cues), (True, relation.inverse)):
            for text in cues.get(code, ()):
                yield (name, inverse), _units(text)


def _translations(
    cues: _Cues, pair: Pair, alignment: Alignment
) -> Iterator[Tuple[Place, str]]:
    """The translations of the cues of a sentence, each relation once."""
    start = _start(pair.source)
    links: DefaultDict[int, List[int]] = defaultdict(list)
    for i, j in alignment.links:
        links[i + start].append(j)
    for place, match in cues.find(token_units(list(pair.source))).items():
        text = _translation(match, links, pair)
        if text:
            yield place, text


def _translation(
    match: Sequence[Tuple[Unit, Unit]], links: Dict[int, List[int]], pair: Pair
) -> str:
    """The words that are linked to the content of a cue, and the adposition that is
    linked to the one that it ends with; "" if there are none."""
    words = folded_words(pair.source_language)
    copulas = grammar(pair.source_language).forms
    light = words.light | words.pronouns
    content = [w for part, w in match if part.text not in light | set(copulas)]
    last = match[-1][1]
    places = sorted({j for word in content for j in links[word.token]})
    targets = folded_words(pair.target_language)
    folded = [fold(token.text) for token in pair.target]
    own = [j for j in places if folded[j] not in targets.light | targets.negations]
    own = [j for j in own if any(map(str.isalpha, folded[j]))]
    if not own or len(content) > len(own) + 1 or own[-1] - own[0] > LONGEST + GAP:
        return ""
    runs = [
        join_pieces([folded[j] for _, j in run])
        for _, run in groupby(enumerate(own), key=lambda place: place[1] - place[0])
    ]
    if last not in content and last.text in words.adpositions:
        heads = [folded[j] for j in links[last.token]]
        heads = [word for word in heads if word in targets.adpositions]
        if not heads:
            return ""
        runs.append(heads[0])
    text = " ".join(runs)
    return text if len(text.split()) <= LONGEST else ""


def _merge(counts: Counter[str], language: str) -> Dict[str, int]:
    """Forms that no more frequent one stands for, with the counts of all."""
    merged: Dict[str, int] = {}
    for text, count in counts.most_common():
        units = _units(text)
        for other in merged:
            parts = _units(other)
            if len(parts) == len(units) and all(
                word_fit(part, unit, language)
                for part, unit in zip(parts, units, strict=True)
            ):
                merged[other] += count
                break
        else:
            merged[text] = count
    return merged


def _start(side: "Doc | Span") -> int:
    return side.start if isinstance(side, Span) else 0
