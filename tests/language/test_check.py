"""The check of the language of sentences and phrases."""

import pytest

from spacy_xoie.language.check import is_in_language, is_in_script
from spacy_xoie.language.names import name_language

SENTENCES = {
    "en": "The mayor opened the new bridge over the river yesterday morning.",
    "es": "La alcaldesa inauguró ayer por la mañana el nuevo puente sobre el río.",
    "de": "Die Bürgermeisterin hat gestern früh die Brücke über den Fluss geöffnet.",
    "zh": "市长昨天上午为河上的新桥剪了彩。",
    "ar": "افتتحت رئيسة البلدية الجسر الجديد فوق النهر صباح أمس.",
    "pt": "A prefeita inaugurou ontem de manhã a nova ponte sobre o rio.",
    "cs": "Starostka včera ráno slavnostně otevřela nový most přes řeku.",
}


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize("written", SENTENCES)
def test_sentences_are_told_apart(language: str, written: str) -> None:
    assert is_in_language(SENTENCES[written], language, "cs") == (language == written)


def test_lenient_where_nobody_can_tell() -> None:
    for text in ("Berlin, 1990", "BMW", "1234567890 – 1234567890 = 0", "OK!"):
        for language in ("en", "de", "zh"):
            assert is_in_language(text, language)
    # Languages that the detector does not know.
    assert is_in_language(SENTENCES["en"], "tlh")
    assert is_in_language(SENTENCES["de"], "de", "tlh")
    assert not is_in_language(SENTENCES["en"], "de", "tlh")
    assert is_in_language(SENTENCES["pt"], "pt-br")


def test_script_of_phrases() -> None:
    assert is_in_script("改造成了", "zh")
    assert not is_in_script("opened", "zh")
    assert not is_in_script("افتتحت", "en")
    assert is_in_script("افتتحت", "ar")
    assert is_in_script("= 12", "zh")
    assert is_in_script("opened", "tlh")


def test_names_of_languages() -> None:
    names = [name_language(code) for code in ("de", "pt-br", "grc", "xx", "tlh")]
    assert names == ["German", "Portuguese", "Ancient Greek", "xx", "tlh"]
