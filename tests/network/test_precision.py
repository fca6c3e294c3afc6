"""Predictions with fewer bits: near those in single precision, all else the same."""

from copy import deepcopy
from typing import Sequence, Set

import pytest
import torch
from network_builders import LANGUAGES, one_hot, randomize
from torch import Tensor
from transformers import BertConfig, BertModel

from spacy_xoie.errors import ConfigError
from spacy_xoie.network import AdapterBank, Batch, LanguageRouter, TripleNetwork
from spacy_xoie.network.encoders import TransformerEncoder
from spacy_xoie.network.heads import LightHead
from spacy_xoie.network.precision import Precision, choose_precision
from spacy_xoie.network.routing import MixtureRouter, Router

LOWERED: Sequence[Precision] = ("bfloat16", "int8")
NEAR = {"bfloat16": 0.1, "int8": 0.1}
"""Most that a state, of standard deviation 1 or so, may differ."""


def make_network(precision: Precision, router: Router) -> TripleNetwork:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=50,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=16,
    )
    model = BertModel(config, add_pooling_layer=False)
    encoder = TransformerEncoder(model, precision)
    targets = ["query$", "value$", "dense$", "word_embeddings$"]
    bank = AdapterBank(encoder, LANGUAGES, rank=2, targets=targets)
    randomize(bank, std=0.1)
    network = TripleNetwork(
        encoder, LightHead(in_width=32, width=16, depth=1), bank=bank, router=router
    )
    network.routed = True
    return network.eval()


def make_batch(languages: Tensor) -> Batch:
    rows = len(languages)
    generator = torch.Generator().manual_seed(1)
    ids = torch.randint(50, (rows, 8), generator=generator)
    places = torch.arange(rows * 8)
    mask = torch.ones(rows, 8, dtype=torch.bool)
    inputs = {
        "input_ids": ids,
        "attention_mask": mask.long(),
        "piece": places,
        "token": places,
        "mask": mask,
    }
    return Batch(inputs, mask, languages)


def states(network: TripleNetwork, languages: Tensor) -> Tensor:
    with torch.inference_mode():
        return network.encode(make_batch(languages)).clone()


GATES = {
    "one language": one_hot(1, 1, 1),
    "sorted": one_hot(0, 0, 1, 2),
    "not sorted": one_hot(0, 1, 0, 1, 0, 2),
    "mixed": torch.tensor([[0.5, 0.3, 0.2], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
}


@pytest.mark.parametrize("languages", GATES.values(), ids=GATES)
@pytest.mark.parametrize("precision", LOWERED)
def test_near_single_precision(precision: Precision, languages: Tensor) -> None:
    whole = states(make_network("float32", LanguageRouter()), languages)
    rounded = states(make_network(precision, LanguageRouter()), languages)
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, whole)
    torch.testing.assert_close(rounded, whole, rtol=0.0, atol=NEAR[precision])


@pytest.mark.parametrize("precision", LOWERED)
def test_adapters_take_part(precision: Precision) -> None:
    network = make_network(precision, LanguageRouter())
    one, other = (states(network, one_hot(n, n)) for n in (0, 1))
    assert (one - other).abs().max() > 3 * NEAR[precision]


@pytest.mark.parametrize("precision", LOWERED)
def test_routers_that_read_each_layer(precision: Precision) -> None:
    def router() -> Router:
        torch.manual_seed(0)
        return MixtureRouter(width=32, n_experts=3, n_layers=2, top_k=2, per_layer=True)

    languages = one_hot(0, 1, 2)
    whole = states(make_network("float32", router()), languages)
    rounded = states(make_network(precision, router()), languages)
    torch.testing.assert_close(rounded, whole, rtol=0.0, atol=2 * NEAR[precision])


@pytest.mark.parametrize("precision", LOWERED)
def test_one_language_merged(precision: Precision) -> None:
    languages = one_hot(2, 2)
    network = make_network(precision, LanguageRouter())
    routed = states(network, languages)
    network.merge({LANGUAGES[2]: 1.0})
    merged = states(network, languages)
    torch.testing.assert_close(merged, routed, rtol=0.0, atol=2 * NEAR[precision])


@pytest.mark.parametrize("precision", LOWERED)
def test_training_and_weights_stay_single(precision: Precision) -> None:
    languages = one_hot(0, 1)
    network = make_network(precision, LanguageRouter())
    before = deepcopy(network.state_dict())
    first = states(network, languages)
    after = network.state_dict()
    assert list(after) == list(before)
    assert all(torch.equal(after[name], value) for name, value in before.items())
    # Where gradients are needed, the weights themselves are used.
    plain = make_network("float32", LanguageRouter())
    learning = network.encode(make_batch(languages))
    assert torch.equal(learning, plain.encode(make_batch(languages)))
    learning.sum().backward()
    torch.optim.SGD(network.parameters(), lr=0.05).step()
    assert not torch.allclose(states(network, languages), first, atol=1e-3)
    # And so after thinc's optimizers, which exchange the data of parameters.
    network.train()
    for parameter in network.parameters():
        parameter.data = parameter.data * 0.5
    network.eval()
    plain.load_state_dict(network.state_dict())
    torch.testing.assert_close(
        states(network, languages),
        states(plain, languages),
        rtol=0.0,
        atol=NEAR[precision],
    )


@pytest.mark.parametrize("precision", ["float32", *LOWERED])
def test_embeddings_are_not_copied(precision: Precision) -> None:
    network = make_network(precision, LanguageRouter())
    states(network, one_hot(0))
    encoder = network.encoder
    assert isinstance(encoder, TransformerEncoder)
    ((_, copy),) = encoder._copy_cache._modules.values()
    own = {id(parameter) for parameter in encoder.parameters()}
    of_embeddings = [p for n, p in copy.named_parameters() if "embeddings" in n]
    assert of_embeddings and own.issuperset(map(id, of_embeddings))


def test_other_precisions_are_refused() -> None:
    with pytest.raises(
        ConfigError, match="'int4'.*'float32', 'bfloat16', 'int8', 'auto'"
    ):
        TransformerEncoder(torch.nn.Module(), "int4")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "capability, knows, precision",
    [
        ("AVX2", {"avx512_bf16"}, "float32"),
        ("AVX512", set(), "float32"),
        ("AVX512", {"avx512_bf16"}, "bfloat16"),
        ("AVX512", {"avx512_bf16", "avx512_fp16", "amx_bf16"}, "bfloat16"),
        # Tiles that a virtual machine hides.
        ("AVX512", {"avx512_bf16", "avx512_fp16"}, "float32"),
    ],
)
def test_automatic_precision(
    capability: str,
    knows: Set[str],
    precision: Precision,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    monkeypatch.setattr(
        torch.cpu,
        "get_capabilities",
        lambda: dict.fromkeys(knows, True),
        raising=False,
    )
    device = torch.device("cpu")
    assert choose_precision("auto", device) == precision
    assert choose_precision("int8", device) == "int8"
