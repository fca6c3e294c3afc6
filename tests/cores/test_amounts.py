"""Numbers, quantities and money in several languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("babel")
pytest.importorskip("text_to_num")

from spacy_xoie.cores.amounts import read_amount, read_number

AMOUNTS = [
    ("en", "three", "3"),
    ("en", "1,200", "1200"),
    ("en", "2.5 million", "2500000"),
    ("en", "$5 million", "5000000 USD"),
    ("en", "three kilometres", "3 kilometer"),
    ("en", "3 kilometers", "3 kilometer"),
    ("en", "12%", "12 percent"),
    ("en", "30 miles per hour", "30 mile-per-hour"),
    ("de", "1.200", "1200"),
    ("de", "2,5 Millionen Euro", "2500000 EUR"),
    ("de", "zwei Stunden", "2 hour"),
    ("de", "200 Gramm", "200 gram"),
    ("fr", "1 200", "1200"),
    ("fr", "deux millions d'euros", "2000000 EUR"),
    ("fr", "12 pour cent", "12 percent"),
    ("es", "dos millones de euros", "2000000 EUR"),
    ("es", "3,5 millones", "3500000"),
    ("pt", "dois milhões de euros", "2000000 EUR"),
    ("pt", "R$ 500", "500 BRL"),
    ("zh", "二十五", "25"),
    ("zh", "500万", "5000000"),
    ("zh", "五百万美元", "5000000 USD"),
    ("zh", "两小时", "2 hour"),
    ("ar", "١٬٢٠٠", "1200"),
    ("ar", "5 ملايين", "5000000"),
    ("ar", "12٪", "12 percent"),
    ("ja", "5キロメートル", "5 kilometer"),
    ("ru", "5 километров", "5 kilometer"),
]

NONE = [
    ("en", "three paintings"),
    ("en", "one"),
    ("en", "20 pounds"),  # Money as well as weight.
    ("en", "Room 12"),
    ("en", "12 Monkeys"),
    ("fr", "une"),
    ("es", "unos"),
    ("de", "Euro"),
    ("zh", "万一"),
    ("xx", "three"),
    ("tlh", "5 km"),
]


@pytest.mark.parametrize("language,text,normal", AMOUNTS)
def test_amounts(language: str, text: str, normal: str) -> None:
    found = read_amount(text, language)
    assert found is not None and found.text == normal


@pytest.mark.parametrize("language,text", NONE)
def test_what_is_no_amount_or_is_unclear(language: str, text: str) -> None:
    assert read_amount(text, language) is None


def test_kinds() -> None:
    kinds = [read_amount(text, "en") for text in ("5", "5 km", "€5")]
    assert [normal and normal.kind for normal in kinds] == [
        "number",
        "quantity",
        "money",
    ]


@given(st.integers(0, 10**12), st.sampled_from(["en", "de", "fr", "es", "pt", "ar"]))
def test_numbers_as_babel_writes_them(number: int, language: str) -> None:
    from babel.numbers import format_decimal

    assert read_number(format_decimal(number, locale=language), language) == number


@given(st.text(max_size=12), st.sampled_from(["en", "de", "fr", "zh", "ar", "xx"]))
def test_any_text_can_be_asked(text: str, language: str) -> None:
    read_amount(text, language)
