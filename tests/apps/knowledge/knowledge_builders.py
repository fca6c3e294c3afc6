"""Docs with triples whose parts are given as token offsets."""

from typing import List, Optional, Tuple

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.schema.component import SchemaMapper

pyoxigraph = pytest.importorskip("pyoxigraph")

_MAPPERS: List[Language] = []


def make_doc(
    text: str,
    *triples: Tuple[Tuple[int, int], ...],
    language: str = "en",
    score: Optional[float] = 0.5,
) -> Doc:
    """A doc whose triples are spans of tokens: subject, relation, objects. A subject
    (0, 0) is implied."""
    if not _MAPPERS:
        nlp = multilingual_pipeline()
        nlp.add_pipe("xoie_schema")
        _MAPPERS.append(nlp)
    (nlp,) = _MAPPERS
    doc = nlp.make_doc(text)
    found = [
        TokenTriple(
            (subject,) if subject[1] else (),
            (relation,),
            tuple((part,) for part in objects),
            score=score,
            language=language,
            origin="test",
        )
        for subject, relation, *objects in triples
    ]
    set_triples(doc, found, language=language)
    mapper = nlp.get_pipe("xoie_schema")
    assert isinstance(mapper, SchemaMapper)
    return mapper(doc)
