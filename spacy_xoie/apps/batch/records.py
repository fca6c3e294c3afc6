"""A document with its triples as a JSON object, and back."""

from typing import Any, Dict, List, Tuple

from spacy.language import Language
from spacy.tokens import Doc

from ...doc.codes import UNDETERMINED, language_code
from ...doc.languages import language_of, set_language
from ...doc.triples import OBJECTS, get_triples, set_triples
from ...errors import DataError
from ...ty import Pieces, TokenTriple


def doc_to_dict(doc: Doc, name: str) -> Dict[str, Any]:
    """Say what was found in a document.

    doc (Doc): The document.
    name (str): Its name.
    RETURNS (Dict[str, Any]): `{"id", "language", "text", "triples"}`, with the triples
        as `Triple.to_dict` gives them: each part with its text and its places, as
        characters of the text.
    """
    return {
        "id": name,
        "language": language_of(doc),
        "text": doc.text,
        "triples": [triple.to_dict() for triple in get_triples(doc)],
    }


def doc_from_dict(nlp: Language, data: Dict[str, Any]) -> Doc:
    """Make the document again, from what `doc_to_dict` says or from a record of our
    corpus format.

    nlp (Language): The pipeline whose tokenizer is used. A part that begins or ends
        within a token of it takes in the whole token.
    data (Dict[str, Any]): The object.
    RETURNS (Doc): The document, with its triples.
    RAISES (DataError): If a field is missing or wrong.
    """
    text = data.get("text")
    triples = data.get("triples")
    if not isinstance(text, str):
        raise DataError(f"text: this must be a text, but it is {text!r:.60}")
    if not isinstance(triples, list):
        raise DataError(f"triples: this must be a list, but it is {triples!r:.60}")
    doc = nlp.make_doc(text)
    language = language_code(data.get("language"), field="language")
    if language != UNDETERMINED:
        set_language(doc, language)
    found = []
    for number, triple in enumerate(triples):
        place = f"triples.{number}"
        try:
            parts = [triple["subject"], triple["relation"], *triple["objects"]]
            pieces = [_pieces(doc, part["spans"]) for part in parts]
            score = triple.get("score")
            found.append(
                TokenTriple(
                    pieces[0],
                    pieces[1],
                    tuple(pieces[2 : 2 + len(OBJECTS)]),
                    score=None if score is None else float(score),
                    language=str(triple.get("language") or language),
                    adapter=str(triple.get("adapter") or ""),
                    origin=str(triple.get("origin") or "gold"),
                )
            )
        except (KeyError, TypeError, ValueError, AttributeError) as e:
            raise DataError(f"{place}: this is no triple of the text: {e!r}") from e
    try:
        set_triples(doc, found, language=language)
    except DataError as e:
        raise DataError(f"triples: {e}") from e
    return doc


def _pieces(doc: Doc, spans: List[Tuple[int, int]]) -> Pieces:
    found = []
    for start, end in spans:
        span = doc.char_span(start, end, alignment_mode="expand")
        if not 0 <= start < end <= len(doc.text) or span is None:
            raise DataError(f"[{start}, {end}] is no stretch of the text")
        found.append((span.start, span.end))
    return tuple(found)
