"""What is there: models, and the names that the package adds to spaCy."""

from dataclasses import dataclass, field
from importlib.metadata import distributions
from importlib.resources import files
from itertools import chain
from pathlib import Path
from typing import Any, Dict, List

from spacy import util

from ..errors import ConfigError, DataError
from ..extraction.pretrained import META, WEIGHTS, find_model
from ..files import read_json


@dataclass
class ModelInfo:
    """A model that is installed.

    name (str): The name by which it is loaded.
    kind (str): "pretrained" for `load` and PretrainedModel, "pipeline" for
        `spacy.load`.
    path (str): Its folder.
    size (int): Bytes on disk.
    languages (List[str]): Codes of the languages that it was made for.
    license, version (str): What its meta data say, "" if nothing.
    sources (List[Dict[str, Any]]): What it was trained on.
    performance (Dict[str, Any]): Its scores.
    by_language (Dict[str, Any]): What is known of each language, see `Figures`.
    """

    name: str
    kind: str
    path: str
    size: int
    languages: List[str]
    license: str = ""
    version: str = ""
    sources: List[Dict[str, Any]] = field(default_factory=list)
    performance: Dict[str, Any] = field(default_factory=dict)
    by_language: Dict[str, Any] = field(default_factory=dict)


def installed_models() -> List[ModelInfo]:
    """RETURNS (List[ModelInfo]): The models in the package, and the installed pipelines
    that have one of our components."""
    inside = Path(str(files("spacy_xoie"))) / "models"
    names = sorted(path.parent.name for path in inside.glob(f"*/{WEIGHTS}"))
    models = [_pretrained(inside / name, name) for name in names]
    for name in sorted(util.get_installed_models()):
        folder = util.get_package_path(name)
        if (folder / "meta.json").is_file():
            info = _pipeline(folder, name)
            models += [] if info is None else [info]
    return models


def model_info(name: str) -> ModelInfo:
    """Read about one model.

    name (str): A model of the package, an installed pipeline, or a folder of either.
    RETURNS (ModelInfo): What is known of it.
    RAISES (ConfigError): If there is no such model.
    """
    try:
        return _pretrained(find_model(name), name)
    except ConfigError:
        folder = Path(name)
        if util.is_package(name):
            folder = util.get_package_path(name)
        info = _pipeline(folder, name) if (folder / "meta.json").is_file() else None
        if info is None:
            names = ", ".join(model.name for model in installed_models())
            raise ConfigError(
                f"There is no model {name!r} of ours. Installed: {names or 'none'}; or "
                f"name the folder of one."
            ) from None
        return info


def registered() -> Dict[str, Dict[str, str]]:
    """RETURNS (Dict[str, Dict[str, str]]): For each of spaCy's registries the names
    that are declared for this package, and what is behind them."""
    groups: Dict[str, Dict[str, str]] = {}
    entries = chain.from_iterable(each.entry_points for each in distributions())
    for entry in entries:
        if entry.value.startswith("spacy_xoie."):
            groups.setdefault(entry.group, {})[entry.name] = entry.value
    return {
        group: dict(sorted(names.items())) for group, names in sorted(groups.items())
    }


def _pretrained(folder: Path, name: str) -> ModelInfo:
    meta = _read(folder / META) if (folder / META).is_file() else {}
    return _info(name, "pretrained", folder, meta)


def _pipeline(folder: Path, name: str) -> "ModelInfo | None":
    meta = _read(folder / "meta.json")
    title = f"{meta.get('lang')}_{meta.get('name')}-{meta.get('version')}"
    inner = folder / title if (folder / title).is_dir() else folder
    if not (inner / "config.cfg").is_file():
        return None
    components = util.load_config(inner / "config.cfg").get("components", {})
    factories = registered().get("spacy_factories", {})
    if not any(block.get("factory") in factories for block in components.values()):
        return None
    return _info(name, "pipeline", inner, {"languages": [meta.get("lang")], **meta})


def _info(name: str, kind: str, folder: Path, meta: Dict[str, Any]) -> ModelInfo:
    return ModelInfo(
        name=name,
        kind=kind,
        path=str(folder),
        size=sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        languages=list(meta.get("languages") or ()),
        license=str(meta.get("license") or ""),
        version=str(meta.get("version") or ""),
        sources=list(meta.get("sources") or ()),
        performance=dict(meta.get("performance") or {}),
        by_language=dict(meta.get("by_language") or {}),
    )


def _read(path: Path) -> Dict[str, Any]:
    meta = read_json(path)
    if not isinstance(meta, dict):
        raise DataError(f"{path} is no JSON object. Install the model again.")
    return meta
