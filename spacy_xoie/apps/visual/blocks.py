"""Docs cut into what is drawn together: a sentence with its triples."""

from typing import Dict, List, NamedTuple, Set, Tuple

from spacy.tokens import Doc

from ...doc.codes import UNDETERMINED
from ...doc.languages import best_language, language_of, sentence_scores
from ...doc.triples import ROLES, SPAN_KEY, Triple, get_triples
from ...language import sentence_bounds
from ...ty import tokens_of


class Block(NamedTuple):
    """A stretch of a doc, with the triples in it: a sentence, or several if a triple
    runs across them.

    doc (Doc): The doc.
    start, end (int): First token and end.
    language (str): Language of the first sentence, "" if unknown.
    triples (Tuple[Triple, …]): The triples.
    """

    doc: Doc
    start: int
    end: int
    language: str
    triples: Tuple[Triple, ...]

    @property
    def text(self) -> str:
        return self.doc[self.start : self.end].text


def blocks(doc: Doc, *, key: str = SPAN_KEY) -> List[Block]:
    """Cut a doc into blocks.

    doc (Doc): The doc.
    key (str): Name of the span group of the triples.
    RETURNS (List[Block]): The blocks, in order, all tokens in one of them.
    """
    triples = get_triples(doc, key=key)
    reaches = [reach(triple) for triple in triples]
    inner: Set[int] = set()
    for first, end in reaches:
        inner.update(range(first + 1, end))
    bounds: List[Tuple[int, int]] = []
    for start, end in sentence_bounds(doc):
        if start in inner:
            bounds[-1] = (bounds[-1][0], end)
        else:
            bounds.append((start, end))
    groups: List[List[Triple]] = [[] for _ in bounds]
    place = {token: i for i, bound in enumerate(bounds) for token in range(*bound)}
    for triple, (first, _) in zip(triples, reaches, strict=True):
        groups[place[first]].append(triple)
    return [
        Block(doc, start, end, _language(doc, start, members, key), tuple(members))
        for (start, end), members in zip(bounds, groups, strict=True)
    ]


def reach(triple: Triple) -> Tuple[int, int]:
    """RETURNS (Tuple[int, int]): First token of a triple, and the end of its last."""
    pieces = [piece for part in triple.parts for piece in part.pieces]
    return min(start for start, _ in pieces), max(end for _, end in pieces)


def roles_of_tokens(triple: Triple) -> Dict[int, Tuple[str, ...]]:
    """RETURNS (Dict[int, Tuple[str, …]]): The roles of each token that is part of a
    triple: one, or several where parts overlap."""
    roles: Dict[int, Tuple[str, ...]] = {}
    for role, part in zip(ROLES, triple.parts, strict=False):
        for token in tokens_of(part.pieces):
            roles[token] = (*roles.get(token, ()), role)
    return roles


def _language(doc: Doc, start: int, triples: List[Triple], key: str) -> str:
    """The language of the first sentence, else that of the doc's triples, else that of
    its pipeline."""
    if triples and triples[0].language:
        return triples[0].language
    scores = sentence_scores(doc, start, start + 1)
    code = best_language(scores) if scores else language_of(doc, key=key)
    return "" if code == UNDETERMINED else code
