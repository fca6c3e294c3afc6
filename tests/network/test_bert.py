"""Our BERT beside that of the library transformers."""

from typing import Any, Dict

import pytest
import torch
from transformers import BertConfig, BertModel

from spacy_xoie.network.encoders.bert import Bert

SIZES: Dict[str, Any] = {
    "vocab_size": 40,
    "hidden_size": 24,
    "num_hidden_layers": 2,
    "num_attention_heads": 3,
    "intermediate_size": 48,
    "max_position_embeddings": 16,
    "initializer_range": 0.5,
    "pad_token_id": 1,
    "hidden_dropout_prob": 0.0,
    "attention_probs_dropout_prob": 0.0,
}


@pytest.mark.parametrize("masked", [True, False])
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_states_and_gradients_are_those_of_transformers(
    masked: bool, attention: str
) -> None:
    torch.manual_seed(0)
    theirs = BertModel(
        BertConfig(**SIZES, attn_implementation=attention), add_pooling_layer=False
    )
    ours = Bert(theirs.config)
    assert [*ours.state_dict()] == [*theirs.state_dict()]
    ours.load_state_dict(theirs.state_dict())
    ids = torch.randint(2, 40, (4, 9))
    inside = torch.arange(9) < torch.tensor([9, 5, 1, 7])[:, None]
    inputs = {"input_ids": ids}
    if masked:
        inputs["attention_mask"] = inside.long()
    states = [model(**inputs).last_hidden_state for model in (theirs, ours)]
    if masked:
        states = [state[inside] for state in states]
    torch.testing.assert_close(states[1], states[0], atol=1e-5, rtol=1e-5)
    weight = torch.randn_like(states[0])
    for state in states:
        (state * weight).sum().backward()
    for (name, own), (other, their) in zip(
        ours.named_parameters(), theirs.named_parameters(), strict=True
    ):
        assert name == other
        assert (own.grad is None) == (their.grad is None)
        if own.grad is not None:
            torch.testing.assert_close(own.grad, their.grad, atol=1e-3, rtol=1e-3)


def test_both_dropouts_are_in_force_while_training() -> None:
    for name in ("hidden_dropout_prob", "attention_probs_dropout_prob"):
        model = Bert(BertConfig(**{**SIZES, name: 0.5}))
        ids = torch.randint(2, 40, (4, 9))
        assert not torch.equal(model.train()(ids)[0], model(ids)[0])
        assert torch.equal(model.eval()(ids)[0], model(ids)[0])


def test_another_activation_is_refused() -> None:
    with pytest.raises(ValueError, match="'gelu' here, not 'relu'"):
        Bert(BertConfig(**{**SIZES, "hidden_act": "relu"}))
