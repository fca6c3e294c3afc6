"""Dates in many languages, as ISO 8601 with the precision that the text gives them.

Dates are read by dateparser. It guesses where something is missing, which is of no use
here: what the text does not say is found out by reading it on two days that have
nothing in common. What comes out the same is what the text says. What does not needs a
reference date from the user, else there is no date.
"""

import re
import unicodedata
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, Dict, Literal, NamedTuple, Optional, Set, Tuple

from ..doc.codes import language_code
from ..doc.cores import DATE, Normal
from ..errors import EngineError
from ..language.function_words import function_words
from .amounts import locale_of, read_number, unit_words

Direction = Literal["past", "future", "current_period"]

_BASES = (datetime(1904, 2, 3), datetime(2033, 11, 25))
"""Two days that differ in year, month, week, day and day of the week."""

_YEAR = re.compile(r"([12]\d{3})年?")
_DECADE = re.compile(r"([12]\d{2})0['’]?(?:s|er|ern)")
_SEASON = re.compile(r"(\d{4})/(\d{2})")
_RANGE = re.compile(r"\s*[–—]\s*|(?<=\d)\s*-\s*(?=\d{4}$)")
_PARSERS = ["absolute-time", "relative-time"]
_AGO = {"ar": frozenset({"قبل"}), "de": frozenset({"vor"})}
"""Prepositions of a time that has passed, with which a measure is a date."""


class _Reading(NamedTuple):
    moment: datetime
    period: str

    @property
    def text(self) -> str:
        """The moment as precise as it was said."""
        form = _FORMS[self.period]
        return self.moment.strftime(form) if form else self.moment.isoformat()[:16]


_FORMS = {
    "year": "%Y",
    "month": "%Y-%m",
    "week": "%G-W%V",
    "day": "%Y-%m-%d",
    "time": "",
}


def library() -> Any:
    """RETURNS (module): dateparser.
    RAISES (EngineError): If it is not installed."""
    try:
        import dateparser.data.languages_info
        import dateparser.date
    except ImportError as e:
        raise EngineError(
            f"{e.name} is not installed, which normal forms of dates need: "
            f"pip install 'spacy-xoie[normalize]'."
        ) from e
    return dateparser


def read_date(
    text: str,
    language: str,
    *,
    adposition: str = "",
    reference: Optional[date] = None,
    prefer: Direction = "past",
) -> Optional[Normal]:
    """Read a date.

    text (str): An argument without adposition and article.
    language (str): Code of its language.
    adposition (str): Its adposition.
    reference (Optional[date]): The day on which relative dates ("on Thursday",
        "gestern", "3 May") are read; without it they have no normal form.
    prefer (Direction): Which of several days is meant by "Thursday".
    RETURNS (Optional[Normal]): The date; None if it is none, or not known.
    RAISES (EngineError): If a library is not installed.
    """
    code = language_code(language)
    text = unicodedata.normalize("NFKC", text).strip(" ,;")
    value = _range(text, code) or _absolute(text, code)
    if value is None and reference is not None:
        value = _relative(text, code, adposition, reference, prefer)
    return None if value is None else Normal(DATE, value)


def _range(text: str, language: str) -> Optional[str]:
    """From a date to another one, with a dash or a preposition between them."""
    if match := _SEASON.fullmatch(text):
        first, second = int(match[1]), int(match[2])
        return f"{first}/{first + 1}" if (first + 1) % 100 == second else None
    ends = _RANGE.split(text)
    if len(ends) == 1:
        words = text.split()
        between = function_words(language).adpositions
        places = [n for n, word in enumerate(words[1:-1], 1) if word.lower() in between]
        if len(places) == 1:
            ends = [" ".join(words[: places[0]]), " ".join(words[places[0] + 1 :])]
    if len(ends) != 2:
        return None
    values = [_absolute(end, language) for end in ends]
    if None in values or len(str(values[0])) != len(str(values[1])):
        return None
    return "/".join(map(str, values)) if str(values[0]) <= str(values[1]) else None


def _absolute(text: str, language: str) -> Optional[str]:
    digits = "".join(str(int(char)) if char.isdecimal() else char for char in text)
    if match := _YEAR.fullmatch(digits):
        return match[1]
    if match := _DECADE.fullmatch(digits):
        return f"{match[1]}X"
    if not any(char.isdigit() for char in text) or _is_duration(text, language):
        return None
    if _SEASON.fullmatch(digits):
        return None
    readings = [_read(text, language, base, "past") for base in _BASES]
    values = {reading and reading.text for reading in readings}
    return values.pop() if len(values) == 1 else None


def _relative(
    text: str, language: str, adposition: str, reference: date, prefer: Direction
) -> Optional[str]:
    base = datetime.combine(reference, time())

    def read(*words: str) -> Optional[_Reading]:
        reading = _read(" ".join(words), language, base, prefer)
        # The day of the reference has no time.
        return None if reading is None or reading.period == "time" else reading

    plain = _with_digits(text, language)
    if adposition in _AGO.get(language, ()):
        reading = read(adposition, plain)
    elif _is_duration(text, language) or _is_measure(plain, language):
        # "in three years", but not "for three years".
        reading, bare = read(adposition, plain), read(plain)
        reading = None if reading == bare else reading
    else:
        clear = (one for one in (text, plain) if not _is_unclear(one, language))
        reading = next(filter(None, map(read, clear)), None)
    return reading and reading.text


def _is_duration(text: str, language: str) -> bool:
    """Whether it says how long ("three years")."""
    low = _with_digits(text, language).casefold()
    return any(
        low.endswith(word)
        and read_number(low[: -len(word)].strip(" -"), language) is not None
        for word in unit_words(language, "duration")
    )


def _with_digits(text: str, language: str) -> str:
    """Numbers in words as digits, which is how dates are read."""
    parts = re.findall(
        r"[一二三四五六七八九十百两兩]+|[^一二三四五六七八九十百两兩]+", text
    )
    if language in ("zh", "ja") and len(parts) > 1:
        numbers = [read_number(part, language) for part in parts]
        return "".join(
            part if number is None else str(number)
            for part, number in zip(parts, numbers, strict=True)
        )
    words = text.split()
    numbers = [read_number(word, language) for word in words]
    return " ".join(
        word if number is None or word.isdigit() else str(number)
        for word, number in zip(words, numbers, strict=True)
    )


def _is_measure(text: str, language: str) -> bool:
    """Whether it is a number and a word that is not the name of a month: "2 Tagen"."""
    match = re.fullmatch(r"[\d.,]+ ([^\W\d]+)", text)
    return match is not None and match[1].casefold() not in _names(language)[0]


def _is_unclear(text: str, language: str) -> bool:
    """Whether it is a number of something else ("17 Uhr"), may be a short form of the
    name of a day or a month, or is written in another way than these names: "mar",
    "sat", "march"."""
    full, short, written = _names(language)
    low = text.casefold().rstrip(".")
    if any(char.isdigit() for char in text):
        return not any(word in low for word in unit_words(language, "duration") | full)
    return text not in written if low in full else low in short


@lru_cache(maxsize=32)
def _names(language: str) -> Tuple[Set[str], Set[str], Set[str]]:
    """Names of days and months: folded; short forms of them, folded; as written."""
    locale = locale_of(language)
    names: Dict[str, Set[str]] = {"wide": set(), "abbreviated": set()}
    for table in () if locale is None else (locale.days, locale.months):
        for context in ("format", "stand-alone"):
            for width, found in names.items():
                found.update(table[context][width].values())
    full = {name.casefold() for name in names["wide"]}
    short = {name.casefold().rstrip(".") for name in names["abbreviated"]}
    return full, short - full, names["wide"]


def _read(
    text: str, language: str, base: datetime, prefer: Direction
) -> Optional[_Reading]:
    parser = _parser(language, base, prefer)
    found = parser and parser.get_date_data(text)
    if not found or found.date_obj is None:
        return None
    return _Reading(found.date_obj.replace(tzinfo=None), found.period)


@lru_cache(maxsize=64)
def _parser(language: str, base: datetime, prefer: Direction) -> Any:
    """What reads dates of a language, None if the library does not know it."""
    settings = {
        "RELATIVE_BASE": base,
        "PREFER_DATES_FROM": prefer,
        "RETURN_TIME_AS_PERIOD": True,
        "PARSERS": _PARSERS,
    }
    dateparser = library()
    if language not in dateparser.data.languages_info.language_order:
        return None
    return dateparser.date.DateDataParser(languages=[language], settings=settings)
