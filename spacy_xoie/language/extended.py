"""A detector that was given further languages."""

from typing import Dict, List, Optional, Sequence

from ..registries import detectors
from .detectors import DEFAULT_LANGUAGES, REFUSAL, Detector, LangidDetector


@detectors("spacy-xoie.ExtendedDetector.v1")
def make_extended_detector(
    added: Sequence[str],
    languages: Sequence[str] = DEFAULT_LANGUAGES,
    refusal: Optional[float] = REFUSAL,
) -> Detector:
    """Make a detector that knows further languages. See `ExtendedDetector`."""
    return ExtendedDetector(added, languages, refusal)


class ExtendedDetector:
    """py3langid on the languages that a pipeline was trained for, and on those that
    were added to it. What is more likely in one of the added languages than not, is
    told with all of them; of anything else it says, to the last bit, what it said
    before, so that the added languages change nothing for the others.

    added (Sequence[str]): Codes of the added languages.
    languages (Sequence[str]): Codes of the others.
    refusal (Optional[float]): See `LangidDetector`.
    RAISES (ConfigError): See `LangidDetector`.
    """

    def __init__(
        self,
        added: Sequence[str],
        languages: Sequence[str] = DEFAULT_LANGUAGES,
        refusal: Optional[float] = REFUSAL,
    ) -> None:
        self._before = LangidDetector(languages, refusal)
        self._all = LangidDetector([*languages, *added], refusal)
        self.refusal = refusal
        self.languages = self._all.languages
        self.added = self.languages[len(self._before.languages) :]

    def __call__(self, texts: Sequence[str]) -> List[Dict[str, float]]:
        """See `Detector`."""
        return [
            (
                scores
                if any(scores.get(code, 0.0) > 0.5 for code in self.added)
                else before
            )
            for before, scores in zip(
                self._before(texts), self._all(texts), strict=True
            )
        ]
