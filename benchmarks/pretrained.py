"""What of a model on a pretrained encoder has to learn: all layers, or low-rank updates
of a frozen one, shared or by language, at once or in the stages of the paper. All with
the same number of updates, of as many wordpieces, on the same sentences.

    python -m benchmarks.pretrained results.jsonl --train TRAIN.spacy --dev DEV.spacy \\
        --unseen UNSEEN.spacy

The model and its training are those of `configs/md.cfg`, in small, and without the
dropout on and in the encoder. UNSEEN holds sentences of languages that are not in
TRAIN; it may be left out. LAS is that of at most 60 held-back sentences a language, and
of 40 of an unseen one. Seconds are those of the processor, for training and for scoring
DEV. `--table` prints means and standard deviations over the seeds.

`--only` chooses among the variants: those of the ablation, and those of a search, which
change one thing of "one shared LoRA" each.
"""

import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Sequence

import numpy as np
import spacy
import torch
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import load_config, registry
from thinc.api import Config, fix_random_seed

from spacy_xoie.extraction import TripleExtractor
from spacy_xoie.training.descent import rate_factor
from spacy_xoie.training.dev_scores import attachment_tally, strip_annotation

from .runs import Line, add_line, lines_by_variant, mean_cell, pending_runs
from .variants import draw_docs, make_parser, parse_chosen

RECIPE = Path(__file__).parents[1] / "configs" / "md.cfg"
RATE = 0.001
"""Of what is new; the recipe says what part of it pretrained weights get."""
WARM_UP = 0.05
"""Share of the updates of a stage."""
HELD_BACK, UNSEEN = 60, 40
"""Most sentences of a language that are scored."""


class Variant(NamedTuple):
    """What learns, and when.

    stages: Names of stages and their shares of the updates.
    shared: Rank of the updates that all languages share; 0 for none.
    bank: Rank of those that each language has for itself; 0 for none.
    router: Chooses among these.
    layers: How many layers of the encoder are used, from below.
    rate: The highest learning rate of what is new.
    """

    stages: Mapping[str, float]
    shared: int = 0
    bank: int = 0
    router: str = "spacy-xoie.LanguageRouter.v1"
    layers: int = 8
    rate: float = RATE


MIXTURE = "spacy-xoie.MixtureRouter.v1"
FROZEN = {"adapters": 1.0}
THREE = {"embeddings": 1 / 3, "encoder": 1 / 3, "adapters": 1 / 3}
SHARED = Variant(FROZEN, shared=32)
PAPER = Variant(THREE, bank=64, router=MIXTURE)
VARIANTS: Dict[str, Variant] = {
    "all layers, embeddings frozen": Variant({"encoder": 1.0}),
    "one shared LoRA": SHARED,
    "bank by language": Variant(FROZEN, bank=32),
    "shared LoRA and bank by language": Variant(FROZEN, shared=32, bank=8),
    "shared LoRA and learned mixture": Variant(
        FROZEN, shared=32, bank=8, router=MIXTURE
    ),
    "paper: embeddings, encoder, mixture": PAPER,
    "paper without its first stage": PAPER._replace(
        stages={"encoder": 0.5, "adapters": 0.5}
    ),
    "paper without its second stage": PAPER._replace(
        stages={"embeddings": 0.5, "adapters": 0.5}
    ),
    "paper without its third stage": Variant({"embeddings": 0.5, "encoder": 0.5}),
    "6 layers": SHARED._replace(layers=6),
    "10 layers": SHARED._replace(layers=10),
    "12 layers": SHARED._replace(layers=12),
    "rank 8": SHARED._replace(shared=8),
    "rank 16": SHARED._replace(shared=16),
    "rank 64": SHARED._replace(shared=64),
    "rate .0005": SHARED._replace(rate=0.0005),
    "rate .002": SHARED._replace(rate=0.002),
}


def read_recipe(variant: Variant, encoder: str, pieces: int, seed: int) -> Config:
    """The recipe of a variant.

    encoder (str): As `spacy-xoie.TransformerEncoder.v2` names it.
    pieces (int): Most wordpieces of a batch, padding included.
    """
    part = "components.xoie.model.encoder.pieces"
    adapters: Dict[str, Any] = {}
    if variant.bank:
        adapters["components.xoie.model.bank"] = {
            "@architectures": "spacy-xoie.AdapterBank.v1",
            "rank": variant.bank,
            "alpha": 2.0 * variant.bank,
        }
        adapters["components.xoie.model.router"] = {"@architectures": variant.router}
    return load_config(
        RECIPE,
        overrides={
            "paths.encoder": encoder,
            "system.seed": seed,
            "training.batcher.max_pieces": pieces,
            f"{part}.layers": variant.layers,
            f"{part}.rank": variant.shared,
            f"{part}.alpha": 2.0 * variant.shared,
            f"{part}.precision": "bfloat16",
            # Some variants train the weights of the encoder.
            f"{part}.packed": False,
            f"{part}.stored": True,
            f"{part}.piece_dropout": 0.0,
            f"{part}.transformer_config.hidden_dropout_prob": 0.0,
            **adapters,
        },
        interpolate=True,
    )


def build(recipe: Config, examples: Sequence[Example]) -> TripleExtractor:
    """examples (Sequence[Example]): Some of each language."""
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": recipe["nlp"]["tokenizer"]}})
    settings = {k: v for k, v in recipe["components"]["xoie"].items() if k != "factory"}
    pipe = nlp.add_pipe("xoie", config=settings)
    nlp.initialize(lambda: examples)
    assert isinstance(pipe, TripleExtractor)
    return pipe


def train(
    pipe: TripleExtractor,
    variant: Variant,
    recipe: Config,
    examples: Sequence[Example],
    updates: int,
) -> None:
    stream = endless(make_part(recipe, "batcher"), examples)
    for stage, share in variant.stages.items():
        pipe.set_stage(stage)
        # Each stage begins with a new one.
        optimizer = make_part(recipe, "optimizer")
        steps = round(share * updates)
        for step in range(steps):
            factor = rate_factor(step, steps, warm_up=WARM_UP)
            optimizer.learn_rate = variant.rate * factor
            pipe.update(next(stream), sgd=optimizer)


def make_part(recipe: Config, name: str) -> Any:
    """RETURNS (Any): What a block of `[training]` describes."""
    return registry.resolve({name: recipe["training"][name]})[name]


def endless(batcher: Any, examples: Sequence[Example]) -> Iterator[List[Example]]:
    while True:
        yield from batcher(examples)


def score(pipe: TripleExtractor, golds: Mapping[str, List[Doc]]) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): LAS of each language, in per cent."""
    return {
        code: 100 * attachment_tally(pipe, docs, code).share
        for code, docs in golds.items()
    }


def table(path: Path) -> str:
    """RETURNS (str): Markdown."""
    by_variant = lines_by_variant(path)
    every = [run for runs in by_variant.values() for run in runs]
    codes = sorted({code for run in every for code in run["las"]})
    heads = ["variant", "LAS", "LAS, unseen", "seconds", "seeds", *codes]
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, runs in by_variant.items():
        cells = [
            name,
            mean_cell([mean(run["las"]) for run in runs]),
            mean_cell([mean(run["unseen"]) for run in runs if run["unseen"]]),
            f"{np.mean([run['seconds'] for run in runs]):.0f}",
            str(len(runs)),
            *(f"{np.mean([run['las'][code] for run in runs]):.1f}" for code in codes),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def mean(las: Mapping[str, float]) -> float:
    """RETURNS (float): Of the languages, each as much as the others."""
    return float(np.mean([*las.values()]))


def main() -> None:
    parser = make_parser(__doc__ or "", updates=150, per_language=1500)
    parser.add_argument("--unseen", type=Path, help=".spacy file of other languages")
    parser.add_argument(
        "--encoder", default="multilingual-e5-small", help="name or folder"
    )
    parser.add_argument(
        "--pieces", type=int, default=1400, help="most wordpieces of a batch"
    )
    arguments, chosen = parse_chosen(parser, table, VARIANTS)
    torch.set_num_threads(1)
    data = [
        (code, docs)
        for path in arguments.train
        for code, docs in draw_docs(path, arguments.per_language).items()
    ]
    examples = [
        Example(strip_annotation(doc, code), doc) for code, docs in data for doc in docs
    ]
    # The languages are all that a network needs to know of its data.
    sample = [Example(strip_annotation(docs[0], code), docs[0]) for code, docs in data]
    dev = draw_docs(arguments.dev, HELD_BACK)
    unseen = draw_docs(arguments.unseen, UNSEEN) if arguments.unseen else {}
    for name, seed in pending_runs(arguments.results, chosen, arguments.seeds):
        variant = chosen[name]
        fix_random_seed(seed)
        recipe = read_recipe(variant, arguments.encoder, arguments.pieces, seed)
        pipe = build(recipe, sample)
        start = time.process_time()
        train(pipe, variant, recipe, examples, arguments.updates)
        las = score(pipe, dev)
        line: Line = {
            "variant": name,
            "seed": seed,
            "updates": arguments.updates,
            "seconds": round(time.process_time() - start),
            "las": las,
            "unseen": score(pipe, unseen),
        }
        add_line(arguments.results, line)
        sys.stderr.write(f"{name}, seed {seed}: LAS {mean(las):.1f}\n")


if __name__ == "__main__":
    main()
