"""What the rules know of languages: counted, found out by hand, or only their order."""

import subprocess
import sys

import pytest

from spacy_xoie.doc.codes import language_code
from spacy_xoie.errors import DataError
from spacy_xoie.syntax.features import LanguageFeatures
from spacy_xoie.syntax.languages import features_for, features_from, known_languages


@pytest.mark.parametrize("code", sorted(known_languages()))
def test_features_of_each_language(code: str) -> None:
    features = features_for(code)
    assert features.code == code == language_code(code)
    assert features_for(f"{code}-XX") is features
    for words in (features.negations, features.copulas, features.relativisers):
        assert all(word and word == word.lower() and " " not in word for word in words)


def test_what_was_counted() -> None:
    assert features_for("nb").negations >= {"ikke", "aldri"}
    assert features_for("ru").drops_copulas and not features_for("nl").drops_copulas
    assert features_for("ja").postpositions and not features_for("el").postpositions
    assert features_for("sr").copulas >= {"je", "је"}


def test_what_people_found_out_comes_first() -> None:
    italian = features_for("it")
    assert "s'" in italian.reflexives
    assert not italian.objects_precede  # nobody wrote that down; it was counted


def test_a_language_that_nobody_counted() -> None:
    hindi, swahili = features_for("hi"), features_for("sw")
    assert hindi.postpositions and "compound" in hindi.verb_particles
    assert not swahili.postpositions and "compound" not in swahili.verb_particles
    assert hindi.code == swahili.code == ""
    assert "नहीं" in hindi.negations


def test_values_from_json() -> None:
    features = features_from({"negations": ["nit"], "impersonal_endings": ["ta"]})
    assert features.negations == {"nit"}
    assert features.impersonal_endings == ("ta",)
    default = LanguageFeatures("qq", copulas=frozenset({"is"}))
    assert features_from({"postpositions": True}, default).copulas == {"is"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("negation", ["nit"]), ("negations", True), ("postpositions", ["nit"])],
)
def test_values_that_do_not_fit(name: str, value: object) -> None:
    with pytest.raises(DataError, match=name):
        features_from({name: value})


def test_nothing_is_read_at_import() -> None:
    code = (
        "from spacy_xoie.syntax import languages as l;"
        "assert not l._counted.cache_info().currsize;"
        "l.features_for('fi'); assert l._counted.cache_info().currsize"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
