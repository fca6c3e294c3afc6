"""Cleaning in front of the teachers: language, length, duplicates.

What is removed is handed on with the reason, never lost. The thresholds of language
identification come from the data, as those of FineWeb2 do: a detector is surer of
some languages than of others, and surer of edited text than of chat. A first pass
looks at a sample; for each language the threshold is

    median - deviations * MAD

of the probabilities of the texts that the detector takes for that language (MAD: the
median distance from the median), but not below `floor` or above `ceiling`; it is
`floor` where there are too few texts to tell.

Near duplicates are found by MinHash over n-grams of characters, which also serves
scripts without spaces, and are then compared with what they repeat: no pair below the
threshold is removed. The first one of several is kept. All signatures are in memory,
about 3.5 KB for a sentence.
"""

import random
import re
import statistics
import unicodedata
from hashlib import blake2b
from typing import (
    Any,
    Dict,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from spacy.util import minibatch

from ..doc.languages import known_scores
from ..errors import EngineError
from .settings import CleaningSettings
from .sources import Removal
from .ty import Instance

_SPACE = re.compile(r"\s+")
_BATCH = 256


class Threshold(NamedTuple):
    """How sure the detector must be of a language.

    value (float): The threshold.
    size (int): Texts of the sample in this language.
    median, deviation (float): Of their probabilities.
    """

    value: float
    size: int
    median: float
    deviation: float


def derive_thresholds(
    items: Iterable[Union[Instance, Removal]], settings: CleaningSettings
) -> Dict[str, Threshold]:
    """Derive the thresholds of language identification from the data.

    items (Iterable[Union[Instance, Removal]]): The input.
    settings (CleaningSettings): The settings.
    RETURNS (Dict[str, Threshold]): By language, sorted. Empty without a detector.
    """
    if settings.detector is None:
        return {}
    chance = random.Random(settings.seed)  # noqa: S311
    sample: List[str] = []
    n_texts = 0
    for item in items:
        for text in _texts(item):
            n_texts += 1
            if len(sample) < settings.sample:
                sample.append(text)
            elif (place := chance.randrange(n_texts)) < settings.sample:
                sample[place] = text
    values: Dict[str, List[float]] = {}
    for texts in minibatch(sample, _BATCH):
        for scores in settings.detector(texts):
            language = next(iter(known_scores(scores)), None)
            if language is not None:
                values.setdefault(language, []).append(scores[language])
    return {
        language: _threshold(values[language], settings) for language in sorted(values)
    }


def _texts(item: Union[Instance, Removal]) -> Iterator[str]:
    if isinstance(item, Instance):
        yield item.text
        if item.source is not None:
            yield item.source.text


def _threshold(values: Sequence[float], settings: CleaningSettings) -> Threshold:
    median = statistics.median(values)
    deviation = statistics.median([abs(value - median) for value in values])
    value = settings.floor
    if len(values) >= settings.least:
        value = median - settings.deviations * deviation
        value = min(max(value, settings.floor), settings.ceiling)
    return Threshold(value, len(values), median, deviation)


def clean(
    items: Iterable[Union[Instance, Removal]],
    settings: CleaningSettings,
    thresholds: Mapping[str, Threshold],
) -> Iterator[Union[Instance, Removal]]:
    """Remove what a teacher should not see, and find the language of what does not
    say it.

    items (Iterable[Union[Instance, Removal]]): The input.
    settings (CleaningSettings): The settings.
    thresholds (Mapping[str, Threshold]): How sure the detector must be.
    YIELDS (Union[Instance, Removal]): For each item the same, perhaps with its
        language, or why it is removed. In order.
    RAISES (EngineError): If near duplicates are to be found without `datasketch`.
    """
    ids: set[str] = set()
    repeats: List[_Duplicates] = []
    if settings.exact:
        repeats.append(ExactDuplicates())
    if settings.near is not None:
        repeats.append(NearDuplicates(settings))
    for batch in minibatch(items, _BATCH):
        for item in _identify(list(batch), settings, thresholds):
            if isinstance(item, Instance):
                if item.id in ids:
                    yield _remove(item, "id occurs twice", item.id)
                    continue
                ids.add(item.id)
                item = _without_repeats(item, repeats)
            yield item


def _remove(
    item: Instance, reason: str, detail: str = "", repeats: str = ""
) -> Removal:
    return Removal(item.id, reason, detail, item.language, item.text, repeats)


def _identify(
    batch: List[Union[Instance, Removal]],
    settings: CleaningSettings,
    thresholds: Mapping[str, Threshold],
) -> Iterator[Union[Instance, Removal]]:
    """What is long enough and in the right language."""
    texts = list(dict.fromkeys(text for item in batch for text in _texts(item)))
    scores_of: Dict[str, Dict[str, float]] = {}
    if settings.detector is not None:
        scores_of = dict(zip(texts, settings.detector(texts), strict=True))
    detectable = getattr(settings.detector, "languages", ())
    for item in batch:
        if isinstance(item, Removal):
            yield item
            continue
        sides = [item] if item.source is None else [item, item.source]
        fault: Optional[Tuple[str, str]] = None
        languages = []
        for side in sides:
            fault = fault or _length_fault(side.text, settings)
            scores = scores_of.get(side.text)
            language = side.language
            if fault is None and scores is not None:
                language, fault = _language(language, scores, thresholds, detectable)
            elif fault is None and not language:
                fault = "no language", "name one in the config, or a detector"
            languages.append(language)
        if fault is None and len(sides) == 2 and sides[0].text == sides[1].text:
            fault = "not translated", "both texts are the same"
        item = _in_languages(item, languages)
        yield item if fault is None else _remove(item, *fault)


def _length_fault(text: str, settings: CleaningSettings) -> Optional[Tuple[str, str]]:
    if not any(char.isalpha() for char in text):
        return "no letters", ""
    if len(text) < settings.min_length:
        return "too short", f"{len(text)} characters"
    if len(text) > settings.max_length:
        return "too long", f"{len(text)} characters"
    return None


def _language(
    stated: str,
    scores: Mapping[str, float],
    thresholds: Mapping[str, Threshold],
    detectable: Sequence[str],
) -> Tuple[str, Optional[Tuple[str, str]]]:
    """The language of a text, and what speaks against it."""
    if stated and detectable and stated not in detectable:
        return stated, None
    best = next(iter(known_scores(scores)), None)
    if best is None:
        return stated, ("no language", "in none of the languages")
    if stated and best != stated:
        return stated, ("other language", f"{best} {scores[best]:.2f}")
    threshold = thresholds[best].value if best in thresholds else 0.0
    if scores[best] < threshold:
        reason = f"{best} {scores[best]:.2f}, but at least {threshold:.2f} is asked for"
        return stated or best, ("unsure language", reason)
    return stated or best, None


def _in_languages(item: Instance, languages: Sequence[str]) -> Instance:
    source = item.source
    if source is not None and len(languages) == 2:
        source = Instance(
            source.id, source.text, languages[1], source.source, source.doc
        )
    return Instance(item.id, item.text, languages[0], source, item.doc)


def _without_repeats(
    item: Instance, repeats: Sequence["_Duplicates"]
) -> Union[Instance, Removal]:
    text = normalize(item.text)
    for finder in repeats:
        first = finder.find(text)
        if first is not None:
            identity, detail = first
            return _remove(item, finder.reason, detail, identity)
    for finder in repeats:
        finder.add(text, item.id)
    return item


def normalize(text: str) -> str:
    """RETURNS (str): A text without what does not make it another one: case, forms
    of characters, white space."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return _SPACE.sub(" ", folded).strip()


class ExactDuplicates:
    """Finds texts that are the same but for case and white space."""

    reason = "duplicate"

    def __init__(self) -> None:
        self._ids: Dict[bytes, str] = {}

    def find(self, text: str) -> Optional[Tuple[str, str]]:
        """RETURNS (Optional[Tuple[str, str]]): Id of the text that this one repeats,
        and what to say of it."""
        identity = self._ids.get(_digest(text))
        return None if identity is None else (identity, "")

    def add(self, text: str, identity: str) -> None:
        """Remember a text."""
        self._ids[_digest(text)] = identity


class NearDuplicates:
    """Finds texts that share most of their n-grams.

    settings (CleaningSettings): The settings.
    RAISES (EngineError): Without the library `datasketch`.
    """

    reason = "near duplicate"

    def __init__(self, settings: CleaningSettings) -> None:
        try:
            from datasketch import (  # type: ignore[import-untyped]
                MinHash,
                MinHashLSH,
            )
        except ImportError as e:
            raise EngineError(
                "Near duplicates are found by the library 'datasketch': install it "
                "with `pip install spacy-xoie[annotate]`, or set [cleaning] near to "
                "null."
            ) from e
        assert settings.near is not None
        self.threshold: float = settings.near
        self.shingle = settings.shingle
        # Making the permutations is the dear part of a MinHash, so all are copies.
        self._empty: Any = MinHash(num_perm=settings.permutations, seed=settings.seed)
        # Rather too many candidates than too few: they are compared in full.
        self._index: Any = MinHashLSH(
            threshold=settings.near,
            num_perm=settings.permutations,
            weights=(0.2, 0.8),
        )
        self._texts: List[Tuple[str, str]] = []
        self._last: Tuple[str, Any] = ("", None)

    def find(self, text: str) -> Optional[Tuple[str, str]]:
        """RETURNS (Optional[Tuple[str, str]]): Id of the first text that this one
        resembles, and what to say of it."""
        mine = self._shingles(text)
        for number in sorted(self._index.query(self._signature(text))):
            identity, other_text = self._texts[number]
            other = self._shingles(other_text)
            similarity = len(mine & other) / len(mine | other)
            if similarity >= self.threshold:
                return identity, f"similarity {similarity:.2f}"
        return None

    def add(self, text: str, identity: str) -> None:
        """Remember a text."""
        self._index.insert(len(self._texts), self._signature(text))
        self._texts.append((identity, text))

    def _signature(self, text: str) -> Any:
        if self._last[0] != text or self._last[1] is None:
            signature = self._empty.copy()
            shingles = sorted(self._shingles(text))
            signature.update_batch([shingle.encode("utf8") for shingle in shingles])
            self._last = (text, signature)
        return self._last[1]

    def _shingles(self, text: str) -> FrozenSet[str]:
        n = max(len(text) - self.shingle + 1, 1)
        return frozenset(text[i : i + self.shingle] for i in range(n))


_Duplicates = Union[ExactDuplicates, NearDuplicates]


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf8"), digest_size=16).digest()
