"""A doc with its triples as a JSON object, and back: the one form in which commands,
the corpus format, stores of annotation and users exchange them.

    {"language": "de", "text": "Die Brücke wurde 1901 gebaut.",
     "triples": [{"subject": {"text": "Die Brücke", "spans": [[0, 10]]},
                  "relation": {"text": "wurde gebaut", "spans": [[11, 16], [22, 28]]},
                  "objects": [{"text": "1901", "spans": [[17, 21]]}],
                  "score": 0.9, "language": "de", "adapter": "de", "origin": "xoie",
                  "negated": false, "modality": "asserted", "source": null,
                  "construction": "passive"}]}

Spans are characters of the text, end exclusive. They must not cut a token: with other
tokens than those that they were made on, a record that has to is refused.
"""

from typing import Any, Dict, List, Mapping, Optional, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from ..errors import DataError
from ..ty import Pieces, TokenTriple
from .antecedents import Places, places_from_record, set_antecedents
from .codes import UNDETERMINED, language_code
from .cores import CoreRow, core_from_record, set_cores
from .factuality import UNJUDGED
from .languages import language_of
from .text import are_offsets, token_pieces
from .triples import (
    OBJECTS,
    SOURCE,
    SPAN_KEY,
    SUBJECT,
    check_triple,
    get_triples,
    set_triples,
)


def record_of(
    doc: Doc, *, key: str = SPAN_KEY, with_tokens: bool = False
) -> Dict[str, Any]:
    """Write down a doc.

    doc (Doc): The doc.
    key (str): Name of the span group of its triples.
    with_tokens (bool): Whether to write down its tokens, as offsets, and its tree, if
        it has one. Then "triples" is left out if the doc has no such group, which is
        not the same as an empty one.
    RETURNS (Dict[str, Any]): JSON-ready: "language", "text", "triples" (as
        `Triple.to_dict` has them), perhaps "tokens" and "tree".
    """
    record: Dict[str, Any] = {"language": language_of(doc, key=key), "text": doc.text}
    if key in doc.spans or not with_tokens:
        record["triples"] = [triple.to_dict() for triple in get_triples(doc, key=key)]
    if with_tokens:
        record["tokens"] = [[token.idx, token.idx + len(token)] for token in doc]
        if doc.has_annotation("DEP"):
            record["tree"] = {
                "heads": [token.head.i for token in doc],
                "labels": [token.dep_ for token in doc],
                "tags": [token.pos_ for token in doc],
            }
    return record


def doc_from_record(
    nlp: Language, record: Mapping[str, Any], *, key: str = SPAN_KEY
) -> Doc:
    """Make a doc of a record. Fields that are none of a record are left aside.

    nlp (Language): The pipeline whose tokenizer is used, unless the record has tokens.
    record (Mapping[str, Any]): What `record_of` gives, or of our corpus format.
    key (str): Name of the span group of triples; there is none if the record has no
        "triples".
    RETURNS (Doc): The doc. Its triples know their language; that of the doc is not set.
    RAISES (DataError): If a field is missing or wrong, or a span cuts a token; with the
        field.
    """
    text, language = record.get("text"), record.get("language")
    if not isinstance(text, str):
        raise DataError(f"this must be a text, but it is {text!r:.60}", "text")
    if language_code(language, field="language") == UNDETERMINED:
        language = ""
    if record.get("tokens") is None:
        doc = nlp.make_doc(text)
    else:
        doc = _make_doc(nlp, text, record["tokens"], record.get("tree"))
    if "triples" not in record:
        return doc
    triples = record["triples"]
    if not isinstance(triples, (list, tuple)):
        raise DataError(f"this must be a list, but it is {triples!r:.60}", "triples")
    token_triples = [
        _triple(doc, triple, f"triples.{number}", str(language))
        for number, triple in enumerate(triples)
    ]
    set_triples(doc, token_triples, key=key, language=str(language))
    rows = [_cores(doc, one, f"triples.{number}") for number, one in enumerate(triples)]
    if any(map(any, rows)):
        ids = doc.spans[key].attrs["triples"]
        set_cores(doc, dict(zip(ids, rows, strict=True)), key=key)
    meant = [
        _antecedents(doc, one, f"triples.{number}")
        for number, one in enumerate(triples)
    ]
    if any(meant):
        ids = doc.spans[key].attrs["triples"]
        set_antecedents(doc, dict(zip(ids, meant, strict=True)), key=key)
    return doc


def _make_doc(nlp: Language, text: str, tokens: Any, tree: Any) -> Doc:
    """A doc of tokens that are known, with its tree."""
    if not are_offsets(tokens):
        raise DataError(f"these are no stretches of the text: {tokens!r:.60}", "tokens")
    starts = [*(start for start, _ in tokens), len(text)]
    spaces = [end < start for (_, end), start in zip(tokens, starts[1:], strict=True)]
    words = [text[start:end] for start, end in tokens]
    tree = tree if isinstance(tree, Mapping) else {}
    try:
        doc = Doc(
            nlp.vocab,
            words=words,
            spaces=spaces,
            heads=tree.get("heads"),
            deps=tree.get("labels"),
            pos=tree.get("tags"),
        )
    except (ValueError, TypeError) as e:
        raise DataError(f"this is no tree of the tokens: {e}", "tree") from e
    if doc.text != text:
        raise DataError("these do not make up the text", "tokens")
    return doc


def _triple(doc: Doc, triple: Any, place: str, language: str) -> TokenTriple:
    if not isinstance(triple, Mapping):
        raise DataError(f"this is no triple: {triple!r:.60}", place)
    objects = triple.get("objects")
    if not isinstance(objects, (list, tuple)):
        raise DataError(
            f"this must be a list, but it is {objects!r:.60}", f"{place}.objects"
        )
    score = triple.get("score")
    if isinstance(score, bool) or not isinstance(score, (int, float, type(None))):
        raise DataError(
            f"this must be a number, but it is {score!r:.60}", f"{place}.score"
        )
    negated = triple.get("negated", False)
    if not isinstance(negated, bool):
        raise DataError(
            f"this must be true or false, but it is {negated!r:.60}", f"{place}.negated"
        )
    token_triple = TokenTriple(
        _pieces(doc, triple.get("subject"), f"{place}.subject"),
        _pieces(doc, triple.get("relation"), f"{place}.relation"),
        tuple(
            _pieces(doc, part, f"{place}.objects.{number}")
            for number, part in enumerate(objects)
        ),
        score=None if score is None else float(score),
        language=str(triple.get("language") or language),
        adapter=str(triple.get("adapter") or ""),
        origin=str(triple.get("origin", "gold")),
        negated=negated,
        modality=str(triple.get("modality") or UNJUDGED),
        source=_source(doc, triple.get("source"), f"{place}.source"),
        construction=str(triple.get("construction") or ""),
    )
    try:
        check_triple(token_triple, len(doc))
    except DataError as e:
        raise DataError(str(e), place) from e
    return token_triple


def _source(doc: Doc, source: Any, place: str) -> Pieces:
    """Who says so. In older files of projected triples it is the id of the original."""
    return () if isinstance(source, str) else _pieces(doc, source or (), place)


def _antecedents(doc: Doc, triple: Mapping[str, Any], place: str) -> Dict[str, Places]:
    """Who is meant by the parts of a triple, by their roles."""
    parts = [
        (SUBJECT, "subject", triple.get("subject")),
        (SOURCE, "source", triple.get("source")),
        *(
            (role, f"objects.{number}", part)
            for number, (role, part) in enumerate(
                zip(OBJECTS, triple["objects"], strict=False)
            )
        ),
    ]
    return {
        role: places_from_record(doc, part["antecedent"], f"{place}.{name}.antecedent")
        for role, name, part in parts
        if isinstance(part, Mapping) and part.get("antecedent") is not None
    }


def _cores(doc: Doc, triple: Mapping[str, Any], place: str) -> CoreRow:
    """The cores of the source and the arguments of a triple."""
    parts = {"source": triple.get("source"), "subject": triple["subject"]}
    parts.update({f"objects.{n}": part for n, part in enumerate(triple["objects"])})
    return [
        (
            core_from_record(doc, part.get("core"), f"{place}.{name}.core")
            if isinstance(part, Mapping)
            else None
        )
        for name, part in parts.items()
    ]


def _pieces(doc: Doc, part: Any, place: str) -> Pieces:
    """The tokens of a part; its spans may stand alone, as in older files."""
    spans: Optional[Sequence[List[int]]]
    spans = part.get("spans") if isinstance(part, Mapping) else part
    if not are_offsets(spans):
        raise DataError(
            f"this must be a list of [start, end], but it is {spans!r:.60}",
            f"{place}.spans",
        )
    return token_pieces(doc, spans or (), field=f"{place}.spans")
