"""Gold triples of an example, on the tokens of its predicted doc."""

from typing import Dict, List, Optional

from spacy.tokens import Doc
from spacy.training import Example

from ..language import document_language
from ..triples import get_triples
from ..ty import Pieces, TokenTriple


def aligned_triples(example: Example, key: str) -> List[TokenTriple]:
    """The gold triples of an example's reference doc in the tokens of its predicted
    doc. A triple with a part that no predicted token covers is left out.

    example (Example): The example.
    key (str): Key of the span group.
    RETURNS (List[TokenTriple]): The triples.
    """
    triples = []
    same = _same_tokens(example)
    for triple in get_triples(example.reference, key=key):
        offsets = triple.token_triple
        if same:
            triples.append(offsets)
            continue
        parts: List[Optional[Pieces]] = [
            _aligned(example, pieces) for pieces in offsets.parts
        ]
        subject, relation, *objects = parts
        found = [part for part in objects if part]
        lost = [
            old
            for old, new in zip(offsets.parts, parts, strict=True)
            if old and not new
        ]
        if relation and not lost:
            triples.append(
                offsets._replace(
                    subject=subject or (), relation=relation, objects=tuple(found)
                )
            )
    return triples


def gold_language(example: Example, key: str) -> str:
    """RETURNS (str): Language code of an example's reference doc: that of its gold
    triples, else that which is set on the doc, else the vocabulary's."""
    doc: Doc = example.reference
    if key in doc.spans:
        code = doc.spans[key].attrs.get("language", "")
        if code:
            return str(code)
    return document_language(doc) or doc.lang_ or ""


def _same_tokens(example: Example) -> bool:
    predicted, reference = example.predicted, example.reference
    return len(predicted) == len(reference) and bool(
        (predicted.to_array("IDX") == reference.to_array("IDX")).all()
    )


def _aligned(example: Example, pieces: Pieces) -> Pieces:
    tokens: Dict[int, None] = {}
    for start, end in pieces:
        for index in example.alignment.y2x[start:end].tolist():
            tokens.setdefault(int(index))
    runs: List[List[int]] = []
    for index in sorted(tokens):
        if runs and runs[-1][1] == index:
            runs[-1][1] = index + 1
        else:
            runs.append([index, index + 1])
    return tuple((start, end) for start, end in runs)
