"""The optimizer of whole networks: one step for all that learns."""

from typing import Any, Dict, List, Mapping

import torch
from spacy.util import registry
from thinc.api import Optimizer
from thinc.optimizers import FloatOrSeq
from torch import Tensor, nn

from ..errors import ConfigError
from ..network.model import TripleNetwork
from ..network.stages import GROUPS, parameter_groups


class NetworkOptimizer(Optimizer):
    """AdamW as torch has it, for a network as a whole. Unlike thinc's optimizer, which
    sees one array at a time, it bounds the norm of all gradients together, and groups
    of parameters may have rates of their own.

    Layers that are thinc's, such as those of a `tok2vec` component, learn by thinc's
    Adam with the same settings.

    rates (Mapping[str, float]): Factors of the learning rate, see `make_adamw`.
    """

    __slots__ = ("_adams", "_rates")

    def __init__(
        self,
        learn_rate: FloatOrSeq,
        *,
        rates: Mapping[str, float] = {},
        **settings: Any,
    ) -> None:
        super().__init__(
            learn_rate, use_averages=False, L2_is_weight_decay=True, **settings
        )
        self._rates = dict(rates)
        self._adams: Dict[int, torch.optim.AdamW] = {}

    def update_network(self, key: int, network: TripleNetwork) -> None:
        """Move the parameters that have a gradient.

        key (int): Tells the network from others that learn beside it.
        network (TripleNetwork): The network. Its gradients are scaled, if they are
            too large, and stay.
        """
        moving = {n: p for n, p in network.named_parameters() if p.grad is not None}
        if not moving:
            return
        if self.grad_clip:
            nn.utils.clip_grad_norm_(moving.values(), self.grad_clip)
        adam = self._adam_of(key, network)
        for group in adam.param_groups:
            group["lr"] = self.learn_rate * group["factor"]
            group["betas"] = (self.b1, self.b2)
            group["eps"], group["weight_decay"] = self.eps, self.L2
        adam.step()

    def state(self, key: int, network: TripleNetwork) -> Dict[str, Tensor]:
        """RETURNS (Dict[str, Tensor]): What is remembered of each parameter, by its
        name and that of the value."""
        moments = self._adams[key].state if key in self._adams else {}
        return {
            f"{name}/{value}": tensor
            for name, parameter in network.named_parameters()
            for value, tensor in moments.get(parameter, {}).items()
        }

    def set_state(
        self, key: int, network: TripleNetwork, state: Mapping[str, Tensor]
    ) -> None:
        """The inverse of `state`."""
        parameters = dict(network.named_parameters())
        moments = self._adam_of(key, network).state
        for place, tensor in state.items():
            name, _, value = place.rpartition("/")
            parameter = parameters[name]
            moments[parameter][value] = tensor.to(parameter.device)

    def _adam_of(self, key: int, network: TripleNetwork) -> torch.optim.AdamW:
        """The optimizer of a network: another one when other parameters learn, which
        remembers those that learned before."""
        by_factor: Dict[float, List[nn.Parameter]] = {}
        groups = parameter_groups(network)
        for name, parameter in network.named_parameters():
            if parameter.requires_grad:
                factor = self._rates.get(groups[name], 1.0)
                by_factor.setdefault(factor, []).append(parameter)
        learners = {id(p) for parameters in by_factor.values() for p in parameters}
        former = self._adams.get(key)
        if former is not None and learners == {
            id(p) for group in former.param_groups for p in group["params"]
        }:
            return former
        adam = torch.optim.AdamW(
            [{"params": p, "factor": factor} for factor, p in by_factor.items()],
            fused=True,
        )
        if former is not None:
            for learner, moments in former.state.items():
                if id(learner) in learners:
                    adam.state[learner] = moments
        self._adams[key] = adam
        return adam


@registry.optimizers("spacy-xoie.AdamW.v1")
def make_adamw(
    learn_rate: FloatOrSeq = 0.001,
    *,
    beta1: FloatOrSeq = 0.9,
    beta2: FloatOrSeq = 0.98,
    eps: FloatOrSeq = 1e-8,
    L2: FloatOrSeq = 0.01,
    grad_clip: FloatOrSeq = 5.0,
    rates: Dict[str, float] = {},
) -> Optimizer:
    """Create an optimizer that moves a network with one step of torch's AdamW. Each
    number may also be a schedule.

    learn_rate (float): The learning rate.
    beta1 (float): Decay of the mean of the gradients.
    beta2 (float): Decay of the mean of their squares.
    eps (float): Added to the root of that mean.
    L2 (float): Weight decay.
    grad_clip (float): Greatest norm of all gradients together; 0 for any.
    rates (Dict[str, float]): Factors of the learning rate for groups of parameters:
        "embeddings" and "encoder", which are all that a pretrained encoder brings,
        "adapters", "router" or "head". 1 where none is given.
    RAISES (ConfigError): If there is no such group.
    """
    strangers = [group for group in rates if group not in GROUPS]
    if strangers:
        raise ConfigError(
            f"The optimizer has rates for {', '.join(map(repr, strangers))}, but the "
            f"groups of parameters are {', '.join(map(repr, GROUPS))}."
        )
    return NetworkOptimizer(
        learn_rate,
        beta1=beta1,
        beta2=beta2,
        eps=eps,
        L2=L2,
        grad_clip=grad_clip,
        rates=rates,
    )
