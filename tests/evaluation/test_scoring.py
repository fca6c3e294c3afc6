"""Scores that are fitted to what readers accept."""

from pathlib import Path
from typing import List

import numpy as np
import pytest

from spacy_xoie.errors import DataError
from spacy_xoie.evaluation.acceptability import Example, Kind
from spacy_xoie.evaluation.calibration import reliability
from spacy_xoie.evaluation.scoring import (
    Scoring,
    cross_validate,
    fit_scoring,
    languages_of,
    report_scores,
    save_reliability,
)
from spacy_xoie.syntax.scores import EVIDENCE, POOLED


def drawn(
    n: int,
    *,
    kind: Kind = "judged",
    language: str = "en",
    bias: float = 0.0,
    seed: int = 0,
) -> List[Example]:
    """Triples that are right the likelier, the higher the first two kinds of evidence
    are; scores tell nothing."""
    rng = np.random.default_rng(seed)
    evidence = rng.normal(size=(n, len(EVIDENCE)))
    chance = 1 / (1 + np.exp(-(bias + evidence[:, 0] + 2 * evidence[:, 1])))
    right = rng.random(n) < chance
    scores = rng.uniform(0.1, 0.9, n)
    return [
        Example(
            kind,
            f"{kind} {language} {i // 2}",
            language,
            language,
            float(scores[i]),
            tuple(evidence[i].tolist()),
            bool(right[i]),
        )
        for i in range(n)
    ]


def rights(examples: List[Example]) -> List[bool]:
    return [one.right for one in examples]


def test_scores_become_probabilities() -> None:
    new = drawn(1000, seed=1)
    old = reliability([one.score for one in new], rights(new))
    fitted = reliability(fit_scoring(drawn(1000))(new), rights(new))
    assert fitted.auc > 0.8 > 0.6 > old.auc
    assert fitted.ece < 0.06
    assert fitted.brier < old.brier


def test_a_language_has_what_it_adds_and_others_what_all_share() -> None:
    examples = drawn(600, bias=2.0) + drawn(600, language="zh", bias=-2.0, seed=1)
    scoring = fit_scoring(examples)
    typical = drawn(1)[0]._replace(evidence=(0.0,) * len(EVIDENCE))
    english, chinese, other = scoring(
        [typical._replace(read_as=code) for code in ("en", "zh", "hu")]
    )
    assert english > 0.8 and chinese < 0.2
    assert chinese < other < english


def test_what_other_kinds_of_data_add_is_left_out() -> None:
    """Triples of a corpus are right more often here, which must not raise the scores
    of those that a reader judges."""
    judged = drawn(600, bias=-1.0)
    examples = judged + drawn(2000, kind="gold", bias=3.0, seed=1)
    scores = fit_scoring(examples)(judged)
    assert scores.mean() == pytest.approx(np.mean(rights(judged)), abs=0.04)


def test_models_without_trees_get_a_curve() -> None:
    examples = [one._replace(evidence=()) for one in drawn(200)]
    scoring = fit_scoring(examples)
    assert not scoring.weights and scoring.curve
    assert (scoring(examples) >= 0).all() and (scoring(examples) <= 1).all()


@pytest.mark.parametrize("examples", [[], [drawn(1)[0]] * 3])
def test_nothing_to_learn_from(examples: List[Example]) -> None:
    with pytest.raises(DataError, match="right ones and wrong ones"):
        fit_scoring(examples)


def test_a_text_is_scored_by_what_was_learnt_from_others() -> None:
    examples = drawn(300)
    scores = cross_validate(examples)
    assert reliability(scores, rights(examples)).auc > 0.8
    # What its own triples are does not matter.
    text = examples[0].text
    turned = [
        one._replace(right=not one.right) if one.text == text else one
        for one in examples
    ]
    same = [place for place, one in enumerate(examples) if one.text == text]
    assert cross_validate(turned)[same] == pytest.approx(scores[same])


def test_scoring_goes_through_a_config() -> None:
    for scoring in (fit_scoring(drawn(60)), Scoring(curve=[(0.0, 0.1), (1.0, 0.9)])):
        model = {"head": {"scores": {POOLED: {"bias": 9.0}}}, "calibration": [[0, 1]]}
        scoring.put(model)
        examples = drawn(20, seed=2)
        assert Scoring.of(model)(examples) == pytest.approx(scoring(examples))


def test_scores_stay_as_they_are_without_anything() -> None:
    examples = drawn(9)
    assert Scoring()(examples).tolist() == [one.score for one in examples]


def test_report_by_kind_and_language() -> None:
    examples = (
        drawn(40)
        + drawn(30, language="de", seed=1)
        + drawn(5, language="it", seed=2)
        + drawn(5, language="nl", seed=3)
        + drawn(50, kind="gold", seed=4)
    )
    half = np.full(len(examples), 0.5)
    reports = {one.name: one for one in report_scores(examples, half, half)}
    sizes = {name: one.size for name, one in reports.items()}
    assert sizes == {"judged": 80, "gold": 50, "de": 30, "en": 40, "rest": 10}
    assert reports["de"].kept == 1
    assert reports["de"].kept_precision == reports["de"].precision
    none = report_scores(examples, half, half / 2)[0]
    assert none.kept == 0 and none.kept_precision is None


def test_report_of_what_is_all_right() -> None:
    examples = [one._replace(right=True) for one in drawn(25)]
    scores = np.full(len(examples), 0.7)
    for report in report_scores(examples, scores, scores):
        assert report.before is None and report.kept_precision == 1


def test_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    examples = drawn(60) + drawn(30, language="de") + drawn(3, language="it")
    right = np.array(rights(examples))
    scores = np.linspace(0, 1, len(examples))
    panels = {
        name: (scores[places], right[places])
        for name, places in languages_of(examples).items()
    }
    save_reliability(tmp_path / "a.png", panels)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
