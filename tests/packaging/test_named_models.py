"""Models of the package under the names by which `spacy.load` finds pipelines."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Dict, List

import pytest
import spacy
from spacy.language import Language
from thinc.api import Config

from spacy_xoie.apps.installation import installed_models
from spacy_xoie.extraction.pretrained import DEFAULT_NAME, META, find_model, save_model
from spacy_xoie.loading import load

ROOT = Path(__file__).parents[2]
NAMES = [model.name for model in installed_models() if model.kind == "pretrained"]
TEXT = "Anna met Ben in Rome."


def said(nlp: Language) -> List[str]:
    return [str(triple) for triple in nlp(TEXT)._.triples]


@pytest.mark.parametrize("name", NAMES)
def test_meta_data_are_those_of_a_pipeline(name: str) -> None:
    meta = spacy.util.get_model_meta(find_model(name))
    assert f"{meta['lang']}_{meta['name']}" == name
    assert spacy.util.is_compatible_version(
        spacy.about.__version__, meta["spacy_version"]
    )
    assert meta["license"] and meta["sources"]
    # It is known without its model being loaded, whose libraries may be missing.
    told: Any = spacy.info(name)
    assert told["version"] == spacy.util.get_package_version(name) == meta["version"]
    assert spacy.info()["pipelines"][name] == meta["version"]  # type: ignore[index]


def test_pipeline_by_name(tmp_path: Path) -> None:
    nlp = spacy.load(DEFAULT_NAME)
    assert (nlp.lang, nlp.pipe_names) == ("xx", ["xoie_lang", "xoie"])
    assert said(nlp) == said(load(DEFAULT_NAME)) == ["(Anna; met; Ben; in Rome)"]
    assert (
        "".join(token.text_with_ws for token in nlp("他们买了三幅画。")[:2]) == "他们"
    )
    stored = json.loads((find_model(DEFAULT_NAME) / META).read_text())
    assert {key: nlp.meta[key] for key in stored} == stored
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert said(again) == said(nlp) and again.meta["version"] == nlp.meta["version"]


def test_bare_component_has_the_default_model() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("xoie")
    model = nlp.config["components"]["xoie"]["model"]
    assert model["name"] == DEFAULT_NAME == "xx_xoie_sm"


@pytest.mark.parametrize(
    "overrides,active,there",
    [
        ({"exclude": ["xoie_lang"]}, ["xoie"], ["xoie"]),
        ({"exclude": "xoie"}, ["xoie_lang"], ["xoie_lang"]),
        ({"disable": "xoie"}, ["xoie_lang"], ["xoie_lang", "xoie"]),
        ({"enable": ["xoie"]}, ["xoie"], ["xoie_lang", "xoie"]),
    ],
)
def test_components_are_chosen(
    overrides: Dict[str, Any], active: List[str], there: List[str]
) -> None:
    nlp = spacy.load(DEFAULT_NAME, **overrides)
    assert (nlp.pipe_names, nlp.component_names) == (active, there)


def test_facts_in_noun_phrases_if_asked_for() -> None:
    text = "President Ada Bell signed the treaty."
    plain, more = (
        load(DEFAULT_NAME, "en", noun_facts=wanted)(text)._.triples
        for wanted in (None, True)
    )
    assert [t.construction for t in plain] == ["clause"]
    assert ("Ada Bell", "President") in [t.as_tuple() for t in more]
    assert {t.construction for t in more} == {"clause", "title"}


def test_config_is_overridden() -> None:
    vocab = spacy.blank("xx").vocab
    model = {"facts": "minimal"}
    config = {"nlp": {"batch_size": 7}, "components": {"xoie": {"model": model}}}
    nlp = spacy.load(DEFAULT_NAME, config=config, vocab=vocab)
    assert nlp.batch_size == 7 and nlp.vocab is vocab
    assert said(nlp) == said(load(DEFAULT_NAME, facts="minimal"))
    strict = spacy.load(DEFAULT_NAME, config={"components.xoie.threshold": 1.0})
    assert said(strict) == []
    with pytest.raises(ValueError, match="xoi"):
        spacy.load(DEFAULT_NAME, config={"components.xoi.threshold": 1.0})


LOADED = """
import importlib.util, json, sys
import requests, spacy
from spacy.cli.validate import validate

class Table:
    status_code = 200
    def json(self):
        return {"spacy": {}}

requests.get = lambda url: Table()
validate()
names = sys.argv[1:]
found = {}
for name in names:
    nlp = spacy.load(name, config={"components.xoie.threshold": 0.0})
    nlp("Anna met Ben.")
    origin = importlib.util.find_spec(name).origin
    found[name] = [nlp.meta["version"], nlp.pipe_names, ".whl" in origin]
print(json.dumps(found))
"""
FOUND = """
import importlib.metadata, importlib.util, sys
for name in sys.argv[1:]:
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        version = None
    spec = importlib.util.find_spec(name)
    print(name, version, spec and spec.origin)
"""


@pytest.mark.slow
def test_installed_and_uninstalled(trained: Language, tmp_path: Path) -> None:
    """A folder more among the models is a pipeline more, by the way of a source
    distribution as well; and pip knows of one package."""
    source, venv = tmp_path / "source", tmp_path / "venv"
    source.mkdir()
    for path in ("pyproject.toml", "setup.cfg", "MANIFEST.in", "README.md", "LICENSE"):
        shutil.copy(ROOT / path, source)
    for path in ("CHANGELOG.md", "constraints.txt"):
        shutil.copy(ROOT / path, source)
    for path in ("backend", "spacy_xoie"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / path, source / path, ignore=ignored)
    folder = source / "spacy_xoie" / "models" / "xx_tiny_md"
    model = trained.config["components"]["xoie"]["model"]
    save_model(trained.get_pipe("xoie").model, Config({"model": model}), folder)  # type: ignore[attr-defined]
    meta = {"lang": "xx", "name": "tiny_md", "version": "0.0.3", "license": "MIT"}
    meta["spacy_version"] = ">=3.8.0"
    (folder / META).write_text(json.dumps(meta))

    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}

    def run(*command: Any) -> str:
        done = subprocess.run(
            list(map(str, command)),
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=environment,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(sys.executable, "-m", "build", source, "--outdir", tmp_path)
    (wheel,) = tmp_path.glob("*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", venv)
    python = venv / ("Scripts" if os.name == "nt" else "bin") / "python"
    places = 'import sysconfig; print(sysconfig.get_path("purelib"))'
    site_packages = Path(run(python, "-c", places).strip())
    before = {*site_packages.rglob("*")}
    libraries = [path for path in sys.path if path.endswith("-packages")]
    (site_packages / "libraries.pth").write_text("\n".join(libraries))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    pip += ["--python", str(python)]
    run(*pip, "install", "--no-deps", "--force-reinstall", wheel)
    names = ["xx_xoie_sm", "xx_tiny_md"]
    pipes = ["xoie_lang", "xoie"]
    told = json.loads(run(python, "-c", LOADED, *names).splitlines()[-1])
    assert told == {
        "xx_xoie_sm": [load(DEFAULT_NAME).meta["version"], pipes, True],
        "xx_tiny_md": ["0.0.3", pipes, True],
    }
    # Requirements that are frozen can be installed again.
    frozen = run(*pip, "freeze", "--path", site_packages).split()
    assert "spacy-xoie" in " ".join(frozen) and "tiny" not in " ".join(frozen)

    # A wheel of such a name is installed as any other, and goes before.
    with zipfile.ZipFile(wheel) as archive:
        (inner,) = (n for n in archive.namelist() if "tiny_md-0.0.3-py3" in n)
        archive.extract(inner, tmp_path)
    run(*pip, "install", "--no-deps", tmp_path / inner)
    found = run(python, "-c", FOUND, "xx_tiny_md")
    assert found.split() == [
        "xx_tiny_md",
        "0.0.3",
        str(site_packages / "xx_tiny_md.py"),
    ]
    run(*pip, "uninstall", "--yes", "xx_tiny_md")
    assert str(Path(inner)) in run(python, "-c", FOUND, "xx_tiny_md")
    run(*pip, "uninstall", "--yes", "spacy-xoie")
    found = run(python, "-c", FOUND, "xx_xoie_sm", "xx_tiny_md")
    assert found.split() == [*"xx_xoie_sm None None xx_tiny_md None None".split()]
    (site_packages / "libraries.pth").unlink()
    left = {
        p for p in {*site_packages.rglob("*")} - before if "__pycache__" not in str(p)
    }
    assert not left


def test_model_whose_name_is_not_that_of_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("setuptools")
    monkeypatch.syspath_prepend(str(ROOT / "backend"))
    from named_models import name_wheel  # type: ignore[import-not-found]

    (tmp_path / "xx_it_sm").mkdir()
    for meta in (
        {"lang": "xx", "name": "xx_it_sm", "version": "1"},
        {"lang": "xx", "name": "it_sm"},
    ):
        path = tmp_path / "xx_it_sm" / META
        path.write_text(json.dumps(meta))
        with pytest.raises(ValueError, match=r"xx_it_sm.*spacy xoie export"):
            name_wheel(path, "0.1.0")
