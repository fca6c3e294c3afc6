"""Scores of a pipeline, and how they are laid out."""

from pathlib import Path
from typing import Any, Callable, Iterable, List

import pytest
from spacy.language import Language
from spacy.tokens import Doc, DocBin

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.errors import DataError
from spacy_xoie.evaluation import evaluate_pipeline, score_table

RIGHT = TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),))
WRONG = TokenTriple(((2, 3),), ((1, 2),), (((0, 1),),))


@pytest.fixture
def nlp(make_pipeline: Callable[..., Language]) -> Language:
    """A pipeline that says RIGHT of every doc, whatever it reads."""
    pipeline = make_pipeline()

    def predict(docs: Iterable[Doc]) -> List[List[TokenTriple]]:
        return [[RIGHT] for _ in docs]

    pipeline.get_pipe("xoie").predict = predict
    return pipeline


def write(path: Path, nlp: Language, *rows: Any) -> Path:
    docs = []
    for text, language, triples in rows:
        docs.append(nlp.make_doc(text))
        if triples is not None:
            set_triples(docs[-1], triples, language=language)
    DocBin(docs=docs).to_disk(path)
    return path


def test_evaluate_pipeline(nlp: Language, tmp_path: Path) -> None:
    path = write(
        tmp_path / "test.spacy",
        nlp,
        ("Anna met Ben", "en", [RIGHT]),
        ("Anna traf Ben", "de", [WRONG]),
        ("Anna sah Ben", "de", [RIGHT]),
        ("Eva sah Dan", "de", None),
    )
    scores = evaluate_pipeline(nlp, path)
    assert scores["n_docs"] == 4
    assert scores["speed"] > 0
    assert scores["xoie_predicate_f"] == 1.0
    assert scores["xoie_triple_f"] == pytest.approx(2 / 3)
    assert scores["xoie_per_language"]["de"]["triple"]["f"] == pytest.approx(1 / 2)
    others = {name for name in scores if not name.startswith("xoie_")}
    assert others == {"n_docs", "speed", "curves"}
    # Nothing here has a score, so each triple counts as certain.
    assert set(scores["curves"]) == {"de", "en"}
    assert scores["curves"]["de"]["points"] == [[0.5, 0.5, 1.0]]


def test_several_corpora_are_scored_as_one(nlp: Language, tmp_path: Path) -> None:
    rows = [
        ("Anna met Ben", "en", [RIGHT]),
        ("Anna traf Ben", "de", [WRONG]),
        ("Anna sah Ben", "de", [RIGHT]),
    ]
    whole = write(tmp_path / "whole.spacy", nlp, *rows)
    first = write(tmp_path / "first.spacy", nlp, *rows[:2])
    second = write(tmp_path / "second.spacy", nlp, *rows[2:])
    one, several = evaluate_pipeline(nlp, whole), evaluate_pipeline(nlp, first, second)
    one.pop("speed"), several.pop("speed")
    assert one == several


def test_empty_corpus(nlp: Language, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not one doc in .*none\.spacy.*convert"):
        evaluate_pipeline(nlp, write(tmp_path / "none.spacy", nlp))


def test_file_that_is_no_corpus(nlp: Language, tmp_path: Path) -> None:
    path = write(tmp_path / "cut.spacy", nlp, ("Anna met Ben", "en", [RIGHT]))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(DataError, match=r"cut\.spacy cannot be read"):
        evaluate_pipeline(nlp, path)


def prf(p: float, r: float, f: float) -> Any:
    return {"p": p, "r": r, "f": f}


def test_score_table() -> None:
    full = {"predicate": prf(1, 0.5, 2 / 3), "argument": prf(0.25, 0.2, 0.222)}
    scores = {
        "xoie_per_language": {
            "de": {**full, "triple": prf(0, 0, 0)},
            "zh": {**full, "triple": prf(0.1234, 0.0004, 0.00096)},
        },
        "xoie_predicate_p": 0.9,
        "xoie_predicate_r": 0.8,
        "xoie_predicate_f": 0.847,
        "xoie_argument_p": None,
        "xoie_triple_f": 1.0,
        "n_docs": 3,
        "speed": 1.0,
    }
    header, rows = score_table(scores)
    assert header[0] == "Language"
    assert header[1::3] == ["Predicate P", "Argument P", "Triple P"]
    assert rows == [
        ["de", "100.0", "50.0", "66.7", "25.0", "20.0", "22.2", "0.0", "0.0", "0.0"],
        ["zh", "100.0", "50.0", "66.7", "25.0", "20.0", "22.2", "12.3", "0.0", "0.1"],
        ["all", "90.0", "80.0", "84.7", "-", "-", "-", "-", "-", "100.0"],
    ]
    assert all(len(row) == len(header) for row in rows)
