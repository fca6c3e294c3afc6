"""`spacy xoie info` and `doctor`."""

import json
from pathlib import Path
from typing import Any

import pytest
import spacy
from conftest import TINY_MODEL, TOKENIZER
from spacy.language import Language
from typer.testing import CliRunner, Result

from spacy_xoie.about import __version__
from spacy_xoie.apps import health
from spacy_xoie.apps.cli import app
from spacy_xoie.apps.health import Check
from spacy_xoie.apps.installation import model_info, registered
from spacy_xoie.errors import ConfigError


def run(*arguments: Any) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_info_in_json() -> None:
    result = run("info", "--json")
    told = json.loads(result.stdout)
    assert told["version"] == __version__
    (model,) = [each for each in told["models"] if each["name"] == "xx_xoie_sm"]
    assert {"de", "en"} <= set(model["languages"]) and model["size"] > 10**6
    assert model["sources"][0]["license"]
    assert "xoie" in told["registered"]["spacy_factories"]


def test_info_in_tables() -> None:
    result = run("info")
    assert result.exit_code == 0 and f"spacy-xoie {__version__}" in result.stdout
    assert "xx_xoie_sm" in result.stdout
    assert "spacy-xoie.TripleModel.v1" in result.stdout
    assert "CC BY-SA 4.0" in run("info", "xx_xoie_sm").stdout


def test_info_on_a_pipeline(tmp_path: Path) -> None:
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie_lang")
    scores = {"xoie_triple_f": 0.5, "xoie_per_language": {"de": {"triple": {"f": 0.4}}}}
    nlp.meta["performance"] = scores
    nlp.meta["by_language"] = {"fi": {"trees": 2832, "las": 0.7812, "las_trees": 84}}
    nlp.to_disk(tmp_path / "model")
    result = run("info", tmp_path / "model")
    assert result.exit_code == 0, result.output
    assert "Kind: pipeline" in result.stdout and "xoie_triple_f: 0.500" in result.stdout
    assert "de" in result.stdout and "0.400" in result.stdout
    (row,) = (line.split() for line in result.stdout.splitlines() if "2,832" in line)
    assert row[:5] == ["fi", "2,832", "–", "78.1", "(84)"]
    spacy.blank("en").to_disk(tmp_path / "other")
    for name in (tmp_path / "other", "nowhere"):
        refused = run("info", name)
        assert refused.exit_code == 1 and "There is no model" in refused.stderr


@pytest.mark.parametrize("factory", sorted(registered()["spacy_factories"]))
def test_a_pipeline_of_any_component_is_ours(factory: str, tmp_path: Path) -> None:
    nlp = spacy.blank("xx")
    nlp.add_pipe(factory)
    nlp.to_disk(tmp_path)
    assert model_info(str(tmp_path)).kind == "pipeline"
    with pytest.raises(ConfigError, match="no model"):
        nlp.remove_pipe(factory)
        nlp.to_disk(tmp_path)
        model_info(str(tmp_path))


def test_doctor_finds_the_package_well() -> None:
    result = run("doctor", "--json")
    checks = {check["name"]: check for check in json.loads(result.stdout)}
    assert checks["spacy"]["status"] == checks["torch"]["status"] == "ok"
    assert "works" in checks["xx_xoie_sm"]["found"]
    for check in checks.values():
        assert check["status"] == "ok" or check["advice"], check


def test_doctor_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.shutil, "which", lambda name: None)
    monkeypatch.setattr(health, "_try_model", lambda name: ValueError("damaged"))
    result = run("doctor")
    assert result.exit_code == 1
    assert "– Apertium" in result.stdout and "apt install apertium" in result.stdout
    assert "✘ xx_xoie_sm: ValueError: damaged" in result.stdout


def test_model_that_needs_an_extra_is_not_broken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(name: str) -> None:
        try:
            raise ImportError("no module")
        except ImportError as e:
            raise ConfigError("It needs: pip install 'spacy-xoie[md]'") from e

    monkeypatch.setattr(Language, "add_pipe", lambda *args, **kwargs: refuse("xoie"))
    found = {check.name: check for check in health._models(True)}
    assert found["xx_xoie_sm"].status == "missing"
    assert "spacy-xoie[md]" in found["xx_xoie_sm"].advice


def test_doctor_knows_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        health.metadata, "requires", lambda name: ["spacy>=99", "no-such-thing"]
    )
    found = {check.name: check for check in health._package()}
    assert found["spacy"].status == found["no-such-thing"].status == "broken"
    assert ">=99" in found["spacy"].found
    assert found["no-such-thing"] == Check(
        *("package", "no-such-thing", "broken", "not installed"),
        "pip install 'no-such-thing'",
    )


def test_config_of_the_tiny_model_is_told_apart(tmp_path: Path) -> None:
    """A pipeline with an extractor, but not of a package, says its languages."""
    nlp = spacy.blank("de")
    nlp.add_pipe("xoie", config={"model": {**TINY_MODEL, "bank": None, "router": None}})
    nlp.config.to_disk(tmp_path / "config.cfg")
    (tmp_path / "meta.json").write_text(json.dumps(nlp.meta))
    assert json.loads(run("info", tmp_path, "--json").stdout)["languages"] == ["de"]
