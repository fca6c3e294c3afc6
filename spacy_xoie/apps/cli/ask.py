"""The command that asks a store."""

import csv
import sys
from io import StringIO
from pathlib import Path
from typing import Annotated, Literal, Optional

import srsly
import typer
from wasabi.tables import table

from ...errors import ConfigError
from ...files import read_text, write_text
from ..knowledge.asking import Solutions, Term
from ..knowledge.queries import QUERIES
from ..knowledge.store import TripleStore
from ..knowledge.vocabulary import PREFIXES
from .app import app
from .options import format_option, output_option
from .util import one_line_errors

Format = Literal["table", "json", "csv"]
_WIDTH = 60


@app.command("ask")
def ask_cli(
    store: Annotated[Path, typer.Argument(help="Folder of the store")],
    query: Annotated[
        Optional[str],
        typer.Argument(help="SPARQL, or the name of a prepared query"),
    ] = None,
    file: Annotated[
        Optional[Path],
        typer.Option(help="File with the query", exists=True, dir_okay=False),
    ] = None,
    form: Annotated[Format, format_option("How to answer")] = "table",
    output: Annotated[
        Optional[Path], output_option("File to write, in place of printing")
    ] = None,
    remote: Annotated[
        bool, typer.Option("--remote", help="Let the query ask other servers (SERVICE)")
    ] = False,
) -> None:
    """Ask a store that `spacy xoie store` made, in SPARQL. The prefixes xoie:, doc:,
    phrase:, rel:, canon:, rdf:, rdfs:, xsd: and prov: are known. Without a query, the
    prepared ones are listed.

    Examples:
    spacy xoie ask news.store facts
    spacy xoie ask news.store "SELECT ?who ?what { GRAPH ?fact { ?who canon:Acquisition
    ?what } }"
    spacy xoie ask news.store --file query.rq --format csv --output answer.csv
    """
    with one_line_errors():
        if query is None and file is None:
            for name, text in QUERIES.items():
                typer.echo(f"{name}: {text.splitlines()[0].removeprefix('# ')}")
            return
        with TripleStore(store, create=False) as triples:
            answer = triples.ask(_query(query, file), remote=remote)
        text = _FORMATS[form](answer)
        if output is not None:
            write_text(output, text)
        else:
            sys.stdout.write(text)


def _query(query: Optional[str], file: Optional[Path]) -> str:
    if file is not None:
        if query is not None:
            raise ConfigError("Give a query or a --file, not both.")
        return read_text(file)
    assert query is not None
    if query in QUERIES:
        return QUERIES[query]
    if query.isidentifier():
        raise ConfigError(
            f"There is no prepared query {query!r}; there are {', '.join(QUERIES)}."
        )
    return query


def _as_table(answer: Solutions) -> str:
    rows = [[_short(term) for term in row] for row in answer.rows]
    header = list(answer.columns)
    return (
        table(rows, header=header, divider=True, max_col=_WIDTH)
        if rows
        else ("There is no answer.\n")
    )


def _as_json(answer: Solutions) -> str:
    text: str = srsly.json_dumps(answer.values(), indent=2)
    return text + "\n"


def _as_csv(answer: Solutions) -> str:
    output = StringIO()
    writer = csv.writer(output)
    writer.writerow(answer.columns)
    writer.writerows(
        ["" if term is None else term.text for term in row] for row in answer.rows
    )
    return output.getvalue()


def _short(term: Optional[Term]) -> str:
    """A term as people read it: known prefixes for IRIs, one line, no controls."""
    if term is None:
        return ""
    text = term.text
    if term.kind == "iri":
        for prefix, iri in sorted(PREFIXES.items(), key=lambda pair: -len(pair[1])):
            if text.startswith(iri):
                text = f"{prefix}:{text.removeprefix(iri)}"
                break
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


_FORMATS = {"table": _as_table, "json": _as_json, "csv": _as_csv}
