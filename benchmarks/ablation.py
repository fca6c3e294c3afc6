"""The paper's ablation at a small scale: stages, adapters and routers, all on the same
sentences and with the same number of updates.

    python -m benchmarks.ablation TRAIN.spacy DEV.spacy results.jsonl

Each line of the results is one run; a run that is there already is not done again.
`python -m benchmarks.ablation --table results.jsonl` prints means, standard
deviations over the seeds, and paired bootstrap intervals against the first variant.
"""

import argparse
import json
import random
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence

import numpy as np
import spacy
import torch
from numpy.typing import NDArray
from spacy.tokens import Doc, DocBin

from spacy_xoie.extraction.features import HashedFeatures, hash_attributes
from spacy_xoie.network.adapters import AdapterBank
from spacy_xoie.network.encoders import HashedEncoder
from spacy_xoie.network.heads import ArcHead, Sentence, TreeGold
from spacy_xoie.network.model import Batch, TripleNetwork
from spacy_xoie.network.routing import LanguageRouter, MixtureRouter, Router
from spacy_xoie.network.stages import set_stage
from spacy_xoie.network.trees import LABEL_NUMBERS, TAG_NUMBERS, UNKNOWN
from spacy_xoie.syntax.reading import read_triples

ATTRIBUTES = ["LOWER", "PREFIX1", "PREFIX3", "SUFFIX2", "SUFFIX3", "SUFFIX4", "SHAPE"]
ROWS = [8000, 1000, 3000, 2000, 4000, 5000, 500]
LANGUAGES = ["ar", "de", "en", "es", "fr", "pt", "zh"]


class Variant(NamedTuple):
    """How one network is trained.

    stages: Names of stages and their shares of the updates.
    bank: Experts of the bank; None for no adapters.
    gates: How languages become gates: "language", "uniform" or "one" expert.
    router: Makes the router.
    frozen_router: Whether the router stays at its random start (a fault of the code
        released with the paper).
    """

    stages: Dict[str, float]
    bank: Optional[List[str]] = None
    gates: str = "language"
    router: Callable[..., Router] = LanguageRouter
    rank: int = 8
    frozen_router: bool = False


ONE = {"all": 1.0}
TWO = {"shared": 0.67, "adapters": 0.33}
MIXTURE = partial(MixtureRouter, width=96, n_experts=7, n_layers=4)
VARIANTS: Dict[str, Variant] = {
    "one stage, no LoRA": Variant({"shared": 1.0}),
    "embeddings, encoder; no LoRA": Variant({"embeddings": 0.33, "encoder": 0.67}),
    "one stage, one LoRA of equal size": Variant(ONE, ["all"], "one", rank=56),
    "one stage, bank by language": Variant(ONE, LANGUAGES),
    "one stage, learned mixture": Variant(ONE, LANGUAGES, router=MIXTURE),
    "one stage, uniform gates": Variant(ONE, LANGUAGES, "uniform"),
    "one stage, frozen random gates": Variant(
        ONE, LANGUAGES, router=MIXTURE, frozen_router=True
    ),
    "three stages, bank by language": Variant(
        {"embeddings": 0.33, "encoder": 0.34, "adapters": 0.33}, LANGUAGES
    ),
    "shared, bank by language": Variant(TWO, LANGUAGES),
    "shared, one LoRA of equal size": Variant(TWO, ["all"], "one", rank=56),
    "shared, learned mixture": Variant(TWO, LANGUAGES, router=MIXTURE),
    "shared, uniform gates": Variant(TWO, LANGUAGES, "uniform"),
    "shared, frozen random gates": Variant(
        TWO, LANGUAGES, router=MIXTURE, frozen_router=True
    ),
}


class Data(NamedTuple):
    """Sentences with trees, their features hashed once."""

    docs: List[Doc]
    codes: List[str]
    features: HashedFeatures
    trees: List[TreeGold]


def load(path: Path, per_language: int, seed: int = 0) -> Data:
    """Read at most so many sentences of each language."""
    vocab = spacy.blank("xx").vocab
    by_code: Dict[str, List[Doc]] = {}
    for doc in DocBin().from_disk(path).get_docs(vocab):
        code = str(doc.spans["xoie"].attrs["language"])
        by_code.setdefault(code, []).append(doc)
    docs, codes = [], []
    for code, found in sorted(by_code.items()):
        random.Random(seed).shuffle(found)
        docs += found[:per_language]
        codes += [code] * len(found[:per_language])
    trees = [
        TreeGold(
            np.array([token.head.i for token in doc]),
            np.array([LABEL_NUMBERS[token.dep_] for token in doc]),
            np.array([TAG_NUMBERS.get(token.pos_, UNKNOWN) for token in doc]),
        )
        for doc in docs
    ]
    features = hash_attributes([doc[:] for doc in docs], ATTRIBUTES, ROWS, 2)
    return Data(docs, codes, features, trees)


def make_batch(data: Data, rows: Sequence[int], variant: Variant) -> Batch:
    inputs, mask = data.features.inputs(rows)
    experts = variant.bank or []
    languages = torch.zeros(len(rows), len(experts))
    for place, row in enumerate(rows):
        if variant.gates == "language" and experts:
            languages[place, experts.index(data.codes[row])] = 1.0
        elif experts:
            languages[place] = 1.0 / len(experts)
    return Batch(inputs, mask, languages, trees=[data.trees[row] for row in rows])


def batches(data: Data, tokens: int, seed: int) -> Iterator[List[int]]:
    """Endless batches of sentences of like length."""
    rng = np.random.default_rng(seed)
    lengths = data.features.lengths
    while True:
        order = np.argsort(lengths + 4 * rng.random(len(lengths)), kind="stable")
        packs: List[List[int]] = [[]]
        for row in order.tolist():
            if packs[-1] and (len(packs[-1]) + 1) * lengths[row] > tokens:
                packs.append([])
            packs[-1].append(row)
        for number in rng.permutation(len(packs)):
            yield packs[number]


def build(variant: Variant) -> TripleNetwork:
    encoder = HashedEncoder(
        width=96, rows=ROWS, dilations=[1, 1, 2, 4], dropout=0.2, word_dropout=0.2
    )
    head = ArcHead(read_triples, in_width=96, width=96, label_width=32)
    if variant.bank is None:
        return TripleNetwork(encoder, head)
    bank = AdapterBank(
        encoder,
        variant.bank,
        rank=variant.rank,
        alpha=2 * variant.rank,
        targets=["mix$", "convolution$"],
    )
    return TripleNetwork(encoder, head, bank=bank, router=variant.router())


def train(variant: Variant, data: Data, updates: int, seed: int) -> TripleNetwork:
    torch.manual_seed(seed)
    network = build(variant)
    stream = batches(data, 2500, seed)
    for stage, share in variant.stages.items():
        set_stage(network, stage)
        if variant.frozen_router and network.router is not None:
            network.router.requires_grad_(False)
        learning = [p for p in network.parameters() if p.requires_grad]
        steps = round(share * updates)
        rate = 0.003
        optimizer = torch.optim.AdamW(learning, lr=rate, weight_decay=0.01, fused=True)
        network.train()
        for step in range(steps):
            for group in optimizer.param_groups:
                warm = min(1.0, (step + 1) / (0.1 * steps))
                group["lr"] = rate * warm * max(0.02, 1 - step / steps)
            batch = make_batch(data, next(stream), variant)
            # Half the precision of the products, two thirds of the time.
            with torch.autocast("cpu", dtype=torch.bfloat16):
                losses = network.loss(batch)
            optimizer.zero_grad(set_to_none=True)
            torch.stack(list(losses.values())).sum().backward()
            torch.nn.utils.clip_grad_norm_(learning, 5.0)
            optimizer.step()
    return network


def evaluate(network: TripleNetwork, data: Data, variant: Variant) -> NDArray[Any]:
    """(sentences, 5): tokens, right arcs with label; gold, found, right triples."""
    network.eval()
    counts = np.zeros((len(data.docs), 5), dtype=np.int64)
    order = np.argsort(data.features.lengths, kind="stable")
    for chunk in np.array_split(order, max(1, len(order) // 64)):
        rows = chunk.tolist()
        batch = make_batch(data, rows, variant)
        with torch.inference_mode():
            trees = network.head.parse(network.encode(batch), batch.mask)  # type: ignore
        for row, tree in zip(rows, trees, strict=True):
            doc, gold = data.docs[row], data.trees[row]
            labels = [LABEL_NUMBERS[name] for name in tree.labels]
            right = (np.array(tree.heads) == gold.heads) & (labels == gold.labels)
            sentence = Sentence(
                [t.text for t in doc],
                [bool(t.whitespace_) for t in doc],
                data.codes[row],
            )
            found = {t.parts for t in read_triples(sentence, *tree)}
            own = [token.dep_ for token in doc]
            tags = [token.pos_ for token in doc]
            heads = gold.heads.tolist()
            wanted = {
                t.parts
                for t in read_triples(sentence, heads, own, tags, [1.0] * len(doc))
            }
            counts[row] = (
                len(doc),
                right.sum(),
                len(wanted),
                len(found),
                len(wanted & found),
            )
    return counts


def scores(counts: NDArray[Any]) -> Dict[str, float]:
    tokens, right, gold, found, both = counts.sum(axis=0).tolist()
    return {
        "LAS": 100 * right / max(tokens, 1),
        "triple F1": 200 * both / max(gold + found, 1),
    }


def run(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    results = Path(arguments.results)
    done = set()
    if results.exists():
        lines = [json.loads(line) for line in results.read_text().splitlines()]
        done = {(line["variant"], line["seed"]) for line in lines}
    data = load(arguments.train, arguments.per_language)
    dev = load(arguments.dev, 150)
    for seed in arguments.seeds:
        for name, variant in VARIANTS.items():
            if (name, seed) in done:
                continue
            start = time.perf_counter()
            network = train(variant, data, arguments.updates, seed)
            counts = evaluate(network, dev, variant)
            codes = np.array(dev.codes)
            line = {
                "variant": name,
                "seed": seed,
                "updates": arguments.updates,
                "seconds": round(time.perf_counter() - start),
                "parameters": sum(p.numel() for p in network.parameters()),
                "all": scores(counts),
                **{c: scores(counts[codes == c]) for c in sorted(set(dev.codes))},
                "counts": counts.tolist(),
            }
            with results.open("a") as file:
                file.write(json.dumps(line) + "\n")
            shown = {k: round(v, 2) for k, v in scores(counts).items()}
            sys.stderr.write(f"{name}, seed {seed}: {shown}\n")


def table(path: Path) -> str:
    """RETURNS (str): Markdown."""
    by_variant: Dict[str, List[Dict[str, Any]]] = {}
    for line in path.read_text().splitlines():
        result = json.loads(line)
        by_variant.setdefault(result["variant"], []).append(result)
    codes = sorted(k for k in next(iter(by_variant.values()))[0] if len(k) == 2)
    rows = [
        "| variant | LAS | triple F1 | difference (95 %) | " + " | ".join(codes) + " |",
        "|---" * (4 + len(codes)) + "|",
    ]
    base = next(iter(by_variant.values()))
    for name, runs in by_variant.items():
        las = [r["all"]["LAS"] for r in runs]
        f1 = [r["all"]["triple F1"] for r in runs]
        low, high = _interval(base, runs)
        each = [f"{np.mean([r[c]['triple F1'] for r in runs]):.1f}" for c in codes]
        difference = "" if runs is base else f"{low:+.1f} … {high:+.1f}"
        rows.append(
            f"| {name} | {np.mean(las):.1f} ± {np.std(las):.1f} "
            f"| {np.mean(f1):.1f} ± {np.std(f1):.1f} | {difference} | "
            + " | ".join(each)
            + " |"
        )
    return "\n".join(rows)


def _interval(
    base: List[Dict[str, Any]], runs: List[Dict[str, Any]], samples: int = 2000
) -> List[float]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", type=Path)
    parser.add_argument("train", type=Path, nargs="?")
    parser.add_argument("dev", type=Path, nargs="?")
    parser.add_argument("results", type=Path, nargs="?")
    parser.add_argument("--updates", type=int, default=600)
    parser.add_argument("--per-language", type=int, default=2500)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    arguments = parser.parse_args()
    if arguments.table:
        sys.stdout.write(table(arguments.table) + "\n")
    else:
        run(arguments)


if __name__ == "__main__":
    main()
