"""Teachers that are spaCy pipelines."""

from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Tuple, Union

from spacy import blank, util
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from ..doc.blank import multilingual_pipeline
from ..doc.codes import code_or
from ..doc.languages import set_language
from ..doc.triples import SPAN_KEY, get_triples, set_triples
from ..errors import ConfigError, DataError, EngineError
from ..pipes import handling_errors
from ..registries import teachers
from ..syntax.component import SyntaxExtractor
from ..syntax.rules import Facts
from ..ty import TokenTriple
from .ty import Annotation, Discard, Instance

Models = Union[str, Mapping[str, str]]
Parse = Union[Doc, Discard]
_NUMBER = "spacy_xoie.number"
_PIECE = "piece"
"""Label of tokens that are no word, such as Chinese characters on a tree of words."""


class Pipelines:
    """Runs pipelines over items in several languages; loads each when it is needed.

    models (Models): A pipeline for all languages, as folder or package, or one for
        each language. "" is a blank pipeline of the language with the component
        `xoie`.
    batch_size (int): Docs that are handed to a pipeline at a time.
    RAISES (ConfigError): If the batch size is not positive.
    """

    def __init__(self, models: Models, *, batch_size: int = 64) -> None:
        if batch_size < 1:
            raise ConfigError(f"batch_size is {batch_size}; it must be 1 or more.")
        self.models = models
        self.batch_size = batch_size
        self._loaded: Dict[Tuple[str, str], Language] = {}

    def __call__(self, items: List[Instance]) -> List[Parse]:
        """Run the pipelines.

        items (List[Instance]): The items.
        RETURNS (List[Union[Doc, Discard]]): The doc of each item, or why there is none.
        RAISES (EngineError): If a pipeline cannot be loaded.
        """
        answers: Dict[int, Parse] = {}
        numbers: Dict[str, List[int]] = {}
        for number, item in enumerate(items):
            numbers.setdefault(item.language, []).append(number)
        for language, places in numbers.items():
            nlp = self._pipeline(language)
            if nlp is None:
                reason = Discard("no pipeline of this language", language)
                answers.update(dict.fromkeys(places, reason))
            else:
                answers.update(self._run(nlp, {n: items[n] for n in places}))
        silent = Discard("the pipeline failed", "it returned no doc")
        return [answers.get(number, silent) for number in range(len(items))]

    def _run(self, nlp: Language, items: Mapping[int, Instance]) -> Dict[int, Parse]:
        answers: Dict[int, Parse] = {}

        def fail(name: str, pipe: Any, docs: List[Doc], error: Exception) -> None:
            for doc in docs:
                detail = f"{name}: {type(error).__name__}: {error}"
                answers[doc.user_data[_NUMBER]] = Discard("the pipeline failed", detail)

        docs: List[Doc] = []
        for number, item in items.items():
            try:
                doc = nlp.make_doc(item.text)
                if len(doc):
                    set_language(doc, item.language)
            except (ValueError, DataError) as e:
                answers[number] = Discard("not tokenised", str(e))
                continue
            doc.user_data[_NUMBER] = number
            docs.append(doc)
        with handling_errors(nlp, fail):
            for doc in nlp.pipe(docs, batch_size=self.batch_size):
                answers[doc.user_data.pop(_NUMBER)] = doc
        return answers

    def _pipeline(self, language: str) -> Optional[Language]:
        model = self.models
        if not isinstance(model, str):
            names = (key for key in model if code_or(key, key) == language)
            if (name := next(names, None)) is None:
                return None
            model = model[name]
        # A pipeline from disk serves all languages that name it.
        key = (model, "" if model else language)
        if key not in self._loaded:
            self._loaded[key] = _load(model) if model else _bare(language)
        return self._loaded[key]


@teachers("spacy-xoie.PipelineTeacher.v1")
class PipelineTeacher:
    """Labels with a pipeline that stores triples in `doc.spans["xoie"]`.

    model (Models): The pipeline or pipelines, see `Pipelines`.
    name (str): Name of the teacher, and origin of its triples.
    batch_size (int): Sentences that the pipeline sees at a time.
    """

    def __init__(
        self, model: Models = "", name: str = "xoie", *, batch_size: int = 64
    ) -> None:
        self.name = name
        self.batch_size = batch_size
        self._pipelines = Pipelines(model, batch_size=batch_size)

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        """Label items.

        items (Iterable[Instance]): The items.
        YIELDS (Annotation): One for each item, in order.
        RAISES (EngineError): If a pipeline cannot be loaded.
        """
        for batch in minibatch(items, self.batch_size):
            for item, answer in zip(batch, self._pipelines(batch), strict=True):
                if isinstance(answer, Doc) and SPAN_KEY not in answer.spans:
                    reason = "add the component 'xoie' or 'xoie_syntax' to the pipeline"
                    answer = Discard("the pipeline finds no triples", reason)
                if isinstance(answer, Discard):
                    yield Annotation(item, None, (answer,))
                    continue
                triples = [triple.token_triple for triple in get_triples(answer)]
                triples = [triple._replace(origin=self.name) for triple in triples]
                set_triples(answer, triples, language=item.language)
                yield Annotation(item, answer)


@teachers("spacy-xoie.SyntaxTeacher.v1")
class SyntaxTeacher:
    """Labels by rules over dependency trees. Trees come with the items, or from a
    pipeline with a parser.

    model (Optional[Models]): The pipeline or pipelines, see `Pipelines`; None if all
        items bring their tree along.
    name (str): Name of the teacher, and origin of its triples.
    facts (Facts): "whole" or "minimal" triples.
    batch_size (int): Sentences that the parser sees at a time.
    RAISES (ConfigError): If the model is "", which has no parser.
    """

    def __init__(
        self,
        model: Optional[Models] = None,
        name: str = "syntax",
        *,
        facts: Facts = "whole",
        batch_size: int = 64,
    ) -> None:
        if model == "":
            raise ConfigError(
                'The model of a SyntaxTeacher is "", a pipeline without a parser. Name '
                "a pipeline with one, or null if the items bring their trees along."
            )
        self.name = name
        self.facts: Facts = facts
        self.batch_size = batch_size
        self._pipelines = Pipelines(
            {} if model is None else model, batch_size=batch_size
        )
        self._readers: Dict[str, SyntaxExtractor] = {}

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        """Label items.

        items (Iterable[Instance]): The items.
        YIELDS (Annotation): One for each item, in order.
        RAISES (EngineError): If a pipeline cannot be loaded.
        """
        for batch in minibatch(items, self.batch_size):
            bare = [item for item in batch if not _has_tree(item.doc)]
            docs = iter(self._pipelines(bare))
            for item in batch:
                yield self._label(item, item.doc if _has_tree(item.doc) else next(docs))

    def _label(self, item: Instance, answer: Optional[Parse]) -> Annotation:
        if isinstance(answer, Discard):
            return Annotation(item, None, (answer,))
        if answer is None or not _has_tree(answer):
            reason = Discard("no tree", "add a 'parser' to the pipeline")
            return Annotation(item, None, (reason,))
        # Rules of words that do not fit a tree are a fault of that tree alone.
        try:
            triples = self._read(answer, item.language)
            doc = answer.copy()
            set_triples(doc, triples, language=item.language)
        except (ValueError, IndexError, KeyError) as e:
            detail = f"{type(e).__name__}: {e}"
            return Annotation(item, None, (Discard("the tree cannot be read", detail),))
        return Annotation(item, doc)

    def _read(self, doc: Doc, language: str) -> List[TokenTriple]:
        # Brings torch along, which only trees of words in pieces need.
        if any(token.dep_ == _PIECE for token in doc):
            from ..syntax.reading import read_triples
            from ..ty import Sentence

            triples = read_triples(
                Sentence(
                    [token.text for token in doc],
                    [bool(token.whitespace_) for token in doc],
                    language,
                ),
                [token.head.i for token in doc],
                [token.dep_ for token in doc],
                [token.pos_ for token in doc],
                [1.0] * len(doc),
                facts=self.facts,
            )
            return [
                triple._replace(score=None, language=language, origin=self.name)
                for triple in triples
            ]
        return self._reader(language).predict([doc])[0]

    def _reader(self, language: str) -> SyntaxExtractor:
        if language not in self._readers:
            self._readers[language] = SyntaxExtractor(
                self.name, language=language, facts=self.facts
            )
        return self._readers[language]


def _has_tree(doc: Optional[Doc]) -> bool:
    return doc is not None and doc.has_annotation("DEP")


def _load(model: str) -> Language:
    try:
        return util.load_model(model)
    except (OSError, ValueError, ImportError) as e:
        raise EngineError(f"The pipeline {model!r} cannot be loaded: {e}") from e


def _bare(language: str) -> Language:
    try:
        nlp = blank(language)
    except ImportError:
        # A language that spaCy does not know, or whose tokenizer needs a library
        # that is not there.
        nlp = multilingual_pipeline()
    nlp.add_pipe("xoie")
    return nlp
