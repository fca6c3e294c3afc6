"""From what is known of languages to weights of adapters."""

import math
from typing import Any, Dict

import pytest

from spacy_xoie.errors import ConfigError
from spacy_xoie.extraction.nearest import make_relatives

EXPERTS = ["ar", "de", "en", "es", "zh"]


@pytest.mark.parametrize("language, best", [("nl", {"de", "en"}), ("gl", {"es"})])
def test_the_nearest_weighs_most(language: str, best: Any) -> None:
    weights = make_relatives()(language, EXPERTS)
    assert math.isclose(sum(weights.values()), 1.0)
    assert max(weights, key=lambda code: weights[code]) in best


def test_near_zero_the_nearest_takes_all() -> None:
    soft, hard = (make_relatives("overall", t)("gl", EXPERTS) for t in (1.0, 0.001))
    assert soft["es"] < hard["es"]
    assert math.isclose(hard["es"], 1.0, abs_tol=1e-6)


@pytest.mark.parametrize(
    "language, experts",
    [("", EXPERTS), ("tlh", EXPERTS), ("nl", []), ("nl", ["expert-1", "x"])],
)
def test_nothing_is_weighed_where_nothing_is_known(language: str, experts: Any) -> None:
    assert make_relatives()(language, experts) == {}


def test_profiles_weigh_relatives_differently() -> None:
    experts = ["de", "en", "zh"]
    one = make_relatives("argument", 0.1)("ja", experts)
    two = make_relatives("predicate", 0.1)("ja", experts)
    assert sum(one.values()) == pytest.approx(1.0)
    assert dict(one) != pytest.approx(dict(two), abs=0.01)


def test_what_is_no_language_is_no_relative() -> None:
    weigh = make_relatives()
    assert weigh("tlh", ["de", "en"]) == {}
    assert weigh("nl", ["all", "other-9"]) == {}
    assert set(weigh("nl", ["de", "all"])) == {"de"}


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": 0.0},
        {"temperature": -1.0},
        {"temperature": math.nan},
        {"temperature": math.inf},
        {"profile": "no-profile"},
    ],
)
def test_settings_that_cannot_work(settings: Dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        make_relatives(**settings)
