"""The component `xoie`: triples for every sentence of a doc."""

import warnings
from contextlib import contextmanager
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Set,
    Tuple,
)

from spacy.language import Language
from spacy.pipeline.trainable_pipe import TrainablePipe
from spacy.tokens import Doc, Span
from spacy.training import Example, validate_examples
from spacy.util import logger
from spacy.vocab import Vocab
from thinc.api import Optimizer

from ..doc.codes import UNDETERMINED
from ..doc.factuality import OMITTED, modalities_setting
from ..doc.languages import known_scores, language_of, sentence_scores
from ..doc.questions import question_bounds
from ..doc.triples import SPAN_KEY
from ..errors import ConfigError, DataError, readable
from ..language.sentences import sentence_bounds
from ..network.heads import Gold, TreeGold
from ..network.model import TripleNetwork
from ..network.stages import set_stage
from ..pipes import TriplePipe, factory
from ..ty import TokenTriple
from .adapters import AdapterMixin
from .gates import SentenceGates, sentence_gates
from .gold import (
    aligned_tree,
    aligned_triples,
    gold_language,
    tree_within,
    triples_on_words,
    triples_within,
)
from .model import (
    ExtractionModel,
    Reply,
    Request,
    Segments,
    copy_weights,
    initialize_network,
)
from .pretrained import DEFAULT_NAME, load_model
from .reading import Reader, Reading
from .segments import Segmenter
from .tidy import is_asked, tidy

_BATCHES = 4
"""Batches of the network that docs are sorted into together."""

UNSURE = 0.5
"""A language with less than this probability gives way to those with an adapter."""

DEFAULT_MODEL = {
    "@architectures": "spacy-xoie.PretrainedModel.v1",
    "name": DEFAULT_NAME,
    "facts": None,
}

_SETTINGS = ("threshold", "max_triples", "span_key", "overwrite")


class TripleExtractor(AdapterMixin, TriplePipe, TrainablePipe):
    """Extracts triples and stores them in a span group of the doc.

    The language of each sentence is that which `xoie_lang` (or whoever set
    `doc._.language`) found, else `doc.lang_`; if neither says anything, all
    adapters take part alike.

    vocab (Vocab): The vocabulary.
    model (ExtractionModel): The model, see `build_triple_model_v1`.
    name (str): Name of the component.
    threshold (float): Least score of a triple, 0 to 1. Scores of the default model
        are probabilities; 0.1 leaves out what is almost surely wrong, more is more
        precise.
    max_triples (int): Most triples of a sentence; the best are kept.
    span_key (str): Key of the span group.
    overwrite (bool): Whether to replace triples that a doc already has.
    max_length (int): Longer sentences are read in pieces of so many tokens.
    batch_tokens (int): Most tokens that the network sees at a time, padding
        included. Bounds the memory and does not change the result.
    omit (Sequence[str]): Modalities of triples that are left out, see
        `spacy_xoie.doc.factuality`: what is asked, commanded or wished is no fact.
    scorer (Optional[Callable]): The scoring method.
    RAISES (ConfigError): If a setting has a value that cannot work.
    """

    def __init__(
        self,
        vocab: Vocab,
        model: ExtractionModel,
        name: str = "xoie",
        *,
        threshold: float = 0.1,
        max_triples: int = 32,
        span_key: str = SPAN_KEY,
        overwrite: bool = True,
        max_length: int = 100,
        batch_tokens: int = 4096,
        omit: Sequence[str] = OMITTED,
        scorer: Optional[Callable[..., Dict[str, Any]]] = None,
    ) -> None:
        if not 0.0 <= threshold <= 1.0:
            raise ConfigError(f"threshold is {threshold}; it must be from 0 to 1.")
        if max_triples < 1 or batch_tokens < 1:
            raise ConfigError(
                f"max_triples is {max_triples} and batch_tokens is {batch_tokens}; "
                f"both must be 1 or more."
            )
        self.vocab = vocab
        self.model = model
        self.name = name
        self.threshold = threshold
        self.max_triples = max_triples
        self.span_key = span_key
        self.overwrite = overwrite
        self.batch_tokens = batch_tokens
        self.omit = modalities_setting(f"[components.{name}] omit", omit)
        self.scorer = scorer
        self.segment = Segmenter(max_length)
        self.reader = Reader(by_tokens=model.parts.encoder.by_tokens)
        self._unserved: Set[str] = set()

    @property
    def network(self) -> TripleNetwork:
        """The torch network.
        RAISES (NotReadyError): Before the component is initialised or loaded.
        """
        return self.model.network

    @property
    def languages(self) -> Tuple[str, ...]:
        """The languages (or other experts) that the component has adapters for."""
        return tuple(self.network.experts)

    @property
    def max_tokens(self) -> int:
        """Docs that fill a few batches of the network are sorted into them together."""
        return _BATCHES * self.batch_tokens

    @property
    def cfg(self) -> Dict[str, Any]:
        """Settings that change the triples. Here commands of spaCy's (`find-threshold`)
        read and set them; they are stored in the config of the pipeline alone."""
        return {name: getattr(self, name) for name in _SETTINGS}

    @cfg.setter
    def cfg(self, settings: Mapping[str, Any]) -> None:
        for name, value in settings.items():
            setattr(self, name, value)

    @contextmanager
    def memory_zone(self, mem: Any = None) -> Iterator[Any]:
        """What is read within the block is forgotten behind it, see
        `spacy.Language.memory_zone`."""
        with self.reader.memory_zone(mem):
            yield mem

    def set_stage(self, stage: str) -> List[str]:
        """Choose what learns from here on. See `spacy_xoie.network.stages`.

        stage (str): "embeddings", "encoder", "adapters", "shared", "all", "language",
            "task" or "frozen".
        RETURNS (List[str]): Names of the parameters that learn.
        """
        return set_stage(self.network, stage)

    def sentences(self, doc: Doc) -> Sequence[Tuple[int, int]]:
        return () if doc.has_annotation("SENT_START") else sentence_bounds(doc)

    def predict(self, docs: Iterable[Doc]) -> List[List[TokenTriple]]:
        """Extract triples, without changing the docs.

        docs (Iterable[Doc]): The docs.
        RETURNS (List[List[TokenTriple]]): The triples of each doc, in its tokens.
        RAISES (NotReadyError): If the component has no weights yet.
        """
        readings = [*map(self.reader, docs)]
        of_words: Dict[int, List[TokenTriple]] = {id(one.words): [] for one in readings}
        reply: Reply = self.model.predict(self._request(readings, self._scores))
        for span, triples in zip(reply.spans, reply.triples, strict=True):
            questions = question_bounds([word.text for word in span]) if triples else ()
            for triple in triples:
                if not triple.modality and is_asked(triple, questions):
                    triple = triple._replace(modality="asked")
                if triple.modality in self.omit:
                    continue
                neat = tidy(span.doc, triple.shifted(span.start))
                if neat is not None:
                    of_words[id(span.doc)].append(neat._replace(origin=self.name))
        return [
            sorted(
                filter(
                    None, map(reading.triple_on_tokens, of_words[id(reading.words)])
                ),
                key=lambda triple: triple.relation,
            )
            for reading in readings
        ]

    def read(
        self,
        docs: Sequence[Doc],
        languages: Optional[Callable[[Span], Mapping[str, float]]] = None,
    ) -> Segments:
        """Cut docs into segments, and read what the network sees of them.

        docs (Sequence[Doc]): The docs.
        languages (Optional[Callable[[Span], Mapping[str, float]]]): Language
            distribution of a segment, in place of what is known of it.
        RETURNS (Segments): The segments, whose `batches` the network takes.
        RAISES (NotReadyError): If the component has no weights yet.
        """
        readings = [*map(self.reader, docs)]
        return self.model.read(self._request(readings, languages or self._scores))

    def gates(self, docs: Iterable[Doc]) -> List[SentenceGates]:
        """Find out which adapters serve which sentences, without changing the docs.

        docs (Iterable[Doc]): The docs.
        RETURNS (List[SentenceGates]): The gates of each segment, in order; none if the
            model has no adapters, or no stage has trained them.
        RAISES (NotReadyError): If the component has no weights yet.
        """
        return sentence_gates(self.model.shim, self.read(list(docs)))

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Optional[Language] = None,
        pretrained: Optional[str] = None,
    ) -> None:
        """Build the network for the languages of the data. A pretrained model
        (`spacy-xoie.PretrainedModel.v1`) is kept as it is and needs no data.

        get_examples (Callable[[], Iterable[Example]]): The training data.
        nlp (Optional[Language]): The pipeline.
        pretrained (Optional[str]): A pretrained model such as "xx_xoie_sm". All of
            its weights that have a place in the new network are taken over: of the
            encoder and its adapters, and of the head if it is of the same kind.
        RAISES (DataError): If there is no gold annotation at all.
        RAISES (ConfigError): If data and settings do not fit.
        """
        if self.model.shim.source is not None:
            return
        languages: Dict[str, None] = {}
        sample: List[Doc] = []
        n_docs = n_triples = n_trees = 0
        for example in get_examples():
            n_docs += 1
            if len(sample) < 10:
                sample.append(example.x)
            has_tree = example.reference.has_annotation("DEP")
            n_trees += has_tree
            has_triples = self.span_key in example.reference.spans
            if has_triples:
                n_triples += len(aligned_triples(example, self.span_key))
            if has_tree or has_triples:
                code = gold_language(example, self.span_key)
                if code != UNDETERMINED:
                    languages.setdefault(code)
        if not n_triples and not n_trees:
            raise DataError(
                f"There is nothing to learn from: {n_docs} training docs hold no "
                f"triple in doc.spans[{self.span_key!r}] and no dependency tree. Check "
                f"the path of the corpus, and make it with `spacy xoie convert`."
            )
        initialize_network(self.model, sample, list(languages))
        if pretrained is not None:
            n_tensors = copy_weights(load_model(pretrained), self.model)
            total = len(self.network.state_dict())
            logger.info(
                "%s: %d of %d tensors come from %s",
                self.name,
                n_tensors,
                total,
                pretrained,
            )
        if n_triples:
            self._report_loss_of_targets(get_examples, n_triples)

    def update(
        self,
        examples: Iterable[Example],
        *,
        drop: float = 0.0,
        sgd: Optional[Optimizer] = None,
        losses: Optional[Dict[str, float]] = None,
    ) -> Dict[str, float]:
        """Learn from a batch of examples. Docs without a span group of gold triples
        are not annotated and teach nothing; an empty group says "no triples".

        examples (Iterable[Example]): The examples.
        drop (float): Not used: each part of the network has a dropout of its own.
        sgd (Optional[Optimizer]): The optimizer.
        losses (Optional[Dict[str, float]]): Where losses are added up.
        RETURNS (Dict[str, float]): The losses.
        """
        losses = {} if losses is None else losses
        losses.setdefault(self.name, 0.0)
        examples = list(examples)
        validate_examples(examples, "TripleExtractor.update")
        gold: Dict[int, Optional[List[TokenTriple]]] = {}
        trees: Dict[int, Optional[TreeGold]] = {}
        codes: Dict[int, str] = {}
        readings: List[Reading] = []
        for example in examples:
            annotated = self.span_key in example.reference.spans
            doc = example.predicted
            triples = aligned_triples(example, self.span_key) if annotated else None
            code = codes[id(doc)] = gold_language(example, self.span_key)
            reading = self.reader(doc, code)
            readings.append(reading)
            place = id(reading.words)
            gold[place] = triples and triples_on_words(reading, triples)
            trees[place] = reading.tree_on_words(aligned_tree(example))
        if not any(item is not None for item in (*gold.values(), *trees.values())):
            return losses

        def scores(span: Span) -> Mapping[str, float]:
            code = codes[id(span.doc)]
            return self._scores(span) if code == UNDETERMINED else {code: 1.0}

        def gold_of(span: Span) -> Gold:
            return triples_within(gold[id(span.doc)], span)

        def tree_of(span: Span) -> Optional[TreeGold]:
            return tree_within(trees[id(span.doc)], span.start, span.end)

        request = self._request(readings, scores, gold_of, tree_of)
        if not request.spans:
            return losses
        reply, backprop = self.model.begin_update(request)
        backprop(1.0)
        if sgd is not None:
            self.finish_update(sgd)
        losses[self.name] += sum(reply.losses.values())
        return losses

    def from_bytes(
        self, bytes_data: bytes, *, exclude: Iterable[str] = ()
    ) -> "TripleExtractor":
        """RAISES (ModelDataError): If the data is damaged or of another model."""
        with readable("the bytes"):
            super().from_bytes(bytes_data, exclude=exclude)
        return self

    def from_disk(self, path: Any, *, exclude: Iterable[str] = ()) -> "TripleExtractor":
        """RAISES (ModelDataError): If the data is damaged or of another model."""
        with readable(str(path)):
            super().from_disk(path, exclude=exclude)
        return self

    def _request(
        self,
        readings: Sequence[Reading],
        languages: Callable[[Span], Mapping[str, float]],
        gold: Optional[Callable[[Span], Gold]] = None,
        trees: Optional[Callable[[Span], Optional[TreeGold]]] = None,
    ) -> Request:
        return Request(
            readings=readings,
            spans=[span for reading in readings for span in self.segment(reading)],
            languages=languages,
            gold=gold,
            trees=trees,
            threshold=self.threshold,
            max_triples=self.max_triples,
            batch_tokens=self.batch_tokens,
        )

    def _scores(self, span: Span) -> Mapping[str, float]:
        """The language distribution of a segment; empty if nothing is known, or if
        it is in none of the languages that were looked for. Of a segment that is in no
        language for sure, what speaks for languages with an adapter."""
        scores = sentence_scores(span.doc, span.start, span.end)
        if scores:
            scores = known_scores(scores)
        else:
            code = language_of(span.doc, key=None)
            scores = {} if code == UNDETERMINED else {code: 1.0}
        router, base = self.network.router, self.network.base_experts
        if scores and router is not None and router.reads_languages and base:
            experts = self.network.experts

            def is_served(code: str) -> bool:
                return bool(router.over_experts({code: 1.0}, experts))

            language = max(scores, key=lambda code: scores[code])
            if is_served(language):
                return scores
            served = {code: p for code, p in scores.items() if p and is_served(code)}
            if scores[language] < UNSURE and served:
                total = sum(served.values())
                return {code: share / total for code, share in served.items()}
            if language not in self._unserved:
                self._unserved.add(language)
                warnings.warn(
                    f"'{self.name}' has no adapter for the language {language!r}, only "
                    f"for {', '.join(experts)}; the router falls back. Restrict the "
                    f"detector to these languages, or train an adapter for "
                    f"{language!r}.",
                    stacklevel=2,
                )
        return scores

    def _report_loss_of_targets(
        self, get_examples: Callable[[], Iterable[Example]], n_triples: int
    ) -> None:
        """Log how many of the gold triples the head can represent at all."""
        n_targets = 0
        head = self.network.head
        for example in get_examples():
            code = gold_language(example, self.span_key)
            reading = self.reader(example.predicted, code)
            triples = triples_on_words(reading, aligned_triples(example, self.span_key))
            for span in self.segment(reading):
                gold = triples_within(triples, span) or ()
                parts = {triple.parts for triple in gold}
                targets = head.representable(gold, len(span))
                n_targets += len(parts & {triple.parts for triple in targets})
        logger.info(
            "%s: the head can represent %d of %d gold triples (%.1f %%)",
            self.name,
            n_targets,
            n_triples,
            100 * n_targets / max(n_triples, 1),
        )


@factory(
    "xoie",
    TripleExtractor,
    assigns=["doc.spans", "doc._.triples", "span._.triples"],
    default_config={
        "model": DEFAULT_MODEL,
        "scorer": {"@scorers": "spacy-xoie.triple_scorer.v1"},
    },
    default_score_weights={
        "xoie_triple_f": 0.4,
        "xoie_triple_p": None,
        "xoie_triple_r": None,
        "xoie_argument_f": 0.3,
        "xoie_argument_p": None,
        "xoie_argument_r": None,
        "xoie_predicate_f": 0.3,
        "xoie_predicate_p": None,
        "xoie_predicate_r": None,
        "xoie_per_language": None,
    },
)
def make_triple_extractor(
    nlp: Language, name: str, model: ExtractionModel, **settings: Any
) -> TripleExtractor:
    """Create the component `xoie`. See `TripleExtractor` for the settings."""
    return TripleExtractor(nlp.vocab, model, name, **settings)
