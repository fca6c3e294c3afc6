"""Compare, on one core and in one run, what routing, merging and spaCy cost. Ratios
are medians over pairs of runs in turn, with the least and the most of them: if these
are far apart, the machine was busy with something else."""

import argparse
import platform
import sys
from pathlib import Path
from typing import Callable, List

import srsly
import torch
from wasabi import msg

import spacy_xoie

from .growth import measure_documents, measure_languages, measure_stream
from .pipelines import DETECTOR, make_pipeline, network_of
from .report import Section
from .routing import measure_routing
from .streaming import measure_overhead, measure_words
from .texts import mixed, read_texts
from .transformer import measure_transformer


def main(arguments: List[str]) -> int:
    parser = make_parser()
    options = parser.parse_args(arguments)
    quick: bool = options.quick
    torch.set_num_threads(1)
    nlp = make_pipeline(options.model)
    if DETECTOR not in nlp.pipe_names or not network_of(nlp).experts:
        parser.error(f"{options.model} is no multilingual pipeline with adapters.")
    texts = read_texts(options.text) if options.text else mixed(120 if quick else 600)
    rounds = 3 if quick else 7
    documents = [1_000, 5_000] if quick else [1_000, 10_000, 100_000]
    streams = [500, 1_000] if quick else [1_000, 5_000, 20_000]
    banks = [6, 25] if quick else [6, 25, 100]
    topics: List[Callable[[], Section]] = [
        lambda: measure_routing(nlp, texts, rounds),
        lambda: measure_transformer(12 if quick else 24, rounds),
        lambda: measure_overhead(nlp, texts, rounds),
        lambda: measure_words(nlp, texts, rounds),
        lambda: measure_documents(nlp, texts, documents),
        lambda: measure_stream(nlp, texts, streams),
        lambda: measure_languages(mixed(200), banks, rounds),
    ]
    facts = {
        "version": spacy_xoie.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "model": str(options.model or "random weights"),
        "texts": str(options.text or "made up"),
        "rounds": rounds,
    }
    msg.text(", ".join(f"{name} {value}" for name, value in facts.items()))
    sections = []
    for topic in topics:
        section = topic()
        section.show()
        sections.append(section.to_dict())
        if options.output is not None:
            # After each topic, so that a run that is stopped leaves what it has.
            srsly.write_json(options.output, {**facts, "sections": sections})
    return 0


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds")
    parser.add_argument(
        "--model",
        type=Path,
        help="a trained pipeline (default: random weights, the default config, six "
        "languages)",
    )
    parser.add_argument(
        "--text", type=Path, help="a text file, one doc a line (default: made up)"
    )
    parser.add_argument("--output", type=Path, help="a JSON file for the figures")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
