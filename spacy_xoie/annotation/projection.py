"""The teacher that carries triples over to translations."""

from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Union

from spacy.tokens import Doc
from spacy.util import minibatch

from ..doc.blank import blank_pipeline
from ..doc.codes import language_code
from ..doc.languages import set_language
from ..doc.translations import PROVENANCE, Refused, Untranslated, get_provenance
from ..doc.triples import SPAN_KEY
from ..errors import ConfigError, DataError, EngineError
from ..projection.aligners.intrinsic import IntrinsicAligner
from ..projection.aligners.lexical import LexicalAligner
from ..projection.bitext import project_bitext
from ..projection.component import Projector
from ..projection.spans import Limits, Mode
from ..projection.ty import Aligner, Translator
from ..registries import teachers
from .labelling import EMPTY_SENTENCE, SAME_LANGUAGE, label_sources
from .ty import Annotation, Annotator, Discard, Instance

NAME = "projection"
REFUSED = "not carried over: "
"""In front of the reasons of `project_triples`."""
UNTRANSLATED = "not translated: "
"""In front of what the translator says."""
NO_TARGET = "no translation"
FAILED = "the projection failed"


@teachers("spacy-xoie.ProjectionTeacher.v1")
def make_projection_teacher(
    source_teacher: Optional[Annotator] = None,
    target: str = "",
    translator: Optional[Translator] = None,
    aligner: Optional[Aligner] = None,
    mode: Mode = "precise",
    limits: Optional[Dict[str, float]] = None,
    batch_size: int = 64,
) -> "ProjectionTeacher":
    """Make a teacher that carries triples over. See `ProjectionTeacher` for the
    settings; `limits` are those of `Limits` by their names."""
    try:
        checked = None if limits is None else Limits(**limits)
    except TypeError as e:
        names = ", ".join(Limits.__dataclass_fields__)
        raise ConfigError(f"limits are {limits}; their names are {names}.") from e
    return ProjectionTeacher(
        source_teacher,
        target=target,
        translator=translator,
        aligner=aligner,
        mode=mode,
        limits=checked,
        batch_size=batch_size,
    )


class ProjectionTeacher:
    """Labels translations with the triples of what they are translations of.

    Of a parallel corpus (`item.source` is set) the item is the translation; any other
    item is translated, and the answer is an item with the same id, in the target
    language.

    The aligner is used as it is and learns nothing here, so that a run gives the same
    wherever it was cut and resumed. To make use of a parallel corpus, learn from it
    first, with `spacy xoie fit-aligner`, and name the file that it writes in the
    settings of the aligner (`tables` of `spacy-xoie.LexicalAligner.v1`).
    """

    name = NAME

    def __init__(
        self,
        source_teacher: Optional[Annotator] = None,
        *,
        target: str = "",
        translator: Optional[Translator] = None,
        aligner: Optional[Aligner] = None,
        mode: Mode = "precise",
        limits: Optional[Limits] = None,
        batch_size: int = 64,
    ) -> None:
        """Create a teacher.

        source_teacher (Optional[Annotator]): Labels the sources; it is not asked for
            those whose doc has triples.
        target (str): Language to translate raw text to.
        translator (Optional[Translator]): Translates raw text.
        aligner (Optional[Aligner]): Links the words of both sides; by default the links
            that the translator gives, else what `LexicalAligner` finds.
        mode (Mode): "precise" refuses what is doubtful, "recall" carries over whatever
            has links.
        limits (Optional[Limits]): What "precise" asks for.
        batch_size (int): How many sentences are worked on together.
        RAISES (ConfigError): If a setting cannot work.
        """
        if (translator is None) != (not target):
            raise ConfigError(
                f"target is {target!r} and translator is {translator!r}. Set both for "
                f"raw text, or neither for a parallel corpus."
            )
        if mode not in ("recall", "precise"):
            raise ConfigError(f"mode is {mode!r}; it must be 'recall' or 'precise'.")
        if batch_size < 1:
            raise ConfigError(f"batch_size is {batch_size}; it must be 1 or more.")
        self.source_teacher = source_teacher
        self.target = target
        self.aligner = aligner or IntrinsicAligner(LexicalAligner())
        self.mode: Mode = mode
        self.limits = limits
        self.batch_size = batch_size
        self._projector: Optional[Projector] = None
        if translator is not None:
            self._projector = Projector(
                NAME,
                target=target,
                translator=translator,
                aligner=self.aligner,
                mode=mode,
                limits=limits,
            )

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        """Label items. What is wrong with one of them costs that one.

        items (Iterable[Instance]): Sentences to translate, or translations with a
            source.
        YIELDS (Annotation): One for each item, in order: the labelled translation.
        RAISES (EngineError): If the engine of the translator, or the pair of languages,
            is missing.
        """
        for batch in minibatch(items, self.batch_size):
            cases = [_Case(item, item.source or item) for item in batch]
            self._check(cases)
            self._label_sources([case for case in cases if not case.discards])
            ready = [case for case in cases if case.source_doc is not None]
            try:
                self._carry(ready)
            except (ConfigError, EngineError):
                raise
            except (ValueError, IndexError, KeyError):
                for case in ready:
                    self._carry_alone(case)
            yield from (case.outcome for case in cases)

    def _check(self, cases: Sequence["_Case"]) -> None:
        for case in cases:
            if not case.source.text.strip() or not case.item.text.strip():
                case.discards.append(Discard(EMPTY_SENTENCE, case.item.id))
            elif case.is_parallel:
                continue
            elif self._projector is None:
                detail = "set target and translator, or give item.source"
                case.discards.append(Discard(NO_TARGET, f"{case.item.id}: {detail}"))
            elif case.item.language == language_code(self.target):
                case.discards.append(Discard(SAME_LANGUAGE, self.target))

    def _label_sources(self, cases: Sequence["_Case"]) -> None:
        sources = [case.source for case in cases]
        annotations = label_sources(sources, self.source_teacher)
        for case, annotation in zip(cases, annotations, strict=True):
            case.discards.extend(annotation.discards)
            doc = annotation.doc
            if doc is not None and doc is case.source.doc:
                doc = doc.copy()
            if doc is not None and len(doc):
                set_language(doc, case.source.language)
            case.source_doc = doc

    def _carry(self, cases: Sequence["_Case"]) -> None:
        """Carry the triples of cases over that have a labelled source."""
        parallel = [case for case in cases if case.is_parallel]
        docs = [_target_doc(case.item) for case in parallel]
        sources = [_source_doc(case) for case in cases if case.is_parallel]
        project_bitext(
            zip(sources, docs, strict=True),
            aligner=self.aligner,
            fit=False,
            mode=self.mode,
            limits=self.limits,
        )
        raw = [case for case in cases if not case.is_parallel]
        results: List[Any] = []
        if raw and self._projector is not None:
            results = self._projector.predict([_source_doc(case) for case in raw])
        for case, doc in zip(parallel, docs, strict=True):
            case.take(doc)
        for case, result in zip(raw, results, strict=True):
            case.take(result if isinstance(result, Untranslated) else result.target)

    def _carry_alone(self, case: "_Case") -> None:
        try:
            self._carry([case])
        except (ConfigError, EngineError):
            raise
        except (ValueError, IndexError, KeyError) as e:
            case.discards.append(Discard(FAILED, f"{type(e).__name__}: {e}"))


@dataclass
class _Case:
    """An item on its way."""

    item: Instance
    source: Instance
    source_doc: Optional[Doc] = None
    target_doc: Optional[Doc] = None
    discards: List[Discard] = field(default_factory=list)

    @property
    def is_parallel(self) -> bool:
        return self.item is not self.source

    @property
    def outcome(self) -> Annotation:
        item, doc = self.item, self.target_doc
        if doc is not None and not self.is_parallel:
            language = doc.spans[SPAN_KEY].attrs["language"]
            item = Instance(item.id, doc.text, language, source=item)
        return Annotation(item, doc, tuple(self.discards), self.source_doc)

    def take(self, result: Union[Doc, Untranslated]) -> None:
        """Take the labelled translation, or why there is none."""
        if isinstance(result, Untranslated):
            reason = UNTRANSLATED + result.reason
            self.discards.append(Discard(reason, result.detail))
            return
        provenance = get_provenance(result)
        refused: Sequence[Refused] = () if provenance is None else provenance.refused
        self.discards.extend(Discard(REFUSED + r.reason, r.detail) for r in refused)
        # Its ids are those of this doc; whoever writes the triples anew has others.
        result.spans.pop(PROVENANCE, None)
        # Without any of them, the doc would say that its sentence states nothing.
        if len(result.spans[SPAN_KEY]) or not refused:
            self.target_doc = result


def _source_doc(case: _Case) -> Doc:
    assert case.source_doc is not None  # cases without one are lost before
    return case.source_doc


def _target_doc(item: Instance) -> Doc:
    doc = (
        blank_pipeline(item.language).make_doc(item.text)
        if item.doc is None
        else item.doc.copy()
    )
    if not len(doc):
        raise DataError(f"There is no token in {item.text!r}.")
    set_language(doc, item.language)
    return doc
