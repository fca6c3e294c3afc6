"""Detectors of the language of short texts.

A detector is any callable that takes texts and returns, for each, the
probabilities of the languages. The default is py3langid's naive Bayes model: it tells
the languages that are asked for apart, and refuses texts in any other that it knows.
"""

import math
from functools import cache
from typing import (
    Any,
    Dict,
    List,
    Optional,
    Protocol,
    Sequence,
    Tuple,
    runtime_checkable,
)

import numpy as np
from numpy.typing import NDArray

from ..doc.codes import UNDETERMINED, code_or, language_code, macrolanguage
from ..doc.folding import fold
from ..doc.languages import normalize_scores
from ..errors import ConfigError
from ..registries import detectors
from .close import correct_close
from .scripts import find_scripts, scripts_of

DEFAULT_LANGUAGES = tuple(
    "af ar cs cy da de el en es fa fi fr ga gl he hr hy id it ja ko lt lv nb nl nn "
    "pt ro ru sk sl sr sv th tr uk vi zh".split()
)
"""Those with trees that models of this package are trained on."""

REFUSAL = 5.0
"""By so much, as a logarithm, must a text be likelier in a language that is not asked
for: fewer than 1 in 100 fragments of one word is refused wrongly, and in 1,000
sentences (development halves of NTREX-128, see `benchmarks.detection`)."""

_SHARPNESS = 1.5
"""py3langid divides logarithms by the root of the number of bytes, so that long texts
are not surer than they should be, but is right more often than its probabilities say:
where they are .9 or more, in 999 of 1,000. By this factor they are about right (same
data)."""

_SOFTNESS = 2.0
"""The odds of being in another language grow by half of that logarithm (same data)."""

_LEAST = 1e-3
"""Less probable languages are left out, so that docs do not carry dozens of them."""

_FARTHEST, _MOST = -12.0, 50.0
"""Logarithms beyond which nothing changes."""

_ANY = "zxx"
"""What py3langid calls a text without a language, in whichever script."""


@runtime_checkable
class Detector(Protocol):
    """What the component `xoie_lang` asks of a detector."""

    def __call__(self, texts: Sequence[str]) -> List[Dict[str, float]]:
        """Find the languages of texts.

        texts (Sequence[str]): The texts, for instance sentences.
        RETURNS (List[Dict[str, float]]): For each text the probability of each
            language, by falling probability, with a sum of 1; "und" stands for all
            that the detector does not know. Empty for a text without any letter.
        """
        ...


@detectors("spacy-xoie.LangidDetector.v1")
def make_langid_detector(
    languages: Sequence[str] = DEFAULT_LANGUAGES,
    refusal: Optional[float] = REFUSAL,
) -> Detector:
    """Make a detector on py3langid's model. See `LangidDetector`."""
    return LangidDetector(languages, refusal)


class LangidDetector:
    """py3langid on some languages and the scripts of a text.

    Each text is measured in all languages that py3langid knows. If one that is not
    asked for is much likelier than all that are, the text is in none of these: it is
    "und". Others of the same macrolanguage (ISO 639-3) do not count, so that Bosnian
    may be called Croatian, and Cantonese Chinese, where only these are asked for.

    The model is loaded when the first text comes; only languages other than
    the default ones have to be looked up in it before. Detectors share it, but not
    with py3langid's global identifier.
    """

    def __init__(
        self,
        languages: Sequence[str] = DEFAULT_LANGUAGES,
        refusal: Optional[float] = REFUSAL,
    ) -> None:
        """Create a detector.

        languages (Sequence[str]): Codes of the languages to tell apart.
        refusal (Optional[float]): By how much, as a natural logarithm, a text must be
            likelier in another language to be refused as often as not; None to choose
            one of the languages in any case.
        RAISES (ConfigError): If there are no languages, one is named twice, or
            one is unknown to py3langid; or if the refusal is no number of at least 0.
        """
        self.languages = tuple(code_or(code, code) for code in languages)
        self.refusal = refusal
        self._model: Optional[_Model] = None
        self._check()

    def __call__(self, texts: Sequence[str]) -> List[Dict[str, float]]:
        """See `Detector`."""
        return [self._detect(fold(text)) for text in texts]

    def __getstate__(self) -> Dict[str, Any]:
        return {**self.__dict__, "_model": None}

    def _detect(self, text: str) -> Dict[str, float]:
        scripts = find_scripts(text)
        if not scripts:
            return {}
        if self._model is None:
            self._model = _Model(self.languages)
        model = self._model
        written = np.logical_or.reduce([model.written_in(one) for one in scripts])
        if not (written & model.asked).any():
            return {} if self.refusal is None else {UNDETERMINED: 1.0}
        scores, n_bytes = model.measure(text)
        scores[~written] = -np.inf
        asked = scores[model.asked]
        best = float(asked.max())
        logs = _SHARPNESS * (asked - best) / math.sqrt(n_bytes)
        near = np.flatnonzero(logs >= _FARTHEST)
        found = {model.known[place]: float(logs[place]) for place in near}
        correct_close(text, found)
        weights = {code: math.exp(log) for code, log in found.items()}
        if self.refusal is not None:
            surplus = float(scores[model.others].max(initial=-np.inf)) - best
            odds = math.exp(min((surplus - self.refusal) / _SOFTNESS, _MOST))
            weights[UNDETERMINED] = odds * sum(weights.values())
        shares = normalize_scores(weights)
        return normalize_scores({c: p for c, p in shares.items() if p >= _LEAST})

    def _check(self) -> None:
        if not self.languages:
            raise ConfigError(
                "The language detector has an empty list of languages. Name at "
                "least one; known are: " + ", ".join(sorted(_labels())) + "."
            )
        if self.refusal is not None and not 0 <= self.refusal < math.inf:
            raise ConfigError(
                f"The language detector was given the refusal {self.refusal}. Use a "
                f"number of at least 0, or null to refuse nothing."
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


class _Model:
    """py3langid's model, and which of its languages are asked for.

    languages (Sequence[str]): Codes of those.

    known (List[str]): Codes of those, as they stand in `codes`.
    codes, asked, others (NDArray): (languages of the model,), their codes, whether they
        are asked for, and whether they are neither that nor akin to one that is.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self._identifier = _load_identifier()
        self._rows = [row << 8 for row in self._identifier.tk_row]
        # A language in two scripts has a column for each.
        columns = np.array([*map(language_code, self._identifier.nb_classes)])
        self._order = columns.argsort(kind="stable")
        self.codes, self._starts = np.unique(columns[self._order], return_index=True)
        self._written: Dict[str, NDArray[np.bool_]] = {}
        akin = {macrolanguage(code) for code in languages}
        self.asked = np.isin(self.codes, list(languages))
        self.known: List[str] = self.codes[self.asked].tolist()
        whole = [macrolanguage(code) for code in self.codes.tolist()]
        self.others = ~self.asked & ~np.isin(whole, list(akin))

    def measure(self, text: str) -> Tuple[NDArray[np.float32], int]:
        """RETURNS (Tuple[NDArray[np.float32], int]): (languages of the model,), the
        logarithm of the probability of a text in each of them, up to a constant; and
        its number of bytes."""
        from py3langid.langid import visit_counts

        # The model learned from running text: a word is much easier for it to
        # recognise (one-word texts: 83 % right instead of 69 %) between blanks.
        data = f" {text.lower() if text.isupper() else text} ".encode(
            errors="surrogatepass"
        )
        model = self._identifier
        visits = visit_counts(model.tk_nextmove, self._rows, model.tk_output, data)
        if not visits:
            return np.zeros(len(self.codes), dtype=np.float32), len(data)
        features = np.fromiter(visits.keys(), dtype=np.intp, count=len(visits))
        counts = np.fromiter(visits.values(), dtype=np.float32, count=len(visits))
        table = model.nb_ptc.take(features, axis=0).astype(np.float32)
        columns = np.log1p(counts) @ table + model.nb_pc
        return np.maximum.reduceat(columns[self._order], self._starts), len(data)

    def written_in(self, script: str) -> NDArray[np.bool_]:
        """RETURNS (NDArray[np.bool_]): (languages of the model,), whether they are
        written in a script."""
        if script not in self._written:
            rows = [code == _ANY or script in scripts_of(code) for code in self.codes]
            self._written[script] = np.array(rows)
        return self._written[script]


@cache
def _load_identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)


@cache
def _labels() -> Dict[str, str]:
    """What py3langid calls each language, by code."""
    return {language_code(label): label for label in _load_identifier().labels}


def _list(values: Any) -> str:
    return ", ".join(repr(value) for value in sorted(values))
