"""Docs with one triple, given as pieces of the text."""

from typing import Tuple

from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.schema.component import SchemaMapper
from spacy_xoie.ty import Pieces

Said = Tuple[str, ...]
"""Language, text, subject, relation and objects; "|" stands between pieces."""


def schema_pipeline(**config: object) -> Language:
    nlp = multilingual_pipeline()
    nlp.add_pipe("xoie_schema", config=config)
    return nlp


def make_doc(nlp: Language, *said: Said) -> Doc:
    """A doc of these sentences, each with its triple."""
    doc = nlp.make_doc(" ".join(text for _, text, *_ in said))
    triples, start = [], 0
    for language, text, subject, relation, *objects in said:
        triples.append(
            TokenTriple(
                _pieces(doc, subject, start),
                _pieces(doc, relation, start),
                tuple(_pieces(doc, part, start) for part in objects),
                score=0.8,
                language=language,
            )
        )
        start += len(text) + 1
    set_triples(doc, triples)
    return doc


def facts_of(nlp: Language, *said: Said) -> Doc:
    mapper = nlp.get_pipe("xoie_schema")
    assert isinstance(mapper, SchemaMapper)
    return mapper(make_doc(nlp, *said))


def _pieces(doc: Doc, part: str, start: int) -> Pieces:
    """Pieces come one after the other in the text."""
    found = []
    place = start
    for piece in filter(None, part.split("|")):
        place = doc.text.index(piece, place)
        span = doc.char_span(place, place + len(piece), alignment_mode="expand")
        assert span is not None, (doc.text, piece)
        found.append((span.start, span.end))
        place += len(piece)
    return tuple(found)
