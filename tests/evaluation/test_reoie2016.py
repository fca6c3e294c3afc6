import os
from pathlib import Path

import pytest

from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers import read_reoie2016
from spacy_xoie.evaluation.reoie2016 import covers, score_reoie2016

DATA = os.environ.get("XOIE_DATA", "")
FOLDER = Path(DATA) / "reoie2016_dev_en_es_pt"
TEXT, OTHER = "The miller sold flour today .", "It rains ."
SOLD = Extraction("sold", ("The miller", "flour", "today"), 0.9)


def test_more_than_half_of_the_words_must_be_covered():
    reference = Extraction("sold", ("miller", "flour", "today"))
    assert not covers(Extraction("sold", ("flour",)), reference)
    assert covers(Extraction("flour", ("sold miller bread",)), reference)
    assert not covers(Extraction("Sold", ("Miller", "flour today")), reference)
    # Each pair of equal words counts.
    assert covers(Extraction("sold", ("sold", "sold")), reference)


def test_every_extraction_is_taken_once():
    gold = {TEXT: [SOLD, SOLD]}
    score = score_reoie2016(gold, {TEXT: [SOLD]})
    assert (score.precision, score.recall, score.matched) == (1.0, 0.5, 1)
    score = score_reoie2016(gold, {TEXT: [SOLD] * 4})
    assert (score.precision, score.recall, score.matched) == (0.5, 1.0, 2)


def test_the_best_threshold_is_chosen():
    wrong = Extraction("bakes", ("He", "bread"), 0.2)
    score = score_reoie2016({TEXT: [SOLD]}, {TEXT: [wrong, SOLD], OTHER: [wrong]})
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)
    assert (score.threshold, score.auc, score.predicted) == (0.9, 1.0, 2)


def test_area_under_the_curve():
    wrong = Extraction("bakes", ("He", "bread"), 0.95)
    score = score_reoie2016({TEXT: [SOLD]}, {TEXT: [wrong, SOLD]})
    # From (1, 0.5) to (0, 0), and the corner (0, 1).
    assert score.auc == pytest.approx(0.25)


def test_sentences_without_extractions_count_squared_unless_told_otherwise():
    gold = {TEXT: [SOLD], OTHER: [Extraction("rains", ("It",))] * 3}
    for missing in ({}, {OTHER: []}):
        predicted = {TEXT: [SOLD], **missing}
        assert score_reoie2016(gold, predicted).recall == pytest.approx(1 / 10)
        plain = score_reoie2016(gold, predicted, plain_recall=True)
        assert plain.recall == pytest.approx(1 / 4)
        assert plain.gold == 4


def test_binary_looks_at_two_arguments():
    found = Extraction("sold", ("The miller", "bread", "flour today"), 0.3)
    assert score_reoie2016({TEXT: [SOLD]}, {TEXT: [found]}).f1 == 1.0
    longer = Extraction("sold", ("He", "flour of the miller", "The miller today"), 0.3)
    assert score_reoie2016({TEXT: [SOLD]}, {TEXT: [longer]}).f1 == 1.0
    binary = score_reoie2016({TEXT: [SOLD]}, {TEXT: [longer]}, binary=True)
    assert (binary.f1, binary.threshold) == (1.0, 1.0)
    late = Extraction("goes", ("He", "home", "The miller sold flour today"))
    assert score_reoie2016({TEXT: [SOLD]}, {TEXT: [late]}).f1 == 1.0
    assert score_reoie2016({TEXT: [SOLD]}, {TEXT: [late]}, binary=True).f1 == 0.0


def test_nothing_to_score():
    assert score_reoie2016({}, {}).f1 == 0.0
    assert score_reoie2016({TEXT: [SOLD]}, {}).auc == 0.0


@pytest.mark.skipif(not FOLDER.is_dir() or not DATA, reason="XOIE_DATA is not set")
@pytest.mark.parametrize(
    "suffix,count", [("", 367), ("-Spanish", 365), ("-Portuguese", 367)]
)
def test_the_annotation_scores_full_marks(suffix, count):
    faults = []
    gold = read_reoie2016(
        FOLDER / f"Re-OIE2016{suffix}.dev150.json",
        lambda fault: faults.append(str(fault)),
    )
    assert (len(gold), sum(map(len, gold.values())), faults) == (150, count, [])
    for binary in (False, True):
        score = score_reoie2016(gold, gold, binary=binary)
        assert (score.precision, score.recall, score.auc) == (1.0, 1.0, 1.0)
