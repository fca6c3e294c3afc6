"""Whether triples that were carried over are found again on the way back."""

from typing import Optional

from ..doc.triples import SPAN_KEY, get_triples
from ..evaluation.matching import (
    TextPlaces,
    match_triples,
    placed_triples,
    soft_f1,
)
from ..projection.aligners.lexical import LexicalAligner
from ..projection.spans import project_triples
from ..projection.ty import Aligner, Pair
from ..registries import measures
from .ty import Annotation


@measures("spacy-xoie.BackProjection.v1")
def make_back_projection(aligner: Optional[Aligner] = None) -> "BackProjection":
    """Make a measure of how faithful triples of a translation are. See
    `BackProjection`."""
    return BackProjection(aligner)


class BackProjection:
    """Carries the triples of a translation back to the source, and compares them there
    with those that the source has. What was lost on the way counts, and so does what
    came back as something else (the account of faithfulness of MultiTACRED, Hennig et
    al. 2023, and AlignXIE, Zuo et al. 2024).

    The way back is made of links of its own. If they come from the aligner that made
    the way there, a wrong link may lead back to where it came from, so take another
    one, or see the figure as an upper bound.

    aligner (Optional[Aligner]): Links the words of translation and source; by default
        `LexicalAligner("freedict")`.
    """

    def __init__(self, aligner: Optional[Aligner] = None) -> None:
        self.aligner = aligner or LexicalAligner("freedict")

    def __call__(self, annotation: Annotation) -> Optional[float]:
        """Compare the triples of a record with those of its source.

        annotation (Annotation): The record.
        RETURNS (Optional[float]): F1 of the similarities of triples, 0 to 1; None if
            there is no source, or no triple on either side.
        """
        doc, source = annotation.doc, annotation.source
        if doc is None or source is None or SPAN_KEY not in source.spans:
            return None
        language = annotation.item.language
        source_language = _source_language(annotation)
        pair = Pair(doc, source, language, source_language)
        (alignment,) = self.aligner([pair])
        projection = project_triples(
            get_triples(doc),
            source,
            alignment,
            source_language=language,
            target_language=source_language,
        )
        places = TextPlaces(source)
        back = [places.place(one.triple.parts) for one in projection.triples]
        references = placed_triples(source)
        shared = sum(match.score for match in match_triples(back, references))
        return soft_f1(shared, len(get_triples(doc)), len(references))


def _source_language(annotation: Annotation) -> str:
    assert annotation.source is not None
    language: str = annotation.source.spans[SPAN_KEY].attrs.get("language", "")
    if not language and annotation.item.source is not None:
        language = annotation.item.source.language
    return language
