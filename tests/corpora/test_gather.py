"""Assets from a folder that already holds them."""

import gzip
import hashlib
from pathlib import Path
from typing import Any, Dict, List

import pytest
import srsly
from typer.testing import CliRunner, Result

from spacy_xoie.apps.cli import app
from spacy_xoie.corpora.gather import gather_assets
from spacy_xoie.errors import DataError

CONTENT = b"1\tword\n"
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


def assets(checksum: str = MD5) -> List[Dict[str, Any]]:
    names = ("plain.conllu", "packed.conllu", "missing.conllu")
    return [{"dest": f"downloads/{name}", "checksum": checksum} for name in names]


@pytest.fixture
def local(tmp_path: Path) -> Path:
    folder = tmp_path / "copies"
    (folder / "deep").mkdir(parents=True)
    (folder / "plain.conllu").write_bytes(CONTENT)
    (folder / "deep" / "packed.conllu.gz").write_bytes(gzip.compress(CONTENT))
    return folder


def test_copies_what_is_there(tmp_path: Path, local: Path) -> None:
    found = list(gather_assets(assets(), tmp_path, local))
    assert [asset.exists for asset in found] == [True, True, False]
    for name in ("plain", "packed"):
        assert (tmp_path / "downloads" / f"{name}.conllu").read_bytes() == CONTENT


def test_leaves_what_was_there(tmp_path: Path, local: Path) -> None:
    (tmp_path / "downloads").mkdir()
    (tmp_path / "downloads" / "plain.conllu").write_bytes(b"own")
    first = next(iter(gather_assets(assets(), tmp_path, local)))
    assert first.exists and first.source is None
    assert (tmp_path / "downloads" / "plain.conllu").read_bytes() == b"own"


def test_another_file_of_that_name_is_refused(tmp_path: Path, local: Path) -> None:
    with pytest.raises(DataError, match="MD5 checksum"):
        list(gather_assets(assets("0" * 32), tmp_path, local))
    assert not list((tmp_path / "downloads").iterdir())


def test_no_such_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder"):
        list(gather_assets(assets(), tmp_path, tmp_path / "nowhere"))


def test_without_local_copies(tmp_path: Path) -> None:
    assert not any(a.exists for a in gather_assets(assets(), tmp_path, None))


def test_what_the_project_wants_packed_stays_packed(
    tmp_path: Path, local: Path
) -> None:
    content = (local / "deep" / "packed.conllu.gz").read_bytes()
    (asset,) = assets(hashlib.md5(content, usedforsecurity=False).hexdigest())[1:2]
    list(gather_assets([{**asset, "dest": "packed.conllu.gz"}], tmp_path, local))
    assert (tmp_path / "packed.conllu.gz").read_bytes() == content


def test_name_at_the_address_if_a_checksum_tells(tmp_path: Path, local: Path) -> None:
    """As of Norwegian treebanks, whose names do not tell its two languages apart."""
    (asset,) = assets()[:1]
    renamed = {
        **asset,
        "dest": "downloads/nn_a.conllu",
        "url": "https://example.com/plain.conllu",
    }
    (found,) = gather_assets([renamed], tmp_path, local)
    assert found.exists and found.source == local / "plain.conllu"
    assert (tmp_path / "downloads" / "nn_a.conllu").read_bytes() == CONTENT
    unknown = {**renamed, "dest": "downloads/no_b.conllu", "checksum": None}
    (found,) = gather_assets([unknown], tmp_path, local)
    assert not found.exists and found.has_address


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    address = "https://example.com/missing.conllu"
    entries = [
        {"dest": "downloads/own/made.conllu", "checksum": MD5},
        {"dest": "downloads/own/plain.conllu", "checksum": MD5},
        {"dest": "downloads/other/missing.conllu", "url": address},
    ]
    srsly.write_yaml(folder / "project.yml", {"title": "A", "assets": entries})
    return folder


def gather(*args: Any) -> Result:
    return CliRunner().invoke(app, ["gather", *map(str, args)])


def test_what_has_no_address_can_be_missing(project: Path, local: Path) -> None:
    result = gather(project, local, "--under", "downloads/own")
    assert result.exit_code == 0, result.output
    assert "own/made.conllu has no address" in " ".join(result.output.split())
    assert "1 assets are there" in result.output
    (local / "made.conllu").write_bytes(CONTENT)
    result = gather(project, local, "--under", "downloads/own")
    assert "2 assets are there" in result.output
    assert (project / "downloads" / "own" / "made.conllu").read_bytes() == CONTENT


def test_what_has_an_address_can_not(project: Path, local: Path) -> None:
    result = gather(project, local)
    assert result.exit_code == 1
    assert "other/missing.conllu" in result.output
    result = gather(project, local, "--under", "elsewhere")
    assert result.exit_code == 1 and "elsewhere" in result.stderr


def test_a_damaged_copy_is_named(tmp_path: Path, local: Path) -> None:
    path = local / "deep" / "packed.conllu.gz"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(DataError, match=r"packed\.conllu\.gz is damaged"):
        list(gather_assets(assets(), tmp_path, local))
