"""Registered names: what the code registers is what the package declares, and each
name leads to its function. Importing the package stays cheap."""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from importlib.metadata import EntryPoint, distribution, requires
from pathlib import Path
from typing import Dict, Set, Tuple

import catalogue
import pytest
from catalogue import RegistryError
from packaging.requirements import Requirement
from spacy.cli._util import app as spacy_app
from spacy.language import Language
from spacy.util import registry
from typer.main import get_group
from typer.testing import CliRunner

import spacy_xoie
from spacy_xoie.registries import KINDS, aligners

ENTRY_POINTS = [
    entry_point
    for entry_point in distribution("spacy-xoie").entry_points
    if entry_point.group.startswith(("spacy_", "thinc_"))
]
FUNCTIONS = [e for e in ENTRY_POINTS if e.group not in ("spacy_cli", "spacy_factories")]
FACTORIES = [e for e in ENTRY_POINTS if e.group == "spacy_factories"]


def label(entry_point: EntryPoint) -> str:
    return f"{entry_point.group}-{entry_point.name}"


def registered() -> Dict[Tuple[str, str], str]:
    """What the modules of the package register: by group and name, the function."""
    for module in pkgutil.walk_packages(spacy_xoie.__path__, "spacy_xoie."):
        importlib.import_module(module.name)
    found: Dict[Tuple[str, str], str] = {}
    for (library, *_, group, name), function in catalogue.REGISTRY.items():
        if getattr(function, "__module__", "").startswith("spacy_xoie."):
            group = {"internal_factories": "factories"}.get(group, group)
            if group.startswith("xoie_"):
                continue  # What is of a kind is declared under `misc`, see below.
            found[f"{library}_{group}", name] = (
                f"{function.__module__}:{function.__qualname__}"
            )
    return found


def test_what_is_registered_is_declared() -> None:
    declared = {(e.group, e.name): e.value for e in FUNCTIONS + FACTORIES}
    assert declared
    assert (
        registered() == declared
    ), "After a change of setup.cfg, run `pip install --no-deps -e .` again."


@pytest.mark.parametrize("entry_point", FUNCTIONS, ids=label)
def test_name_leads_to_its_function(entry_point: EntryPoint) -> None:
    assert re.fullmatch(r"spacy-xoie\.[A-Za-z0-9_]+\.v\d+", entry_point.name)
    _, _, group = entry_point.group.partition("_")
    assert registry.get(group, entry_point.name) is entry_point.load()


def test_each_part_is_of_one_kind() -> None:
    kinds = [set(kind.get_all()) for kind in KINDS]
    names = {e.name for e in FUNCTIONS if e.group == "spacy_misc"}
    assert set().union(*kinds) == names
    assert sum(map(len, kinds)) == len(names)


LOAD = """
import spacy, sys
nlp = spacy.load(sys.argv[1])
assert nlp.get_pipe("xoie_lang").detector.languages == ("en",)
assert "spacy_xoie.projection.aligners.pivot" not in sys.modules
"""


def test_kinds_are_known_to_spacy_alone(blank: Language, tmp_path: Path) -> None:
    """A config may name a part before anything of the package was imported."""
    detector = {"@xoie_detectors": "spacy-xoie.LangidDetector.v1"}
    blank.add_pipe("xoie_lang", config={"detector": {**detector, "languages": ["en"]}})
    blank.to_disk(tmp_path)
    command = [sys.executable, "-c", LOAD, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_names_are_looked_up_among_their_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of users count, old names stay, and a wrong name is answered with the right
    ones."""
    monkeypatch.setattr(catalogue, "REGISTRY", dict(catalogue.REGISTRY))
    aligners.register("test_kinds.v1", func=len)
    assert registry.has("xoie_aligners", "test_kinds.v1")
    assert registry.get("misc", "test_kinds.v1") is len
    config = {"@misc": "spacy-xoie.LangidDetector.v1"}
    new = {"@xoie_detectors": "spacy-xoie.LangidDetector.v1"}
    resolved = registry.resolve({"old": config, "new": new})
    assert type(resolved["old"]) is type(resolved["new"])
    assert not registry.has("xoie_aligners", "spacy-xoie.LangidDetector.v1")
    with pytest.raises(RegistryError, match="LexicalAligner") as refused:
        registry.get("xoie_aligners", "spacy-xoie.LexcialAligner.v1")
    assert "Translator" not in str(refused.value)


@pytest.mark.parametrize("entry_point", FACTORIES, ids=label)
def test_factory_can_be_added(entry_point: EntryPoint, blank: Language) -> None:
    assert Language.has_factory(entry_point.name)
    meta = Language.get_factory_meta(entry_point.name)
    assert meta.assigns
    # A bare `add_pipe` works: the default config is complete.
    pipe = blank.add_pipe(entry_point.name)
    assert type(pipe).__module__ == entry_point.load().__module__


def test_factories_are_the_components_of_the_design() -> None:
    names: Set[str] = {entry_point.name for entry_point in FACTORIES}
    assert {"xoie", "xoie_lang"} <= names


def test_commands_are_part_of_spacys() -> None:
    (entry_point,) = (e for e in ENTRY_POINTS if e.group == "spacy_cli")
    assert entry_point.name == "xoie"
    entry_point.load()
    result = CliRunner().invoke(spacy_app, ["xoie", "--help"])
    assert result.exit_code == 0
    for name in ("validate", "convert", "compose", "evaluate", "package"):
        assert f" {name} " in result.output


def test_each_command_is_found_in_its_module() -> None:
    import spacy_xoie.apps.cli as package
    from spacy_xoie.apps.cli.app import MODULES

    for module in pkgutil.iter_modules(package.__path__, "spacy_xoie.apps.cli."):
        importlib.import_module(module.name)
    # In the help as well: what is missing there could not be called.
    assert set(get_group(package.app).commands) == set(MODULES)
    assert set(MODULES.values()) <= {
        module.name for module in pkgutil.iter_modules(package.__path__)
    }


COMMAND = """
import json, sys
import spacy.cli
before = set(sys.modules)
from typer.main import get_group
from spacy_xoie.apps.cli import app

def ours():
    return [m for m in sys.modules if m.startswith("spacy_xoie.") and m not in before]

group = get_group(app)
read = ours()
assert group.get_command(None, "validate") is not None
print(json.dumps([read, ours()]))
"""


def test_a_command_imports_what_it_needs(tmp_path: Path) -> None:
    """spaCy's own commands read the group, too, and must not wait for ours."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    read, wanted = json.loads(done.stdout)
    modules = {name for name in read if name.startswith("spacy_xoie.apps.cli.")}
    assert modules == {"spacy_xoie.apps.cli.app", "spacy_xoie.apps.cli.group"}
    assert not any(name.startswith("spacy_xoie.extraction") for name in read)
    assert "spacy_xoie.apps.cli.corpus" in wanted
    assert "spacy_xoie.apps.cli.serve" not in wanted


IMPORT = """
import json, socket, sys

def closed(*args, **kwargs):
    raise OSError("the network is off")

socket.socket.connect = socket.getaddrinfo = closed
import spacy_xoie
from spacy.tokens import Doc, Span

assert Doc.has_extension("triples") and Span.has_extension("triples")
from spacy_xoie.language import detectors

n_models = detectors._load_identifier.cache_info().currsize
print(json.dumps([sorted(sys.modules), n_models]))
"""


def test_import_is_cheap_and_needs_no_network(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", IMPORT],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    modules, n_models = json.loads(done.stdout)
    heavy = ("transformers", "peft", "py3langid", "spacy_transformers", "safetensors")
    assert not set(heavy) & set(modules)
    assert n_models == 0
    assert not [name for name in modules if name.startswith("spacy_xoie.apps.cli")]


IMPORT_ALL = """
import importlib, pkgutil, sys

for name in sys.argv[1:]:
    sys.modules[name] = None
import spacy_xoie

for module in pkgutil.walk_packages(spacy_xoie.__path__, "spacy_xoie."):
    # The page's modules are imported by `serve` alone, which says what to install.
    if not module.name.startswith(("spacy_xoie.apps.server", "spacy_xoie.__main__")):
        importlib.import_module(module.name)
"""


def test_no_module_needs_an_extra(tmp_path: Path) -> None:
    always, extra = set(), set()
    for requirement in map(Requirement, requires("spacy-xoie") or ()):
        name = requirement.name.replace("-", "_")
        (extra if "extra" in str(requirement.marker) else always).add(name)
    assert {"transformers", "spacy_transformers", "fastapi", "ray"} <= extra - always
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL, *sorted(extra - always)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
