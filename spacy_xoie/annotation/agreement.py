"""A teacher of teachers: what enough of them agree on is kept.

The triples of all teachers for a sentence are sorted into clusters that say the same;
a cluster is kept if the teachers in it weigh enough. Weights may differ by language and
can be learned from a few gold sentences, see `learn_weights`.
"""

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import (
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Set,
    Tuple,
    Union,
)

from spacy.tokens import Doc
from spacy.util import minibatch

from ..doc.codes import code_or
from ..doc.triples import set_triples
from ..errors import ConfigError
from ..evaluation.matching import PlacedTriple, TextPlaces, placed_triples, similarity
from ..registries import teachers
from ..ty import Pieces, TokenTriple, tokens_of
from .agreement_report import AgreementReport
from .labelling import ask
from .ty import Annotation, Annotator, Discard, Instance
from .weights import ANY, Weights, read_weights

LOW = "agreement too low"
NO_ANSWER = "too few teachers answered"
OTHER_TEXT = "text differs from the majority"
OTHER_TOKENS = "no whole tokens"
TWICE = "said twice"

# Two thirds of three equal weights are two of them.
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Vote:
    """A triple, and who said it."""

    teacher: str
    triple: PlacedTriple


class _Ballot(NamedTuple):
    """What a teacher made of an item."""

    teacher: str
    annotation: Annotation
    doc: Doc
    triples: List[PlacedTriple]

    @property
    def text(self) -> Tuple[str, str]:
        """What must be the same, so that triples can be compared."""
        return "".join(self.doc.text.split()), self.annotation.item.language


@teachers("spacy-xoie.AgreementTeacher.v1")
class AgreementTeacher:
    """Keeps what enough teachers agree on.

    A teacher that gives no answer agrees with nobody. An item becomes an empty doc only
    if enough teachers say that it holds no triple; it is lost if they do not agree on
    anything.
    """

    name = "agreement"

    def __init__(
        self,
        teachers: Dict[str, Any],
        *,
        least: float = 2.0,
        share: bool = False,
        weights: Optional[
            Union[str, Path, Dict[str, Union[float, Dict[str, float]]]]
        ] = None,
        match: float = 0.7,
        batch_size: int = 64,
    ) -> None:
        """Create the teacher.

        teachers (Dict[str, Annotator]): The teachers, by names that go into the origin
            of triples.
        least (float): Least weight of the teachers that agree: with the weight of 1
            that teachers have by default, how many of them must.
        share (bool): Whether `least` is a share of the weight of all teachers, 0 to 1.
        weights (Optional[Union[str, Path, Dict[str, Any]]]): How much a teacher counts,
            or how much in each language ("*" for all others); or the file that
            `LearnedWeights.to_disk` wrote. By default each counts 1.
        match (float): Least similarity of triples that say the same.
        batch_size (int): Number of items that teachers are given at a time.
        RAISES (ConfigError): If a setting cannot work.
        RAISES (DataError): If the file of weights cannot be read.
        """
        # Not typed as annotators: configs are checked before nested blocks become
        # objects.
        if isinstance(weights, (str, Path)):
            weights = dict(read_weights(weights))
        self.teachers = dict(teachers)
        self.least = least
        self.share = share
        self.weights: Weights = {
            teacher: (
                {ANY: value}
                if isinstance(value, (int, float))
                else {code_or(code, code): weight for code, weight in value.items()}
            )
            for teacher, value in (weights or {}).items()
        }
        self.match = match
        self.batch_size = batch_size
        self.report = AgreementReport(tuple(self.teachers))
        self._check()

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        """Label items. `report` tells about all items so far.

        items (Iterable[Instance]): The items.
        YIELDS (Annotation): One for each item, in order.
        RAISES (EngineError): If what a teacher needs is not there at all, or it does
            not answer each item.
        """
        for batch in minibatch(items, self.batch_size):
            columns = [ask(name, self.teachers[name], batch) for name in self.teachers]
            for item, row in zip(batch, zip(*columns, strict=True), strict=True):
                yield self._agree(item, dict(zip(self.teachers, row, strict=True)))

    def weight(self, teacher: str, language: str) -> float:
        """RETURNS (float): How much a teacher counts in a language."""
        by_language = self.weights.get(teacher, {})
        return by_language.get(language, by_language.get(ANY, 1.0))

    def _agree(
        self, item: Instance, annotations: Mapping[str, Annotation]
    ) -> Annotation:
        discards = [
            Discard(discard.reason, f"{name}: {discard.detail}")
            for name, annotation in annotations.items()
            for discard in annotation.discards
        ]
        answers = [
            _Ballot(name, annotation, annotation.doc, placed_triples(annotation.doc))
            for name, annotation in annotations.items()
            if annotation.doc is not None
        ]
        same, others = self._majority(answers)
        for other in others:
            detail = f"{other.teacher}: {other.doc.text!r}"
            discards.append(Discard(OTHER_TEXT, detail))
        language = same[0].annotation.item.language if same else item.language
        report = self.report.language(language)
        report.add_item([(answer.teacher, answer.triples) for answer in same])
        if not self._is_enough((answer.teacher for answer in same), language):
            names = {answer.teacher for answer in same}
            silent = [name for name in annotations if name not in names]
            detail = f"{item.id}: no answer of {', '.join(silent)}"
            report.n_lost += 1
            return Annotation(item, None, (*discards, Discard(NO_ANSWER, detail)))
        base = max(same, key=lambda answer: self.weight(answer.teacher, language))
        triples, rest = self._vote(same, base.doc, language)
        discards += rest
        report.n_kept += len(triples)
        report.n_set_aside += len(rest)
        empty = (answer.teacher for answer in same if not answer.triples)
        if not triples and not self._is_enough(empty, language):
            report.n_lost += 1
            detail = f"{item.id}: the teachers agree on no triple"
            return Annotation(item, None, (*discards, Discard(LOW, detail)))
        doc = base.doc.copy()
        set_triples(doc, triples, language=language)
        annotation = base.annotation
        source = next((a.annotation.source for a in same if a.annotation.source), None)
        return Annotation(
            item if annotation.item.text == item.text else annotation.item,
            doc,
            tuple(discards),
            annotation.source or source,
        )

    def _majority(
        self, answers: Sequence[_Ballot]
    ) -> Tuple[List[_Ballot], List[_Ballot]]:
        """The answers for the text that most weight is on, and the others."""
        totals: Dict[Tuple[str, str], float] = {}
        for answer in answers:
            weight = self.weight(answer.teacher, answer.annotation.item.language)
            totals[answer.text] = totals.get(answer.text, 0.0) + weight
        if not totals:
            return [], []
        text = max(totals, key=lambda text: totals[text])
        return (
            [answer for answer in answers if answer.text == text],
            [answer for answer in answers if answer.text != text],
        )

    def _vote(
        self, answers: Sequence[_Ballot], base: Doc, language: str
    ) -> Tuple[List[TokenTriple], List[Discard]]:
        places = TextPlaces(base)
        votes = [
            Vote(answer.teacher, triple)
            for answer in answers
            for triple in answer.triples
        ]
        triples: Dict[Tuple[Pieces, ...], TokenTriple] = {}
        discards: List[Discard] = []
        for cluster in find_clusters(votes, min_score=self.match):
            names = [
                name for name in self.teachers if name in {s.teacher for s in cluster}
            ]
            who = "+".join(names)
            detail = f"{who}: {_text(base, places, cluster[0].triple)}"
            if not self._is_enough(names, language):
                discards.append(Discard(LOW, detail))
                continue
            best = self._best_on_tokens(cluster, places, language)
            if best is None:
                discards.append(Discard(OTHER_TOKENS, detail))
            elif best.parts in triples:
                discards.append(Discard(TWICE, detail))
            else:
                triples[best.parts] = best._replace(
                    score=self._share(names, language), language=language, origin=who
                )
        return sorted(triples.values(), key=lambda t: (t.relation, t.parts)), discards

    def _best_on_tokens(
        self, cluster: Sequence[Vote], places: TextPlaces, language: str
    ) -> Optional[TokenTriple]:
        """The triple of the most trusted teacher (of equals, the one that the others
        are most like) whose parts stay apart on the tokens."""

        def rank(vote: Vote) -> Tuple[float, float]:
            likeness = sum(similarity(vote.triple, other.triple) for other in cluster)
            return -self.weight(vote.teacher, language), -likeness

        for vote in sorted(cluster, key=rank):
            subject, relation, *objects = map(places.pieces, vote.triple.parts)
            triple = TokenTriple(
                subject, relation, tuple(objects), adapter=vote.triple.adapter
            )
            if _are_apart(triple.parts):
                return triple
        return None

    def _share(self, names: Iterable[str], language: str) -> float:
        total = sum(self.weight(name, language) for name in self.teachers)
        own = sum(self.weight(name, language) for name in names)
        return own / total if total else 0.0

    def _is_enough(self, names: Iterable[str], language: str) -> bool:
        names = list(names)
        if self.share:
            weight = self._share(names, language)
        else:
            weight = sum(self.weight(name, language) for name in names)
        return bool(names) and weight >= self.least - _TOLERANCE

    def _check(self) -> None:
        if len(self.teachers) < 2:
            raise ConfigError(
                f"Two teachers can agree, but there are {len(self.teachers)}: "
                f"{', '.join(self.teachers) or 'none'}. Name more of them."
            )
        for name, teacher in self.teachers.items():
            if not isinstance(teacher, Annotator):
                raise ConfigError(
                    f"The teacher {name!r} cannot label anything: {teacher!r}. Name a "
                    f"teacher with @xoie_teachers."
                )
        if not (isfinite(self.least) and self.least > 0):
            raise ConfigError(
                f"The least agreement is {self.least}. Let it be more than 0."
            )
        if not 0 < self.match <= 1:
            raise ConfigError(
                f"The least similarity of triples that match is {self.match}. Choose "
                f"one above 0 and up to 1."
            )
        if self.batch_size < 1:
            raise ConfigError(
                f"A batch of {self.batch_size} items has nothing in it. Let it be 1 or "
                f"more."
            )
        unknown = sorted(set(self.weights) - set(self.teachers))
        if unknown:
            raise ConfigError(
                f"There are weights for {', '.join(unknown)}, but the teachers are "
                f"{', '.join(self.teachers)}. Use the same names."
            )
        languages = {ANY}
        for name, by_language in self.weights.items():
            languages |= set(by_language)
            for language, weight in by_language.items():
                if not (isfinite(weight) and weight >= 0):
                    raise ConfigError(
                        f"The weight of {name!r} in {language!r} is {weight}. Let "
                        f"it be 0 or more."
                    )
        if not any(self._is_enough(self.teachers, code) for code in languages):
            raise ConfigError(
                f"The least agreement of {self.least} is never reached, not even if "
                f"all teachers ({', '.join(self.teachers)}) agree. Lower it."
            )


def find_clusters(votes: Sequence[Vote], *, min_score: float) -> List[List[Vote]]:
    """Sort triples into clusters that say the same: at most one of each teacher, and
    any two of a cluster alike. The most similar come together first.

    votes (Sequence[Vote]): Triples of one text.
    min_score (float): Lowest similarity of any two of a cluster.
    RETURNS (List[List[Vote]]): The clusters, in the order of their first triples.
    """
    scores: Dict[Tuple[int, int], float] = {}
    for j, second in enumerate(votes):
        for i, first in enumerate(votes[:j]):
            if first.teacher != second.teacher:
                score = similarity(first.triple, second.triple)
                if score >= min_score:
                    scores[i, j] = score
    cluster_of = {number: [number] for number in range(len(votes))}
    for i, j in sorted(scores, key=lambda pair: -scores[pair]):
        first_cluster, second_cluster = cluster_of[i], cluster_of[j]
        if first_cluster is second_cluster:
            continue
        if all(
            (min(a, b), max(a, b)) in scores
            for a in first_cluster
            for b in second_cluster
        ):
            union = sorted(first_cluster + second_cluster)
            for number in union:
                cluster_of[number] = union
    return [
        [votes[number] for number in cluster]
        for first, cluster in cluster_of.items()
        if cluster[0] == first
    ]


def _are_apart(parts: Iterable[Pieces]) -> bool:
    others: Set[int] = set()
    for pieces in parts:
        tokens = set(tokens_of(pieces))
        if others & tokens:
            return False
        others |= tokens
    return True


def _text(doc: Doc, places: TextPlaces, triple: PlacedTriple) -> str:
    parts = (
        " … ".join(doc[start:end].text for start, end in places.pieces(part))
        for part in triple.parts
    )
    return f"({'; '.join(parts)})"
