"""A task on which experts must help: languages of the same words in another order.

A sentence is a clause of two nouns and a verb. Any noun can be the subject, and only
their order says which one is; the six languages are the six orders. Wherever the verb
is, two of the languages have it there, with subject and object exchanged, so a model
that does not know the language can get no more than half of the sentences right.
"""

from functools import partial
from typing import Callable, Dict, List, NamedTuple

import pytest
import torch
from network_builders import spans_of
from torch import Tensor

from spacy_xoie.evaluation.gates import GateTable, tabulate_gates
from spacy_xoie.network import (
    AdapterBank,
    Batch,
    FrozenRouter,
    LanguageRouter,
    MixtureRouter,
    Router,
    TripleNetwork,
    UniformRouter,
)
from spacy_xoie.network.encoders import HashedEncoder
from spacy_xoie.network.heads import LightHead
from spacy_xoie.network.stages import set_stage
from spacy_xoie.ty import TokenTriple

ORDERS = ("svo", "ovs", "sov", "osv", "vso", "vos")
N_NOUNS, N_VERBS, N_FILLERS = 12, 6, 3
VERBS = N_NOUNS
FILLERS = VERBS + N_VERBS
MARKERS = FILLERS + N_FILLERS
N_WORDS = MARKERS + 2 * len(ORDERS)
WIDTH, RANK = 24, 4


class Sentences(NamedTuple):
    """words (Tensor): (rows, tokens)
    languages (Tensor): (rows,)
    """

    words: Tensor
    languages: Tensor
    gold: List[List[TokenTriple]]


def make_sentences(seed: int, rows: int, *, gap: int = 0) -> Sentences:
    """Clauses of random words. With a gap they begin with a marker of their language,
    one of two, and so many words that say nothing before the clause."""
    generator = torch.Generator().manual_seed(seed)

    def draw(n: int, *shape: int) -> Tensor:
        return torch.randint(n, shape, generator=generator)

    languages = draw(len(ORDERS), rows)
    nouns = torch.rand(rows, N_NOUNS, generator=generator).argsort(dim=1)[:, :2]
    verbs = VERBS + draw(N_VERBS, rows, 1)
    parts = dict(zip("sov", torch.cat([nouns, verbs], dim=1).T, strict=True))
    clauses = torch.stack(
        [
            torch.stack([parts[role][row] for role in ORDERS[language]])
            for row, language in enumerate(languages.tolist())
        ]
    )
    before = FILLERS + draw(N_FILLERS, rows, gap)
    if gap:
        before[:, 0] = MARKERS + 2 * languages + draw(2, rows)
    gold = []
    for language in languages.tolist():
        place = {role: gap + ORDERS[language].index(role) for role in "svo"}
        s, v, o = (((place[role], place[role] + 1),) for role in "svo")
        gold.append([TokenTriple(s, v, (o,))])
    return Sentences(torch.cat([before, clauses], dim=1), languages, gold)


def make_batch(sentences: Sentences, n_experts: int) -> Batch:
    mask = torch.ones_like(sentences.words, dtype=torch.bool)
    languages = torch.ones(len(mask), 1)
    if n_experts > 1:
        languages = torch.eye(n_experts)[sentences.languages]
    inputs = {"attributes": sentences.words[:, :, None, None], "mask": mask}
    return Batch(inputs, mask, languages, gold=sentences.gold)


class Contender(NamedTuple):
    """router (Callable[[], Router]): Makes the router.
    shared (bool): One adapter of the size of all others together.
    """

    router: Callable[[], Router]
    shared: bool = False


def build(contender: Contender) -> TripleNetwork:
    encoder = HashedEncoder(
        width=WIDTH, rows=[N_WORDS], dilations=(1, 1), dropout=0.0, word_dropout=0.0
    )
    head = LightHead(in_width=WIDTH, width=WIDTH, depth=1, reach=2, dropout=0.0)
    experts = ["all"] if contender.shared else list(ORDERS)
    rank = RANK * len(ORDERS) // len(experts)
    bank = AdapterBank(
        encoder, experts, rank=rank, alpha=2 * rank, targets=["convolution$", "mix$"]
    )
    return TripleNetwork(encoder, head, bank=bank, router=contender.router())


def train(contender: Contender, seed: int, *, gap: int = 0) -> TripleNetwork:
    torch.manual_seed(seed)
    network = build(contender)
    set_stage(network, "all")
    optimizer = torch.optim.Adam(network.parameters(), lr=0.01)
    for step in range(50):
        data = make_sentences(1000 * (seed + 1) + step, 48, gap=gap)
        loss = sum(network.loss(make_batch(data, len(network.experts))).values())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return network.eval()


def triple_f1(network: TripleNetwork, *, gap: int = 0) -> float:
    data = make_sentences(7, 300, gap=gap)
    with torch.inference_mode():
        found = network.extract(
            make_batch(data, len(network.experts)), threshold=0.3, max_triples=8
        )
    right = sum(
        len(set(spans_of(own)) & set(spans_of(gold)))
        for own, gold in zip(found, data.gold, strict=True)
    )
    return 2 * right / (sum(map(len, found)) + len(data.gold))


def gate_table(network: TripleNetwork, *, gap: int) -> GateTable:
    data = make_sentences(8, 180, gap=gap)
    with torch.inference_mode():
        gates = network.gates_by_layer(make_batch(data, len(network.experts)))
    assert gates is not None
    by_language: Dict[str, Tensor] = {
        order: gates[:, data.languages == number].transpose(0, 1)
        for number, order in enumerate(ORDERS)
    }
    return tabulate_gates(
        {order: rows.numpy() for order, rows in by_language.items()}, ORDERS
    )


def mixture(*, per_layer: bool) -> MixtureRouter:
    return MixtureRouter(
        width=WIDTH,
        n_experts=len(ORDERS),
        n_layers=2,
        per_layer=per_layer,
        language_weight=1.0,
    )


LANGUAGE = Contender(LanguageRouter)
SHARED = Contender(UniformRouter, shared=True)
UNIFORM = Contender(UniformRouter)
FROZEN = Contender(partial(FrozenRouter, width=WIDTH, n_experts=6, n_layers=2))
SEEDS = (0, 1, 2)
# Half of the sentences, and what a lucky draw adds.
CHANCE = 0.6


def test_contenders_are_of_one_size() -> None:
    sizes = {
        sum(p.numel() for p in build(contender).parameters())
        for contender in (LANGUAGE, SHARED, UNIFORM, FROZEN)
    }
    assert len(sizes) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_experts_by_language_win(seed: int) -> None:
    scores = {
        name: triple_f1(train(contender, seed))
        for name, contender in (
            ("language", LANGUAGE),
            ("shared", SHARED),
            ("uniform", UNIFORM),
        )
    }
    assert scores["language"] > 0.95
    assert max(scores["shared"], scores["uniform"]) < CHANCE


GAP = 6
"""Words from the marker to the clause: more than encoder and head look back, so that
nothing but a gate can carry the language to the clause."""


@pytest.mark.parametrize(
    "seed, per_layer, least", [(0, False, 0.8), (1, False, 0.8), (2, True, 1.6)]
)
def test_learned_gates_find_the_languages(
    seed: int, per_layer: bool, least: float
) -> None:
    learned = Contender(partial(mixture, per_layer=per_layer))
    network = train(learned, seed, gap=GAP)
    table = gate_table(network, gap=GAP)
    assert len(table.mean) == (2 if per_layer else 1)
    # Of 2.6 bits; the second expert of a sentence may be any.
    assert table.information.min() > least
    assert triple_f1(network, gap=GAP) > 0.9


@pytest.mark.parametrize(
    "contender", [SHARED, UNIFORM, FROZEN], ids=["shared", "uniform", "frozen"]
)
def test_without_learned_gates_the_marker_is_of_no_use(contender: Contender) -> None:
    network = train(contender, 0, gap=GAP)
    assert triple_f1(network, gap=GAP) < CHANCE
    if len(network.experts) > 1:
        assert gate_table(network, gap=GAP).information.max() < 0.1
