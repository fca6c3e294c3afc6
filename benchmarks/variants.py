"""Training of small networks under like conditions, one for each variant, and a table
of their scores. `benchmarks.ablation` and `benchmarks.search` say which variants; those
of pretrained encoders are in `benchmarks.pretrained`.

Each line of the results is one run; a run that is there already is not done again.
"""

import argparse
import random
import sys
import time
from pathlib import Path
from typing import (
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
    TypeVar,
)

import numpy as np
import spacy
import torch
from numpy.typing import NDArray
from spacy.tokens import Doc, DocBin
from torch import nn

from spacy_xoie.extraction.features import HashedFeatures, hash_attributes
from spacy_xoie.labels import LABEL_NUMBERS, TAG_NUMBERS, UNANNOTATED
from spacy_xoie.network.adapters import AdapterBank
from spacy_xoie.network.batch import Batch
from spacy_xoie.network.encoders import HashedEncoder
from spacy_xoie.network.heads import ArcHead, Head, LightHead, Multi2OIEHead, TreeGold
from spacy_xoie.network.model import TripleNetwork
from spacy_xoie.network.routing import LanguageRouter, Router
from spacy_xoie.network.stages import set_stage
from spacy_xoie.syntax.reading import read_triples
from spacy_xoie.training import descent
from spacy_xoie.training.guessing import Guesser, guessing_loss
from spacy_xoie.ty import Sentence, TokenTriple

from .runs import Line, add_line, lines_by_variant, mean_cell, pending_runs

ATTRIBUTES = ["LOWER", "PREFIX1", "PREFIX3", "SUFFIX2", "SUFFIX3", "SUFFIX4", "SHAPE"]
ROWS = [8000, 1000, 3000, 2000, 4000, 5000, 500]
LANGUAGES = ["ar", "de", "en", "es", "fr", "pt", "zh"]
SUFFIX = 4
"""Number of the attribute that the warm-up guesses."""


AnyVariant = TypeVar("AnyVariant")
WarmUp = Callable[["Variant", "TripleNetwork", "Data", int, int], None]
"""Trains a network, on data, for so many updates, with a seed."""


class Variant(NamedTuple):
    """How one network is built and trained.

    stages: Names of stages and their shares of the updates.
    bank: Experts of the bank; None for no adapters.
    router: Makes the router.
    width, dilations, attention: Sizes of the encoder, see `HashedEncoder`.
    head: "arcs", or a head that learns the triples which the rules read off the gold
        trees: "light" or "multi2oie".
    label_width: Width in which the labels of arcs are scored.
    head_targets: Layers of the head that have adapters too.
    tags: Whether the head learns parts of speech as well.
    warm_up: Share of the updates in which the encoder first learns to guess the
        endings of hidden words from the words around them, on the same sentences.
    even: Whether each language is drawn equally often.
    without: Sources of the training data that are left out.
    before: What comes before the stages, and its shares of the updates.
    treed: Languages whose trees are learnt; empty for all.
    tokens: Most tokens of a batch.
    """

    stages: Mapping[str, float]
    bank: Optional[Sequence[str]] = LANGUAGES
    router: Callable[..., Router] = LanguageRouter
    rank: int = 8
    width: int = 96
    dilations: Sequence[int] = (1, 1, 2, 4)
    attention: int = 0
    head: str = "arcs"
    label_width: int = 32
    head_targets: Sequence[str] = ()
    tags: bool = True
    warm_up: float = 0.0
    even: bool = False
    without: Sequence[str] = ()
    before: Sequence[Tuple[WarmUp, float]] = ()
    treed: Sequence[str] = ()
    tokens: int = 2500


class Data(NamedTuple):
    """Sentences with trees, their features hashed once.

    sources: Name of the file that each sentence is from.
    gold: Triples that the rules read off the gold trees.
    """

    docs: List[Doc]
    codes: List[str]
    sources: List[str]
    features: HashedFeatures
    trees: List[TreeGold]
    gold: List[List[TokenTriple]]


def load(paths: Sequence[Path], per_language: int, seed: int = 0) -> Data:
    """Read at most so many sentences of each language from each file."""
    docs, codes, sources = [], [], []
    for path in paths:
        for code, found in draw_docs(path, per_language, seed).items():
            docs += found
            codes += [code] * len(found)
            sources += [path.stem] * len(found)
    trees = [
        TreeGold(
            np.array([token.head.i for token in doc]),
            np.array([LABEL_NUMBERS[token.dep_] for token in doc]),
            np.array([TAG_NUMBERS.get(token.pos_, UNANNOTATED) for token in doc]),
        )
        for doc in docs
    ]
    gold = [
        read_triples(
            sentence_of(doc, code),
            tree.heads.tolist(),
            [token.dep_ for token in doc],
            [token.pos_ for token in doc],
            [1.0] * len(doc),
        )
        for doc, code, tree in zip(docs, codes, trees, strict=True)
    ]
    features = hash_attributes([doc[:] for doc in docs], ATTRIBUTES, ROWS, 2)
    return Data(docs, codes, sources, features, trees, gold)


def draw_docs(path: Path, per_language: int, seed: int = 0) -> Dict[str, List[Doc]]:
    """RETURNS (Dict[str, List[Doc]]): At most so many sentences of each language."""
    vocab = spacy.blank("xx").vocab
    by_code: Dict[str, List[Doc]] = {}
    for doc in DocBin().from_disk(path).get_docs(vocab):
        code = str(doc.spans["xoie"].attrs["language"])
        by_code.setdefault(code, []).append(doc)
    for docs in by_code.values():
        random.Random(seed).shuffle(docs)
    return {code: by_code[code][:per_language] for code in sorted(by_code)}


def sentence_of(doc: Doc, code: str) -> Sentence:
    return Sentence([t.text for t in doc], [bool(t.whitespace_) for t in doc], code)


def make_batch(
    data: Data,
    rows: Sequence[int],
    variant: Variant,
    shares: Optional[Sequence[Mapping[str, float]]] = None,
) -> Batch:
    """shares (Optional[Sequence[Mapping[str, float]]]): The language distribution of
    each sentence of the data; None for the truth."""
    inputs, mask = data.features.inputs(rows)
    experts = variant.bank or []
    languages = torch.zeros(len(rows), len(experts))
    for place, row in enumerate(rows):
        known = {data.codes[row]: 1.0} if shares is None else shares[row]
        for code, share in known.items():
            if code in experts:
                languages[place, experts.index(code)] = share
    trees = [data.trees[row] for row in rows]
    if not variant.tags:
        trees = [t._replace(tags=np.full_like(t.tags, UNANNOTATED)) for t in trees]
    return Batch(
        inputs,
        mask,
        languages,
        gold=[data.gold[row] for row in rows],
        trees=trees,
        sentences=[sentence_of(data.docs[row], data.codes[row]) for row in rows],
    )


def batches(
    data: Data, variant: Variant, tokens: int, seed: int
) -> Iterator[List[int]]:
    """Endless batches of sentences of like length."""
    rng = np.random.default_rng(seed)
    lengths = data.features.lengths
    left = [
        number
        for number, name in enumerate(data.sources)
        if name not in variant.without
        and (not variant.treed or data.codes[number] in variant.treed)
    ]
    while True:
        rows = np.array(left)
        if variant.even:
            codes = np.array(data.codes)[rows]
            share = {code: (codes == code).mean() for code in set(codes.tolist())}
            chance = np.array([1 / share[code] for code in codes.tolist()])
            rows = rng.choice(rows, len(rows), p=chance / chance.sum())
        keys = lengths[rows] + 4 * rng.random(len(rows))
        packs: List[List[int]] = [[]]
        for row in rows[np.argsort(keys, kind="stable")].tolist():
            if packs[-1] and (len(packs[-1]) + 1) * lengths[row] > tokens:
                packs.append([])
            packs[-1].append(row)
        for number in rng.permutation(len(packs)):
            yield packs[number]


def build(variant: Variant) -> TripleNetwork:
    encoder = HashedEncoder(
        width=variant.width,
        rows=ROWS,
        dilations=variant.dilations,
        dropout=0.2,
        word_dropout=0.2,
        attention=variant.attention,
    )
    head = build_head(variant)
    if variant.bank is None:
        return TripleNetwork(encoder, head)
    bank = AdapterBank(
        encoder,
        variant.bank,
        rank=variant.rank,
        alpha=2 * variant.rank,
        targets=["mix$", "convolution$", "inward$", "outward$"],
    )
    if variant.head_targets:
        bank.adapt_head(head, variant.head_targets, head.gates)
    return TripleNetwork(encoder, head, bank=bank, router=variant.router())


def build_head(variant: Variant) -> Head:
    if variant.head == "light":
        return LightHead(in_width=variant.width)
    if variant.head == "multi2oie":
        return Multi2OIEHead(
            in_width=variant.width, position_width=64, depth=2, inner_width=256
        )
    return ArcHead(
        read_triples,
        in_width=variant.width,
        width=96,
        label_width=variant.label_width,
    )


def train(variant: Variant, data: Data, updates: int, seed: int) -> TripleNetwork:
    torch.manual_seed(seed)
    network = build(variant)
    stream = batches(data, variant, variant.tokens, seed)
    guesser = Guesser(variant.width, {SUFFIX: ROWS[SUFFIX]})

    def loss_of_guesses() -> torch.Tensor:
        batch = make_batch(data, next(stream), variant)
        return guessing_loss(network, guesser, batch)

    def loss_of_head() -> torch.Tensor:
        losses = network.loss(make_batch(data, next(stream), variant))
        return torch.stack(list(losses.values())).sum()

    network.train()
    warm_up = round(variant.warm_up * updates)
    if warm_up:
        set_stage(network, "shared")
        parameters = [*network.encoder.parameters(), *guesser.parameters()]
        descend(parameters, loss_of_guesses, warm_up)
    for learn, share in variant.before:
        learn(variant, network, data, round(share * updates), seed)
    rest = task_updates(variant, updates)
    for stage, share in variant.stages.items():
        set_stage(network, stage)
        learning = [p for p in network.parameters() if p.requires_grad]
        descend(learning, loss_of_head, round(share * rest))
    return network


def task_updates(variant: Variant, updates: int) -> int:
    """RETURNS (int): The updates that are left to the stages."""
    warm_ups = [variant.warm_up, *(share for _, share in variant.before)]
    return updates - sum(round(share * updates) for share in warm_ups)


def descend(
    parameters: Sequence[nn.Parameter],
    loss: Callable[[], torch.Tensor],
    steps: int,
    rate: float = 0.003,
) -> None:
    descent.descend(parameters, loss, steps, rate=rate, mixed_precision=True)


def evaluate(
    network: TripleNetwork,
    data: Data,
    variant: Variant,
    threshold: float = 0.0,
    shares: Optional[Sequence[Mapping[str, float]]] = None,
) -> NDArray[Any]:
    """(sentences, 5): tokens, right arcs with label; gold, found, right triples."""
    network.eval()
    counts = np.zeros((len(data.docs), 5), dtype=np.int64)
    order = np.argsort(data.features.lengths, kind="stable")
    for chunk in np.array_split(order, max(1, len(order) // 64)):
        rows = chunk.tolist()
        batch = make_batch(data, rows, variant, shares)
        with torch.inference_mode():
            found = network.extract(batch, threshold=threshold, max_triples=32)
            right = right_arcs(network, batch)
        for place, row in enumerate(rows):
            wanted = {triple.parts for triple in data.gold[row]}
            own = {triple.parts for triple in found[place]}
            tokens = len(data.docs[row])
            both = len(wanted & own)
            counts[row] = (tokens, right[place], len(wanted), len(own), both)
    return counts


def right_arcs(network: TripleNetwork, batch: Batch) -> List[int]:
    """Arcs of each row with the right head and label; 0 if the head has no trees."""
    if not isinstance(network.head, ArcHead):
        return [0] * len(batch.mask)
    counts = []
    with network.encoded(batch) as hidden:
        trees = network.head.parse(hidden, batch.mask)
    for tree, gold in zip(trees, batch.trees, strict=True):
        assert gold is not None
        labels = np.array([LABEL_NUMBERS[name] for name in tree.labels])
        same = (np.array(tree.heads) == gold.heads) & (labels == gold.labels)
        counts.append(int(same.sum()))
    return counts


def best_counts(network: TripleNetwork, data: Data, variant: Variant) -> NDArray[Any]:
    """`evaluate` at the threshold that suits the head best, of a few."""
    if variant.head == "arcs":
        return evaluate(network, data, variant)
    tried = [evaluate(network, data, variant, t) for t in (0.2, 0.3, 0.4, 0.5)]
    return max(tried, key=lambda counts: scores(counts)["triple F1"])


def scores(counts: NDArray[Any]) -> Dict[str, float]:
    tokens, right, gold, found, both = counts.sum(axis=0).tolist()
    return {
        "LAS": 100 * right / max(tokens, 1),
        "triple F1": 200 * both / max(gold + found, 1),
    }


def run_all(
    variants: Mapping[str, Variant], arguments: argparse.Namespace, results: Path
) -> None:
    """Train and score each variant with each seed, and write a line of results."""
    torch.set_num_threads(1)
    data = load(arguments.train, arguments.per_language)
    dev = load([arguments.dev], 150)
    codes = np.array(dev.codes)
    for name, seed in pending_runs(results, variants, arguments.seeds):
        variant = variants[name]
        start = time.perf_counter()
        network = train(variant, data, arguments.updates, seed)
        counts = best_counts(network, dev, variant)
        line = {
            "variant": name,
            "seed": seed,
            "updates": arguments.updates,
            "task updates": task_updates(variant, arguments.updates),
            "seconds": round(time.perf_counter() - start),
            "parameters": sum(p.numel() for p in network.parameters()),
            "all": scores(counts),
            **{c: scores(counts[codes == c]) for c in sorted(set(dev.codes))},
            "counts": counts.tolist(),
        }
        add_line(results, line)
        shown = {k: round(v, 2) for k, v in scores(counts).items()}
        sys.stderr.write(f"{name}, seed {seed}: {shown}\n")


def table(path: Path) -> str:
    """RETURNS (str): Markdown."""
    by_variant = lines_by_variant(path)
    codes = sorted(k for k in next(iter(by_variant.values()))[0] if len(k) == 2)
    rows = [
        "| variant | LAS | triple F1 | seeds | difference (95 %) | "
        + " | ".join(codes)
        + " |",
        "|---" * (5 + len(codes)) + "|",
    ]
    base = next(iter(by_variant.values()))
    for name, runs in by_variant.items():
        # Heads without trees have none.
        las = [r["all"]["LAS"] for r in runs if r["all"]["LAS"]]
        f1 = [r["all"]["triple F1"] for r in runs]
        low, high = _interval(base, runs)
        each = [f"{np.mean([r[c]['triple F1'] for r in runs]):.1f}" for c in codes]
        difference = "" if runs is base else f"{low:+.1f} … {high:+.1f}"
        cells = [name, mean_cell(las), mean_cell(f1), str(len(runs)), difference, *each]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _interval(base: List[Line], runs: List[Line], samples: int = 2000) -> List[float]:
    """Paired bootstrap over sentences of the difference in triple F1, seeds pooled."""
    n = min(len(base), len(runs))
    one = np.sum([np.array(r["counts"]) for r in base[:n]], axis=0)
    two = np.sum([np.array(r["counts"]) for r in runs[:n]], axis=0)
    rng = np.random.default_rng(0)
    differences = []
    for _ in range(samples):
        rows = rng.integers(0, len(one), len(one))
        differences.append(
            scores(two[rows])["triple F1"] - scores(one[rows])["triple F1"]
        )
    return [float(v) for v in np.percentile(differences, [2.5, 97.5])]


def main(
    variants: Mapping[str, Variant],
    doc: str,
    table: Callable[[Path], str] = table,
) -> None:
    """The command line of a benchmark.

    table: Makes the table of the results.
    """
    parser = make_parser(doc, updates=800)
    arguments, chosen = parse_chosen(parser, table, variants)
    run_all(chosen, arguments, arguments.results)


def make_parser(
    doc: str, *, updates: int, per_language: int = 2500
) -> argparse.ArgumentParser:
    """What every benchmark that trains on trees can be told."""
    parser = argparse.ArgumentParser(
        description=doc, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="JSON lines, resumed if there")
    parser.add_argument("--table", action="store_true", help="only print the table")
    parser.add_argument("--train", type=Path, nargs="+", help=".spacy files of trees")
    parser.add_argument("--dev", type=Path, help=".spacy file of trees")
    parser.add_argument("--updates", type=int, default=updates)
    parser.add_argument("--per-language", type=int, default=per_language)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    return parser


def parse_chosen(
    parser: argparse.ArgumentParser,
    table: Callable[[Path], str],
    variants: Mapping[str, AnyVariant],
) -> Tuple[argparse.Namespace, Dict[str, AnyVariant]]:
    """RETURNS (Tuple[argparse.Namespace, Dict[str, AnyVariant]]): See `parse`, and the
    variants that were chosen with `--only`."""
    parser.add_argument("--only", nargs="*", help="names of variants; all if not given")
    arguments = parse(parser, table)
    chosen = arguments.only or list(variants)
    unknown = [name for name in chosen if name not in variants]
    if unknown:
        parser.error(f"There is no variant {unknown}; there are {list(variants)}.")
    return arguments, {name: variants[name] for name in chosen}


def parse(
    parser: argparse.ArgumentParser, table: Callable[[Path], str]
) -> argparse.Namespace:
    """RETURNS (argparse.Namespace): What was told; with `--table`, the table is printed
    and the program ends."""
    arguments = parser.parse_args()
    if arguments.table:
        sys.stdout.write(table(arguments.results) + "\n")
        parser.exit()
    if not arguments.train or not arguments.dev:
        parser.error(
            "Give --train and --dev: the corpora that `spacy project run "
            "full-convert` makes."
        )
    return arguments
