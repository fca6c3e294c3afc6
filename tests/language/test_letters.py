"""The letters that languages are written with."""

import unicodedata

import pytest

from spacy_xoie.errors import ConfigError
from spacy_xoie.language.facts import load_languages
from spacy_xoie.language.letters import ALPHABETS, Letters, letters_in, letters_of

LANGUAGES = load_languages()


@pytest.mark.parametrize(
    "codes, text, other",
    [
        (["de"], "Die ÄRZTE sagen „Grüß Gott“, 3½ Mal – für 5 €!", "Łódź"),
        (["en"], "a café in New York: 100%", "Straße"),
        (["tr"], "İstanbul'da IŞIK", "Ångström"),
        (["ru"], "Москва, 2024", "Київ"),
        (["sr"], "Београд i Niš", "Łódź"),
        (["zh"], "市议会批准了12公里。HTML", "ひらがな"),
        (["ja"], "人々はコーヒーを飲む", "한국"),
        (["ar"], "المَدِينَة ٣", "עברית"),
        (["hi"], "दिल्ली", "தமிழ்"),
        (["de", "zh"], "Grüße aus 北京", "Київ"),
        (["pt-BR"], "São João", "Łódź"),
    ],
)
def test_what_languages_are_written_with(
    codes: list[str], text: str, other: str
) -> None:
    letters = letters_of(codes)
    assert letters.write(text) and not letters.write(other)


def test_letters_of_texts() -> None:
    letters = letters_of(["de"]) | letters_in(["Łódź", "ﬁnden"])
    assert letters.write("Łódź ŹÓŁĆ".replace("Ć", "")) and not letters.write("Ć")
    assert Letters().write("Anna, 3 + 4") and not Letters().write("é")
    assert letters_in([]) == Letters()


def test_unknown_language() -> None:
    with pytest.raises(ConfigError, match="No facts are known about.*'qqq'"):
        letters_of(["de", "qqq"])


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_alphabets_are_whole(code: str) -> None:
    facts = LANGUAGES[code]
    assert (facts.letters is not None) == bool(facts.scripts & ALPHABETS)
    for letter in facts.letters or "":
        assert unicodedata.category(letter) == "Ll" or letter == "İ"
        assert unicodedata.name(letter).split()[0] in ("LATIN", "CYRILLIC")
        assert not letter.isascii() and unicodedata.normalize("NFKC", letter) == letter
    assert len(set(facts.letters or "")) == len(facts.letters or "")
    assert letters_of([code]).write(facts.letters or "")
