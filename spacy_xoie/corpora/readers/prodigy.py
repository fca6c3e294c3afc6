"""Annotation of relations in the JSON lines of Prodigy, in and out.

The relation of a triple is the head of arcs to its arguments, labelled ARG0 to ARG3.
An argument in several pieces has an arc to each; further pieces of the relation hang
on the first by arcs labelled PART. Arcs of one head make one triple, unless they have
a key "triple" that tells apart triples with the same relation.

People draw arcs the other way, too, from the arguments to the relation. Where spans are
labelled REL, such arcs are turned round; where none is, and several arguments point to
one place, the task is refused: read as it stands it would make wrong triples.
"""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import (
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Set,
    Tuple,
)

from spacy.tokens import Doc, Span

from ...doc.languages import language_of
from ...doc.triples import OBJECTS, RELATION, ROLES, SPAN_KEY, SUBJECT, get_triples
from ...errors import DataError
from ...files import OnFault, json_object
from ..records import CharSpan, Record, TripleRecord
from .grounded import make_record, read_lines_of_records, triple_at

PART = "PART"
LABELS = (SUBJECT, *OBJECTS, PART)
_ENDS = ("head", "child")


class _Arc(NamedTuple):
    head: CharSpan
    child: CharSpan
    label: str


def docs_to_prodigy(
    docs: Iterable[Doc], *, key: str = SPAN_KEY
) -> Iterator[Dict[str, Any]]:
    """Make tasks for the relation interface of Prodigy.

    docs (Iterable[Doc]): Docs with triples.
    key (str): Key of the span group.
    YIELDS (Dict[str, Any]): A task for each doc. Triples with neither subject nor
        object cannot be shown as arcs; only their relation is marked.
    """
    for doc in docs:
        tokens = [
            {
                "text": token.text,
                "start": token.idx,
                "end": token.idx + len(token),
                "id": token.i,
                "ws": bool(token.whitespace_),
            }
            for token in doc
        ]
        spans: Dict[Tuple[int, int, str], Dict[str, Any]] = {}
        relations: List[Dict[str, Any]] = []
        for triple in get_triples(doc, key=key):
            head, *further = triple.relation.spans
            parts = [(PART, further), (SUBJECT, list(triple.subject.spans))]
            parts += [
                (role, list(part.spans))
                for role, part in zip(OBJECTS, triple.objects, strict=False)
            ]
            head_span = _span(head, RELATION)
            for label, pieces in parts:
                for piece in pieces:
                    role = RELATION if label == PART else label
                    relations.append(
                        {
                            "head": head.end - 1,
                            "child": piece.end - 1,
                            "head_span": head_span,
                            "child_span": _span(piece, role),
                            "label": label,
                            "triple": triple.id,
                        }
                    )
            for role, part in zip(ROLES, triple.parts, strict=False):
                for span in part.spans:
                    place = (span.start, span.end, role)
                    spans.setdefault(place, _span(span, role))
        yield {
            "text": doc.text,
            "tokens": tokens,
            "spans": [spans[place] for place in sorted(spans)],
            "relations": relations,
            "meta": {"language": language_of(doc, key=key)},
        }


def read_prodigy(
    path: Path,
    on_fault: Optional[OnFault] = None,
    *,
    language: str = "xx",
    counts: Optional[Counter[str]] = None,
) -> Iterator[Record]:
    """Read annotated tasks. Those that the annotator did not accept are left out.

    path (Path): The file, perhaps compressed (.gz).
    on_fault (Optional[Callable[[Fault], None]]): Told of each task and each triple that
        cannot be read.
    language (str): Language of the tasks without `meta.language`.
    counts (Optional[Counter[str]]): Counts "sentences", "triples", "malformed", "arcs
        turned round" and "left out: not accepted".
    YIELDS (Record): The sentences; `id` and `split` from `meta`, if they are there.
    """
    counts = Counter() if counts is None else counts
    read = partial(_record, language=language, counts=counts)
    yield from read_lines_of_records(Path(path), read, counts, on_fault)


def _record(
    line: str, name: str, faults: List[DataError], language: str, counts: Counter[str]
) -> Optional[Record]:
    task = json_object(line)
    if task.get("answer", "accept") != "accept":
        counts["left out: not accepted"] += 1
        return None
    text = task.get("text")
    if not isinstance(text, str):
        raise DataError(f"this must be a text, not {text!r}", "text")
    arcs = task.get("relations", [])
    if not isinstance(arcs, list):
        raise DataError(f"this must be a list, not {arcs!r}", "relations")
    parts_of: Dict[Any, Dict[str, List[CharSpan]]] = {}
    broken: Set[Any] = set()
    good: List[_Arc] = []
    relations = _relations(task)
    for index, entry in enumerate(arcs):
        identity: Any = None
        ends: Tuple[CharSpan, ...] = ()
        try:
            if not isinstance(entry, dict):
                raise DataError("an arc must be an object")
            name_of_triple = str(entry["triple"]) if entry.get("triple") else None
            head = _place(entry, "head", task)
            identity = name_of_triple or head
            ends = head, _place(entry, "child", task)
            label = entry.get("label")
            if label not in LABELS:
                raise DataError(f"{label!r} is none of {', '.join(LABELS)}", "label")
            arc = _Arc(*ends, str(label))
            if label != PART and head not in relations and arc.child in relations:
                arc = _Arc(arc.child, head, arc.label)
                counts["arcs turned round"] += 1
            identity = name_of_triple or arc.head
            parts = parts_of.setdefault(identity, {RELATION: [arc.head]})
            if parts[RELATION][0] != arc.head:
                raise DataError("the arcs of this triple have different heads")
            role = RELATION if label == PART else arc.label
            parts.setdefault(role, []).append(arc.child)
            good.append(arc)
        except DataError as e:
            faults.append(DataError(str(e), f"relations.{index}"))
            # It may have been drawn the other way.
            broken.update((identity, *ends))
    if not relations:
        _check_direction(good, text)
    triples: List[TripleRecord] = []
    for identity, parts in parts_of.items():
        if identity in broken:
            continue
        objects = [parts[role] for role in OBJECTS if role in parts]
        try:
            triples.append(
                triple_at(text, parts.get(SUBJECT, []), parts[RELATION], objects)
            )
        except DataError as e:
            start, end = parts[RELATION][0]
            faults.append(DataError(f"the triple of {text[start:end]!r}: {e}"))
    meta = task.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    record = make_record(
        str(meta.get("id") or name),
        text,
        triples,
        str(meta.get("language") or language),
        split=str(meta.get("split") or "train"),
    )
    counts["sentences"] += 1
    counts["triples"] += len(triples)
    return record


def _relations(task: Dict[str, Any]) -> Set[CharSpan]:
    """Where spans are labelled as relations."""
    spans: Any = task.get("spans")
    spans = spans if isinstance(spans, list) else []
    arcs = [arc for arc in task.get("relations", []) if isinstance(arc, dict)]
    spans = [*spans, *(arc.get(f"{end}_span") for arc in arcs for end in _ENDS)]
    places: Set[Any] = {
        (span.get("start"), span.get("end"))
        for span in spans
        if isinstance(span, dict) and span.get("label") == RELATION
    }
    return places


def _check_direction(arcs: List[_Arc], text: str) -> None:
    """RAISES (DataError): If several arguments point to what must be their relation."""
    n_arcs = Counter(arc.head for arc in arcs)
    labels: Dict[CharSpan, Set[str]] = {}
    for arc in arcs:
        if arc.label != PART and n_arcs[arc.head] == 1:
            labels.setdefault(arc.child, set()).add(arc.label)
    for (start, end), some in labels.items():
        if len(some) > 1:
            raise DataError(
                f"{' and '.join(sorted(some))} point to {text[start:end]!r}; let the "
                f"relation be the head of its arcs, or label its span {RELATION}",
                "relations",
            )


def _place(arc: Dict[str, Any], end: str, task: Dict[str, Any]) -> CharSpan:
    """Where one end of an arc is; without a span, that of its token."""
    span = arc.get(f"{end}_span")
    field = f"{end}_span"
    if span is None:
        number, tokens, field = arc.get(end), task.get("tokens"), end
        in_range = isinstance(tokens, list) and type(number) is int
        if not in_range or not 0 <= number < len(tokens):  # type: ignore
            raise DataError(f"there is no token {number!r}", end)
        span = tokens[number]  # type: ignore
    if isinstance(span, dict):
        first, last = span.get("start"), span.get("end")
        if type(first) is int and type(last) is int:
            return first, last
    raise DataError(f"'start' and 'end' must be numbers: {span!r}", field)


def _span(span: Span, label: str) -> Dict[str, Any]:
    return {
        "start": span.start_char,
        "end": span.end_char,
        "token_start": span.start,
        "token_end": span.end - 1,
        "label": label,
    }
