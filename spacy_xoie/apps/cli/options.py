"""Arguments and options that commands share: each has one name and one text."""

from pathlib import Path
from typing import Annotated, Any, Dict, List, Mapping, Optional, Sequence, Type

import typer
from typer.core import TyperCommand

from ...errors import DataError
from ...files import read_json

# The pipeline, and what it is told.

ModelArgument = Annotated[
    str,
    typer.Argument(
        help="A pipeline (folder or package), or a pretrained model such as xx_xoie_sm",
    ),
]
Model = Annotated[
    str,
    typer.Option(
        "--model", "-m", help="A pipeline (folder or package), or a pretrained model"
    ),
]
Component = Annotated[str, typer.Option(help="Name of the extractor of a pipeline")]
TextLanguage = Annotated[
    Optional[str],
    typer.Option(
        "--language",
        "-l",
        help='Language of all texts; "de,es": those to choose from. By default that '
        "of each sentence is detected",
    ),
]
Languages = Annotated[
    Optional[str], typer.Option(help='Languages to look at, "en,de"; else all')
]
Threshold = Annotated[
    Optional[float],
    typer.Option("--threshold", "-t", min=0.0, max=1.0, help="Least score of a triple"),
]
Asserted = Annotated[
    bool,
    typer.Option(
        "--asserted",
        help="Only what the text itself asserts, be it with a negation; not what it "
        "reports, supposes, asks or orders",
    ),
]
Cores = Annotated[
    bool,
    typer.Option(
        "--cores",
        help="Find what arguments are about: adposition apart, dates and amounts in a "
        "normal form (extra normalize)",
    ),
]
ReferenceDate = Annotated[
    Optional[str],
    typer.Option(
        "--reference-date",
        help='Day on which "yesterday" is read, 2024-05-15; needs --cores',
    ),
]
Facts = Annotated[
    Optional[str],
    typer.Option(help='"minimal" or "whole" triples of a pretrained model'),
]
CodeFile = Annotated[
    Optional[Path],
    typer.Option(exists=True, help="Python file with further registered teachers"),
]

# How a command works.

Processes = Annotated[
    int, typer.Option(min=1, help="Number of processes, each with a model")
]
BatchSize = Annotated[
    int, typer.Option(min=1, help="Documents that are worked on together")
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No progress, no sum at the end")
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Start anew, instead of going on")
]
Json = Annotated[bool, typer.Option("--json", help="JSON, no table")]

# Languages beside each other.

Profile = Annotated[
    str,
    typer.Option(help='Weights of the distances: "overall", "predicate" or "argument"'),
]
Among = Annotated[
    Optional[str],
    typer.Option(help='Languages to choose from, "de,es"; else all that are known'),
]

# What is written, and what a package says of itself.

OutputArgument = Annotated[
    Optional[Path], typer.Argument(hidden=True, show_default=False)
]
"""The output as the last argument, which it was before it was an option."""
Plot = Annotated[Optional[Path], typer.Option(help="Picture (.png, .svg)")]
Metrics = Annotated[
    Optional[Path], typer.Option(exists=True, help="JSON of `evaluate`")
]
Sources = Annotated[
    Optional[List[Path]],
    typer.Option(
        exists=True, help="JSON list: name, url, author, license; may be repeated"
    ),
]


def core_settings(
    cores: bool, reference_date: Optional[str]
) -> Optional[Dict[str, Any]]:
    """RETURNS (Optional[Dict[str, Any]]): Settings of `xoie_cores`, None if it is not
    asked for.

    cores (bool): Whether it is.
    reference_date (Optional[str]): The day on which relative dates are read.
    RAISES (typer.BadParameter): If there is a date, but no cores are asked for.
    """
    if not cores:
        if reference_date is not None:
            raise typer.BadParameter("Add --cores.", param_hint="'--reference-date'")
        return None
    return {"normalize": True, "reference_date": reference_date}


def output_option(help: str) -> Any:
    """RETURNS (Any): The option for what a command writes.

    help (str): What that is.
    """
    return typer.Option("--output", "-o", help=help)


def format_option(help: str) -> Any:
    """RETURNS (Any): The option for a format.

    help (str): Of what.
    """
    return typer.Option("--format", "-f", help=help)


def one_output(option: Optional[Path], argument: Optional[Path]) -> Path:
    """RETURNS (Path): Where to write, which was given in one of two ways.
    RAISES (typer.BadParameter): If it was given in none, or in both."""
    paths = [path for path in (option, argument) if path is not None]
    if len(paths) != 1:
        raise typer.BadParameter("Name it once.", param_hint="'--output' / '-o'")
    return paths[0]


def read_sources(paths: Optional[Sequence[Path]]) -> List[Dict[str, str]]:
    """RETURNS (List[Dict[str, str]]): The sources of all lists, each once.

    paths (Optional[Sequence[Path]]): JSON files.
    RAISES (DataError): If one of them is no list of sources.
    """
    rows: List[Dict[str, str]] = []
    for path in paths or ():
        listed = read_json(path)
        if not isinstance(listed, list) or not all(
            isinstance(row, dict) and row.get("name") for row in listed
        ):
            raise DataError(
                f"{path} is no list of sources. Write "
                f'[{{"name": …, "url": …, "author": …, "license": …}}, …].'
            )
        rows += [row for row in listed if row not in rows]
    return rows


def rename_options(names: Mapping[str, str]) -> Type[TyperCommand]:
    """RETURNS (Type[TyperCommand]): Commands that take options by an earlier name too.

    names (Mapping[str, str]): The earlier names, with those of today.
    """

    class AliasCommand(TyperCommand):
        def parse_args(self, ctx: Any, args: List[str]) -> List[str]:
            end = args.index("--") if "--" in args else len(args)
            options = []
            for arg in args[:end]:
                name, equals, value = arg.partition("=")
                options.append(f"{names.get(name, name)}{equals}{value}")
            return super().parse_args(ctx, [*options, *args[end:]])

    return AliasCommand
