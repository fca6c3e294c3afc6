"""A clause without a subject of its own shares one that its verb agrees with."""

import pytest
from syntax_builders import facts

from spacy_xoie.syntax.agreement import disagree, person_and_number, read_ending
from spacy_xoie.syntax.languages import features_for

ADVERBIAL = (
    "{noun}/NOUN/2/nsubj {verb}/VERB/0/root casas/NOUN/2/obj cuando/SCONJ/5/mark "
    "{other}/VERB/2/advcl cartas/NOUN/5/obj ./PUNCT/2/punct"
)


@pytest.mark.parametrize(
    "verb, other, subject",
    [
        ("compraba", "escribía", "Ana"),
        ("compra", "escribe", "Ana"),
        ("compró", "prometo", ""),
        ("compró", "escribíamos", ""),
        ("compró", "escribieron", ""),
        # A form of two persons does not speak against either.
        ("compra", "escribía", "Ana"),
    ],
)
def test_spanish_verbs(verb: str, other: str, subject: str) -> None:
    found = facts("es", ADVERBIAL.format(noun="Ana", verb=verb, other=other))
    assert f"{subject} | {other} | cartas" in found


def test_the_auxiliary_shows_it() -> None:
    tree = (
        "Ana/PROPN/2/nsubj llegó/VERB/0/root a/ADP/4/case Lugo/PROPN/2/obl "
        "y/CCONJ/7/cc {aux}/AUX/7/aux comprado/VERB/2/conj casas/NOUN/7/obj"
    )
    assert "Ana | ha comprado | casas" in facts("es", tree.format(aux="ha"))
    assert " | hemos comprado | casas" in facts("es", tree.format(aux="hemos"))


def test_what_is_quoted_does_not_share_the_subject_of_who_says_it() -> None:
    quoted = (
        "Compro/VERB/0/root casas/NOUN/1/obj ,/PUNCT/4/punct disse/VERB/1/parataxis "
        "Rita/PROPN/4/nsubj ontem/ADV/4/advmod"
    )
    assert " | Compro | casas" in facts("pt", quoted)
    reported = (
        "Rita/PROPN/2/nsubj disse/VERB/0/root :/PUNCT/4/punct compro/VERB/2/parataxis "
        "casas/NOUN/4/obj"
    )
    assert " | compro | casas" in facts("pt", reported)


def test_where_subjects_are_never_dropped_there_is_no_triple() -> None:
    tree = (
        "Andere/PRON/2/nsubj waren/VERB/0/root wie/SCONJ/4/mark ergänzte/VERB/2/advcl "
        "Schüler/NOUN/4/obj"
    )
    assert not any("ergänzte" in fact for fact in facts("de", tree))


def test_endings_are_read_from_the_longest() -> None:
    table = {"o": "1s", "ado": "-", "=hizo": "3s", "zo": ""}
    shown = [
        read_ending(table, word) for word in ("compro", "comprado", "hizo", "rizo")
    ]
    assert shown == ["1s", "-", "3s", ""]
    assert read_ending(table, "ve") == read_ending({}, "compro") == ""
    assert person_and_number(table, ["ha", "comprado", "compro"]) == "1s"


@pytest.mark.parametrize(
    "first, second, differ",
    [
        ("3s", "3s", False),
        ("3s", "3p", True),
        ("1s", "3s", True),
        ("s", "3s", False),
        ("p", "s", True),
        ("", "1p", False),
        ("s", "", False),
    ],
)
def test_disagreement(first: str, second: str, differ: bool) -> None:
    assert disagree(first, second) == disagree(second, first) == differ


@pytest.mark.parametrize(
    "language, words",
    [
        ("es", {"compramos": "1p", "dijo": "3s", "tengo": "1s", "han": "3p"}),
        ("pt", {"compramos": "1p", "estou": "1s", "disseram": "3p"}),
        ("it", {"abbiamo": "1p", "hanno": "3p", "ha": "3s"}),
        ("ru", {"читаем": "1p", "говорит": "3s", "пишут": "3p", "писать": "-"}),
        ("cs", {"píšeme": "1p", "jsou": "3p"}),
        ("fr", {"avons": "1p", "ont": "3p", "mangé": "-"}),
    ],
)
def test_what_ships(language: str, words: dict[str, str]) -> None:
    table = features_for(language).agreement
    assert {word: read_ending(table, word) for word in words} == words
