"""The component `xoie_projector`: the triples of a doc on its translation."""

from bisect import bisect_left
from dataclasses import fields
from typing import Any, Dict, Iterable, List, Optional, Sequence, Union, cast

from spacy.language import Language
from spacy.tokens import Doc

from ..doc.blank import blank_pipeline
from ..doc.codes import UNDETERMINED, code_setting, language_tag
from ..doc.languages import language_of, set_language
from ..doc.text import is_unspaced
from ..doc.translations import (
    Translations,
    Untranslated,
    set_translation,
    set_untranslated,
)
from ..doc.triples import SPAN_KEY
from ..errors import ConfigError, EngineError
from ..language import sentence_bounds
from ..pipes import StatelessPipe, factory
from .bitext import Bitext, carry_over
from .spans import Limits, Mode
from .ty import Aligner, CharLink, Translation, Translator

_EMPTY = Untranslated("the text is empty")
_NOTHING = Untranslated("empty translation")


class Projector(StatelessPipe):
    """Translates docs, or takes the translations that are given, aligns both, and
    carries the triples over. The result is in `doc._.translations[target]`: a doc of
    its own with triples; what could not be carried over is in its `doc._.projection`,
    and why there is no translation in `doc._.untranslated`.

    name (str): Name of the component.
    target (str): The language to translate to, perhaps with its region or script for
        the translator ("pt-BR").
    translator (Translator): Where translations come from.
    aligner (Aligner): Links the words of both texts. By default the links that the
        translator gives, else the lexical aligner.
    mode (Mode): "recall" carries over whatever has links, "precise" refuses what is
        doubtful. See `project_triples`.
    limits (Optional[Limits]): What "precise" asks for.
    source (Optional[str]): The language of all docs. By default that which was found in
        each, else that of the pipeline. Docs in the target language are left alone.
    span_key (str): Key of the triples, in both docs.
    overwrite (bool): Whether to translate again what has a translation already.
    RAISES (ConfigError): If a setting has a value that cannot work.
    """

    def __init__(
        self,
        name: str = "xoie_projector",
        *,
        target: str,
        translator: Translator,
        aligner: Aligner,
        mode: Mode = "recall",
        limits: Optional[Limits] = None,
        source: Optional[str] = None,
        span_key: str = SPAN_KEY,
        overwrite: bool = True,
    ) -> None:
        place = f"[components.{name}]"
        code = code_setting(f"{place} target", target)
        if source is not None:
            source = code_setting(f"{place} source", source)
        if code in (UNDETERMINED, source):
            raise ConfigError(
                f"target is {target!r} and source is {source!r}; target must be the "
                f"code of another language."
            )
        if mode not in ("recall", "precise"):
            raise ConfigError(f"mode is {mode!r}; it must be 'recall' or 'precise'.")
        self.name = name
        self.target = language_tag(target)
        self._code = code
        self.translator = translator
        self.aligner = aligner
        self.mode: Mode = mode
        self.limits = limits
        self.source = source
        self.span_key = span_key
        self.overwrite = overwrite

    def is_done(self, doc: Doc) -> bool:
        """RETURNS (bool): Whether a doc has a translation that is to be kept."""
        return not self.overwrite and self.target in Translations(doc)

    def predict(self, docs: Sequence[Doc]) -> List[Union[Bitext, Untranslated, None]]:
        """Translate docs, without changing them.

        docs (Sequence[Doc]): The docs.
        RETURNS (List[Union[Bitext, Untranslated, None]]): For each doc the doc and its
            translation, which has the triples; or why there is none; or None if it is
            in the target language.
        RAISES (EngineError): If the translator has no such engine or pair of languages.
        """
        results: List[Union[Bitext, Untranslated, None]] = [None] * len(docs)
        numbers_of: Dict[str, List[int]] = {}
        for number, doc in enumerate(docs):
            source = self.source or language_of(doc)
            if source != self._code:
                numbers_of.setdefault(source, []).append(number)
        for source, numbers in numbers_of.items():
            outcomes = self._translate([docs[number] for number in numbers], source)
            for number, result in zip(numbers, outcomes, strict=True):
                results[number] = result
            texts = [text for text in outcomes if isinstance(text, Bitext)]
            languages = [(source, self._code)] * len(texts)
            carry_over(
                texts,
                languages,
                self.aligner,
                mode=self.mode,
                limits=self.limits,
                key=self.span_key,
                origin=self.name,
            )
        return results

    def set_annotations(
        self,
        docs: Iterable[Doc],
        results: Iterable[Union[Bitext, Untranslated, None]],
    ) -> None:
        """Store translations in docs.

        docs (Iterable[Doc]): The docs.
        results (Iterable[Union[Bitext, Untranslated, None]]): What `predict` returned.
        """
        for doc, result in zip(docs, results, strict=True):
            if isinstance(result, Untranslated):
                set_untranslated(doc, self.target, result)
            elif result is not None:
                set_translation(doc, self.target, result.target)

    def _translate(
        self, docs: Sequence[Doc], source: str
    ) -> List[Union[Bitext, Untranslated]]:
        """Translate docs as the translator likes it: whole, and what it does not know
        as a whole sentence by sentence; or sentence by sentence at once."""
        results: List[Union[Bitext, Untranslated]] = [_EMPTY] * len(docs)
        todo = [number for number, doc in enumerate(docs) if doc.text.strip()]
        if not self.translator.by_sentence:
            texts = [docs[number].text for number in todo]
            for number, result in zip(todo, self._ask(texts, source), strict=True):
                if isinstance(result, Translation):
                    target = self._make_doc(result.text)
                    results[number] = Bitext(docs[number], target, None, result.links)
                else:
                    results[number] = result
            todo = [n for n in todo if isinstance(results[n], Untranslated)]
            todo = [n for n in todo if len(sentence_bounds(docs[n])) > 1]
        bounds = [sentence_bounds(docs[number]) for number in todo]
        sentences = [
            [docs[number][start:end].text for start, end in places]
            for number, places in zip(todo, bounds, strict=True)
        ]
        filled = [text for texts in sentences for text in texts if text.strip()]
        translated = iter(self._ask(filled, source))
        for number, places, texts in zip(todo, bounds, sentences, strict=True):
            parts = [
                next(translated) if text.strip() else Translation("", ())
                for text in texts
            ]
            results[number] = self._assemble(docs[number], places, parts)
        return results

    def _ask(
        self, texts: Sequence[str], source: str
    ) -> List[Union[Translation, Untranslated]]:
        """Call the translator. A text in an unknown language is its own fault, not that
        of the engine."""
        if not texts:
            return []
        try:
            outcomes = self.translator(texts, source, self.target)
        except EngineError as error:
            if source != UNDETERMINED:
                raise
            return [Untranslated("unknown language", str(error))] * len(texts)
        if len(outcomes) != len(texts):
            raise EngineError(
                f"The translator of {self.name!r} gave {len(outcomes)} translations of "
                f"{len(texts)} texts. It must give one, or a reason, for each."
            )
        return [
            (
                _NOTHING
                if isinstance(result, Translation) and not result.text.strip()
                else result
            )
            for result in outcomes
        ]

    def _assemble(
        self,
        doc: Doc,
        bounds: Sequence[tuple[int, int]],
        parts: Sequence[Union[Translation, Untranslated]],
    ) -> Union[Bitext, Untranslated]:
        """Put the translation of a doc together from those of its sentences. One that
        is missing makes the translation incomplete, so that there is none."""
        text = ""
        starts: List[int] = []
        links: Optional[List[CharLink]] = []
        for (start, _), part in zip(bounds, parts, strict=True):
            if isinstance(part, Untranslated):
                return part
            if part.text and text and not (text[-1].isspace() or is_unspaced(text[-1])):
                text += " "
            shift = doc[start].idx, len(text)
            starts.append(len(text))
            text += part.text
            if part.links is None:
                links = None
            elif links is not None:
                links += [
                    CharLink(a + shift[0], b + shift[0], c + shift[1], d + shift[1])
                    for a, b, c, d in part.links
                ]
        target = self._make_doc(text)
        chars = [token.idx for token in target]
        firsts = [bisect_left(chars, start) for start in starts]
        ends = [*firsts[1:], len(target)]
        places = [
            (a, b, c, d) for (a, b), c, d in zip(bounds, firsts, ends, strict=True)
        ]
        return Bitext(doc, target, places, links)

    def _make_doc(self, text: str) -> Doc:
        doc = blank_pipeline(self.target).make_doc(text)
        set_language(doc, self.target)
        return doc


@factory(
    "xoie_projector",
    Projector,
    assigns=["doc.spans", "doc._.translations", "doc._.untranslated"],
    requires=["doc._.triples"],
    default_config={
        "target": "en",
        "translator": {
            "@xoie_translators": "spacy-xoie.PrecomputedTranslator.v1",
            "translations": {},
        },
        "aligner": {
            "@xoie_aligners": "spacy-xoie.IntrinsicAligner.v1",
            "otherwise": {"@xoie_aligners": "spacy-xoie.LexicalAligner.v1"},
        },
        "mode": "recall",
        "limits": None,
    },
)
def make_projector(
    nlp: Language,
    name: str,
    mode: str,
    limits: Optional[Dict[str, float]],
    **settings: Any,
) -> Projector:
    """Create the component `xoie_projector`. See `Projector` for the settings."""
    checked = None if limits is None else _make_limits(limits)
    return Projector(name, mode=cast(Mode, mode), limits=checked, **settings)


def _make_limits(values: Dict[str, float]) -> Limits:
    names = [field.name for field in fields(Limits)]
    if not set(values) <= set(names):
        raise ConfigError(
            f"limits is {dict(values)}; it can have {', '.join(names)}, nothing else."
        )
    return Limits(**values)
