"""What the API says of a doc: JSON-ready, offsets in characters (Unicode code points),
ends exclusive."""

from bisect import bisect_right
from typing import Any, Dict, List, Optional

from spacy.tokens import Doc

from ...doc.languages import language_of
from ...doc.translations import Translations, get_provenance, get_untranslated
from ...doc.triples import SPAN_KEY, Triple, get_triples
from ...language import sentence_bounds


def doc_record(doc: Doc, *, key: str = SPAN_KEY) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): The languages, sentences, triples and translations of a
    doc. The text itself is not among them."""
    record = _side(doc, key)
    record["translations"] = {
        code: _translation(translation, key)
        for code, translation in Translations(doc).items()
    }
    record["untranslated"] = {
        code: {"reason": why.reason, "detail": why.detail}
        for code, why in get_untranslated(doc).items()
    }
    return record


def _side(doc: Doc, key: str) -> Dict[str, Any]:
    sentences = _sentences(doc)
    starts = [sentence["start"] for sentence in sentences]
    return {
        "language": language_of(doc, key=key),
        "characters": len(doc.text),
        "sentences": sentences,
        "triples": [_triple(triple, starts) for triple in get_triples(doc, key=key)],
    }


def _sentences(doc: Doc) -> List[Dict[str, Any]]:
    sentences = []
    for start, end in sentence_bounds(doc):
        span = doc[start:end]
        if not span.text.strip():
            continue
        language = span._.language
        score: Optional[float] = span._.language_scores.get(language)
        sentences.append(
            {
                "start": span.start_char,
                "end": span.end_char,
                "language": language,
                "score": None if score is None else round(score, 4),
            }
        )
    return sentences


def _triple(triple: Triple, starts: List[int]) -> Dict[str, Any]:
    record = triple.to_dict()
    if record["score"] is not None:
        record["score"] = round(record["score"], 4)
    sentence = bisect_right(starts, triple.relation.start_char) - 1
    return {
        **record,
        "sentence": max(0, sentence),
        "binary": [list(fact) for fact in triple.binary()],
    }


def _translation(doc: Doc, key: str) -> Dict[str, Any]:
    record = {"text": doc.text, **_side(doc, key), "refused": []}
    provenance = get_provenance(doc)
    if provenance is None:
        return record
    for triple in record["triples"]:
        origin = provenance.origins.get(triple["id"])
        if origin is not None:
            triple["original"] = origin.source
            triple["alignment"] = origin.alignment
            triple["agreement"] = origin.agreement
            triple["lost"] = list(origin.lost)
    record["refused"] = [
        {"original": one.source, "reason": one.reason, "detail": one.detail}
        for one in provenance.refused
    ]
    return record
