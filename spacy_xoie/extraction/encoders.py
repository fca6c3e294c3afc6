"""What the config says of an encoder: how to build it, feed it and store it."""

import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any, Callable, ClassVar, Dict, List, Optional, Sequence, Set

import srsly
import torch
from spacy.tokens import Doc, Span
from thinc.api import Model, torch2xp, xp2torch
from thinc.types import Floats2d
from torch import Tensor

from ..errors import ConfigError, ModelDataError
from ..foundations import EXTRA, PACKAGES, Foundation, drop_pooler, find_foundation
from ..network.adapters.tuned import SHARED
from ..network.block_embedding import pack_words
from ..network.encoders import (
    Encoder,
    HashedEncoder,
    JointEncoder,
    ProjectionEncoder,
    TransformerEncoder,
)
from ..network.layers import MAX_DILATION, MAX_LAYERS
from ..network.precision import Precision
from ..network.storage import is_weightless
from .features import (
    Features,
    JointFeatures,
    VectorFeatures,
    hash_attributes,
    tokenize_pieces,
)
from .reading import Reading
from .wordpieces import Files, cut_tokenizer

FOUNDATION = "foundation.json"
"""Tells which pretrained encoder a model stands on whose weights are not stored."""
CODE = (".bin", ".pickle", ".pkl", ".pt", ".py", ".so")
POSITIONS = ("position_embeddings.weight", "token_type_embeddings.weight")
MAX_JSON_BYTES = 2**27
"""Bytes; the vocabularies of large tokenizers take a third of that."""
Tok2Vec = Model[List[Doc], List[Floats2d]]


class EncoderSpec:
    """The encoder of the config.

    tok2vec (Optional[Tok2Vec]): The part of the encoder that is a thinc model of
        its own, such as a listener. It becomes a layer of the extraction model,
        which hands it back where it is needed.
    by_tokens (bool): Whether it reads the tokens of docs, rather than their text.
    reads_pieces (bool): Whether it reads wordpieces, some of which can be left out.
    """

    tok2vec: Optional[Tok2Vec] = None
    by_tokens: ClassVar[bool] = False
    reads_pieces: ClassVar[bool] = False

    @property
    def extra(self) -> str:
        """The extra of this package without which a trained encoder cannot work, "" if
        it needs none."""
        return ""

    def build(self, docs: Sequence[Doc], tok2vec: Optional[Tok2Vec]) -> Encoder:
        """docs (Sequence[Doc]): A few docs of the training data.
        RETURNS (Encoder): A new encoder, with random or pretrained weights."""
        raise NotImplementedError

    def restore(self, files: Files) -> Encoder:
        """files (Files): What `files` gave when the encoder was stored.
        RETURNS (Encoder): An encoder of that structure; its weights come later.
        """
        return self.build([], None)

    def files(self, encoder: Encoder) -> Files:
        """RETURNS (Files): What is needed to restore the encoder, by file name,
        beside its weights and the config."""
        return {}

    def spared(self, encoder: Encoder) -> Set[str]:
        """RETURNS (Set[str]): Names of weights that are never rounded."""
        return set()

    def adopt(self, other: "EncoderSpec") -> None:
        """Take over from the encoder of a like config what is neither in the config nor
        a weight, such as its tokenizer."""

    def keep_pieces(self, encoder: Encoder, is_used: Callable[[str], bool]) -> int:
        """Leave wordpieces out of an encoder, in place.

        encoder (Encoder): The encoder.
        is_used (Callable[[str], bool]): Whether a piece is kept. See `cut_tokenizer`.
        RETURNS (int): How many there are now; 0 if it reads no wordpieces.
        """
        return 0

    def outside(self, encoder: Encoder, files: Files) -> Set[str]:
        """encoder (Encoder): The encoder, as it was restored or is stored.
        files (Files): What `files` gave for it.
        RETURNS (Set[str]): Names of its weights that lie elsewhere: they are not stored
            with it, and `restore` has filled them in.
        """
        return set()

    def featurize(
        self,
        readings: Sequence[Reading],
        spans: Sequence[Span],
        tok2vec: Optional[Tok2Vec],
        is_train: bool,
    ) -> Features:
        """readings (Sequence[Reading]): All docs of the batch, as they are read.
        spans (Sequence[Span]): Segments of their words.
        RETURNS (Features): What the encoder reads of the segments.
        """
        raise NotImplementedError


class HashedSpec(EncoderSpec):
    """See `HashedEncoder` and `build_hashed_encoder_v1` for the settings."""

    def __init__(
        self,
        *,
        width: int,
        depth: int,
        attributes: Sequence[str],
        rows: Sequence[int],
        hashes: int,
        dilations: Sequence[int],
        dropout: float,
        word_dropout: float,
        attention: int = 0,
    ) -> None:
        if len(attributes) != len(rows):
            raise ConfigError(
                f"The encoder has {len(attributes)} attributes but {len(rows)} table "
                f"sizes: give one number of rows for each of {list(attributes)}."
            )
        if not 1 <= hashes <= 4:
            raise ConfigError(f"hashes is {hashes}; it can be 1 to 4.")
        if not 0 <= depth <= MAX_LAYERS:
            raise ConfigError(f"depth is {depth}; it can be 0 to {MAX_LAYERS}.")
        if depth and not dilations:
            raise ConfigError("dilations is empty; [1] makes plain convolutions.")
        if not all(1 <= dilation <= MAX_DILATION for dilation in dilations):
            raise ConfigError(
                f"dilations is {list(dilations)}; each can be 1 to {MAX_DILATION} "
                f"tokens."
            )
        self.attributes = list(attributes)
        self.rows = list(rows)
        self.hashes = hashes
        self.settings: Dict[str, Any] = {
            "width": width,
            "rows": list(rows),
            "dilations": [dilations[i % len(dilations)] for i in range(depth)],
            "dropout": dropout,
            "word_dropout": word_dropout,
            "attention": attention,
        }

    def build(self, docs: Sequence[Doc], tok2vec: Optional[Tok2Vec]) -> Encoder:
        return HashedEncoder(**self.settings)

    def featurize(
        self,
        readings: Sequence[Reading],
        spans: Sequence[Span],
        tok2vec: Optional[Tok2Vec],
        is_train: bool,
    ) -> Features:
        return hash_attributes(spans, self.attributes, self.rows, self.hashes)


class TransformerSpec(EncoderSpec):
    """See `build_transformer_encoder_v1` for the settings."""

    reads_pieces = True

    def __init__(
        self,
        *,
        name: str,
        max_pieces: int,
        tokenizer_config: Dict[str, Any],
        transformer_config: Dict[str, Any],
        precision: Precision = "float32",
        layers: Optional[int] = None,
        rank: int = 0,
        alpha: float = 16.0,
        packed: bool = False,
        stored: bool = True,
        piece_dropout: float = 0.0,
    ) -> None:
        self.name = name
        self.settings: Dict[str, Any] = {
            "layers": layers,
            "rank": rank,
            "alpha": alpha,
            "piece_dropout": piece_dropout,
        }
        self.precision = precision
        self.max_pieces = max_pieces
        self.tokenizer_config = tokenizer_config
        self.transformer_config = transformer_config
        self.packed = packed
        self.stored = stored
        self.tokenizer: Any = None

    @property
    def extra(self) -> str:
        return EXTRA if self.name in PACKAGES and not self.stored else "transformers"

    def __getstate__(self) -> Dict[str, Any]:
        # It is restored with the network, which is copied by way of bytes.
        return {**vars(self), "tokenizer": None}

    def build(self, docs: Sequence[Doc], tok2vec: Optional[Tok2Vec]) -> Encoder:
        self._library()
        foundation = find_foundation(self.name, fetches=True)
        self.tokenizer = foundation.tokenizer(self.tokenizer_config)
        return self._wrap(self._pretrained(foundation))

    def restore(self, files: Files) -> Encoder:
        if FOUNDATION in files:
            return self._restore_outside(files[FOUNDATION])
        config = self._read(files)
        model = self._library().AutoModel.from_config(config, trust_remote_code=False)
        if self.packed:
            pack_words(model)
        return self._wrap(model)

    def spared(self, encoder: Encoder) -> Set[str]:
        assert isinstance(encoder, TransformerEncoder)
        # They are small, and every state depends on them.
        return {
            name
            for name, weight in encoder.named_parameters()
            if weight.ndim == 1 or name.endswith(POSITIONS)
        }

    def adopt(self, other: EncoderSpec) -> None:
        assert isinstance(other, TransformerSpec)
        self.tokenizer = deepcopy(other.tokenizer)
        self.max_pieces = other.max_pieces

    def keep_pieces(self, encoder: Encoder, is_used: Callable[[str], bool]) -> int:
        assert isinstance(encoder, TransformerEncoder)
        cut = cut_tokenizer(self.files(encoder), is_used)
        self._read(cut.files)
        encoder.keep_pieces(cut.rows)
        encoder.model.config.update(cut.settings)
        return len(cut.rows)

    def files(self, encoder: Encoder) -> Files:
        assert isinstance(encoder, TransformerEncoder)
        if not self.stored:
            return {FOUNDATION: self._note(encoder)}
        with tempfile.TemporaryDirectory() as folder:
            self.tokenizer.save_pretrained(folder)
            files = {p.name: p.read_bytes() for p in sorted(Path(folder).iterdir())}
        config = encoder.model.config.to_dict()
        # Where the model came from is of no use to whoever loads it.
        config.pop("_name_or_path", None)
        files["config.json"] = srsly.json_dumps(config, sort_keys=True).encode("utf8")
        return files

    def outside(self, encoder: Encoder, files: Files) -> Set[str]:
        return {*_base_weights(encoder)} if FOUNDATION in files else set()

    def featurize(
        self,
        readings: Sequence[Reading],
        spans: Sequence[Span],
        tok2vec: Optional[Tok2Vec],
        is_train: bool,
    ) -> Features:
        return tokenize_pieces(spans, self.tokenizer, self.max_pieces)

    def _read(self, files: Files) -> Any:
        """Read the tokenizer. RETURNS (PretrainedConfig): The config of the model."""
        library = self._library()
        _check_files(files)
        # Neither code that a model brings along nor anything from the network.
        safely = {"trust_remote_code": False, "local_files_only": True}
        with tempfile.TemporaryDirectory() as folder:
            for name, content in files.items():
                (Path(folder) / name).write_bytes(content)
            self.tokenizer = library.AutoTokenizer.from_pretrained(folder, **safely)
            return library.AutoConfig.from_pretrained(folder, **safely)

    def _library(self) -> Any:
        try:
            import transformers
        except ImportError as e:
            raise ConfigError(
                f"The encoder of the config is a transformer ({self.name!r}), which "
                f"needs the library transformers: pip install "
                f"'spacy-xoie[{self.extra}]' ({e})"
            ) from e
        return transformers

    def _pretrained(self, foundation: Foundation) -> Any:
        layers = self.settings["layers"]
        return foundation.model(self.transformer_config, layers, self.packed)

    def _restore_outside(self, note: bytes) -> Encoder:
        """note (bytes): What `_note` gave.
        RAISES (ConfigError): If the pretrained encoder is not on this machine.
        RAISES (ModelDataError): If it is another one."""
        self._library()
        digest = srsly.json_loads(note)["digest"]
        foundation = find_foundation(self.name)
        self.tokenizer = foundation.tokenizer(self.tokenizer_config)
        model = self._pretrained(foundation)
        if not is_weightless():
            own = foundation.digest(model, self.tokenizer)
            if own != digest:
                raise ModelDataError(
                    f"The model was trained on another encoder than {self.name!r} is "
                    f"on this machine: its weights or pieces differ (their digest is "
                    f"{own}, not {digest}). Give the encoder that it was trained on."
                )
        return self._wrap(model)

    def _note(self, encoder: TransformerEncoder) -> bytes:
        """RETURNS (bytes): By what the pretrained encoder is known again.
        RAISES (ConfigError): If its weights are not as they were."""
        foundation = find_foundation(self.name)
        model = self._pretrained(foundation)
        if self.tokenizer is None:
            self.tokenizer = foundation.tokenizer(self.tokenizer_config)
        digest = foundation.digest(model, self.tokenizer)
        original = model.state_dict()
        own = encoder.state_dict()
        changed = [
            name
            for name, source in _base_weights(encoder).items()
            if source not in original
            or not torch.equal(own[name].cpu(), original[source])
        ]
        if changed:
            raise ConfigError(
                f"The weights of the encoder {self.name!r} are not stored with the "
                f"model (stored = false), but {len(changed)} of them have been trained "
                f"or merged, such as {changed[0]}. Set `stored` to true, or train "
                f"adapters and head alone (the stage 'adapters')."
            )
        note: str = srsly.json_dumps({"name": self.name, "digest": digest})
        return note.encode("utf8")

    def _wrap(self, model: Any) -> Encoder:
        drop_pooler(model)
        # XLM-R and its like start their positions behind the padding index.
        limit = getattr(model.config, "max_position_embeddings", self.max_pieces)
        room = limit - (model.config.pad_token_id or 0) - 1
        self.max_pieces = min(self.max_pieces, room)
        encoder = TransformerEncoder(model, self.precision, **self.settings)
        encoder.mask_id = self.tokenizer.mask_token_id
        return encoder


class JointSpec(EncoderSpec):
    """See `build_joint_encoder_v1` for the settings."""

    reads_pieces = True

    def __init__(
        self,
        *,
        pieces: TransformerSpec,
        words: HashedSpec,
        width: int,
        depth: int,
        dropout: float,
    ) -> None:
        self.pieces = pieces
        self.words = words
        self.settings: Dict[str, Any] = {
            "width": width,
            "depth": depth,
            "dropout": dropout,
        }

    @property
    def extra(self) -> str:
        return self.pieces.extra

    def build(self, docs: Sequence[Doc], tok2vec: Optional[Tok2Vec]) -> Encoder:
        return self._join(self.pieces.build(docs, tok2vec))

    def restore(self, files: Files) -> Encoder:
        return self._join(self.pieces.restore(files))

    def files(self, encoder: Encoder) -> Files:
        assert isinstance(encoder, JointEncoder)
        return self.pieces.files(encoder.pieces)

    def spared(self, encoder: Encoder) -> Set[str]:
        assert isinstance(encoder, JointEncoder)
        return {f"pieces.{name}" for name in self.pieces.spared(encoder.pieces)}

    def adopt(self, other: EncoderSpec) -> None:
        assert isinstance(other, JointSpec)
        self.pieces.adopt(other.pieces)

    def keep_pieces(self, encoder: Encoder, is_used: Callable[[str], bool]) -> int:
        assert isinstance(encoder, JointEncoder)
        return self.pieces.keep_pieces(encoder.pieces, is_used)

    def outside(self, encoder: Encoder, files: Files) -> Set[str]:
        assert isinstance(encoder, JointEncoder)
        return {f"pieces.{n}" for n in self.pieces.outside(encoder.pieces, files)}

    def featurize(
        self,
        readings: Sequence[Reading],
        spans: Sequence[Span],
        tok2vec: Optional[Tok2Vec],
        is_train: bool,
    ) -> Features:
        pieces = self.pieces.featurize(readings, spans, tok2vec, is_train)
        words = self.words.featurize(readings, pieces.spans, tok2vec, is_train)
        return JointFeatures(pieces.spans, [pieces, words])

    def _join(self, pieces: Encoder) -> Encoder:
        return JointEncoder(pieces, self.words.build([], None), **self.settings)


def _base_weights(encoder: Encoder) -> Dict[str, str]:
    """RETURNS (Dict[str, str]): Names of the weights of a transformer that are of no
    adapter, and what they are called without adapters."""
    names = {}
    for name in encoder.state_dict():
        if ".lora_" not in name and not name.endswith(SHARED):
            source = name.removeprefix("model.").replace(".base.", ".")
            names[name] = source
    return names


def _check_files(files: Files) -> None:
    """RAISES (ModelDataError): If the files of a stored transformer are not such as its
    tokenizer and its config write."""
    if "config.json" not in files:
        raise ModelDataError(
            "The stored transformer has no config.json, so the model data is not "
            "of a transformer encoder, or damaged. Load the model with the config "
            "with which it was stored."
        )
    for name, content in files.items():
        if Path(name).name != name or name in ("", ".."):
            raise ModelDataError(
                f"The stored transformer has a file {name!r}, whose name leads out of "
                f"its folder. Do not use this model: somebody made it to overwrite "
                f"files."
            )
        if Path(name).suffix in CODE:
            raise ModelDataError(
                f"The stored transformer has a file {name!r}, which could run code and "
                f"which no tokenizer needs. Do not use this model, or store it anew "
                f"with the tokenizer that transformers has for it."
            )
        if name.endswith(".json") and len(content) > MAX_JSON_BYTES:
            raise ModelDataError(
                f"The stored transformer has a file {name!r} of {len(content):,} "
                f"bytes; it can have {MAX_JSON_BYTES:,}."
            )
    config = srsly.json_loads(files["config.json"])
    for setting, value in config.items():
        counts = "layer" in setting or setting.startswith("num_")
        if counts and isinstance(value, int) and value > MAX_LAYERS:
            raise ModelDataError(
                f"The config of the stored transformer has {setting} = {value}; it can "
                f"be up to {MAX_LAYERS}."
            )


class ListenerSpec(EncoderSpec):
    """See `build_listener_encoder_v1` for the settings."""

    by_tokens = True

    def __init__(
        self,
        *,
        tok2vec: Tok2Vec,
        width: int,
        dropout: float,
    ) -> None:
        self.tok2vec = tok2vec
        self.width = width
        self.dropout = dropout

    def build(self, docs: Sequence[Doc], tok2vec: Optional[Tok2Vec]) -> Encoder:
        assert tok2vec is not None
        if tok2vec.has_dim("nO"):
            in_width = tok2vec.get_dim("nO")
        else:
            in_width = tok2vec.predict(list(docs[:1]))[0].shape[1]
        return self._encoder(in_width)

    def restore(self, files: Files) -> Encoder:
        return self._encoder(srsly.json_loads(files["widths.json"])["in_width"])

    def files(self, encoder: Encoder) -> Files:
        assert isinstance(encoder, ProjectionEncoder)
        widths = {"in_width": encoder.in_width}
        return {"widths.json": srsly.json_dumps(widths).encode("utf8")}

    def featurize(
        self,
        readings: Sequence[Reading],
        spans: Sequence[Span],
        tok2vec: Optional[Tok2Vec],
        is_train: bool,
    ) -> Features:
        assert tok2vec is not None
        arrays, backprop = tok2vec([reading.doc for reading in readings], is_train)
        vectors = [xp2torch(array) for array in arrays]
        starts = [
            None if reading.starts is None else torch.from_numpy(reading.starts)
            for reading in readings
        ]
        of_words = [
            vector if words is None else vector[words]
            for vector, words in zip(vectors, starts, strict=True)
        ]

        def hand_on(gradients: List[Tensor]) -> None:
            of_tokens = [
                (
                    gradient
                    if words is None
                    else torch.zeros_like(vector).index_copy(0, words, gradient)
                )
                for gradient, words, vector in zip(
                    gradients, starts, vectors, strict=True
                )
            ]
            backprop([torch2xp(gradient) for gradient in of_tokens])

        return VectorFeatures.make(
            [reading.words for reading in readings], spans, of_words, hand_on
        )

    def _encoder(self, in_width: int) -> Encoder:
        return ProjectionEncoder(
            in_width=in_width, width=self.width, dropout=self.dropout
        )
