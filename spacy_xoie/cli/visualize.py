"""The command that draws triples."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Iterable, Iterator, List, Optional, Tuple, cast
from zlib import error as ZlibError

import srsly
import typer
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from wasabi import msg

from ..errors import ConfigError, DataError
from ..language import set_language
from ..language.blank import blank_pipeline, multilingual_pipeline
from ..triples import SPAN_KEY
from .app import app
from .util import named_pipeline, one_line_errors, write_text

EXAMPLES = """Examples:

spacy xoie visualize "Die Stadt hat das Haus gebaut." -o page.html

spacy xoie visualize news/ --style graph -o graph.html

spacy xoie visualize corpus/dev.spacy --style arcs > page.html

spacy xoie visualize "The city built the house." --style projection --target de
--translation "Die Stadt baute das Haus." -o page.html"""

_ENDINGS = (".txt", ".jsonl", ".spacy")

Item = Tuple[str, str]
"""Title and text."""


class Style(StrEnum):
    spans = "spans"
    arcs = "arcs"
    table = "table"
    graph = "graph"
    projection = "projection"


@app.command("visualize", epilog=EXAMPLES)
def visualize_cli(
    inputs: Annotated[
        List[str],
        typer.Argument(
            help='Texts; files: .txt, .jsonl (objects with "text"), .spacy (docs with '
            "triples, drawn as they are); folders of such files; - for standard input"
        ),
    ],
    style: Annotated[
        Style,
        typer.Option(
            "--style",
            "-s",
            help="Triples in their sentences; as arcs; as a table; all together as a "
            "graph; beside their translation",
        ),
    ] = Style.spans,
    model: Annotated[
        str,
        typer.Option(
            "--model", "-m", help="A pipeline (folder or package) or pretrained model"
        ),
    ] = "xx_xoie_sm",
    output: Annotated[
        Optional[Path],
        typer.Option("--output", "-o", help="HTML file; else standard output"),
    ] = None,
    threshold: Annotated[
        Optional[float], typer.Option(help="Least score of a triple", min=0, max=1)
    ] = None,
    target: Annotated[
        Optional[str], typer.Option(help="projection: language of the translation")
    ] = None,
    translation: Annotated[
        List[str],
        typer.Option(
            help="projection: translations of the inputs, texts or files, in the same "
            "order; else the pipeline has to have 'xoie_projector'"
        ),
    ] = [],
    nodes: Annotated[
        int, typer.Option(help="graph: most nodes that are drawn", min=1)
    ] = 400,
    title: Annotated[str, typer.Option(help="Title of the page")] = "Triples",
) -> None:
    """Draw triples as an HTML page, which needs nothing from outside."""
    faults: List[str] = []
    with one_line_errors():
        if style == Style.projection and not target:
            raise ConfigError("The style 'projection' needs --target, such as de.")
        if translation and style != Style.projection:
            raise ConfigError("--translation goes with --style projection only.")
        docs = list(_docs(inputs, model, threshold, faults))
        if translation:
            _project(docs, translation, str(target), faults)
        page = _page(docs, style, target, nodes, title, faults)
        if output is None:
            typer.echo(page, nl=False)
        else:
            write_text(output, page)
            msg.good(f"Wrote {output}")
    for fault in faults:
        typer.secho(fault, fg="yellow", err=True)
    if faults:
        raise typer.Exit(3)


def _page(
    docs: List[Doc],
    style: Style,
    target: Optional[str],
    nodes: int,
    title: str,
    faults: List[str],
) -> str:
    from ..knowledge.graph import build_graph, graph_html
    from ..visual import html_page, render_triples
    from ..visual.page import escape, legend
    from ..visual.render import Style as TripleStyle
    from ..visual.render import doc_heading

    if style == Style.graph:
        return graph_html(build_graph(docs), limit=nodes, title=title)
    if style != Style.projection:
        return render_triples(
            docs, style=cast(TripleStyle, style.value), page=True, title=title
        )
    parts = [f"<h1>{escape(title)}</h1>", legend()]
    for doc in docs:
        try:
            parts.append(doc_heading(doc) + _projection(doc, str(target)))
        except DataError as error:
            faults.append(f"{doc.user_data.get('title') or doc.text[:40]}: {error}")
    return html_page(title, "".join(parts))


def _projection(doc: Doc, target: str) -> str:
    from ..visual.projection import projection_html, translation_of

    return projection_html(doc, translation_of(doc, target))


def _docs(
    inputs: Iterable[str], model: str, threshold: Optional[float], faults: List[str]
) -> Iterator[Doc]:
    """The docs of all inputs, in order, with triples."""
    nlp: Optional[Language] = None
    for kind, value in _sources(inputs):
        if kind == ".spacy":
            yield from _stored_docs(Path(value))
            continue
        if nlp is None:
            nlp = named_pipeline(model, "xx", threshold)
        for doc, title in nlp.pipe(
            ((text, title) for title, text in _texts(kind, value, faults)),
            as_tuples=True,
        ):
            doc.user_data["title"] = title
            yield doc


def _sources(inputs: Iterable[str]) -> Iterator[Tuple[str, str]]:
    """Kind of each input (ending of a file, "-" or "" for a text), and the input.
    Files of a folder are inputs of their own."""
    for value in inputs:
        path = Path(value)
        is_word = not any(map(str.isspace, value)) and len(value) < 1000
        if value == "-":
            yield "-", value
        elif is_word and path.is_dir():
            files = [file for file in path.rglob("*") if file.suffix in _ENDINGS]
            if not files:
                raise DataError(f"There are no files {_ENDINGS} in {value}.")
            for file in sorted(files):
                yield file.suffix, str(file)
        elif len(value) < 1000 and path.suffix in _ENDINGS and path.is_file():
            yield path.suffix, value
        elif is_word and path.suffix in _ENDINGS:
            raise DataError(f"There is no file {value!r}.")
        elif is_word and path.is_file():
            raise DataError(
                f"{value!r} is a file of no known kind; name it as one of {_ENDINGS}."
            )
        else:
            yield "", value


def _texts(kind: str, value: str, faults: List[str]) -> Iterator[Item]:
    if kind == "":
        yield "", value
    elif kind == "-":
        yield "", sys.stdin.read()
    elif kind == ".txt":
        yield Path(value).name, _read(Path(value))
    else:
        for number, line in enumerate(_read(Path(value)).splitlines(), start=1):
            if not line.strip():
                continue
            try:
                record = srsly.json_loads(line)
            except ValueError as error:
                faults.append(f"{value}, line {number}: no JSON: {error}")
                continue
            text = record.get("text") if isinstance(record, dict) else None
            if isinstance(text, str):
                yield str(record.get("id") or f"{Path(value).name}:{number}"), text
            else:
                faults.append(f'{value}, line {number}: there is no "text"')


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is no UTF-8 text: {error}. Convert it.") from error


def _stored_docs(path: Path) -> Iterator[Doc]:
    try:
        found = DocBin().from_disk(path)
        docs = list(found.get_docs(multilingual_pipeline().vocab))
    except (ValueError, KeyError, TypeError, EOFError, ZlibError) as error:
        raise DataError(f"{path} cannot be read as docs: {error}") from error
    if not any(SPAN_KEY in doc.spans for doc in docs):
        raise DataError(
            f"The docs in {path} have no triples, doc.spans[{SPAN_KEY!r}]. Run a "
            f"pipeline over them first."
        )
    for number, doc in enumerate(docs, start=1):
        doc.user_data["title"] = doc.user_data.get("title", f"{path.name}:{number}")
        yield doc


def _project(
    docs: List[Doc], translation: List[str], target: str, faults: List[str]
) -> None:
    """Carry the triples of docs over to translations that are given."""
    from ..projection.bitext import project_bitext
    from ..projection.storage import set_translation

    texts: List[str] = []
    for kind, value in _sources(translation):
        if kind == ".spacy":
            raise DataError(f"{value} has docs; give translations as .txt or .jsonl.")
        texts += [text for _, text in _texts(kind, value, faults)]
    if len(texts) != len(docs):
        raise DataError(
            f"There are {len(docs)} texts, but {len(texts)} translations. Give one for "
            f"each, in the same order."
        )
    nlp = blank_pipeline(target)
    others = [nlp.make_doc(text) for text in texts]
    for other in others:
        set_language(other, target)
    project_bitext(list(zip(docs, others, strict=True)), target_language=target)
    for doc, other in zip(docs, others, strict=True):
        set_translation(doc, target, other)
