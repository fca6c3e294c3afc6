"""Items, docs and answers as JSON, and back."""

from dataclasses import replace
from typing import Any, Dict, List, Optional, Sequence, Tuple

from spacy.tokens import Doc
from spacy.vocab import Vocab

from ..doc.blank import blank_pipeline
from ..doc.triples import SPAN_KEY, get_triples, set_triples
from ..ty import Pieces, TokenTriple
from .ty import Discard, Item, Labelled

CharPieces = List[List[int]]


def doc_to_dict(doc: Doc, *, key: str = SPAN_KEY) -> Dict[str, Any]:
    """Write down a doc: its text, and tokens, triples and tree as offsets.

    doc (Doc): The doc.
    key (str): Key of the span group.
    RETURNS (Dict[str, Any]): JSON-ready. Without "triples" if the doc has no such
        group, which is not the same as an empty one; without "tree" if it has none.
    """
    data: Dict[str, Any] = {
        "text": doc.text,
        "tokens": [[token.idx, token.idx + len(token)] for token in doc],
    }
    if key in doc.spans:
        data["language"] = doc.spans[key].attrs.get("language", "")
        data["triples"] = [
            {
                "subject": _chars(doc, triple.subject.pieces),
                "relation": _chars(doc, triple.relation.pieces),
                "objects": [_chars(doc, part.pieces) for part in triple.objects],
                "score": triple.score,
                "language": triple.language,
                "adapter": triple.adapter,
                "origin": triple.origin,
            }
            for triple in get_triples(doc, key=key)
        ]
    if doc.has_annotation("DEP"):
        data["tree"] = {
            "heads": [token.head.i for token in doc],
            "labels": [token.dep_ for token in doc],
            "tags": [token.pos_ for token in doc],
        }
    return data


def doc_from_dict(
    data: Dict[str, Any], *, vocab: Optional[Vocab] = None, key: str = SPAN_KEY
) -> Doc:
    """Make a doc of what `doc_to_dict` wrote.

    data (Dict[str, Any]): The doc as JSON.
    vocab (Optional[Vocab]): Its vocabulary; by default one that docs share.
    key (str): Key of the span group.
    RETURNS (Doc): The doc.
    """
    text: str = data["text"]
    tokens: List[Tuple[int, int]] = [(start, end) for start, end in data["tokens"]]
    tree: Dict[str, List[Any]] = data.get("tree", {})
    doc = Doc(
        _vocab() if vocab is None else vocab,
        words=[text[start:end] for start, end in tokens],
        spaces=_spaces(text, tokens),
        heads=tree.get("heads"),
        deps=tree.get("labels"),
        pos=tree.get("tags"),
    )
    if "triples" in data:
        starts = {start: index for index, (start, _) in enumerate(tokens)}
        ends = {end: index + 1 for index, (_, end) in enumerate(tokens)}

        def pieces(part: CharPieces) -> Pieces:
            return tuple((starts[start], ends[end]) for start, end in part)

        triples = [
            TokenTriple(
                subject=pieces(triple["subject"]),
                relation=pieces(triple["relation"]),
                objects=tuple(pieces(part) for part in triple["objects"]),
                score=triple["score"],
                language=triple["language"],
                adapter=triple["adapter"],
                origin=triple["origin"],
            )
            for triple in data["triples"]
        ]
        set_triples(doc, triples, key=key, language=data["language"])
    return doc


def item_to_dict(item: Item) -> Dict[str, Any]:
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


def item_from_dict(data: Dict[str, Any]) -> Item:
    """RETURNS (Item): What `item_to_dict` wrote."""
    return Item(
        id=data["id"],
        text=data["text"],
        language=data["language"],
        source=item_from_dict(data["source"]) if "source" in data else None,
        doc=doc_from_dict(data["doc"]) if "doc" in data else None,
    )


def labelled_to_dict(labelled: Labelled) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): An answer, JSON-ready. The docs that the item brought
    along are left out: the answer has its own."""
    item, source = labelled.item, labelled.item.source
    if source is not None:
        source = replace(source, doc=None, source=None)
    data: Dict[str, Any] = {
        "item": item_to_dict(replace(item, doc=None, source=source)),
        "discards": [[discard.reason, discard.detail] for discard in labelled.discards],
    }
    if labelled.doc is not None:
        data["doc"] = doc_to_dict(labelled.doc)
    if labelled.source is not None:
        data["source"] = doc_to_dict(labelled.source)
    return data


def labelled_from_dict(data: Dict[str, Any]) -> Labelled:
    """RETURNS (Labelled): What `labelled_to_dict` wrote."""
    return Labelled(
        item=item_from_dict(data["item"]),
        doc=doc_from_dict(data["doc"]) if "doc" in data else None,
        discards=tuple(Discard(*discard) for discard in data["discards"]),
        source=doc_from_dict(data["source"]) if "source" in data else None,
    )


def char_pieces(doc: Doc, pieces: Pieces) -> List[Tuple[int, int]]:
    """RETURNS (List[Tuple[int, int]]): Pieces in characters of the doc's text."""
    return [
        (doc[start].idx, doc[end - 1].idx + len(doc[end - 1])) for start, end in pieces
    ]


def _chars(doc: Doc, pieces: Pieces) -> CharPieces:
    return [list(piece) for piece in char_pieces(doc, pieces)]


def _spaces(text: str, tokens: Sequence[Tuple[int, int]]) -> List[bool]:
    """Whether a space that is no token follows each token."""
    starts = [*(start for start, _ in tokens), len(text)]
    return [end < start for (_, end), start in zip(tokens, starts[1:], strict=True)]


def _vocab() -> Vocab:
    # One that knows what is lower case and what is punctuation.
    return blank_pipeline("xx").vocab
