"""The command that extracts triples."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Iterator, List, Optional

import typer
from spacy.tokens import Doc

from ...extraction.pretrained import DEFAULT_NAME
from ...files import check_vacant, check_writable
from ...loading import PipelineLoader, pipeline_title
from ..batch.engines import Engine, asserted_only, local_engine
from ..batch.formats import FORMATS
from ..batch.outputs import open_replacement
from ..batch.run import Run
from ..batch.texts import Source
from .app import app
from .inputs import (
    check_output,
    codes_of,
    in_language,
    named_inputs,
    split_inputs,
    standard_input,
)
from .options import (
    Asserted,
    BatchSize,
    Cores,
    Model,
    Overwrite,
    Processes,
    Quiet,
    ReferenceDate,
    TextLanguage,
    Threshold,
    core_settings,
    format_option,
    output_option,
)
from .progress import Progress
from .util import one_line_errors

EXAMPLES = """Examples:

spacy xoie extract "Die Stadt hat das Haus gebaut."

spacy xoie extract news/ "more/*.jsonl" --format jsonl --output triples.jsonl

cat book.txt | spacy xoie extract --format tsv | cut -f 5-7

spacy xoie extract news/ --format rdf --output news.nq --n-process 4"""


class OutputFormat(StrEnum):
    table = "table"
    jsonl = "jsonl"
    tsv = "tsv"
    rdf = "rdf"
    graphml = "graphml"
    neo4j = "neo4j"


class InputFormat(StrEnum):
    auto = "auto"
    text = "text"
    lines = "lines"
    jsonl = "jsonl"


class EngineName(StrEnum):
    local = "local"
    ray = "ray"


@app.command("extract", epilog=EXAMPLES)
def extract_cli(
    inputs: Annotated[
        Optional[List[str]],
        typer.Argument(
            help="Texts, files (.txt, .jsonl, also .gz), folders with such files, "
            'patterns ("news/**/*.txt"), - for standard input, which is also read if '
            "nothing is named",
            show_default=False,
        ),
    ] = None,
    text: Annotated[
        List[str],
        typer.Option(help="A text, even if it looks like the name of a file"),
    ] = [],
    model: Model = DEFAULT_NAME,
    language: TextLanguage = None,
    format_: Annotated[
        OutputFormat, format_option("How to write triples")
    ] = OutputFormat.table,
    output: Annotated[
        Optional[Path],
        output_option(
            "File to write, for neo4j a folder; by default standard output. If it is "
            "there (jsonl, tsv, rdf), the run goes on behind it"
        ),
    ] = None,
    overwrite: Overwrite = False,
    input_format: Annotated[
        InputFormat,
        typer.Option(
            help="What a document is. text: a file; lines: each line; jsonl: each "
            'line, an object with "text", perhaps "id" and "language"; auto: by the '
            "name of the file"
        ),
    ] = InputFormat.auto,
    threshold: Threshold = None,
    asserted: Asserted = False,
    cores: Cores = False,
    reference_date: ReferenceDate = None,
    n_process: Processes = 1,
    batch_size: BatchSize = 64,
    engine: Annotated[
        EngineName,
        typer.Option(help="What works: this machine, or a cluster of Ray"),
    ] = EngineName.local,
    quiet: Quiet = False,
) -> None:
    """Extract triples from texts in many languages.

    A run that was stopped goes on if the same command is given again. What cannot be
    read is named and left out, and the exit code is then 3."""
    with one_line_errors():
        stdin = standard_input()
        names = [] if text and not inputs else named_inputs(inputs, stdin)
        paths, texts = split_inputs(names)
        # Of texts that were typed there is nothing to tell but what is in them.
        progress = Progress(quiet=quiet or not paths, output=output)
        source = Source(
            paths,
            [*texts, *text],
            kind=input_format.value,
            on_fault=progress.fault,
            stdin=stdin,
        )
        if output is not None:
            check_output(output, source.files)
            if format_ == OutputFormat.graphml:
                check_writable(output)
        if format_ == OutputFormat.neo4j:
            if output is None:
                raise typer.BadParameter(
                    "Neo4j takes two files: name a folder.", param_hint="'--output'"
                )
            check_vacant(output)
        codes = codes_of(language)
        settings = core_settings(cores, reference_date)
        load = PipelineLoader(model, codes, threshold, settings)
        worker = _engine(engine, load, batch_size, n_process)
        run = Run(
            in_language(source, codes),
            asserted_only(worker) if asserted else worker,
            on_fault=progress.fault,
            on_step=progress.step,
        )
        form = None
        if format_.value in FORMATS:
            titles = [pipeline_title(load())] if format_ == OutputFormat.rdf else []
            form = FORMATS[format_.value](*titles)
        with progress.shown(source.count(), resumable=form is not None):
            if form is not None:
                run.lines(output, form, overwrite=overwrite)
            elif format_ == OutputFormat.table:
                run.table(output)
            elif format_ == OutputFormat.neo4j:
                assert output is not None
                _write_neo4j(run, output)
            else:
                _write_graph(run, output)
        progress.sum_up()


def _engine(
    name: EngineName, load: PipelineLoader, batch_size: int, n_process: int
) -> Engine:
    if name == EngineName.ray:
        from ..batch.ray_engine import RayEngine

        return RayEngine(load, batch_size, n_process)
    return local_engine(load, batch_size, n_process)


def _titled(run: Run) -> Iterator[Doc]:
    """The docs of all texts, by whose names edges tell them."""
    for text, doc in run.documents():
        doc.user_data["title"] = text.name
        yield doc


def _write_neo4j(run: Run, folder: Path) -> None:
    """Write the graph of all documents as a folder of two files."""
    from ..knowledge.graph import build_graph
    from ..knowledge.neo4j import write_neo4j

    write_neo4j(build_graph(_titled(run)), folder)


def _write_graph(run: Run, output: Optional[Path]) -> None:
    """Write the graph of all documents, which is there wholly or not at all."""
    from ..knowledge.graph import build_graph, write_graphml

    graph = build_graph(_titled(run))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.graphml"
        write_graphml(graph, path)
        with open_replacement(output) as write:
            write(path.read_bytes())
