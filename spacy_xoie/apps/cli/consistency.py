"""The command that says how well languages agree with each other."""

from pathlib import Path
from typing import Annotated, List, Optional

import typer
from confection import ConfigValidationError
from spacy.util import registry
from wasabi import msg

from ...errors import ConfigError
from ...evaluation.consistency import Consistency, ConsistencyTable, consistency
from ...evaluation.heatmap import save_heatmap
from ...files import write_json
from ...loading import load
from ...projection.ty import Aligner
from ...registries import KINDS
from .app import app
from .inputs import codes_of
from .options import Facts, Languages, ModelArgument, Plot, Threshold, output_option
from .parallel import read_sentences
from .util import one_line_errors

HEADER = [
    "Reference",
    "Judged",
    "Sentences",
    "Triples",
    "Mapped",
    "P",
    "R",
    "F1",
    "95 %",
    "Predicates",
]


@app.command("consistency")
def consistency_cli(
    model: ModelArgument,
    corpus: Annotated[
        Optional[List[Path]],
        typer.Argument(
            help="Parallel sentences, files or folders: .jsonl in which translations "
            "share an id, .conllu (.conllu.gz) named as en_pud-ud-test.conllu, in "
            "which they share a sent_id, or .txt (.txt.gz) named as news.de.txt, in "
            "which they stand in the same line",
            exists=True,
            allow_dash=True,
            show_default=False,
        ),
    ] = None,
    languages: Languages = None,
    center: Annotated[
        Optional[str],
        typer.Option(
            "--with", help="Compare each language with this one alone, not with each"
        ),
    ] = None,
    limit: Annotated[
        int,
        typer.Option(
            help="Most sentences that are compared; the aligner learns from the others "
            "too; 0 for all",
            min=0,
        ),
    ] = 0,
    output: Annotated[Optional[Path], output_option("JSON file for the scores")] = None,
    plot: Plot = None,
    aligner: Annotated[
        str, typer.Option(help="Registered name of the word aligner")
    ] = "spacy-xoie.LexicalAligner.v1",
    threshold: Threshold = None,
    facts: Facts = None,
) -> None:
    """Compare what a pipeline finds in sentences and in their translations, for each
    two languages, or for each with one, without any gold data. The triples of the
    reference are carried over by word alignment, and the judged language should have
    the same ones."""
    with one_line_errors():
        codes = codes_of(languages, "--languages") or None
        sentences = read_sentences(corpus, output, plot)
        nlp = load(model, "xx", threshold, facts)
        table = consistency(
            lambda language: nlp,
            sentences,
            _make_aligner(aligner),
            languages=codes,
            center=center,
            limit=limit,
        )
        rows = [_row(pair) for pair in table.pairs]
        msg.table(rows, header=HEADER, divider=True, aligns=[*"ll", *"rrrrrrrr"])
        _write(table, output, plot)


def _write(
    table: ConsistencyTable, output: Optional[Path], plot: Optional[Path]
) -> None:
    if output is not None:
        write_json(output, table.to_dict())
        msg.good(f"Wrote {output}")
    if plot is not None:
        save_heatmap(plot, table)
        msg.good(f"Wrote {plot}")


def _make_aligner(name: str) -> Aligner:
    if not registry.has("misc", name):
        raise ConfigError(
            f"There is no aligner {name!r}. Give the name with which it is registered "
            f'under @misc, such as "spacy-xoie.LexicalAligner.v1".'
        )
    kinds = [registered.kind for registered in KINDS if name in registered]
    if kinds and "aligners" not in kinds:
        raise ConfigError(f"{name!r} is no aligner, but one of the {kinds[0]}.")
    try:
        aligner = registry.resolve({"aligner": {"@misc": name}})["aligner"]
    except ConfigValidationError as e:
        raise ConfigError(f"{name!r} cannot be made without settings: {e}") from e
    if not isinstance(aligner, Aligner):
        raise ConfigError(f"{name!r} is no aligner: it makes {aligner!r}.")
    return aligner


def _row(pair: Consistency) -> List[str]:
    interval = "-"
    if pair.low is not None and pair.high is not None:
        interval = f"{pair.low:.3f} to {pair.high:.3f}"
    return [
        pair.reference,
        pair.judged,
        str(pair.n_sentences),
        f"{pair.n_reference}/{pair.n_judged}",
        _number(pair.mapped),
        _number(pair.precision),
        _number(pair.recall),
        _number(pair.f1),
        interval,
        _number(pair.predicates),
    ]


def _number(value: Optional[float]) -> str:
    return "-" if value is None else f"{value:.3f}"
