"""Models that are stored ready for use: the one in the package, and folders."""

from importlib.resources import files
from pathlib import Path
from typing import Any, Dict, Optional

from spacy.util import registry
from thinc.api import Config

from ..errors import ConfigError, readable
from ..files import write_bytes, write_text
from .model import ExtractionModel, network_of, shim_of

DEFAULT_NAME = "xx_xoie_sm"
ARC_HEAD = "spacy-xoie.ArcHead.v1"
CONFIG, WEIGHTS, META = "model.cfg", "model.weights", "meta.json"


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


def load_model(name: str, facts: Optional[str] = None) -> ExtractionModel:
    """Build a pretrained model. Its weights are read when they are first needed.

    name (str): See `find_model`.
    facts (Optional[str]): See `build_pretrained_model_v1`.
    RETURNS (ExtractionModel): The model.
    RAISES (ConfigError): If its head has no such setting.
    RAISES (ModelDataError): If its config is damaged.
    """
    config = stored_config(name, facts)
    with readable(f"{find_model(name) / CONFIG}"):
        model: ExtractionModel = registry.resolve(Config(config))["model"]
        shim_of(model).source = find_model(name) / WEIGHTS
    return model


def stored_config(name: str, facts: Optional[str] = None) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): `{"model": …}`, what a pretrained model is built from.
    See `load_model` for the arguments."""
    path = find_model(name) / CONFIG
    with readable(str(path)):
        config = Config().from_disk(path)
        head = config["model"]["head"]
    if facts is not None:
        if head["@architectures"] != ARC_HEAD:
            raise ConfigError(
                f"The model {name!r} does not take facts={facts!r}: its head is "
                f"{head['@architectures']}, not {ARC_HEAD}."
            )
        head["facts"] = facts
    return dict(config)


def model_config(model: Dict[str, Any]) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): `{"model": …}` with a block `model` of a pipeline's
    config written out in full, even if it names a pretrained model."""
    if model.get("@architectures") == "spacy-xoie.PretrainedModel.v1":
        return stored_config(model.get("name", DEFAULT_NAME), model.get("facts"))
    return {"model": model}


def save_model(model: ExtractionModel, config: Config, folder: Path) -> None:
    """Store a model in a quarter of its size.

    model (ExtractionModel): The model, with weights.
    config (Config): What it was built from, `{"model": {…}}`.
    folder (Path): Where to; made if need be.
    """
    network_of(model)
    # How it was trained is no part of it: those who go on choose for themselves.
    block = {k: v for k, v in config["model"].items() if k != "mixed_precision"}
    write_text(folder / CONFIG, Config({"model": block}).to_str())
    shim = shim_of(model)
    with shim.compression():
        write_bytes(folder / WEIGHTS, shim.to_bytes())
