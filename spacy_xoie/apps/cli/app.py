"""The commands `spacy xoie …`."""

from importlib import import_module
from typing import Any, Iterable, List

import typer
from spacy.cli._util import app as spacy_app
from typer.main import get_group

from .group import XoieGroup

MODULES = {
    "extract": "extract",
    "visualize": "visualize",
    "serve": "serve",
    "store": "store",
    "ask": "ask",
    "project-triples": "project_triples",
    "fit-aligner": "align",
    "translate-cues": "cues",
    "evaluate": "evaluate",
    "measure": "measure",
    "calibrate": "evaluate",
    "consistency": "consistency",
    "languages": "languages",
    "suggest-sources": "languages",
    "features": "features",
    "adapter": "adapter",
    "gates": "gates",
    "validate": "corpus",
    "convert": "convert",
    "export-prodigy": "convert",
    "annotate": "annotate",
    "weigh-teachers": "annotate",
    "compose": "corpus",
    "encoder": "encoder",
    "gather": "models",
    "export": "models",
    "package": "package",
    "try-wheels": "package",
    "report": "report",
    "info": "info",
    "doctor": "info",
}
"""The commands, in the order of the help, and the module of each. It is imported when
the command is asked for: spaCy reads this package for each of its own commands, too."""


class CommandGroup(XoieGroup):
    """Commands whose modules are imported when they are asked for."""

    def list_commands(self, ctx: Any) -> List[str]:
        self._import(MODULES)
        return [*MODULES]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        # One that is not known is told what there is.
        self._import([cmd_name] if cmd_name in MODULES else MODULES)
        return super().get_command(ctx, cmd_name)

    def _import(self, names: Iterable[str]) -> None:
        modules = {MODULES[name] for name in names if name not in self.commands}
        if not modules:
            return
        for module in sorted(modules):
            import_module(f".{module}", __package__)
        self.commands.update(get_group(app).commands)


app = typer.Typer(
    name="xoie",
    cls=CommandGroup,
    help="Cross-lingual open information extraction. Errors are told in one line; "
    "--debug, behind any command, shows where they come from.",
    no_args_is_help=True,
)
spacy_app.add_typer(app)


@app.callback()
def _group() -> None:
    """With a callback it is a group to typer, however many commands are imported."""
