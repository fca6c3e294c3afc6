"""Numbers, units and money in many languages, by what Unicode's CLDR says of them.

Babel has the CLDR: how numbers are written, "million" and "万", units and currencies in
all their forms. Numbers in words are read by text2num, in the languages that it has
(`NUMBER_WORDS`), Chinese and Japanese numerals by the value that Unicode gives to each.
"""

import re
import unicodedata
from collections import defaultdict
from decimal import Decimal
from functools import lru_cache
from typing import (
    Any,
    DefaultDict,
    Dict,
    FrozenSet,
    Iterator,
    List,
    Mapping,
    Optional,
    Set,
    Tuple,
)

from ..doc.codes import language_code
from ..doc.cores import MONEY, NUMBER, QUANTITY, Normal
from ..errors import EngineError
from ..language.function_words import function_words

NUMBER_WORDS = frozenset({"de", "en", "es", "fr", "it", "nl", "pt"})
"""Languages of text2num."""

_KINDS = frozenset(
    "area digital duration electric energy frequency length mass power pressure speed "
    "temperature volume".split()
)
_FURTHER = ("concentr-percent", "concentr-permille")
_UNCLEAR = frozenset({"mass-pound", "mass-stone"})
"""Units whose name says something else as often: money, and stones."""

_VARIETIES = {"en": ("en_GB",), "pt": ("pt_PT",), "zh": ("zh_Hant",)}
"""Further locales in which units of a language are spelt in another way."""

_COUNTS = (1, 2, 3, 5, 11, 100)
"""Numbers that between them have all plural forms of most languages."""

_DIGITS = re.compile(r"[+\-−]?\d[\d.,]*")
_SPACE = r"[\s\u00a0\u202f'’]"
_GROUPS = re.compile(rf"(?<=\d){_SPACE}(?=\d{{3}}(?!\d))")
_HAN_ALSO = {"两": 2, "兩": 2, "俩": 2}
_MARKS = str.maketrans({"٫": ".", "٬": ",", "−": "-", "％": "%", "٪": "%"})
_BESIDE = " \t\n\u00a0\u202f-‑"
"""What stands between a number and its unit."""


def libraries() -> Tuple[Any, Any]:
    """RETURNS (Tuple[module, module]): Babel and text2num.
    RAISES (EngineError): If they are not installed."""
    try:
        import babel.numbers
        import babel.units
        import text_to_num
    except ImportError as e:
        raise EngineError(
            f"{e.name} is not installed, which normal forms of numbers need: "
            f"pip install 'spacy-xoie[normalize]'."
        ) from e
    return babel, text_to_num


def read_amount(text: str, language: str) -> Optional[Normal]:
    """Read a number, alone or with its unit or currency.

    text (str): An argument without adposition and article, and nothing beside.
    language (str): Code of its language.
    RETURNS (Optional[Normal]): A number, quantity or money; None if it is none.
    RAISES (EngineError): If Babel or text2num is not installed.
    """
    code = language_code(language)
    text = unicodedata.normalize("NFC", text).translate(_MARKS).strip()
    number = read_number(text, code)
    if number is not None:
        return Normal(NUMBER, _plain(number))
    units = _units(code)
    for name, rest in units.cuts(text):
        number = read_number(_without_linker(rest, code), code)
        if number is not None:
            kind, unit = units.named(name)
            return Normal(kind, _plain(number), unit)
    return None


def read_number(text: str, language: str) -> Optional[Decimal]:
    """Read a number in digits, in words, or in both ("2.5 million", "500万").

    text (str): The number and nothing beside.
    language (str): Code of its language.
    RETURNS (Optional[Decimal]): The number; None if it is none.
    RAISES (EngineError): If Babel or text2num is not installed.
    """
    text = _GROUPS.sub("", text.strip())
    if _DIGITS.fullmatch(text):
        return _in_digits(text, language)
    for word, factor in _multipliers(language):
        if text.casefold().endswith(word) and text[:1].isdigit():
            rest = read_number(text[: -len(word)].strip(_BESIDE), language)
            return None if rest is None else rest * factor
    if language in ("zh", "ja") and (number := _in_han(text)) is not None:
        return number
    return _in_words(text, language)


@lru_cache(maxsize=64)
def unit_words(language: str, kind: str) -> FrozenSet[str]:
    """RETURNS (FrozenSet[str]): The names of units of a kind such as "duration", in all
    their forms, folded."""
    return frozenset(
        form.casefold()
        for form, found in _units(language).exact.items()
        if any(unit.startswith(f"{kind}-") for _, unit in found)
    )


class _Units:
    """Names of units and currencies in a language, by their forms. One that stands for
    two units stands for none."""

    def __init__(self, forms: Mapping[str, Set[Tuple[str, str]]]) -> None:
        self.exact = forms
        folded: DefaultDict[str, Set[Tuple[str, str]]] = defaultdict(set)
        for form, units in forms.items():
            folded[form.casefold()] |= units
        self.folded = folded
        longest = sorted(folded, key=len, reverse=True)
        any_of = "|".join(map(re.escape, longest)) or r"(?!)"
        self._behind = re.compile(rf"(?P<rest>.*?[\w\s'’])\s*(?P<unit>{any_of})\.?")
        self._before = re.compile(rf"(?P<unit>{any_of})\s*(?P<rest>\d.*)")

    def cuts(self, text: str) -> Iterator[Tuple[str, str]]:
        """YIELDS (Tuple[str, str]): A unit that ends or begins a text, and the rest."""
        low = text.casefold()
        if len(low) != len(text):
            return
        for pattern in (self._behind, self._before):
            match = pattern.fullmatch(low)
            if match is not None:
                unit, rest = (text[slice(*match.span(n))] for n in ("unit", "rest"))
                if self.named(unit)[1]:
                    yield unit, rest

    def named(self, form: str) -> Tuple[str, str]:
        """RETURNS (Tuple[str, str]): Kind and unit, empty if the form is unclear."""
        units = self.exact.get(form) or self.folded.get(form.casefold(), set())
        if len(units) != 1:
            return "", ""
        ((kind, unit),) = units
        return kind, unit.partition("-")[2] if kind == QUANTITY else unit


@lru_cache(maxsize=32)
def _units(language: str) -> _Units:
    babel, _ = libraries()
    forms: DefaultDict[str, Set[Tuple[str, str]]] = defaultdict(set)
    locale = locale_of(language)
    if locale is None:
        return _Units(forms)
    for variety in (locale, *_VARIETIES.get(language, ())):
        for form, unit in _unit_forms(variety):
            forms[form].add((QUANTITY, unit))
        for currency in babel.numbers.list_currencies(variety):
            names = {babel.numbers.get_currency_symbol(currency, variety), currency}
            for number in (None, *_COUNTS):
                names.add(babel.numbers.get_currency_name(currency, number, variety))
            for name in names:
                forms[name].add((MONEY, currency))
    return _Units(forms)


def _unit_forms(locale: Any) -> Iterator[Tuple[str, str]]:
    """Names and signs of units, with the unit."""
    babel, _ = libraries()
    for unit in babel.Locale("en").unit_display_names:
        if unit in _UNCLEAR or "-person" in unit:
            continue
        if unit.partition("-")[0] not in _KINDS and unit not in _FURTHER:
            continue
        for length in ("long", "short"):
            for count in _COUNTS:
                try:
                    text = babel.units.format_unit(count, unit, length, locale=locale)
                except babel.units.UnknownUnitError:
                    continue  # Not every language has every unit.
                form = text.translate(_MARKS).replace(str(count), "").strip(_BESIDE)
                if form and not any(char.isdigit() for char in form):
                    yield form, unit


@lru_cache(maxsize=32)
def _multipliers(language: str) -> List[Tuple[str, Decimal]]:
    """What stands behind digits for a power of ten, the longest first."""
    babel, _ = libraries()
    locale = locale_of(language)
    if locale is None:
        return []
    words: Dict[str, Decimal] = {}
    for zeros in range(3, 14):
        for count in _COUNTS:
            for length in ("long", "short"):
                text = babel.numbers.format_compact_decimal(
                    count * 10**zeros, format_type=length, locale=locale
                )
                match = re.fullmatch(r"(\d+)\W*([^\d\s].*)", text.strip())
                if match is None:
                    continue
                factor = Decimal(count * 10**zeros) / int(match[1])
                # Else it was rounded.
                if str(factor).strip("0") == "1":
                    words.setdefault(match[2].casefold(), factor)
    # One letter for a thousand is a unit as well ("5 K", "5 m").
    words = {
        word: n for word, n in words.items() if len(word) > 1 or not _is_latin(word)
    }
    return sorted(words.items(), key=lambda pair: -len(pair[0]))


def _is_latin(word: str) -> bool:
    return all(char.isascii() for char in word)


@lru_cache(maxsize=64)
def locale_of(language: str) -> Any:
    """The locale of a language, None if the CLDR has none."""
    babel, _ = libraries()
    try:
        return babel.Locale.parse(language)
    except (ValueError, babel.UnknownLocaleError):
        return None


def _in_digits(text: str, language: str) -> Optional[Decimal]:
    babel, _ = libraries()
    locale = locale_of(language) or "en"
    plain = "".join(
        str(unicodedata.digit(char)) if char.isdigit() else char for char in text
    )
    try:
        number: Decimal = babel.numbers.parse_decimal(plain, locale, strict=True)
    except babel.numbers.NumberFormatError:
        return None
    return number


def _in_han(text: str) -> Optional[Decimal]:
    """A number in Chinese characters: 三, 二十五, 一千五百, 两百万."""
    total = section = digit = 0
    for char in text:
        value = _HAN_ALSO.get(char, unicodedata.numeric(char, -1))
        if value < 0 or value != int(value) or not "\u3007" <= char <= "\u9fff":
            return None
        value = int(value)
        if value >= 10_000:
            if not section + digit:
                return None
            total += (section + digit) * value
            section = digit = 0
        elif value >= 10:
            section += (digit or 1) * value
            digit = 0
        else:
            digit = 10 * digit + value
    return Decimal(total + section + digit) if text else None


def _in_words(text: str, language: str) -> Optional[Decimal]:
    if language not in NUMBER_WORDS or any(char.isdigit() for char in text):
        return None
    _, text_to_num = libraries()
    try:
        number = Decimal(text_to_num.text2num(text, language))
    except ValueError:
        return None
    # "One" is a pronoun, and in many languages the article.
    return None if number == 1 else number


def _without_linker(text: str, language: str) -> str:
    """The number of "deux millions d'euros", without "d'"."""
    text = text.strip(_BESIDE)
    words = re.findall(r"[^\s'’]+['’]?", text)
    last = words[-1].casefold().replace("’", "'") if words else ""
    if last in function_words(language).adpositions:
        return text[: -len(last)].strip(_BESIDE)
    return text


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
