"""The command that learns word translations from a parallel corpus."""

from itertools import product
from pathlib import Path
from typing import Annotated, Dict, FrozenSet, List, Tuple

import typer
from spacy.util import minibatch
from tqdm import tqdm  # type: ignore[import-untyped]
from wasabi import msg

from ...annotation.parallel import read_pairs
from ...errors import DataError
from ...files import check_writable
from ...projection.aligners.lexical import LexicalAligner
from .app import app
from .options import output_option, rename_options
from .util import one_line_errors


@app.command("fit-aligner", cls=rename_options({"--least": "--min-count"}))
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
    source: Annotated[
        str, typer.Option(help="Language of the first side; several: en,de")
    ],
    target: Annotated[
        str, typer.Option(help="Language of the second side; several: all pairs")
    ],
    output: Annotated[Path, output_option("File for the tables (.msgpack)")],
    freedict: Annotated[
        bool, typer.Option(help="Begin with the dictionaries of FreeDict, if installed")
    ] = True,
    min_count: Annotated[
        float, typer.Option(help="Leave out pairs of words that were seen less often")
    ] = 0.0,
    batch_size: Annotated[
        int, typer.Option(help="Pairs that are learnt from at a time", min=1)
    ] = 20_000,
) -> None:
    """Learn from a parallel corpus which words stand for which, without supervision.
    The file serves in configs as `tables` of spacy-xoie.LexicalAligner.v1."""
    with one_line_errors():
        check_writable(output)
        aligner = LexicalAligner("freedict" if freedict else None)
        count = 0
        pairs: Dict[FrozenSet[str], Tuple[str, str]] = {}
        for one, other in product(source.split(","), target.split(",")):
            # A language with itself is a slip if one pair is asked for.
            if one != other or "," not in source + target:
                pairs.setdefault(frozenset((one, other)), (one, other))
        for one, other in pairs.values():
            with tqdm(unit=" pairs", desc=f"{one}-{other}") as bar:
                texts = read_pairs(
                    corpus, one, other, lambda fault: bar.write(str(fault))
                )
                for batch in minibatch(texts, batch_size):
                    aligner.fit(batch)
                    count += len(batch)
                    bar.update(len(batch))
        if not count:
            raise DataError(
                f"There is no sentence in {source!r} with a translation in {target!r}. "
                f"Translations stand in one line, or share an id."
            )
        aligner.to_disk(output, min_count=min_count)
    msg.good(f"{output}: word translations of {count} pairs")
