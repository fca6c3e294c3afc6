"""The registered architectures: what a config can compose a model from."""

from functools import partial
from typing import Any, Callable, Dict, List, Optional, Sequence, Union

from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Model
from thinc.types import Floats2d

from ..doc.codes import code_or
from ..errors import ConfigError
from ..network.adapters import AdapterBank, check_bank
from ..network.encoders import Encoder
from ..network.heads import ArcHead, Head, LightHead, Multi2OIEHead
from ..network.precision import Precision
from ..network.routing import (
    FrozenRouter,
    LanguageRouter,
    MixtureRouter,
    NearestRouter,
    Router,
    UniformRouter,
)
from ..syntax.reading import read_triples
from ..syntax.rules import Facts
from ..syntax.scores import TripleScorer
from .encoders import EncoderSpec, HashedSpec, JointSpec, ListenerSpec, TransformerSpec
from .model import ExtractionModel, build_model
from .nearest import make_relatives
from .parts import BankSpec, HeadBuilder, RouterBuilder
from .pretrained import DEFAULT_NAME, load_model

# fmt: off
DEFAULT_ATTRIBUTES = [
    "NORM", "PREFIX2", "PREFIX3", "SUFFIX1", "SUFFIX2", "SUFFIX3", "SUFFIX4", "SHAPE"
]
DEFAULT_ROWS = [5000, 2500, 2500, 1000, 2500, 2500, 2500, 1000]
# fmt: on


@registry.architectures("spacy-xoie.TripleModel.v1")
def build_triple_model_v1(
    encoder: EncoderSpec,
    head: HeadBuilder,
    bank: Optional[BankSpec] = None,
    router: Optional[RouterBuilder] = None,
    calibration: List[List[float]] = [],
    mixed_precision: bool = False,
    head_router: Optional[RouterBuilder] = None,
) -> ExtractionModel:
    """An encoder with routed adapters and an extraction head.

    encoder (EncoderSpec): For example `spacy-xoie.HashedEncoder.v1`.
    head (HeadBuilder): For example `spacy-xoie.LightHead.v1`.
    bank (Optional[BankSpec]): Language adapters; null for none.
    router (Optional[RouterBuilder]): Chooses among the adapters of the bank.
    calibration (List[List[float]]): Points of the curve from raw scores to
        probabilities, as `spacy xoie calibrate` finds them; empty for none.
    mixed_precision (bool): Whether training runs its products in bfloat16 where the
        processor or GPU is faster with that type. Weights and predictions stay in
        single precision.
    head_router (Optional[RouterBuilder]): Chooses among the adapters on the head by its
        own weights; null for the gates of the encoder.
    """
    rising = calibration == sorted(calibration)
    if not rising or any(
        len(p) != 2 or not 0 <= p[0] <= 1 or not 0 <= p[1] <= 1 for p in calibration
    ):
        raise ConfigError(
            f"The calibration is {calibration}, but it must be made of points [score, "
            f"probability], which both go from 0 to 1, in the order of their scores."
        )
    if bank is not None and router is None:
        raise ConfigError(
            "The model has a bank of adapters but no router. Add one under "
            "`model.router`, for example spacy-xoie.LanguageRouter.v1."
        )
    if head_router is not None and (bank is None or not bank.head_targets):
        raise ConfigError(
            "The model has a router for adapters on the head, but none are there. Name "
            "layers of the head in `model.bank.head_targets`, or take "
            "`model.head_router` out."
        )
    points = [(score, chance) for score, chance in calibration]
    return build_model(
        encoder, head, bank, router, points, mixed_precision, head_router
    )


@registry.architectures("spacy-xoie.PretrainedModel.v1")
def build_pretrained_model_v1(
    name: str = DEFAULT_NAME,
    facts: Optional[Facts] = None,
    noun_facts: Optional[bool] = None,
) -> ExtractionModel:
    """A model that is ready for use. Its weights are read when they are first needed.

    name (str): "xx_xoie_sm", which the package brings along, or a folder that
        `spacy_xoie.extraction.pretrained.save_model` wrote.
    facts (Optional[Facts]): "whole" or "minimal" triples, for models with
        `spacy-xoie.ArcHead.v1`; null for what the model was stored with.
    noun_facts (Optional[bool]): Whether facts in noun phrases are triples, too; the
        same holds of it.
    """
    return load_model(name, facts, noun_facts)


@registry.architectures("spacy-xoie.HashedEncoder.v1")
def build_hashed_encoder_v1(
    width: int = 96,
    depth: int = 4,
    attributes: List[str] = DEFAULT_ATTRIBUTES,
    rows: List[int] = DEFAULT_ROWS,
    hashes: int = 2,
    dilations: List[int] = [1, 2],
    dropout: float = 0.1,
    word_dropout: float = 0.1,
    attention: int = 0,
) -> EncoderSpec:
    """The small encoder, trained from scratch: hashed lexical attributes and
    residual convolutions. See `HashedEncoder`.

    width (int): Width of the hidden states.
    depth (int): Number of convolution layers.
    attributes (List[str]): Lexical attributes of a token to embed: spaCy's, or
        "PREFIX2", "SUFFIX4" … for affixes of the norm of that length, "PAIR" for
        two characters of a script without spaces.
    rows (List[int]): Rows of each attribute's table.
    hashes (int): Rows that a value is spread over, 1 to 4.
    dilations (List[int]): Dilations of the layers, 1 to 1,000 tokens each, repeated
        as needed.
    dropout (float): Dropout on each layer's output.
    word_dropout (float): Probability that an attribute of a token is hidden.
    attention (int): Number of self-attention layers among the last convolutions.
    """
    return HashedSpec(
        width=width,
        depth=depth,
        attributes=attributes,
        rows=rows,
        hashes=hashes,
        dilations=dilations,
        dropout=dropout,
        word_dropout=word_dropout,
        attention=attention,
    )


@registry.architectures("spacy-xoie.TransformerEncoder.v1")
def build_transformer_encoder_v1(
    name: str,
    max_pieces: int = 512,
    tokenizer_config: Dict[str, Any] = {"use_fast": True},
    transformer_config: Dict[str, Any] = {},
    precision: Precision = "float32",
) -> EncoderSpec:
    """Any Hugging Face encoder, read out as the mean of a token's wordpieces. The
    weights are loaded when the pipeline is initialised, and stored with it. Needs the
    extra `transformers`.

    name (str): Name on the model hub, or a local folder.
    max_pieces (int): Most wordpieces of a window; the model's own limit holds.
    tokenizer_config (Dict[str, Any]): For `AutoTokenizer.from_pretrained`.
    transformer_config (Dict[str, Any]): For `AutoModel.from_pretrained`.
    precision (Precision): Of predictions: "float32", "bfloat16", "auto" for that of
        the two which is faster where it runs, or "int8" for the
        linear layers, on the CPU only. Weights are learnt and stored in single
        precision, and rounded when the first text comes. `docs/speed.md` tells what
        each costs and wins.
    """
    return TransformerSpec(
        name=name,
        max_pieces=max_pieces,
        tokenizer_config=tokenizer_config,
        transformer_config=transformer_config,
        precision=precision,
    )


@registry.architectures("spacy-xoie.TransformerEncoder.v2")
def build_transformer_encoder_v2(
    name: str,
    max_pieces: int = 128,
    layers: Optional[int] = None,
    rank: int = 0,
    alpha: float = 16.0,
    tokenizer_config: Dict[str, Any] = {},
    transformer_config: Dict[str, Any] = {},
    precision: Precision = "auto",
    packed: bool = False,
    stored: bool = True,
    piece_dropout: float = 0.0,
) -> EncoderSpec:
    """As `spacy-xoie.TransformerEncoder.v1`, with fewer layers if wanted, and tuned by
    low-rank updates instead of its own weights, which need not be stored then. See
    `build_transformer_encoder_v1` for the other settings.

    name (str): "multilingual-e5-small", which the extra `md` brings along, a local
        folder, or a name on the model hub. What is not on this machine is fetched when
        a new model is initialised, unless `transformer_config` and `tokenizer_config`
        have `local_files_only = true`; never when a stored one is loaded.
    layers (Optional[int]): How many of its layers are used, from below; null for all.
    rank (int): Rank of the updates of its linear layers, which all languages share; 0
        for none.
    alpha (float): Scale; updates are multiplied by `alpha / rank`.
    packed (bool): Whether the word embeddings stay in 4 bits, as the package of the
        extra `md` has them, exactly and in a seventh of the memory. They learn nothing
        then, and get no adapters.
    stored (bool): Whether its own weights are stored with the model. Otherwise they are
        looked for under `name` when the model is loaded, and must be those with which
        it was trained; a model in which they have changed cannot be stored so.
    piece_dropout (float): Probability that a wordpiece is hidden while training, so
        that the model learns to use the context of rare words.
    """
    return TransformerSpec(
        name=name,
        max_pieces=max_pieces,
        tokenizer_config=tokenizer_config,
        transformer_config=transformer_config,
        precision=precision,
        layers=layers,
        rank=rank,
        alpha=alpha,
        packed=packed,
        stored=stored,
        piece_dropout=piece_dropout,
    )


@registry.architectures("spacy-xoie.JointEncoder.v1")
def build_joint_encoder_v1(
    pieces: EncoderSpec,
    words: EncoderSpec,
    width: int = 256,
    depth: int = 1,
    dropout: float = 0.1,
) -> EncoderSpec:
    """A pretrained encoder of wordpieces, and a small one that reads words beside it.

    pieces (EncoderSpec): `spacy-xoie.TransformerEncoder.v2`.
    words (EncoderSpec): `spacy-xoie.HashedEncoder.v1`.
    width (int): Width of the hidden states.
    depth (int): Number of convolutions over the joined states.
    dropout (float): Dropout on the joined states, and on each convolution.
    """
    if not isinstance(pieces, TransformerSpec) or not isinstance(words, HashedSpec):
        raise ConfigError(
            "A joint encoder is made of a transformer (`pieces`) and a hashed encoder "
            "(`words`), for example spacy-xoie.TransformerEncoder.v2 and "
            "spacy-xoie.HashedEncoder.v1."
        )
    return JointSpec(
        pieces=pieces, words=words, width=width, depth=depth, dropout=dropout
    )


@registry.architectures("spacy-xoie.ListenerEncoder.v1")
def build_listener_encoder_v1(
    tok2vec: Model[List[Doc], List[Floats2d]],
    width: int = 256,
    dropout: float = 0.1,
) -> EncoderSpec:
    """Listens to a `transformer` (or `tok2vec`) component that the pipeline has,
    and projects its states. The adapters go on the projection.

    tok2vec (Model[List[Doc], List[Floats2d]]): For example
        `spacy-transformers.TransformerListener.v1`.
    width (int): Width of the projection.
    dropout (float): Dropout within the projection.
    """
    return ListenerSpec(tok2vec=tok2vec, width=width, dropout=dropout)


@registry.architectures("spacy-xoie.LightHead.v1")
def build_light_head_v1(
    width: int = 96, depth: int = 2, reach: int = 24, dropout: float = 0.1
) -> Callable[..., Head]:
    """The default head. See `LightHead` for the arguments."""
    return partial(LightHead, width=width, depth=depth, reach=reach, dropout=dropout)


@registry.architectures("spacy-xoie.ArcHead.v1")
def build_arc_head_v1(
    width: int = 128,
    label_width: int = 48,
    reach: int = 16,
    dropout: float = 0.2,
    facts: Facts = "whole",
    noun_facts: bool = False,
    scores: Dict[str, Dict[str, float]] = {},
) -> Callable[..., Head]:
    """Predicts dependency trees, off which the syntax rules read triples. Learns from
    docs with `DEP` annotation. See `ArcHead` for the other arguments.

    facts (Facts): "whole" for n-ary triples with coordinations in one piece, "minimal"
        for triples that say as little as can be said.
    noun_facts (bool): Whether facts in noun phrases are triples, too, see `rules_for`.
    scores (Dict[str, Dict[str, float]]): Weights that make probabilities of what is
        known of a triple, see `TripleScorer`, as `spacy xoie calibrate` finds them;
        empty for the raw score of its arcs.
    """
    scorer = TripleScorer(scores) if scores else None
    return partial(
        ArcHead,
        partial(
            read_triples, facts=facts, noun_facts=noun_facts, omit=(), scorer=scorer
        ),
        width=width,
        label_width=label_width,
        reach=reach,
        dropout=dropout,
    )


@registry.architectures("spacy-xoie.Multi2OIEHead.v1")
def build_multi2oie_head_v1(
    position_width: int = 64,
    depth: int = 4,
    n_heads: int = 8,
    inner_width: int = 2048,
    predicate_dropout: float = 0.0,
    argument_dropout: float = 0.3,
    attention_dropout: float = 0.1,
) -> Callable[..., Head]:
    """The head of Multi²OIE. See `Multi2OIEHead` for the arguments."""
    return partial(
        Multi2OIEHead,
        position_width=position_width,
        depth=depth,
        n_heads=n_heads,
        inner_width=inner_width,
        predicate_dropout=predicate_dropout,
        argument_dropout=argument_dropout,
        attention_dropout=attention_dropout,
    )


@registry.architectures("spacy-xoie.AdapterBank.v1")
def build_adapter_bank_v1(
    languages: Optional[List[str]] = None,
    rank: int = 8,
    alpha: float = 16.0,
    dropout: float = 0.0,
    targets: List[str] = [],
    head_targets: List[str] = [],
) -> BankSpec:
    """A bank of low-rank adapters on the encoder, and on the head if asked for. See
    `AdapterBank`.

    languages (Optional[List[str]]): Languages with an adapter; null for those of
        the training data. An empty list makes a model without adapters that languages
        can be added to: it does, costs and stores what one without a bank does.
    rank (int): Rank of each adapter.
    alpha (float): Scale; updates are multiplied by `alpha / rank`.
    dropout (float): Dropout on the input of the updates.
    targets (List[str]): Regular expressions for the names of the layers that are
        adapted; empty for all linear, convolutional and embedding layers or, of a
        pretrained transformer, the linear layers of its stack.
    head_targets (List[str]): The same for layers of the head, for example
        ["of_child$", "of_head$"] of `spacy-xoie.ArcHead.v1`, ["of_anchor$",
        "of_token$", "^layers", "role$"] of `spacy-xoie.LightHead.v1`; empty for none.
    """
    if languages is not None:
        languages = [code_or(language, language) for language in languages]
    check_bank(
        languages or [], rank=rank, alpha=alpha, targets=[*targets, *head_targets]
    )
    return BankSpec(
        languages=languages,
        make=partial(
            _make_bank, rank=rank, alpha=alpha, dropout=dropout, targets=targets
        ),
        head_targets=head_targets,
    )


def _make_bank(
    encoder: Encoder, experts: Sequence[str], *, targets: List[str], **settings: Any
) -> AdapterBank:
    targets = targets or encoder.targets()
    return AdapterBank(encoder, experts, targets=targets, **settings)


@registry.architectures("spacy-xoie.LanguageRouter.v1")
def build_language_router_v1(
    certainty: float = 0.9, fallback: str = "uniform"
) -> RouterBuilder:
    """Routes by the detected language. See `LanguageRouter`."""
    return _builder_of(partial(LanguageRouter, certainty=certainty, fallback=fallback))


@registry.architectures("spacy-xoie.MixtureRouter.v1")
def build_mixture_router_v1(
    top_k: int = 2,
    per_layer: bool = False,
    temperature: float = 1.0,
    language_weight: float = 0.1,
) -> RouterBuilder:
    """Routes by a learned gate. See `MixtureRouter`."""
    return partial(
        MixtureRouter,
        top_k=top_k,
        per_layer=per_layer,
        temperature=temperature,
        language_weight=language_weight,
    )


@registry.architectures("spacy-xoie.NearestRouter.v1")
def build_nearest_router_v1(
    profile: Union[str, Dict[str, float]] = "overall",
    temperature: float = 0.1,
    top_k: int = 3,
    certainty: float = 0.9,
    fallback: str = "uniform",
) -> RouterBuilder:
    """Routes by the detected language, and a language without an adapter to those of
    its nearest relatives. See `NearestRouter`.

    profile (Union[str, Dict[str, float]]): Which distances between languages count: the
        name of a profile, or a weight for each kind.
    temperature (float): Softness of the mixture: near 0, the nearest takes all.
    """
    relatives = make_relatives(profile, temperature)
    make = partial(
        NearestRouter, relatives, top_k=top_k, certainty=certainty, fallback=fallback
    )
    return _builder_of(make)


@registry.architectures("spacy-xoie.UniformRouter.v1")
def build_uniform_router_v1() -> RouterBuilder:
    """All adapters alike: a control for other routers. See `UniformRouter`."""
    return _builder_of(UniformRouter)


@registry.architectures("spacy-xoie.FrozenRouter.v1")
def build_frozen_router_v1(
    top_k: int = 2,
    per_layer: bool = False,
    temperature: float = 1.0,
    seed: int = 0,
) -> RouterBuilder:
    """Random gates that never learn: a control for the mixture. See `FrozenRouter`."""
    return partial(
        FrozenRouter,
        top_k=top_k,
        per_layer=per_layer,
        temperature=temperature,
        seed=seed,
    )


def _builder_of(make: Callable[[], Router]) -> RouterBuilder:
    """The builder of a router that has no sizes, whose settings are checked now."""
    make()
    return partial(_build_unsized, make)


def _build_unsized(
    make: Callable[[], Router], *, width: int, n_experts: int, n_layers: int
) -> Router:
    return make()
