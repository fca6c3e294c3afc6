"""The one noun of the package: a triple grounded in a Doc, and its storage.

Triples live in a span group, ``doc.spans["xoie"]``. Each span of the group is
one contiguous piece of one part of one triple:

* ``span.label_`` is the role: ``ARG0`` (subject), ``REL`` (relation), ``ARG1``
  to ``ARG3`` (objects), and ``SOURCE`` (who says so, if it is not the text),
* ``span.id_`` is the id of the triple. A discontinuous part is several spans
  with the same role and id.
* ``group.attrs`` holds what is not a span: ``{"language": …, "triples":
  {id: {"score", "language", "adapter", "origin", "negated", "modality",
  "construction"}}, "offsets": […]}``.

That form survives ``Doc.to_bytes``, ``DocBin`` (also without user data) and
multiprocessing. `Triple` objects are frozen views, made when they are asked for.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from hashlib import blake2b
from html import escape
from itertools import pairwise
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from spacy.tokens import Doc, Span, SpanGroup

from ..errors import DataError
from ..ty import Pieces, TokenTriple
from .antecedents import ANTECEDENTS, antecedent_rows
from .codes import code_or, is_language_code, language_code, language_tag
from .cores import CORES, Core, core_rows
from .factuality import ASSERTED, MODALITIES, UNJUDGED, factuality_value
from .folding import visible
from .groups import live_spans, realign
from .text import are_offsets, join_pieces

SPAN_KEY = "xoie"
SUBJECT = "ARG0"
RELATION = "REL"
OBJECTS = ("ARG1", "ARG2", "ARG3")
ROLES = (SUBJECT, RELATION, *OBJECTS)
SOURCE = "SOURCE"
_LABELS = (*ROLES, SOURCE)
_CORES = (SOURCE, SUBJECT, *OBJECTS)
"""Whose cores a row holds, see `spacy_xoie.doc.cores`."""


@dataclass(frozen=True)
class Phrase:
    """One part of a triple: one span, or several where it is discontinuous.

    core (Optional[Core]): Of an argument or a source what it is about, without its
        adposition, if `xoie_cores` looked for it.
    antecedent (Optional[Phrase]): Who or what is meant by a pronoun, a short name or an
        empty subject, if `xoie_coref` found it.
    """

    spans: Tuple[Span, ...]
    core: Optional[Core] = field(default=None, repr=False, compare=False)
    antecedent: Optional["Phrase"] = field(default=None, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The text as it is read: in a line, without what cannot be seen. Pieces of a
        discontinuous phrase are joined by a space, in scripts without spaces by
        nothing. `spans` have it as it stands in the document."""
        return join_pieces([visible(span.text) for span in self.spans])

    @property
    def start_char(self) -> int:
        """Character offset at which the first piece starts."""
        return self.spans[0].start_char

    @property
    def end_char(self) -> int:
        """Character offset at which the last piece ends."""
        return self.spans[-1].end_char

    @property
    def is_contiguous(self) -> bool:
        return len(self.spans) == 1

    @property
    def pieces(self) -> Pieces:
        return tuple((span.start, span.end) for span in self.spans)

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): JSON-ready: "text", "spans" in characters, "core"
        and "antecedent" if there is one."""
        offsets = [[span.start_char, span.end_char] for span in self.spans]
        record: Dict[str, Any] = {"text": self.text, "spans": offsets}
        if self.core is not None:
            record["core"] = self.core.to_dict()
        if self.antecedent is not None:
            record["antecedent"] = self.antecedent.to_dict()
        return record

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.spans)


@dataclass(frozen=True)
class Triple:
    """A read-only view of one triple of a doc.

    subject (Phrase): Empty (and false) where the sentence leaves it implied.
    relation (Phrase): The relation.
    objects (Tuple[Phrase, …]): None to three further arguments.
    score (Optional[float]): Confidence between 0 and 1; None where nothing is
        known of it (gold data, docs merged with `Doc.from_docs`).
    language (str): Language code of the sentence.
    adapter (str): The language adapter(s) that took part.
    origin (str): Who made the triple: "xoie", "gold", a teacher's name …
    id (str): Id of the triple in the doc's span group.
    negated (bool): Whether it is said with a negation.
    modality (str): How far the text stands behind it, one of
        `spacy_xoie.doc.factuality.MODALITIES`; empty where nobody judged it.
    source (Phrase): Who says so. Empty (and false) where it is the text itself.
    construction (str): What rules read it from ("clause", "passive", "apposition" …);
        empty where there were none.
    sentence (Optional[Tuple[int, int]]): First and last character of its sentence, end
        exclusive, where the sentences of the doc are not annotated.
    """

    subject: Phrase
    relation: Phrase
    objects: Tuple[Phrase, ...]
    score: Optional[float]
    language: str
    adapter: str
    origin: str
    id: str
    negated: bool = False
    modality: str = UNJUDGED
    source: Phrase = Phrase(())
    construction: str = ""
    sentence: Optional[Tuple[int, int]] = field(default=None, repr=False, compare=False)

    @property
    def parts(self) -> Tuple[Phrase, ...]:
        return (self.subject, self.relation, *self.objects)

    @property
    def factuality(self) -> str:
        """The value of FactBank for the source: "CT+", "PS-", "Uu" …, see
        `spacy_xoie.doc.factuality`."""
        return factuality_value(self.modality, self.negated)

    @property
    def is_asserted(self) -> bool:
        """Whether the text itself says so, be it with a negation. What nobody judged is
        not asserted."""
        return self.modality == ASSERTED

    @property
    def is_stated(self) -> bool:
        """Whether it may stand as a plain statement: neither negated, nor said with
        less than the text's own word. What nobody judged may."""
        return not self.negated and self.modality in (ASSERTED, UNJUDGED)

    @property
    def remark(self) -> str:
        """What is to be told of it beside its parts, for people: "negated", "possible",
        "reported by the minister"; empty if there is nothing."""
        modality = "" if self.modality == ASSERTED else self.modality
        negated = "negated" if self.negated else ""
        words = ", ".join(filter(None, (negated, modality)))
        source = f"by {self.source.text}" if self.source else ""
        return f"{words} {source}".strip()

    @property
    def token_triple(self) -> TokenTriple:
        return TokenTriple(
            subject=self.subject.pieces,
            relation=self.relation.pieces,
            objects=tuple(phrase.pieces for phrase in self.objects),
            score=self.score,
            language=self.language,
            adapter=self.adapter,
            origin=self.origin,
            negated=self.negated,
            modality=self.modality,
            source=self.source.pieces,
            construction=self.construction,
        )

    @property
    def sent(self) -> Span:
        """The sentence in which its relation begins: as annotated, else as the text was
        read; of docs that say nothing of sentences, the whole doc. (`Span.sent` of
        spaCy's fails where sentences are not annotated.)"""
        first = self.relation.spans[0]
        doc: Doc = first.doc
        if doc.has_annotation("SENT_START"):
            return first[:1].sent
        start, end = self.sentence or (0, len(doc.text))
        return doc.char_span(start, end, alignment_mode="expand") or doc[:]

    def as_tuple(self) -> Tuple[str, ...]:
        """RETURNS (Tuple[str, …]): (subject, relation, object, …) as strings."""
        return tuple(phrase.text for phrase in self.parts)

    def binary(self) -> Iterator[Tuple[str, str, str]]:
        """The binary facts that an n-ary triple implies: (S; V; O), then
        (S; V O; X) for each further argument X with its adposition.

        YIELDS (Tuple[str, str, str]): Subject, relation, object.
        """
        subject, relation, *objects = self.as_tuple()
        if not objects:
            return
        first, *rest = objects
        yield subject, relation, first
        for other in rest:
            yield subject, join_pieces([relation, first]), other

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): JSON-ready: every part with its text and
        its character offsets, plus score, language, adapter, origin, id, negated,
        modality, source (None where it is the text itself) and construction."""
        return {
            "subject": self.subject.to_dict(),
            "relation": self.relation.to_dict(),
            "objects": [part.to_dict() for part in self.objects],
            "score": self.score,
            "language": self.language,
            "adapter": self.adapter,
            "origin": self.origin,
            "id": self.id,
            "negated": self.negated,
            "modality": self.modality,
            "source": self.source.to_dict() if self.source else None,
            "construction": self.construction,
        }

    def __str__(self) -> str:
        return f"({'; '.join(self.as_tuple())})"


class Triples(Tuple[Triple, ...]):
    """The triples of a doc: a tuple, which notebooks show as a table."""

    def _repr_html_(self) -> str:
        width = max((len(triple.objects) for triple in self), default=0)
        numbers = [""] if width == 1 else [f" {n + 1}" for n in range(width)]
        heads = ["Subject", "Relation", *(f"Object{n}" for n in numbers[:width])]
        rows = [[*heads, "Factuality", "Language", "Origin", "Score"]]
        for triple in self:
            parts = [*triple.as_tuple()]
            parts += [""] * (len(heads) - len(parts))
            score = "–" if triple.score is None else f"{triple.score:.2f}"
            rows.append([*parts, triple.remark, triple.language, triple.origin, score])
        head, *body = [
            [f'<td dir="auto">{escape(x)}</td>' for x in row] for row in rows
        ]
        lines = [f"<tr>{''.join(row)}</tr>" for row in body]
        titles = "".join(head).replace("td", "th")
        return f"<table><tr>{titles}</tr>{''.join(lines)}</table>"


def set_triples(
    doc: Doc,
    triples: Sequence[TokenTriple],
    *,
    key: str = SPAN_KEY,
    language: str = "",
    sentences: Sequence[Tuple[int, int]] = (),
) -> None:
    """Store triples in a doc, in place of those that are under `key`.

    Ids are namespaced by the text and what is found in it, so that they stay apart
    when docs are merged.

    doc (Doc): The doc to write to.
    triples (Sequence[TokenTriple]): Triples in token offsets of the doc.
    key (str): Name of the span group.
    language (str): Language of the doc, kept for docs without any triple.
    sentences (Sequence[Tuple[int, int]]): First and last token of each sentence, end
        exclusive, if they are known though not annotated.
    RAISES (DataError): If a triple does not fit the doc.
    """
    realign(doc)
    prefix = _prefix(doc, [_pieces(triple) for triple in triples])
    spans: List[Span] = []
    facts: Dict[str, Dict[str, Any]] = {}
    for number, triple in enumerate(triples):
        check_triple(triple, len(doc))
        triple_id = f"{prefix}-{number}"
        # JSON of spaCy's has no ids: roles tell triples apart there, and this.
        mark = "" if triple.objects else triple_id
        for role, pieces in _labelled(triple):
            for start, end in pieces:
                spans.append(
                    Span(doc, start, end, label=role, kb_id=mark, span_id=triple_id)
                )
        facts[triple_id] = {
            "score": None if triple.score is None else float(triple.score),
            "language": _code(triple.language),
            "adapter": triple.adapter,
            "origin": triple.origin,
            "negated": triple.negated,
            "modality": triple.modality,
            "construction": triple.construction,
        }
        if sentences:
            start, end = _sentence_of(triple, sentences)
            place = doc[start:end]
            facts[triple_id]["sentence"] = [place.start_char, place.end_char]
    attrs: Dict[str, Any] = {
        "language": _code(language),
        "triples": facts,
        "offsets": [[span.start_char, span.end_char] for span in spans],
    }
    tags = {
        language_code(name): language_tag(name)
        for name in (language, *(triple.language for triple in triples))
        if is_language_code(name) and "-" in language_tag(name)
    }
    if tags:
        attrs["tags"] = tags
    doc.spans[key] = SpanGroup(doc, name=key, spans=spans, attrs=attrs)


def get_triples(span: Union[Doc, Span], *, key: str = SPAN_KEY) -> Triples:
    """Read the triples of a doc, or those that lie within a span of it.

    span (Union[Doc, Span]): A doc, or a span such as a sentence.
    key (str): Name of the span group.
    RETURNS (Triples): Views, in the order in which they are stored.
    RAISES (DataError): If the group has spans that are no parts of triples, or
        attributes that are damaged.
    """
    doc = span if isinstance(span, Doc) else span.doc
    if key not in doc.spans:
        return Triples()
    if span is doc:
        realign(doc)
    facts, language = _facts(doc.spans[key], key)
    cores, antecedents = core_rows(doc, key), antecedent_rows(doc, key)
    triples = []
    try:
        members = list(_split_group(doc, live_spans(doc, key), key))
    except KeyError as e:
        raise DataError(
            f"doc.spans[{key!r}] holds a span whose label or id is not among the "
            f"strings of the vocabulary ({e}). Read the doc from where it was stored."
        ) from e
    for triple_id, parts in members:
        if not isinstance(span, Doc) and not _within(parts, span):
            continue
        fact = facts.get(triple_id, {})
        row = dict(zip(_CORES, cores.get(triple_id, ()), strict=False))
        meant = antecedents.get(triple_id, {})
        phrases = {
            role: Phrase(
                tuple(parts.get(role, ())),
                row.get(role),
                Phrase(meant[role]) if role in meant else None,
            )
            for role in _LABELS
        }
        triples.append(
            Triple(
                subject=phrases[SUBJECT],
                relation=phrases[RELATION],
                objects=tuple(phrases[role] for role in OBJECTS if role in parts),
                score=fact.get("score"),
                language=_code(fact.get("language", "") or language),
                adapter=fact.get("adapter", ""),
                origin=fact.get("origin", ""),
                id=triple_id,
                negated=fact.get("negated", False),
                modality=fact.get("modality", UNJUDGED),
                source=phrases[SOURCE],
                construction=fact.get("construction", ""),
                sentence=fact.get("sentence"),
            )
        )
    return Triples(triples)


def filter_triples(
    doc: Doc, keep: Callable[[Triple], bool], *, key: str = SPAN_KEY
) -> None:
    """Leave out triples of a doc. The others stay as they are, with ids and cores.

    doc (Doc): The doc.
    keep (Callable[[Triple], bool]): Whether a triple stays.
    key (str): Name of the span group.
    """
    triples = get_triples(doc, key=key)
    ids = {triple.id for triple in triples if keep(triple)}
    if len(ids) == len({triple.id for triple in triples}):
        return
    group = doc.spans[key]
    spans = [span for span in group if span.id_ in ids]
    attrs = {
        **group.attrs,
        "offsets": [[span.start_char, span.end_char] for span in spans],
    }
    for name in ("triples", CORES, ANTECEDENTS):
        if name in attrs:
            attrs[name] = {k: v for k, v in attrs[name].items() if k in ids}
    doc.spans[key] = SpanGroup(doc, name=group.name, spans=spans, attrs=attrs)


def check_triple(triple: TokenTriple, n_tokens: int) -> None:
    """Check that a triple can be stored in a doc of `n_tokens` tokens.

    RAISES (DataError): If the relation or an object is empty, there are more
        than three objects, a piece is empty or outside of the doc, the score is
        not between 0 and 1, or there is no such modality.
    """
    if triple.modality not in MODALITIES:
        raise DataError(
            f"The modality of a triple is {triple.modality!r}; it must be one of "
            f"{', '.join(sorted(filter(None, MODALITIES)))}, or empty where nobody "
            f"judged it: {triple!r}."
        )
    if triple.score is not None and not 0 <= triple.score <= 1:
        raise DataError(
            f"The score of a triple is {triple.score}; it must be from 0 to 1, or None "
            f"where it is not known: {triple!r}."
        )
    if not triple.relation:
        raise DataError(f"A triple needs a relation, but this has none: {triple!r}.")
    if len(triple.objects) > len(OBJECTS):
        raise DataError(
            f"A triple has at most {len(OBJECTS)} objects, but this has "
            f"{len(triple.objects)}: {triple!r}. Leave out the less important ones."
        )
    for role, pieces in _labelled(triple):
        if not pieces and role not in (SUBJECT, SOURCE):
            raise DataError(f"{role} of a triple is empty: {triple!r}. Leave it out.")
        for start, end in pieces:
            if not 0 <= start < end <= n_tokens:
                raise DataError(
                    f"{role} covers tokens {start} to {end}, which is not a stretch "
                    f"of a doc of {n_tokens} tokens. Correct the offsets."
                )


def install_extensions() -> None:
    """Make `doc._.triples` and `span._.triples` available, unless another
    package has an extension of that name."""
    for cls in (Doc, Span):
        if not cls.has_extension("triples"):
            cls.set_extension("triples", getter=get_triples)


def _labelled(triple: TokenTriple) -> List[Tuple[str, Pieces]]:
    """The parts of a triple with their roles, and its source."""
    return [*zip(ROLES, triple.parts, strict=False), (SOURCE, triple.source)]


def _pieces(triple: TokenTriple) -> Tuple[Pieces, ...]:
    """What an id is made of: of a triple that has a source, that too."""
    return (*triple.parts, triple.source) if triple.source else triple.parts


def _sentence_of(
    triple: TokenTriple, sentences: Sequence[Tuple[int, int]]
) -> Tuple[int, int]:
    first = triple.relation[0][0]
    number = bisect_right(sentences, first, key=lambda bounds: bounds[0])
    return sentences[max(0, number - 1)]


def _code(language: str) -> str:
    """The code of a language; what says nothing of it stays empty."""
    return code_or(language, language) if language else ""


def _facts(group: SpanGroup, key: str) -> Tuple[Dict[str, Dict[str, Any]], str]:
    """What a group says of each triple, by id, and the language of the doc."""
    facts, language = group.attrs.get("triples", {}), group.attrs.get("language", "")
    entries = list(facts.values()) if isinstance(facts, dict) else [None]
    if isinstance(language, str) and all(map(_is_fact, entries)):
        return facts, language
    raise DataError(
        f"The attributes of doc.spans[{key!r}] are damaged: {group.attrs!r:.200}. Make "
        f"the triples anew, or read the doc from where it was stored."
    )


def _is_fact(fact: Any) -> bool:
    if not isinstance(fact, dict):
        return False
    score, sentence = fact.get("score"), fact.get("sentence")
    if sentence is not None and not are_offsets([sentence]):
        return False
    if not isinstance(fact.get("negated", False), bool):
        return False
    if fact.get("modality", UNJUDGED) not in MODALITIES:
        return False
    return (score is None or (isinstance(score, float) and 0 <= score <= 1)) and all(
        isinstance(fact.get(name, ""), str)
        for name in ("language", "adapter", "origin", "construction")
    )


def _split_group(
    doc: Doc, spans: Iterable[Span], key: str
) -> Iterator[Tuple[str, Dict[str, List[Span]]]]:
    """Sort the spans of a group into triples: by id, and where one id occurs
    several times over (equal docs, merged) or there is none (docs from JSON) by the
    order of the roles."""
    by_id: Dict[str, List[Span]] = {}
    for span in spans:
        if span.label_ not in _LABELS:
            raise DataError(
                f"doc.spans[{key!r}] holds a span labelled {span.label_!r}; in a group "
                f"of triples the labels are {', '.join(_LABELS)}. Use another span key."
            )
        by_id.setdefault(span.id_, []).append(span)
    for triple_id, members in by_id.items():
        if triple_id:
            runs = _repeats(_distinct(members))
        else:
            runs = [_distinct(run) for run in _in_order(members)]
        by_role: List[Dict[str, List[Span]]] = [{} for _ in runs]
        for parts, run in zip(by_role, runs, strict=True):
            for span in run:
                parts.setdefault(span.label_, []).append(span)
        ids = [triple_id] * len(runs) if triple_id else _ids(doc, by_role)
        yield from zip(ids, by_role, strict=True)


def _distinct(spans: Iterable[Span]) -> List[Span]:
    """Spans, without those of pieces of a part that have become one token."""
    places = {(span.label, span.start, span.end): span for span in spans}
    return list(places.values())


def _ids(doc: Doc, triples: Sequence[Mapping[str, Sequence[Span]]]) -> List[str]:
    """The ids that triples got when they were stored, worked out again."""
    pieces = [
        tuple(
            tuple((span.start, span.end) for span in parts.get(role, ()))
            for role in _LABELS
            if role in parts or role == SUBJECT
        )
        for parts in triples
    ]
    prefix = _prefix(doc, pieces)
    return [f"{prefix}-{number}" for number in range(len(triples))]


def _prefix(doc: Doc, triples: Sequence[Tuple[Pieces, ...]]) -> str:
    """What the ids of all triples of a doc begin with."""
    content = doc.to_array(["ORTH", "SPACY"]).tobytes() + repr(triples).encode("utf8")
    return blake2b(content, digest_size=4).hexdigest()


def _in_order(spans: List[Span]) -> List[List[Span]]:
    """Cut a list of spans where a triple ends: the role of the next span comes before
    that of the last one, or the triple has no objects, which its spans say. All is one
    triple if that would leave one without a relation."""
    runs = [spans[:1]]
    for before, span in pairwise(spans):
        if before.kb_id != span.kb_id or (
            _LABELS.index(span.label_) < _LABELS.index(before.label_)
        ):
            runs.append([])
        runs[-1].append(span)
    whole = all(any(span.label_ == RELATION for span in run) for run in runs)
    return runs if whole else [spans]


def _repeats(spans: List[Span]) -> List[List[Span]]:
    """Cut a list of spans into equal runs of roles, if it is such a repetition."""
    roles = [span.label_ for span in spans]
    for length in range(1, len(roles) // 2 + 1):
        is_repetition = roles == roles[:length] * (len(roles) // length)
        if is_repetition and RELATION in roles[:length] and len(set(roles)) > 1:
            return [spans[i : i + length] for i in range(0, len(spans), length)]
    return [spans]


def _within(parts: Dict[str, List[Span]], span: Span) -> bool:
    return all(
        span.start <= piece.start and piece.end <= span.end
        for role, pieces in parts.items()
        for piece in pieces
        if role != SOURCE
    )
