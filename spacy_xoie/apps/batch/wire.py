"""Answers as bytes, on their way from one process to another.

A batch is one message, and not each doc one as with `Doc.to_bytes`: for each message
srsly looks through the entry points of all that is installed, and a doc makes four of
them. That took longer than to find the triples.
"""

from typing import Any, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence

import srsly
from spacy.tokens import Doc, Span, SpanGroup
from spacy.vocab import Vocab

from .texts import Text

_APART = ["tensor", "spans", "user_data"]
"""What `Doc.to_dict` is not to write: nobody reads the first, and it makes messages of
the others."""

_UNFIT = (TypeError, ValueError, OverflowError, LookupError)
"""What data raises that cannot be written, and spans that are not in the doc."""


class TextResult(NamedTuple):
    """What became of a text.

    text (Text): The text.
    doc (Optional[Doc]): The doc with its triples; None if that failed.
    error (str): What went wrong, or "".
    """

    text: Text
    doc: Optional[Doc]
    error: str = ""


def pack_results(answers: Sequence[TextResult]) -> bytes:
    """Write answers to texts. A doc that holds what cannot be written becomes an error.

    answers (Sequence[TextResult]): The answers.
    RETURNS (bytes): What `unpack_results` reads.
    """
    try:
        return _pack(answers)
    except _UNFIT:
        return _pack([_packable(answer) for answer in answers])


def unpack_results(
    vocab: Vocab, texts: Sequence[Text], content: bytes
) -> Iterator[TextResult]:
    """Read answers to texts.

    vocab (Vocab): The vocabulary of the docs.
    texts (Sequence[Text]): The texts, in the order of the answers.
    content (bytes): What `pack_results` returned.
    YIELDS (TextResult): The answer to each text.
    """
    message = srsly.msgpack_loads(content)
    # As with spaCy's own docs: lists in values, but keys are tuples.
    keys = srsly.msgpack_loads(message["keys"], use_list=False)
    rows = zip(texts, message["docs"], keys, message["errors"], strict=True)
    for text, data, own_keys, error in rows:
        doc = None if data is None else _read_doc(vocab, data, own_keys)
        yield TextResult(text, doc, error)


def _pack(answers: Sequence[TextResult]) -> bytes:
    docs = [answer.doc for answer in answers]
    keys = [[] if doc is None else list(doc.user_data) for doc in docs]
    content: bytes = srsly.msgpack_dumps(
        {
            "docs": [None if doc is None else _doc_to_data(doc) for doc in docs],
            "keys": srsly.msgpack_dumps(keys),
            "errors": [answer.error for answer in answers],
        }
    )
    return content


def _packable(answer: TextResult) -> TextResult:
    try:
        _pack([answer])
    except _UNFIT as e:
        error = f"its doc cannot be sent to another process: {' '.join(str(e).split())}"
        return TextResult(answer.text, None, error)
    return answer


def _doc_to_data(doc: Doc) -> Dict[str, Any]:
    data: Dict[str, Any] = doc.to_dict(exclude=_APART)
    data["values"] = list(doc.user_data.values())
    data["groups"] = [
        [key, group.name, group.attrs, [_span_to_data(span) for span in group]]
        for key, group in doc.spans.items()
    ]
    return data


def _span_to_data(span: Span) -> List[int]:
    # Numbers: an id need not be that of a string. Strings come with the doc.
    return [span.start, span.end, span.label, span.kb_id, span.id]


def _read_doc(vocab: Vocab, data: Dict[str, Any], keys: Iterable[Any]) -> Doc:
    doc = Doc(vocab).from_dict(data)
    doc.user_data.update(zip(keys, data["values"], strict=True))
    for key, name, attrs, spans in data["groups"]:
        members = [
            Span(doc, start, end, label=label, kb_id=kb_id, span_id=span_id)
            for start, end, label, kb_id, span_id in spans
        ]
        doc.spans[key] = SpanGroup(doc, name=name, attrs=attrs, spans=members)
    return doc
