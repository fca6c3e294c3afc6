"""Predictions without padding: what the model itself says, for any mix of lengths and
of adapters."""

from typing import Any, List, Optional
from unittest.mock import patch

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from network_builders import LANGUAGES, randomize
from torch import Tensor
from transformers import (
    BertConfig,
    BertModel,
    DistilBertConfig,
    DistilBertModel,
    XLMRobertaConfig,
    XLMRobertaModel,
)

from spacy_xoie.network import AdapterBank
from spacy_xoie.network.adapters.tuned import tuned_layers
from spacy_xoie.network.encoders import TransformerEncoder, transformer
from spacy_xoie.network.encoders.packed import can_pack

SIZES = {
    "vocab_size": 50,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "max_position_embeddings": 80,
}
MODELS = {
    "bert": lambda: BertModel(BertConfig(**SIZES)),
    "xlm-roberta": lambda: XLMRobertaModel(XLMRobertaConfig(**SIZES, pad_token_id=1)),
}
GATES = st.sampled_from(
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.3, 0.2], [0.0] * 3]
)


def make_encoder(kind: str, rank: int = 0) -> TransformerEncoder:
    torch.manual_seed(0)
    encoder = TransformerEncoder(MODELS[kind](), rank=rank)
    for _, layer in tuned_layers(encoder):
        torch.nn.init.normal_(layer.shared_B, std=0.1)
    return encoder.eval()


def make_inputs(sizes: List[int]) -> Any:
    chance = torch.Generator().manual_seed(0)
    used = torch.arange(max(sizes)) < torch.tensor(sizes)[:, None]
    ids = torch.randint(3, 50, used.shape, generator=chance)
    places = used.flatten().nonzero().flatten()
    return {
        "input_ids": torch.where(used, ids, 1),
        "attention_mask": used.long(),
        "piece": places,
        "token": places,
        "mask": used,
    }


def both(encoder: TransformerEncoder, inputs: Any) -> List[Tensor]:
    states = []
    for packed in (True, False):
        encoder._copy_cache.clear()
        with (
            torch.inference_mode(),
            patch.object(transformer, "can_pack", lambda model, packed=packed: packed),
        ):
            states.append(encoder(inputs))
    return states


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("rank", [0, 3])
@settings(max_examples=25)
@given(st.lists(st.integers(1, 70), min_size=1, max_size=40))
def test_as_the_model_says(kind: str, rank: int, sizes: List[int]) -> None:
    encoder = make_encoder(kind, rank)
    packed, padded = both(encoder, make_inputs(sizes))
    torch.testing.assert_close(packed, padded, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "targets", [(), ("query$", "value$"), ("dense$",), ("word_embeddings$",)]
)
@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(1, 70), GATES), min_size=1, max_size=12))
def test_adapters(targets: List[str], rows: List[Any]) -> None:
    encoder = make_encoder("xlm-roberta", rank=2)
    bank = AdapterBank(encoder, LANGUAGES, rank=2, targets=targets)
    randomize(bank, std=0.1)
    gates = torch.tensor([gate for _, gate in rows])
    with bank.state.use(gates):
        packed, padded = both(encoder, make_inputs([size for size, _ in rows]))
    torch.testing.assert_close(packed, padded, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("size", [0, 2**30])
def test_merged_or_added(size: int) -> None:
    encoder = make_encoder("bert", rank=2)
    bank = AdapterBank(encoder, LANGUAGES, rank=2)
    randomize(bank, std=0.1)
    with (
        bank.state.use(torch.eye(3)[[0, 2, 0, 1]]),
        patch("spacy_xoie.network.adapters.routed.MAX_MERGED_SIZE", size),
    ):
        packed, padded = both(encoder, make_inputs([5, 60, 7, 2]))
    torch.testing.assert_close(packed, padded, rtol=1e-4, atol=1e-4)


def other(kind: str) -> Optional[Any]:
    if kind == "another family":
        config = DistilBertConfig(vocab_size=50, dim=16, hidden_dim=24, n_heads=2)
        return DistilBertModel(config)
    config = BertConfig(**SIZES)
    if kind == "relative positions":
        config.position_embedding_type = "relative_key"
        config._attn_implementation = "eager"
    else:
        config.is_decoder = True
    return BertModel(config)


@pytest.mark.parametrize("kind", ["another family", "relative positions", "decoder"])
def test_other_models_predict_by_themselves(kind: str) -> None:
    model = other(kind)
    assert not can_pack(model)
    assert can_pack(MODELS["bert"]())
