"""Models that are stored ready for use: the one in the package, and folders."""

from importlib.resources import files
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from spacy.util import registry
from thinc.api import Config

from ..errors import ConfigError, readable
from ..files import write_bytes, write_text
from .model import ExtractionModel
from .storage import write_network

DEFAULT_NAME = "xx_xoie_sm"
OURS = "spacy-xoie."
ARC_HEAD = "spacy-xoie.ArcHead.v1"
PRETRAINED_MODEL = "spacy-xoie.PretrainedModel.v1"
TRIPLE_MODEL = "spacy-xoie.TripleModel.v1"
CONFIG, WEIGHTS, META = "model.cfg", "model.weights", "meta.json"

MAX_CONFIG_BYTES = 2**18
"""Bytes; a config that names as many adapters as a bank can have takes less."""
MAX_DEPTH, MAX_SETTINGS, MAX_NUMBER = 8, 20_000, 2**63
"""Of a model's config."""


def find_model(name: str) -> Path:
    """name (str): Name of a model in the package, or the path of a folder that
        `save_model` wrote.
    RETURNS (Path): The folder.
    RAISES (ConfigError): If there is no such model.
    """
    inside = Path(str(files("spacy_xoie"))) / "models"
    for folder in (inside / name, Path(name)):
        if (folder / CONFIG).is_file() and (folder / WEIGHTS).is_file():
            return folder
    names = sorted(path.parent.name for path in inside.glob(f"*/{WEIGHTS}"))
    raise ConfigError(
        f"There is no pretrained model {name!r}: it is neither one of the package "
        f"({', '.join(names) or 'which has none'}) nor a folder with {CONFIG} and "
        f"{WEIGHTS}."
    )


def load_model(
    name: str, facts: Optional[str] = None, noun_facts: Optional[bool] = None
) -> ExtractionModel:
    """Build a pretrained model. Its weights are read when they are first needed.

    name (str): See `find_model`.
    facts (Optional[str]), noun_facts (Optional[bool]): See `build_pretrained_model_v1`.
    RETURNS (ExtractionModel): The model.
    RAISES (ConfigError): If its head has no such setting.
    RAISES (ModelDataError): If its config is damaged.
    """
    config = stored_config(name, facts, noun_facts)
    with readable(f"{find_model(name) / CONFIG}"):
        model: ExtractionModel = registry.resolve(Config(config))["model"]
        model.shim.source = find_model(name) / WEIGHTS
    return model


def stored_config(
    name: str, facts: Optional[str] = None, noun_facts: Optional[bool] = None
) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): `{"model": …}`, what a pretrained model is built from.
    Nothing of it has been resolved. See `load_model` for the arguments.
    RAISES (ModelDataError): If it is damaged, or names what is no part of a model."""
    path = find_model(name) / CONFIG
    with readable(str(path)):
        size = path.stat().st_size
        if size > MAX_CONFIG_BYTES:
            raise ValueError(
                f"it has {size:,} bytes, and can have {MAX_CONFIG_BYTES:,}"
            )
        text = path.read_text(encoding="utf8")
        model = Config().from_str(text, interpolate=False)["model"]
        check_block(model)
    head = model["head"]
    for setting, value in (("facts", facts), ("noun_facts", noun_facts)):
        if value is None:
            continue
        if head["@architectures"] != ARC_HEAD:
            raise ConfigError(
                f"The model {name!r} does not take {setting}={value!r}: its head is "
                f"{head['@architectures']}, not {ARC_HEAD}."
            )
        head[setting] = value
    return {"model": model}


def check_block(model: Any) -> None:
    """Check the block `model` of a model's config before any of it is resolved.

    model (Any): The block.
    RAISES (ValueError): If it is none, is larger than models are, or names functions
        other than this package's parts of models.
    """
    if not isinstance(model, dict) or model.get("@architectures") != TRIPLE_MODEL:
        raise ValueError(f"its block 'model' is no {TRIPLE_MODEL}")
    if not isinstance(model.get("head"), dict) or "@architectures" not in model["head"]:
        raise ValueError("its block 'model.head' names no head")
    parts: List[Tuple[str, int, Any]] = [("model", 0, model)]
    for place, depth, value in parts:
        if depth > MAX_DEPTH or len(parts) > MAX_SETTINGS:
            raise ValueError(
                f"at {place!r:.80} it has more than {MAX_DEPTH} levels or "
                f"{MAX_SETTINGS:,} settings"
            )
        if isinstance(value, dict):
            _check_functions(place, value)
            parts += [(f"{place}.{k}", depth + 1, v) for k, v in value.items()]
        elif isinstance(value, (list, tuple)):
            parts += [(place, depth + 1, v) for v in value]
        elif isinstance(value, str) and "${" in value:
            raise ValueError(f"{place} is {value!r:.80}, and variables are not read")
        elif isinstance(value, (int, float)) and not abs(value) <= MAX_NUMBER:
            raise ValueError(f"{place} is {value!r:.80}, which is no number of a model")


def _check_functions(place: str, block: Dict[str, Any]) -> None:
    for key, value in block.items():
        ours = str(value).startswith(OURS) and value != PRETRAINED_MODEL
        if str(key).startswith("@") and not (key == "@architectures" and ours):
            raise ValueError(
                f"{place} names {key} = {value!r:.80}, and a model is made of "
                f"@architectures of this package alone; a pipeline, whose config is "
                f"its user's, can have others"
            )


def model_config(model: Dict[str, Any]) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): `{"model": …}` with a block `model` of a pipeline's
    config written out in full, even if it names a pretrained model."""
    if model.get("@architectures") == PRETRAINED_MODEL:
        settings = model.get("facts"), model.get("noun_facts")
        return stored_config(model.get("name", DEFAULT_NAME), *settings)
    return {"model": model}


def save_model(model: ExtractionModel, config: Config, folder: Path) -> None:
    """Store a model in a quarter of its size.

    model (ExtractionModel): The model, with weights.
    config (Config): What it was built from, `{"model": {…}}`.
    folder (Path): Where to; made if need be.
    RAISES (ConfigError): If the config names what a folder cannot be read with.
    """
    weights = write_network(model.parts, model.network, compress=True)
    # How it was trained is no part of it: those who go on choose for themselves.
    block = {k: v for k, v in config["model"].items() if k != "mixed_precision"}
    try:
        check_block(block)
    except ValueError as e:
        raise ConfigError(
            f"The model cannot be stored in a folder of its own: {e}. Store the "
            f"pipeline instead (`nlp.to_disk`)."
        ) from e
    write_text(folder / CONFIG, Config({"model": block}).to_str())
    write_bytes(folder / WEIGHTS, weights)
