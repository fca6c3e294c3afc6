"""Compare, on one core and in one run, what routing, merging and spaCy cost. Ratios
are medians over pairs of runs in turn, with the least and the most of them: if these
are far apart, the machine was busy with something else."""

import argparse
import platform
import sys
from pathlib import Path
from typing import Callable, Dict, List

import srsly
import torch
from wasabi import msg

import spacy_xoie
from spacy_xoie.extraction.pretrained import DEFAULT_NAME

from .growth import measure_documents, measure_languages, measure_stream
from .pipelines import DETECTOR, make_pipeline, network_of
from .precision import measure_precisions
from .report import Section
from .routing import measure_routing
from .scale_out import measure_engines
from .streaming import measure_overhead, measure_sorting, measure_words
from .texts import mixed, read_texts
from .transformer import measure_transformer
from .words_per_second import measure_words_per_second

TOPICS = [
    "routing",
    "transformer",
    "precision",
    "pretrained",
    "sorting",
    "overhead",
    "words",
    "documents",
    "stream",
    "languages",
    "engines",
]

N_WORKERS = 2


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
    banks = [6, 100] if quick else [6, 25, 100]
    topics: Dict[str, Callable[[], Section]] = {
        "routing": lambda: measure_routing(nlp, texts, rounds),
        "transformer": lambda: measure_transformer(24 if quick else 96, rounds),
        "precision": lambda: measure_precisions(
            24 if quick else 96, rounds, options.transformer, options.dev
        ),
        "pretrained": lambda: measure_words_per_second(
            texts, rounds, encoder=options.encoder
        ),
        "sorting": lambda: measure_sorting(nlp, 120 if quick else 600, rounds),
        "overhead": lambda: measure_overhead(nlp, texts, rounds),
        "words": lambda: measure_words(nlp, texts, rounds),
        "documents": lambda: measure_documents(nlp, texts, documents),
        "stream": lambda: measure_stream(nlp, texts, streams),
        "languages": lambda: measure_languages(mixed(200), banks, rounds),
        "engines": lambda: measure_engines(
            options.model, mixed(2_000 if quick else 20_000), N_WORKERS, 3
        ),
    }
    facts = {
        "version": spacy_xoie.__version__,
        "torch": torch.__version__,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "model": str(options.model or DEFAULT_NAME),
        "texts": str(options.text or "made up"),
        "rounds": rounds,
    }
    msg.text(", ".join(f"{name} {value}" for name, value in facts.items()))
    sections = []
    for name in options.only:
        section = topics[name]()
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
        help=f"a trained pipeline (default: xoie_lang and xoie with {DEFAULT_NAME})",
    )
    parser.add_argument(
        "--text", type=Path, help="a text file, one doc a line (default: made up)"
    )
    parser.add_argument(
        "--transformer",
        type=Path,
        help="a trained pipeline with a transformer encoder, to score",
    )
    parser.add_argument(
        "--encoder",
        type=Path,
        help="folder that `spacy xoie encoder` wrote, to run under spacy-transformers",
    )
    parser.add_argument("--dev", type=Path, help="annotated docs for it, .spacy")
    parser.add_argument(
        "--only", nargs="*", choices=TOPICS, default=TOPICS, help="topics to measure"
    )
    parser.add_argument("--output", type=Path, help="a JSON file for the figures")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
