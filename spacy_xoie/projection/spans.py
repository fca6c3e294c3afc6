"""Triples carried from a text to its translation along links between tokens.

Each part goes to the stretch from the first to the last token that its words are linked
to (Akbik et al. 2015, "Generating High Quality Proposition Banks"; for open information
extraction Kolluru et al. 2022, "Alignment-Augmented Consistent Translation"). What
cannot be carried over is refused with a reason, never dropped in silence.
"""

from typing import Dict, List, Literal, Optional, Sequence, Set, Tuple

from spacy.tokens import Doc, Span

from ..doc.folding import fold_word
from ..doc.translations import Alignment, Refused
from ..doc.triples import Phrase, Triple
from ..language.function_words import FunctionWords, function_words
from ..ty import TokenTriple, pieces_of
from .outcome import (
    COMPOUND,
    LOST_ARGUMENT,
    LOST_NEGATION,
    LOW_AGREEMENT,
    LOW_ALIGNMENT,
    OVERLAP,
    PRO_DROP,
    REASONS,
    SCATTERED,
    UNTRANSLATED,
    Limits,
    Projected,
    Projection,
)
from .parts import Part, near, share_out

__all__ = [
    "REASONS",
    "Limits",
    "Mode",
    "Projected",
    "Projection",
    "Refused",
    "project_triples",
]

Mode = Literal["recall", "precise"]

FAR = 4
"""Tokens between a verb and its negation, at most."""


def project_triples(
    triples: Sequence[Triple],
    target: Doc | Span,
    alignment: Alignment,
    *,
    source_start: int = 0,
    source_language: str = "",
    target_language: str = "",
    mode: Mode = "recall",
    limits: Optional[Limits] = None,
) -> Projection:
    """Carry triples over to a translation.

    triples (Sequence[Triple]): Triples of the source.
    target (Union[Doc, Span]): The translation.
    alignment (Alignment): Links from tokens of the source, counted from `source_start`,
        to tokens of the target, counted from its beginning.
    source_start (int): The token of the source's doc at which the aligned part begins.
    source_language, target_language (str): The languages.
    mode (Mode): "recall" carries over whatever has links; "precise" refuses what is
        doubtful: parts that overlap, are scattered, or are badly linked.
    limits (Optional[Limits]): What "precise" asks for.
    RETURNS (Projection): The triples, in tokens of the target's doc, and what was
        refused.
    """
    projector = _Projector(
        target,
        alignment,
        function_words(source_language),
        function_words(target_language),
        limits=(limits or Limits()) if mode == "precise" else None,
    )
    projected: List[Projected] = []
    refused: List[Refused] = []
    for triple in triples:
        result = projector.project(triple, source_start)
        if isinstance(result, Refused):
            refused.append(result)
            continue
        offset = target.start if isinstance(target, Span) else 0
        moved = result.triple.shifted(offset)._replace(language=target_language)
        projected.append(result._replace(triple=moved))
    return Projection(tuple(projected), tuple(refused))


class _Projector:
    def __init__(
        self,
        target: Doc | Span,
        alignment: Alignment,
        source_words: FunctionWords,
        target_words: FunctionWords,
        *,
        limits: Optional[Limits],
    ) -> None:
        # Of the text alone: a bare Vocab knows no lexical attributes.
        self.target = [fold_word(token.text).lower() for token in target]
        self.is_punct = [not any(c.isalnum() for c in word) for word in self.target]
        self.source_words = source_words
        self.target_words = target_words
        self.limits = limits
        self.links: Dict[int, List[Tuple[int, float, bool]]] = {}
        self.linked: Dict[int, Set[int]] = {}
        for (i, j), score, agreed in zip(*alignment, strict=True):
            self.links.setdefault(i, []).append((j, score, agreed))
            self.linked.setdefault(j, set()).add(i)

    def project(self, triple: Triple, start: int) -> Projected | Refused:
        roles = ["subject", "relation", *(f"object {n}" for n in range(1, 4))]
        parts: List[Part] = []
        lost: List[str] = []
        owners = self._owners(triple, start)
        for role, phrase in zip(roles, triple.parts, strict=False):
            if not phrase:
                parts.append(Part(role))
                continue
            tokens = [t.i - start for span in phrase.spans for t in span]
            words = _words(phrase)
            part = self._place(role, tokens, words, owners)
            if part is None and role == "subject" and self._may_drop(words):
                lost.append(PRO_DROP)
                part = Part(role)
            elif part is None and self._may_lose(role, triple):
                lost.append(LOST_ARGUMENT)
                continue
            if part is None:
                reason = UNTRANSLATED if role == "relation" else LOST_ARGUMENT
                return Refused(triple.id, reason, f"{role}: {phrase.text}")
            parts.append(part)
        if triple.objects and len(parts) < 3:
            return Refused(triple.id, LOST_ARGUMENT, str(triple))
        parts = self._free_auxiliaries(parts)
        if self._is_negated(triple):
            negated = self._negate(parts, set(owners))
            if negated is None and self.target_words.negates_verbs:
                negated = parts
            if negated is None:
                return Refused(triple.id, LOST_NEGATION, triple.relation.text)
            parts = negated
        checked = self._check(triple, parts, lost)
        if isinstance(checked, Refused) or not triple.source:
            return checked
        tokens = [t.i - start for span in triple.source.spans for t in span]
        source = self._place("source", tokens, _words(triple.source), {})
        pieces = () if source is None else pieces_of(source.tokens)
        return checked._replace(triple=checked.triple._replace(source=pieces))

    def _free_auxiliaries(self, parts: List[Part]) -> List[Part]:
        """Give auxiliaries at the end of a subject to the relation that they stand
        before: "I video hanno" + "mostrato"."""
        subject, relation, *objects = parts
        kinds = self.target_words
        freed = kinds.auxiliaries - kinds.determiners - kinds.adpositions
        freed = freed - kinds.postpositions - kinds.pronouns
        kept = list(subject.tokens)
        while len(kept) > 1 and self.target[kept[-1]] in freed:
            if kept[-1] + 1 not in relation.tokens:
                break
            relation = relation._replace(tokens=[kept.pop(), *relation.tokens])
        return [subject._replace(tokens=kept), relation, *objects]

    def _is_negated(self, triple: Triple) -> bool:
        """Whether the relation is negated, and it is known how the target negates."""
        negations = self.source_words.negations
        is_known = bool(self.target_words.negations)
        return is_known and not negations.isdisjoint(_words(triple.relation))

    def _negate(self, parts: List[Part], owned: Set[int]) -> Optional[List[Part]]:
        """See to it that a negation stays one: parts that have one are left as they
        are, else the relation takes in one nearby that belongs to nothing else. None
        if there is none: the triple would say the opposite."""
        negations = self.target_words.negations
        if any(self.target[j] in negations for part in parts for j in part.tokens):
            return parts
        subject, relation, *objects = parts
        claimed = {j for part in parts for j in part.tokens}
        for j in sorted(
            (j for j, word in enumerate(self.target) if word in negations),
            key=lambda j: min(abs(j - k) for k in relation.tokens),
        ):
            distance = min(abs(j - k) for k in relation.tokens)
            if (
                distance <= FAR
                and j not in claimed
                and self.linked.get(j, owned) <= owned
            ):
                tokens = sorted([*relation.tokens, j])
                return [subject, relation._replace(tokens=tokens), *objects]
        return None

    def _owners(self, triple: Triple, start: int) -> Dict[int, int]:
        """The part that each token of the source belongs to."""
        return {
            token.i - start: number
            for number, phrase in enumerate(triple.parts)
            for span in phrase.spans
            for token in span
        }

    def _may_drop(self, words: Sequence[str]) -> bool:
        """Whether a subject without links may be implied in the translation."""
        return (
            self.target_words.drops_subjects
            and len(words) == 1
            and words[0] in self.source_words.pronouns
        )

    def _is_implied(self, triple: Triple, parts: Sequence[Part]) -> bool:
        """Whether the subject is in the verb of the translation: a pronoun all of whose
        links are to words of the relation ("he built", "construyó")."""
        subject, relation = parts[:2]
        inside = bool(subject.anchors) and subject.anchors <= relation.anchors
        return inside and self._may_drop(_words(triple.subject))

    def _may_lose(self, role: str, triple: Triple) -> bool:
        """Whether a triple goes on without an object that has no links."""
        others = role.startswith("object") and len(triple.objects) > 1
        return others and self.limits is None

    def _place(
        self,
        role: str,
        tokens: Sequence[int],
        words: Sequence[str],
        owners: Dict[int, int],
    ) -> Optional[Part]:
        """Find the tokens of the target that a part goes to; None if it has no link."""
        telling = [
            token
            for token, word in zip(tokens, words, strict=True)
            if word not in self.source_words.light
        ] or list(tokens)
        heavy = [token for token in telling if self.links.get(token)]
        linked = heavy or [token for token in tokens if self.links.get(token)]
        used = [link for token in linked for link in self.links[token]]
        used = [link for link in used if not self.is_punct[link[0]]] or used
        if not used:
            return None
        best = [
            max((score for _, score, _ in self.links.get(token, ())), default=0.0)
            for token in telling
        ]
        anchors = {j for j, _, _ in used}
        light = {
            link[0]
            for token in tokens
            if token not in linked
            for link in self.links.get(token, ())
        }
        inner = near(anchors, light)
        if role == "relation":
            inner |= self._auxiliaries(tokens)
        filled = self._fill(role, inner, set(tokens), owners)
        return Part(
            role,
            self._trim(self._extend(role, filled, words, set(tokens))),
            anchors,
            sum(best) / len(best),
            sum(agreed for _, _, agreed in used),
            len(used),
        )

    def _auxiliaries(self, tokens: Sequence[int]) -> Set[int]:
        """Auxiliaries that belong to a relation, however far from its verb they are
        ("has built", "hat … gebaut")."""
        return {
            j
            for token in tokens
            for j, _, agreed in self.links.get(token, ())
            if agreed
            and self.target[j] in self.target_words.auxiliaries
            and self.linked[j] <= set(tokens)
        }

    def _fill(
        self, role: str, anchors: Set[int], tokens: Set[int], owners: Dict[int, int]
    ) -> List[int]:
        """From the first to the last anchor. A relation leaves out what belongs to
        something else; an argument only what belongs to other parts of the triple."""
        first, last = min(anchors), max(anchors)
        inside = []
        for j in range(first, last + 1):
            others = self.linked.get(j, set()) - tokens
            if j in anchors:
                inside.append(j)
            elif role == "relation":
                if not others and not self.is_punct[j] and self._is_bridge(j, anchors):
                    inside.append(j)
            elif not any(i in owners for i in others):
                inside.append(j)
        return inside

    def _is_bridge(self, j: int, anchors: Set[int]) -> bool:
        """Whether a token without links lies between two near anchors of a relation."""
        return any(a < j and j - a <= 2 for a in anchors) and any(
            a > j and a - j <= 2 for a in anchors
        )

    def _extend(
        self, role: str, tokens: List[int], words: Sequence[str], own: Set[int]
    ) -> List[int]:
        """Take in articles on the left and postpositions on the right that nobody else
        is linked to, and, where the part begins with an adposition in the source, one
        in the target. Its own tokens in the source are `own`."""
        if role == "relation" or not tokens:
            return tokens
        openers = self.target_words.determiners
        if words[0] in self.source_words.adpositions:
            openers = openers | self.target_words.adpositions
        first = tokens[0]
        while first > 0 and self.target[first - 1] in openers:
            if not self.linked.get(first - 1, own) <= own:
                break
            first -= 1
        end = tokens[-1] + 1
        while end < len(self.target) and self.linked.get(end, own) <= own:
            if self.target[end] not in self.target_words.postpositions:
                break
            end += 1
        return [*range(first, tokens[0]), *tokens, *range(tokens[-1] + 1, end)]

    def _trim(self, tokens: List[int]) -> List[int]:
        """Without punctuation and conjunctions at either end, if anything is left."""
        inner = list(tokens)

        def loose(j: int) -> bool:
            return self.is_punct[j] or (
                self.target[j] in self.target_words.edges and len(inner) > 1
            )

        while inner and loose(inner[0]):
            inner.pop(0)
        while inner and loose(inner[-1]):
            inner.pop()
        return inner or tokens

    def _check(
        self, triple: Triple, parts: List[Part], lost: List[str]
    ) -> Projected | Refused:
        if self._is_implied(triple, parts):
            parts = [Part("subject"), *parts[1:]]
            lost = [*lost, PRO_DROP]
        used = sum(part.used for part in parts)
        placed = [part for part in parts if part.tokens]
        alignment = sum(part.strength for part in placed) / len(placed)
        agreement = sum(part.agreed for part in parts) / max(used, 1)
        owner: Dict[int, Part] = {}
        shared: List[Tuple[Part, Part, int]] = []
        for part in parts:
            shared += [(owner[j], part, j) for j in part.tokens if j in owner]
            owner.update(dict.fromkeys(part.tokens, part))
        if shared:
            words = [
                meet for meet in shared if meet[2] in meet[0].anchors & meet[1].anchors
            ]
            reason = COMPOUND if words else OVERLAP
            first, second, j = (words or shared)[0]
            one, other = first.role, second.role
            if self.limits is not None:
                detail = f"{one} and {other} meet in {self.target[j]!r}"
                return Refused(triple.id, reason, detail)
            parts = [
                part._replace(tokens=self._trim(part.tokens))
                for part in share_out(parts)
            ]
            if any(not p.tokens for p in parts if p.used):
                return Refused(triple.id, reason, f"{one} and {other} are one word")
            lost.append(reason)
        if self.limits is not None:
            problem = self._doubt(triple, parts, alignment, agreement)
            if problem is not None:
                return problem
        score = None if triple.score is None else triple.score * alignment
        return Projected(
            TokenTriple(
                pieces_of(parts[0].tokens),
                pieces_of(parts[1].tokens),
                tuple(pieces_of(part.tokens) for part in parts[2:]),
                score,
                adapter=triple.adapter,
                origin=triple.origin,
                negated=triple.negated,
                modality=triple.modality,
                construction=triple.construction,
            ),
            triple.id,
            alignment,
            agreement,
            tuple(lost),
        )

    def _doubt(
        self, triple: Triple, parts: List[Part], alignment: float, agreement: float
    ) -> Optional[Refused]:
        """What speaks against a triple in the mode "precise"."""
        assert self.limits is not None
        if alignment < self.limits.alignment:
            return Refused(triple.id, LOW_ALIGNMENT, f"{alignment:.2f}")
        if agreement < self.limits.agreement:
            return Refused(triple.id, LOW_AGREEMENT, f"{agreement:.2f}")
        for part, phrase in zip(parts, triple.parts, strict=True):
            length = sum(len(span) for span in phrase.spans)
            if len(part.tokens) > self.limits.stretch * length + 2:
                detail = f"{part.role}: {len(part.tokens)} tokens for {length}"
                return Refused(triple.id, SCATTERED, detail)
        return None


def _words(phrase: Phrase) -> List[str]:
    return [fold_word(token.text).lower() for span in phrase.spans for token in span]
