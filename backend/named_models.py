"""Builds the package with setuptools, and adds the names of its models.

`spacy.load(name)` asks importlib.metadata for a distribution of that name and imports
the module of that name. Each folder of `spacy_xoie/models` gets a small wheel that has
both. A path configuration file, which holds paths and no code, puts these wheels on
Python's path, from where wheels can be imported. pip passes over wheels that lie there:
it lists, freezes and uninstalls one distribution, this package. The paths come after
site-packages, so a pipeline of the same name that somebody installs goes before.
"""

import base64
import hashlib
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

from setuptools import build_meta
from setuptools.build_meta import (
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = Optional[Dict[str, Any]]
Time = Tuple[int, int, int, int, int, int]

MODELS = Path(__file__).parents[1] / "spacy_xoie" / "models"
# The dot keeps Python from taking the folder for a package.
FOLDER, PATHS = "spacy_xoie.models", "spacy_xoie.pth"
MODULE = '''\
"""{name}, a pipeline of spacy-xoie, in which its files lie."""

from pathlib import Path
from typing import Any

import spacy_xoie
from spacy.language import Language
from spacy.util import get_model_meta

# Beside it spaCy looks for meta.json.
__file__ = str(Path(spacy_xoie.__file__).parent / "models" / __name__ / "__init__.py")
__version__ = get_model_meta(Path(__file__).parent)["version"]


def load(**overrides: Any) -> Language:
    return spacy_xoie.load(__name__, **overrides)
'''
METADATA = """\
Metadata-Version: 2.1
Name: {name}
Version: {version}
Summary: A pipeline of spacy-xoie, which it is installed and uninstalled with
License: {license}
Requires-Dist: spacy-xoie=={package_version}
"""
WHEEL = """\
Wheel-Version: 1.0
Generator: spacy-xoie
Root-Is-Purelib: true
Tag: py3-none-any
"""
ENTRY_POINTS = """\
[spacy_models]
{name} = {name}
"""


def build_wheel(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: Optional[str] = None,
) -> str:
    """See PEP 517."""
    wheel: str = build_meta.build_wheel(
        wheel_directory, config_settings, metadata_directory
    )
    add_names(Path(wheel_directory) / wheel, MODELS)
    return wheel


def build_editable(
    wheel_directory: str,
    config_settings: Settings = None,
    metadata_directory: Optional[str] = None,
) -> str:
    """See PEP 660."""
    wheel: str = build_meta.build_editable(
        wheel_directory, config_settings, metadata_directory
    )
    add_names(Path(wheel_directory) / wheel, MODELS)
    return wheel


def add_names(wheel: Path, models: Path) -> None:
    """Add to a wheel of the package the names of its models.

    wheel (Path): The wheel.
    models (Path): The folder with a folder for each model.
    RAISES (ValueError): If the meta.json of one does not go with its folder.
    """
    version = wheel.name.split("-")[1]
    added: Dict[str, bytes] = {}
    for meta in sorted(models.glob("*/meta.json")):
        name, data = name_wheel(meta, version)
        added[f"{FOLDER}/{name}"] = data
    if not added:
        return
    added[PATHS] = "".join(f"{path}\n" for path in added).encode()
    whole = wheel.with_suffix(".partial")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(whole, "w") as new:
        *others, record = old.infolist()
        for info in others:
            new.writestr(info, old.read(info))
        for path, data in added.items():
            new.writestr(_entry(path, record.date_time), data)
        lines = [_record_line(path, data) for path, data in added.items()]
        new.writestr(record, "".join(lines).encode() + old.read(record))
    shutil.move(whole, wheel)


def name_wheel(meta_path: Path, package_version: str) -> Tuple[str, bytes]:
    """Make the wheel that stands for a model.

    meta_path (Path): The model's meta.json.
    package_version (str): The version of the package that holds the model.
    RETURNS (Tuple[str, bytes]): Its file name and its contents.
    RAISES (ValueError): If the meta.json does not go with its folder.
    """
    name = meta_path.parent.name
    meta = json.loads(meta_path.read_text(encoding="utf8"))
    if f"{meta.get('lang')}_{meta.get('name')}" != name or not meta.get("version"):
        raise ValueError(
            f"{meta_path} has lang, name, version = {meta.get('lang')!r}, "
            f"{meta.get('name')!r}, {meta.get('version')!r}, which make no pipeline "
            f"{name!r}. `spacy xoie export` writes what is needed."
        )
    values = {"package_version": package_version, "license": "", **meta, "name": name}
    title = f"{name}-{meta['version']}"
    files = {
        f"{name}.py": MODULE,
        f"{title}.dist-info/METADATA": METADATA,
        f"{title}.dist-info/WHEEL": WHEEL,
        f"{title}.dist-info/entry_points.txt": ENTRY_POINTS,
    }
    contents = {p: text.format(**values).encode() for p, text in files.items()}
    lines: List[str] = [_record_line(path, data) for path, data in contents.items()]
    record = f"{title}.dist-info/RECORD"
    contents[record] = "".join([*lines, f"{record},,\n"]).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, data in contents.items():
            archive.writestr(_entry(path), data)
    return f"{title}-py3-none-any.whl", buffer.getvalue()


def _entry(path: str, time: Time = (1980, 1, 1, 0, 0, 0)) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, time)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o100644 << 16
    return info


def _record_line(path: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=")
    return f"{path},sha256={digest.decode()},{len(data)}\n"
