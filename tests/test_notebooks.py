"""Notebooks are stored clean, and their links lead somewhere. That they run is seen
when the site is built (`sphinx-build -W`), which runs them all."""

import json
import re
from pathlib import Path
from typing import Any, Dict, Iterator

import black
import pytest

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TAGS = {"remove-stderr"}
"""What the site may hide of a cell."""

for_each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path: Path) -> Dict[str, Any]:
    return json.loads(path.read_text(encoding="utf8"))


def sources(notebook: Dict[str, Any], kind: str) -> Iterator[str]:
    """YIELDS (str): The text of each cell of a kind."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == kind:
            yield "".join(cell["source"])


def test_all_notebooks_are_on_the_site() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf8")
    listed = re.findall(r"^notebooks/(\w+)$", index, re.MULTILINE)
    assert sorted(listed) == [path.stem for path in NOTEBOOKS]
    assert len(listed) >= 3


@for_each
def test_they_are_stored_without_outputs(path: Path) -> None:
    notebook = read(path)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@for_each
def test_they_say_nothing_of_where_they_were_written(path: Path) -> None:
    """No versions, paths, or settings of an editor."""
    notebook = read(path)
    assert notebook["metadata"] == {
        "kernelspec": {
            "display_name": "Python 3",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    for cell in notebook["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        assert set(cell["metadata"].get("tags", ())) <= TAGS
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(set(ids)) == len(ids)
    assert not re.search(r'"/(home|Users|root|tmp|work)/', path.read_text("utf8"))


@for_each
def test_code_is_formatted(path: Path) -> None:
    for source in sources(read(path), "code"):
        assert black.format_str(source, mode=black.Mode()) == f"{source}\n"


@for_each
def test_they_say_where_to_read_on(path: Path) -> None:
    text = "\n".join(sources(read(path), "markdown"))
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", text)
    near = [target for target in targets if "://" not in target]
    assert [target for target in near if not (FOLDER / target).exists()] == []
    last = text.partition("## Where to read on")[2]
    assert "](" in last
