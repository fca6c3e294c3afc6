"""Relative clauses say who is meant: in trees as the parser makes them."""

import pytest
from syntax_builders import facts

CASES = {
    "an adverb of place": (
        "en",
        "The/DET/2/det village/NOUN/7/nsubj where/ADV/6/advmod the/DET/5/det "
        "painter/NOUN/6/nsubj lived/VERB/2/acl:relcl has/VERB/0/root a/DET/9/det "
        "church/NOUN/7/obj",
        {"The village | has | a church", "the painter | lived | The village"},
    ),
    "an adverb that says why": (
        "en",
        "The/DET/2/det reason/NOUN/6/nsubj why/ADV/5/advmod he/PRON/5/nsubj "
        "left/VERB/2/acl:relcl is/VERB/0/root fear/NOUN/6/obj",
        {"The reason | is | fear"},
    ),
    "an adverb that the tree takes for a noun": (
        "pt",
        "A/DET/2/det aldeia/NOUN/7/nsubj onde/ADV/4/obl vivia/VERB/2/acl:relcl "
        "a/DET/6/det pintora/NOUN/4/nsubj tem/VERB/0/root uma/DET/9/det "
        "igreja/NOUN/7/obj",
        {"A aldeia | tem | uma igreja", "a pintora | vivia | A aldeia"},
    ),
    "an article that belongs to the pronoun": (
        "es",
        "La/DET/2/det casa/NOUN/9/nsubj en/ADP/5/case la/DET/5/det que/PRON/6/obl "
        "nació/VERB/2/acl el/DET/8/det poeta/NOUN/6/nsubj tiene/VERB/0/root "
        "jardín/NOUN/9/obj",
        {"La casa | tiene | jardín", "el poeta | en nació | La casa"},
    ),
    "who does it is left out": (
        "es",
        "El/DET/2/det libro/NOUN/6/nsubj que/PRON/4/obj publicó/VERB/2/acl:relcl "
        "ayer/ADV/4/advmod trata/VERB/0/root de/ADP/9/case la/DET/9/det "
        "guerra/NOUN/6/obl",
        {"El libro | trata | de la guerra", " | publicó | El libro"},
    ),
    "the subject of the clause at the main verb": (
        "it",
        "La/DET/2/det casa/NOUN/10/nsubj in/ADP/4/case cui/PRON/5/obl "
        "nacque/VERB/2/acl:relcl il/DET/7/det poeta/NOUN/10/nsubj è/AUX/10/cop "
        "un/DET/10/det museo/NOUN/0/root",
        {"La casa | è | un museo", "il poeta | in nacque | La casa"},
    ),
    "a pronoun tagged as a determiner": (
        "cs",
        "Smlouva/NOUN/8/nsubj ,/PUNCT/4/punct kterou/DET/4/obj podepsali/VERB/1/acl "
        "dva/NUM/6/nummod králové/NOUN/4/nsubj ,/PUNCT/4/punct ukončila/VERB/0/root "
        "válku/NOUN/8/obj",
        {"Smlouva | ukončila | válku", "dva králové | podepsali | Smlouva"},
    ),
    "a possessive": (
        "ru",
        "Инженер/NOUN/8/nsubj ,/PUNCT/5/punct чей/DET/4/det мост/NOUN/5/nsubj "
        "рухнул/VERB/1/acl:relcl в/ADP/7/case мае/NOUN/5/obl покинул/VERB/0/root "
        "страну/NOUN/8/obj",
        {"Инженер | покинул | страну", "Инженер чей мост | рухнул | в мае"},
    ),
    "a language that nobody counted": (
        "bg",
        "Договорът/NOUN/8/nsubj ,/PUNCT/6/punct който/PRON/6/obj двамата/DET/5/det "
        "крале/NOUN/6/nsubj подписаха/VERB/1/acl:relcl ,/PUNCT/6/punct "
        "прекрати/VERB/0/root войната/NOUN/8/obj",
        {"Договорът | прекрати | войната", "двамата крале | подписаха | Договорът"},
    ),
    "an active clause that the tree takes for a passive": (
        "en",
        "The/DET/2/det bridge/NOUN/7/nsubj:pass the/DET/4/det "
        "soldiers/NOUN/5/nsubj:pass destroyed/VERB/2/acl:relcl was/AUX/7/aux:pass "
        "rebuilt/VERB/0/root in/ADP/9/case 1950/NUM/7/obl",
        {"The bridge | was rebuilt | in 1950", "the soldiers | destroyed | The bridge"},
    ),
    "a personal pronoun that takes up the antecedent": (
        "ar",
        "البيت/NOUN/6/nsubj الذي/PRON/3/nsubj ولد/VERB/1/acl:relcl فيه/ADP/3/obl "
        "الشاعر/NOUN/3/nsubj أصبح/VERB/0/root متحفا/NOUN/6/xcomp",
        {"البيت | أصبح | متحفا", "الشاعر | ولد فيه | البيت"},
    ),
    "a subject in the genitive": (
        "tr",
        "Şairin/NOUN/2/obl doğduğu/VERB/3/acl ev/NOUN/5/nsubj bugün/NOUN/5/obl "
        "yandı/VERB/0/root",
        {"ev | yandı | bugün", "Şairin | doğduğu | ev"},
    ),
    "an object beside another one": (
        "pt",
        "Ela/PRON/2/nsubj elogiou/VERB/0/root os/DET/4/det peritos/NOUN/2/obj "
        "que/PRON/7/obj o/PRON/7/obj avaliaram/VERB/4/acl:relcl",
        {"Ela | elogiou | os peritos", "os peritos | avaliaram | o"},
    ),
    "agreement with the noun that the tree did not choose": (
        "de",
        "Der/DET/2/det Sohn/NOUN/11/nsubj der/DET/4/det Bäckerin/NOUN/2/nmod "
        ",/PUNCT/9/punct der/PRON/9/nsubj in/ADP/8/case Köln/PROPN/9/obl "
        "studiert/VERB/4/acl:relcl ,/PUNCT/9/punct gewann/VERB/0/root einen/DET/13/det "
        "Preis/NOUN/11/obj",
        {
            "Der Sohn der Bäckerin | studiert | in Köln",
            "Der Sohn der Bäckerin | gewann | einen Preis",
        },
    ),
    "agreement with the nearer noun": (
        "de",
        "Der/DET/2/det Sohn/NOUN/11/nsubj der/DET/4/det Bäckerin/NOUN/2/nmod "
        ",/PUNCT/9/punct die/PRON/9/nsubj in/ADP/8/case Köln/PROPN/9/obl "
        "lebt/VERB/2/acl:relcl ,/PUNCT/9/punct gewann/VERB/0/root einen/DET/13/det "
        "Preis/NOUN/11/obj",
        {
            "der Bäckerin | lebt | in Köln",
            "Der Sohn der Bäckerin | gewann | einen Preis",
        },
    ),
    "agreement of an article": (
        "es",
        "Ella/PRON/2/nsubj vio/VERB/0/root el/DET/4/det patio/NOUN/2/obj de/ADP/7/case "
        "la/DET/7/det casa/NOUN/4/nmod en/ADP/10/case la/DET/10/det que/PRON/11/obl "
        "nació/VERB/4/acl el/DET/13/det poeta/NOUN/11/nsubj",
        {"Ella | vio | el patio de la casa", "el poeta | en nació | la casa"},
    ),
    "an infinitive": (
        "pt",
        "Ela/PRON/2/nsubj tem/VERB/0/root um/DET/4/det livro/NOUN/2/obj "
        "que/PRON/6/obj vender/VERB/4/acl:relcl",
        {"Ela | tem | um livro"},
    ),
    "what somebody is, and not who": (
        "en",
        "That/PRON/4/nsubj is/AUX/4/cop the/DET/4/det town/NOUN/0/root "
        "in/ADP/6/case which/PRON/8/obl they/PRON/8/nsubj met/VERB/4/acl:relcl",
        {"That | is | the town", "they | in met | the town"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_antecedent(name):
    language, text, expected = CASES[name]
    assert facts(language, text) == expected
