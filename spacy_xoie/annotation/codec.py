"""Items, docs and answers as JSON, and back."""

from dataclasses import replace
from typing import Any, Dict

from spacy.tokens import Doc

from ..doc.blank import blank_pipeline
from ..doc.record import doc_from_record, record_of
from .ty import Annotation, Discard, Instance


def doc_to_dict(doc: Doc) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): A doc with tokens, triples and tree, JSON-ready."""
    return record_of(doc, with_tokens=True)


def doc_from_dict(data: Dict[str, Any]) -> Doc:
    """RETURNS (Doc): What `doc_to_dict` wrote, in a vocabulary that docs share."""
    # One that knows what is lower case and what is punctuation.
    return doc_from_record(blank_pipeline("xx"), data)


def item_to_dict(item: Instance) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): An item, JSON-ready."""
    data: Dict[str, Any] = {
        "id": item.id,
        "text": item.text,
        "language": item.language,
    }
    if item.source is not None:
        data["source"] = item_to_dict(item.source)
    if item.doc is not None:
        data["doc"] = doc_to_dict(item.doc)
    return data


def item_from_dict(data: Dict[str, Any]) -> Instance:
    """RETURNS (Instance): What `item_to_dict` wrote."""
    return Instance(
        id=data["id"],
        text=data["text"],
        language=data["language"],
        source=item_from_dict(data["source"]) if "source" in data else None,
        doc=doc_from_dict(data["doc"]) if "doc" in data else None,
    )


def annotation_to_dict(annotation: Annotation) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): An answer, JSON-ready. The docs that the item brought
    along are left out: the answer has its own."""
    item, source = annotation.item, annotation.item.source
    if source is not None:
        source = replace(source, doc=None, source=None)
    data: Dict[str, Any] = {
        "item": item_to_dict(replace(item, doc=None, source=source)),
        "discards": [
            [discard.reason, discard.detail] for discard in annotation.discards
        ],
    }
    if annotation.doc is not None:
        data["doc"] = doc_to_dict(annotation.doc)
    if annotation.source is not None:
        data["source"] = doc_to_dict(annotation.source)
    return data


def annotation_from_dict(data: Dict[str, Any]) -> Annotation:
    """RETURNS (Annotation): What `annotation_to_dict` wrote."""
    return Annotation(
        item=item_from_dict(data["item"]),
        doc=doc_from_dict(data["doc"]) if "doc" in data else None,
        discards=tuple(Discard(*discard) for discard in data["discards"]),
        source=doc_from_dict(data["source"]) if "source" in data else None,
    )
