from copy import deepcopy
from typing import Dict, List, Set

import pytest
import torch
from network_builders import (
    HEADS,
    LANGUAGES,
    WIDTH,
    make_batch,
    make_encoder,
    make_head,
    make_network,
    one_hot,
    triple,
)
from thinc.api import Adam, ArgsKwargs
from torch import Tensor

from spacy_xoie.errors import ConfigError
from spacy_xoie.extraction.encoders import EncoderSpec
from spacy_xoie.extraction.parts import Parts
from spacy_xoie.extraction.shim import NetworkShim
from spacy_xoie.network import (
    STAGES,
    Batch,
    LanguageRouter,
    MixtureRouter,
    TripleNetwork,
)
from spacy_xoie.network.heads import LightHead
from spacy_xoie.network.stages import set_stage

TABLES = {"encoder.tables.0.base.weight", "encoder.tables.1.base.weight"}

REST = {
    f"encoder.{layer}.{kind}"
    for layer in (
        "mix.base",
        "mix_norm",
        "convolutions.0.convolution.base",
        "convolutions.0.norm",
        "convolutions.1.convolution.base",
        "convolutions.1.norm",
    )
    for kind in ("weight", "bias")
}

LORA = {
    f"encoder.{layer}.lora_{side}.{language}"
    for layer in (
        "tables.0",
        "tables.1",
        "mix",
        "convolutions.0.convolution",
        "convolutions.1.convolution",
    )
    for side in "AB"
    for language in LANGUAGES
}

ROUTER = {"router.gate.0.weight", "router.gate.0.bias"}

HEAD = {
    f"head.{layer}.{kind}"
    for layer in (
        "anchor.0",
        "anchor.3",
        "of_token",
        "of_anchor",
        "norm",
        "layers.0.convolution",
        "layers.0.norm",
        "layers.1.convolution",
        "layers.1.norm",
        "role",
    )
    for kind in ("weight", "bias")
} | {"head.distance.weight"}

EXPECTED: Dict[str, Set[str]] = {
    "embeddings": TABLES | HEAD,
    "encoder": REST | HEAD,
    "adapters": LORA | ROUTER | HEAD,
    "shared": TABLES | REST | HEAD,
    "all": TABLES | REST | LORA | ROUTER | HEAD,
    "language": TABLES | REST | LORA | ROUTER,
    "task": TABLES | REST | HEAD,
    "frozen": set(),
}

GOLD = [[triple("ssrr1.")], [triple("s.r1.2")]]


def make_mixed_network(language_weight: float = 0.1) -> TripleNetwork:
    torch.manual_seed(5)
    router = MixtureRouter(
        width=WIDTH, n_experts=3, n_layers=2, top_k=3, language_weight=language_weight
    )
    network = make_network(router)
    network.routed = False
    return network


def make_plain_network() -> TripleNetwork:
    return TripleNetwork(make_encoder(), make_head("light"))


def weights_of(network: TripleNetwork) -> Dict[str, Tensor]:
    return {
        name: parameter.detach().clone()
        for name, parameter in network.named_parameters()
    }


def changed(network: TripleNetwork, before: Dict[str, Tensor]) -> Set[str]:
    return {
        name
        for name, parameter in network.named_parameters()
        if not torch.equal(parameter, before[name])
    }


class Trainer:
    """Steps of spaCy's own optimizer, as the component makes them."""

    def __init__(self, network: TripleNetwork) -> None:
        parts = Parts(EncoderSpec(), head=LightHead, bank=None, router=None)
        self.shim = NetworkShim(parts)
        self.shim.network = network
        self.optimizer = Adam(0.01)

    def step(self, *batches: Batch) -> None:
        for batch in batches:
            task = ArgsKwargs(args=("loss", batch), kwargs={})
            losses, backprop = self.shim.begin_update(task)
            total = torch.stack(list(losses.values())).sum()
            gradient = {"grad_tensors": (torch.ones_like(total),)}
            backprop(ArgsKwargs(args=((total,),), kwargs=gradient))
        self.shim.finish_update(self.optimizer)
        self.optimizer.step_schedules()


def test_each_stage_is_tested() -> None:
    assert set(EXPECTED) == set(STAGES)
    names = {name for name, _ in make_mixed_network().named_parameters()}
    assert EXPECTED["all"] == names


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_trains_its_groups(stage: str) -> None:
    network = make_mixed_network()
    trained = set_stage(network, stage)
    assert len(trained) == len(set(trained))
    assert set(trained) == EXPECTED[stage]
    assert EXPECTED[stage] == {
        name
        for name, parameter in network.named_parameters()
        if parameter.requires_grad
    }


@pytest.mark.parametrize("stage", sorted(set(EXPECTED) - {"shared", "frozen"}))
def test_a_stage_changes_what_it_trains_and_nothing_else(stage: str) -> None:
    network = make_mixed_network()
    set_stage(network, stage)
    before = weights_of(network)
    trainer = Trainer(network)
    batch = make_batch([6, 6], one_hot(0, 1), GOLD)
    for _ in range(3):
        trainer.step(batch)
    assert changed(network, before) == EXPECTED[stage]


@pytest.mark.parametrize(
    "first, second",
    [
        ("embeddings", "encoder"),
        ("encoder", "adapters"),
        ("adapters", "embeddings"),
        ("all", "encoder"),
        ("language", "task"),
    ],
)
def test_momentum_does_not_reach_into_the_next_stage(first: str, second: str) -> None:
    network = make_mixed_network()
    trainer = Trainer(network)
    batch = make_batch([6, 6], one_hot(0, 1), GOLD)
    set_stage(network, first)
    for _ in range(3):
        trainer.step(batch)
    # Gradients that were left over, as after an interrupted update.
    network.loss(batch)["predicate"].backward()
    set_stage(network, second)
    assert all(parameter.grad is None for parameter in network.parameters())
    before = weights_of(network)
    for _ in range(3):
        trainer.step(batch)
    assert changed(network, before) == EXPECTED[second]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("stage", ["adapters", "all"])
def test_a_language_that_is_not_in_the_batch_does_not_move(
    stage: str, head: str
) -> None:
    network = make_network(LanguageRouter(), head=head)
    set_stage(network, stage)
    trainer = Trainer(network)
    # All languages gain momentum first.
    everyone = make_batch([6, 6, 6], one_hot(0, 1, 2), [*GOLD, [triple("s.rr1.")]])
    for _ in range(3):
        trainer.step(everyone)
    before = weights_of(network)
    trainer.step(make_batch([6], one_hot(0), GOLD[:1]))
    trainer.step(make_batch([6], one_hot(2), GOLD[1:]))
    moved = {name.split(".")[-1] for name in changed(network, before) if "lora" in name}
    assert moved == {"en", "zh"}
    assert changed(network, before) >= {n for n in LORA if not n.endswith(".de")}


def test_gradients_of_several_batches_add_up() -> None:
    networks = [make_network(LanguageRouter()), make_network(LanguageRouter())]
    batches = [make_batch([6], one_hot(n), GOLD[n : n + 1]) for n in (0, 1)]
    set_stage(networks[0], "adapters")
    set_stage(networks[1], "adapters")
    before = weights_of(networks[0])
    Trainer(networks[0]).step(*batches)
    Trainer(networks[1]).step(batches[0])
    moved = [{n[-2:] for n in changed(net, before) if "lora" in n} for net in networks]
    assert moved == [{"en", "de"}, {"en"}]


@pytest.mark.parametrize(
    "stages, routed",
    [
        (["embeddings"], False),
        (["encoder"], False),
        (["frozen"], False),
        (["adapters"], True),
        (["all"], True),
        (["adapters", "encoder"], True),
        (["language"], True),
        (["task"], True),
        (["language", "encoder"], True),
    ],
)
def test_adapters_take_part_from_the_stage_on_that_trains_them(
    stages: List[str], routed: bool
) -> None:
    network = make_mixed_network()
    for stage in stages:
        set_stage(network, stage)
    assert network.routed is routed
    batch = make_batch([5], one_hot(0))
    with torch.no_grad():
        bare = network.encoder(batch.inputs)
        assert torch.equal(network.encode(batch), bare) is not routed


def test_a_network_without_bank() -> None:
    network = make_plain_network()
    names = {name for name, _ in network.named_parameters()}
    plain = {name.replace(".base", "") for name in TABLES | REST} | HEAD
    assert names == plain
    assert set(set_stage(network, "all")) == names
    assert not network.routed
    before = deepcopy(network.state_dict())
    for stage in ("adapters", "language", "task"):
        with pytest.raises(ConfigError, match=f"stage '{stage}'.*no adapters"):
            set_stage(network, stage)
    assert all(p.requires_grad for p in network.parameters())
    assert all(torch.equal(network.state_dict()[n], v) for n, v in before.items())


def test_a_merged_network_has_no_adapters_to_train() -> None:
    network = make_network(LanguageRouter())
    network.merge({"de": 1.0})
    with pytest.raises(ConfigError, match="'adapters'"):
        set_stage(network, "adapters")


def test_a_task_is_not_learnt_on_adapters_that_know_nothing() -> None:
    network = make_mixed_network()
    for name, parameter in network.named_parameters():
        if ".lora_B." in name:
            torch.nn.init.zeros_(parameter)
    with pytest.raises(ConfigError, match="learnt nothing yet.*learn_languages"):
        set_stage(network, "task")
    assert not network.routed


def test_unknown_stage() -> None:
    network = make_mixed_network()
    set_stage(network, "encoder")
    with pytest.raises(ConfigError, match=r"no training stage 'adapter'.*'adapters'"):
        set_stage(network, "adapter")
    trained = {n for n, p in network.named_parameters() if p.requires_grad}
    assert trained == EXPECTED["encoder"]
