"""Annotation of relations in the JSON lines of Prodigy, in and out.

The relation of a triple is the head of arcs to its arguments, labelled ARG0 to ARG3.
An argument in several pieces has an arc to each; further pieces of the relation hang
on the first by arcs labelled PART. Arcs of one head make one triple, unless they have
a key "triple" that tells apart triples with the same relation.
"""

from pathlib import Path
from typing import Any, Counter, Dict, Iterable, Iterator, List, Optional, Tuple

from spacy.tokens import Doc, Span

from ...doc.languages import language_of
from ...doc.triples import OBJECTS, RELATION, ROLES, SPAN_KEY, SUBJECT, get_triples
from ...errors import DataError
from ...files import OnFault, json_object, lines, tell
from ..records import CharSpan, Record, TripleRecord
from .grounded import make_record, triple_at

PART = "PART"
LABELS = (SUBJECT, *OBJECTS, PART)


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
    counts (Optional[Counter[str]]): Counts "sentences", "triples", "malformed" and
        "left out: not accepted".
    YIELDS (Record): The sentences; `id` and `split` from `meta`, if they are there.
    """
    path = Path(path)
    counts = Counter() if counts is None else counts
    for number, line in lines(path, on_fault):
        faults: List[DataError] = []
        try:
            name = f"{path.name.partition('.')[0]}-{number}"
            record = _record(line, name, language, faults)
        except DataError as e:
            faults.append(e)
        else:
            if record is None:
                counts["left out: not accepted"] += 1
            else:
                counts["sentences"] += 1
                counts["triples"] += len(record.triples)
                yield record
        for fault in faults:
            counts["malformed"] += 1
            tell(on_fault, f"{path.name}:{number}", fault)


def _record(
    line: str, name: str, language: str, faults: List[DataError]
) -> Optional[Record]:
    task = json_object(line)
    if task.get("answer", "accept") != "accept":
        return None
    text = task.get("text")
    if not isinstance(text, str):
        raise DataError(f"this must be a text, not {text!r}", "text")
    arcs = task.get("relations", [])
    if not isinstance(arcs, list):
        raise DataError(f"this must be a list, not {arcs!r}", "relations")
    parts_of: Dict[Any, Dict[str, List[CharSpan]]] = {}
    broken = set()
    for index, arc in enumerate(arcs):
        identity: Any = None
        try:
            if not isinstance(arc, dict):
                raise DataError("an arc must be an object")
            identity = str(arc["triple"]) if arc.get("triple") else None
            head = _place(arc, "head", task)
            identity = identity or head
            label = arc.get("label")
            if label not in LABELS:
                raise DataError(f"{label!r} is none of {', '.join(LABELS)}", "label")
            parts = parts_of.setdefault(identity, {RELATION: [head]})
            if parts[RELATION][0] != head:
                raise DataError("the arcs of this triple have different heads")
            role = RELATION if label == PART else str(label)
            parts.setdefault(role, []).append(_place(arc, "child", task))
        except DataError as e:
            faults.append(DataError(str(e), f"relations.{index}"))
            broken.add(identity)
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
    return make_record(
        str(meta.get("id") or name),
        text,
        triples,
        str(meta.get("language") or language),
        split=str(meta.get("split") or "train"),
    )


def _place(arc: Dict[str, Any], end: str, task: Dict[str, Any]) -> CharSpan:
    """Where one end of an arc is; without a span, that of its token."""
    found = arc.get(f"{end}_span")
    field = f"{end}_span"
    if found is None:
        number, tokens, field = arc.get(end), task.get("tokens"), end
        in_range = isinstance(tokens, list) and type(number) is int
        if not in_range or not 0 <= number < len(tokens):  # type: ignore
            raise DataError(f"there is no token {number!r}", end)
        found = tokens[number]  # type: ignore
    if isinstance(found, dict):
        first, last = found.get("start"), found.get("end")
        if type(first) is int and type(last) is int:
            return first, last
    raise DataError(f"'start' and 'end' must be numbers: {found!r}", field)


def _span(span: Span, label: str) -> Dict[str, Any]:
    return {
        "start": span.start_char,
        "end": span.end_char,
        "token_start": span.start,
        "token_end": span.end - 1,
        "label": label,
    }
