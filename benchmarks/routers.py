"""Our routers beside PEFT's own X-LoRA and Arrow, on the same frozen transformer and
the same finished adapters.

    python -m benchmarks.routers

The task is artificial and small: clauses of the same words in six orders, one a
language, each behind a word that gives the language away. A tiny transformer learns
the first language, then PEFT trains a LoRA on each of them, and each router has to
choose among these. X-LoRA and our mixture learn their gates, with all else frozen, from
the same number of updates; the other routers learn nothing. X-LoRA and Arrow are for
transformers and linear layers, so this is not the encoder of convolutions.
"""

import argparse
import copy
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence, Tuple

import numpy as np
import torch
from peft import (
    ArrowConfig,
    LoraConfig,
    XLoraConfig,
    create_arrow_model,
    get_peft_model,
)
from torch import nn
from transformers import BertConfig, BertModel

from spacy_xoie.network.adapters import AdapterBank
from spacy_xoie.network.adapters.exchange import (
    fill_adapter,
    match_adapter,
    read_adapter,
)
from spacy_xoie.network.batch import Batch
from spacy_xoie.network.encoders import TransformerEncoder
from spacy_xoie.network.heads import LightHead
from spacy_xoie.network.model import TripleNetwork
from spacy_xoie.network.routing import (
    FrozenRouter,
    LanguageRouter,
    MixtureRouter,
    Router,
    UniformRouter,
)
from spacy_xoie.ty import TokenTriple

ORDERS = ("svo", "ovs", "sov", "osv", "vso", "vos")
N_NOUNS, N_VERBS = 12, 6
N_WORDS = N_NOUNS + N_VERBS + len(ORDERS)
WIDTH, LAYERS, RANK, ALPHA = 32, 2, 4, 8
# Arrow adapts all layers whose names end alike, or none of them.
TARGETS = ["query", "value", "dense"]


def make_batch(rng: np.random.Generator, languages: Sequence[int]) -> Batch:
    """One sentence of each language given: a word of the language, then the clause."""
    words, gold = [], []
    for language in languages:
        subject, other = rng.choice(N_NOUNS, 2, replace=False).tolist()
        part = {"s": subject, "o": other, "v": N_NOUNS + int(rng.integers(N_VERBS))}
        order = ORDERS[language]
        words.append([N_NOUNS + N_VERBS + language, *(part[role] for role in order)])
        at = {role: ((place, place + 1),) for place, role in enumerate(order, start=1)}
        gold.append([TokenTriple(at["s"], at["v"], (at["o"],))])
    ids = torch.tensor(words)
    numbers = torch.arange(ids.numel())
    mask = torch.ones_like(ids, dtype=torch.bool)
    inputs = {
        "input_ids": ids,
        "attention_mask": mask.long(),
        "piece": numbers,
        "token": numbers,
        "mask": mask,
    }
    known = torch.eye(len(ORDERS))[torch.tensor(languages)]
    return Batch(inputs, mask, known, gold=gold)


class Wrapped(nn.Module):
    """A transformer as the `model` of another module, where X-LoRA looks for it: it was
    made for language models, which are built like that."""

    def __init__(self, model: BertModel) -> None:
        super().__init__()
        self.model = model
        self.config = model.config

    @property
    def embeddings(self) -> nn.Module:
        embeddings: nn.Module = self.model.embeddings
        return embeddings

    def forward(self, **inputs: Any) -> Any:
        return self.model(**inputs)


def make_network() -> TripleNetwork:
    config = BertConfig(
        vocab_size=N_WORDS,
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=4,
        intermediate_size=2 * WIDTH,
        max_position_embeddings=8,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        use_cache=False,
    )
    encoder = TransformerEncoder(Wrapped(BertModel(config, add_pooling_layer=False)))
    head = LightHead(in_width=WIDTH, width=WIDTH, depth=1, reach=3, dropout=0.0)
    return TripleNetwork(encoder, head)


def learn(
    network: TripleNetwork,
    languages: Sequence[int],
    updates: int,
    seed: int,
    rate: float = 0.003,
) -> None:
    """Train what is not frozen, on these languages in equal shares."""
    rng = np.random.default_rng(seed)
    network.train()
    learnt = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(learnt, lr=rate)
    for _ in range(updates):
        batch = make_batch(rng, rng.choice(languages, 48).tolist())
        loss = torch.stack(list(network.loss(batch).values())).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


def triple_f1(network: TripleNetwork, n_each: int = 100) -> float:
    languages = [n for n in range(len(ORDERS)) for _ in range(n_each)]
    batch = make_batch(np.random.default_rng(12345), languages)
    with torch.inference_mode():
        found = network.eval().extract(batch, threshold=0.3, max_triples=8)
    right = sum(
        len({t.parts for t in own} & {t.parts for t in gold or ()})
        for own, gold in zip(found, batch.gold, strict=True)
    )
    return 200 * right / (sum(map(len, found)) + len(languages))


def train_adapters(base: TripleNetwork, folder: Path, updates: int, seed: int) -> None:
    """Train a LoRA on each language with PEFT, the base and the head frozen, and store
    each in a folder of its own."""
    for number, order in enumerate(ORDERS):
        network = copy.deepcopy(base).requires_grad_(False)
        config = LoraConfig(r=RANK, lora_alpha=ALPHA, target_modules=TARGETS)
        model = get_peft_model(network.encoder.model, config)
        network.encoder.model = model
        learn(network, [number], updates, seed)
        model.save_pretrained(str(folder / order))


def with_bank(
    base: TripleNetwork, folder: Path, make: Callable[..., Router]
) -> TripleNetwork:
    """Our bank, with the weights of PEFT's adapters in it, and a router of ours."""
    network = copy.deepcopy(base).requires_grad_(False)
    encoder = network.encoder
    bank = AdapterBank(
        encoder,
        ORDERS,
        rank=RANK,
        alpha=ALPHA,
        targets=[f"{name}$" for name in TARGETS],
    )
    for order in ORDERS:
        updates = match_adapter(bank, read_adapter(folder / order), prefix="model.")
        fill_adapter(bank, order, updates)
    for parameter in encoder.parameters():
        parameter.requires_grad_(False)
    router = make(width=WIDTH, n_experts=len(ORDERS), n_layers=LAYERS)
    routed = TripleNetwork(encoder, network.head, bank=bank, router=router)
    routed.routed = True
    return routed


def with_xlora(base: TripleNetwork, folder: Path, **settings: Any) -> TripleNetwork:
    network = copy.deepcopy(base).requires_grad_(False)
    config = XLoraConfig(
        hidden_size=WIDTH,
        adapters={str(n): str(folder / order) for n, order in enumerate(ORDERS)},
        **settings,
    )
    network.encoder.model = get_peft_model(network.encoder.model, config)
    return network


def with_arrow(base: TripleNetwork, folder: Path) -> TripleNetwork:
    network = copy.deepcopy(base).requires_grad_(False)
    network.encoder.model = create_arrow_model(
        base_model=network.encoder.model,
        task_specific_adapter_paths=[str(folder / order) for order in ORDERS],
        arrow_config=ArrowConfig(top_k=2),
    )
    return network


def contenders(
    base: TripleNetwork, folder: Path
) -> List[Tuple[str, TripleNetwork, bool]]:
    """Name, network, and whether its gates learn."""

    def plain(router: Router) -> Callable[..., Router]:
        return lambda **sizes: router

    def layered(**sizes: int) -> Router:
        return MixtureRouter(per_layer=True, language_weight=1.0, **sizes)

    def once(**sizes: int) -> Router:
        return MixtureRouter(language_weight=1.0, **sizes)

    def unaided(**sizes: int) -> Router:
        return MixtureRouter(language_weight=0.0, **sizes)

    return [
        ("base alone", base, False),
        ("language, known", with_bank(base, folder, plain(LanguageRouter())), False),
        ("uniform", with_bank(base, folder, plain(UniformRouter())), False),
        ("frozen at random", with_bank(base, folder, FrozenRouter), False),
        ("mixture", with_bank(base, folder, once), True),
        ("mixture, per layer", with_bank(base, folder, layered), True),
        ("mixture, no language loss", with_bank(base, folder, unaided), True),
        ("X-LoRA (PEFT)", with_xlora(base, folder), True),
        (
            "X-LoRA (PEFT), per layer",
            with_xlora(base, folder, layerwise_scalings=True),
            True,
        ),
        ("Arrow (PEFT)", with_arrow(base, folder), False),
    ]


def encoding_time(network: TripleNetwork, rounds: int = 30) -> float:
    """Milliseconds for a batch of 48, the quickest of some."""
    rng = np.random.default_rng(0)
    batch = make_batch(rng, rng.choice(len(ORDERS), 48).tolist())
    times = []
    network.eval()
    with torch.inference_mode():
        for _ in range(rounds):
            start = time.perf_counter()
            hidden = network.encode(batch)
            times.append(time.perf_counter() - start)
    assert hidden.isfinite().all()
    return 1000 * min(times)


def run(updates: int, seed: int) -> Dict[str, Tuple[float, float]]:
    """RETURNS (Dict[str, Tuple[float, float]]): F1 of triples, and milliseconds."""
    torch.manual_seed(seed)
    base = make_network()
    learn(base, [0], updates, seed)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        train_adapters(base, Path(folder), updates, seed + 1)
        for name, network, learns in contenders(base, Path(folder)):
            if learns:
                learn(network, range(len(ORDERS)), updates, seed + 2, rate=0.01)
            found[name] = (triple_f1(network), encoding_time(network))
            sys.stderr.write(f"seed {seed}, {name}: {found[name]}\n")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--updates", type=int, default=200)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    runs = [run(arguments.updates, seed) for seed in arguments.seeds]
    sys.stdout.write("| router | triple F1 | time / base |\n|---|---|---|\n")
    for name in runs[0]:
        scores = [one[name][0] for one in runs]
        ratio = np.median([one[name][1] / one["base alone"][1] for one in runs])
        shown = f"{np.mean(scores):.1f} ({min(scores):.1f} to {max(scores):.1f})"
        sys.stdout.write(f"| {name} | {shown} | {ratio:.2f} |\n")


if __name__ == "__main__":
    main()
