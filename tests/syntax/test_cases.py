"""Who does what to whom, by the cases and numbers that forms allow."""

from typing import List

import pytest
from syntax_builders import facts, make_tree

from spacy_xoie.syntax.cases import (
    OBJECT,
    OBLIQUE,
    PLURAL,
    SINGULAR,
    SUBJECT,
    Cases,
    assign_roles,
)
from spacy_xoie.syntax.languages import features_for

TREES = {
    "determiner of an object": (
        "de",
        "Den/DET/3/det alten/ADJ/3/amod Koffer/NOUN/4/nsubj trug/VERB/0/root "
        "der/DET/6/det Portier/NOUN/4/obj",
        {"der Portier | trug | Den alten Koffer"},
    ),
    "gender of a subject": (
        "de",
        "Das/DET/2/det Fahrrad/NOUN/3/nsubj nahm/VERB/0/root der/DET/5/det "
        "Dieb/NOUN/3/obl",
        {"der Dieb | nahm | Das Fahrrad"},
    ),
    "gender of a dative": (
        "de",
        "Das/DET/2/det Kind/NOUN/3/nsubj half/VERB/0/root der/DET/5/det "
        "Mutter/NOUN/3/obj",
        {"Das Kind | half | der Mutter"},
    ),
    "gender of a dative that seems a subject": (
        "de",
        "Der/DET/2/det Kollegin/NOUN/3/nsubj schickten/VERB/0/root die/DET/5/det "
        "Kinder/NOUN/3/obj Blumen/NOUN/3/obj",
        {"die Kinder | schickten | Blumen | Der Kollegin"},
    ),
    "gender that nobody knows": (
        "de",
        "Tom/PROPN/2/nsubj trat/VERB/0/root der/DET/4/det Truppe/NOUN/2/obj "
        "bei/ADP/2/compound:prt",
        {"Tom | trat bei | der Truppe"},
    ),
    "bare adjective": (
        "de",
        "Frischen/ADJ/2/amod Fisch/NOUN/3/nsubj verkauft/VERB/0/root der/DET/5/det "
        "Händler/NOUN/3/obj",
        {"der Händler | verkauft | Frischen Fisch"},
    ),
    "number of the verb": (
        "de",
        "Das/DET/2/det Brot/NOUN/3/nsubj backten/VERB/0/root die/DET/5/det "
        "Frauen/NOUN/3/obj",
        {"die Frauen | backten | Das Brot"},
    ),
    "two objects of a relative clause": (
        "de",
        "Der/DET/2/det Hund/NOUN/7/nsubj den/PRON/6/obj der/DET/5/det "
        "Junge/NOUN/6/obj fütterte/VERB/2/acl:relcl bellt/VERB/0/root "
        "laut/ADV/7/advmod",
        {"der Junge | fütterte | Der Hund"},
    ),
    "two objects before the verb": (
        "de",
        "weil/SCONJ/5/mark die/DET/3/det Forscherin/NOUN/5/obj Ruhm/NOUN/5/obj "
        "fand/VERB/6/advcl blieb/VERB/0/root sie/PRON/6/nsubj dort/ADV/6/advmod",
        {"die Forscherin | fand | Ruhm"},
    ),
    "a verb that shares its subject": (
        "de",
        "Paul/PROPN/2/nsubj kam/VERB/0/root und/CCONJ/4/cc kaufte/VERB/2/conj "
        "dem/DET/6/det Kind/NOUN/4/obl:arg das/DET/8/det Buch/NOUN/4/obj",
        {"Paul | kaufte | das Buch | dem Kind"},
    ),
    "an expletive": (
        "de",
        "Es/PRON/2/nsubj herrscht/VERB/0/root ein/DET/4/det Ton/NOUN/2/obj",
        {"Es | herrscht | ein Ton"},
    ),
    "two objects of a language that drops subjects": (
        "sk",
        "Obraz/NOUN/2/obj maľovala/VERB/0/root známa/ADJ/4/amod maliarka/NOUN/2/obj",
        {"známa maliarka | maľovala | Obraz"},
    ),
    "a subject that was dropped": (
        "cs",
        "Starému/ADJ/2/amod muži/NOUN/3/obl:arg koupil/VERB/0/root auto/NOUN/3/obj",
        {" | koupil | auto | Starému muži"},
    ),
    "number of an auxiliary": (
        "hr",
        "Most/NOUN/3/nsubj su/AUX/3/aux izgradili/VERB/0/root inženjeri/NOUN/3/obj",
        {"inženjeri | su izgradili | Most"},
    ),
    "article of a subject": (
        "el",
        "Το/DET/2/det βιβλίο/NOUN/3/nsubj έγραψε/VERB/0/root ένας/DET/5/det "
        "γιατρός/NOUN/3/obj",
        {"ένας γιατρός | έγραψε | Το βιβλίο"},
    ),
    "adposition of an object": (
        "ro",
        "Pe/ADP/2/case Maria/PROPN/4/nsubj a/AUX/4/aux invitat/VERB/0/root "
        "directorul/NOUN/4/obj",
        {"directorul | a invitat | Pe Maria"},
    ),
    "what a numeral governs": (
        "ru",
        "Пять/NUM/2/nummod студентов/NOUN/3/nsubj прочитали/VERB/0/root "
        "книгу/NOUN/3/obj",
        {"Пять студентов | прочитали | книгу"},
    ),
}


@pytest.mark.parametrize("name", TREES)
def test_roles(name: str) -> None:
    language, tree, expected = TREES[name]
    assert facts(language, tree) == expected


EXCLUDED = [
    ("de", "ihn/PRON", SUBJECT),
    ("de", "man/PRON", OBLIQUE),
    ("cs", "ženami/NOUN", SUBJECT),
    ("ru", "книгами/NOUN", OBJECT),
    ("fi", "talossa/NOUN", SUBJECT),
    ("tr", "evinde/NOUN", SUBJECT),
    ("el", "δρόμοι/NOUN", OBJECT),
    ("ru", "студенты/NOUN", SINGULAR),
    ("de", "Zeitung/NOUN", PLURAL),
]


@pytest.mark.parametrize(("language", "word", "role"), EXCLUDED)
def test_what_forms_exclude(language: str, word: str, role: str) -> None:
    cases = Cases(make_tree(f"{word}/0/root"), features_for(language))
    assert cases.forbids(0, role)


@pytest.mark.parametrize("language", ["cs", "de", "el", "fi", "ru", "tr", "uk"])
def test_no_form_excludes_everything_that_it_could_be(language: str) -> None:
    excluded = features_for(language).excluded
    pairs = [(SINGULAR, PLURAL), (OBLIQUE, SUBJECT)]
    for first, second in pairs:
        assert excluded.get(first, frozenset()).isdisjoint(excluded.get(second, ()))


def test_a_language_without_cases_keeps_its_roles() -> None:
    tree = make_tree("Ana/PROPN/2/nsubj vende/VERB/0/root pan/NOUN/2/obj")
    labels: List[str] = list(tree.labels)
    assign_roles(tree, features_for("es"), labels)
    assert labels == tree.labels
