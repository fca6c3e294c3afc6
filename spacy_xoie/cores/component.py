"""The component `xoie_cores`: what the arguments of triples are about."""

from dataclasses import replace
from datetime import date
from typing import Any, Dict, Iterable, List, Optional, Sequence, cast, get_args

from spacy.language import Language
from spacy.tokens import Doc

from ..doc.codes import UNDETERMINED, code_or, code_setting
from ..doc.cores import Core, CoreRow, Normal, set_cores
from ..doc.languages import language_of
from ..doc.triples import SPAN_KEY, Phrase, get_triples
from ..errors import ConfigError
from ..pipes import BatchPipe, StatelessPipe, factory
from .amounts import libraries, read_amount
from .dates import Direction, library, read_date
from .finding import find_core


class CoreFinder(StatelessPipe, BatchPipe):
    """Finds the core of each argument: its adposition apart, the word that bears it,
    and, if asked for, a normal form of dates and amounts. They are seen as
    `Phrase.core`; triples stay as they are.

    name (str): Name of the component.
    span_key (str): Key of the span group of the triples.
    language (Optional[str]): Language of all triples. By default that of each.
    normalize (bool): Whether to look for normal forms. Needs the extra `normalize`.
    reference_date (Optional[str]): The day on which relative dates ("on Thursday",
        "gestern") are read, as "2024-05-15". Without it they have no normal form. A
        doc may have one of its own: `doc.user_data["reference_date"]`.
    prefer_dates (str): Which "Thursday" is meant: "past" for the one before the
        reference date, "future", or "current_period" for that of the same week.
    RAISES (ConfigError): If a setting is wrong.
    RAISES (EngineError): If normal forms are asked for, but a library is missing.
    """

    def __init__(
        self,
        name: str = "xoie_cores",
        *,
        span_key: str = SPAN_KEY,
        language: Optional[str] = None,
        normalize: bool = False,
        reference_date: Optional[str] = None,
        prefer_dates: str = "past",
    ) -> None:
        place = f"[components.{name}]"
        if not span_key:
            raise ConfigError("span_key is empty; it must name a span group.")
        if prefer_dates not in get_args(Direction):
            raise ConfigError(
                f"{place} prefer_dates is {prefer_dates!r}; it must be one of "
                f"{', '.join(map(repr, get_args(Direction)))}."
            )
        if reference_date is not None and not normalize:
            raise ConfigError(
                f"{place} reference_date needs normal forms: set normalize = true."
            )
        if normalize:
            libraries()
            library()
        self.name = name
        self.span_key = span_key
        if language is not None:
            language = code_setting(f"{place} language", language)
        self.language = language
        self.normalize = normalize
        self.reference_date = reference_date
        self.prefer_dates = cast(Direction, prefer_dates)
        self._reference = _day(reference_date, f"{place} reference_date")

    def predict(self, docs: Iterable[Doc]) -> List[Dict[str, CoreRow]]:
        """Find cores, without changing the docs.

        docs (Iterable[Doc]): Docs with triples.
        RETURNS (List[Dict[str, CoreRow]]): The cores of the triples of each, by the id
            of the triple.
        RAISES (ConfigError): If the reference date of a doc is no date.
        """
        return [self._find(doc) for doc in docs]

    def set_annotations(
        self, docs: Iterable[Doc], results: Sequence[Dict[str, CoreRow]]
    ) -> None:
        """Keep cores in docs.

        docs (Iterable[Doc]): The docs.
        results (Sequence[Dict[str, CoreRow]]): What `predict` returned for them.
        """
        for doc, cores in zip(docs, results, strict=True):
            if self.span_key in doc.spans:
                set_cores(doc, cores, key=self.span_key)

    def _find(self, doc: Doc) -> Dict[str, CoreRow]:
        reference = self._reference
        if self.normalize and "reference_date" in doc.user_data:
            reference = _day(
                doc.user_data["reference_date"], 'doc.user_data["reference_date"]'
            )
        cores: Dict[str, CoreRow] = {}
        for triple in get_triples(doc, key=self.span_key):
            language = self.language or triple.language
            if code_or(language, UNDETERMINED) == UNDETERMINED:
                language = language_of(doc, key=self.span_key)
            phrases = (triple.source, triple.subject, *triple.objects)
            cores[triple.id] = [
                self._core(phrase, language, reference, is_subject=number < 2)
                for number, phrase in enumerate(phrases)
            ]
        return cores

    def _core(
        self,
        phrase: Phrase,
        language: str,
        reference: Optional[date],
        *,
        is_subject: bool,
    ) -> Optional[Core]:
        if not phrase:
            return None
        core = find_core(phrase, language, is_subject=is_subject)
        if not self.normalize:
            return core
        normal = self._normal(core, phrase.text, language, reference)
        return replace(core, normal=normal)

    def _normal(
        self, core: Core, whole: str, language: str, reference: Optional[date]
    ) -> Optional[Normal]:
        def as_date(text: str) -> Optional[Normal]:
            return read_date(
                text,
                language,
                adposition=core.adposition,
                reference=reference,
                prefer=self.prefer_dates,
            )

        found = as_date(core.text) or read_amount(core.text, language)
        # "la semaine dernière" is a date by its article.
        return found or as_date(whole)


def _day(value: Any, field: str) -> Optional[date]:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as e:
        raise ConfigError(
            f"{field} is {value!r:.60}; it must be a day such as '2024-05-15'."
        ) from e


@factory(
    "xoie_cores",
    CoreFinder,
    assigns=["doc.spans"],
    requires=["doc._.triples"],
)
def make_core_finder(nlp: Language, name: str, **settings: Any) -> CoreFinder:
    """Create the component `xoie_cores`. See `CoreFinder` for the settings."""
    return CoreFinder(name, **settings)
