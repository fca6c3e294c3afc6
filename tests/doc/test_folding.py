"""The same words in any form are the same folded text, with places in the original."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from spacy_xoie.doc.folding import fold, fold_text, visible

SAME = [
    ("The firm didn’t buy it.", "The firm didn't buy it."),
    ("O‘Brien, O＇Brien", "O'Brien, O'Brien"),
    ("It wasn´t, it wasn`t", "It wasn't, it wasn't"),
    ("“Yes”, „ja“, ＂hm＂", '"Yes", "ja", "hm"'),
    ("well‑known, −5", "well-known, -5"),
    ("one\u2015two", "one—two"),
    ("Die Tu\u0308r", "Die Tür"),
    ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "한국"),
    ("ｆｕｌｌ　ｗｉｄｔｈ １９９８", "full width 1998"),
    ("oﬃce ﬁles", "office files"),
    ("ｶﾞｲﾄﾞ", "ガイド"),
    ("كَتَبَ الوَلَدُ", "كتب الولد"),
    ("العــربية", "العربية"),
    ("ﻛﺘﺐ", "كتب"),
    ("نعم، لا؛ ربما", "نعم, لا; ربما"),
    ("שָׁלוֹם", "שלום"),
    ("in\u00advis\u200bi\ufeffble \u2067text\u2069", "invisible text"),
    ("com\u00ad\npany", "company"),
    ("love ❤️ it", "love ❤ it"),
    ("a  b\tc\u00a0d\u2009e\u3000f\r\ng\u2028h\x0bi\x85j", "a b c d e f g h i j"),
    ("\n\n a b \t", "a b"),
    ("我们\n  去了", "我们去了"),
    ("我们\u00a0去了", "我们 去了"),
    ("did n't , ca N'T , we 'll", "didn't , caN'T , we'll"),
    ("don ' t , it ' s , we' ll", "don't , it's , we'll"),
    ("n ' a pas l' eau , aujourd' hui", "n'a pas l'eau , aujourd'hui"),
    ("d' água , comprou -o , dá -lhe", "d'água , comprou-o , dá-lhe"),
    ("dell' arte , un ' altra", "dell'arte , un'altra"),
    ("A -t -il dit -elle", "A-t-il dit-elle"),
    ("银行｡ ｢对｣", "银行。 「对」"),
    ("the compa-\nny's Veterina- \r\n  rians", "the company's Veterinarians"),
    (
        "Der Auf-\nsichtsrat der Übernahmega-\nrantie",
        "Der Aufsichtsrat der Übernahmegarantie",
    ),
    ("die Ge-\n> schichte", "die Geschichte"),
    ("a well-\nknown, state-of-the-\nart mill", "a well-known, state-of-the-art mill"),
    ("in Baden-\nBaden, 1914-\n1918", "in Baden-Baden, 1914-1918"),
    (
        "peut-\nêtre, dit-\nelle; na terça-\n-feira vê-\nlo",
        "peut-être, dit-elle; na terça-feira vê-lo",
    ),
    ("pre-\nand post-war, Hin-\nund Rückweg", "pre- and post-war, Hin- und Rückweg"),
    ("that the\n> mill\n>> burned\n > > down", "that the mill burned down"),
    ("the mill[1] of Ulm.[2][3-5] «Old»[note 3]", "the mill of Ulm. «Old»"),
    (
        "el molino ardió.[cita requerida][7] old[citation needed] mill",
        "el molino ardió. old mill",
    ),
    ("某公司[12]成立。[3]", "某公司成立。"),
    ("History [edit | edit source]\n\nHistoire[modifier]", "History Histoire"),
    (
        "<i>The <B>mill</B></i> {\\an8}<font color='red'>burned</font>",
        "The mill burned",
    ),
    (
        "the **old mill**, see [its page](https://mill.example/a_b)",
        "the old mill, see its page",
    ),
    ("`` So '' -LRB- he said -RRB-", '" So " ( he said )'),
]

KEPT = [
    "می‌خواهم",  # joiners tell words apart in Persian
    "«Non», a dit-il — en 2010–2015.",
    "他说：“，。！？（）".replace("“", '"'),
    "the boys' toys and 'so' on, option 'd'",
    "'That's all' everyone said of the 1980s' economy, 5 -a or - a",
    "x² ½ … ™",
    "the book[s] that he ask[ed] for [12] and [see above]",
    "a < b > c, p <0.01, 2**3, x ** y",
    "Radar-, Infrarot- und Akustik",
    "Home | News, [a | b] here",
    "f(x) [y] (z)",
]


@pytest.mark.parametrize(("text", "folded"), SAME)
def test_one_form(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize("text", KEPT)
def test_what_means_something_is_kept(text: str) -> None:
    assert fold(text) == text


@given(st.text(max_size=40))
@example("a\u200b\u0301")
@example("`\u00ad`")
@example("\u200bn't")
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=40))
def test_places_are_in_order_and_inside(text: str) -> None:
    folded, starts, ends = fold_text(text)
    if starts is None or ends is None:
        assert folded == text
        return
    assert len(folded) == len(starts) == len(ends)
    assert (starts < ends).all() and (ends <= len(text)).all()
    assert (starts[1:] >= starts[:-1]).all() and (ends[1:] >= ends[:-1]).all()


WORDS = st.sampled_from(
    ["Anna", "met", "tür", "l'été", "don't", "5", "كتب", "東京", "x-y"]
)


@given(st.lists(WORDS, min_size=1, max_size=8), st.data())
def test_each_character_comes_from_its_place(words: list, data: st.DataObject) -> None:
    gaps = st.sampled_from([" ", "  ", "\u00a0", "\t", "\u2009 "])
    text = data.draw(gaps) + words[0]
    for word in words[1:]:
        text += data.draw(gaps) + word
    folded, starts, ends = fold_text(text)
    assert folded == " ".join(words)
    assert starts is not None and ends is not None
    for place, char in enumerate(folded):
        if char != " ":
            assert text[starts[place] : ends[place]] == char


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_normal_forms_are_one(form: str) -> None:
    text = "Ça, c’était l’été à Zürich; tiếng Việt; Ελλάδα; и\u0306; がぎ"
    assert fold(unicodedata.normalize(form, text)) == fold(text)


def test_what_is_shown_keeps_its_marks() -> None:
    assert visible("the  “new”\n bri\u00addge’s") == "the “new” bridge’s"
    assert visible("新的\n桥") == "新的桥"
    assert visible("in Rome.\u200f") == "in Rome"
    assert visible("الحكمةِ.") == "الحكمةِ"
    assert visible("عام ١٢٥٨.") == "عام ١٢٥٨"
    assert visible("at 9 a.m.") == "at 9 a.m."


def test_what_is_shown_is_free_of_what_belongs_to_the_page():
    assert visible("the “Veterina-\nrians”") == "the “Veterinarians”"
    assert visible("the\n> old mill[1") == "the old mill"
    assert visible("el viejo molino.[cita") == "el viejo molino"
    assert visible("la entrada](https://mill.example") == "la entrada"
    assert visible("das Dorf.</i") == "das Dorf"
    assert visible("the **old\nmill") == "the old mill"


@pytest.mark.parametrize("piece", ["<b", "a[1", "x-\n", "[a](b.", "\n>", "**a"])
def test_repeated_marks_take_no_longer_than_others(piece: str):
    closing = {"<": ">", "a": "]", "[": ")"}.get(piece[0], "")
    fold(piece * 20_000 + closing * 20_000)
