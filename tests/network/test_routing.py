from typing import Any, Callable, Dict, List, Tuple

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from network_builders import (
    LANGUAGES,
    WIDTH,
    make_batch,
    make_encoder,
    make_inputs,
    make_network,
    one_hot,
    triple,
)
from torch import Tensor, nn

from spacy_xoie.errors import ConfigError
from spacy_xoie.network import (
    Batch,
    LanguageRouter,
    MixtureRouter,
    Router,
    TripleNetwork,
)
from spacy_xoie.network.routing import top_k_softmax

THIRD = 1 / 3


def make_mixture(n_experts: int = len(LANGUAGES), **settings: Any) -> MixtureRouter:
    torch.manual_seed(5)
    return MixtureRouter(width=WIDTH, n_experts=n_experts, n_layers=2, **settings)


def set_logits(router: MixtureRouter, *logits: float) -> MixtureRouter:
    """Make the gate of every layer give these logits, whatever the input."""
    for gate in router.gate:
        nn.init.zeros_(gate.weight)
        gate.bias.data = torch.tensor(logits)
    return router


@pytest.mark.parametrize(
    "languages, fallback, expected",
    [
        # Sure: all of the gate, also when a little is left for others.
        ([0.0, 1.0, 0.0], "uniform", [0, 1, 0]),
        ([0.05, 0.92, 0.03], "uniform", [0, 1, 0]),
        ([0.0, 0.9, 0.0], "none", [0, 1, 0]),
        # Unsure: the distribution itself.
        ([0.5, 0.3, 0.2], "uniform", [0.5, 0.3, 0.2]),
        ([0.5, 0.3, 0.2], "none", [0.5, 0.3, 0.2]),
        # What falls on languages without expert is spread evenly.
        ([0.3, 0.1, 0.0], "uniform", [0.5, 0.3, 0.2]),
        ([0.4, 0.0, 0.0], "none", [0.6, 0.2, 0.2]),
        # Nothing is known of it.
        ([0.0, 0.0, 0.0], "uniform", [THIRD, THIRD, THIRD]),
        ([0.0, 0.0, 0.0], "none", [0, 0, 0]),
    ],
)
def test_language_router(
    languages: List[float], fallback: str, expected: List[float]
) -> None:
    routing = LanguageRouter(fallback=fallback)(torch.tensor([languages]))
    assert torch.allclose(routing.gates, torch.tensor([expected]).float(), atol=1e-6)
    assert routing.loss is None


@pytest.mark.parametrize("certainty, expected", [(0.7, [1.0, 0.0]), (0.71, [0.7, 0.3])])
def test_certainty_is_the_limit(certainty: float, expected: List[float]) -> None:
    router = LanguageRouter(certainty=certainty)
    gates = router(torch.tensor([[0.7, 0.3]], dtype=torch.float64)).gates
    assert gates.tolist() == [pytest.approx(expected)]


@st.composite
def distributions(draw: st.DrawFn) -> Tuple[List[str], Dict[str, float]]:
    """Experts, and the probabilities of languages that may be others."""
    codes = ["en", "de", "zh", "fr"]
    experts = draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
    parts = draw(st.lists(st.integers(0, 20), min_size=4, max_size=4))
    total = max(sum(parts), draw(st.integers(1, 60)))
    known = {c: n / total for c, n in zip(codes, parts) if n or draw(st.booleans())}
    return experts, known


@given(distributions(), st.sampled_from(["uniform", "none"]))
def test_rows_sum_to_one_and_the_label_tells_who_serves(
    drawn: Tuple[List[str], Dict[str, float]], fallback: str
) -> None:
    experts, known = drawn
    router = LanguageRouter(fallback=fallback, certainty=0.8)
    languages = torch.tensor(
        [[known.get(code, 0.0) for code in experts]], dtype=torch.float64
    )
    gates = router(languages).gates[0]
    assert (gates >= 0).all()
    label = router.label(known, experts)
    serving = [code for code, gate in zip(experts, gates.tolist()) if gate > 1e-9]
    if not serving:
        assert fallback == "none" and not languages.any()
        assert label == ""
        return
    assert float(gates.sum()) == pytest.approx(1.0)
    assert label == (serving[0] if len(serving) == 1 else "mixture")


def test_label_of_a_mixture_router() -> None:
    assert make_mixture().label({"en": 1.0}, LANGUAGES) == "mixture"
    assert make_mixture(1, top_k=1).label({}, ["en"]) == "en"


@given(
    st.lists(
        st.lists(st.floats(-30, 30, width=32), min_size=5, max_size=5, unique=True),
        min_size=1,
        max_size=4,
    ),
    st.integers(1, 5),
)
def test_top_k_is_a_softmax_over_the_largest_alone(
    rows: List[List[float]], k: int
) -> None:
    logits = torch.tensor(rows, dtype=torch.float64)
    gates = top_k_softmax(logits, k)
    for row, row_gates in zip(logits, gates):
        largest = row.argsort(descending=True)[:k]
        others = row.argsort(descending=True)[k:]
        assert torch.allclose(row_gates[largest], row[largest].softmax(0))
        assert not row_gates[others].any()
        assert float(row_gates.sum()) == pytest.approx(1.0)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("top_k", [1, 2, 4])
def test_mixture_router_takes_the_top_k(top_k: int, temperature: float) -> None:
    router = make_mixture(4, top_k=top_k, temperature=temperature)
    summary = torch.randn(3, WIDTH)
    gates = router(torch.zeros(3, 4), summary).gates
    logits = router.gate[0](summary) / temperature
    assert ((gates > 0).sum(dim=1) == top_k).all()
    floor = logits.topk(top_k, dim=1).values[:, -1:]
    expected = logits.masked_fill(logits < floor, -torch.inf).softmax(dim=1)
    assert torch.allclose(gates, expected, atol=1e-6)


def test_excluded_experts_get_no_gradient() -> None:
    router = set_logits(make_mixture(top_k=2), 1.0, -1.0, 0.5)
    network = make_network(router)
    batch = make_batch([4, 6], one_hot(1, 1), [[triple("srr1")], [triple("s.r1.2")]])
    sum(network.loss(batch).values()).backward()
    for _, layer in network.bank.layers:
        for weights in (layer.lora_A, layer.lora_B):
            assert weights["de"].grad is None
            assert weights["en"].grad.abs().sum() > 0
            assert weights["zh"].grad.abs().sum() > 0
    # The gate learns from the triples as well as from the language.
    assert router.gate[0].bias.grad.abs().min() > 0


def test_excluded_experts_change_nothing() -> None:
    network = make_network(set_logits(make_mixture(top_k=2), 1.0, -1.0, 0.5)).eval()
    batch = make_batch([4, 6], one_hot(1, 1))
    with torch.no_grad():
        before = network.encode(batch)
        for _, layer in network.bank.layers:
            layer.lora_A["de"].fill_(torch.nan)
        assert torch.equal(network.encode(batch), before)


def observe_gates(network: TripleNetwork, batch: Batch) -> List[Tensor]:
    """The gates in force while each layer of the encoder runs."""
    seen: List[Tensor] = []
    hooks = [
        layer.register_forward_pre_hook(
            lambda *_: seen.append(network.bank.state.gates.detach())
        )
        for layer in network.encoder.convolutions
    ]
    with torch.no_grad():
        network.encode(batch)
    for hook in hooks:
        hook.remove()
    return seen


def mean_states(states: Tensor, mask: Tensor) -> Tensor:
    rows = [state[inside].mean(dim=0) for state, inside in zip(states, mask)]
    return torch.stack(rows)


def test_gates_per_layer_come_from_the_states_before_it() -> None:
    router = make_mixture(top_k=2, per_layer=True)
    network = make_network(router).eval()
    batch = make_batch([4, 7], one_hot(0, 1))
    seen = observe_gates(network, batch)
    assert len(seen) == network.encoder.n_layers == 2
    states: List[Tensor] = []
    with torch.no_grad():
        shared = mean_states(network.encoder.embed(batch.inputs), batch.mask)
        first = top_k_softmax(router.gate[0](shared), 2)
        assert torch.allclose(network.gates(batch), first, atol=1e-6)
        # The embeddings run under the first gates, then every layer decides.
        with network.bank.state.use(first):
            states.append(network.encoder.embed(batch.inputs))
        with network.bank.state.use(seen[0]):
            mask = batch.mask[:, :, None].float()
            states.append(network.encoder.convolutions[0](states[0], mask))
    for number in range(2):
        summary = mean_states(states[number], batch.mask)
        expected = top_k_softmax(router.gate[number](summary), 2)
        assert torch.allclose(seen[number], expected, atol=1e-5)
    assert not torch.allclose(seen[0], seen[1], atol=1e-2)
    assert network.bank.state.gates is None


@pytest.mark.parametrize("router", [make_mixture(), LanguageRouter()])
def test_other_routers_decide_once(router: Router) -> None:
    network = make_network(router).eval()
    batch = make_batch([4, 7], one_hot(0, 1))
    seen = observe_gates(network, batch)
    assert all(torch.equal(gates, network.gates(batch)) for gates in seen)
    assert not torch.allclose(seen[0][0], seen[0][1], atol=1e-2)


def test_gates_per_layer_of_an_encoder_without_layers() -> None:
    router = MixtureRouter(width=WIDTH, n_experts=3, n_layers=0, per_layer=True)
    network = make_network(router, encoder=make_encoder(dilations=()))
    assert network.gates(make_batch([3], one_hot(0))).shape == (1, 3)


def test_gates_do_not_depend_on_padding() -> None:
    network = make_network(make_mixture()).eval()
    together = network.gates(make_batch([3, 9], one_hot(0, 1)))
    alone = network.gates(make_batch([3], one_hot(0)))
    assert torch.allclose(together[:1], alone, atol=1e-6)


def test_adapters_wait_until_they_are_switched_on() -> None:
    network = make_network(make_mixture()).eval()
    network.routed = False
    batch = make_batch([4], one_hot(0))
    assert network.gates(batch) is None
    assert network.adapter_label({"en": 1.0}) == ""
    with torch.no_grad():
        assert torch.equal(network.encode(batch), network.encoder(batch.inputs))


def visible_batch(seed: int, rows: int = 32) -> Batch:
    """Sentences whose language shows in one attribute: each has three ids of its
    own; the other attribute is noise."""
    generator = torch.Generator().manual_seed(seed)
    languages = torch.randint(3, (rows,), generator=generator)
    inputs = make_inputs([5] * rows, seed=seed)
    own = torch.randint(3, (rows, 5, 3), generator=generator)
    inputs["attributes"][:, :, 0] = own + 10 * languages[:, None, None]
    return Batch(
        inputs=inputs,
        mask=inputs["mask"],
        languages=one_hot(*languages.tolist()),
        gold=[[triple("srr1.")]] * rows,
    )


def accuracy(network: TripleNetwork, batch: Batch) -> float:
    """How often the largest gate is that of the language, at the worst layer."""
    own = batch.languages.argmax(dim=1)
    layers = [gates.argmax(dim=1) == own for gates in observe_gates(network, batch)]
    return min(float(right.float().mean()) for right in layers)


@pytest.mark.parametrize("per_layer", [False, True])
def test_mixture_router_learns_to_tell_the_languages(per_layer: bool) -> None:
    router = make_mixture(top_k=2, per_layer=per_layer, language_weight=1.0)
    network = make_network(router)
    unseen = visible_batch(seed=99, rows=90)
    before = accuracy(network, unseen)
    for name, parameter in network.named_parameters():
        parameter.requires_grad_("lora_" in name or name.startswith("router."))
    learnt = [p for p in network.parameters() if p.requires_grad]
    optimizer = torch.optim.Adam(learnt, lr=0.05)
    first = 0.0
    for step in range(100):
        losses = network.loss(visible_batch(seed=step))
        optimizer.zero_grad()
        sum(losses.values()).backward()
        optimizer.step()
        first = first or losses["router"].item()
    assert before < 0.6
    assert accuracy(network, unseen) > 0.9
    assert losses["router"].item() < first / 2


GOLD = [[triple("s.r1")], [triple("s.r1")]]


@pytest.mark.parametrize(
    "settings, languages, is_training",
    [
        ({"language_weight": 0.0}, one_hot(0, 1), True),
        # The language is unknown, or uncertain.
        ({}, one_hot(-1, -1), True),
        ({}, one_hot(0, 1) * 0.5, True),
        ({}, one_hot(0, 1), False),
    ],
)
def test_no_language_loss(
    settings: Dict[str, Any], languages: Tensor, is_training: bool
) -> None:
    network = make_network(make_mixture(**settings)).train(is_training)
    assert set(network.loss(make_batch([4, 4], languages, GOLD))) == {
        "predicate",
        "argument",
    }


@pytest.mark.parametrize("weight", [0.1, 2.0])
def test_language_loss_is_the_cross_entropy_of_known_languages(weight: float) -> None:
    router = set_logits(make_mixture(language_weight=weight), 2.0, 0.0, -1.0)
    losses = make_network(router).loss(make_batch([4, 4], one_hot(1, -1), GOLD))
    expected = -torch.tensor([2.0, 0.0, -1.0]).log_softmax(0)[1]
    assert losses["router"].item() == pytest.approx(weight * float(expected), rel=1e-5)


@pytest.mark.parametrize(
    "build, message",
    [
        (lambda: make_mixture(top_k=0), "top_k is 0, but there are 3 experts"),
        (lambda: make_mixture(top_k=4), "top_k is 4, but there are 3 experts"),
        (lambda: make_mixture(temperature=0.0), "temperature is 0.0"),
        (lambda: make_mixture(temperature=-1.0), "temperature is -1.0"),
        (lambda: LanguageRouter(fallback="all"), "fallback is 'all'.*'uniform'"),
        (lambda: LanguageRouter(certainty=0.0), "certainty is 0.0"),
        (lambda: LanguageRouter(certainty=1.5), "certainty is 1.5"),
    ],
)
def test_settings_that_cannot_work(build: Callable[[], Router], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        build()


def test_mixture_router_needs_states() -> None:
    with pytest.raises(ValueError, match="summary"):
        make_mixture()(torch.zeros(1, 3))
