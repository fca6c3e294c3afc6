"""The pipeline behind the server: texts in, JSON or files out."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from spacy.language import Language
from spacy.tokens import Doc

from ...doc.blank import blank_pipeline
from ...doc.codes import UNDETERMINED, language_code
from ...doc.languages import language_of, set_language
from ...doc.translations import Untranslated, set_untranslated
from ...doc.triples import SPAN_KEY, Triple, filter_triples
from ...errors import ConfigError, EngineError
from ...language.zones import Zone
from ...packaging.pipelines import languages_of
from .exports import FORMATS, available_formats
from .records import doc_record
from .translation import Engines

if TYPE_CHECKING:
    from ...projection.component import Projector

logger = logging.getLogger(__name__)


class Item(NamedTuple):
    """A text to read.

    text (str): The text.
    language (Optional[str]): Its language, if it is not to be detected.
    """

    text: str
    language: Optional[str] = None


class Job(NamedTuple):
    """What is to be done.

    items (Tuple[Item, …]): The texts.
    target (Optional[str]): The language to which triples are carried over.
    min_score (float): Triples with a lower score are left out.
    asserted (bool): Whether those are left out that the text itself does not assert.
    format (Optional[str]): A key of FORMATS; None for what the API answers.
    """

    items: Tuple[Item, ...]
    target: Optional[str] = None
    min_score: float = 0.0
    asserted: bool = False
    format: Optional[str] = None

    def to_bytes(self) -> bytes:
        return json.dumps(self._asdict()).encode("utf8")

    @classmethod
    def from_bytes(cls, data: bytes) -> "Job":
        fields = json.loads(data)
        fields["items"] = tuple(Item(*item) for item in fields["items"])
        return cls(**fields)


class Answer(NamedTuple):
    """What came of one text.

    body (bytes): JSON, or a file.
    reason, message (str): Why there is no body, see `Refusal`; empty if there is one.
    """

    body: bytes
    reason: str = ""
    message: str = ""


class Engine:
    """Reads texts with a pipeline. Not to be used by two threads at a time.

    nlp (Language): The pipeline.
    name (str): What the model is called.
    engines (Optional[Engines]): What translates, if anything.
    RAISES (ConfigError): If the pipeline makes no triples.
    """

    def __init__(
        self, nlp: Language, *, name: str = "", engines: Optional[Engines] = None
    ) -> None:
        self.nlp = nlp
        self.name = name or f"{nlp.lang}_{nlp.meta['name']}"
        self.engines = engines
        makers = [
            pipe
            for pipe in nlp.pipe_names
            if "doc._.triples" in nlp.get_pipe_meta(pipe).assigns
        ]
        if not makers:
            raise ConfigError(
                f"The pipeline {self.name!r} makes no triples: it has "
                f"{', '.join(nlp.pipe_names) or 'no components'}. Add `xoie`."
            )
        maker = nlp.get_pipe(makers[-1])
        self.key = str(getattr(maker, "span_key", SPAN_KEY))
        self.languages: Sequence[str] = ()
        if hasattr(maker, "languages"):
            self.languages = languages_of(nlp, makers[-1])
        self.formats = available_formats()
        self._projectors: Dict[str, Projector] = {}

    def info(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): What can be asked for, JSON-ready."""
        engines = self.engines
        targets = [] if engines is None else list(engines.targets)
        pairs = None
        if engines is not None and engines.pairs is not None:
            pairs = [list(pair) for pair in engines.pairs]
        return {
            "model": self.name,
            "languages": sorted(self.languages),
            "targets": targets,
            "pairs": pairs,
            "formats": [
                {"name": name, "title": FORMATS[name].title} for name in self.formats
            ],
        }

    def warm_up(self) -> None:
        """Read a text, so that the first one of somebody else does not wait for what
        is loaded when it is first needed."""
        self.answer(Job((Item("This is a sentence."),)))

    def answer(self, job: Job) -> List[Answer]:
        """Do a job. What goes wrong with one text is told in its place.

        job (Job): The job.
        RETURNS (List[Answer]): One for each text, in order.
        """
        targets = [] if job.target is None else [blank_pipeline(job.target)]
        # What one text brings into the vocabulary does not stay.
        with Zone(self.nlp, *targets):
            try:
                return self._answer(job.items, job)
            except Exception:
                if len(job.items) > 1:
                    logger.info("A batch failed; its texts are tried one by one.")
                else:
                    logger.exception("A text could not be read.")
                    return [_FAILURE]
        return [
            answer
            for item in job.items
            for answer in self.answer(job._replace(items=(item,)))
        ]

    def close(self) -> None:
        """End what the translator has started."""
        close = getattr(self.engines and self.engines.translator, "close", None)
        if close is not None:
            close()

    def _answer(self, items: Sequence[Item], job: Job) -> List[Answer]:
        docs = list(self.nlp.pipe(self._make_doc(item) for item in items))
        for doc in docs:
            self._leave_out(doc, job)
            if job.target is not None:
                self._project(doc, job.target)
        return [Answer(self._write(doc, job.format)) for doc in docs]

    def _make_doc(self, item: Item) -> Doc:
        doc = self.nlp.make_doc(item.text)
        if language_code(item.language) != UNDETERMINED:
            set_language(doc, item.language)
        return doc

    def _leave_out(self, doc: Doc, job: Job) -> None:
        def is_wanted(triple: Triple) -> bool:
            is_sure = triple.score is None or triple.score >= job.min_score
            return is_sure and (triple.is_asserted or not job.asserted)

        filter_triples(doc, is_wanted, key=self.key)

    def _project(self, doc: Doc, target: str) -> None:
        """Carry triples over. Without a translation, the doc says why."""
        assert self.engines is not None
        source, pairs = language_of(doc), self.engines.pairs
        if source == language_code(target):
            why = Untranslated("same language", f"The text is in {target!r} already.")
        elif pairs is not None and (source, language_code(target)) not in pairs:
            targets = ", ".join(sorted(b for a, b in pairs if a == source)) or "nothing"
            why = Untranslated(
                "no such pair",
                f"No engine translates from {source!r} to {target!r} here; from "
                f"{source!r} there is {targets}.",
            )
        else:
            if target not in self._projectors:
                projector = self.engines.projector(target)
                projector.span_key = self.key
                self._projectors[target] = projector
            try:
                projector = self._projectors[target]
                projector.set_annotations([doc], projector.predict([doc]))
                return
            except EngineError:
                # The message may tell of paths and addresses.
                logger.exception("The translator failed.")
                why = Untranslated("engine failed", "See the log of the server.")
        set_untranslated(doc, target, why)

    def _write(self, doc: Doc, file_format: Optional[str]) -> bytes:
        if file_format is not None:
            return FORMATS[file_format].write(doc, self.name, self.key)
        record = {"model": self.name, **doc_record(doc, key=self.key)}
        return json.dumps(record, ensure_ascii=False).encode("utf8")


_FAILURE = Answer(
    b"",
    "failed",
    "The text could not be read because of a fault of the server; see its log.",
)


class EngineSpec(NamedTuple):
    """How an engine is opened.

    model (str): A pipeline, or a pretrained model: a name or a folder.
    translator (Optional[str]): Path of the config of a translator; None for what is
        found on the machine, "" for none.
    threads (int): Threads of torch; 0 for its own choice.
    """

    model: str
    translator: Optional[str] = None
    threads: int = 0


def open_engine(spec: EngineSpec) -> Engine:
    """Load a pipeline and what translates, and read a first text.

    spec (EngineSpec): What to open.
    RETURNS (Engine): The engine.
    RAISES (ConfigError): If the pipeline or the config cannot be used.
    RAISES (OSError): If one of them is not there.
    """
    import torch

    from ...loading import load
    from .translation import find_engines, read_engines

    if spec.threads:
        torch.set_num_threads(spec.threads)
    engine = Engine(load(spec.model, "xx"), name=Path(spec.model).name)
    if spec.translator is None:
        engine.engines = find_engines()
    elif spec.translator:
        engine.engines = read_engines(Path(spec.translator), engine.languages)
    engine.warm_up()
    return engine
