"""BenchIE: extractions against all acceptable phrasings of each fact.

Gashteovski, Yu, Kotnis, Lawrence, Niepert and Glavaš (2022): BenchIE: A Framework for
Multi-Faceted Fact-Based Open Information Extraction Evaluation. ACL 2022.

An annotator listed for each sentence its facts, and for each fact (a cluster) every
triple that states it. Words in square brackets are optional.
"""

from dataclasses import dataclass
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple

from ..corpora.extractions import Extraction
from ..corpora.readers.benchie import BenchieSentence, Cluster, Slots
from .curves import f1_score


@dataclass(frozen=True)
class BenchieScore:
    """Scores on BenchIE.

    precision (float): Facts found, of these and the wrong extractions.
    recall (float): Facts found, of all facts.
    f1 (float): Harmonic mean of both.
    hits (int): Facts found.
    wrong (int): Extractions that state no fact.
    facts (int): Facts in the annotation.
    """

    precision: float
    recall: float
    f1: float
    hits: int
    wrong: int
    facts: int


class Piece(NamedTuple):
    """A word of a slot, or an optional group of words."""

    text: str
    optional: bool


def score_benchie(
    gold: Mapping[str, BenchieSentence],
    predicted: Mapping[str, Sequence[Extraction]],
) -> BenchieScore:
    """Score extractions by facts.

    An extraction is right if its subject, relation and object equal, letter for
    letter, those of a triple of some cluster, each optional group of words being
    there or not. It counts for the first such cluster only. A cluster that several
    extractions state is found once, and the others are neither right nor wrong;
    a wrong extraction counts each time it occurs. So precision is the share of found
    clusters in found clusters and wrong extractions, and recall the share of found
    clusters in all clusters. Extractions for other sentences are not looked at.

    gold (Mapping[str, BenchieSentence]): The annotation of each sentence id.
    predicted (Mapping[str, Sequence[Extraction]]): Extractions of each sentence id.
        The arguments after the subject, joined by a space, make the object.
    RETURNS (BenchieScore): The scores.
    """
    n_hits = wrong = facts = 0
    pieces: Dict[str, Tuple[Piece, ...]] = {}
    for number, sentence in gold.items():
        facts += len(sentence.clusters)
        hits: Set[int] = set()
        for extraction in predicted.get(number, ()):
            cluster = _first_match(sentence.clusters, slots_of(extraction), pieces)
            if cluster is None:
                wrong += 1
            else:
                hits.add(cluster)
        n_hits += len(hits)
    precision = n_hits / (n_hits + wrong) if n_hits + wrong else 0.0
    recall = n_hits / facts if facts else 0.0
    f1 = f1_score(precision, recall)
    return BenchieScore(precision, recall, f1, n_hits, wrong, facts)


def slots_of(extraction: Extraction) -> Slots:
    """RETURNS (Slots): Subject, relation, and all further arguments as object."""
    subject = extraction.arguments[0] if extraction.arguments else ""
    rest = " ".join(argument for argument in extraction.arguments[1:] if argument)
    return (subject, extraction.relation, rest)


def split_pieces(pattern: str) -> Tuple[Piece, ...]:
    """Split a slot at spaces, but not inside brackets.

    A group runs from the word with the opening bracket to the next word with a
    closing one; words that are written onto a bracket belong to it. Groups do not
    nest. A word with a bracket that has no partner is left out, as the benchmark's
    own scorer does.

    pattern (str): The slot.
    RETURNS (Tuple[Piece, ...]): The pieces, without the brackets.
    """
    words = pattern.split(" ")
    pieces: List[Piece] = []
    at = 0
    while at < len(words):
        word = words[at]
        end = at
        if "[" in word:
            closing = (k for k in range(at, len(words)) if "]" in words[k])
            end = next(closing, -1)
            if end >= 0:
                group = " ".join(words[at : end + 1])
                pieces.append(Piece(_without_brackets(group), True))
        elif "]" not in word:
            pieces.append(Piece(word, False))
        at = max(at, end) + 1
    return tuple(pieces)


def _without_brackets(text: str) -> str:
    return text.replace("[", "").replace("]", "")


def _first_match(
    clusters: Sequence[Cluster],
    slots: Slots,
    pieces: Dict[str, Tuple[Piece, ...]],
) -> Optional[int]:
    for number, cluster in enumerate(clusters):
        for triple in cluster:
            for pattern, text in zip(triple, slots, strict=True):
                if pattern not in pieces:
                    pieces[pattern] = split_pieces(pattern)
                if not matches(pieces[pattern], text):
                    break
            else:
                return number
    return None


def matches(pieces: Sequence[Piece], text: str) -> bool:
    """Compare a slot of an annotation with a slot of an extraction.

    pieces (Sequence[Piece]): The slot of the annotation.
    text (str): The slot of the extraction.
    RETURNS (bool): Whether some choice of the optional words makes them equal.
    """
    # All places in the text that some choice of the pieces so far can reach. Every
    # piece ends with a space; space around the whole does not count.
    text = text.strip()
    if not text:
        return all(piece.optional or not piece.text.strip() for piece in pieces)
    text += " "
    places = {0}
    for piece in pieces:
        reached = set(places) if piece.optional else set()
        for place in places:
            after = _after(text, place, piece.text + " ")
            if after is not None:
                reached.add(after)
        if not reached:
            return False
        places = reached
    return len(text) in places


def _after(text: str, place: int, piece: str) -> Optional[int]:
    if place == 0:
        piece = piece.lstrip()
    if text.startswith(piece, place):
        return place + len(piece)
    # Space at the end of the last piece, or nothing but space after the last.
    trimmed = piece.rstrip()
    if not trimmed:
        return place if place == len(text) else None
    return len(text) if text[place:] == trimmed + " " else None
