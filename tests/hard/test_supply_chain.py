"""What the package brings along, and what it does not do when it is loaded."""

import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, List, Set

import pytest
from setuptools.config.setupcfg import read_configuration

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "spacy_xoie"

GUARDED = """
import builtins, pickle, socket, sys

import numpy, torch

def forbidden(*args, **kwargs):
    raise AssertionError("something tried what loading must not do")

class Forbidden:
    def __init__(self, *args, **kwargs):
        forbidden()

socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = forbidden
import spacy
import srsly, srsly.cloudpickle
pickle.Unpickler = pickle._Unpickler = Forbidden
pickle.load = pickle.loads = pickle._load = pickle._loads = forbidden
srsly.pickle_loads = srsly.cloudpickle.loads = forbidden
torch.load = forbidden
allowed = numpy.load
def load(*args, allow_pickle=False, **kwargs):
    assert not allow_pickle
    return allowed(*args, **kwargs)
numpy.load = load
"""

SHIPPED = """
from spacy_xoie.doc.blank import multilingual_pipeline

nlp = multilingual_pipeline()
nlp.add_pipe("xoie_lang")
nlp.add_pipe("xoie")
docs = list(nlp.pipe(["Anna met Ben in Rome.", "Die Stadt hat das Haus gebaut."]))
assert docs[0]._.triples, "the model found nothing"
"""

STORED = """
import sys
nlp = spacy.load(sys.argv[1])
assert nlp("Anna has recently met Ben in Rome .")._.triples
"""


def run_guarded(code: str, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED + code, *arguments],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_guard_guards() -> None:
    with pytest.raises(AssertionError, match="loading must not do"):
        run_guarded("pickle.loads(pickle.dumps(1))")
    with pytest.raises(AssertionError, match="loading must not do"):
        run_guarded("socket.create_connection(('127.0.0.1', 9))")


def test_shipped_model_needs_neither_pickle_nor_network() -> None:
    run_guarded(SHIPPED)


def test_stored_pipeline_needs_neither_pickle_nor_network(
    trained: Any, tmp_path: Path
) -> None:
    trained.to_disk(tmp_path)
    run_guarded(STORED, str(tmp_path))


def test_no_stored_file_is_a_pickle(trained: Any, tmp_path: Path) -> None:
    import pickletools

    trained.to_disk(tmp_path)
    for path in [*tmp_path.rglob("*"), *(PACKAGE / "models").rglob("*")]:
        if not path.is_file() or path.stat().st_size < 2:
            continue
        content = path.read_bytes()
        # Protocols 2 and above, and the archives that `torch.save` writes.
        assert not re.match(rb"\x80[\x02-\x05]", content[:2]) or not _is_pickle(
            pickletools, content
        )
        assert not content.startswith(b"PK\x03\x04"), path


def _is_pickle(tools: Any, content: bytes) -> bool:
    try:
        return bool(list(tools.genops(content)))
    except ValueError:
        return False


def sources() -> List[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def test_no_code_unpickles_or_runs_strings() -> None:
    forbidden = re.compile(
        r"^\s*(import (pickle|dill|joblib|shelve|marshal)\b|from (pickle|dill)\b)"
        r"|(?<!safetensors\.)\btorch\.load\(|\bpickle_loads\b"
        r"|allow_pickle=True|trust_remote_code=True"
        r"|(?<![\w.])(eval|exec)\(|shell=True|os\.system\(|yaml\.load\(",
        re.MULTILINE,
    )
    found = [
        f"{path.relative_to(ROOT)}: {match.group().strip()}"
        for path in sources()
        for match in forbidden.finditer(path.read_text("utf8"))
    ]
    assert found == []


# What a wheel holds, as setuptools is told to fill it.


def wheel_files() -> Set[str]:
    options = read_configuration(ROOT / "setup.cfg")["options"]
    packages = options["packages"]
    patterns = options["package_data"]
    files: Set[Path] = set()
    for package in packages:
        folder = ROOT / package.replace(".", "/")
        files.update(folder.glob("*.py"))
        for pattern in (*patterns.get(package, ()), *patterns.get("", ())):
            files.update(path for path in folder.glob(pattern) if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in files}


def test_wheel_holds_the_package_and_nothing_else() -> None:
    files = wheel_files()
    assert all(name.startswith("spacy_xoie/") for name in files)
    # Every module and every data file of the package is in it.
    inside = {
        path.relative_to(ROOT).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert inside - files == set()
    for name in (
        "spacy_xoie/py.typed",
        "spacy_xoie/models/xx_xoie_sm/model.weights",
        "spacy_xoie/models/xx_xoie_sm/meta.json",
        "spacy_xoie/language/data/languages.tsv",
        "spacy_xoie/projection/aligners/data/tables.msgpack.gz",
    ):
        assert name in files
    # No tests, no corpora, nothing that runs when it is opened.
    endings = {Path(name).suffix for name in files}
    strange = {".pkl", ".pickle", ".pt", ".bin", ".pth", ".so", ".conllu", ".jsonl"}
    assert not endings & (strange | {".spacy", ".ipynb", ".sh"})
    assert not [name for name in files if "/tests/" in name or "test_" in name]


def test_manifest_adds_only_what_is_in_the_wheel() -> None:
    for line in (ROOT / "MANIFEST.in").read_text("utf8").splitlines():
        verb, *rest = line.split()
        assert verb in ("include", "recursive-include", "graft")
        assert not set(rest) & {"tests", "assets", "benchmarks"}, line


# Licences.


@pytest.fixture(scope="module")
def licences() -> Any:
    spec = spec_from_file_location("licences", ROOT / "docs" / "make_licenses.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_dependency_has_its_licence_in_the_docs(licences: Any) -> None:
    named = set(licences.dependencies())
    assert {"spacy", "torch", "spacy-transformers"} <= named
    listed = {}
    for row in (ROOT / "docs" / "licenses.md").read_text("utf8").splitlines():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        if row.startswith("| ") and len(cells) == 4:
            listed[cells[0].lower()] = cells[1]
    assert named - set(listed) == set(), "run python docs/make_licenses.py"
    for name in named:
        assert listed[name] not in ("", "unknown"), f"{name} has no licence"
