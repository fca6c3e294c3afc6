import math
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spacy_xoie.corpora.extractions import Extraction
from spacy_xoie.corpora.readers import read_carb, read_openie5
from spacy_xoie.evaluation.carb import match_tuples, score_carb
from spacy_xoie.evaluation.text import sentence_key

DATA = os.environ.get("XOIE_DATA", "")
FOLDER = Path(DATA) / "carb_en_dev"
TEXT = "The miller sold flour to the baker ."

extractions = st.lists(
    st.builds(
        Extraction,
        st.sampled_from(["sold", "sold to", "be sold", "was", "said"]),
        st.lists(st.sampled_from(["a", "a b", "b", ""]), max_size=3).map(tuple),
        st.sampled_from([0.1, 0.5, 0.9]),
    ),
    max_size=5,
)


def _match(reference, extraction):
    return tuple(match_tuples(Extraction(*reference), Extraction(*extraction)))


def test_words_are_shared_slot_by_slot():
    reference = ("sold", ("The miller", "flour", "to the baker"))
    # 4 words of 4, of the 7 of the reference.
    assert _match(reference, ("sold", ("miller", "flour baker"))) == (1.0, 4 / 7)
    # Subject and object in each other's place.
    assert _match(reference, ("sold", ("flour", "The miller"))) == (1 / 4, 1 / 7)
    # Case counts, and so does how often a word occurs.
    assert _match(reference, ("sold", ("the miller", "flour flour"))) == (3 / 5, 3 / 7)


def test_without_relation_or_argument_nothing_is_shared():
    reference = ("sold", ("The miller", "flour"))
    assert _match(reference, ("bought", ("The miller", "flour"))) == (0.0, 0.0)
    assert _match(reference, ("sold", ("The miller",))) == (0.0, 0.0)
    # A tuple with one argument does not ask for a second.
    assert _match(("came", ("He",)), ("came", ("He", "home"))) == (1.0, 1.0)


def test_be_agrees_with_its_forms():
    reference = ("was", ("flour", "white"))
    assert _match(reference, ("be", ("flour", "white"))) == (1.0, 1.0)
    assert _match(reference, ("is", ("flour", "white"))) == (0.0, 0.0)


def test_saying_may_be_turned():
    reference = ("said", ("the miller", "flour is white"))
    assert _match(reference, ("said", ("flour is white", "the miller"))) == (1.0, 1.0)


def test_precision_pairs_one_to_one_and_recall_does_not():
    gold = {
        TEXT: [
            Extraction("sold", ("The miller", "flour")),
            Extraction("sold", ("The miller", "flour")),
        ]
    }
    one = Extraction("sold", ("The miller", "flour"), 0.9)
    score = score_carb(gold, {TEXT: [one]})
    assert (score.precision, score.recall, score.f1) == (1.0, 1.0, 1.0)
    score = score_carb(gold, {TEXT: [one] * 4})
    assert (score.precision, score.recall) == (0.5, 1.0)
    assert (score.gold, score.predicted) == (2, 4)


def test_the_best_threshold_is_chosen():
    gold = {TEXT: [Extraction("sold", ("The miller", "flour"))], "Rain .": []}
    predicted = {
        TEXT: [
            Extraction("sold", ("The miller", "flour"), 0.9),
            Extraction("baked", ("The miller", "bread"), 0.2),
        ],
        "It snows .": [Extraction("snows", ("It",), 0.5)],
    }
    score = score_carb(gold, predicted)
    assert (score.precision, score.recall) == (1.0, 1.0)
    # The confidence 0.5 occurs, though in no sentence of the reference.
    assert score.threshold == 0.5
    assert score.auc == 1.0


def test_no_predictions():
    score = score_carb({TEXT: [Extraction("sold", ("a", "b"))]}, {})
    assert (score.f1, score.auc, score.gold) == (0.0, 0.0, 1)
    assert score_carb({}, {}).f1 == 0.0


def test_sentences_are_found_whatever_their_tokenisation():
    assert sentence_key("a -LRB- b -RRB- .") == sentence_key("a (b).") == "ab"
    gold = {"a ( b ) .": [Extraction("is", ("a", "b"))]}
    assert score_carb(gold, {"a (b).": [Extraction("is", ("a", "b"))]}).f1 == 1.0


@settings(max_examples=50)
@given(extractions, extractions)
def test_scores_are_shares(gold, predicted):
    score = score_carb({TEXT: gold}, {TEXT: predicted})
    for value in (score.precision, score.recall, score.f1, score.auc):
        assert 0.0 <= value <= 1.0 + 1e-9


def test_confidences_that_are_no_numbers_count_as_0():
    found = Extraction("sold", ("a", "b"), math.nan)
    score = score_carb({TEXT: [found]}, {TEXT: [found]})
    assert (score.f1, score.threshold) == (1.0, 0.0)


@pytest.mark.skipif(not FOLDER.is_dir() or not DATA, reason="XOIE_DATA is not set")
def test_reference_scores():
    faults = []
    gold = read_carb(FOLDER / "dev.tsv", lambda fault: faults.append(str(fault)))
    output = read_openie5(
        FOLDER / "system_output_openie5_dev.txt.gz",
        lambda fault: faults.append(str(fault)),
    )
    score = score_carb(gold, output)
    assert f"{score.precision:.3f} {score.recall:.3f}" == "0.526 0.406"
    assert f"{score.f1:.3f} {score.auc:.3f}" == "0.458 0.240"
    assert score.gold == 2548
    assert faults == []
