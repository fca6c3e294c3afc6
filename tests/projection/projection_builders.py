"""Pairs, alignments and docs, made by hand for the tests of projection."""

from typing import Iterable, List, Tuple

from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.languages import set_language
from spacy_xoie.doc.translations import Alignment, Links
from spacy_xoie.projection.ty import Pair

VOCAB = Vocab()


def pair(source: str, target: str, languages: Tuple[str, str] = ("en", "es")) -> Pair:
    """A pair of sentences given as tokens with spaces between them."""
    return Pair(
        Doc(VOCAB, words=source.split()), Doc(VOCAB, words=target.split()), *languages
    )


def sure(links: Iterable[Tuple[int, int]]) -> Alignment:
    """Links without any doubt."""
    sorted_links = tuple(sorted(links))
    n = len(sorted_links)
    return Alignment(sorted_links, (1.0,) * n, (True,) * n)


def by_words(source: str, target: str, words: str) -> Links:
    """Links from text such as "house=casa the=la"; each word of a side stands for its
    first token of that form that is still free, "a+b" for several."""
    sides = source.split(), target.split()
    found = []
    for item in words.split():
        left, _, right = item.partition("=")
        rows = [sides[0].index(word) for word in left.split("+")]
        columns = [sides[1].index(word) for word in right.split("+")]
        found += [(i, j) for i in rows for j in columns]
    return tuple(sorted(found))


def with_triples(
    language: str, text: str, triples: List[Tuple[str, str, List[str]]]
) -> Doc:
    """A doc (tokens with spaces between them) with triples, as pieces of its text."""
    words = text.split()
    spaces = [True] * (len(words) - 1) + [False] * bool(words)
    doc = Doc(blank_pipeline(language).vocab, words=words, spaces=spaces)
    set_language(doc, language)

    def places(part: str) -> Tuple[Tuple[int, int], ...]:
        found = []
        for piece in filter(None, part.split("|")):
            inside = piece.split()
            start = next(
                i for i in range(len(words)) if words[i : i + len(inside)] == inside
            )
            found.append((start, start + len(inside)))
        return tuple(found)

    made = [
        TokenTriple(places(subject), places(relation), tuple(map(places, objects)), 0.5)
        for subject, relation, objects in triples
    ]
    set_triples(doc, made, language=language)
    return doc
