"""Commands that make wheels of a pipeline, and try them."""

from pathlib import Path
from typing import Annotated, Iterator, List, Optional, Sequence

import typer
from wasabi import msg

from ...about import __version__
from ...extraction.pretrained import DEFAULT_NAME
from ...files import Fault, check_writable, read_json
from ...loading import load
from ...packaging import build_wheels, load_wheel
from ..batch.texts import Source
from .app import app
from .options import (
    Component,
    Metrics,
    Model,
    Sources,
    output_option,
    read_sources,
    rename_options,
)
from .util import one_line_errors


@app.command("package", cls=rename_options({"--out": "--output"}))
def package_cli(
    output: Annotated[Path, output_option("Folder for the wheels")],
    languages: Annotated[
        Optional[List[str]],
        typer.Argument(metavar="[LANG]...", help="Language codes; none for all"),
    ] = None,
    model: Model = DEFAULT_NAME,
    each: Annotated[
        bool, typer.Option("--each", help="Besides, a wheel of each language")
    ] = False,
    name: Annotated[
        Optional[str],
        typer.Option(
            help="Name after the language, xoie_sm, or xoie_md of an encoder of "
            "wordpieces",
            show_default=False,
        ),
    ] = None,
    version: Annotated[str, typer.Option(help="Version of the packages")] = __version__,
    license: Annotated[
        Optional[str], typer.Option(help="Licence, if not that of the model")
    ] = None,
    metrics: Metrics = None,
    sources: Sources = None,
    text: Annotated[
        Optional[List[Path]],
        typer.Option(
            help="Text (.txt, .md, .jsonl, .spacy) whose letters are read as well: "
            "wordpieces with them are kept",
            exists=True,
            show_default=False,
        ),
    ] = None,
    component: Component = "xoie",
) -> None:
    """Build a wheel: of all languages; of some, with their adapters (`de es`); or of
    one, with its adapter merged (`de`). Of an encoder of wordpieces, those with letters
    of other languages are left out in the latter two."""
    with one_line_errors():
        check_writable(output / "a.whl")
        for wheel in build_wheels(
            load(model, "xx"),
            output,
            languages=languages or (),
            each=each,
            name=name,
            version=version,
            license=license,
            metrics=None if metrics is None else read_json(metrics),
            sources=read_sources(sources),
            texts=_texts(text or ()),
            component=component,
        ):
            msg.good(f"{wheel} ({wheel.stat().st_size / 1e6:.1f} MB)")


def _texts(paths: Sequence[Path]) -> Iterator[str]:
    def tell(fault: Fault) -> None:
        msg.warn(str(fault))

    if paths:
        for text in Source([*map(str, paths)], on_fault=tell):
            yield text.text


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
        with one_line_errors(), load_wheel(path) as nlp:
            languages = nlp.meta.get("languages", texts)
            codes = [code for code in texts if code in languages] or list(texts)
            msg.divider(f"{nlp.lang}_{nlp.meta['name']} {nlp.meta['version']}")
            for doc in nlp.pipe(texts[code] for code in codes):
                typer.echo(doc.text)
                for triple in doc._.triples:
                    typer.echo(f"  {triple.language} {triple.score:.2f}  {triple}")
