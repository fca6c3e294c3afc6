"""What the repository says of itself is true."""

import re
import shutil
from pathlib import Path
from typing import Any, Dict, List

import pytest
import srsly
from weasel.cli.document import project_document

from spacy_xoie.doc.codes import code_or
from spacy_xoie.language.facts import find_language

ROOT = Path(__file__).parents[3]
PROJECT: Dict[str, Any] = srsly.read_yaml(ROOT / "project.yml")
LISTS = {"seven": "treebanks.json", "more": "treebanks_more.json"}
FREE = {"CC BY 4.0", "CC BY-SA 3.0", "CC BY-SA 4.0", "LGPL-LR"}
# What the models are measured on.
RESERVED = {"bg", "ca", "et", "eu", "hi", "hu", "pl"}
RESERVED_PUD = {"Hindi", "Italian", "Japanese", "Polish", "Swedish"}


def test_the_project_is_documented(tmp_path: Path) -> None:
    page = ROOT / "PROJECT.md"
    for path in (page, ROOT / "project.yml"):
        shutil.copy(path, tmp_path)
    project_document(tmp_path, tmp_path / page.name)
    assert (tmp_path / page.name).read_text(encoding="utf8") == page.read_text(
        encoding="utf8"
    ), "run `spacy project document --output PROJECT.md`"


@pytest.mark.parametrize("workflow", PROJECT["workflows"])
def test_steps_name_what_they_need(workflow: str) -> None:
    commands = {command["name"]: command for command in PROJECT["commands"]}
    made = {"downloads", *(str(Path(a["dest"]).parent) for a in PROJECT["assets"])}
    for step in PROJECT["workflows"][workflow]:
        command = commands[step]
        for dependency in command.get("deps", []):
            assert dependency in made or (ROOT / dependency).exists(), (
                step,
                dependency,
            )
        for script in command["script"]:
            for path in re.findall(r"(?:assets|configs)/[\w./]+", script):
                folders = {path, str(Path(path).parent)}
                assert folders & set(command["deps"]), (step, path)
        made.update(command.get("outputs", []))


def treebank_of(asset: Dict[str, Any]) -> str:
    where = asset.get("url") or asset["description"]
    (name,) = set(re.findall(r"UD_[A-Za-z]+-[A-Za-z]+", where))
    return str(name)


def listed(name: str) -> List[Dict[str, str]]:
    rows: List[Dict[str, str]] = srsly.read_json(ROOT / "assets" / LISTS[name])
    return rows


@pytest.mark.parametrize("name", LISTS)
def test_treebanks_of_the_assets_are_those_of_the_lists(name: str) -> None:
    folder = f"downloads/{name}"
    assets = [a for a in PROJECT["assets"] if Path(a["dest"]).is_relative_to(folder)]
    rows = listed(name)
    assert {treebank_of(asset) for asset in assets} == {row["name"] for row in rows}
    assert len({row["name"] for row in rows}) == len(rows)
    for row in rows:
        assert row["url"].endswith(f"/{row['name']}")
        assert row["license"] in FREE, row
        short = row["name"].partition("-")[2]
        link = f"[{short}]({row['url']}) ({row['license']})"
        assert link in (ROOT / "docs" / "models.md").read_text(encoding="utf8")


def test_assets_are_treebanks_of_38_languages() -> None:
    assets = PROJECT["assets"]
    assert all(asset["extra"] and treebank_of(asset) for asset in assets)
    languages = {
        name: {
            code_or(Path(a["dest"]).name.partition("_")[0], "")
            for a in assets
            if Path(a["dest"]).parent.name == name
        }
        for name in LISTS
    }
    assert languages["seven"] == {"ar", "de", "en", "es", "fr", "pt", "zh"}
    assert len(languages["more"]) == 31
    assert not languages["more"] & (languages["seven"] | RESERVED)
    # Local copies go by their names.
    assert len({Path(asset["dest"]).name for asset in assets}) == len(assets)


def test_what_is_measured_on_is_not_learned_from() -> None:
    names = {row["name"] for name in LISTS for row in listed(name)}
    assert not names & {f"UD_{language}-PUD" for language in RESERVED_PUD}
    languages = {name.removeprefix("UD_").partition("-")[0] for name in names}
    assert not languages & {find_language(code).name for code in RESERVED}


def test_readme_has_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf8")
    assert re.search(r"^python -m pip install .* && .*project run all$", text, re.M)
    assert re.search(r"^python -m pip install .*\[tests\].* && pytest$", text, re.M)


def test_nothing_points_outside_of_the_project() -> None:
    texts = [*ROOT.glob("*.md"), *ROOT.glob("*.cfg"), ROOT / "project.yml"]
    texts += [*ROOT.glob("configs/**/*.cfg"), *ROOT.glob("spacy_xoie/**/*.py")]
    for path in texts:
        assert "../shared" not in path.read_text(encoding="utf8"), path
