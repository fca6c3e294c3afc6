"""The component `xoie_lang`: the languages of docs and of their sentences."""

from typing import (
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
)

from spacy.language import Language
from spacy.tokens import Doc

from ..doc.codes import language_code
from ..doc.languages import (
    DocLanguages,
    best_language,
    foreign_language,
    mean_scores,
    normalize_scores,
    read_languages,
    scores_by_code,
    write_languages,
)
from ..doc.text import text_of
from ..errors import ConfigError
from ..pipes import StatelessPipe, factory
from .detectors import Detector
from .sentences import sentence_bounds


class LanguageDetector(StatelessPipe):
    """Finds the languages of docs and of their sentences. It keeps no state: what
    it needs is in the config.

    detector (Detector): Finds the languages of texts.
    name (str): Name of the component in the pipeline.
    threshold (float): Least probability of a language; below it `language` is
        "und". The probabilities are kept in any case. Among them, "und" stands for
        all languages that the detector does not know.
    context (float): How much a sentence follows its doc, see `in_context`. With 50, of
        fragments of two words in a doc of one of 38 languages 97 in 100 are taken for
        that language (with 5 91, alone 73).
    sentences (bool): Whether to look at each sentence, not only at the doc.
    overwrite (bool): Whether to detect languages also where they are known.
    RAISES (ConfigError): If the threshold is no probability or the context negative.
    """

    def __init__(
        self,
        detector: Detector,
        name: str = "xoie_lang",
        *,
        threshold: float = 0.4,
        context: float = 50.0,
        sentences: bool = True,
        overwrite: bool = False,
    ) -> None:
        if not 0 <= threshold <= 1:
            raise ConfigError(
                f"[components.{name}] threshold must be a probability, but it is "
                f"{threshold}. Set it to a number from 0 to 1."
            )
        if not context >= 0:
            raise ConfigError(
                f"[components.{name}] context must not be negative, but it is "
                f"{context}. Set it to 0 to look at each sentence alone."
            )
        self.detector = detector
        self.name = name
        self.threshold = threshold
        self.context = context
        self.sentences = sentences
        self.overwrite = overwrite

    def predict(self, docs: Sequence[Doc]) -> List[DocLanguages]:
        """Find the languages of docs, without changing these.

        docs (Sequence[Doc]): The docs.
        RETURNS (List[DocLanguages]): For each doc its languages: those that are
            known (unless they are to be overwritten) or else those detected.
        """
        stored = [None if self.overwrite else self._find_known(doc) for doc in docs]
        unknown = [
            doc
            for doc, languages in zip(docs, stored, strict=True)
            if languages is None
        ]
        detected = iter(self._detect(unknown))
        return [
            next(detected) if languages is None else languages for languages in stored
        ]

    def set_annotations(
        self, docs: Iterable[Doc], predictions: Iterable[DocLanguages]
    ) -> None:
        """Store the languages of docs.

        docs (Iterable[Doc]): The docs.
        predictions (Iterable[DocLanguages]): The languages of each.
        """
        for doc, languages in zip(docs, predictions, strict=True):
            write_languages(doc, languages)

    def _find_known(self, doc: Doc) -> Optional[DocLanguages]:
        stored = read_languages(doc)
        if stored is not None:
            return stored
        tag = foreign_language(doc)
        if tag is None:
            return None
        language = language_code(tag)
        scores = {language: 1.0}
        offsets = self._offsets(doc)
        codes = [language for _ in offsets]
        sentences = [scores for _ in codes]
        return DocLanguages(language, scores, offsets, codes, sentences, tag=tag)

    def _detect(self, docs: Sequence[Doc]) -> Iterator[DocLanguages]:
        """Detect the languages of all docs and sentences together."""
        offsets = [self._offsets(doc) for doc in docs]
        texts: List[str] = []
        for doc, places in zip(docs, offsets, strict=True):
            text = text_of(doc)
            texts.append(text)
            if len(places) > 1:
                texts.extend(text[start:end] for start, end in places)
        scores = self.detector(texts)
        if len(scores) != len(texts):
            raise ConfigError(
                f"The detector of {self.name!r} has to return one dict for each of "
                f"{len(texts)} texts, but it returned {len(scores)}. Correct it, or "
                f"use another detector."
            )
        scored = iter(zip(texts, map(scores_by_code, scores), strict=True))
        for places in offsets:
            first = next(scored)
            parts = [next(scored) for _ in places] if len(places) > 1 else [first]
            yield self._combine(first[1], places, parts[: len(places)])

    def _combine(
        self,
        whole: Dict[str, float],
        offsets: List[List[int]],
        parts: List[Tuple[str, Dict[str, float]]],
    ) -> DocLanguages:
        """Make one prediction of what was found for a doc as a whole and for each
        of its sentences. The scores of the doc are the shares of its sentences:
        those of the whole text exaggerate in a mixed doc."""
        if len(parts) == 1:
            of_doc, sentences = whole, [whole]
        else:
            weights = [len(text) for text, _ in parts]
            shares = mean_scores([scores for _, scores in parts], weights)
            # The whole is surer where sentences are short, and wrong where they differ.
            prior = mean_scores([whole, shares], [1.0, 1.0])
            sentences = [
                in_context(scores, prior, self.context) if _has_letter(text) else prior
                for text, scores in parts
            ]
            of_doc = mean_scores(sentences, weights)
        return DocLanguages(
            best_language(of_doc, self.threshold),
            of_doc,
            offsets,
            [best_language(scores, self.threshold) for scores in sentences],
            sentences,
            self.overwrite,
        )

    def _offsets(self, doc: Doc) -> List[List[int]]:
        """Start and end character of each stretch that is looked at."""
        bounds = sentence_bounds(doc) if self.sentences else [(0, len(doc))]
        return [
            [doc[start].idx, doc[end - 1].idx + len(doc[end - 1])]
            for start, end in bounds
            if start < end
        ]


def in_context(
    sentence: Mapping[str, float], doc: Mapping[str, float], weight: float
) -> Dict[str, float]:
    """Let the probabilities of a sentence follow those of its doc, softly: the
    language of the doc counts up to 1 + weight times as much as others. "Ja." is
    so little evidence that it takes on the language of the doc; a whole sentence
    in another language keeps its own.

    sentence (Mapping[str, float]): Probabilities by the sentence alone.
    doc (Mapping[str, float]): Probabilities by the doc as a whole: at most 1
        each, so that this prior is limited.
    weight (float): How much the sentence follows.
    RETURNS (Dict[str, float]): Probabilities of the sentence in its doc.
    """
    return normalize_scores(
        {
            language: score * (1.0 + weight * doc.get(language, 0.0))
            for language, score in sentence.items()
        }
    )


def _has_letter(text: str) -> bool:
    return any(char.isalpha() for char in text)


@factory(
    "xoie_lang",
    LanguageDetector,
    assigns=[
        "doc.spans",
        "doc._.language",
        "doc._.language_scores",
        "span._.language",
        "span._.language_scores",
    ],
    default_config={"detector": {"@xoie_detectors": "spacy-xoie.LangidDetector.v1"}},
)
def make_language_detector(
    nlp: Language, name: str, detector: Detector, **settings: Any
) -> LanguageDetector:
    """Create the component `xoie_lang`. See `LanguageDetector` for the settings."""
    return LanguageDetector(detector, name, **settings)
