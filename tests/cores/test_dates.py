"""Dates in several languages, with and without a reference date."""

from datetime import date
from typing import Optional

import pytest

pytest.importorskip("babel")
pytest.importorskip("dateparser")

from spacy_xoie.cores.dates import read_date

WEDNESDAY = date(2024, 5, 15)

ABSOLUTE = [
    ("en", "1998", "1998"),
    ("en", "May 2009", "2009-05"),
    ("en", "3 May 1999", "1999-05-03"),
    ("en", "June 5th, 2001", "2001-06-05"),
    ("en", "May 3, 1999 at 5 pm", "1999-05-03T17:00"),
    ("en", "1990s", "199X"),
    ("en", "1990 to 1995", "1990/1995"),
    ("en", "1990–1995", "1990/1995"),
    ("en", "3 May 1999 to 5 June 2000", "1999-05-03/2000-06-05"),
    ("en", "2010/11", "2010/2011"),
    ("de", "3. Mai 1999", "1999-05-03"),
    ("de", "03.05.1999", "1999-05-03"),
    ("de", "Jahr 1998", "1998"),
    ("de", "1990 bis 1995", "1990/1995"),
    ("fr", "1er mai 2001", "2001-05-01"),
    ("es", "3 de mayo de 1999", "1999-05-03"),
    ("pt", "maio de 2009", "2009-05"),
    ("zh", "1999年5月3日", "1999-05-03"),
    ("zh", "1998年", "1998"),
    ("ar", "٣ مايو ١٩٩٩", "1999-05-03"),
    ("ar", "عام 1998", "1998"),
]

RELATIVE = [
    ("en", "Thursday", "2024-05-09"),
    ("en", "yesterday", "2024-05-14"),
    ("en", "last week", "2024-W19"),
    ("en", "next month", "2024-06"),
    ("en", "two days ago", "2024-05-13"),
    ("en", "20 May", "2023-05-20"),
    ("en", "March", "2024-03"),
    ("de", "gestern", "2024-05-14"),
    ("de", "Donnerstag", "2024-05-09"),
    ("de", "1. Mai", "2024-05-01"),
    ("fr", "demain", "2024-05-16"),
    ("fr", "la semaine dernière", "2024-W19"),
    ("es", "hace dos días", "2024-05-13"),
    ("pt", "ontem", "2024-05-14"),
    ("zh", "昨天", "2024-05-14"),
    ("zh", "星期四", "2024-05-09"),
    ("zh", "两天前", "2024-05-13"),
    ("zh", "去年", "2023"),
    ("ar", "أمس", "2024-05-14"),
    ("ar", "الأسبوع الماضي", "2024-W19"),
]

NONE = [
    ("en", "house"),
    ("en", "march"),
    ("en", "may"),
    ("en", "sat"),
    ("en", "12"),
    ("en", "12.5"),
    ("en", "5 pm"),
    ("en", "now"),
    ("en", "three years"),
    ("en", "page 12"),
    ("en", "Boeing 747"),
    ("en", "12 monkeys"),
    ("en", "World War 2"),
    ("en", "1995 to 1990"),
    ("en", "2010/13"),
    ("de", "17 Uhr"),
    ("de", "drei Jahre"),
    ("fr", "Mars"),
    ("es", "mar"),
    ("zh", "三天"),
    ("ar", "3 أيام"),
    ("tlh", "yesterday"),
]


@pytest.mark.parametrize("language,text,value", ABSOLUTE)
def test_dates_that_say_it_all(language: str, text: str, value: str) -> None:
    for reference in (None, WEDNESDAY):
        found = read_date(text, language, reference=reference)
        assert found is not None and (found.kind, found.value) == ("date", value)


@pytest.mark.parametrize("language,text,value", RELATIVE)
def test_others_need_a_reference(language: str, text: str, value: str) -> None:
    assert read_date(text, language) is None
    found = read_date(text, language, reference=WEDNESDAY)
    assert found is not None and found.value == value


@pytest.mark.parametrize("language,text", NONE)
def test_what_is_no_date_or_may_be_something_else(language: str, text: str) -> None:
    assert read_date(text, language, reference=WEDNESDAY) is None


@pytest.mark.parametrize(
    "language,adposition,text,value",
    [
        ("en", "in", "three years", "2027"),
        ("en", "for", "three years", None),
        ("de", "vor", "zwei Tagen", "2024-05-13"),
        ("de", "in", "zwei Tagen", "2024-05-17"),
        ("de", "für", "drei Jahre", None),
        ("fr", "dans", "3 ans", "2027"),
        ("fr", "pendant", "3 ans", None),
        ("es", "durante", "2 días", None),
        ("ar", "قبل", "3 أيام", "2024-05-12"),
    ],
)
def test_the_adposition_tells_when_from_how_long(
    language: str, adposition: str, text: str, value: Optional[str]
) -> None:
    found = read_date(text, language, adposition=adposition, reference=WEDNESDAY)
    assert (found and found.value) == value


def test_which_thursday() -> None:
    found = read_date("Thursday", "en", reference=WEDNESDAY, prefer="future")
    assert found is not None and found.value == "2024-05-16"
