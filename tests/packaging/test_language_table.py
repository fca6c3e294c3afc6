"""What is known of the languages of a model, as a table."""

from typing import Any, Dict, List

from spacy_xoie.packaging.language_table import has_scores, language_table

FIGURES: Dict[str, Dict[str, Any]] = {
    "fi": {"trees": 2832, "tokens": 38111, "las": 0.7812, "las_trees": 84},
    "nb": {"trees": 4200, "tokens": 64000, "soft_f": 1.0, "soft_texts": 3},
    "sv": {"las": 0.0, "las_trees": 1, "soft_f": None, "soft_texts": 2},
}
SOURCES: List[Dict[str, str]] = [
    {"name": "an encoder", "license": "MIT"},
    {"name": "UD_Finnish-TDT", "language": "fi", "license": "CC BY-SA 4.0"},
    {"name": "UD_Finnish-FTB", "language": "fi", "license": ""},
]


def test_each_language_has_a_row() -> None:
    header, *rows = language_table(["fi", "nb", "sv", "ca"], FIGURES, SOURCES)
    assert header == ["Language", "Trees", "Tokens", "LAS", "Soft F1", "Treebanks"]
    treebanks = "UD_Finnish-TDT (CC BY-SA 4.0), UD_Finnish-FTB (licence not stated)"
    assert rows == [
        ["Finnish (`fi`)", "2,832", "38,111", "78.1 (84)", "–", treebanks],
        ["Norwegian Bokmål (`nb`)", "4,200", "64,000", "–", "1.00 (3)", "–"],
        # What is nought was measured, what is none was not.
        ["Swedish (`sv`)", "–", "–", "0.0 (1)", "–", "–"],
        ["Catalan (`ca`)", "–", "–", "–", "–", "–"],
    ]


def test_columns_without_any_figure_are_left_out() -> None:
    assert language_table(["ca"], FIGURES, SOURCES) == [
        ["Language"],
        ["Catalan (`ca`)"],
    ]
    agreement = {"consistency": 0.5, "consistency_low": 0.25, "consistency_high": 0.75}
    header, row = language_table(["fi"], {"fi": agreement}, [])
    assert header == ["Language", "As in English"]
    assert row[1] == "0.50 (0.25 to 0.75)"
    interval = {"consistency_low": None, "consistency_high": None}
    _, row = language_table(["fi"], {"fi": {**agreement, **interval}}, [])
    assert row[1] == "0.50"


def test_scores_are_what_tells_how_well_it_does() -> None:
    assert has_scores(FIGURES["sv"]) and has_scores(FIGURES["nb"])
    assert not has_scores({"trees": 20, "tokens": 300, "consistency": 0.5})
