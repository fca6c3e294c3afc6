"""What holds for every router, and what the newer ones do."""

import copy
from typing import Any, Callable, Dict, List, Mapping, Sequence

import pytest
import torch
from network_builders import (
    LANGUAGES,
    WIDTH,
    make_batch,
    make_network,
    one_hot,
    triple,
)
from torch import Tensor

from spacy_xoie.errors import ConfigError
from spacy_xoie.network import (
    STAGES,
    FrozenRouter,
    LanguageRouter,
    MixtureRouter,
    NearestRouter,
    Router,
    TripleNetwork,
    UniformRouter,
)
from spacy_xoie.network.stages import set_stage

# Made up: how near languages without an adapter are to those with one.
TABLE: Dict[str, Dict[str, float]] = {
    "nl": {"de": 0.7, "en": 0.2, "zh": 0.1},
    "yue": {"zh": 1.0},
    "eo": {"en": 0.5, "de": 0.3, "fr": 0.2},
}


def relatives(language: str, experts: Sequence[str]) -> Mapping[str, float]:
    return TABLE.get(language, {})


def sized(build: Callable[..., Router], **settings: Any) -> Callable[[], Router]:
    def make() -> Router:
        torch.manual_seed(5)
        return build(width=WIDTH, n_experts=len(LANGUAGES), n_layers=2, **settings)

    return make


ROUTERS: Dict[str, Callable[[], Router]] = {
    "language": LanguageRouter,
    "language or none": lambda: LanguageRouter(fallback="none"),
    "nearest": lambda: NearestRouter(relatives),
    "nearest or none": lambda: NearestRouter(relatives, fallback="none"),
    "uniform": UniformRouter,
    "frozen": sized(FrozenRouter),
    "frozen, per layer": sized(FrozenRouter, per_layer=True, top_k=1),
    "mixture": sized(MixtureRouter),
    "mixture, per layer": sized(MixtureRouter, per_layer=True),
}
each_router = pytest.mark.parametrize("make", ROUTERS.values(), ids=ROUTERS)

# One sentence a distribution: sure, unsure, of a relative, partly or wholly unknown.
DISTRIBUTIONS: List[Dict[str, float]] = [
    {"en": 1.0},
    {"de": 0.95, "nl": 0.05},
    {"de": 0.6, "nl": 0.4},
    {"nl": 0.97},
    {"yue": 1.0},
    {"en": 0.4, "tlh": 0.5},
    {"tlh": 1.0},
    {},
]
LENGTHS = [4, 7, 2, 5, 3, 6, 4, 5]


def spread(network: TripleNetwork, rows: Sequence[Mapping[str, float]]) -> Tensor:
    """(rows, experts), as the extractor makes it."""
    languages = torch.zeros(len(rows), len(network.experts))
    for row, distribution in enumerate(rows):
        for expert, share in network.over_experts(distribution).items():
            languages[row, network.experts.index(expert)] = share
    return languages


@each_router
def test_batched_is_one_by_one(make: Callable[[], Router]) -> None:
    network = make_network(make()).eval()
    languages = spread(network, DISTRIBUTIONS)
    whole = make_batch(LENGTHS, languages)
    with torch.inference_mode():
        together, gates = network.encode(whole), network.gates_by_layer(whole)
        for row, length in enumerate(LENGTHS):
            batch = make_batch([length], languages[row : row + 1])
            # The same tokens; `make_batch` would draw those of the first row.
            inputs = {k: v[row : row + 1, :length] for k, v in whole.inputs.items()}
            batch.inputs, batch.mask = inputs, inputs["mask"]
            torch.testing.assert_close(
                network.encode(batch)[0], together[row, :length], rtol=1e-4, atol=1e-5
            )
            assert gates is not None
            alone = network.gates_by_layer(batch)
            torch.testing.assert_close(alone, gates[:, row : row + 1])


@each_router
def test_gates_sum_to_one_or_there_are_none(make: Callable[[], Router]) -> None:
    router = make()
    network = make_network(router).eval()
    batch = make_batch(LENGTHS, spread(network, DISTRIBUTIONS))
    gates = network.gates_by_layer(batch)
    assert gates is not None
    n_layers = network.encoder.n_layers if router.per_layer else 1
    assert gates.shape == (n_layers, len(DISTRIBUTIONS), len(LANGUAGES))
    assert (gates >= 0).all()
    sums = gates.sum(dim=2)
    falls_back = isinstance(router, LanguageRouter) and router.fallback == "none"
    for row, distribution in enumerate(DISTRIBUTIONS):
        known = bool(network.over_experts(distribution))
        expected = 0.0 if falls_back and not known else 1.0
        assert sums[:, row].tolist() == pytest.approx([expected] * n_layers)
        label = network.adapter_label(distribution)
        serving = [e for e, g in zip(LANGUAGES, gates[0, row].tolist()) if g > 1e-6]
        assert (label == "") == (not serving)
        if label and label != "mixture":
            assert serving == [label]


@each_router
def test_experts_that_do_not_serve_get_no_gradient(make: Callable[[], Router]) -> None:
    network = make_network(make())
    languages = spread(network, [{"en": 1.0}, {"yue": 1.0}])
    batch = make_batch([4, 6], languages, [[triple("srr1")], [triple("s.r1.2")]])
    gates = network.gates_by_layer(batch)
    assert gates is not None
    sum(network.loss(batch).values()).backward()
    serve = gates.sum(dim=(0, 1)) > 0
    for number, expert in enumerate(LANGUAGES):
        found = [layer.lora_B[expert].grad for _, layer in network.bank.layers]
        if serve[number]:
            assert any(grad is not None and grad.abs().sum() > 0 for grad in found)
        elif not network.router.per_layer:
            assert all(grad is None for grad in found)


@each_router
def test_state_comes_back_to_the_bit(make: Callable[[], Router]) -> None:
    network = make_network(make()).eval()
    batch = make_batch(LENGTHS, spread(network, DISTRIBUTIONS))
    router = make()
    for weight in (*router.parameters(), *router.buffers()):
        weight.data.add_(1.0)
    other = make_network(router).eval()
    other.load_state_dict(network.state_dict())
    with torch.inference_mode():
        assert torch.equal(other.encode(batch), network.encode(batch))


@pytest.mark.parametrize("stage", STAGES)
@each_router
def test_stages(make: Callable[[], Router], stage: str) -> None:
    router = make()
    network = make_network(router)
    before = copy.deepcopy(router.state_dict())
    learns = set_stage(network, stage)
    optimizer = torch.optim.AdamW(network.parameters(), lr=0.1, weight_decay=0.1)
    languages = spread(network, [{"en": 1.0}, {"de": 1.0}])
    batch = make_batch([4, 6], languages, [[triple("srr1")], [triple("s.r1.2")]])
    loss = sum(network.loss(batch).values())
    if loss.requires_grad:
        loss.backward()
        optimizer.step()
    moved = [k for k, v in router.state_dict().items() if not torch.equal(v, before[k])]
    assert {f"router.{name}" for name in moved} == {
        name for name in learns if name.startswith("router.")
    }
    if isinstance(router, MixtureRouter):
        assert bool(moved) == (stage in ("adapters", "language", "all"))


def test_frozen_gates_are_those_of_the_seed() -> None:
    torch.manual_seed(1)
    one = sized(FrozenRouter)().state_dict()
    torch.manual_seed(2)
    before = torch.get_rng_state()
    router = FrozenRouter(width=WIDTH, n_experts=3, n_layers=2)
    # The random numbers that the other parts draw are not touched.
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(v, one[k]) for k, v in router.state_dict().items())
    assert not torch.equal(sized(FrozenRouter, seed=1)().weight, router.weight)
    assert not list(router.parameters())


def test_only_gates_that_learn_have_a_loss() -> None:
    # Otherwise the encoder would learn to please a gate that does not.
    batch = make_batch([4], one_hot(0), [[triple("srr1")]])
    for name, make in ROUTERS.items():
        losses = make_network(make()).loss(batch)
        assert ("router" in losses) == name.startswith("mixture"), name


def test_frozen_gates_differ_between_sentences_and_layers() -> None:
    router = FrozenRouter(
        width=WIDTH, n_experts=3, n_layers=2, top_k=2, per_layer=True, temperature=0.1
    )
    network = make_network(router).eval()
    gates = network.gates_by_layer(make_batch(LENGTHS, torch.zeros(len(LENGTHS), 3)))
    assert gates is not None
    assert ((gates > 0).sum(dim=2) == 2).all()
    assert (gates.std(dim=1).max(dim=1).values > 0.01).all()
    assert not torch.allclose(gates[0], gates[1], atol=0.01)


@pytest.mark.parametrize(
    "language, settings, expected",
    [
        ("de", {}, {"de": 1.0}),
        ("nl", {}, {"de": 0.7, "en": 0.2, "zh": 0.1}),
        ("nl", {"top_k": 2}, {"de": 7 / 9, "en": 2 / 9}),
        ("nl", {"top_k": 1}, {"de": 1.0}),
        # French has no adapter in this bank.
        ("eo", {}, {"en": 5 / 8, "de": 3 / 8}),
        ("tlh", {}, {"en": 1 / 3, "de": 1 / 3, "zh": 1 / 3}),
        ("tlh", {"fallback": "none"}, {}),
    ],
)
def test_gates_of_a_language(
    language: str, settings: Dict[str, Any], expected: Dict[str, float]
) -> None:
    network = make_network(NearestRouter(relatives, **settings)).eval()
    batch = make_batch([4], spread(network, [{language: 1.0}]))
    gates = network.gates(batch)
    assert gates is not None
    wanted = [expected.get(code, 0.0) for code in LANGUAGES]
    assert gates.tolist() == [pytest.approx(wanted, abs=1e-6)]
    assert network.fixed_gates(language) == pytest.approx(expected)


@pytest.mark.parametrize(
    "distribution, expected",
    [
        # Sure enough: the other language does not count.
        ({"nl": 0.9, "yue": 0.1}, [0.2, 0.7, 0.1]),
        ({"nl": 0.5, "yue": 0.5}, [0.1, 0.35, 0.55]),
        ({"de": 0.6, "nl": 0.4}, [0.08, 0.88, 0.04]),
        # What falls on an unknown language is spread evenly.
        ({"yue": 0.4, "tlh": 0.6}, [0.2, 0.2, 0.6]),
    ],
)
def test_several_languages(
    distribution: Dict[str, float], expected: List[float]
) -> None:
    network = make_network(NearestRouter(relatives))
    gates = network.gates(make_batch([4], spread(network, [distribution])))
    assert gates is not None
    assert gates.tolist() == [pytest.approx(expected, abs=1e-6)]


def test_relatives_are_looked_up_once_for_a_bank() -> None:
    asked: List[tuple[str, tuple[str, ...]]] = []

    def ask(language: str, experts: Sequence[str]) -> Mapping[str, float]:
        asked.append((language, tuple(experts)))
        return relatives(language, experts)

    router = NearestRouter(ask)
    for _ in range(3):
        router.over_experts({"nl": 1.0}, ["en", "de"])
    assert asked == [("nl", ("en", "de"))]
    assert router.over_experts({"nl": 1.0}, ["en", "zh"]) == pytest.approx(
        {"en": 2 / 3, "zh": 1 / 3}
    )
    assert len(asked) == 2


def count_low_rank(network: TripleNetwork, languages: Tensor) -> int:
    """How many adapted convolutions work out an update instead of using merged weights,
    while sentences are read for prediction."""
    calls: List[int] = []
    for _, layer in network.bank.layers:
        if "Conv1d" in type(layer).__name__:
            down = layer._down

            def counted(*args: Any, down: Any = down) -> Tensor:
                calls.append(1)
                out: Tensor = down(*args)
                return out

            layer._down = counted
    batch = make_batch([5] * len(languages), languages)
    with torch.inference_mode():
        merged = network.encode(batch).clone()
    n_calls = len(calls)
    # With gradients nothing is merged.
    torch.testing.assert_close(
        network.encode(batch).detach(), merged, rtol=1e-4, atol=1e-5
    )
    assert len(calls) > n_calls or not languages.any()
    return n_calls


@pytest.mark.parametrize(
    "router, rows, is_free",
    [
        (NearestRouter(relatives), [{"nl": 1.0}] * 3, True),
        (NearestRouter(relatives), [{"nl": 0.95}], True),
        (NearestRouter(relatives), [{"de": 1.0}] * 2, True),
        (NearestRouter(relatives), [{"nl": 1.0}, {"eo": 1.0}], False),
        # A mixture that will not come again is not worth merging.
        (NearestRouter(relatives), [{"nl": 0.53, "en": 0.47}], False),
        (LanguageRouter(), [{"en": 0.53, "de": 0.47}], False),
        (UniformRouter(), [{"en": 1.0}, {"de": 1.0}], True),
        (sized(FrozenRouter)(), [{"en": 1.0}], False),
    ],
)
def test_a_fixed_mixture_is_merged(
    router: Router, rows: List[Dict[str, float]], is_free: bool
) -> None:
    network = make_network(router).eval()
    n_calls = count_low_rank(network, spread(network, rows))
    assert (n_calls == 0) == is_free


@pytest.mark.parametrize(
    "router", [LanguageRouter(), NearestRouter(relatives), UniformRouter()]
)
@pytest.mark.parametrize("language", ["de", "nl"])
def test_fixed_gates_can_be_merged_for_good(router: Router, language: str) -> None:
    network = make_network(router).eval()
    batch = make_batch([4, 6], spread(network, [{language: 1.0}] * 2))
    fixed = network.fixed_gates(language)
    assert fixed
    with torch.inference_mode():
        before = network.encode(batch)
        network.merge(fixed)
        torch.testing.assert_close(network.encode(batch), before, rtol=1e-4, atol=1e-5)


def test_gates_that_read_the_text_are_not_fixed() -> None:
    assert make_network(sized(MixtureRouter)()).fixed_gates("en") is None
    assert make_network(sized(FrozenRouter)()).fixed_gates("en") is None


@pytest.mark.parametrize(
    "build, message",
    [
        (sized(FrozenRouter, top_k=4), "top_k is 4, but there are 3 experts"),
        (sized(FrozenRouter, temperature=0.0), "temperature is 0.0"),
        (lambda: NearestRouter(relatives, top_k=0), "top_k is 0"),
        (lambda: NearestRouter(relatives, certainty=2.0), "certainty is 2.0"),
        (lambda: NearestRouter(relatives, fallback="all"), "fallback is 'all'"),
    ],
)
def test_settings_that_cannot_work(build: Callable[[], Router], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build()
