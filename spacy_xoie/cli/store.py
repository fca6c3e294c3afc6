"""The command that makes a graph of texts."""

import sys
from pathlib import Path
from typing import Annotated, List, Optional

import typer
from spacy.language import Language
from tqdm import tqdm  # type: ignore[import-untyped]
from wasabi import msg

from ..about import __version__
from ..batch.texts import Source
from ..knowledge.filling import add_texts
from ..knowledge.store import TripleStore
from .app import app
from .util import named_pipeline, one_line_errors

_GENERAL, _NONE = "general", "none"


@app.command("store")
def store_cli(
    texts: Annotated[
        List[Path],
        typer.Argument(
            help="Files (.txt, .md, .jsonl, also .gz), folders of them, patterns, - "
            "for standard input"
        ),
    ],
    store: Annotated[Path, typer.Option(help="Folder of the store; made if missing")],
    model: Annotated[
        str, typer.Option(help="Pipeline, or a pretrained model")
    ] = "xx_xoie_sm",
    language: Annotated[
        str, typer.Option(help="Language of the texts; xx to find it out")
    ] = "xx",
    threshold: Annotated[
        Optional[float], typer.Option(help="Least score of a triple", min=0, max=1)
    ] = None,
    schema: Annotated[
        str,
        typer.Option(
            help=f'Canonical relations: "{_GENERAL}", "{_NONE}", or a file (.toml, '
            f".json). A pipeline with a schema of its own keeps it"
        ),
    ] = _GENERAL,
    n_process: Annotated[int, typer.Option(min=1, help="Number of processes")] = 1,
    batch_size: Annotated[int, typer.Option(min=1, help="Texts of a batch")] = 32,
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

    Example: spacy xoie store news/ --store news.store
    """
    with one_line_errors():
        faults: List[str] = []
        source = Source(
            [str(path) for path in texts],
            on_fault=lambda fault: faults.append(str(fault)),
            stdin=sys.stdin.buffer,
            by_file=True,
        )
        with TripleStore(store) as triples:
            nlp = named_pipeline(model, language, threshold)
            if nlp.meta["name"] == "pipeline":  # a blank one, around the model
                name = Path(model).name.removeprefix(f"{nlp.lang}_")
                nlp.meta.update(name=name, version=__version__)
            _add_schema(nlp, schema)
            with tqdm(total=source.count(), unit=" texts") as bar:

                def show(done: int, known: int) -> None:
                    bar.update(done - bar.n)
                    bar.set_postfix_str(f"{known} known")

                try:
                    written, known = add_texts(
                        triples,
                        nlp,
                        ((text.name, text.text) for text in source),
                        batch_size=batch_size,
                        n_process=n_process,
                        overwrite=overwrite,
                        on_progress=show,
                    )
                except KeyboardInterrupt as e:
                    bar.close()
                    msg.warn(
                        f"Stopped. What was read is in {store}; the same command goes "
                        f"on from there."
                    )
                    raise typer.Exit(130) from e
            if dump is not None:
                triples.dump(dump)
    faults += [f"{name}: {reason}" for name, reason in written.faults]
    for fault in faults:
        typer.echo(" ".join(fault.split()), err=True)
    msg.good(
        f"{store}: {written.documents} texts added with {written.triples} triples and "
        f"{written.facts} facts, {known} were there already"
    )
    if faults:
        msg.fail(f"{len(faults)} texts could not be read", exits=1)


def _add_schema(nlp: Language, schema: str) -> None:
    if schema == _NONE or "xoie_schema" in nlp.pipe_factories.values():
        return
    settings = {"@misc": "spacy-xoie.GeneralSchema.v1"}
    if schema != _GENERAL:
        settings = {"@misc": "spacy-xoie.SchemaFile.v1", "path": schema}
    nlp.add_pipe("xoie_schema", config={"schema": settings})
