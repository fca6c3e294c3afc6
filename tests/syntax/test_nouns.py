"""Facts in noun phrases."""

import pytest
from syntax_builders import make_tree

from spacy_xoie.syntax import rules_for
from spacy_xoie.syntax.reading import read_triples
from spacy_xoie.ty import Sentence

CASES = {
    "beside a name": (
        "en",
        "Ada/PROPN/9/nsubj Bell/PROPN/1/flat ,/PUNCT/6/punct a/DET/6/det "
        "marine/ADJ/6/amod biologist/NOUN/1/appos from/ADP/8/case Rome/PROPN/6/nmod "
        "sings/VERB/0/root songs/NOUN/9/obj",
        {"apposition: Ada Bell | a marine biologist | from Rome"},
    ),
    "beside a name, with nothing more": (
        "es",
        "Ana/PROPN/4/nsubj ,/PUNCT/3/punct médica/NOUN/1/appos canta/VERB/0/root",
        {"apposition: Ana | médica"},
    ),
    "a name beside what somebody is": (
        "fr",
        "Le/DET/2/det président/NOUN/8/nsubj du/ADP/4/case club/NOUN/2/nmod "
        ",/PUNCT/6/punct Marc/PROPN/2/appos Petit/PROPN/6/flat chante/VERB/0/root",
        {"apposition: Marc Petit | Le président | du club"},
    ),
    "a title before a name": (
        "it",
        "La/DET/2/det scrittrice/NOUN/5/nsubj Anna/PROPN/2/appos Bellucci/PROPN/3/flat "
        "canta/VERB/0/root",
        {"title: Anna Bellucci | La scrittrice"},
    ),
    "a title in a name": (
        "en",
        "President/PROPN/2/compound Ada/PROPN/4/nsubj Bell/PROPN/2/flat "
        "sings/VERB/0/root",
        {"title: Ada Bell | President"},
    ),
    "a title before a name, where modifiers come first": (
        "zh",
        "公司_/NOUN/2/compound 创始人_/NOUN/4/nsubj 李娜_/PROPN/2/nmod "
        "唱歌_/VERB/0/root",
        {"title: 李娜 | 公司 创始人"},
    ),
    "who did it": (
        "en",
        "The/DET/2/det invention/NOUN/7/nsubj of/ADP/4/case it/PRON/2/nmod "
        "by/ADP/6/case Nobel/PROPN/2/nmod sings/VERB/0/root",
        {"nominalization: Nobel | The invention | of it"},
    ),
    "who did it, deeper": (
        "de",
        "Die/DET/2/det Übernahme/NOUN/7/nsubj von/ADP/4/case Voltra/PROPN/2/nmod "
        "durch/ADP/6/case Ford/PROPN/4/nmod endet/VERB/0/root",
        {"nominalization: Ford | Die Übernahme | von Voltra"},
    ),
    "no action": (
        "es",
        "La/DET/2/det pasión/NOUN/7/nsubj de/ADP/4/case Ana/PROPN/2/nmod "
        "por/ADP/6/case Roma/PROPN/2/nmod crece/VERB/0/root",
        set(),
    ),
    "what somebody does with something": (
        "en",
        "Ford_/PROPN/3/nmod:poss 's/PART/1/case purchase/NOUN/6/nsubj of/ADP/5/case "
        "Voltra/PROPN/3/nmod ended/VERB/0/root",
        {"nominalization: Ford | purchase | of Voltra"},
    ),
    "what somebody has": (
        "en",
        "Kenya_/PROPN/3/nmod:poss 's/PART/1/case capital/NOUN/4/nsubj grew/VERB/0/root",
        {"possession: Kenya | 's | capital"},
    ),
    "whose": (
        "es",
        "Vio/VERB/0/root un/DET/3/det pintor/NOUN/1/obj cuya/DET/5/det "
        "hija/NOUN/6/nsubj canta/VERB/3/acl:relcl",
        {"possession: un pintor | cuya | hija"},
    ),
    "two places": (
        "en",
        "Springfield/PROPN/5/nsubj ,/PUNCT/3/punct Illinois/PROPN/1/appos "
        ",/PUNCT/3/punct grew/VERB/0/root",
        set(),
    ),
    "nobody's name": (
        "en",
        "She/PRON/2/nsubj saw/VERB/0/root her/PRON/4/nmod:poss school/NOUN/2/obj",
        set(),
    ),
}


@pytest.mark.parametrize(
    ("language", "text", "expected"), CASES.values(), ids=CASES.keys()
)
def test_facts_in_noun_phrases(language: str, text: str, expected: set) -> None:
    tree = make_tree(text)
    plain = rules_for(language, facts="minimal").extract(tree)
    more = rules_for(language, facts="minimal", noun_facts=True).extract(tree)
    found = {
        f"{triple.construction}: "
        + " | ".join(" ".join(tree.words[i] for i in part) for part in triple.parts)
        for triple in more
        if triple not in plain
    }
    assert found == expected
    assert set(plain) <= set(more)
    assert all(triple.modality == "asserted" for triple in more if triple not in plain)


def test_a_mark_of_possession_that_a_model_takes_for_a_piece() -> None:
    fact, *_ = read_triples(
        Sentence(["Kenya", "'s", "capital", "grew"], [False, True, True, True], "en"),
        heads=[1, 2, 3, 3],
        labels=["piece", "nmod:poss", "nsubj", "root"],
        tags=["PROPN", "PROPN", "NOUN", "VERB"],
        chances=[0.9, 0.8, 0.9, 0.9],
        noun_facts=True,
    )
    assert fact.parts == (((0, 1),), ((1, 2),), ((2, 3),))
    assert fact.construction == "possession"
    assert fact.score is not None and 0.8 < fact.score < 0.9
