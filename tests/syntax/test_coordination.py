"""What coordinated clauses have in common."""

import pytest
from syntax_builders import facts

CASES = {
    "an object behind the last verb": (
        "en",
        "Clara/PROPN/2/nsubj painted/VERB/0/root and/CCONJ/4/cc sold/VERB/2/conj "
        "portraits/NOUN/4/obj",
        {"Clara | painted | portraits", "Clara | sold | portraits"},
    ),
    "an object behind the last of three verbs": (
        "es",
        "Ana/PROPN/2/nsubj pinta/VERB/0/root ,/PUNCT/4/punct firma/VERB/2/conj "
        "y/CCONJ/6/cc vende/VERB/2/conj cuadros/NOUN/6/obj",
        {"Ana | pinta | cuadros", "Ana | firma | cuadros", "Ana | vende | cuadros"},
    ),
    "a verb that has no object": (
        "en",
        "Clara/PROPN/2/nsubj came/VERB/0/root and/CCONJ/4/cc saw/VERB/2/conj "
        "Rome/PROPN/4/obj",
        {"Clara | saw | Rome"},
    ),
    "a verb with what it needs": (
        "en",
        "Clara/PROPN/2/nsubj worked/VERB/0/root in/ADP/4/case Rome/PROPN/2/obl "
        "and/CCONJ/6/cc sold/VERB/2/conj maps/NOUN/6/obj",
        {"Clara | worked | in Rome", "Clara | sold | maps"},
    ),
    "a passive has no object": (
        "en",
        "It/PRON/3/nsubj:pass was/AUX/3/aux:pass elected/VERB/0/root and/CCONJ/5/cc "
        "closed/VERB/3/conj schools/NOUN/5/obj",
        {"It | closed | schools"},
    ),
    "participles that share an auxiliary": (
        "fr",
        "Claire/PROPN/3/nsubj a/AUX/3/aux vendu/VERB/0/root la/DET/5/det "
        "maison/NOUN/3/obj et/CCONJ/7/cc acheté/VERB/3/conj un/DET/9/det "
        "champ/NOUN/7/obj",
        {"Claire | a vendu | la maison", "Claire | a acheté | un champ"},
    ),
    "a verb that is left out": (
        "en",
        "Zoe/PROPN/2/nsubj wrote/VERB/0/root the/DET/4/det words/NOUN/2/obj "
        "and/CCONJ/6/cc Max/PROPN/2/conj the/DET/8/det music/NOUN/6/orphan",
        {"Zoe | wrote | the words", "Max | wrote | the music"},
    ),
    "a verb that is left out, as trees have it": (
        "fr",
        "Paul/PROPN/2/nsubj étudie/VERB/0/root le/DET/4/det droit/NOUN/2/obj "
        "et/CCONJ/6/cc Marie/PROPN/2/conj la/DET/8/det médecine/NOUN/6/nmod",
        {"Paul | étudie | le droit", "Marie | étudie | la médecine"},
    ),
    "two conjuncts with nothing between": (
        "en",
        "Zoe/PROPN/2/nsubj wrote/VERB/0/root the/DET/4/det words/NOUN/2/obj "
        "and/CCONJ/6/cc Max/PROPN/4/conj the/DET/8/det music/NOUN/4/conj",
        {"Zoe | wrote | the words", "Max | wrote | the music"},
    ),
    "pairs of objects and adverbials": (
        "en",
        "Ada/PROPN/2/nsubj visited/VERB/0/root France/PROPN/2/obj in/ADP/5/case "
        "1950/NUM/2/obl and/CCONJ/7/cc Spain/PROPN/5/conj in/ADP/9/case "
        "1952/NUM/2/obl",
        {"Ada | visited | France | in 1950", "Ada | visited | Spain | in 1952"},
    ),
    "pairs without a subject": (
        "es",
        "Visitó/VERB/0/root Francia/PROPN/1/obj en/ADP/4/case 1950/NUM/1/obl "
        "e/CCONJ/6/cc Italia/PROPN/1/conj en/ADP/8/case 1952/NUM/1/obl",
        {" | Visitó | Francia | en 1950", " | Visitó | Italia | en 1952"},
    ),
    "pairs of subjects and adverbials": (
        "pt",
        "João/PROPN/2/nsubj mora/VERB/0/root em/ADP/4/case Lisboa/PROPN/2/obl "
        "e/CCONJ/6/cc Ana/PROPN/4/conj em/ADP/8/case Braga/PROPN/6/nmod",
        {"João | mora | em Lisboa", "Ana | mora | em Braga"},
    ),
    "a place that belongs to all conjuncts": (
        "en",
        "He/PRON/2/nsubj lives/VERB/0/root in/ADP/4/case houses/NOUN/2/obl "
        "and/CCONJ/6/cc flats/NOUN/4/conj in/ADP/8/case Leeds/PROPN/6/nmod",
        {"He | lives | in houses", "He | lives | in flats in Leeds"},
    ),
}


@pytest.mark.parametrize(
    ("language", "tree", "expected"), CASES.values(), ids=CASES.keys()
)
def test_coordination(language: str, tree: str, expected: set) -> None:
    assert facts(language, tree) == expected
