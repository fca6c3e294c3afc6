"""Assets of a project from a folder that already holds them."""

import hashlib
import shutil
from pathlib import Path, PurePosixPath
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from ..errors import DataError
from ..files import GZ, atomic, file_suffix, files_in, unpacked


class Asset(NamedTuple):
    """What became of an asset.

    dest (str): Its place in the project.
    source (Optional[Path]): The file it was copied from, None if it was there.
    exists (bool): Whether it is there now.
    has_address (bool): Whether the project says where to get it.
    """

    dest: str
    source: Optional[Path]
    exists: bool
    has_address: bool


def gather_assets(
    assets: List[Dict[str, Any]], project: Path, local: Optional[Path]
) -> Iterator[Asset]:
    """Copy the assets of a project that are not there yet from a local folder, where
    they may lie in any subfolder and be compressed (.gz). A file has its name in the
    project or, if a checksum tells that it is the one, that at its address.

    assets (List[Dict[str, Any]]): The section `assets` of a project.yml.
    project (Path): Folder of the project.
    local (Optional[Path]): The folder to look in; None looks in the project only.
    YIELDS (Asset): What became of each asset.
    RAISES (DataError): If the local folder does not exist, or a file is not the one
        whose checksum the project names.
    """
    if local is not None and not local.is_dir():
        raise DataError(
            f"There is no folder {str(local)!r}. Give the folder with local copies, "
            f'or "" and download the assets with `spacy project assets --extra`.'
        )
    by_name: Dict[str, Path] = {}
    names = [_names(asset) for asset in assets]
    suffixes = {file_suffix(name) for each in names for name in each}
    for file in files_in(local, suffixes, deep=True) if local is not None else ():
        by_name.setdefault(Path(file).name, Path(file))
    for asset, wanted in zip(assets, names, strict=True):
        dest = project / asset["dest"]
        has_address = bool(asset.get("url") or asset.get("git"))
        there = dest.is_file()
        packed = (name + end for name in wanted for end in ("", GZ))
        source = None if there else next(filter(None, map(by_name.get, packed)), None)
        if source is None:
            yield Asset(asset["dest"], None, there, has_address)
            continue
        expected = asset.get("checksum")
        with atomic(dest) as partial:
            reading = source.open("rb") if dest.suffix == GZ else unpacked(source)
            with reading as old, partial.open("wb") as new:
                shutil.copyfileobj(old, new)
            content = partial.read_bytes()
            actual = hashlib.md5(content, usedforsecurity=False).hexdigest()
            if expected and expected != actual:
                raise DataError(
                    f"{source} is not the file that the project names: its MD5 "
                    f"checksum is {actual}, not {expected}. Get that version, or take "
                    f"the file away."
                )
        yield Asset(asset["dest"], source, True, has_address)


def _names(asset: Dict[str, Any]) -> List[str]:
    names = [PurePosixPath(asset["dest"]).name]
    if asset.get("checksum") and asset.get("url"):
        names.append(PurePosixPath(asset["url"]).name)
    return names
