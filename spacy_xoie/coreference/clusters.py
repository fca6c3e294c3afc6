"""Clusters of mentions that other components found, as these leave them in a doc."""

from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from spacy.tokens import Doc, Span

from ..doc.languages import language_of
from ..doc.triples import OBJECTS, SUBJECT, Phrase, Triple
from ..errors import DataError
from ..language.function_words import function_words
from .resolving import Found, bare_tokens
from .words import words_of


@dataclass(frozen=True)
class Cluster:
    """Mentions of one entity.

    mentions (Tuple[Tuple[int, …], …]): The tokens of each mention.
    best (Optional[int]): Number of the one that says most, if the component says so.
    """

    mentions: Tuple[Tuple[int, ...], ...]
    best: Optional[int] = None


def clusters_of(doc: Doc, prefix: str) -> List[Cluster]:
    """Read the clusters of a doc: those of coreferee (`doc._.coref_chains`, tokens that
    are heads), of fastcoref (`doc._.coref_clusters`, places in characters), or of
    spaCy's experimental coreference (span groups whose keys begin with a prefix).

    doc (Doc): The doc.
    prefix (str): What the keys of span groups of clusters begin with, before "_" and
        a number.
    RETURNS (List[Cluster]): The clusters of the first of these that has any.
    RAISES (DataError): If they lie outside of the doc.
    """
    chains = getattr(doc._, "coref_chains", None) if _has(doc, "coref_chains") else None
    if chains:
        return [
            Cluster(
                tuple(tuple(mention.token_indexes) for mention in chain),
                chain.most_specific_mention_index,
            )
            for chain in chains
        ]
    places = doc._.coref_clusters if _has(doc, "coref_clusters") else None
    if places:
        return [
            Cluster(tuple(_tokens(doc, place) for place in cluster))
            for cluster in places
        ]
    return [
        Cluster(tuple(tuple(range(span.start, span.end)) for span in group))
        for key, group in doc.spans.items()
        if key.startswith(f"{prefix}_") and key[len(prefix) + 1 :].isdecimal()
    ]


def link_clusters(
    doc: Doc, triples: Sequence[Triple], clusters: Sequence[Cluster]
) -> Found:
    """Give the parts of triples that are mentions the mention that says most.

    doc (Doc): The doc.
    triples (Sequence[Triple]): Its triples.
    clusters (Sequence[Cluster]): Its clusters.
    RETURNS (Found): The antecedents, by the id of the triple and the role of the part.
    """
    language = language_of(doc, key=None)
    function = function_words(language)
    pronouns = {*words_of(language).pronouns, *function.pronouns}
    cluster_of = {
        mention: cluster for cluster in clusters for mention in cluster.mentions
    }
    phrases = [p for triple in triples for p in (triple.subject, *triple.objects) if p]
    found: Found = {}
    for triple in triples:
        roles = zip(
            (SUBJECT, *OBJECTS), (triple.subject, *triple.objects), strict=False
        )
        for role, phrase in roles:
            if not phrase:
                continue
            tokens = tuple(t.i for t in bare_tokens(phrase, function))
            cluster = cluster_of.get(tokens)
            if cluster is None:
                continue
            best = _best(doc, cluster, pronouns)
            if best is None or best == tokens:
                continue
            span = _whole(doc, best, phrases)
            if not set(tokens) <= set(range(span.start, span.end)):
                place = [span.start_char, span.end_char]
                found.setdefault(triple.id, {})[role] = [place]
    return found


def _has(doc: Doc, name: str) -> bool:
    return bool(Doc.has_extension(name))


def _tokens(doc: Doc, place: Tuple[int, int]) -> Tuple[int, ...]:
    span = doc.char_span(*place, alignment_mode="expand")
    if span is None:
        raise DataError(
            f"doc._.coref_clusters has a mention at characters {place!r}, which are "
            f"not in the doc. Let the coreference component read the doc anew."
        )
    return tuple(range(span.start, span.end))


def _best(doc: Doc, cluster: Cluster, pronouns: set[str]) -> Optional[Tuple[int, ...]]:
    """The mention that says most: the one that the component names, else the first that
    is no pronoun."""
    if cluster.best is not None:
        return cluster.mentions[cluster.best]
    for mention in cluster.mentions:
        only = doc[mention[0]]
        if len(mention) > 1 or not (
            only.lower_ in pronouns or only.pos_ in ("PRON", "DET")
        ):
            return mention
    return None


def _whole(doc: Doc, mention: Tuple[int, ...], phrases: Sequence[Phrase]) -> Span:
    """The whole phrase of a mention of which only the head is given."""
    span = doc[mention[0] : mention[-1] + 1]
    if len(mention) > 1:
        return span
    around = [
        piece
        for phrase in phrases
        for piece in phrase.spans
        if piece.start <= mention[0] < piece.end
    ]
    return min(around, key=len) if around else span
