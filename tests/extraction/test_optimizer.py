"""The optimizer of whole networks: it is torch's AdamW, bounded as a whole."""

from typing import Callable, Dict, List

import pytest
import torch
from conftest import SENTENCES, make_example
from spacy.language import Language
from spacy.training import Example
from thinc.api import warmup_linear

from spacy_xoie.errors import ConfigError
from spacy_xoie.extraction.optimizer import NetworkOptimizer, make_adamw
from spacy_xoie.network.stages import parameter_groups

Pipelines = Callable[..., Language]


def examples_of(nlp: Language) -> List[Example]:
    return [make_example(nlp, *sentence) for sentence in SENTENCES]


def weights(nlp: Language) -> Dict[str, torch.Tensor]:
    network = nlp.get_pipe("xoie").network
    return {name: p.detach().clone() for name, p in network.named_parameters()}


def test_it_moves_as_torch_does(make_pipeline: Pipelines) -> None:
    nlp = make_pipeline()
    pipe = nlp.get_pipe("xoie")
    before = weights(nlp)
    names = pipe.set_stage("all")
    copies = {name: before[name].clone().requires_grad_() for name in names}
    reference = torch.optim.AdamW(
        copies.values(), lr=0.01, betas=(0.9, 0.98), weight_decay=0.01
    )
    optimizer = make_adamw(0.01, grad_clip=0.1)
    for _ in range(3):
        nlp.update(examples_of(nlp), sgd=False)
        for name, parameter in pipe.network.named_parameters():
            copies[name].grad = None if parameter.grad is None else parameter.grad + 0
        norm = torch.nn.utils.clip_grad_norm_(copies.values(), 0.1)
        # The gradients of such a model are larger than that.
        assert float(norm) > 0.1
        reference.step()
        pipe.finish_update(optimizer)
        assert all(p.grad is None for p in pipe.network.parameters())
    for name, value in weights(nlp).items():
        torch.testing.assert_close(value, copies[name].detach())


def test_groups_have_rates_of_their_own(make_pipeline: Pipelines) -> None:
    nlp = make_pipeline()
    pipe = nlp.get_pipe("xoie")
    pipe.set_stage("shared")
    before = weights(nlp)
    # The first step of Adam is as long as its rate.
    optimizer = make_adamw(0.01, L2=0.0, rates={"encoder": 0.1})
    nlp.update(examples_of(nlp), sgd=optimizer)
    after, groups = weights(nlp), parameter_groups(pipe.network)
    for group, rate in (("head", 0.01), ("encoder", 0.001)):
        steps = [
            float((after[name] - before[name]).abs().max())
            for name in before
            if groups[name] == group
        ]
        assert max(steps) == pytest.approx(rate, rel=0.01)


def test_schedules_and_stages(make_pipeline: Pipelines) -> None:
    nlp = make_pipeline()
    pipe = nlp.get_pipe("xoie")
    optimizer = make_adamw(warmup_linear(0.01, 2, 10))
    assert isinstance(optimizer, NetworkOptimizer) and optimizer.averages is None
    pipe.set_stage("all")
    before = weights(nlp)
    nlp.update(examples_of(nlp), sgd=optimizer)
    # The rate begins at nothing.
    assert all(map(torch.equal, before.values(), weights(nlp).values()))
    optimizer.step_schedules()
    assert optimizer.learn_rate == 0.005
    names = set(pipe.set_stage("encoder"))
    nlp.update(examples_of(nlp), sgd=optimizer)
    after = weights(nlp)
    assert {n for n in before if not torch.equal(before[n], after[n])} == names
    # What learned before and learns on keeps its momentum.
    state = optimizer.state(pipe.model.shim.id, pipe.network)
    assert {place.rpartition("/")[0] for place in state} == names
    assert {int(v) for place, v in state.items() if place.endswith("/step")} == {2}


def test_state_is_taken_up(make_pipeline: Pipelines) -> None:
    nlp = make_pipeline()
    pipe, other = nlp.get_pipe("xoie"), make_pipeline()
    pipe.set_stage("all")
    other.get_pipe("xoie").set_stage("all")
    key = pipe.model.shim.id
    optimizer = make_adamw(0.01)
    for _ in range(2):
        nlp.update(examples_of(nlp), sgd=optimizer)
    twin = other.get_pipe("xoie")
    twin.network.load_state_dict(pipe.network.state_dict())
    heir = make_adamw(0.01)
    state = optimizer.state(key, pipe.network)
    copies = {place: value.clone() for place, value in state.items()}
    heir.set_state(twin.model.shim.id, twin.network, copies)
    nlp.update(examples_of(nlp), sgd=optimizer)
    other.update(examples_of(other), sgd=heir)
    assert all(map(torch.equal, weights(nlp).values(), weights(other).values()))


def test_a_group_that_is_none() -> None:
    with pytest.raises(ConfigError, match="'layers'.*'encoder'"):
        make_adamw(0.01, rates={"layers": 0.1})
