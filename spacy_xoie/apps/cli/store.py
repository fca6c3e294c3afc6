"""The command that makes a graph of texts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, List, Optional

import typer
from spacy.language import Language
from tqdm import tqdm  # type: ignore[import-untyped]
from wasabi import msg

from ...files import check_writable
from ...loading import PipelineLoader
from ..batch.engines import asserted_only, local_engine
from ..batch.texts import Source
from ..knowledge.filling import add_texts, model_name
from ..knowledge.store import TripleStore
from .app import app
from .group import INTERRUPTED, PARTLY
from .inputs import codes_of, in_language, named_inputs, standard_input
from .options import (
    Asserted,
    BatchSize,
    Cores,
    Model,
    Processes,
    ReferenceDate,
    TextLanguage,
    Threshold,
    core_settings,
    output_option,
    rename_options,
)
from .util import one_line_errors

_GENERAL, _NONE = "general", "none"


@app.command("store", cls=rename_options({"--store": "--output"}))
def store_cli(
    output: Annotated[Path, output_option("Folder of the store; made if missing")],
    texts: Annotated[
        Optional[List[str]],
        typer.Argument(
            help="Files (.txt, .md, .jsonl, also .gz), folders of them, patterns, - "
            "for standard input, which is read if nothing is named",
            show_default=False,
        ),
    ] = None,
    model: Model = "xx_xoie_sm",
    language: TextLanguage = None,
    threshold: Threshold = None,
    asserted: Asserted = False,
    cores: Cores = False,
    reference_date: ReferenceDate = None,
    schema: Annotated[
        str,
        typer.Option(
            help=f'Canonical relations: "{_GENERAL}", "{_NONE}", or a file (.toml, '
            f".json). A pipeline with a schema of its own keeps it"
        ),
    ] = _GENERAL,
    n_process: Processes = 1,
    batch_size: BatchSize = 32,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Read again what is in the store")
    ] = False,
    dump: Annotated[
        Optional[Path], typer.Option(help="Write the store to this file of N-Quads")
    ] = None,
) -> None:
    """Read texts and keep what they say in a store, to be asked with `spacy xoie ask`.
    What is in the store already is not read again, so that the same command goes on
    where it was stopped; a text that changed takes the place of what was there.

    Example: spacy xoie store news/ --output news.store
    """
    with one_line_errors():
        if dump is not None:
            check_writable(dump)
        faults: List[str] = []
        stdin = standard_input()
        source = Source(
            named_inputs(texts, stdin),
            on_fault=lambda fault: faults.append(str(fault)),
            stdin=stdin,
            by_file=True,
        )
        codes = codes_of(language)
        settings = core_settings(cores, reference_date)
        load = SchemaLoader(model, codes, threshold, settings, schema=schema)
        engine = local_engine(load, batch_size, n_process)
        with TripleStore(output) as triples:
            name = model_name(load()) + (" asserted" if asserted else "")
            with tqdm(total=source.count(), unit=" texts") as bar:

                def show(n_texts: int, n_before: int) -> None:
                    bar.update(n_texts - bar.n)
                    bar.set_postfix_str(f"{n_before} known")

                try:
                    update = add_texts(
                        triples,
                        asserted_only(engine) if asserted else engine,
                        in_language(source, codes),
                        model=name,
                        overwrite=overwrite,
                        on_step=show,
                    )
                except KeyboardInterrupt as e:
                    bar.close()
                    msg.warn(
                        f"Stopped. What was read is in {output}; the same command goes "
                        f"on from there."
                    )
                    raise typer.Exit(INTERRUPTED) from e
            if dump is not None:
                triples.dump(dump)
    counts = update.written
    faults += map(str, counts.faults)
    for fault in faults:
        typer.echo(" ".join(fault.split()), err=True)
    msg.good(
        f"{output}: {counts.documents} texts added with {counts.triples} triples and "
        f"{counts.facts} facts, {update.known} were there already"
    )
    if faults:
        msg.fail(f"{len(faults)} texts could not be read")
        raise typer.Exit(PARTLY)


@dataclass
class SchemaLoader(PipelineLoader):
    """Makes a pipeline that maps its triples onto canonical relations.

    schema (str): "general", "none", or a file. A pipeline with a schema of its own
        keeps it.
    """

    schema: str = _GENERAL

    def _load(self) -> Language:
        nlp = super()._load()
        if self.schema != _NONE and "xoie_schema" not in nlp.pipe_factories.values():
            settings = {"@xoie_schemas": "spacy-xoie.GeneralSchema.v1"}
            if self.schema != _GENERAL:
                settings = {
                    "@xoie_schemas": "spacy-xoie.SchemaFile.v1",
                    "path": self.schema,
                }
            nlp.add_pipe("xoie_schema", config={"schema": settings})
        return nlp
