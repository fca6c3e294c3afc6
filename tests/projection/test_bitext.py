"""Triples of docs carried to docs that are their translations."""

from typing import Any, List, Sequence

import pytest
from projection_builders import sure, with_triples
from spacy.tokens import Doc

from spacy_xoie import get_triples
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.languages import language_of
from spacy_xoie.doc.translations import Alignment, doc_id, get_provenance
from spacy_xoie.projection.aligners.intrinsic import IntrinsicAligner
from spacy_xoie.projection.bitext import Bitext, align_docs, project_bitext
from spacy_xoie.projection.ty import CharLink, Pair

PEOPLE = ["Anna", "Bruno", "Clara", "David", "Emma", "Felix"]
VERBS = {"sees": ("ve", "sieht"), "finds": ("encuentra", "findet")}
THINGS = {
    "house": ("casa", "Haus"),
    "bottle": ("botella", "Fläschchen"),
    "bridge": ("puente", "Brückchen"),
}


def bitext(language: str) -> List[tuple[Doc, Doc]]:
    """Sentences with an object before the verb in the translation."""
    which = ("es", "de").index(language)
    pairs = []
    for name in PEOPLE:
        for verb, verbs in VERBS.items():
            for thing, things in THINGS.items():
                one = with_triples(
                    "en",
                    f"{name} {verb} the {thing} .",
                    [(name, verb, [f"the {thing}"])],
                )
                article = ("la", "das")[which]
                words = [article, things[which], verbs[which], name, "."]
                other = Doc(blank_pipeline(language).vocab, words=words)
                pairs.append((one, other))
    return pairs


@pytest.mark.parametrize("language", ["es", "de"])
@pytest.mark.parametrize("mode", ["recall", "precise"])
def test_own_bitext(language: str, mode: Any) -> None:
    pairs = bitext(language)
    results = project_bitext(pairs, mode=mode)
    assert len(results) == len(pairs)
    right = 0
    for (_, target), result in zip(pairs, results):
        assert len(result.triples) + len(result.refused) == 1
        words = [token.text for token in target]
        expected = (words[3], words[2], " ".join(words[:2]))
        right += [t.as_tuple() for t in get_triples(target)] == [expected]
    assert right > 0.9 * len(pairs)


def test_where_triples_come_from() -> None:
    ((source, target),) = [bitext("es")[0]]
    (result,) = project_bitext([(source, target)], aligner=Given([3, 2, 1, 0, 4]))
    (triple,) = get_triples(target)
    assert triple.origin == "projection"
    assert triple.language == "es"
    provenance = get_provenance(target)
    assert provenance is not None
    assert provenance.source == doc_id(source)
    assert provenance.language == "en"
    assert provenance.origins[triple.id].source == get_triples(source)[0].id
    assert provenance.alignment == sure([(0, 3), (1, 2), (2, 1), (3, 0), (4, 4)])
    assert result.triples[0].source == get_triples(source)[0].id


class Given:
    """Links each token to a given one; remembers what it saw."""

    def __init__(self, places: Sequence[int]) -> None:
        self.places = places
        self.fitted: List[Pair] = []
        self.asked: List[Pair] = []

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        self.asked.extend(pairs)
        return [
            sure(
                (i, j)
                for i, j in enumerate(self.places)
                if i < len(pair.source) and j < len(pair.target)
            )
            for pair in pairs
        ]

    def fit(self, pairs: Sequence[Pair]) -> None:
        self.fitted.extend(pairs)


def test_languages_and_fit() -> None:
    data = bitext("es")[:3]
    aligner = Given([3, 2, 1, 0])
    project_bitext(data, aligner=aligner)
    assert [pair[2:4] for pair in aligner.fitted] == [("en", "es")] * 3
    aligner = Given([3, 2, 1, 0])
    project_bitext(
        data, aligner=aligner, fit=False, source_language="sv", target_language="gl"
    )
    assert aligner.fitted == []
    assert [pair[2:4] for pair in aligner.asked] == [("sv", "gl")] * 3
    assert get_triples(data[0][1])[0].language == "gl"


def test_nothing_and_empty_docs() -> None:
    assert project_bitext([]) == []
    empty = Doc(blank_pipeline("es").vocab)
    source = bitext("es")[0][0]
    one, other = project_bitext(
        [(source, empty), (empty, source)], target_language="de"
    )
    assert [refused.reason for refused in one.refused] == ["lost argument"]
    assert other == ((), ())


def sentences(language: str, *texts: str) -> Doc:
    words = [word for text in texts for word in text.split()]
    starts = [n == 0 for text in texts for n, _ in enumerate(text.split())]
    return Doc(blank_pipeline(language).vocab, words=words, sent_starts=starts)


class TestSentences:
    ONE = sentences("en", "Anna sleeps .", "Bruno eats bread .")

    def test_as_many_on_both_sides(self) -> None:
        other = sentences("es", "Anna duerme mucho .", "Bruno come .")
        aligner = Given([0, 1])
        (found,) = align_docs([Bitext(self.ONE, other)], [("en", "es")], aligner)
        assert [pair.source.text for pair in aligner.asked] == [
            "Anna sleeps .",
            "Bruno eats bread .",
        ]
        assert found.links == ((0, 0), (1, 1), (3, 4), (4, 5))

    def test_otherwise_as_a_whole(self) -> None:
        other = sentences("es", "Anna duerme y Bruno come .")
        aligner = Given([0, 1])
        (found,) = align_docs([Bitext(self.ONE, other)], [("en", "es")], aligner)
        assert len(aligner.asked) == 1
        assert found.links == ((0, 0), (1, 1))

    def test_given_parts_and_links(self) -> None:
        other = sentences("es", "Bruno come pan .", "Anna duerme .")
        texts = [Bitext(self.ONE, other, [(0, 3, 4, 7), (3, 7, 0, 4)])]
        aligner = Given([0])
        (found,) = align_docs(texts, [("en", "es")], aligner)
        assert found.links == ((0, 4), (3, 0))
        turned = [texts[0]._replace(parts=[(3, 7, 0, 4), (0, 3, 4, 7)])]
        assert align_docs(turned, [("en", "es")], aligner) == [found]
        links = [
            CharLink(0, 4, 17, 21),  # Anna
            CharLink(5, 11, 22, 24),  # sleeps, and the beginning of duerme
            CharLink(14, 24, 0, 10),  # Bruno eats, as one
        ]
        texts = [texts[0]._replace(links=links)]
        (found,) = align_docs(texts, [("en", "es")], IntrinsicAligner())
        assert found.links == (
            (0, 4),
            (1, 5),
            (3, 0),
            (3, 1),
            (4, 0),
            (4, 1),
        )


def test_language_of() -> None:
    from spacy_xoie.doc.languages import set_language

    doc = Doc(blank_pipeline("es").vocab, words=["a"])
    assert language_of(doc) == "es"
    set_language(doc, "gl")
    assert language_of(doc) == "gl"
    set_language(doc, "und")
    assert language_of(doc) == "es"
    assert language_of(Doc(blank_pipeline("xx").vocab, words=["a"])) == "und"
