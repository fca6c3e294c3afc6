"""Whether a text is in the language that it should be in: lenient where one cannot
tell, as with short texts, names and numbers."""

from functools import lru_cache
from typing import Dict, Optional, Tuple

from ..doc.codes import language_code
from ..doc.folding import fold
from ..doc.text import is_unspaced
from ..errors import ConfigError
from .detectors import DEFAULT_LANGUAGES, LangidDetector
from .scripts import find_scripts, scripts_of

_ENOUGH = 24
"""As many letters tell a language. Of scripts without spaces, each counts thrice."""
_UNLIKELY = 0.05
_SURE = 0.9


def is_in_language(text: str, language: str, *others: str) -> bool:
    """Check the language of a sentence.

    text (str): The sentence.
    language (str): The language that it should be in. Any text passes in a language
        that the detector does not know.
    *others (str): Languages that it may be in instead, besides the common ones.
    RETURNS (bool): False if it is clearly in another language or script.
    """
    language, *others_base = map(language_code, (language, *others))
    if _count_letters(text) < _ENOUGH:
        return True
    among = tuple(sorted({language, *DEFAULT_LANGUAGES} | set(others_base)))
    scores = _detect(text, among)
    if scores is None:
        scores = _detect(text, tuple(sorted({language, *DEFAULT_LANGUAGES})))
    if scores is None:
        return True
    best = next(iter(scores.values()), 0.0)
    if not _has_script(text, language):
        return False
    return scores.get(language, 0.0) >= _UNLIKELY or best < _SURE


def is_in_script(text: str, language: str) -> bool:
    """Check the script of a phrase, which may be a single word.

    text (str): The phrase.
    language (str): The language that it should be in.
    RETURNS (bool): False if it has letters, but none in a script of the language.
    """
    code = language_code(language)
    return (
        _detector((code,)) is None
        or not _count_letters(text)
        or _has_script(text, code)
    )


def _has_script(text: str, language: str) -> bool:
    return not find_scripts(fold(text)).isdisjoint(scripts_of(language))


def _count_letters(text: str) -> int:
    return sum(3 if is_unspaced(char) else 1 for char in text if char.isalpha())


def _detect(text: str, languages: Tuple[str, ...]) -> Optional[Dict[str, float]]:
    """Probabilities, or None if one of the languages is unknown to the detector."""
    detector = _detector(languages)
    return None if detector is None else detector([text])[0]


@lru_cache(maxsize=64)
def _detector(languages: Tuple[str, ...]) -> Optional[LangidDetector]:
    try:
        return LangidDetector(languages)
    except ConfigError:
        return None
