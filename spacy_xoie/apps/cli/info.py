"""The commands that say what is installed."""

from dataclasses import asdict
from typing import Annotated, Any, Dict, List, Optional

import srsly
import typer
from wasabi import msg

from ...about import __title__, __version__
from ...packaging.language_table import figures_cells
from ..batch.tables import columns
from ..health import Check, examine
from ..installation import ModelInfo, installed_models, model_info, registered
from .app import app
from .group import FAILED
from .options import Json
from .util import one_line_errors

_SIGNS = {"ok": "✔", "missing": "–", "broken": "✘"}

INFO_EXAMPLES = """Examples:

spacy xoie info

spacy xoie info xx_xoie_sm --json"""

DOCTOR_EXAMPLES = """Examples:

spacy xoie doctor

spacy xoie doctor --json > report.json"""


@app.command("info", epilog=INFO_EXAMPLES)
def info_cli(
    model: Annotated[
        Optional[str],
        typer.Argument(help="A model to tell all about; by default all in short"),
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell the version, the installed models with their languages, sizes, sources and
    scores, and the names that the package adds to spaCy."""
    with one_line_errors():
        if model is not None:
            details = model_info(model)
            if as_json:
                typer.echo(srsly.json_dumps(asdict(details), indent=2))
            else:
                _show_model(details)
            return
        models, names = installed_models(), registered()
        if as_json:
            about: Dict[str, Any] = {"name": __title__, "version": __version__}
            about["models"] = [asdict(info) for info in models]
            about["registered"] = names
            typer.echo(srsly.json_dumps(about, indent=2))
            return
        typer.echo(f"{__title__} {__version__}\n\nModels")
        rows = [["Name", "Kind", "MB", "Languages", "Licence"]]
        for info in models:
            size = f"{info.size / 1e6:.1f}"
            codes = " ".join(info.languages)
            rows.append([info.name, info.kind, size, codes, info.license])
        typer.echo(columns(rows))
        typer.echo("Registered")
        header = ["Registry", "Name"]
        typer.echo(
            columns(
                [header, *([g, name] for g, group in names.items() for name in group)]
            )
        )


@app.command("doctor", epilog=DOCTOR_EXAMPLES)
def doctor_cli(
    as_json: Json = False,
    run_models: Annotated[
        bool,
        typer.Option("--run/--no-run", help="Try the models of the package on a text"),
    ] = True,
) -> None:
    """Look for what is needed and what could be used: libraries, models, translation
    engines, dictionaries, a GPU; and say how to get what is missing.

    The exit code is 1 if something is broken that is needed."""
    with one_line_errors():
        checks = list(examine(run_models=run_models))
    failures = [check for check in checks if check.status == "broken"]
    if as_json:
        typer.echo(srsly.json_dumps([asdict(check) for check in checks], indent=2))
    else:
        _show_checks(checks)
        n_missing = sum(check.status == "missing" for check in checks)
        n_found = len(checks) - n_missing - len(failures)
        summary = f"{n_found} found, {n_missing} optional missing"
        if failures:
            msg.fail(f"{summary}, {len(failures)} broken")
        else:
            msg.good(f"{summary}, nothing broken")
    if failures:
        raise typer.Exit(FAILED)


def _show_model(info: ModelInfo) -> None:
    for name in ("name", "kind", "version", "path", "license"):
        if getattr(info, name):
            typer.echo(f"{name.capitalize()}: {getattr(info, name)}")
    typer.echo(f"Size: {info.size / 1e6:.1f} MB")
    typer.echo(f"Languages: {' '.join(info.languages) or 'not said'}\n\nScores")
    performance = info.performance.get("xoie_per_language") or {}
    rows = [["Language", "P", "R", "F"]]
    for code, levels in sorted(performance.items()):
        scores = levels.get("triple", levels)
        rows.append([code, *(_score(scores.get(name)) for name in "prf")])
    numbers = [
        f"  {name}: {_score(value)}\n"
        for name, value in sorted(info.performance.items())
        if isinstance(value, (int, float))
    ]
    typer.echo(
        "".join(numbers) + (columns(rows) if performance else "") or "  not said\n"
    )
    if info.by_language:
        header = ["Language", *figures_cells({})]
        known = sorted(info.by_language.items())
        cells = [[code, *figures_cells(figures).values()] for code, figures in known]
        typer.echo(columns([header, *cells]))
    typer.echo("Sources")
    for source in info.sources:
        parts = (source.get("name"), source.get("license"), source.get("url"))
        typer.echo("  " + ", ".join(str(part) for part in parts if part))


def _show_checks(checks: List[Check]) -> None:
    for group in dict.fromkeys(check.group for check in checks):
        typer.echo(group.capitalize())
        for check in checks:
            if check.group == group:
                state = f": {check.found}" if check.found else ""
                typer.echo(f"  {_SIGNS[check.status]} {check.name}{state}")
                if check.advice:
                    typer.echo(f"      {check.advice}")
        typer.echo()


def _score(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, (int, float)) else "–"
