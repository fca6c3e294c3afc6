"""What is worked out from weights must give what the weights give, and follow them."""

from copy import deepcopy
from typing import Callable, Dict, List, Sequence

import pytest
import torch
from network_builders import (
    LANGUAGES,
    make_encoder,
    make_inputs,
    one_hot,
    randomize,
)
from torch import Tensor, nn

from spacy_xoie.network import AdapterBank
from spacy_xoie.network.cache import ModuleCache
from spacy_xoie.network.encoders import HashedEncoder

GATES = {
    "one expert": one_hot(1, 1, 1),
    "an expert each": one_hot(0, 2, 1),
    "shares": torch.tensor([[0.2, 0.5, 0.3], [0.0, 0.9, 0.1], [0.0, 0.0, 0.0]]),
    "one expert, not wholly": torch.tensor([[0.0, 0.6, 0.0]] * 3),
    "none": torch.zeros(3, 3),
}


def both_ways(
    encoder: HashedEncoder, bank: AdapterBank, gates: Tensor
) -> Dict[str, Tensor]:
    """Hidden states with gradient, which uses the weights themselves, and without."""
    inputs = make_inputs([4, 2, 6])
    if encoder.training:
        encoder.eval()
    with bank.state.use(gates):
        slow = encoder(inputs).detach()
        with torch.inference_mode():
            fast = encoder(inputs).clone()
    return {"slow": slow, "fast": fast}


def adapt(
    encoder: HashedEncoder, targets: Sequence[str] = ("mix", "convolution")
) -> AdapterBank:
    return randomize(AdapterBank(encoder, LANGUAGES, rank=2, targets=targets))


@pytest.mark.parametrize("gates", GATES.values(), ids=GATES)
@pytest.mark.parametrize("targets", [["mix", "convolution"], ["convolution"], []])
def test_shortcuts_change_no_states(gates: Tensor, targets: List[str]) -> None:
    encoder = make_encoder()
    found = both_ways(encoder, adapt(encoder, targets), gates)
    torch.testing.assert_close(found["fast"], found["slow"], rtol=1e-4, atol=1e-5)


def descend(encoder: HashedEncoder, bank: AdapterBank) -> None:
    optimizer = torch.optim.SGD(encoder.parameters(), lr=0.5)
    with bank.state.use(GATES["one expert"]):
        encoder(make_inputs([4, 2, 6])).sum().backward()
    optimizer.step()


def exchange_data(encoder: HashedEncoder, bank: AdapterBank) -> None:
    # What thinc's optimizers do, after `train()`.
    encoder.train()
    for parameter in encoder.parameters():
        parameter.data = parameter.data + 0.3


def load(encoder: HashedEncoder, bank: AdapterBank) -> None:
    state = {name: value + 0.3 for name, value in encoder.state_dict().items()}
    encoder.load_state_dict(state)


def replace(encoder: HashedEncoder, bank: AdapterBank) -> None:
    bank.remove("de")
    bank.add("it")
    randomize(bank)


def merge(encoder: HashedEncoder, bank: AdapterBank) -> None:
    bank.merge(encoder, {"en": 0.5, "zh": 0.5})


@pytest.mark.parametrize("change", [descend, exchange_data, load, replace, merge])
def test_shortcuts_follow_the_weights(
    change: Callable[[HashedEncoder, AdapterBank], None],
) -> None:
    encoder = make_encoder()
    bank = adapt(encoder)
    before = both_ways(encoder, bank, GATES["one expert"])
    change(encoder, bank)
    after = both_ways(encoder, bank, GATES["one expert"])
    torch.testing.assert_close(after["fast"], after["slow"], rtol=1e-4, atol=1e-5)
    assert not torch.allclose(after["fast"], before["fast"], atol=1e-3)


def test_shortcuts_are_no_weights() -> None:
    encoder = make_encoder()
    names = list(encoder.state_dict())
    bank = adapt(encoder)
    adapted = list(encoder.state_dict())
    both_ways(encoder, bank, GATES["one expert"])
    assert list(encoder.state_dict()) == adapted != names
    copy = deepcopy(encoder)
    assert list(copy.state_dict()) == adapted


def test_the_oldest_goes_first() -> None:
    weight = torch.zeros(1)
    made = []

    def make(key: str) -> Callable[[], nn.Module]:
        def module() -> nn.Module:
            made.append(key)
            return nn.Identity()

        return module

    cache = ModuleCache(size=2)
    for key in "aabbacbacb":
        cache.get(key, [weight], make(key))
    assert "".join(made) == "abcab"
