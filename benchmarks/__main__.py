"""`python -m benchmarks`: what routing, merging and spaCy cost, as ratios in one run.

Ratios are medians over pairs of runs in turn, with the least and the most beside
them; a wide range says that the machine was busy with something else."""

import argparse
import sys
from pathlib import Path
from typing import List

import srsly
from wasabi import msg, table

from .growth import document_rows, language_rows, stream_rows
from .routing import hashed_rows, transformer_rows
from .throughput import throughput_rows


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "--model", type=Path, help="a trained pipeline (default: random)"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds")
    parser.add_argument("--output", type=Path, help="JSON file for the figures")
    options = parser.parse_args(arguments)
    quick, model = options.quick, options.model
    rounds = 3 if quick else 15
    figures = {}

    def show(title: str, header: List[str], rows: List[List[str]]) -> None:
        figures[title] = [dict(zip(header, row, strict=True)) for row in rows]
        msg.divider(title)
        aligns = ["l"] * (len(header) - 1) + ["r"]
        print(table(rows, header=header, divider=True, aligns=aligns))

    show(
        "Time of the encoder, over the bare encoder",
        ["encoder", "", "ratio"],
        hashed_rows(model, rounds) + transformer_rows(rounds),
    )
    show(
        "nlp.pipe on one core",
        ["", "value"],
        throughput_rows(model, 120 if quick else 1200, rounds),
    )
    docs = [1_000, 10_000] if quick else [1_000, 10_000, 100_000]
    streams = [500, 1000] if quick else [1_000, 5_000, 20_000]
    show(
        "Growth",
        ["", "µs a token", "MB more"],
        document_rows(model, docs) + stream_rows(model, streams),
    )
    show(
        "Growth of the bank, six languages in the batch",
        ["", "over the bare encoder", "MB each"],
        language_rows([6, 25] if quick else [6, 25, 100], rounds),
    )
    if options.output is not None:
        srsly.write_json(options.output, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
