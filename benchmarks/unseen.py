"""Languages without an adapter: what do those of other languages give them?

    python -m benchmarks.unseen results.jsonl --train TRAIN.spacy

Each language in turn is left out of the training of a small network with a bank by
language, on the encoder and on the scorer of arcs. Then trees and triples of some of
its sentences are predicted with the adapters of the others: none of them, each as it
is, all alike, by distance (`nearest`), sums of two (language arithmetic, Klimaszewski
et al. 2024, arXiv 2404.15737), Arrow (Ostapenko et al. 2024, arXiv 2405.11157), and
with the encoder and the head routed by different distances. At last the language gets
an adapter of its own, trained on its other sentences with all else frozen, to compare
with.

`--table` prints the means over languages and seeds. What a method chooses, it chooses
without the language in question: λ of language arithmetic and the temperature and
number of relatives of `nearest` are those that suit the other languages best.
"""

import argparse
import copy
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
    Sequence,
    Tuple,
)

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spacy_xoie.extraction.features import hash_attributes
from spacy_xoie.language.distances import distance, relative_weights
from spacy_xoie.network.adapters import RoutedLora
from spacy_xoie.network.adapters.lora import LoraConv1d
from spacy_xoie.network.model import TripleNetwork
from spacy_xoie.network.routing import Router, Routing

from .runs import add_line, read_lines
from .variants import (
    ATTRIBUTES,
    LANGUAGES,
    ROWS,
    Data,
    Variant,
    batches,
    descend,
    evaluate,
    load,
    make_batch,
    scores,
    train,
)

HEAD_TARGETS = ["of_child$", "of_head$"]
PROFILES = ["overall", "predicate", "argument"]
KINDS = ["syntax", "genealogy", "script", "morphology", "geography"]
# Softness of the weights, and number of relatives.
SETTINGS = [(0.1, 1), (0.03, 3), (0.1, 3), (0.3, 3), (0.03, 6), (0.1, 6), (0.3, 6)]
LAMBDAS = [0.25, 0.5, 0.75]
N_SCORED = 200
"""Sentences of each language that are scored."""

Weights = Mapping[str, float]


class Fixed(Router):
    """The same gates for every sentence.

    weights (Tensor): (experts,)
    """

    def __init__(self, weights: Tensor) -> None:
        super().__init__()
        self.weights = weights

    def route(self, languages: Tensor) -> Routing:
        return Routing(self.weights.expand(len(languages), -1), recurring=True)


class Arrow(nn.Module):
    """An adapted layer in which each token chooses among the experts, by how much of
    it lies along the main direction of each update.

    layer (RoutedLora): The layer, linear or convolutional.
    top_k (int): How many experts serve a token.
    """

    def __init__(self, layer: RoutedLora, top_k: int = 2) -> None:
        super().__init__()
        self.base = layer.base
        self.layer = layer
        self.top_k = top_k
        shape, _ = layer.shapes()
        factors = [layer.factors(expert) for expert in layer.experts]
        mains = [torch.linalg.svd(up @ down)[2][0] for down, up in factors]
        self.prototypes = torch.stack(mains).view(-1, *shape[1:])
        self.down = torch.cat([down for down, _ in factors]).view(-1, *shape[1:])
        self.up = torch.cat([up for _, up in factors], dim=1)

    def forward(self, x: Tensor) -> Tensor:
        """x (Tensor): What the base layer takes.
        RETURNS (Tensor): What it gives, with the update of each token's experts."""
        if isinstance(self.layer, LoraConv1d):
            base = self.layer.base
            settings = {"padding": base.padding, "dilation": base.dilation}
            likeness = F.conv1d(x, self.prototypes, **settings).transpose(1, 2)
            low = F.conv1d(x, self.down, **settings).transpose(1, 2)
            return base(x) + self._raise(low, likeness).transpose(1, 2)
        low = F.linear(x, self.down)
        out: Tensor = self.base(x) + self._raise(low, F.linear(x, self.prototypes))
        return out

    def _raise(self, low: Tensor, likeness: Tensor) -> Tensor:
        """low (Tensor): (…, experts * rank)
        likeness (Tensor): (…, experts)"""
        values, index = likeness.abs().topk(self.top_k, dim=-1)
        gates = torch.zeros_like(likeness).scatter(-1, index, values.softmax(dim=-1))
        wide = gates.repeat_interleave(self.layer.rank, dim=-1) * self.layer.scaling
        return F.linear(low * wide, self.up)


def split(data: Data) -> Tuple[Data, Dict[str, Data]]:
    """RETURNS (Tuple[Data, Dict[str, Data]]): The sentences to learn from, and some of
    each language to be scored on, which nothing is trained on."""
    tests: Dict[str, Data] = {}
    rest = set(range(len(data.codes)))
    for language in LANGUAGES:
        rows = [n for n, code in enumerate(data.codes) if code == language]
        chosen = np.random.default_rng(0).permutation(rows)[:N_SCORED].tolist()
        tests[language] = pick(data, chosen)
        rest -= set(chosen)
    return pick(data, sorted(rest)), tests


def pick(data: Data, rows: Sequence[int]) -> Data:
    """RETURNS (Data): Some of the sentences."""
    docs = [data.docs[row] for row in rows]
    return Data(
        docs,
        [data.codes[row] for row in rows],
        [data.sources[row] for row in rows],
        hash_attributes([doc[:] for doc in docs], ATTRIBUTES, ROWS, 2),
        [data.trees[row] for row in rows],
        [data.gold[row] for row in rows],
    )


def mixtures(language: str, experts: Sequence[str]) -> Dict[str, List[Weights]]:
    """What the encoder's and the head's adapters are weighted by, by method."""
    alike = {expert: 1 / len(experts) for expert in experts}
    found: Dict[str, List[Weights]] = {"all alike": [alike, alike]}
    for expert in experts:
        found[f"as is: {expert}"] = [{expert: 1.0}, {expert: 1.0}]
    near = nearest_one(language, experts)
    found["nearest one"] = [{near: 1.0}, {near: 1.0}]
    for share in LAMBDAS:
        both = arithmetic(language, experts, share)
        found[f"arithmetic {share}"] = [both, both]
    for temperature, count in SETTINGS:
        by = {
            profile: nearest_weights(language, experts, profile, temperature, count)
            for profile in PROFILES
        }
        name = f"t={temperature} k={count}"
        for profile in PROFILES:
            found[f"nearest {profile} {name}"] = [by[profile], by[profile]]
        found[f"two-sided {name}"] = [by["predicate"], by["argument"]]
        found[f"swapped {name}"] = [by["argument"], by["predicate"]]
    for kind in KINDS:
        weights = nearest_weights(language, experts, kind, 0.1, 3)
        found[f"nearest by {kind}"] = [weights, weights]
    return found


def nearest_one(language: str, experts: Sequence[str]) -> str:
    return min(experts, key=lambda expert: distance_to(language, expert))


def arithmetic(language: str, experts: Sequence[str], share: float) -> Weights:
    """RETURNS (Weights): The nearest one with this share and English with the rest; the
    second nearest if English is the nearest, or has no adapter."""
    near = nearest_one(language, experts)
    others = [expert for expert in experts if expert != near]
    other = "en" if "en" in others else nearest_one(language, others)
    return {near: share, other: 1 - share}


def distance_to(language: str, expert: str) -> float:
    value = distance(language, expert).value
    return 1.0 if value is None else value


def nearest_weights(
    language: str, experts: Sequence[str], profile: str, temperature: float, count: int
) -> Dict[str, float]:
    kinds = {profile: 1.0} if profile in KINDS else profile
    weights = relative_weights(
        language, experts, profile=kinds, temperature=temperature
    )
    best = sorted(weights, key=lambda expert: weights[expert], reverse=True)[:count]
    total = sum(weights[expert] for expert in best)
    return {expert: weights[expert] / total for expert in best}


def gates_of(weights: Weights, experts: Sequence[str]) -> Fixed:
    return Fixed(torch.tensor([weights.get(expert, 0.0) for expert in experts]))


def with_arrow(network: TripleNetwork) -> TripleNetwork:
    """RETURNS (TripleNetwork): A copy in which Arrow routes the adapters."""
    network = copy.deepcopy(network)
    assert network.bank is not None
    for part, layers in (
        (network.encoder, network.bank.layers),
        (network.head, network.bank.head_layers),
    ):
        for name, layer in layers:
            parent, _, child = name.rpartition(".")
            setattr(part.get_submodule(parent), child, Arrow(layer))
    network.routed = False
    return network


def add_own(
    network: TripleNetwork, language: str, data: Data, updates: int, seed: int
) -> Variant:
    """Plug the language in, from the adapters of the others alike, and train it."""
    assert network.bank is not None
    others = network.experts
    network.bank.plug(language, {})
    network.bank.start(language, {expert: 1 / len(others) for expert in others})
    variant = Variant({}, network.experts, head_targets=HEAD_TARGETS, treed=[language])
    learning = []
    for name, parameter in network.named_parameters():
        ours = name.endswith((f".lora_A.{language}", f".lora_B.{language}"))
        parameter.requires_grad_(ours)
        if ours:
            learning.append(parameter)
    stream = batches(data, variant, 2500, seed)

    def loss() -> Tensor:
        losses = network.loss(make_batch(data, next(stream), variant))
        return torch.stack(list(losses.values())).sum()

    network.train()
    descend(learning, loss, updates)
    return variant


def run(
    language: str, seed: int, data: Data, unseen: Data, arguments: argparse.Namespace
) -> Iterator[Dict[str, Any]]:
    """Leave a language out. YIELDS (Dict[str, Any]): The scores of each method."""
    start = time.perf_counter()
    others = [code for code in LANGUAGES if code != language]
    variant = Variant({"all": 1.0}, others, head_targets=HEAD_TARGETS, treed=others)
    network = train(variant, data, arguments.updates, seed)

    def line(method: str, tried: TripleNetwork, how: Variant = variant) -> Any:
        found = scores(evaluate(tried, unseen, how))
        seconds = round(time.perf_counter() - start)
        about = {"language": language, "seed": seed, "method": method}
        return {**about, "seconds": seconds, **found}

    network.routed = False
    yield line("no adapter", network)
    yield line("arrow", with_arrow(network))
    network.routed = True
    assert network.router is not None
    before = network.router
    for method, (for_encoder, for_head) in mixtures(language, others).items():
        network.router = gates_of(for_encoder, others)
        network.head_router = gates_of(for_head, others)
        yield line(method, network)
    network.router, network.head_router = before, None
    own = add_own(network, language, data, arguments.own_updates, seed)
    yield line("own", network, own)


def table(results: Path) -> str:
    """RETURNS (str): Scores of each method, and of what was chosen by the others."""
    lines = read_lines(results)
    names = list(dict.fromkeys(line["method"] for line in lines))
    codes = sorted({line["language"] for line in lines})
    las = _means(lines, "LAS", names, codes)
    f1 = _means(lines, "triple F1", names, codes)
    rows = ["no adapter", "all alike", "arrow", "nearest one", "own"]
    families: Dict[str, Callable[[str], bool]] = {
        "best source as it is (by the gold trees)": lambda n: n.startswith("as is"),
        "arithmetic": lambda n: n.startswith("arithmetic"),
        "two-sided": lambda n: n.startswith("two-sided"),
        "two-sided, swapped": lambda n: n.startswith("swapped"),
        **{
            f"nearest, {profile}": lambda n, p=profile: n.startswith(f"nearest {p} ")
            for profile in PROFILES
        },
    }
    chosen: Dict[str, List[int]] = {
        name: [names.index(name)] * len(codes) for name in rows
    }
    for family, belongs in families.items():
        members = [names.index(name) for name in names if belongs(name)]
        picks = []
        for place in range(len(codes)):
            others = [n for n in range(len(codes)) if n != place]
            if family.startswith("best source"):
                known = [m for m in members if not np.isnan(las[m, place])]
                picks.append(max(known, key=lambda m, p=place: las[m, p]))
            else:
                picks.append(max(members, key=lambda m: las[m, others].mean()))
        chosen[family] = picks
    for kind in KINDS:
        chosen[f"nearest by {kind} alone"] = [names.index(f"nearest by {kind}")] * len(
            codes
        )
    out = []
    for title, values in ("LAS", las), ("Triple F1", f1):
        out += [
            "",
            f"| {title} | {' | '.join(codes)} | mean |",
            "|---" * (len(codes) + 2) + "|",
        ]
        for name, picks in chosen.items():
            found = [values[pick, place] for place, pick in enumerate(picks)]
            cells = " | ".join(f"{value:.1f}" for value in found)
            out.append(f"| {name} | {cells} | {np.mean(found):.1f} |")
    return "\n".join(out)


def _means(
    lines: Sequence[Mapping[str, Any]],
    score: str,
    names: Sequence[str],
    codes: Sequence[str],
) -> Any:
    """(methods, languages): means over the seeds."""
    sums = np.zeros((len(names), len(codes)))
    counts = np.zeros_like(sums)
    for line in lines:
        place = names.index(line["method"]), codes.index(line["language"])
        sums[place] += line[score]
        counts[place] += 1
    with np.errstate(invalid="ignore"):
        return sums / counts


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="JSON lines, resumed if there")
    parser.add_argument("--table", action="store_true", help="only print the table")
    parser.add_argument("--train", type=Path, nargs="+", help=".spacy files of trees")
    parser.add_argument("--updates", type=int, default=600)
    parser.add_argument("--own-updates", type=int, default=200)
    parser.add_argument("--per-language", type=int, default=2500)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--languages", nargs="*", default=LANGUAGES)
    arguments = parser.parse_args()
    if arguments.table:
        sys.stdout.write(table(arguments.results) + "\n")
        return
    if not arguments.train:
        parser.error("Give --train: what `spacy project run full-convert` makes.")
    torch.set_num_threads(1)
    data, tests = split(load(arguments.train, arguments.per_language))
    done = set()
    if arguments.results.exists():
        lines = read_lines(arguments.results)
        done = {
            (line["language"], line["seed"])
            for line in lines
            if line["method"] == "own"
        }
    for seed in arguments.seeds:
        for language in arguments.languages:
            if (language, seed) in done:
                continue
            found = list(run(language, seed, data, tests[language], arguments))
            for line in found:
                add_line(arguments.results, line)
            sys.stderr.write(f"{language} seed {seed}: {found[-1]}\n")


if __name__ == "__main__":
    main()
