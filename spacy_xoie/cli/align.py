"""The command that learns word translations from a parallel corpus."""

from pathlib import Path
from typing import Annotated, List

import typer
from spacy.util import minibatch
from tqdm import tqdm  # type: ignore[import-untyped]
from wasabi import msg

from ..annotation.parallel import read_pairs
from ..errors import DataError
from ..projection.aligners.lexical import LexicalAligner
from .app import app
from .util import one_line_errors


@app.command("fit-aligner")
def fit_aligner_cli(
    corpus: Annotated[
        List[Path],
        typer.Argument(
            help="Files or folders: .tsv (sentence, tab, translation), .jsonl "
            '({"source", "target"}, or records that share ids) or .conllu treebanks '
            "that share ids",
            exists=True,
        ),
    ],
    source: Annotated[str, typer.Option(help="Language of the first side")],
    target: Annotated[str, typer.Option(help="Language of the second side")],
    output: Annotated[Path, typer.Option(help="File for the tables (.msgpack)")],
    freedict: Annotated[
        bool, typer.Option(help="Begin with the dictionaries of FreeDict, if installed")
    ] = True,
    batch_size: Annotated[
        int, typer.Option(help="Pairs that are learnt from at a time", min=1)
    ] = 20_000,
) -> None:
    """Learn from a parallel corpus which words stand for which, without supervision.
    The file serves in configs as `tables` of spacy-xoie.LexicalAligner.v1."""
    with one_line_errors():
        aligner = LexicalAligner("freedict" if freedict else None)
        count = 0
        with tqdm(unit=" pairs", desc=f"{source}-{target}") as bar:
            pairs = read_pairs(corpus, source, target, lambda fault: bar.write(fault))
            for batch in minibatch(pairs, batch_size):
                aligner.fit(batch)
                count += len(batch)
                bar.update(len(batch))
        if not count:
            raise DataError(
                f"There is no sentence in {source!r} with a translation in {target!r}. "
                f"Translations stand in one line, or share an id."
            )
        output.parent.mkdir(parents=True, exist_ok=True)
        partial = output.with_name(output.name + ".part")
        aligner.to_disk(partial)
        partial.replace(output)
    msg.good(f"{output}: word translations of {count} pairs")
