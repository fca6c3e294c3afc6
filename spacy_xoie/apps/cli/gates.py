"""The command that says which adapters serve which languages."""

from itertools import islice
from pathlib import Path
from typing import Annotated, List, Optional

import typer
from wasabi import msg

from ...evaluation.gate_plot import save_gates
from ...evaluation.gates import GateTable, measure_gates
from ...files import write_json
from ...loading import load
from .app import app
from .inputs import codes_of
from .options import Languages, ModelArgument, Plot, output_option
from .parallel import read_sentences
from .util import one_line_errors


@app.command("gates")
def gates_cli(
    model: ModelArgument,
    corpus: Annotated[
        Optional[List[Path]],
        typer.Argument(
            help="Sentences in several languages, files or folders: .jsonl, .conllu "
            "(.conllu.gz) named as en_pud-ud-test.conllu, or .txt (.txt.gz) named as "
            "news.de.txt, a sentence a line",
            exists=True,
            allow_dash=True,
            show_default=False,
        ),
    ] = None,
    languages: Languages = None,
    limit: Annotated[
        int, typer.Option(help="Most texts of a language; 0 for all", min=0)
    ] = 0,
    output: Annotated[
        Optional[Path], output_option("JSON file for the figures")
    ] = None,
    plot: Plot = None,
) -> None:
    """Show how much of each adapter the sentences of each language use, the entropy of
    these gates, and the mutual information of language and adapter, in bits."""
    with one_line_errors():
        codes = codes_of(languages, "--languages") or None
        sentences = read_sentences(corpus, output, plot)
        texts = {
            language: list(islice(by_id.values(), limit or None))
            for language, by_id in sentences.items()
        }
        table = measure_gates(load(model, "xx"), texts, languages=codes)
        _print(table)
        if output is not None:
            write_json(output, table.to_dict())
            msg.good(f"Wrote {output}")
        if plot is not None:
            save_gates(plot, table)
            msg.good(f"Wrote {plot}")


def _print(table: GateTable) -> None:
    header = ["", "Sentences", *table.experts, "Entropy"]
    for number, mean in enumerate(table.mean):
        one = len(table.mean) == 1
        msg.divider("All layers" if one else f"Layer {number + 1}")
        rows = [
            [
                language,
                str(table.n_sentences[place]),
                *(f"{gate:.2f}" for gate in mean[place]),
                f"{table.sharpness[number, place]:.2f}",
            ]
            for place, language in enumerate(table.languages)
        ]
        aligns = ["l", *["r"] * (len(header) - 1)]
        msg.table(rows, header=header, divider=True, aligns=aligns)
        typer.echo(
            f"Mutual information of language and adapter: "
            f"{table.information[number]:.2f} of {table.max_information:.2f} bits"
        )
        typer.echo(
            f"Entropy of a sentence's gates: {table.entropy[number]:.2f} bits; of all "
            f"gates together: {table.usage[number]:.2f} bits"
        )
