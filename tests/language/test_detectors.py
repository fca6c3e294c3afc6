import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from spacy.util import registry

from spacy_xoie.doc.languages import best_language
from spacy_xoie.errors import ConfigError
from spacy_xoie.language.detectors import (
    DEFAULT_LANGUAGES,
    Detector,
    make_langid_detector,
)
from spacy_xoie.language.scripts import find_scripts

# Ten short sentences a language, written for this test.
SENTENCES = {
    "en": [
        "The bus was late again.",
        "She sold her old bicycle.",
        "Where did you put the keys?",
        "My brother works in a bakery.",
        "It rained all night.",
        "THE SHOP IS CLOSED TODAY.",
        "We met in 2019 at platform 9.",
        "Nobody answered the phone.",
        "Two dogs slept under the table.",
        "I would rather walk home.",
    ],
    "es": [
        "El autobús llegó tarde.",
        "Mi hermana vive en Sevilla.",
        "¿Dónde están las llaves?",
        "Ayer compramos pan y queso.",
        "LA TIENDA ESTÁ CERRADA HOY.",
        "No quiero salir esta noche.",
        "El tren de las 8:15 no paró.",
        "Los niños juegan en la calle.",
        "Ella escribe cartas muy largas.",
        "Hace mucho calor en agosto.",
    ],
    "pt": [
        "O ônibus chegou atrasado.",
        "Minha irmã mora em Lisboa.",
        "Onde estão as chaves?",
        "Ontem compramos pão e queijo.",
        "A LOJA ESTÁ FECHADA HOJE.",
        "Não quero sair esta noite.",
        "O comboio das 8h15 não parou.",
        "As crianças brincam na rua.",
        "Ela escreve cartas muito longas.",
        "Faz muito calor em janeiro.",
    ],
    "de": [
        "Der Bus kam schon wieder zu spät.",
        "Meine Schwester wohnt in Köln.",
        "Wo sind die Schlüssel?",
        "Gestern kauften wir Brot und Käse.",
        "DER LADEN IST HEUTE GESCHLOSSEN.",
        "Ich will heute nicht ausgehen.",
        "Der Zug um 8.15 Uhr hielt nicht.",
        "Die Kinder spielen draußen.",
        "Sie schreibt sehr lange Briefe.",
        "Im August ist es sehr heiß.",
    ],
    "zh": [
        "公共汽车又晚点了。",
        "我姐姐住在上海。",
        "钥匙在哪里？",
        "昨天我们买了面包。",
        "商店今天关门。",
        "我用iPhone给John打电话。",
        "火车8:15没有停。",
        "孩子们在街上玩。",
        "她写的信很长。",
        "八月天气很热。",
    ],
    "ar": [
        "وصلت الحافلة متأخرة.",
        "تعيش أختي في القاهرة.",
        "أين المفاتيح؟",
        "اشترينا الخبز والجبن أمس.",
        "المتجر مغلق اليوم.",
        "لا أريد الخروج الليلة.",
        "لم يتوقف قطار الساعة 8:15.",
        "يلعب الأطفال في الشارع.",
        "تكتب رسائل طويلة جدا.",
        "الجو حار جدا في أغسطس.",
    ],
}


# One sentence a language, and short ones of those that are taken for each other.
OTHERS = json.loads((Path(__file__).parent / "other_languages.json").read_text("utf8"))
TEXTS = [
    ("af", "Die kinders speel buite en eet hulle brood."),
    ("cs", "Děti si hrají venku před školou."),
    ("cs", "Kde jsou klíče?"),
    ("cy", "Mae'r plant yn chwarae y tu allan i'r ysgol."),
    ("da", "Børnene leger udenfor og spiser af kagen."),
    ("el", "Τα παιδιά παίζουν έξω από το σχολείο."),
    ("fa", "بچه‌ها در خیابان بازی می‌کنند."),
    ("fi", "Lapset leikkivät koulun edessä."),
    ("ga", "Tá na páistí ag súgradh lasmuigh den scoil."),
    ("gl", "Os nenos xogan na rúa diante da escola."),
    ("gl", "Onde están as chaves da miña casa?"),
    ("he", "הילדים משחקים ליד בית הספר."),
    ("hr", "Djeca se igraju ispred škole i lijepo pjevaju."),
    ("hy", "Երեխաները խաղում են դպրոցի առջև։"),
    ("id", "Anak-anak bermain di depan sekolah."),
    ("it", "I bambini giocano davanti alla scuola."),
    ("it", "Dove sono le chiavi?"),
    ("ja", "子供たちは学校の前で遊んでいる。"),
    ("ja", "駅前の図書館"),
    ("ko", "아이들이 학교 앞에서 놀고 있다."),
    ("lt", "Vaikai žaidžia prie mokyklos."),
    ("lv", "Bērni spēlējas pie skolas."),
    ("nb", "Barna leker utenfor skolen, og jeg vet ikke hvorfor."),
    ("nl", "De kinderen spelen buiten voor de school."),
    ("nl", "Waar zijn de sleutels?"),
    ("nn", "Borna leikar utanfor skulen, og eg veit ikkje kvifor."),
    ("ro", "Copiii se joacă în fața școlii."),
    ("ru", "Дети играют перед школой."),
    ("sk", "Deti sa hrajú vonku pred školou."),
    ("sl", "Otroci se igrajo pred šolo."),
    ("sr", "Деца се играју испред школе."),
    ("sr", "Deca se igraju ispred škole i lepo pevaju."),
    ("sv", "Barnen leker utanför skolan."),
    ("th", "เด็ก ๆ เล่นอยู่หน้าโรงเรียน"),
    ("tr", "Çocuklar okulun önünde oynuyor."),
    ("uk", "Діти граються перед школою."),
    ("vi", "Trẻ em đang chơi trước trường học."),
    ("zh", "孩子们在学校前面玩。"),
    ("zh", "圖書館今天不開門，我們明天再來。"),
]


def best(detector, text):
    return best_language(detector([text])[0])


@pytest.fixture(scope="module")
def detector():
    return make_langid_detector()


@pytest.mark.parametrize("language", list(SENTENCES))
def test_short_sentences(detector, language):
    found = [next(iter(scores)) for scores in detector(SENTENCES[language])]
    assert found == [language] * 10


@pytest.mark.parametrize("language,text", TEXTS)
def test_languages_with_trees(detector, language, text):
    assert best(detector, text) == language


@pytest.mark.parametrize("language", list(OTHERS))
def test_sentences_in_other_languages_are_refused(detector, language):
    assert [best(detector, text) for text in OTHERS[language]] == ["und"] * 10
    added = make_langid_detector([*DEFAULT_LANGUAGES, language])
    assert [best(added, text) for text in OTHERS[language]] == [language] * 10


def test_what_is_not_asked_for_is_refused():
    detector = make_langid_detector(["en", "fr"])
    assert best(detector, "Le chat dort dans la maison.") == "fr"
    dutch = "De kinderen spelen buiten voor de school."
    assert best(detector, dutch) == "und"
    (scores,) = make_langid_detector(["en", "fr"], refusal=None)([dutch])
    assert set(scores) == {"en", "fr"}


@pytest.mark.parametrize(
    "language,text",
    [
        ("hr", "Djeca se igraju ispred škole, a kiša pada već od juče."),
        ("nb", "Borna leikar utanfor skulen, og eg veit ikkje kvifor."),
        ("id", "Kerajaan akan membuka pejabat pos baharu di bandar ini."),
        ("zh", "佢哋喺學校門口玩緊。"),
    ],
)
def test_the_same_macrolanguage_is_not_refused(language, text):
    assert best(make_langid_detector([language, "en"]), text) == language


def test_words_without_kana_may_be_japanese(detector):
    assert next(iter(detector(["駅前"])[0])) == "ja"
    assert next(iter(detector(["图书馆"])[0])) == "zh"
    assert set(detector(["東京都"])[0]) == {"ja", "zh"}


def test_scores_are_sorted_probabilities(detector):
    texts = [text for texts in SENTENCES.values() for text in texts]
    for scores in detector(texts):
        assert sum(scores.values()) == pytest.approx(1.0)
        assert list(scores.values()) == sorted(scores.values(), reverse=True)
        assert set(scores) <= {*DEFAULT_LANGUAGES, "und"}
        assert all(type(score) is float for score in scores.values())


@pytest.mark.parametrize("text", ["", " ", "\n", "42", "3.14 %", "!?…", "👍🏽", "½"])
def test_nothing_is_known_of_texts_without_letters(detector, text):
    assert detector([text]) == [{}]


@pytest.mark.parametrize("text", ["გამარჯობა", "வணக்கம்", "নমস্কার", "ᚠᚢᚦ"])
def test_texts_in_other_scripts_are_in_another_language(detector, text):
    assert detector([text]) == [{"und": 1.0}]
    assert make_langid_detector(refusal=None)([text]) == [{}]


@pytest.mark.parametrize(
    "text,languages",
    [("สวัสดี", {"th"}), ("Ελλάδα", {"el"}), ("안녕", {"ko"}), ("مرحبا", {"ar", "fa"})],
)
def test_a_script_excludes_languages(detector, text, languages):
    assert set(detector([text])[0]) - {"und"} <= languages
    assert next(iter(detector([text])[0])) in languages


def test_languages_of_one_script_are_told_apart():
    detector = make_langid_detector(["uk", "ru", "en", "sr"])
    (scores,) = detector(["Де ви поклали ключі?"])
    assert next(iter(scores)) == "uk"
    assert "en" not in scores


def test_width_of_letters_does_not_matter(detector):
    narrow, wide = detector(["my old friend", "ｍｙ　ｏｌｄ　ｆｒｉｅｎｄ"])
    assert narrow == wide


def test_foreign_names_do_not_turn_a_sentence(detector):
    first, second = detector(
        ["The word 世界 means world in Chinese.", "我在Google和Microsoft工作。"]
    )
    assert next(iter(first)) == "en"
    assert next(iter(second)) == "zh"


@pytest.mark.parametrize(
    "languages,message",
    [
        ([], "empty list"),
        (["en", "de", "en"], "'en' more than once"),
        (["en", "tlh"], r"does not know 'tlh'. Known are: .*\bde\b"),
        ("en", "does not know 'e', 'n'"),
    ],
)
def test_bad_languages(languages, message):
    with pytest.raises(ConfigError, match=message):
        make_langid_detector(languages)


@pytest.mark.parametrize("refusal", [-1.0, float("nan"), float("inf")])
def test_bad_refusal(refusal):
    with pytest.raises(ConfigError, match="at least 0"):
        make_langid_detector(refusal=refusal)


def test_defaults_are_known():
    # They are not looked up when a detector is made, so that none has to load.
    make_langid_detector([*DEFAULT_LANGUAGES, "eu"])


def test_detectors_are_independent_of_each_other_and_of_py3langid():
    import py3langid

    english = make_langid_detector(["en", "de"])
    spanish = make_langid_detector(["es", "pt"])
    assert next(iter(english(["Die Kinder spielen draußen."])[0])) == "de"
    assert best(spanish, "Die Kinder spielen draußen.") == "und"
    assert next(iter(english(["Die Kinder spielen draußen."])[0])) == "de"
    assert py3langid.langid.IDENTIFIER is None


def test_detector_pickles_without_its_model(detector):
    detector(["Hello"])
    data = pickle.dumps(detector)
    assert len(data) < 1000
    text = "Wo sind die Schlüssel?"
    assert pickle.loads(data)([text]) == detector([text])


def test_detector_is_registered():
    make = registry.misc.get("spacy-xoie.LangidDetector.v1")
    assert isinstance(make(languages=["en", "de"]), Detector)


def test_scripts():
    assert find_scripts("Hello, 世界! 123") == {"LATIN", "CJK"}
    assert find_scripts("123 !?") == frozenset()


def test_nothing_is_loaded_before_the_first_text():
    code = (
        "import sys, spacy, spacy_xoie.language as language\n"
        "spacy.blank('xx').add_pipe('xoie_lang')\n"
        "language.make_langid_detector()\n"
        "assert 'py3langid' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
