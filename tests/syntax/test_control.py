"""Who does what a verb orders, helps or promises."""

import pytest
from syntax_builders import facts

CASES = {
    "an adverbial that is what the object is to do": (
        "en",
        "The/DET/2/det board/NOUN/3/nsubj persuaded/VERB/0/root Ada/PROPN/3/obj "
        "to/PART/6/mark lead/VERB/3/advcl it/PRON/6/obj",
        {"The board | persuaded | Ada | to lead it", "Ada | lead | it"},
    ),
    "a modifier of the object": (
        "en",
        "The/DET/2/det club/NOUN/3/nsubj hired/VERB/0/root a/DET/5/det "
        "lawyer/NOUN/3/obj to/PART/7/mark defend/VERB/5/acl Bo/PROPN/7/obj",
        {"The club | hired | a lawyer | to defend Bo", "a lawyer | defend | Bo"},
    ),
    "a purpose is the subject's": (
        "en",
        "Ada/PROPN/2/nsubj bought/VERB/0/root a/DET/4/det saw/NOUN/2/obj "
        "to/PART/6/mark cut/VERB/2/advcl wood/NOUN/6/obj",
        {"Ada | bought | a saw | to cut wood"},
    ),
    "one who promises does it": (
        "en",
        "Mia/PROPN/2/nsubj promised/VERB/0/root Tom/PROPN/2/obj to/PART/5/mark "
        "mend/VERB/2/xcomp it/PRON/5/obj",
        {"Mia | promised | Tom | to mend it", "Mia | mend | it"},
    ),
    "addressed with an adposition": (
        "en",
        "Bo/PROPN/2/nsubj called/VERB/0/root on/ADP/4/case Ann/PROPN/2/obl "
        "to/PART/6/mark sell/VERB/2/xcomp it/PRON/6/obj",
        {"Bo | called | on Ann | to sell it", "Ann | sell | it"},
    ),
    "two objects of an infinitive": (
        "de",
        "Ada/PROPN/2/nsubj ließ/VERB/0/root die/DET/4/det Spieler/NOUN/7/obj "
        "den/DET/6/det Ball/NOUN/7/obj holen/VERB/2/xcomp",
        {"Ada | ließ | die Spieler | den Ball holen", "die Spieler | holen | den Ball"},
    ),
    "a causative without anybody who does it": (
        "fr",
        "Le/DET/2/det roi/NOUN/3/nsubj fit/VERB/0/root construire/VERB/3/xcomp "
        "un/DET/6/det palais/NOUN/4/obj",
        {"Le roi | fit construire | un palais"},
    ),
    "a dative": (
        "es",
        "Ana/PROPN/2/nsubj ordenó/VERB/0/root a/ADP/5/case los/DET/5/det "
        "soldados/NOUN/2/obl cruzar/VERB/2/xcomp el/DET/8/det río/NOUN/6/obj",
        {
            "Ana | ordenó | a los soldados | cruzar el río",
            "los soldados | cruzar | el río",
        },
    ),
    "a dative that one promises something": (
        "es",
        "Ana/PROPN/2/nsubj prometió/VERB/0/root a/ADP/4/case Bo/PROPN/2/iobj "
        "vender/VERB/2/xcomp la/DET/7/det casa/NOUN/5/obj",
        {"Ana | prometió | a Bo | vender la casa", "Ana | vender | la casa"},
    ),
    "a place is nobody addressed": (
        "fr",
        "Paul/PROPN/2/nsubj commence/VERB/0/root à/ADP/4/case Lyon/PROPN/2/obl "
        "à/ADP/6/mark vendre/VERB/2/xcomp du/DET/8/det lait/NOUN/6/obj",
        {"Paul | commence à vendre | du lait | à Lyon"},
    ),
    "a modifier of a dative": (
        "fr",
        "La/DET/2/det loi/NOUN/3/nsubj permet/VERB/0/root aux/ADP/5/case "
        "paysans/NOUN/3/obl:arg de/ADP/7/mark vendre/VERB/5/acl du/DET/9/det "
        "lait/NOUN/7/obj",
        {
            "La loi | permet | aux paysans | de vendre du lait",
            "paysans | vendre | du lait",
        },
    ),
    "an object between the verbs": (
        "ru",
        "Буря/NOUN/2/nsubj заставила/VERB/0/root корабль/NOUN/4/obj "
        "покинуть/VERB/2/xcomp порт/NOUN/4/obj",
        {"Буря | заставила | корабль | покинуть порт", "корабль | покинуть | порт"},
    ),
    "a verb after another that promises": (
        "zh",
        "他_/PRON/2/nsubj 答应_/VERB/0/root 母亲_/NOUN/4/nsubj 卖掉_/VERB/2/ccomp "
        "房子_/NOUN/4/obj",
        {"他 | 答应 | 母亲 | 卖掉 房子", "他 | 卖掉 | 房子"},
    ),
    "an infinitive that is all there is": (
        "zh",
        "她_/PRON/2/nsubj 喜欢_/VERB/0/root 唱歌_/VERB/2/xcomp ，_/PUNCT/5/punct "
        "喜欢_/VERB/2/conj 跳舞_/VERB/5/xcomp",
        {"她 | 喜欢 | 唱歌", "她 | 喜欢 | 跳舞"},
    ),
    "an infinitive after what negates it": (
        "zh",
        "它们_/PRON/2/nsubj 无法_/VERB/0/root 谈判_/VERB/2/xcomp",
        {"它们 | 无法 | 谈判"},
    ),
}


@pytest.mark.parametrize(
    ("language", "tree", "expected"), CASES.values(), ids=CASES.keys()
)
def test_control(language: str, tree: str, expected: set) -> None:
    assert facts(language, tree) == expected
