"""The command that carries triples to translations."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Dict, List, Optional, cast

import typer
from spacy import util
from thinc.api import Config

from ...doc.blank import multilingual_pipeline
from ...errors import ConfigError
from ...extraction.pretrained import DEFAULT_NAME
from ...loading import PipelineLoader
from ..batch.outputs import open_replacement
from ..batch.projecting import (
    ProjectingEngine,
    ProjectionLines,
    account_of,
    projection_table,
)
from ..batch.run import Run
from ..batch.texts import STDIN, Source
from .app import app
from .inputs import (
    check_output,
    codes_of,
    in_language,
    named_inputs,
    split_inputs,
    standard_input,
)
from .options import BatchSize, Model, Overwrite, Quiet, TextLanguage, output_option
from .progress import Progress
from .util import one_line_errors

if TYPE_CHECKING:
    from ...projection.component import Projector

EXAMPLES = """Examples:

spacy xoie project-triples "The council built a bridge." --target es

spacy xoie project-triples triples.jsonl --target es --output spanish.jsonl

spacy xoie project-triples corpus/en.spacy --target de --translations en-de.tsv

spacy xoie project-triples news/ --target de --translator marian:models/en-de

spacy xoie project-triples news/ --config projector.cfg --output -"""

_ALIGNERS: Dict[str, Dict[str, Any]] = {
    "lexical": {"@xoie_aligners": "spacy-xoie.LexicalAligner.v1"},
    "eflomal": {"@xoie_aligners": "spacy-xoie.EflomalAligner.v1"},
}
_ALIGNERS["intrinsic"] = {
    "@xoie_aligners": "spacy-xoie.IntrinsicAligner.v1",
    "otherwise": _ALIGNERS["lexical"],
}


class AlignerName(StrEnum):
    intrinsic = "intrinsic"
    lexical = "lexical"
    eflomal = "eflomal"


class ModeName(StrEnum):
    recall = "recall"
    precise = "precise"


@app.command("project-triples", epilog=EXAMPLES)
def project_triples_cli(
    inputs: Annotated[
        Optional[List[str]],
        typer.Argument(
            help="Files with triples (.jsonl of `extract` or of a corpus, .spacy); or "
            "raw texts, as `extract` takes them, on which the model runs",
            show_default=False,
        ),
    ] = None,
    target: Annotated[
        Optional[str], typer.Option(help="Language of the translations")
    ] = None,
    translations: Annotated[
        Optional[Path],
        typer.Option(
            help="Translations that are there: lines of text, tab, translation, or a "
            "JSON object",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    translator: Annotated[
        str, typer.Option(help='"apertium", or "marian:FOLDER" with a Marian model')
    ] = "apertium",
    aligner: Annotated[
        AlignerName,
        typer.Option(
            help="intrinsic: the links that the translator gives, else lexical; "
            "lexical; eflomal"
        ),
    ] = AlignerName.intrinsic,
    mode: Annotated[
        ModeName,
        typer.Option(help="precise refuses what is doubtful"),
    ] = ModeName.recall,
    config: Annotated[
        Optional[Path],
        typer.Option(
            help="Config with a block [projector], in place of the options above: the "
            "settings of the component xoie_projector",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    model: Model = DEFAULT_NAME,
    language: TextLanguage = None,
    output: Annotated[
        Optional[Path],
        output_option(
            'JSONL to write ("-" for standard output); if it is there, the run goes on '
            "behind it. By default a table is shown"
        ),
    ] = None,
    overwrite: Overwrite = False,
    batch_size: BatchSize = 64,
    quiet: Quiet = False,
) -> None:
    """Carry the triples of documents to their translations, with an account of those
    that had to be refused, and why."""
    with one_line_errors():
        stdin = standard_input()
        paths, texts = split_inputs(named_inputs(inputs, stdin))
        projector = _projector(config, target, translations, translator, aligner, mode)
        path = None if output is None or str(output) == STDIN else output
        progress = Progress(quiet=quiet or not paths, output=path)
        source = Source(paths, texts, on_fault=progress.fault, stdin=stdin)
        if path is not None:
            check_output(path, source.files)
        codes = codes_of(language)
        run = Run(
            in_language(source, codes),
            ProjectingEngine(PipelineLoader(model, codes), projector, batch_size),
            on_fault=progress.fault,
            on_step=progress.step,
        )
        lines = ProjectionLines(projector.target)
        with progress.shown(source.count(), resumable=output is not None):
            if output is not None:
                run.lines(path, lines, overwrite=overwrite)
            else:
                _show(run, projector.target, lines)
        if path is not None or output is None:
            typer.echo(lines.summary(), nl=False)
        progress.sum_up()


def _show(run: Run, target: str, lines: ProjectionLines) -> None:
    with open_replacement(None) as write:
        for text, doc in run.documents():
            lines.encode(text, doc)
            write(projection_table(account_of(doc, text.name, target)).encode())


def _projector(
    config: Optional[Path],
    target: Optional[str],
    translations: Optional[Path],
    translator: str,
    aligner: AlignerName,
    mode: ModeName,
) -> "Projector":
    if config is not None:
        settings = _read_config(config)
    else:
        settings = {
            "translator": _translator(translations, translator, target or ""),
            "aligner": _ALIGNERS[aligner.value],
            "mode": mode.value,
        }
    if target is not None:
        settings["target"] = target
    if not settings.get("target"):
        raise ConfigError("Name the language of the translations: --target es.")
    pipe: Any = multilingual_pipeline().add_pipe("xoie_projector", config=settings)
    return cast("Projector", pipe)


def _translator(translations: Optional[Path], name: str, target: str) -> Dict[str, Any]:
    if translations is not None:
        return {
            "@xoie_translators": "spacy-xoie.PrecomputedTranslator.v1",
            "path": str(translations),
        }
    kind, _, folder = name.partition(":")
    if kind == "marian" and folder:
        return {
            "@xoie_translators": "spacy-xoie.CTranslate2Translator.v1",
            "path": folder,
            "target": target,
        }
    if name != "apertium":
        raise ConfigError(
            f"--translator is {name!r}; it must be 'apertium' or 'marian:FOLDER'. "
            f"Others are named in a --config."
        )
    return {"@xoie_translators": "spacy-xoie.ApertiumTranslator.v1"}


def _read_config(path: Path) -> Dict[str, Any]:
    try:
        config: Config = util.load_config(path)
    except ValueError as e:
        raise ConfigError(f"{path} is not a config: {e}") from e
    if "projector" not in config:
        raise ConfigError(f"{path} has no block [projector].")
    return dict(config["projector"])
