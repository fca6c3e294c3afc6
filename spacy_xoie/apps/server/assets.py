"""The files of the pages. They are read once, and nothing else can be asked for."""

from hashlib import sha256
from importlib.resources import files
from typing import Dict, NamedTuple

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


class Asset(NamedTuple):
    """A file.

    body (bytes): What is in it.
    media_type (str): What it is.
    tag (str): Changes when the body does.
    """

    body: bytes
    media_type: str
    tag: str


def load_assets() -> Dict[str, Asset]:
    """RETURNS (Dict[str, Asset]): The files by name."""
    assets = {}
    for path in (files("spacy_xoie") / "apps" / "server" / "static").iterdir():
        media_type = MEDIA_TYPES.get(path.name.rpartition(".")[2])
        if media_type is not None:
            body = path.read_bytes()
            tag = f'"{sha256(body).hexdigest()[:16]}"'
            assets[path.name] = Asset(body, media_type, tag)
    return assets
