"""The network as a thinc model: spaCy's handle on it."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Union,
    cast,
)

import torch
from spacy.tokens import Doc, Span
from thinc.api import (
    ArgsKwargs,
    Model,
    Shim,
)

from ..doc.codes import UNDETERMINED
from ..doc.languages import known_scores, sentence_scores
from ..errors import ConfigError
from ..network.adapters.routed import bare_name
from ..network.batch import Batch
from ..network.heads import Gold, TreeGold
from ..network.model import TripleNetwork
from ..ty import Sentence, TokenTriple
from .encoders import EncoderSpec, Tok2Vec
from .features import Features, token_batches
from .parts import BankSpec, HeadBuilder, Parts, RouterBuilder
from .reading import Reader, Reading
from .segments import Segmenter
from .shim import NetworkShim


@dataclass
class Request:
    """What the model is asked.

    readings (Sequence[Reading]): The docs of a batch, as they are read.
    spans (Sequence[Span]): Segments of their words, in order.
    languages (Callable[[Span], Mapping[str, float]]): Language distribution of the
        tokens of a segment; empty where nothing is known.
    gold (Optional[Callable[[Span], Gold]]): Gold triples of a segment, in offsets of
        its words.
    trees (Optional[Callable[[Span], Optional[TreeGold]]]): Gold trees likewise.
    """

    readings: Sequence[Reading]
    spans: Sequence[Span]
    languages: Callable[[Span], Mapping[str, float]]
    gold: Optional[Callable[[Span], Gold]] = None
    trees: Optional[Callable[[Span], Optional[TreeGold]]] = None
    threshold: float = 0.5
    max_triples: int = 32
    batch_tokens: int = 4096


@dataclass
class Reply:
    """What the model answers.

    spans (List[Span]): Segments, perhaps cut further than they were asked for.
    triples (List[List[TokenTriple]]): Triples of each segment, in its offsets, each
        with the likeliest language of the segment and the adapter that served it.
    losses (Dict[str, float]): The terms of the loss, if gold was given.
    """

    spans: List[Span] = field(default_factory=list)
    triples: List[List[TokenTriple]] = field(default_factory=list)
    losses: Dict[str, float] = field(default_factory=dict)


@dataclass
class Segments:
    """Segments of docs as an encoder reads them.

    readings (Sequence[Reading]): The docs.
    features (Features): What it reads.
    tokens (List[Span]): The tokens of each segment.
    languages (List[Mapping[str, float]]): Language distribution of each segment.
    network (TripleNetwork): The network that they are meant for.
    device (torch.device): Where it lies.
    batch_tokens (int): Most tokens of a batch.
    """

    readings: Sequence[Reading]
    features: Features
    tokens: List[Span]
    languages: List[Mapping[str, float]]
    network: TripleNetwork
    device: torch.device
    batch_tokens: int

    @property
    def spans(self) -> List[Span]:
        return self.features.spans

    @cached_property
    def adapters(self) -> List[str]:
        """The adapter that serves each segment, see `TripleNetwork.adapter_label`."""
        return [self.network.adapter_label(scores) for scores in self.languages]

    def batch(self, rows: Sequence[int]) -> Batch:
        """rows (Sequence[int]): Numbers of segments.
        RETURNS (Batch): These segments."""
        return make_batch(
            self.features, rows, self.languages, self.network, self.device
        )

    def batches(self) -> Iterator[Tuple[List[int], Batch]]:
        """YIELDS (Tuple[List[int], Batch]): The numbers of the segments of a batch, and
        the batch. Each segment is in exactly one."""
        features = self.features
        for rows in token_batches(
            features.lengths, self.batch_tokens, features.batch_cost
        ):
            # Rows of one adapter lie together: see `GateState.runs`.
            rows.sort(key=self.adapters.__getitem__)
            yield rows, self.batch(rows)


class ExtractionModel(Model[Request, Any]):
    """spaCy's handle on a network.

    layers (Sequence[Tok2Vec]): The part of the encoder that is a thinc model of its
        own, if it has one.
    shim (NetworkShim): Holds the network.
    """

    def __init__(self, layers: Sequence[Tok2Vec], shim: NetworkShim) -> None:
        super().__init__("xoie_triples", forward, layers=layers, shims=[shim])

    @property
    def shim(self) -> NetworkShim:
        return cast(NetworkShim, self.shims[0])

    @property
    def parts(self) -> Parts:
        return self.shim.parts

    @property
    def network(self) -> TripleNetwork:
        """RAISES (NotReadyError): If there is no network yet."""
        return self.shim.network

    @property
    def tok2vec(self) -> Optional[Tok2Vec]:
        return self.layers[0] if self.layers else None

    def read(self, request: Request, is_train: bool = False) -> Segments:
        """RETURNS (Segments): The segments, which the network takes in batches.
        RAISES (NotReadyError): If there is no network yet."""
        network = self.network
        features = self.parts.encoder.featurize(
            request.readings, request.spans, self.tok2vec, is_train
        )
        readings = {id(reading.words): reading for reading in request.readings}
        tokens = [readings[id(span.doc)].on_tokens(span) for span in features.spans]
        return Segments(
            request.readings,
            features,
            tokens,
            [request.languages(span) for span in tokens],
            network,
            self.shim.device,
            request.batch_tokens,
        )

    def _copy(
        self, seen: Optional[Dict[int, Union[Model[Any, Any], Shim]]] = None
    ) -> "ExtractionModel":
        plain = super()._copy(seen)
        return ExtractionModel(plain.layers, cast(NetworkShim, plain.shims[0]))


def build_model(
    encoder: EncoderSpec,
    head: HeadBuilder,
    bank: Optional[BankSpec],
    router: Optional[RouterBuilder],
    calibration: Sequence[Tuple[float, float]] = (),
    mixed_precision: bool = False,
    head_router: Optional[RouterBuilder] = None,
) -> ExtractionModel:
    """Wrap the parts of a network, which is built when the model is initialised
    or loaded."""
    layers = [] if encoder.tok2vec is None else [encoder.tok2vec]
    # From here on it is the model's layer, which is copied with the model.
    encoder.tok2vec = None
    parts = Parts(encoder, head, bank, router, calibration, head_router)
    return ExtractionModel(layers, NetworkShim(parts, mixed_precision))


def initialize_network(
    model: ExtractionModel, docs: Sequence[Doc], languages: Sequence[str]
) -> None:
    """Build the network, with random (or pretrained) weights.

    docs (Sequence[Doc]): A few docs of the training data.
    languages (Sequence[str]): The languages of the data, which become the experts
        unless the config names them.
    RAISES (ConfigError): If the parts do not fit together or the data is in a
        language without adapter.
    """
    parts = model.parts
    bank = parts.bank
    experts: Sequence[str] = ()
    if bank is not None:
        experts = languages if bank.languages is None else bank.languages
        extras = [code for code in languages if code not in experts]
        # An empty bank is there for languages that will be added.
        if extras and experts:
            raise ConfigError(
                f"The training data is in {', '.join(extras)}, for which the bank has "
                f"no adapter (it has {', '.join(experts)}). Add the language to "
                f"`model.bank.languages`, or take its data out."
            )
        if bank.languages is None and not experts:
            raise ConfigError(
                "The bank of adapters names no languages and the training data tells "
                "none. Set `model.bank.languages`, or set `bank` to null."
            )
    if model.tok2vec is not None:
        model.tok2vec.initialize(X=list(docs))
    encoder = parts.encoder.build(docs, model.tok2vec)
    model.shim.network = parts.assemble(encoder, experts)


def copy_weights(source: ExtractionModel, target: ExtractionModel) -> int:
    """Copy all weights that have the same name and shape in both models. The heads
    may differ, and the encoders in what only one of them has, such as adapters.

    RETURNS (int): How many tensors were copied.
    RAISES (ConfigError): If the encoders share no weights, or one in another shape.
    """
    weights = {bare_name(n): w for n, w in source.network.state_dict().items()}
    network = target.network
    own = network.state_dict()
    named = {n: weights[bare_name(n)] for n in own if bare_name(n) in weights}
    same = {n: weight for n, weight in named.items() if weight.shape == own[n].shape}
    misfits = [
        f"{name} has shape {tuple(weight.shape)}, not {tuple(own[name].shape)}"
        for name, weight in named.items()
        if name.startswith("encoder.") and name not in same
    ]
    if misfits or not any(name.startswith("encoder.") for name in same):
        reasons = f" ({'; '.join(misfits[:3])})" if misfits else ""
        raise ConfigError(
            f"The pretrained model has no weights that fit the encoder of the config"
            f"{reasons}. Give the encoder and the bank the same settings as those of "
            f"the pretrained model."
        )
    network.load_state_dict(same, strict=False)
    network.routed = network.routed or (
        network.bank is not None and source.network.routed
    )
    return len(same)


def forward(
    model: ExtractionModel, request: Union[Request, Sequence[Doc]], is_train: bool
) -> Tuple[Reply, Callable[[float], None]]:
    """Extract triples or, with gold, find the loss. In place of a request, tools of
    spaCy's (`spacy debug model`) give docs.

    RETURNS (Tuple[Reply, Callable[[float], None]]): The reply, and a callback that
        takes the gradient of the loss (1.0) and goes back through the network.
    """
    if not isinstance(request, Request):
        request = _bare_request(request, model.parts.encoder.by_tokens)
    segments = model.read(request, is_train)
    if is_train:
        return _learn(model.shim, request, segments)
    reply = Reply(segments.spans, [[] for _ in segments.spans])
    for rows, batch in segments.batches():
        task = ArgsKwargs(
            args=("extract", batch),
            kwargs={
                "threshold": request.threshold,
                "max_triples": request.max_triples,
            },
        )
        for row, triples in zip(rows, model.shim.predict(task), strict=True):
            scores = segments.languages[row]
            language = max(scores, key=lambda code: scores[code], default=UNDETERMINED)
            adapter = segments.adapters[row]
            reply.triples[row] = [
                triple._replace(language=language, adapter=adapter)
                for triple in triples
            ]
    return reply, _no_backprop


def _bare_request(docs: Sequence[Doc], by_tokens: bool) -> Request:
    def languages(span: Span) -> Mapping[str, float]:
        return known_scores(sentence_scores(span.doc, span.start, span.end))

    readings = [*map(Reader(by_tokens=by_tokens), docs)]
    segment = Segmenter(100)
    spans = [span for reading in readings for span in segment(reading)]
    return Request(readings, spans, languages)


def _learn(
    shim: NetworkShim, request: Request, segments: Segments
) -> Tuple[Reply, Callable[[float], None]]:
    spans = segments.spans
    gold = [request.gold and request.gold(span) for span in spans]
    trees = [request.trees and request.trees(span) for span in spans]
    learns = shim.network.head.learns_from
    # What is not annotated must not even get a gradient of zero: see `NetworkShim`.
    annotations = zip(gold, trees, strict=True)
    rows = [row for row, (one, tree) in enumerate(annotations) if learns(one, tree)]
    if not rows:
        return Reply(spans), lambda d_loss: None
    batch = segments.batch(rows)
    batch.gold = [gold[row] for row in rows]
    batch.trees = [trees[row] for row in rows]
    losses, bp_losses = shim.begin_update(ArgsKwargs(args=("loss", batch), kwargs={}))
    total = torch.stack(list(losses.values())).sum()

    def backprop(d_loss: float) -> None:
        if total.requires_grad:
            gradient = torch.full_like(total, d_loss)
            bp_losses(
                ArgsKwargs(args=((total,),), kwargs={"grad_tensors": (gradient,)})
            )
            segments.features.backprop()

    values = {name: float(value.detach()) for name, value in losses.items()}
    return Reply(spans, losses=values), backprop


def _no_backprop(d_loss: float) -> None:
    raise ValueError("The model was run to predict, so there is nothing to update.")


def make_batch(
    features: Features,
    rows: Sequence[int],
    distributions: Sequence[Mapping[str, float]],
    network: TripleNetwork,
    device: torch.device,
) -> Batch:
    """RETURNS (Batch): Segments as the network reads them, without annotation.

    rows (Sequence[int]): Numbers of the segments.
    distributions (Sequence[Mapping[str, float]]): Language distribution of each segment
        of `features`.
    network (TripleNetwork): The network, which puts languages on its experts.
    """
    inputs, mask = features.inputs(rows)
    experts = network.experts
    place = {expert: number for number, expert in enumerate(experts)}
    languages = torch.zeros(len(rows), len(experts))
    head_languages = None if network.head_router is None else languages.clone()
    sentences: List[Sentence] = []
    for row, number in enumerate(rows):
        span, distribution = features.spans[number], distributions[number]
        likely = max(distribution, key=lambda code: distribution[code], default="")
        words, spaces = [], []
        for token in span:
            words.append(token.text)
            spaces.append(bool(token.whitespace_))
        sentences.append(Sentence(words, spaces, likely))
        for expert, share in network.over_experts(distribution).items():
            languages[row, place[expert]] = share
        if head_languages is not None:
            for_head = network.over_head_experts(distribution) or {}
            for expert, share in for_head.items():
                head_languages[row, place[expert]] = share
    if head_languages is not None:
        head_languages = head_languages.to(device)
    return Batch(
        inputs={name: value.to(device) for name, value in inputs.items()},
        mask=mask.to(device),
        languages=languages.to(device),
        head_languages=head_languages,
        sentences=sentences,
    )
