"""The command that draws triples."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, Iterable, Iterator, List, Optional, Union, cast

import typer
from spacy.language import Language
from spacy.tokens import Doc
from wasabi import msg

from ...doc.blank import blank_pipeline
from ...doc.languages import set_language
from ...doc.triples import SPAN_KEY, filter_triples
from ...errors import ConfigError, DataError
from ...files import Fault, check_writable, file_suffix, write_text
from ...loading import load
from ..batch.engines import batches, extract
from ..batch.texts import DOCS, STDIN, SUFFIXES, Source, find_files, read_docs
from .app import app
from .group import PARTLY
from .inputs import named_inputs, split_inputs, standard_input
from .options import Asserted, Model, Threshold, output_option
from .util import one_line_errors

EXAMPLES = """Examples:

spacy xoie visualize "Die Stadt hat das Haus gebaut." -o page.html

spacy xoie visualize news/ --style graph -o graph.html

spacy xoie visualize corpus/dev.spacy --style arcs > page.html

spacy xoie visualize "The city built the house." --style projection --target de
--translation "Die Stadt baute das Haus." -o page.html"""


class Style(StrEnum):
    spans = "spans"
    arcs = "arcs"
    table = "table"
    graph = "graph"
    projection = "projection"


@app.command("visualize", epilog=EXAMPLES)
def visualize_cli(
    inputs: Annotated[
        Optional[List[str]],
        typer.Argument(
            help='Texts; files: .txt, .md, .jsonl (objects with "text"; also .gz), '
            ".spacy (docs with triples, drawn as they are); folders of such files; "
            "patterns; - for standard input, which is read if nothing is named",
            show_default=False,
        ),
    ] = None,
    style: Annotated[
        Style,
        typer.Option(
            "--style",
            "-s",
            help="Triples in their sentences; as arcs; as a table; all together as a "
            "graph; beside their translation",
        ),
    ] = Style.spans,
    model: Model = "xx_xoie_sm",
    output: Annotated[
        Optional[Path],
        output_option("HTML file; else standard output"),
    ] = None,
    threshold: Threshold = None,
    asserted: Asserted = False,
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
        if output is not None:
            check_writable(output)
        stdin = standard_input()
        files = named_inputs(inputs, stdin)
        docs = list(_docs(files, stdin, model, threshold, faults))
        for doc in docs if asserted else ():
            filter_triples(doc, lambda triple: triple.is_asserted)
        if not docs:
            raise DataError("\n".join(["There is nothing to draw.", *faults]))
        if translation:
            _project(docs, translation, stdin, str(target), faults)
        page = _page(docs, style, target, nodes, title, faults)
        if output is None:
            typer.echo(page, nl=False)
        else:
            write_text(output, page)
            msg.good(f"Wrote {output}")
    for fault in faults:
        typer.secho(fault, fg="yellow", err=True)
    if faults:
        raise typer.Exit(PARTLY)


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
    inputs: Iterable[str],
    stdin: BinaryIO,
    model: str,
    threshold: Optional[float],
    faults: List[str],
) -> Iterator[Doc]:
    """The docs of all inputs, in order, with triples."""
    nlp: Optional[Language] = None
    for source in _sources(inputs, stdin, faults):
        if isinstance(source, Path):
            yield from _stored_docs(source)
            continue
        if nlp is None:
            nlp = load(model, "xx", threshold)
        for batch in batches(source, nlp.batch_size):
            for text, doc, error in extract(nlp, batch):
                if doc is None:
                    faults.append(str(text.fault(error)))
                    continue
                # Of a text that was typed there is nothing to tell but what is in it.
                doc.user_data["title"] = text.name if text.path else ""
                yield doc


def _sources(
    inputs: Iterable[str], stdin: BinaryIO, faults: List[str]
) -> Iterator[Union[Source, Path]]:
    """What the inputs mean, in order: texts, or a file of docs."""

    def source(paths: List[str], texts: List[str]) -> Source:
        def on_fault(fault: Fault) -> None:
            faults.append(str(fault))

        return Source(paths, texts, on_fault=on_fault, stdin=stdin)

    for value in inputs:
        paths, texts = split_inputs([value])
        for path in find_files(paths, docs=True):
            if file_suffix(path) == DOCS:
                yield Path(path)
            elif path == STDIN or file_suffix(path) in SUFFIXES:
                yield source([path], [])
            else:
                raise DataError(
                    f"{path!r} is a file of no known kind; name it as one of "
                    f"{', '.join((*SUFFIXES, DOCS))}."
                )
        if texts:
            yield source([], texts)


def _stored_docs(path: Path) -> Iterator[Doc]:
    try:
        docs = list(read_docs(str(path)))
    except DataError as error:
        raise DataError(f"{path}: {error}") from error
    if not any(SPAN_KEY in doc.spans for doc in docs):
        raise DataError(
            f"The docs in {path} have no triples, doc.spans[{SPAN_KEY!r}]. Run a "
            f"pipeline over them first."
        )
    for number, doc in enumerate(docs, start=1):
        doc.user_data["title"] = doc.user_data.get("title", f"{path.name}:{number}")
        yield doc


def _project(
    docs: List[Doc],
    translation: List[str],
    stdin: BinaryIO,
    target: str,
    faults: List[str],
) -> None:
    """Carry the triples of docs over to translations that are given."""
    from ...doc.translations import set_translation
    from ...projection.bitext import project_bitext

    texts: List[str] = []
    for source in _sources(translation, stdin, faults):
        if isinstance(source, Path):
            raise DataError(f"{source} has docs; give translations as .txt or .jsonl.")
        texts += [text.text for text in source]
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
