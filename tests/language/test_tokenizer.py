import pickle
import sys

import pytest
import spacy
from hypothesis import example, given, settings
from hypothesis import strategies as st
from spacy.attrs import NORM, PREFIX, SHAPE, SUFFIX
from spacy.lookups import Lookups, Table

from spacy_xoie.language.tokenizer import MultilingualTokenizer

CONFIG = {"nlp": {"tokenizer": {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}}}
TEXTS = [
    "The colour isn't “grey”, it's 20°C.",
    "L’homme d'Isère dit: «c'est l'été».",
    "我在 Google 工作，2020年。",
    "カフェーで待つ。",
    "กรุงเทพฯ 2020",
    "مرحبا بكم في 世界",
]


def make_nlp(lang="xx"):
    return spacy.blank(lang, config=CONFIG)


@pytest.fixture(scope="module")
def nlp():
    return make_nlp()


def words(nlp, text):
    return [token.text for token in nlp(text)]


def check_offsets(doc, text):
    assert doc.text == text
    assert len(doc.text) == sum(len(token.text_with_ws) for token in doc)
    for token in doc:
        assert token.text
        assert text[token.idx : token.idx + len(token)] == token.text


@pytest.mark.parametrize(
    "text,expected",
    [
        ("我爱你。", "我 爱 你 。"),
        ("2020年COVID-19疫情", "2020 年 COVID-19 疫 情"),
        ("我用iPhone12。", "我 用 iPhone12 。"),
        ("约翰·史密斯（John）！！", "约 翰 · 史 密 斯 （ John ） ！ ！"),
        ("“苹果”Inc.", "“ 苹 果 ” Inc ."),
        ("𠮷野家", "𠮷 野 家"),
        ("葛\U000e0100城", "葛\U000e0100 城"),
        ("カフェーで", "カ フ ェ ー で"),
        ("か\u3099ｶﾞ", "か\u3099 ｶﾞ"),
        ("ＡＢＣ１２３です", "ＡＢＣ１２３ で す"),
        ("เด็กน้ำ๑๒", "เ ด็ ก น้ำ ๑๒"),
        ("한국어입니다.", "한국어입니다 ."),
        ("https://zh.wikipedia.org/wiki/中文", "https://zh.wikipedia.org/wiki/ 中 文"),
    ],
)
def test_unspaced_scripts(nlp, text, expected):
    assert words(nlp, text) == expected.split(" ")


@pytest.mark.parametrize(
    "text,expected",
    [
        ("l'homme", "l' homme"),
        ("L’ÉTAT", "L’ ÉTAT"),
        ("(l'ami)", "( l' ami )"),
        ("l'« ami »", "l' « ami »"),
        ("d'Artagnan", "d' Artagnan"),
        ("qu'elle n'aime", "qu' elle n' aime"),
        ("dell'Unione", "dell' Unione"),
        ("nell'800", "nell' 800"),
        ("un'altra", "un' altra"),
        ("Val-d'Isère", "Val - d' Isère"),
        ("l'e\u0301te\u0301", "l' e\u0301te\u0301"),
        ("aujourd'hui", "aujourd'hui"),
        ("don't", "do n't"),
        ("DON’T", "DO N’T"),
        ("can't", "ca n't"),
        ("Won’t", "Wo n’t"),
        ("I'd've", "I 'd 've"),
        ("They're", "They 're"),
        ("dog'll", "dog 'll"),
        ("I'm", "I 'm"),
        ("cannot", "can not"),
        ("'we'll'", "' we 'll '"),
        ("all's", "all 's"),
        ("O'Brien", "O'Brien"),
        ("rock'n'roll", "rock'n'roll"),
        ("o'clock", "o'clock"),
        ("c'mon", "c'mon"),
        ("'that's all'", "' that 's all '"),
        ("D'fhan sé; b'éigean dó", "D' fhan sé ; b' éigean dó"),
        ("Mae'r gath i'w gweld a'i thŷ", "Mae 'r gath i 'w gweld a 'i thŷ"),
        ("Hawai'i", "Hawai'i"),
        ("dis 'n huis, ’n huis", "dis 'n huis , ’n huis"),
        ("zo'n po' van 't huis", "zo'n po' van 't huis"),
        ("Նա եկավ։ Այո՝ եկավ", "Նա եկավ ։ Այո ՝ եկավ"),
        ("ሰላም። እሺ፣", "ሰላም ። እሺ ፣"),
    ],
)
def test_elisions_and_contractions(nlp, text, expected):
    assert words(nlp, text) == expected.split(" ")


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. economy (2.5%) will grow, e.g. by $1,000.",
        "Er sagte: „Nein!“ – und ging… :-)",
        "Мама мыла раму.",
        "שלום, עולם!",
        "mail a@b.com or https://example.com/x?y=1",
    ],
)
def test_other_texts_are_left_to_the_rules_of_xx(nlp, text):
    assert words(nlp, text) == words(spacy.blank("xx"), text)


CHARS = (
    "aZéßİ09 \t\n\r\u00a0\u3000.,:;!?'’\"“«()-–…%$€@/"
    "\u0301\u200b\u200c\u200d\u2060\ufe0f\U000e0100👩👧🏽🇩漢字々〇、。！「・かがﾞｶー\u3099\u302a가ᄀ힣กรุเำ้๑฿مرحשׁ\u0651\u202eलि\U00020bb7\x00"
)


@settings(max_examples=400)
@given(st.one_of(st.text(), st.text(alphabet=CHARS, max_size=40)))
@example("  我  在 \n 家  ")
@example(" \u3000我\u3000")
@example("\u0301我\u0301\u0301 ำ")
@example("👩‍👧我👩‍👧")
@example("(╯°□°）╯︵┻━┻ ಠ︵ಠ")
@example("°C.我 °C.")
def test_offsets_are_exact(text):
    check_offsets(NLP.tokenizer(text), text)


NLP = make_nlp()


@settings(max_examples=100)
@given(st.text(alphabet="漢かกร้a1'. "))
def test_unspaced_characters_are_never_joined(text):
    for token in NLP.tokenizer(text):
        if any(char in "漢かกร" for char in token.text):
            assert len(token.text.rstrip("้")) == 1


@pytest.mark.parametrize("lang", ["en", "de", "zh", "hi", "ht"])
def test_attributes_depend_on_the_text_alone(nlp, lang):
    other = make_nlp(lang)
    attrs = [NORM, PREFIX, SUFFIX, SHAPE]
    for text in [*TEXTS, "Hindi पानी, ne: छोराहरूको, ht: m'ap pale"]:
        assert nlp(text).to_array(attrs).tolist() == (
            other(text).to_array(attrs).tolist()
        )


def test_norms_do_not_depend_on_the_vocabulary(nlp):
    lookups = Lookups()
    lookups.set_table(
        "lexeme_norm", Table(name="lexeme_norm", data={"colour": "color"})
    )
    other = spacy.blank("en", config=CONFIG)
    other.vocab.lookups = lookups
    assert other.vocab["colour"].norm_ == "color"
    for _ in range(2):
        assert [t.norm_ for t in other(TEXTS[0])] == [t.norm_ for t in nlp(TEXTS[0])]


def test_sentences_of_unspaced_scripts_do_not_enter_the_vocabulary():
    nlp = make_nlp()
    nlp("我在北京工作了很多年")
    assert "我在北京工作了很多年" not in nlp.vocab.strings


def test_pipe(nlp):
    docs = list(nlp.tokenizer.pipe(TEXTS))
    assert [doc.text for doc in docs] == TEXTS
    assert nlp.tokenizer.vocab is nlp.vocab


@pytest.mark.parametrize("way", ["bytes", "disk", "pickle"])
def test_serialisation(nlp, way, tmp_path):
    if way == "bytes":
        other = make_nlp()
        other.tokenizer.infix_finditer = None
        other.from_bytes(nlp.to_bytes())
    elif way == "disk":
        nlp.to_disk(tmp_path)
        other = spacy.load(tmp_path)
    else:
        other = pickle.loads(pickle.dumps(nlp))
    assert isinstance(other.tokenizer, MultilingualTokenizer)
    assert other.tokenizer.vocab is other.vocab
    for text in TEXTS:
        assert words(other, text) == words(nlp, text)


@pytest.mark.skipif(sys.platform == "win32", reason="slow where processes spawn")
def test_multiprocessing(nlp):
    docs = list(nlp.pipe(TEXTS, n_process=2))
    assert [[t.text for t in doc] for doc in docs] == [words(nlp, t) for t in TEXTS]


def test_memory_zone():
    nlp = make_nlp("ht")
    for _ in range(2):
        with nlp.memory_zone():
            norms = [token.norm_ for token in nlp("m'ap pale 我 l'AMI")]
        assert norms == ["m'", "ap", "pale", "我", "l'", "ami"]
