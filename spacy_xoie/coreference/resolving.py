"""Antecedents by rules: who can be meant by gender, number and person, and is close.

Where two could be meant nothing is said, but of a subject that is left out: it is the
subject of the sentence before (Carminati 2002, *The processing of Italian subject
pronouns*).
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Dict, Iterator, List, Optional, Sequence, Tuple

from spacy.tokens import Doc, Span, Token

from ..doc.antecedents import Places
from ..doc.text import is_unspaced
from ..doc.triples import OBJECTS
from ..doc.triples import SUBJECT as SUBJECT_ROLE
from ..doc.triples import Phrase, Triple
from ..language.function_words import FunctionWords, function_words
from ..language.sentences import sentence_bounds
from ..syntax.agreement import NOTHING, person_and_number
from ..syntax.languages import features_for
from .words import (
    ALL,
    OBJECT,
    OBLIQUE,
    PERSON,
    PLURAL,
    SINGULAR,
    SUBJECT,
    THING,
    Values,
    Words,
    longest,
    words_of,
)

ROLES = (SUBJECT, OBJECT, OBLIQUE)

WINDOW = 1
"""How many sentences back an antecedent may be."""

RIVALS = 2
"""How many sentences back something may be that makes it unclear who is meant."""

Found = Dict[str, Dict[str, Places]]


@dataclass
class Entity:
    """Somebody or something that a text speaks of.

    phrase (Phrase): How it is called first.
    tokens (Tuple[Token, …]): The words of that, without adpositions.
    values (Values): Genders and numbers that it can have.
    person (Optional[bool]): Whether it is a person; None if that is not known.
    mentions (List[Mention]): Where it is spoken of.
    """

    phrase: Phrase
    tokens: Tuple[Token, ...]
    values: Values
    person: Optional[bool]
    mentions: List["Mention"] = field(default_factory=list)

    def can_be(self, values: Values, person: str) -> bool:
        """RETURNS (bool): Whether a pronoun that asks for these can mean it."""
        if not self.values & values:
            return False
        return not (
            (person == PERSON and self.person is False)
            or (person == THING and self.person is True)
        )


@dataclass(frozen=True)
class Mention:
    """One place at which an entity is spoken of: number of the sentence, what it is
    there, first character, and the triple."""

    sentence: int
    role: str
    start: int
    triple: str


@dataclass
class _Slot:
    """A part of a triple whose antecedent is looked for."""

    triple: Triple
    role: str
    place: str
    values: Values
    person: str
    start: int
    choices: List[Entity] = field(default_factory=list)


class Resolver:
    """Finds the antecedents in one doc.

    doc (Doc): The doc.
    triples (Sequence[Triple]): Its triples.
    language (str): Its language.
    """

    def __init__(self, doc: Doc, triples: Sequence[Triple], language: str) -> None:
        self.doc = doc
        self.words: Words = words_of(language)
        self.function: FunctionWords = function_words(language)
        features = features_for(language)
        self.endings, self.copulas = features.agreement, features.copulas
        self.starts = [start for start, _ in sentence_bounds(doc)]
        self.triples = sorted(
            triples, key=lambda t: (t.relation.start_char, _start(t.subject, t))
        )
        self.entities: List[Entity] = []
        self.found: Found = {}

    def resolve(self) -> Found:
        """RETURNS (Found): Where the antecedents are, by the id of the triple and the
        role of the part."""
        for triple in self.triples if self.words else ():
            slots = []
            for role, place, phrase in _arguments(triple):
                slot = self._slot(triple, role, place, phrase)
                if slot is not None:
                    slots.append(slot)
            self._choose(triple, slots)
            is_same = all(word in self.copulas for word in _lower(triple.relation))
            for role, place, phrase in _arguments(triple):
                if is_same and role == OBJECT:
                    continue  # What somebody is is nobody else.
                if phrase and all(slot.place != place for slot in slots):
                    self._meet(triple, role, place, phrase)
        return self.found

    def _slot(
        self, triple: Triple, role: str, place: str, phrase: Phrase
    ) -> Optional[_Slot]:
        """A pronoun, or a subject that is left out, with what it asks for."""
        if not phrase:
            values = self._shown_by_verb(triple)
            if not values:
                return None
            return _Slot(triple, role, place, values, "", triple.relation.start_char)
        tokens = self._bare(phrase)
        if len(tokens) != 1 and not is_unspaced(tokens[0].text[:1]):
            return None
        word = "".join(token.lower_ for token in tokens).replace("’", "'")
        pronoun = self.words.pronouns.get(word)
        if pronoun is None or (
            word in self.words.expletives and self._is_impersonal(triple)
        ):
            return None
        values = pronoun.values
        if role == SUBJECT:
            by_verb = self._number(triple)
            values = values & by_verb or values
        return _Slot(triple, role, place, values, pronoun.person, phrase.start_char)

    def _shown_by_verb(self, triple: Triple) -> Values:
        """What the verb of a clause without a subject shows of it."""
        words = _lower(triple.relation)
        if self.words.verb_forms:
            verb = next(
                (w for w in words if w not in self.function.negations), words[0]
            )
            return self.words.verb(verb)
        shown = person_and_number(self.endings, words)
        if not shown or shown == NOTHING or (len(shown) > 1 and shown[0] != "3"):
            return frozenset()
        return SINGULAR if shown[-1] == "s" else PLURAL

    def _number(self, triple: Triple) -> Values:
        """The number that a verb shows of its subject."""
        shown = person_and_number(self.endings, _lower(triple.relation))
        if not shown or shown == NOTHING:
            return ALL
        return SINGULAR if shown[-1] == "s" else PLURAL

    def _is_impersonal(self, triple: Triple) -> bool:
        """Whether "it" means nothing: the weather, or a clause that follows."""
        if any(word in self.words.impersonal for word in _lower(triple.relation)):
            return True
        return any(
            _lower(phrase)[0] in self.words.complementizers for phrase in triple.objects
        )

    def _choose(self, triple: Triple, slots: List[_Slot]) -> None:
        """Give each part the one entity that it can mean: what another part of the
        triple means is none of them."""
        sentence = self._sentence(triple.relation.spans[0])
        own = {entity_key(self._bare(p)) for _, _, p in _arguments(triple) if p}
        for slot in slots:
            slot.choices = [
                entity
                for entity in self.entities
                if entity.can_be(slot.values, slot.person)
                and entity_key(entity.tokens) not in own
                and self._distance(entity, sentence, slot.start) <= RIVALS
            ]
        changed = True
        while changed:
            changed = False
            for slot in slots:
                if len(slot.choices) != 1:
                    continue
                for other in slots:
                    if other is not slot and slot.choices[0] in other.choices:
                        other.choices.remove(slot.choices[0])
                        changed = True
        self._part(slots, sentence)
        for slot in slots:
            entity = self._one(slot, sentence)
            if entity is not None:
                self._link(slot, entity, sentence)

    def _one(self, slot: _Slot, sentence: int) -> Optional[Entity]:
        """What is meant, if that is clear."""
        if len(slot.choices) == 1:
            only = slot.choices[0]
            near = self._distance(only, sentence, slot.start) <= WINDOW
            return only if near else None
        if slot.role != SUBJECT or slot.triple.subject:
            return None
        topics = [e for e in slot.choices if _was(e, SUBJECT, sentence - 1)]
        return topics[0] if len(topics) == 1 and topics[0].values != ALL else None

    def _part(self, slots: Sequence[_Slot], sentence: int) -> None:
        """Of two pronouns that can mean the same two, each means what was in its place
        in the sentence before ("Der Bäcker öffnete einen Laden. Er schloss ihn")."""
        for slot in slots:
            for other in slots:
                if (slot.role, other.role) != (SUBJECT, OBJECT):
                    continue
                if len(slot.choices) != 2 or slot.choices != other.choices:
                    continue
                first, second = sorted(
                    slot.choices, key=lambda e: not _was(e, SUBJECT, sentence - 1)
                )
                if (
                    _was(first, SUBJECT, sentence - 1)
                    and not _was(second, SUBJECT, sentence - 1)
                    and _was(second, OBJECT, sentence - 1)
                ):
                    slot.choices, other.choices = [first], [second]

    def _distance(self, entity: Entity, sentence: int, start: int) -> int:
        """How many sentences ago something was spoken of last."""
        before = [sentence - m.sentence for m in entity.mentions if m.start < start]
        return min(before, default=RIVALS + 1)

    def _link(self, slot: _Slot, entity: Entity, sentence: int) -> None:
        entity.values = entity.values & slot.values or entity.values
        if slot.person:
            entity.person = slot.person == PERSON
        self._keep(slot.triple, slot.place, entity)
        entity.mentions.append(Mention(sentence, slot.role, slot.start, slot.triple.id))

    def _keep(self, triple: Triple, place: str, entity: Entity) -> None:
        tokens = entity.tokens
        places = [[s.start_char, s.end_char] for s in _runs(self.doc, tokens)]
        self.found.setdefault(triple.id, {})[place] = places

    def _meet(self, triple: Triple, role: str, place: str, phrase: Phrase) -> None:
        """Take note of a noun phrase: a new entity, or one that is known."""
        tokens = self._bare(phrase)
        if not tokens or not self._is_noun_phrase(tokens, phrase):
            return
        sentence = self._sentence(phrase.spans[0])
        oblique = len(tokens) < sum(len(span) for span in phrase.spans) and (
            role != SUBJECT
        )
        mention = Mention(sentence, role, tokens[0].idx, triple.id)
        for entity in self.entities:
            if entity.tokens[0].idx == tokens[0].idx:
                entity.mentions.append(mention)
                return
        known = self._known(tokens)
        if known is not None:
            if entity_key(known.tokens) != entity_key(tokens):
                self._keep(triple, place, known)
            known.mentions.append(mention)
            return
        opening = self._opening(phrase, tokens)
        if oblique and not opening and self._is_place(phrase):
            return
        values, person = self._traits(
            tokens, opening, triple, OBLIQUE if oblique else role
        )
        if oblique and self._is_place(phrase) and person is None:
            person = False
        self.entities.append(
            Entity(
                Phrase(tuple(_runs(self.doc, tokens))),
                tokens,
                values,
                person,
                [mention],
            )
        )

    def _known(self, tokens: Tuple[Token, ...]) -> Optional[Entity]:
        """The one entity that a short name is part of, or that is called the same."""
        same = [e for e in self.entities if entity_key(e.tokens) == entity_key(tokens)]
        if len(same) == 1:
            return same[0]
        if same or not self._is_name(tokens):
            return None
        names = [t.text for t in tokens]
        longer = [
            entity
            for entity in self.entities
            if len(entity.tokens) > len(tokens)
            and self._is_name(entity.tokens)
            and [t.text for t in entity.tokens][-len(names) :] == names
        ]
        return longer[0] if len(longer) == 1 else None

    def _bare(self, phrase: Phrase) -> Tuple[Token, ...]:
        return bare_tokens(phrase, self.function)

    def _opening(self, phrase: Phrase, tokens: Tuple[Token, ...]) -> str:
        """The determiner of a phrase, also one that is fused with an adposition ("al
        pintor"); "" if it has none."""
        words = _lower(phrase)
        place = len(words) - len(tokens)
        for word in (tokens[0].lower_, *words[max(0, place - 1) : place]):
            if any(self.words.determiner(word, role) for role in ROLES):
                return word
        return ""

    def _is_name(self, tokens: Tuple[Token, ...]) -> bool:
        return all(t.text[:1].isupper() for t in tokens) and not any(
            self.words.determiner(tokens[0].lower_, role) for role in ROLES
        )

    def _is_place(self, phrase: Phrase) -> bool:
        locatives = self.words.locatives or self.function.adpositions
        return _lower(phrase)[0] in locatives

    def _is_noun_phrase(self, tokens: Tuple[Token, ...], phrase: Phrase) -> bool:
        """Whether a phrase can be called by a pronoun: no number, no pronoun, no clause
        or adverb."""
        first = tokens[0]
        if all(t.like_num or t.is_punct for t in tokens):
            return False
        if is_unspaced(first.text[:1]):
            return first.text not in self.function.pronouns
        if first.lower_ in self.function.pronouns and len(tokens) == 1:
            return False
        return first.lower_ not in self.function.edges

    def _traits(
        self, tokens: Tuple[Token, ...], opening: str, triple: Triple, role: str
    ) -> Tuple[Values, Optional[bool]]:
        """Genders and numbers of a noun phrase, and whether it is a person."""
        if is_unspaced(tokens[0].text[:1]):
            return self._traits_of_characters("".join(t.text for t in tokens))
        words = [t.lower_ for t in tokens]
        values = ALL
        determined = bool(opening)
        values &= self.words.determiner(opening, role) or ALL
        joined = any(word in self.function.edges for word in words[1:-1])
        if joined:
            values = PLURAL
        elif role == SUBJECT:
            values = values & self._number(triple) or values
        person: Optional[bool] = None
        head = self._head(tokens)
        for word in (head, *words):
            if word in self.words.names and not determined:
                values, person = values & self.words.names[word] or values, True
                break
            if word.strip(".") in self.words.nouns and word in (head, words[0]):
                noun = self.words.nouns[word.strip(".")]
                values, person = values & noun or values, True
                break
        if person is None:
            if self._is_name(tokens):
                shown = longest(self.words.name_endings, words[0])
                values = values & shown or values
                if len(tokens) == 1:
                    values &= SINGULAR
            else:
                shown = longest(self.words.endings, head)
                values = values & shown or values
                person = False if self._knows_persons else None
        if self.words.plural_endings and not joined and not self._is_name(tokens):
            is_plural = head.endswith(self.words.plural_endings) and not head.endswith(
                self.words.singular_endings
            )
            values = values & (PLURAL if is_plural else SINGULAR) or values
        return values, person

    @property
    def _knows_persons(self) -> bool:
        """Whether a noun that is not known as one for persons is none: the language
        has pronouns for persons alone, and a list of nouns."""
        return len(self.words.nouns) > 60

    def _traits_of_characters(self, text: str) -> Tuple[Values, Optional[bool]]:
        words = self.words
        plural = any(mark in text for mark in words.plural_marks)
        values = PLURAL if plural else SINGULAR
        shown = longest({**words.nouns}, " " + text)
        if shown:
            values = values & (shown | {v[0] + "p" for v in shown}) or values
        if text.endswith(words.thing_endings):
            return values, False
        if text.endswith(words.person_endings) or shown:
            return values, True
        if 2 <= len(text) <= 3 and text[0] in words.surnames:
            return values, True
        return values, False

    def _head(self, tokens: Tuple[Token, ...]) -> str:
        """The noun of a phrase: the last word before an adposition, or the first noun
        in languages whose adjectives follow."""
        words = [t.lower_ for t in tokens]
        ends = self.function.adpositions | self.function.edges | {","}
        for number, word in enumerate(words[1:], 1):
            if word in ends:
                words = words[:number]
                break
        if self.words.plural_endings or not self.words.determiner(words[0], SUBJECT):
            return words[-1]
        return words[min(1, len(words) - 1)]

    def _sentence(self, span: Span) -> int:
        return bisect_right(self.starts, span.start) - 1


def bare_tokens(phrase: Phrase, function: FunctionWords) -> Tuple[Token, ...]:
    """RETURNS (Tuple[Token, …]): A phrase without the adpositions before it."""
    tokens = [t for span in phrase.spans for t in span if not t.is_space]
    adpositions = function.adpositions | function.rarer_adpositions
    adpositions = adpositions - function.articles
    while len(tokens) > 1 and tokens[0].lower_ in adpositions:
        tokens = tokens[1:]
    return tuple(tokens)


def _was(entity: Entity, role: str, sentence: int) -> bool:
    return any(m.role == role and m.sentence == sentence for m in entity.mentions)


def entity_key(tokens: Sequence[Token]) -> str:
    """RETURNS (str): What two mentions of the same words have in common."""
    return " ".join(token.lower_ for token in tokens)


def _start(phrase: Phrase, triple: Triple) -> int:
    return phrase.start_char if phrase else triple.relation.start_char


def _arguments(triple: Triple) -> Iterator[Tuple[str, str, Phrase]]:
    yield SUBJECT, SUBJECT_ROLE, triple.subject
    for place, phrase in zip(OBJECTS, triple.objects, strict=False):
        yield OBJECT, place, phrase


def _lower(phrase: Phrase) -> List[str]:
    return [t.lower_ for span in phrase.spans for t in span if not t.is_space]


def _runs(doc: Doc, tokens: Sequence[Token]) -> List[Span]:
    """The stretches of tokens that adjoin each other."""
    bounds: List[Tuple[int, int]] = []
    for token in tokens:
        if bounds and bounds[-1][1] == token.i:
            bounds[-1] = bounds[-1][0], token.i + 1
        else:
            bounds.append((token.i, token.i + 1))
    return [doc[start:end] for start, end in bounds]
