import pickle
import threading
from copy import deepcopy
from typing import Callable, Dict, List, Optional, Tuple

import pytest
import torch
import torch.nn.functional as F
from network_builders import (
    LANGUAGES,
    make_bank,
    make_batch,
    make_encoder,
    make_inputs,
    make_network,
    make_tuned,
    one_hot,
    randomize,
)
from peft import LoraConfig, inject_adapter_in_model
from torch import Tensor, nn

from spacy_xoie.errors import ConfigError
from spacy_xoie.network import AdapterBank, LanguageRouter, TripleNetwork
from spacy_xoie.network.adapters import RoutedLora
from spacy_xoie.network.layers import BagEmbedding

N_ROWS = 3

# kind: layer, input of N_ROWS rows
LAYERS: Dict[str, Callable[[], Tuple[nn.Module, Tensor]]] = {
    "linear": lambda: (nn.Linear(5, 4), torch.randn(N_ROWS, 6, 5)),
    "linear, no tokens": lambda: (nn.Linear(5, 4), torch.randn(N_ROWS, 5)),
    "linear, four axes": lambda: (
        nn.Linear(5, 4, bias=False),
        torch.randn(N_ROWS, 2, 6, 5),
    ),
    "tuned": lambda: (make_tuned(5, 4), torch.randn(N_ROWS, 6, 5)),
    "embedding": lambda: (nn.Embedding(9, 4), torch.randint(9, (N_ROWS, 6))),
    "bag": lambda: (BagEmbedding(9, 4), torch.randint(9, (N_ROWS, 6, 3))),
    "convolution": lambda: (nn.Conv1d(5, 4, 3, padding=1), torch.randn(N_ROWS, 5, 6)),
    "dilated": lambda: (
        nn.Conv1d(5, 4, 3, padding=2, dilation=2, stride=2),
        torch.randn(N_ROWS, 5, 9),
    ),
}

GATES = {
    "one-hot": [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
    "mixed": [[0.2, 0.5, 0.3], [0.0, 0.9, 0.1], [1.0, 0.0, 0.0]],
    "some rows zero": [[0.0, 0.0, 0.0], [0.5, 0.0, 0.5], [0.0, 0.0, 0.0]],
}

each_layer = pytest.mark.parametrize("kind", LAYERS)


def make_layer(kind: str) -> Tuple[nn.ModuleDict, Tensor]:
    torch.manual_seed(0)
    layer, x = LAYERS[kind]()
    return nn.ModuleDict({"layer": layer}), x


def apply_weight(layer: nn.Module, weight: Tensor, x: Tensor) -> Tensor:
    """What the layer computes with another weight and no bias."""
    if isinstance(layer, BagEmbedding):
        return F.embedding(x, weight).sum(-2)
    if isinstance(layer, nn.Embedding):
        return F.embedding(x, weight)
    if isinstance(layer, nn.Conv1d):
        return F.conv1d(
            x,
            weight,
            stride=layer.stride,
            padding=layer.padding,
            dilation=layer.dilation,
        )
    return F.linear(x, weight)


def product(layer: nn.Module, down: Tensor, up: Tensor) -> Tensor:
    """The weight B A of an adapter, in the shape of the layer's own."""
    if isinstance(layer, nn.Embedding):
        return torch.einsum("or,nr->no", up, down)
    if isinstance(layer, nn.Conv1d):
        return torch.einsum("or,rik->oik", up, down)
    return torch.einsum("or,ri->oi", up, down)


def snapshot(bank: AdapterBank, expert: str) -> List[Tensor]:
    return [
        weights[expert].detach().clone()
        for _, layer in bank.layers
        for weights in (layer.lora_A, layer.lora_B)
    ]


@pytest.mark.parametrize("gates", GATES.values(), ids=GATES)
@each_layer
def test_routed_forward_is_the_formula(kind: str, gates: List[List[float]]) -> None:
    module, x = make_layer(kind)
    base = deepcopy(module["layer"])
    bank = randomize(AdapterBank(module, LANGUAGES, rank=2, alpha=6.0))
    adapted = module["layer"]
    expected = base(x).clone()
    for row, row_gates in enumerate(gates):
        for expert, gate in zip(LANGUAGES, row_gates):
            weight = product(base, adapted.lora_A[expert], adapted.lora_B[expert])
            update = apply_weight(base, weight, x[row : row + 1])[0]
            expected[row] += gate * (6.0 / 2) * update
    with bank.state.use(torch.tensor(gates)):
        routed = adapted(x)
    assert torch.allclose(routed, expected, atol=1e-5)
    assert not torch.allclose(routed, base(x), atol=1e-2)


@pytest.mark.parametrize("kind", ["linear", "embedding", "convolution"])
def test_one_adapter_computes_what_peft_computes(kind: str) -> None:
    ours, x = make_layer(kind)
    theirs = deepcopy(ours)
    bank = make_bank(ours, ["en"], rank=4)
    config = LoraConfig(r=4, lora_alpha=16, lora_dropout=0.0, target_modules=["layer"])
    inject_adapter_in_model(config, theirs, adapter_name="en")
    adapted, peft_layer = ours["layer"], theirs["layer"]
    down, up = adapted.lora_A["en"].data, adapted.lora_B["en"].data
    if kind == "embedding":
        peft_layer.lora_embedding_A["en"].data = down.T.clone()
        peft_layer.lora_embedding_B["en"].data = up.clone()
    else:
        peft_up = peft_layer.lora_B["en"].weight
        peft_layer.lora_A["en"].weight.data = down.clone()
        peft_up.data = up.clone().view_as(peft_up)
    with bank.state.use(torch.ones(N_ROWS, 1)):
        routed = adapted(x)
    assert torch.allclose(routed, peft_layer(x), atol=1e-5)
    assert not torch.allclose(routed, adapted.base(x), atol=1e-2)


@each_layer
def test_a_new_bank_changes_nothing(kind: str) -> None:
    module, x = make_layer(kind)
    before = module["layer"](x)
    bank = AdapterBank(module, LANGUAGES, rank=2)
    with bank.state.use(torch.tensor(GATES["mixed"])):
        assert torch.equal(module["layer"](x), before)


@pytest.mark.parametrize("gates", [None, torch.zeros(N_ROWS, 3)], ids=["none", "zero"])
@each_layer
def test_without_gates_the_base_layer_is_left(
    kind: str, gates: Optional[Tensor]
) -> None:
    module, x = make_layer(kind)
    before = module["layer"](x)
    bank = make_bank(module)
    with bank.state.use(gates):
        assert torch.equal(module["layer"](x), before)


@each_layer
def test_rows_without_gates_keep_the_base_output(kind: str) -> None:
    module, x = make_layer(kind)
    before = module["layer"](x)
    bank = make_bank(module)
    with bank.state.use(torch.tensor(GATES["some rows zero"])):
        routed = module["layer"](x)
    assert torch.equal(routed[[0, 2]], before[[0, 2]])
    assert not torch.allclose(routed[1], before[1], atol=1e-2)


def test_only_experts_in_use_get_gradients() -> None:
    encoder = make_encoder()
    bank = make_bank(encoder)
    gates = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.0, 0.5]])
    with bank.state.use(gates):
        encoder(make_inputs([4, 6])).square().sum().backward()
    for _, layer in bank.layers:
        for weights in (layer.lora_A, layer.lora_B):
            assert weights["de"].grad is None
            for used in ("en", "zh"):
                assert weights[used].grad is not None
                assert weights[used].grad.abs().sum() > 0


def test_dropout_is_for_training_only() -> None:
    module, x = make_layer("linear")
    torch.manual_seed(3)
    bank = randomize(AdapterBank(module, LANGUAGES, dropout=0.5))
    with bank.state.use(torch.tensor(GATES["mixed"])):
        assert not torch.equal(module["layer"](x), module["layer"](x))
        module.eval()
        assert torch.equal(module["layer"](x), module["layer"](x))


@pytest.mark.parametrize(
    "targets, expected",
    [
        ((), {"tables.0", "tables.1", "mix", "conv0", "conv1"}),
        (["mix"], {"mix"}),
        (["^tables", r"\.1\."], {"tables.0", "tables.1", "conv1"}),
    ],
)
def test_targets_choose_the_layers(targets: List[str], expected: set[str]) -> None:
    encoder = make_encoder()
    bank = AdapterBank(encoder, ["en"], targets=targets)
    short = {f"convolutions.{n}.convolution": f"conv{n}" for n in (0, 1)}
    assert {short.get(name, name) for name, _ in bank.layers} == expected
    adapted = {
        short.get(name, name)
        for name, layer in encoder.named_modules()
        if isinstance(layer, RoutedLora)
    }
    assert adapted == expected


WEIGHTS = {"en": 0.25, "zh": 0.75}


@each_layer
def test_merged_layer_computes_what_the_routed_one_did(kind: str) -> None:
    module, x = make_layer(kind)
    plain = type(module["layer"])
    bank = make_bank(module)
    gates = torch.tensor([[WEIGHTS.get(code, 0.0) for code in LANGUAGES]] * N_ROWS)
    with bank.state.use(gates):
        routed = module["layer"](x)
    bank.merge(module, WEIGHTS)
    assert type(module["layer"]) is plain
    assert torch.allclose(module["layer"](x), routed, atol=1e-5)


def test_merged_network_is_plain_and_gives_the_same_triples() -> None:
    network = make_network(LanguageRouter()).eval()
    batch = make_batch([5, 8], one_hot(2, 2))
    plain_names = {name for name, _ in make_encoder().named_parameters()}
    with torch.no_grad():
        routed = network.encode(batch)
        triples = network.extract(batch, threshold=0.01, max_triples=4)
        assert all(triples)
        network.merge({"zh": 1.0})
        assert torch.allclose(network.encode(batch), routed, atol=1e-5)
        merged = network.extract(batch, threshold=0.01, max_triples=4)
    assert [[t.parts for t in row] for row in merged] == [
        [t.parts for t in row] for row in triples
    ]
    assert {name for name, _ in network.encoder.named_parameters()} == plain_names
    assert network.bank is None and network.router is None
    assert network.experts == [] and network.adapter_label({"zh": 1.0}) == ""


def test_adding_an_expert_leaves_the_others_alone() -> None:
    encoder = make_encoder().eval()
    bank = make_bank(encoder)
    inputs = make_inputs([5, 3, 7])
    weights = [snapshot(bank, code) for code in LANGUAGES]
    with bank.state.use(one_hot(0, 1, 2)):
        before = encoder(inputs)
    with bank.state.use(None):
        shared = encoder(inputs)
    bank.add("fr")
    assert bank.experts == [*LANGUAGES, "fr"]
    with bank.state.use(one_hot(0, 1, 2, n_experts=4)):
        assert torch.equal(encoder(inputs), before)
    with bank.state.use(one_hot(3, 3, 3, n_experts=4)):
        assert torch.equal(encoder(inputs), shared)
    for code, old in zip(LANGUAGES, weights):
        assert all(map(torch.equal, snapshot(bank, code), old))


def test_an_added_expert_can_learn() -> None:
    encoder = make_encoder()
    bank = AdapterBank(encoder, ["en"])
    bank.add("fr")
    learnt = [
        parameter
        for name, parameter in encoder.named_parameters()
        if name.endswith(".fr")
    ]
    assert len(learnt) == 2 * len(bank.layers)
    with bank.state.use(one_hot(1, n_experts=2)):
        encoder(make_inputs([4])).square().sum().backward()
    # B starts at zero, so that A gets its first gradient after one step.
    assert all(layer.lora_B["fr"].grad.abs().sum() > 0 for _, layer in bank.layers)


def test_removing_an_expert_leaves_the_others_alone() -> None:
    encoder = make_encoder().eval()
    bank = make_bank(encoder)
    inputs = make_inputs([5, 3])
    with bank.state.use(one_hot(0, 2)):
        before = encoder(inputs)
    bank.remove("de")
    assert bank.experts == ["en", "zh"]
    with bank.state.use(one_hot(0, 1, n_experts=2)):
        assert torch.equal(encoder(inputs), before)
    assert not [name for name, _ in encoder.named_parameters() if name.endswith(".de")]


@pytest.mark.parametrize(
    "copy", [deepcopy, lambda n: pickle.loads(pickle.dumps(n))], ids=["copy", "pickle"]
)
def test_a_copy_is_whole_and_independent(
    copy: Callable[[TripleNetwork], TripleNetwork],
) -> None:
    network = make_network(LanguageRouter()).eval()
    batch = make_batch([5, 8], one_hot(0, 1))
    other = copy(network)
    with torch.no_grad():
        before = network.encode(batch)
        # The copy's router reaches the copy's layers: they share a state.
        assert torch.equal(other.encode(batch), before)
        assert not torch.allclose(other.encoder(batch.inputs), before, atol=1e-2)
        with network.bank.state.use(one_hot(1, 1)):
            assert other.bank.state.gates is None
        for parameter in other.parameters():
            parameter.add_(1.0)
        assert torch.equal(network.encode(batch), before)
    other.bank.remove("en")
    assert network.experts == list(LANGUAGES)


def test_gates_are_local_to_a_thread() -> None:
    encoder = make_encoder().eval()
    bank = make_bank(encoder)
    inputs = make_inputs([6])
    alone = []
    for expert in (0, 1):
        with bank.state.use(one_hot(expert)):
            alone.append(encoder(inputs))
    assert not torch.allclose(alone[0], alone[1], atol=1e-2)
    both_are_in = threading.Barrier(2, timeout=10)
    together: Dict[int, Tensor] = {}
    outside: Dict[int, Optional[Tensor]] = {}

    def work(expert: int) -> None:
        outside[expert] = bank.state.gates
        with bank.state.use(one_hot(expert)):
            both_are_in.wait()
            together[expert] = encoder(inputs)
            both_are_in.wait()

    with bank.state.use(one_hot(2)):
        threads = [threading.Thread(target=work, args=(expert,)) for expert in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert torch.equal(bank.state.gates, one_hot(2))
    assert outside == {0: None, 1: None}
    assert all(torch.equal(together[expert], alone[expert]) for expert in (0, 1))


def test_gates_are_back_after_the_block_and_after_an_error() -> None:
    encoder = make_encoder()
    bank = make_bank(encoder)
    with bank.state.use(one_hot(0)):
        with pytest.raises(KeyError), bank.state.use(one_hot(1)):
            encoder({})
        assert torch.equal(bank.state.gates, one_hot(0))
        assert bank.state.active == [0]
    assert bank.state.gates is None
    assert bank.state.active == []


@pytest.mark.parametrize(
    "experts, settings, message",
    [
        (["en"], {"rank": 0}, "rank of the adapters is 0"),
        (["en", "de", "en"], {}, "named twice: en"),
        (["pt.BR"], {}, "'pt.BR' cannot name an adapter"),
        ([""], {}, "'' cannot name an adapter"),
        # An attribute of torch's modules, but the language code of Tongan as well.
        (["to"], {}, "'to' cannot name an adapter"),
        (["en"], {"targets": ["mix", "("]}, r"target '\(' is no regular expression"),
        (["en"], {"targets": ["query"]}, r"\['query'\].*mix"),
    ],
)
def test_settings_that_cannot_work(
    experts: List[str], settings: Dict[str, object], message: str
) -> None:
    encoder = make_encoder()
    with pytest.raises(ConfigError, match=message):
        AdapterBank(encoder, experts, **settings)
    assert not any(isinstance(layer, RoutedLora) for layer in encoder.modules())


@pytest.mark.parametrize("expert", ["en", "a b", "to"])
def test_experts_that_cannot_be_added(expert: str) -> None:
    bank = make_bank(make_encoder())
    with pytest.raises(ConfigError, match=expert):
        bank.add(expert)
    assert bank.experts == list(LANGUAGES)


def test_unknown_experts() -> None:
    encoder = make_encoder()
    bank = make_bank(encoder)
    with pytest.raises(ConfigError, match="no adapter 'fr'.*en, de, zh"):
        bank.remove("fr")
    before = deepcopy(encoder.state_dict())
    with pytest.raises(ConfigError, match="no adapter 'fr'.*en, de, zh"):
        bank.merge(encoder, {"en": 0.5, "fr": 0.5})
    after = encoder.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())
