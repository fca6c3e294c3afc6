"""Detectors of the language of short texts.

A detector is any callable that takes texts and returns, for each, the
probabilities of the languages. The default is py3langid's naive Bayes model,
restricted to the languages that are asked for.
"""

import copy
import unicodedata
from functools import cache, lru_cache
from typing import (
    Any,
    Dict,
    FrozenSet,
    List,
    Optional,
    Protocol,
    Sequence,
    runtime_checkable,
)

from ..doc.codes import code_or, language_code
from ..doc.folding import fold
from ..doc.languages import normalize_scores
from ..errors import ConfigError
from ..registries import detectors

DEFAULT_LANGUAGES = ("en", "es", "pt", "de", "fr", "zh", "ar")

# The scripts in which languages other than those in Latin letters are written,
# each by the word with which the names of its letters start in Unicode.
_WRITTEN_IN = {
    "ARABIC": "ar ary arz fa ps sdh ug ur",
    "ARMENIAN": "hy",
    "BENGALI": "as bn",
    "CJK": "ja ko wuu yue zh",
    "CYRILLIC": "ba be bg kk ky mk mn ru tg tt uk",
    "DEVANAGARI": "hi mr ne sa",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GREEK": "el grc",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "hbo he",
    "HIRAGANA": "ja",
    "KANNADA": "kn",
    "KATAKANA": "ja",
    "KHMER": "km",
    "LAO": "lo",
    "MALAYALAM": "ml",
    "MYANMAR": "my",
    "ORIYA": "or",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
    "THAI": "th",
    "TIBETAN": "dz",
}
_IN_SEVERAL_SCRIPTS = "az crh fuv gom kab ku sr tk uz uzs zxx"


@runtime_checkable
class Detector(Protocol):
    """What the component `xoie_lang` asks of a detector."""

    def __call__(self, texts: Sequence[str]) -> List[Dict[str, float]]:
        """Find the languages of texts.

        texts (Sequence[str]): The texts, for instance sentences.
        RETURNS (List[Dict[str, float]]): For each text the probability of each
            language, by falling probability, with a sum of 1. Empty for a text
            without any letter, or in a script of none of the languages.
        """
        ...


@detectors("spacy-xoie.LangidDetector.v1")
def make_langid_detector(
    languages: Sequence[str] = DEFAULT_LANGUAGES,
) -> Detector:
    """Make a detector on py3langid's model. See `LangidDetector`."""
    return LangidDetector(languages)


class LangidDetector:
    """py3langid, restricted to some languages and to the scripts of a text.

    The model is loaded when the first text comes; only languages other than
    the default ones have to be looked up in it before. Detectors share the
    model's parameters, but neither with py3langid's global identifier nor with
    each other the languages that they are restricted to.
    """

    def __init__(self, languages: Sequence[str] = DEFAULT_LANGUAGES) -> None:
        """Create a detector.

        languages (Sequence[str]): Codes of the languages to tell apart.
        RAISES (ConfigError): If there are no languages, one is named twice, or
            one is unknown to py3langid.
        """
        self.languages = tuple(code_or(code, code) for code in languages)
        self._identifier: Optional[Any] = None
        self._check_languages()

    def __call__(self, texts: Sequence[str]) -> List[Dict[str, float]]:
        """See `Detector`."""
        return [self._detect(fold(text)) for text in texts]

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_identifier": None}

    def _detect(self, text: str) -> Dict[str, float]:
        scripts = find_scripts(text)
        candidates = {
            language for language in self.languages if _may_be_in(language, scripts)
        }
        if not scripts or not candidates:
            return {}
        if self._identifier is None:
            # Other threads may only see it when it is restricted.
            identifier = copy.copy(_load_identifier())
            identifier.set_languages([_labels()[code] for code in self.languages])
            self._identifier = identifier
        # The model learned from running text: a word is much easier for it to
        # recognise (one-word texts: 83 % right instead of 69 %) between blanks.
        ranking = self._identifier.rank(f" {text} ")
        scores = ((language_code(label), score) for label, score in ranking)
        return normalize_scores(
            {code: score for code, score in scores if code in candidates}
        )

    def _check_languages(self) -> None:
        if not self.languages:
            raise ConfigError(
                "The language detector has an empty list of languages. Name at "
                "least one; known are: " + ", ".join(sorted(_labels())) + "."
            )
        twice = {code for code in self.languages if self.languages.count(code) > 1}
        if twice:
            raise ConfigError(
                f"The language detector was given {_list(twice)} more than once: "
                f"{list(self.languages)}. Name each language once."
            )
        if not set(self.languages) <= set(DEFAULT_LANGUAGES):
            unknown = set(self.languages) - set(_labels())
            if unknown:
                raise ConfigError(
                    f"The language detector does not know {_list(unknown)}. Known "
                    f"are: {', '.join(sorted(_labels()))}."
                )


def find_scripts(text: str) -> FrozenSet[str]:
    """Find the scripts of a text's letters.

    text (str): The text.
    RETURNS (FrozenSet[str]): Each script as the word with which the names of its
        letters start in Unicode: "LATIN", "ARABIC", "CJK" …
    """
    return frozenset(script_of(char) for char in set(text) if char.isalpha())


@lru_cache(maxsize=4096)
def script_of(char: str) -> str:
    """RETURNS (str): The script of a letter, see `find_scripts`."""
    return unicodedata.name(char, "UNKNOWN").split()[0]


def _may_be_in(language: str, scripts: FrozenSet[str]) -> bool:
    """Whether a text in these scripts can hold anything in the language."""
    if language in _IN_SEVERAL_SCRIPTS.split():
        return True
    return not scripts.isdisjoint(_scripts_of(language))


@cache
def _scripts_of(language: str) -> FrozenSet[str]:
    scripts = [s for s, codes in _WRITTEN_IN.items() if language in codes.split()]
    return frozenset(scripts or ["LATIN"])


@lru_cache(maxsize=1)
def _load_identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _labels() -> Dict[str, str]:
    """What py3langid calls each language, by code."""
    return {language_code(label): label for label in _load_identifier().labels}


def _list(values: Any) -> str:
    return ", ".join(repr(value) for value in sorted(values))
