"""Options that mean the same have the same name in all commands."""

from pathlib import Path
from typing import Any, Dict, Iterator, List, Set, Tuple

import click
import pytest
import srsly
from typer.main import get_group
from typer.testing import CliRunner, Result

from spacy_xoie.apps.cli import app

SHORT = {
    "--output": "-o",
    "--model": "-m",
    "--language": "-l",
    "--threshold": "-t",
    "--format": "-f",
    "--quiet": "-q",
}
EARLIER = {
    "package": ("--out", "--output"),
    "store": ("--store", "--output"),
    "evaluate": ("--curve", "--plot"),
    "fit-aligner": ("--least", "--min-count"),
}


def commands(group: Any = None, name: str = "") -> Iterator[Tuple[str, Any]]:
    group = get_group(app) if group is None else group
    context = click.Context(group)
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        if hasattr(command, "list_commands"):
            yield from commands(command, f"{part} ")
        else:
            yield f"{name}{part}", command


COMMANDS: Dict[str, Any] = dict(commands())


def flags(command: Any) -> List[List[str]]:
    return [
        [*option.opts, *option.secondary_opts]
        for option in command.params
        if option.param_type_name == "option"
    ]


def run(*args: Any) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args])


@pytest.mark.parametrize("name", COMMANDS)
def test_long_names_have_their_short_ones(name: str) -> None:
    for names in flags(COMMANDS[name]):
        long = next(flag for flag in names if flag.startswith("--"))
        short = [flag for flag in names if not flag.startswith("--")]
        if long in SHORT:
            assert short == [SHORT[long]]
        # And these stand for nothing else.
        assert not {*short} & {*SHORT.values()} or long in SHORT


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_written_is_an_option(name: str) -> None:
    shown: Set[str] = {
        parameter.name
        for parameter in COMMANDS[name].params
        if parameter.param_type_name == "argument" and not parameter.hidden
    }
    assert not shown & {"output", "out", "argument"}


def test_shared_options_say_the_same() -> None:
    said: Dict[str, Set[str]] = {}
    for command in COMMANDS.values():
        for option in command.params:
            if option.param_type_name == "option":
                said.setdefault(option.opts[0], set()).add(option.help)
    for flag in ("--model", "--threshold", "--quiet", "--component", "--among"):
        assert len(said[flag]) == 1, said[flag]


@pytest.mark.parametrize("name", EARLIER)
def test_earlier_names_are_understood_but_not_told(name: str) -> None:
    before, now = EARLIER[name]
    told = {flag for names in flags(COMMANDS[name]) for flag in names}
    assert now in told
    assert before not in told
    for words in ([before, "x"], [f"{before}=x"]):
        # The first that is not known is named, and nothing is run.
        assert "--none" in run(name, *words, "--none").stderr
    assert f"{before}s" in run(name, f"{before}s", "x", "--none").stderr


def write_corpus(folder: Path) -> Path:
    path = folder / "en.jsonl"
    record = {"id": "a", "language": "en", "text": "Anna met Ben.", "triples": []}
    srsly.write_jsonl(path, [record])
    return path


def test_an_output_in_either_way(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path)
    ways = (["-o"], ["--output"], [])
    for number, way in enumerate(ways):
        output = tmp_path / str(number)
        assert run("convert", corpus, *way, output).exit_code == 0
        tasks = tmp_path / f"{number}.jsonl"
        data = output / "train.spacy"
        assert run("export-prodigy", data, *way, tasks).exit_code == 0
        assert tasks.exists()


def test_an_output_is_named_once(tmp_path: Path) -> None:
    corpus = write_corpus(tmp_path)
    for words in ([], [tmp_path / "a", "--output", tmp_path / "b"]):
        result = run("convert", corpus, *words)
        assert result.exit_code == 2
        assert "--output" in result.stderr
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_a_config_to_compose_comes_first_or_as_an_option(tmp_path: Path) -> None:
    part = tmp_path / "part.cfg"
    part.write_text('[nlp]\nlang = "en"\n', encoding="utf8")
    first, second = tmp_path / "1.cfg", tmp_path / "2.cfg"
    first_run = run("compose", first, part)
    second_run = run("compose", part, "-o", second)
    assert first_run.exit_code == second_run.exit_code == 0, second_run.output
    assert first.read_text(encoding="utf8") == second.read_text(encoding="utf8")
    assert run("compose", first).exit_code == 2
