"""Cues over translated sentences."""

from typing import List, Sequence, Tuple

from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.translations import Alignment
from spacy_xoie.projection.ty import Pair
from spacy_xoie.schema import Schema
from spacy_xoie.schema.definition import make_schema
from spacy_xoie.schema.translating import translate_cues


class Given:
    """An aligner that links the words of each pair in order."""

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        results = []
        for pair in pairs:
            n = min(len(pair.source), len(pair.target))
            links = tuple((i, i) for i in range(n))
            results.append(Alignment(links, (1.0,) * n, (True,) * n))
        return results


def schema() -> Schema:
    relations = {
        "Acquisition": {"cues": {"en": ["buy", "bought"]}},
        "Residence": {"cues": {"en": ["live in"]}},
    }
    return make_schema({"relations": relations})


def make_pairs(*texts: Tuple[str, str]) -> List[Pair]:
    nlp, other = blank_pipeline("en"), blank_pipeline("nl")
    return [Pair(nlp(a), other(b), "en", "nl") for a, b in texts]


def test_cues_are_translated_with_their_adposition() -> None:
    pairs = make_pairs(
        ("Ana bought Berg", "Ana kocht Berg"),
        ("Eva bought bread", "Eva kocht brood"),
        ("Ana lived in Gent", "Ana woonde in Gent"),
        ("Eva lives in Delft", "Eva woont in Delft"),
        ("Jan lived in Delft", "Jan woonde in Delft"),
    )
    cues = translate_cues(schema(), pairs, Given(), min_share=0.6)
    # "woont" has the ending of a form for itself, and was seen once only.
    assert [(cue.relation, cue.text, cue.support) for cue in cues] == [
        ("Acquisition", "kocht", 2),
        ("Residence", "woonde in", 2),
    ]
    assert all(cue.share == 1.0 and not cue.inverse for cue in cues)


def test_words_that_mostly_mean_something_else_are_no_cues() -> None:
    pairs = make_pairs(
        ("Ana bought Berg", "Ana nam Berg"),
        ("Eva bought bread", "Eva nam brood"),
        ("Ana took Berg", "Ana nam Berg"),
        ("Eva took bread", "Eva nam brood"),
        ("Jan took bread", "Jan nam brood"),
    )
    assert not translate_cues(schema(), pairs, Given())
    (cue,) = translate_cues(schema(), pairs, Given(), min_share=0.3)
    assert (cue.text, cue.support, cue.share) == ("nam", 2, 0.4)


def test_the_passive_is_not_the_cue() -> None:
    pairs = make_pairs(*[("Berg was bought", "Berg werd gekocht")] * 3)
    assert not translate_cues(schema(), pairs, Given())
    assert not translate_cues(schema(), [], Given())
