"""Commands that make pretrained models."""

from importlib.metadata import requires
from pathlib import Path
from typing import Annotated, Any, Dict, Optional

import typer
from packaging.requirements import Requirement
from spacy import util
from thinc.api import Config
from wasabi import msg
from weasel.util.config import load_project_config

from ...about import __title__, __version__
from ...corpora.gather import gather_assets
from ...errors import ConfigError
from ...extraction.pipelines import extractor_of
from ...extraction.pretrained import META, model_config, save_model
from ...files import read_json, write_json
from ...packaging.pipelines import encoder_facts, languages_of
from ...packaging.wheels import sources_of
from .app import app
from .options import (
    Component,
    Metrics,
    OutputArgument,
    Sources,
    one_output,
    output_option,
    read_sources,
)
from .util import one_line_errors


@app.command("gather")
def gather_cli(
    project: Annotated[Path, typer.Argument(help="Folder with project.yml")],
    local: Annotated[
        str, typer.Argument(help='Folder with copies of the assets, "" for none')
    ] = "",
    under: Annotated[
        Optional[str],
        typer.Option(help="Only assets in this folder of the project"),
    ] = None,
) -> None:
    """Copy a project's assets from a local folder, and name those that are missing."""
    with one_line_errors():
        assets = load_project_config(project).get("assets", [])
        if under is not None:
            assets = [a for a in assets if Path(a["dest"]).is_relative_to(under)]
            if not assets:
                raise ConfigError(
                    f"No asset of {project / 'project.yml'} belongs in {under}."
                )
        gaps, left_out = [], 0
        folder = Path(local) if local else None
        for asset in gather_assets(assets, project, folder):
            if not asset.exists and asset.has_address:
                gaps.append(asset.dest)
            elif not asset.exists:
                left_out += 1
                msg.warn(f"{asset.dest} has no address, and is done without")
            elif asset.source is not None:
                msg.good(asset.dest)
    if gaps:
        msg.fail(
            f"{len(gaps)} of {len(assets)} assets are missing",
            f"{', '.join(gaps)}. Download them with `spacy project assets --extra`, "
            f"or give a folder that holds them.",
            exits=1,
        )
    msg.good(f"{len(assets) - left_out} assets are there")


@app.command("export")
def export_cli(
    model: Annotated[Path, typer.Argument(help="Trained pipeline", exists=True)],
    argument: OutputArgument = None,
    output: Annotated[Optional[Path], output_option("Folder for the model")] = None,
    component: Component = "xoie",
    metrics: Metrics = None,
    sources: Sources = None,
    license_: Annotated[
        str, typer.Option("--license", help="Licence of the weights")
    ] = "MIT",
) -> None:
    """Store the model of a trained pipeline in a quarter of its size, for
    `spacy-xoie.PretrainedModel.v1`."""
    folder = one_output(output, argument)
    with one_line_errors():
        nlp = util.load_model(model)
        pipe = extractor_of(nlp, component)
        # What it was trained with may stand for other settings of the pipeline.
        settings = nlp.config.interpolate()["components"][component]
        config = model_config(settings["model"])
        save_model(pipe.model, Config(config), folder)
        named = read_sources(sources)
        meta: Dict[str, Any] = {
            "lang": "xx",
            "name": folder.name.removeprefix("xx_"),
            "version": __version__,
            "spacy_version": _spacy_versions(),
            "license": license_,
            # One that went on from another model has learned more than that one knew.
            "languages": sorted(
                {
                    *languages_of(nlp, component),
                    *(source["language"] for source in named if "language" in source),
                }
            ),
            "sources": sources_of(named, encoder_facts(nlp, component).get("name", "")),
            "performance": {} if metrics is None else read_json(metrics),
        }
        write_json(folder / META, meta)
    size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
    msg.good(f"Wrote {folder} ({size:.1f} MB)")


def _spacy_versions() -> str:
    """RETURNS (str): The versions of spaCy that the package works with."""
    needed = map(Requirement, requires(__title__) or ())
    return next(str(each.specifier) for each in needed if each.name == "spacy")
