"""Every block of code in the README and the documentation does what it says."""

import json
import re
import shlex
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import click
import pytest
import typer
from spacy.cli._util import app as spacy_app
from thinc.api import Config
from wasabi import msg  # noqa: F401  (spaCy's commands print with it)

import spacy_xoie.apps.cli  # noqa: F401  (registers our commands)
from spacy_xoie.doc.blank import multilingual_pipeline

ROOT = Path(__file__).parent.parent
MADE = ("api.md", "reference.md")
"""The pages that are made from the code when the site is built."""
PAGES = [
    ROOT / "README.md",
    *(page for page in sorted((ROOT / "docs").glob("*.md")) if page.name not in MADE),
]
FENCE = re.compile(
    r"(?:<!-- needs: (\w+) -->\n)?^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE
)
"""A block of code, after the program or the module that it needs, if it needs one."""
SHELL = ("", "bash", "sh", "console")
COMMAND = re.compile(r"(?:python -m )?spacy (xoie .*)|python -m spacy_xoie (.*)")


def blocks(path: Path, *kinds: str) -> Iterator[Tuple[int, str]]:
    """YIELDS (Tuple[int, str]): Line and text of each block of code of a kind."""
    text = path.read_text(encoding="utf8")
    for found in FENCE.finditer(text):
        needed = found[1]
        here = not needed or shutil.which(needed) or find_spec(needed)
        if found[2] in kinds and here:
            yield text.count("\n", 0, found.start(3)) + 1, found[3]


def page_id(path: Path) -> str:
    return path.name


with_python = [page for page in PAGES if any(blocks(page, "python"))]
with_config = [page for page in PAGES if any(blocks(page, "ini"))]


@pytest.mark.parametrize("page", with_python, ids=page_id)
def test_python_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The blocks of a page run one after the other, as a reader would type them."""
    for name in ("assets", "configs"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    known: Dict[str, Any] = {"__name__": "__main__"}
    for line, code in blocks(page, "python"):
        # Faults are told with the line of the page.
        exec(compile("\n" * (line - 1) + code, str(page), "exec"), known)


@pytest.mark.parametrize("page", with_config, ids=page_id)
def test_configs_can_be_read(page: Path) -> None:
    for _, text in blocks(page, "ini"):
        named = re.findall(r"^\[([\w.]+)\]", text, re.MULTILINE)
        # What stands in a page is a part of a config, whose parents are elsewhere.
        parents = {
            ".".join(parts[:depth])
            for parts in (name.split(".") for name in named)
            for depth in range(1, len(parts))
        }
        whole = "".join(f"[{name}]\n" for name in sorted(parents - {*named})) + text
        assert Config().from_str(whole, interpolate=False)


def commands() -> List[Any]:
    """Each command of ours in a block for the shell, with the place where it stands."""
    found = []
    for page in PAGES:
        for line, text in blocks(page, *SHELL):
            joined = text.replace("\\\n", " ")
            for part in re.split(r"\n|&&|\|", joined):
                command = COMMAND.search(part)
                if command:
                    words = command[1] or f"xoie {command[2]}"
                    place = f"{page.name}:{line}: {words[:60]}"
                    found.append(pytest.param(words, id=place))
    return found


@pytest.mark.parametrize("words", commands())
def test_commands_exist_with_their_options(words: str) -> None:
    """Nothing is run, but every command, argument and option must be there."""
    arguments = shlex.split(words, comments=True)
    command: click.Command = typer.main.get_command(spacy_app)
    context = click.Context(command, info_name="spacy")
    while isinstance(command, click.Group):
        name, *arguments = arguments
        following = command.get_command(context, name)
        assert following is not None, f"There is no command {name!r}"
        context = click.Context(following, info_name=name, parent=context)
        command = following
    options = {
        flag: parameter
        for parameter in command.params
        for flag in (*parameter.opts, *parameter.secondary_opts)
        if flag.startswith("-")
    }
    free = context.allow_extra_args or context.ignore_unknown_options
    for argument in arguments:
        flag = argument.split("=")[0]
        if re.fullmatch(r"--?[a-z][a-z-]*", flag) and flag != "--help":
            assert (
                flag in options or "." in flag or free
            ), f"{command.name} has no option {flag}"


def test_the_reference_tells_what_every_setting_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    from reference import reference

    page = reference()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert len(rows) > 100
    for name in ("`xoie`", "`spacy-xoie.AdapterBank.v1`", "`head_targets`"):
        assert name in page
    assert [row for row in rows if row.rstrip().endswith("|  |")] == []


def test_pages_are_linked_and_links_lead_somewhere() -> None:
    broken = []
    linked = set()
    for page in PAGES:
        text = FENCE.sub("", page.read_text(encoding="utf8"))
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)", text):
            if "://" in target or target.startswith("mailto:"):
                continue
            path = (page.parent / target).resolve()
            linked.add(path)
            if not path.exists() and path.name not in MADE:
                broken.append(f"{page.name}: {target}")
    assert not broken
    index = ROOT / "docs" / "index.md"
    for listed in re.findall(
        r"^```{toctree}\n(.*?)^```", index.read_text(), re.M | re.S
    ):
        names = [name for name in listed.splitlines() if name and name[0] != ":"]
        linked.update((index.parent / f"{name}.md").resolve() for name in names)
    alone = [
        page.name
        for page in PAGES[1:]
        if page.resolve() not in linked and page != index
    ]
    assert not alone, "No page links to these"


def test_links_to_elsewhere_are_well_formed() -> None:
    """Who has a network can see by `sphinx-build -b linkcheck` where they lead."""
    elsewhere = re.compile(r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[\w./#%=?&~-]*)?")
    notebooks = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
    links = [
        (page.name, text, target)
        for page in [*PAGES, *notebooks]
        for text, target in re.findall(
            r"\[([^]]*)\]\((\w+:[^)\s]*)\)", page.read_text(encoding="utf8")
        )
    ]
    assert links
    bad = [link for link in links if not elsewhere.fullmatch(link[2])]
    # A paper is called by the number that its address has.
    for page, text, target in links:
        number = re.search(r"\d{4}\.\d{5}", text)
        if number and target != f"https://arxiv.org/abs/{number[0]}":
            bad.append((page, text, target))
    assert bad == []


MODELS = sorted((ROOT / "spacy_xoie" / "models").glob("*/"))


@pytest.mark.parametrize("folder", MODELS, ids=page_id)
def test_the_model_card_says_what_the_model_learned_from(folder: Path) -> None:
    meta = json.loads((folder / "meta.json").read_text(encoding="utf8"))
    card = (ROOT / "docs" / "models.md").read_text(encoding="utf8")
    assert meta["license"] in card
    for source in meta["sources"]:
        assert f"({source['url']}) ({source['license']})" in card


def test_the_model_card_has_the_figures_of_the_results() -> None:
    """Those of the benchmarks, and attachment scores of each language."""
    docs = ROOT / "docs"
    card, results = (
        (docs / name).read_text(encoding="utf8") for name in ("models.md", "results.md")
    )
    tables = [part.partition("\n\n")[0] for part in card.split("| LAS |")[1:]]
    assert len(tables) == len(MODELS)
    for table in tables:
        figures = re.findall(r"(?<![\d.])\d*\.\d+", table)
        assert len(figures) > 12
        assert [figure for figure in figures if figure not in results] == []


def errors() -> Iterator[Tuple[str, str]]:
    for line in (ROOT / "docs" / "errors.md").read_text("utf8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0] not in ("sentence", "---"):
            sentence, read_as, _ = cells
            yield sentence, read_as.replace("((subject left out);", "(;")


def test_the_errors_are_those_of_the_model() -> None:
    page = dict(errors())
    assert len(page) > 60
    nlp = multilingual_pipeline()
    nlp.add_pipe("xoie_lang")
    model = {"@architectures": "spacy-xoie.PretrainedModel.v1", "facts": "whole"}
    nlp.add_pipe("xoie", config={"model": model, "threshold": 0.0})
    gone = [
        (doc.text, read_as)
        for doc, read_as in zip(nlp.pipe(page), page.values(), strict=True)
        # Some tell what is missing instead of what is wrong.
        if not read_as.startswith("(nothing ")
        and read_as not in map(str, doc._.triples)
    ]
    assert gone == []


def test_the_example_of_the_universe_runs(capsys: pytest.CaptureFixture[str]) -> None:
    entry = json.loads((ROOT / "universe.json").read_text(encoding="utf8"))
    lines = entry["code_example"]
    exec("\n".join(lines), {})
    assert capsys.readouterr().out == lines[-1].removeprefix("# ") + "\n"
