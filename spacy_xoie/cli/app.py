"""The commands `spacy xoie …`."""

from pathlib import Path
from typing import Annotated, List, Optional

import typer
from spacy.cli._util import app as spacy_app
from wasabi import msg

from ..corpora import read_corpus
from ..packaging import build_wheels, loaded_wheel
from ..training.configs import compose_config, config_text
from .util import one_line_errors, read_json, write_text

app = typer.Typer(
    name="xoie",
    help="Cross-lingual open information extraction.",
    no_args_is_help=True,
)
spacy_app.add_typer(app)


@app.command("validate")
def validate_cli(
    corpus: Annotated[Path, typer.Argument(help="Folder of .jsonl files", exists=True)],
) -> None:
    """Check a corpus; name file, line and field of every fault."""
    records, faults = read_corpus(corpus)
    for fault in faults:
        typer.echo(fault)
    if faults:
        msg.fail(f"{len(faults)} faults; {len(records)} records are good", exits=1)
    languages = sorted({record.language for record in records})
    msg.good(f"{len(records)} records in {', '.join(languages)}")


@app.command("compose")
def compose_cli(
    output: Annotated[Path, typer.Argument(help="The config to write")],
    parts: Annotated[List[Path], typer.Argument(help="Partial configs, in order")],
) -> None:
    """Put a complete config together from parts."""
    with one_line_errors():
        write_text(output, config_text(compose_config(parts), parts))
    msg.good(f"Wrote {output}")


@app.command("package")
def package_cli(
    model: Annotated[Path, typer.Argument(help="Trained pipeline", exists=True)],
    output: Annotated[Path, typer.Argument(help="Folder for the wheels")],
    languages: Annotated[
        Optional[str],
        typer.Option(
            help='Languages with a wheel of their own: "de,es", or "" for none'
        ),
    ] = None,
    sets: Annotated[
        List[str],
        typer.Option(
            "--set",
            help='Languages that share a wheel, with their adapters: "de,es"; as often '
            "as you like",
        ),
    ] = [],
    name: Annotated[str, typer.Option(help="Name after the language")] = "xoie_sm",
    version: Annotated[str, typer.Option(help="Version of the packages")] = "0.1.0",
    metrics: Annotated[
        Optional[Path], typer.Option(help="JSON of `evaluate`", exists=True)
    ] = None,
    sources: Annotated[
        Optional[Path],
        typer.Option(help="JSON list: name, url, author, license", exists=True),
    ] = None,
) -> None:
    """Build wheels: one for all languages, one for each with its adapter merged, and
    one for each set of languages."""
    codes = None if languages is None else languages.replace(",", " ").split()
    with one_line_errors():
        for wheel in build_wheels(
            model,
            output,
            languages=codes,
            sets=[group.replace(",", " ").split() for group in sets],
            name=name,
            version=version,
            metrics=None if metrics is None else read_json(metrics),
            sources=[] if sources is None else read_json(sources),
        ):
            msg.good(f"{wheel} ({wheel.stat().st_size / 1e6:.1f} MB)")


@app.command("try-wheels")
def try_wheels_cli(
    wheels: Annotated[Path, typer.Argument(help="Folder of wheels", exists=True)],
    sample: Annotated[Path, typer.Argument(help="JSON: language to text", exists=True)],
) -> None:
    """Load wheels without installing them, and print the triples of sample texts:
    those of the multilingual pipeline, and beside them what a language's own says."""
    with one_line_errors():
        texts = read_json(sample)
    paths = sorted(wheels.glob("*.whl"))
    if not paths:
        msg.fail(f"There are no wheels in {wheels}", exits=1)
    for path in paths:
        with one_line_errors(), loaded_wheel(path) as nlp:
            served = nlp.meta.get("languages", texts)
            chosen = [code for code in texts if code in served] or list(texts)
            msg.divider(f"{nlp.lang}_{nlp.meta['name']} {nlp.meta['version']}")
            for doc in nlp.pipe(texts[code] for code in chosen):
                typer.echo(doc.text)
                for triple in doc._.triples:
                    typer.echo(f"  {triple.language} {triple.score:.2f}  {triple}")
