"""Makes facts of triples: which relations of a schema a triple says, and of whom."""

from dataclasses import replace
from typing import (
    Dict,
    Iterable,
    Iterator,
    List,
    Literal,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

import regex
from spacy.tokens import Doc

from ..doc.codes import UNDETERMINED, language_code
from ..doc.facts import FoundFact, SetAside
from ..doc.factuality import ASSERTED, UNJUDGED
from ..doc.languages import language_of
from ..doc.text import is_unspaced
from ..doc.triples import SPAN_KEY, Phrase, Triple, get_triples
from ..ty import Pieces, TokenTriple, pieces_of
from .definition import ArgumentType, Schema
from .matching import (
    Match,
    Rest,
    Sides,
    between,
    coverage,
    direct,
    edge_size,
    find_cue,
    make_sides,
    overlaps,
)
from .words import Chunk, Unit, cue_chunks, token_units

Negation = Literal["block", "mark"]

TAKEN = (ASSERTED, UNJUDGED)
"""Modalities of triples that make facts, unless somebody asks for others."""

NEGATED = "negated"
NOT_ASSERTED = "not asserted"
NO_AGENT = "passive without agent"
NO_OBJECT = "no object"
NO_SUBJECT = "subject is implied"
PARTIAL = "cue is a small part of the relation"
UNFIT = "argument is of another kind"

_INFLECTED = 0.9
# Seconds; a pattern may come from a file that somebody else wrote.
_PATTERN_TIME = 0.2


class Filler(NamedTuple):
    """What fills a role: some tokens of the doc, and how it reads."""

    pieces: Pieces
    text: str


class Cue(NamedTuple):
    """A cue of a relation, ready to be looked for."""

    text: str
    language: str
    relation: str
    inverse: bool
    chunks: Tuple[Chunk, ...]


class Voice(NamedTuple):
    """Who does it to whom.

    passive (bool): Whether the grammatical subject is the object of the fact.
    agent (Optional[Rest]): The object that does it, without what marks it.
    marker (str): What says so.
    """

    passive: bool
    agent: Optional[Rest] = None
    marker: str = ""


class FactFinder:
    """Finds the facts of a schema in the triples of docs.

    schema (Schema): The schema.
    negation (Negation): Whether what a sentence denies is set aside ("block"), or is a
        fact that says so ("mark").
    min_coverage (float): Least part of the relation's own words that a cue takes.
    modalities (Iterable[str]): Those of triples that make facts, see
        `spacy_xoie.doc.factuality`.
    """

    def __init__(
        self,
        schema: Schema,
        *,
        negation: Negation = "block",
        min_coverage: float = 0.6,
        modalities: Iterable[str] = TAKEN,
    ) -> None:
        self.schema = schema
        self.negation: Negation = negation
        self.min_coverage = min_coverage
        self.modalities = frozenset(modalities)
        self._cues: Dict[str, List[Cue]] = {}
        for name, relation in schema.relations.items():
            for inverse, cues in ((False, relation.cues), (True, relation.inverse)):
                self._add(name, inverse, cues)

    def __call__(
        self, doc: Doc, *, key: str = SPAN_KEY, language: Optional[str] = None
    ) -> Tuple[List[FoundFact], List[SetAside]]:
        """Find the facts of a doc, without changing it.

        doc (Doc): A doc with triples.
        key (str): Key of the span group of triples.
        language (Optional[str]): Language of all triples; by default that of each, or
            that of the doc where a triple says nothing.
        RETURNS (Tuple[List[FoundFact], List[SetAside]]): The facts in the order of the
            triples, and where a cue was found that makes no fact.
        """
        facts: List[FoundFact] = []
        set_aside: List[SetAside] = []
        for triple in get_triples(doc, key=key):
            code = language_code(language or triple.language)
            if code == UNDETERMINED:
                code = language_of(doc, key=key)
            for result in self._in_triple(replace(triple, language=code)):
                if isinstance(result, FoundFact):
                    facts.append(result)
                else:
                    set_aside.append(result)
        return facts, set_aside

    def _add(self, name: str, inverse: bool, cues: Mapping[str, Sequence[str]]) -> None:
        for language, texts in cues.items():
            for text in texts:
                cue = Cue(text, language, name, inverse, tuple(cue_chunks(text)))
                if cue.chunks:
                    self._cues.setdefault(language_code(language), []).append(cue)

    def _in_triple(self, triple: Triple) -> Iterator[Union[FoundFact, SetAside]]:
        """The facts of one triple: of each relation by the cue that says most, and of
        relations where one cue is a part of the other ("be", "be head of") by that."""
        best: Dict[str, Tuple[Cue, Match, Sides]] = {}
        for code in self._codes(triple.language):
            sides = make_sides(replace(triple, language=code))
            for cue in self._cues.get(code, ()):
                match = find_cue(cue.chunks, sides)
                if match is None:
                    continue
                other = best.get(cue.relation)
                if other is None or _rank(match) > _rank(other[1]):
                    best[cue.relation] = (cue, match, sides)
        for cue, match, sides in best.values():
            if not any(overlaps(other, match) for _, other, _ in best.values()):
                yield self._judge(triple, cue, match, sides)

    def _codes(self, language: str) -> Iterable[str]:
        """The languages whose cues are tried: all, if that of the triple is unknown."""
        code = language_code(language)
        return self._cues if code == UNDETERMINED else (code,)

    def _judge(
        self, triple: Triple, cue: Cue, match: Match, sides: Sides
    ) -> Union[FoundFact, SetAside]:
        share = coverage(match, sides)
        denial = _denial(triple, match, sides)
        negated = triple.negated or bool(denial)
        voice = _voice(cue, match, sides)
        if share < self.min_coverage:
            return SetAside(triple.id, cue.relation, cue.text, PARTIAL)
        if triple.modality not in self.modalities:
            return SetAside(triple.id, cue.relation, cue.text, NOT_ASSERTED)
        if negated and self.negation == "block":
            return SetAside(triple.id, cue.relation, cue.text, NEGATED)
        if voice.passive and voice.agent is None:
            return SetAside(triple.id, cue.relation, cue.text, NO_AGENT)
        if not triple.subject:
            return SetAside(triple.id, cue.relation, cue.text, NO_SUBJECT)
        swapped = voice.passive != cue.inverse
        topics = sorted(sides.grammar.topics)
        topic = edge_size(sides.subject, topics, last=True)
        subject = _without(triple.subject, sides.subject, 0, topic)
        others = list(_others(triple, match, sides, voice))
        if not others:
            return SetAside(triple.id, cue.relation, cue.text, NO_OBJECT)
        for other in others:
            roles = (other, subject) if swapped else (subject, other)
            if self._fits(triple, cue.relation, roles, sides.language):
                break
        else:
            return SetAside(triple.id, cue.relation, cue.text, UNFIT)
        fit = share * (1.0 if match.exact else _INFLECTED)
        relation = [sides.relation[place].token for place in match.relation]
        return FoundFact(
            TokenTriple(
                roles[0].pieces,
                pieces_of(sorted(set(relation))),
                (roles[1].pieces,),
                score=round(fit * (1.0 if triple.score is None else triple.score), 6),
                language=triple.language,
                adapter=triple.adapter,
                origin=triple.origin,
            ),
            cue.relation,
            triple.id,
            cue.text,
            _reason(triple, cue, match, sides, share, voice, denial),
            swapped,
            negated,
        )

    def _fits(
        self, triple: Triple, relation: str, roles: Tuple[Filler, Filler], language: str
    ) -> bool:
        doc = triple.relation.spans[0].doc
        kinds = self.schema.relations[relation]
        return all(
            _is_kind(doc, filler, self.schema.kind(kind), language)
            for filler, kind in zip(roles, (kinds.subject, kinds.object), strict=True)
        )


def _rank(match: Match) -> Tuple[int, bool]:
    return match.size, match.exact


def _voice(cue: Cue, match: Match, sides: Sides) -> Voice:
    """Whether a triple is in the passive voice. A cue that begins its object has a
    voice of its own ("be born in"), and so has one with the auxiliary in it."""
    facts = sides.grammar
    free = [u for n, u in enumerate(sides.relation) if n not in match.relation]
    texts = {unit.text for unit in free}
    auxiliaries = texts & facts.passive
    if match.rest is not None or not (facts.agents or facts.participles):
        return Voice(False)
    verbs = [sides.relation[place].text for place in match.relation]
    if facts.progressive and any(verb.endswith(facts.progressive) for verb in verbs):
        auxiliaries = set()
    strict = auxiliaries & facts.strict
    # "wird … kaufen" is the future, and a cue has the voice that its form has.
    if verbs == [unit.text for chunk in cue.chunks for unit in chunk]:
        auxiliaries = strict
    elif facts.participles:
        strict |= {verb for verb in verbs if verb.endswith(facts.participles)}
        auxiliaries |= strict
    rests = [direct(number, sides) for number in range(len(sides.objects))]
    directs = [rest for rest in rests if rest is not None]
    heads = [rest for rest in directs if not rest.first and not rest.last]
    if texts & set(facts.agents) and heads:
        word = sorted(texts & set(facts.agents))[0]
        return Voice(True, heads[0], word)
    for number, units in enumerate(sides.objects):
        first = edge_size(units, facts.agents)
        last = 0 if first else edge_size(units, facts.behind, last=True)
        others = [rest for rest in heads if rest.number != number]
        clear = last or edge_size(units, facts.clear)
        if (first or last) and (auxiliaries or clear or not others):
            said = units[:first] if first else units[len(units) - last :]
            marker = " ".join(unit.text for unit in said)
            return Voice(True, Rest(number, first, last), marker)
    if strict or (auxiliaries and not heads):
        return Voice(True, None, sorted(auxiliaries)[0])
    return Voice(False)


def _others(
    triple: Triple, match: Match, sides: Sides, voice: Voice
) -> Iterator[Filler]:
    """What may be the argument besides the grammatical subject, best first."""
    rest = match.rest or voice.agent
    if rest is not None:
        yield _filler(triple, sides, rest)
        return
    last = sides.relation[-1].text
    used = len(sides.relation) - 1 in match.relation
    if not used and last in sides.words.adpositions:
        return
    for number in range(len(sides.objects)):
        rest = direct(number, sides)
        if rest is not None:
            yield _filler(triple, sides, rest)


def _filler(triple: Triple, sides: Sides, rest: Rest) -> Filler:
    """What is left of an object."""
    number, first, last = rest
    return _without(triple.objects[number], sides.objects[number], first, last)


def _without(phrase: Phrase, units: Sequence[Unit], first: int, last: int) -> Filler:
    """An argument without units at its beginning and at its end; all of it where that
    would cut a token."""
    end = len(units) - last
    kept = [unit.token for unit in units[first:end]]
    cut = {unit.token for unit in (*units[:first], *units[end:])}
    if not cut or not kept or not cut.isdisjoint(kept):
        return Filler(phrase.pieces, phrase.text)
    # Tokens without units, such as white space, go along with the rest.
    start = kept[0] if first else 0
    stop = kept[-1] + 1 if last else phrase.pieces[-1][1]
    pieces = tuple(
        (max(a, start), min(b, stop))
        for a, b in phrase.pieces
        if b > start and a < stop
    )
    doc = phrase.spans[0].doc
    spans = tuple(doc[a:b] for a, b in pieces)
    return Filler(pieces, Phrase(spans).text)


def _denial(triple: Triple, match: Match, sides: Sides) -> str:
    """The word that denies a triple, "" if there is none: in the relation, beside it,
    between its pieces, or as what an argument begins with ("keine Firma")."""
    negations = sides.words.negations
    parts = [part for part in (triple.subject, *triple.objects) if part]
    units: List[Unit] = [
        unit for n, unit in enumerate(sides.relation) if n not in match.relation
    ]
    near = sorted({*units, *between(triple.relation, parts)}, key=lambda u: u.token)
    for place, unit in enumerate(near):
        after = near[place + 1].text if place + 1 < len(near) else ""
        if not after and unit.is_char:
            after = _following(triple, unit)
        if unit.text in negations and not (
            (unit.text + after).startswith(sides.grammar.not_negations or ("\0",))
        ):
            return unit.text
    # In scripts without spaces, units are characters.
    long = sorted(word for word in negations if len(word) > 1 and is_unspaced(word[0]))
    doc = triple.relation.spans[0].doc
    tokens = sorted({unit.token for unit in (*near, *sides.relation)})
    said = "".join(doc[token].text for token in tokens) if long else ""
    for word in long:
        if word in said:
            return word
    heads = [words[0] for words in sides.objects if words]
    heads += token_units([triple.subject.spans[0][0]])[:1] if triple.subject else []
    for head in heads:
        denies = head.text in negations and not head.is_char
        if denies or head.text in sides.grammar.nobody:
            return head.text
    return ""


def _following(triple: Triple, unit: Unit) -> str:
    doc = triple.relation.spans[0].doc
    token = doc[unit.token]
    return doc.text[token.idx + len(token) :][:1]


def _is_kind(doc: Doc, filler: Filler, kind: ArgumentType, language: str) -> bool:
    start, end = filler.pieces[0][0], filler.pieces[-1][1]
    if kind.labels:
        labels = {e.label_ for e in doc.ents if e.start < end and start < e.end}
        if labels and not labels.intersection(kind.labels):
            return False
    pattern = kind.pattern.get(language, kind.pattern.get(""))
    if pattern is None:
        return True
    try:
        return bool(regex.search(pattern, filler.text, timeout=_PATTERN_TIME))
    except TimeoutError:
        return False


def _reason(
    triple: Triple,
    cue: Cue,
    match: Match,
    sides: Sides,
    share: float,
    voice: Voice,
    denial: str,
) -> str:
    doc = triple.relation.spans[0].doc
    tokens = [sides.relation[place].token for place in match.relation]
    if match.rest is not None:
        units = sides.objects[match.rest.number]
        end = len(units) - match.rest.last
        tokens += [unit.token for unit in (*units[: match.rest.first], *units[end:])]
    words = Phrase(
        tuple(doc[start:end] for start, end in pieces_of(sorted(set(tokens))))
    ).text
    reasons = [f"cue {cue.text!r} ({cue.language}) in {words!r}"]
    if not match.exact:
        reasons.append("inflected")
    if cue.inverse:
        reasons.append("said from the other side")
    if voice.passive:
        reasons.append(f"passive ({voice.marker!r})")
    if share < 1:
        reasons.append(f"{share:.0%} of the relation")
    if denial:
        reasons.append(f"negated ({denial!r})")
    elif triple.negated:
        reasons.append("negated")
    return ", ".join(reasons)
