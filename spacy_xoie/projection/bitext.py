"""Triples of docs carried to docs that are their translations."""

from typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple

from spacy.tokens import Doc

from ..doc.languages import language_of
from ..doc.translations import (
    Alignment,
    Links,
    Origin,
    Provenance,
    doc_id,
    set_provenance,
)
from ..doc.triples import SPAN_KEY, get_triples, set_triples
from ..language import sentence_bounds
from .aligners.lexical import LexicalAligner
from .spans import Limits, Mode, Projection, project_triples
from .ty import Aligner, CharLink, Pair, fit_aligner

Bounds = Tuple[int, int, int, int]
"""First token and end of a part of the source, and of the same part of the target."""


class Bitext(NamedTuple):
    """A doc and its translation.

    source (Doc): The doc, with triples.
    target (Doc): The translation.
    parts (Optional[Sequence[Bounds]]): Which stretches of tokens are translations of
        each other, in order; None finds out by the sentences.
    links (Optional[Sequence[CharLink]]): Links that the translator gave.
    """

    source: Doc
    target: Doc
    parts: Optional[Sequence[Bounds]] = None
    links: Optional[Sequence[CharLink]] = None


def project_bitext(
    pairs: Iterable[Tuple[Doc, Doc]],
    *,
    source_language: Optional[str] = None,
    target_language: Optional[str] = None,
    aligner: Optional[Aligner] = None,
    fit: bool = True,
    mode: Mode = "recall",
    limits: Optional[Limits] = None,
    key: str = SPAN_KEY,
) -> List[Projection]:
    """Carry the triples of docs to their translations, in which they are stored.

    pairs (Iterable[Tuple[Doc, Doc]]): Docs with triples, and their translations.
    source_language, target_language (Optional[str]): Languages; by default those of the
        docs.
    aligner (Optional[Aligner]): The aligner, by default `LexicalAligner()`.
    fit (bool): Whether the aligner learns from the pairs first, if it can: the more
        pairs there are, the better.
    mode (Mode): "recall" or "precise", see `project_triples`.
    limits (Optional[Limits]): What "precise" asks for.
    key (str): Key of the span groups.
    RETURNS (List[Projection]): What was carried over, and what was not, for each pair.
    """
    texts = [Bitext(source, target) for source, target in pairs]
    aligner = LexicalAligner() if aligner is None else aligner
    languages = [
        (
            source_language or language_of(text.source),
            target_language or language_of(text.target),
        )
        for text in texts
    ]
    if fit:
        cut = zip(texts, languages, strict=True)
        fit_aligner(
            aligner, [pair for text, codes in cut for pair in _pairs(text, codes)]
        )
    return carry_over(texts, languages, aligner, mode=mode, limits=limits, key=key)


def carry_over(
    texts: Sequence[Bitext],
    languages: Sequence[Tuple[str, str]],
    aligner: Aligner,
    *,
    mode: Mode,
    limits: Optional[Limits],
    key: str,
    origin: str = "projection",
) -> List[Projection]:
    """Align docs, carry the triples of one side over, and store them in the other.

    texts (Sequence[Bitext]): The docs.
    languages (Sequence[Tuple[str, str]]): Languages of source and target of each.
    aligner (Aligner): The aligner.
    mode (Mode): "recall" or "precise", see `project_triples`.
    limits (Optional[Limits]): What "precise" asks for.
    key (str): Key of the span groups.
    origin (str): The origin of the new triples.
    RETURNS (List[Projection]): What was carried over, and what was not, for each.
    """
    results = []
    for text, (source, target), alignment in zip(
        texts, languages, align_docs(texts, languages, aligner), strict=True
    ):
        projection = project_triples(
            get_triples(text.source, key=key),
            text.target,
            alignment,
            source_language=source,
            target_language=target,
            mode=mode,
            limits=limits,
        )
        store_projection(
            text, projection, alignment, source, target, key=key, origin=origin
        )
        results.append(projection)
    return results


def align_docs(
    texts: Sequence[Bitext], languages: Sequence[Tuple[str, str]], aligner: Aligner
) -> List[Alignment]:
    """Align docs sentence by sentence, where both sides have as many sentences, else as
    a whole.

    texts (Sequence[Bitext]): The docs.
    languages (Sequence[Tuple[str, str]]): Languages of source and target of each.
    aligner (Aligner): The aligner.
    RETURNS (List[Alignment]): Links between tokens of the docs, for each.
    """
    pairs: List[Pair] = []
    places: List[Tuple[int, Bounds]] = []
    for number, (text, codes) in enumerate(zip(texts, languages, strict=True)):
        for bounds, pair in zip(_parts(text), _pairs(text, codes), strict=True):
            pairs.append(pair)
            places.append((number, bounds))
    links_of: List[List[Tuple[Tuple[int, int], float, bool]]] = [[] for _ in texts]
    for (number, (start, _, target_start, _)), alignment in zip(
        places, aligner(pairs), strict=True
    ):
        for (i, j), score, agreed in zip(*alignment, strict=True):
            links_of[number].append(((i + start, j + target_start), score, agreed))
    for links in links_of:
        links.sort()
    return [
        Alignment(
            tuple(link for link, _, _ in links),
            tuple(score for _, score, _ in links),
            tuple(agreed for _, _, agreed in links),
        )
        for links in links_of
    ]


def store_projection(
    text: Bitext,
    projection: Projection,
    alignment: Alignment,
    source_language: str,
    target_language: str,
    *,
    key: str,
    origin: str,
) -> None:
    """Store the triples of a projection in the translation, with where they come from.

    text (Bitext): The doc and its translation.
    projection (Projection): What was carried over.
    alignment (Alignment): Links between the tokens of both.
    source_language, target_language (str): The languages.
    key (str): Key of the span group.
    origin (str): The origin of the triples.
    """
    triples = [one.triple._replace(origin=origin) for one in projection.triples]
    set_triples(text.target, triples, key=key, language=target_language)
    stored = get_triples(text.target, key=key)
    origins = {
        triple.id: Origin(one.source, one.alignment, one.agreement, one.lost)
        for triple, one in zip(stored, projection.triples, strict=True)
    }
    set_provenance(
        text.target,
        Provenance(
            doc_id(text.source),
            source_language,
            alignment,
            origins,
            projection.refused,
        ),
    )


def _parts(text: Bitext) -> Sequence[Bounds]:
    if text.parts is not None:
        return text.parts
    sides = sentence_bounds(text.source), sentence_bounds(text.target)
    if len(sides[0]) == len(sides[1]):
        return [(*a, *b) for a, b in zip(*sides, strict=True)]
    return [(0, len(text.source), 0, len(text.target))]


def _pairs(text: Bitext, languages: Tuple[str, str]) -> List[Pair]:
    links = None if text.links is None else _token_links(text, text.links)
    return [
        Pair(
            text.source[a:b],
            text.target[c:d],
            *languages,
            links=links
            and tuple((i - a, j - c) for i, j in links if a <= i < b and c <= j < d),
        )
        for a, b, c, d in _parts(text)
    ]


def _token_links(text: Bitext, links: Sequence[CharLink]) -> Links:
    token_links = set()
    for start, end, target_start, target_end in links:
        one = text.source.char_span(start, end, alignment_mode="expand")
        other = text.target.char_span(target_start, target_end, alignment_mode="expand")
        if one is not None and other is not None:
            token_links |= {(s.i, t.i) for s in one for t in other}
    return tuple(sorted(token_links))
