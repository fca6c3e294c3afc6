"""The command that makes training data of raw text and parallel corpora."""

from pathlib import Path
from typing import Annotated, Any, Dict, Optional

import typer
from spacy import util
from spacy.cli._util import import_code, parse_config_overrides
from thinc.api import Config
from tqdm import tqdm  # type: ignore[import-untyped]
from wasabi import msg

from ...annotation.agreement import AgreementTeacher
from ...annotation.builder import answered, build
from ...annotation.settings import read_settings
from ...annotation.weights import gold_items, learn_weights
from ...corpora import docs_from_records, read_corpus
from ...doc.blank import multilingual_pipeline
from ...errors import ConfigError
from ...files import check_writable
from .app import app
from .group import INTERRUPTED
from .options import CodeFile, OutputArgument, Overwrite, one_output, output_option
from .util import one_line_errors


@app.command(
    "annotate",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def annotate_cli(
    ctx: typer.Context,
    config: Annotated[
        Path, typer.Argument(help="The config", exists=True, dir_okay=False)
    ],
    output: Annotated[
        Optional[Path],
        output_option("Folder for the files, in place of [output] path"),
    ] = None,
    code: CodeFile = None,
    overwrite: Overwrite = False,
) -> None:
    """Label raw text or a parallel corpus with a teacher, and make training data of it.
    Settings can be overridden, as in --input.path corpus.txt. A run that was stopped
    goes on if the same command is given again."""
    overrides = parse_config_overrides(ctx.args)
    if output is not None:
        overrides["output.path"] = str(output)
    import_code(code)
    with one_line_errors():
        settings = read_settings(_load(config, overrides))
        folder = Path(settings.output.path)
        # The bar shows how many there are as soon as that is known.
        with tqdm(unit=" sentences", desc=settings.teacher.name) as bar:

            def show(done: int, total: int) -> None:
                if bar.total is None:
                    # What an earlier run did says nothing of the rate of this one.
                    bar.reset(total)
                    bar.initial = bar.n = done
                bar.update(done - bar.n)
                bar.refresh()

            try:
                report = build(settings, overwrite=overwrite, on_progress=show)
            except KeyboardInterrupt as e:
                bar.close()
                done, total = answered(folder)
                msg.warn(
                    f"Stopped: {done} of {total} sentences are answered and stored in "
                    f"{folder}. The same command goes on from there."
                )
                raise typer.Exit(INTERRUPTED) from e
    n_records, triples = report["kept"], report["triples"]
    for fault in report["unreadable"]:
        typer.echo(f"unreadable: {fault}")
    for title in ("removed", "discards"):
        for reason, number in report[f"{title}_by_reason"].items():
            typer.echo(f"{title}: {reason}: {number}")
    if not n_records:
        msg.warn(f"There is no training data: see {folder / 'report.md'}")
        return
    languages = ", ".join(report["languages"])
    msg.good(f"{folder}: {n_records} records in {languages}, {triples} triples")


@app.command(
    "weigh-teachers",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def weigh_teachers_cli(
    ctx: typer.Context,
    config: Annotated[
        Path,
        typer.Argument(
            help="A config of `annotate` whose [teacher] is an AgreementTeacher",
            exists=True,
            dir_okay=False,
        ),
    ],
    gold: Annotated[
        Path, typer.Argument(help="Gold corpus, .jsonl or a folder", exists=True)
    ],
    argument: OutputArgument = None,
    output: Annotated[
        Optional[Path], output_option("JSON file for the weights")
    ] = None,
    code: CodeFile = None,
) -> None:
    """Learn from gold sentences how far to believe each teacher in each language.
    Name the file in the config: [teacher] weights."""
    path = one_output(output, argument)
    import_code(code)
    with one_line_errors():
        check_writable(path)
        overrides = parse_config_overrides(ctx.args)
        teacher = read_settings(_load(config, overrides)).teacher
        if not isinstance(teacher, AgreementTeacher):
            raise ConfigError(
                f"The teacher of {config} is {teacher.name!r}, but only those of an "
                f"AgreementTeacher have weights. Set it in [teacher]."
            )
        records, faults = read_corpus(gold)
        docs, misfits = docs_from_records(multilingual_pipeline(), records)
        for fault in (*faults, *misfits):
            msg.warn(str(fault))
        learned = learn_weights(gold_items(docs), teacher.teachers)
        learned.to_disk(path)
    header = ["teacher", "language", "triples", "precision", "weight"]
    rows = [
        [
            name,
            language,
            str(learned.n_triples[name].get(language, 0)),
            f"{learned.precision[name].get(language, float('nan')):.2f}",
            f"{weight:.2f}",
        ]
        for name, weights in learned.weights.items()
        for language, weight in sorted(weights.items())
    ]
    msg.table(rows, header=header, divider=True, aligns=["l", "l", "r", "r", "r"])
    msg.good(f"Wrote {path}")


def _load(path: Path, overrides: Dict[str, Any]) -> Config:
    try:
        config = util.load_config(path)
        # Sections that the file leaves out can be overridden all the same.
        for name in overrides:
            config.setdefault(name.partition(".")[0], {})
        return Config().from_str(config.to_str(), overrides=overrides)
    except ValueError as e:
        raise ConfigError(f"{path} is not a config: {e}") from e
