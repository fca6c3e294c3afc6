"""The command that says what is known of each language of a model."""

from pathlib import Path
from typing import Annotated, List, Optional

import typer
from wasabi import msg

from ...extraction.pretrained import META, find_model
from ...files import Fault, check_writable, read_json, write_json
from ...loading import load
from ...packaging.language_table import figures_cells
from ...training.language_figures import Figures, add_figures, measure_languages
from .app import app
from .options import Component, ModelArgument, output_option
from .util import one_line_errors


@app.command("measure")
def measure_cli(
    model: ModelArgument,
    train: Annotated[
        Optional[List[Path]],
        typer.Option(
            help="What it learned from (.spacy), to be counted; may be repeated",
            exists=True,
        ),
    ] = None,
    dev: Annotated[
        Optional[List[Path]],
        typer.Option(
            help="Trees that were held back (.spacy), for LAS; may be repeated",
            exists=True,
        ),
    ] = None,
    expected: Annotated[
        Optional[Path],
        typer.Option(
            help="Texts with the triples that a reader expects (.jsonl), for soft F1",
            exists=True,
        ),
    ] = None,
    consistency: Annotated[
        Optional[Path],
        typer.Option(help="What `consistency --with en --output` wrote", exists=True),
    ] = None,
    output: Annotated[
        Optional[Path], output_option("JSON file for the figures")
    ] = None,
    store: Annotated[
        bool,
        typer.Option(
            "--store",
            help="Keep them in the model's meta.json, where its wheels read them",
        ),
    ] = False,
    component: Component = "xoie",
) -> None:
    """Count what a model learned from, and measure how well it does, language by
    language: labelled attachment (LAS) and F1 of triples."""
    with one_line_errors():
        if output is not None:
            check_writable(output)
        meta = find_model(model) / META if store else None
        figures = measure_languages(
            load(model, "xx"),
            train=train or (),
            dev=dev or (),
            expected=expected,
            consistency=consistency,
            component=component,
            on_fault=_warn,
        )
        _print(figures)
        if output is not None:
            write_json(output, figures)
            msg.good(f"Wrote {output}")
        if meta is not None:
            known = read_json(meta)
            known["by_language"] = add_figures(known.get("by_language", {}), figures)
            write_json(meta, known)
            msg.good(f"Wrote {meta}")


def _print(figures: Figures) -> None:
    rows = []
    for code, known in figures.items():
        rows.append([code, *figures_cells(known).values()])
    header = ["Language", *figures_cells({})]
    msg.table(rows, header=header, divider=True, aligns=["l", *"r" * (len(header) - 1)])


def _warn(fault: Fault) -> None:
    msg.warn(str(fault))
