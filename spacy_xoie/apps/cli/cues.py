"""The command that drafts the cues of a schema in another language."""

from itertools import groupby
from pathlib import Path
from typing import Annotated, Iterator, List, Optional, Sequence

import srsly
import typer
from wasabi import msg

from ...annotation.parallel import read_pairs
from ...errors import DataError
from ...projection.aligners.lexical import LexicalAligner
from ...schema.reading import make_general_schema, read_schema
from ...schema.translating import TranslatedCue, translate_cues
from .app import app
from .util import one_line_errors


@app.command("translate-cues")
def translate_cues_cli(
    corpus: Annotated[
        List[Path],
        typer.Argument(
            help="Files or folders: .tsv (sentence, tab, translation) or .jsonl "
            '({"source", "target"}, or records that share ids)',
            exists=True,
        ),
    ],
    target: Annotated[str, typer.Option(help="The language that is to have cues")],
    source: Annotated[
        str, typer.Option(help="The language of the sentences; it has cues already")
    ] = "en",
    schema: Annotated[
        Optional[Path],
        typer.Option(help="Schema (.toml, .json); else the general one", exists=True),
    ] = None,
    max_length: Annotated[
        int, typer.Option(help="Longer sentences, in tokens, are left out", min=1)
    ] = 40,
    min_count: Annotated[
        int, typer.Option(help="How often a translation must be found", min=1)
    ] = 2,
    min_share: Annotated[
        float,
        typer.Option(
            help="Of the places of its words, how many must translate the relation",
            min=0.0,
            max=1.0,
        ),
    ] = 0.5,
) -> None:
    """Draft the cues of a schema in a language, from sentences and their translations.
    The draft is for a person who reads the language: strike out what is wrong, and put
    the rest into the schema."""
    with one_line_errors():
        relations = make_general_schema() if schema is None else read_schema(schema)
        pairs = [
            pair
            for pair in read_pairs(
                corpus, source, target, lambda fault: msg.warn(str(fault))
            )
            if max(len(pair.source), len(pair.target)) <= max_length
        ]
        if not pairs:
            raise DataError(
                f"There is no sentence in {source!r} with a translation in {target!r}. "
                f"Translations stand in one line, or share an id."
            )
        aligner = LexicalAligner()
        cues = translate_cues(
            relations, pairs, aligner, min_count=min_count, min_share=min_share
        )
    for line in _lines(cues, target):
        typer.echo(line)


def _lines(cues: Sequence[TranslatedCue], language: str) -> Iterator[str]:
    """TOML as schemas have it."""
    for (name, inverse), group in groupby(cues, key=lambda cue: cue[:2]):
        yield f"[relations.{name}.{'inverse' if inverse else 'cues'}]"
        yield f"{language} = ["
        for cue in group:
            text = srsly.json_dumps(cue.text)
            yield f"    {text},  # {cue.support} times, {cue.share:.0%} of its places"
        yield "]"
