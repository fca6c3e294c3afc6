"""What the repository says of itself is true."""

import re
import shutil
from pathlib import Path

import srsly
from weasel.cli.document import project_document

ROOT = Path(__file__).parents[3]


def test_readme_documents_the_project(tmp_path: Path) -> None:
    for name in ("README.md", "project.yml"):
        shutil.copy(ROOT / name, tmp_path)
    project_document(tmp_path, tmp_path / "README.md")
    assert (tmp_path / "README.md").read_text(encoding="utf8") == (
        ROOT / "README.md"
    ).read_text(encoding="utf8"), "run `spacy project document --output README.md`"


def test_steps_name_what_they_need() -> None:
    project = srsly.read_yaml(ROOT / "project.yml")
    commands = {command["name"]: command for command in project["commands"]}
    made: set[str] = set()
    for step in project["workflows"]["all"]:
        command = commands[step]
        for dependency in command.get("deps", []):
            assert dependency in made or (ROOT / dependency).exists(), (
                step,
                dependency,
            )
        for script in command["script"]:
            for path in re.findall(r"(?:assets|configs)/[\w./]+", script):
                assert path in command["deps"], (step, path)
        made.update(command.get("outputs", []))


def test_readme_has_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf8")
    assert re.search(r"^python -m pip install .* && .*project run all$", text, re.M)
    assert re.search(r"^python -m pip install .*\[tests\].* && pytest$", text, re.M)


def test_nothing_points_outside_of_the_project() -> None:
    texts = [*ROOT.glob("*.md"), *ROOT.glob("*.cfg"), ROOT / "project.yml"]
    texts += [*ROOT.glob("configs/**/*.cfg"), *ROOT.glob("spacy_xoie/**/*.py")]
    for path in texts:
        assert "../shared" not in path.read_text(encoding="utf8"), path
