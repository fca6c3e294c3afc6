"""The floors of the house, as docs/contributing.md draws them: what may import what."""

import ast
import re
from pathlib import Path
from typing import Dict, Iterator, List, Set, Tuple

import pytest

import spacy_xoie

PACKAGE = Path(spacy_xoie.__file__).parent
DOCS = Path(__file__).parents[1] / "docs"

FLOORS: Tuple[Tuple[str, ...], ...] = (
    ("about", "errors", "labels", "registries", "ty"),
    ("files", "forks", "streams"),
    ("doc",),
    ("pipes",),
    ("chat", "foundations", "language", "network", "syntax"),
    ("coreference", "corpora", "cores", "extraction", "projection", "schema"),
    ("evaluation",),
    ("annotation", "packaging", "training"),
    ("loading",),
    ("apps",),
)
"""From the ground up. A room imports from its own floor and those below."""

LEVELS = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
FRONT = ("", "__main__")
"""The package itself and its program, which stand before the house."""

PURE = ("doc", "syntax")
"""Rooms that must work without torch."""


def module_name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in PACKAGE.rglob("*.py")}


def import_nodes(tree: ast.AST) -> Iterator[ast.ImportFrom]:
    """The imports from the package itself, wherever in a text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield node


def parse(name: str) -> ast.Module:
    return ast.parse(MODULES[name].read_text(encoding="utf8"))


def imports(name: str) -> Iterator[str]:
    """The modules of the package that a module imports, wherever in its text."""
    parts = name.split(".") if name else []
    package = parts if MODULES[name].name == "__init__.py" else parts[:-1]
    for node in import_nodes(parse(name)):
        base = package[: len(package) - node.level + 1]
        module = ".".join([*base, *([node.module] if node.module else [])])
        for alias in node.names:
            inner = f"{module}.{alias.name}".lstrip(".")
            yield inner if inner in MODULES else module


GRAPH: Dict[str, Set[str]] = {name: {*imports(name)} - {name} for name in MODULES}


def room(name: str) -> str:
    return name.partition(".")[0]


def test_every_room_has_a_floor() -> None:
    assert {room(name) for name in MODULES} - {*FRONT, "models"} <= set(LEVELS)


@pytest.mark.parametrize("name", sorted(set(MODULES) - set(FRONT)))
def test_no_arrow_goes_up(name: str) -> None:
    level = LEVELS[room(name)]
    up = [other for other in GRAPH[name] if LEVELS.get(room(other), -1) > level]
    assert not up
    # The front would bring the whole house along.
    assert "" not in GRAPH[name]


def test_there_is_no_circle() -> None:
    done: Set[str] = set()

    def visit(name: str, path: List[str]) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            for other in sorted(GRAPH[name]):
                visit(other, [*path, name])
            done.add(name)

    for name in MODULES:
        visit(name, [])


@pytest.mark.parametrize("pure", PURE)
def test_ground_and_rules_need_no_torch(pure: str) -> None:
    todo = [name for name in MODULES if room(name) == pure]
    seen: Set[str] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        todo.extend(GRAPH[name])
        text = MODULES[name].read_text(encoding="utf8")
        assert not re.search(
            r"^\s*(import|from) (torch|thinc|peft)\b", text, re.M
        ), name


def test_network_is_pure_torch() -> None:
    for name, path in MODULES.items():
        if room(name) == "network":
            text = path.read_text(encoding="utf8")
            assert not re.search(r"^\s*(import|from) (spacy|thinc)\b", text, re.M), name


def test_components_are_the_affair_of_their_rooms() -> None:
    """Others get them from a pipeline, and import their classes for the eyes of the
    type checker alone. Three use one as an engine, without a pipeline."""
    homes = {
        node.name: room(name)
        for name in MODULES
        if name.endswith(".component")
        for node in parse(name).body
        if isinstance(node, ast.ClassDef)
    }
    engines = {
        "annotation.pipeline",
        "annotation.projection",
        "apps.server.translation",
    }
    used = set()
    for name in set(MODULES) - set(FRONT):
        tree = parse(name)
        unseen = {
            id(node)
            for block in ast.walk(tree)
            if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
            for node in import_nodes(block)
        }
        for node in import_nodes(tree):
            if id(node) not in unseen:
                classes = [alias.name for alias in node.names if alias.name in homes]
                used |= {name for one in classes if homes[one] != room(name)}
    assert used == engines


def test_the_drawing_shows_these_floors() -> None:
    """docs/contributing.md draws the floors from the top down."""
    text = (DOCS / "contributing.md").read_text(encoding="utf8")
    drawing = text.partition("```text\n")[2].partition("```")[0]
    drawn = [
        tuple(sorted(re.findall(r"\b([a-z_]+)/?(?=[ \n]|$)", line.partition("  #")[0])))
        for line in drawing.splitlines()
        if line.strip()
    ]
    assert drawn == [tuple(sorted(rooms)) for rooms in reversed(FLOORS)]


TESTS = Path(__file__).parent
BESIDE = ("contract", "data", "hard")
"""Folders of tests that belong to no room: they take many together."""


def test_tests_lie_as_the_code_does() -> None:
    paths = sorted(TESTS.rglob("test_*.py"))
    folders = {path.parent.relative_to(TESTS).as_posix() for path in paths}
    rooms = {
        name.replace(".", "/")
        for name in MODULES
        if (PACKAGE / name.replace(".", "/")).is_dir()
    }
    assert folders - {".", *BESIDE} <= rooms
    # pytest imports a test by the name of its file alone.
    names = [path.name for path in paths]
    assert [name for name in {*names} if names.count(name) > 1] == []
