"""How the weights of many adapters are stored and read without taking long."""

from typing import Any, Dict, List, Mapping, Sequence, Tuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

STACK = "*"
"""Stands for the names of all experts in the name of a stacked tensor."""

ADAPTERS = (".lora_A.", ".lora_B.")

RANDOM = {
    nn.init.normal_,
    nn.init.uniform_,
    nn.init.kaiming_uniform_,
    Tensor.normal_,
    Tensor.uniform_,
}


class Unfilled(TorchFunctionMode):
    """Leaves out the random start of weights in a `with` block, because they are about
    to be read from a file."""

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in RANDOM:
            return args[0] if args else kwargs["tensor"]
        return func(*args, **kwargs)


def stack_state(
    state: Mapping[str, Tensor], experts: Sequence[str]
) -> Dict[str, Tensor]:
    """Lay the adapters of a layer into one tensor each.

    state (Mapping[str, Tensor]): The weights by name, compressed or not.
    experts (Sequence[str]): The experts of the bank.
    RETURNS (Dict[str, Tensor]): The same; what adapters of a layer have in the same
        shape and type is a tensor (experts, …), whose name has a `*` for the expert.
    """
    known = set(experts)
    stacked: Dict[str, Tensor] = {}
    groups: Dict[str, Dict[str, Tensor]] = {}
    for name, value in state.items():
        place, expert = _split(name)
        if expert in known:
            groups.setdefault(place, {})[expert] = value
        else:
            stacked[name] = value
    for place, found in groups.items():
        if list(found) == list(experts) and _alike(list(found.values())):
            stacked[place] = torch.stack(list(found.values()))
            continue
        for expert, value in found.items():
            stacked[place.replace(STACK, expert)] = value
    return stacked


def unstack_state(
    stacked: Mapping[str, Tensor], experts: Sequence[str]
) -> Dict[str, Tensor]:
    """The inverse of `stack_state`. Weights that are not stacked pass unchanged.

    RAISES (ValueError): If a stack has not as many parts as there are experts.
    """
    state: Dict[str, Tensor] = {}
    for name, value in stacked.items():
        if STACK not in name:
            state[name] = value
            continue
        for expert, part in zip(experts, value.unbind(), strict=True):
            state[name.replace(STACK, expert)] = part
    return state


def _split(name: str) -> Tuple[str, str]:
    """The name with a star for the expert, and the expert; "" for other tensors."""
    for kind in ADAPTERS:
        before, found, rest = name.rpartition(kind)
        if found:
            expert, dot, ending = rest.partition(".")
            return f"{before}{kind}{STACK}{dot}{ending}", expert
    return name, ""


def _alike(values: List[Tensor]) -> bool:
    first = values[0]
    return all(v.shape == first.shape and v.dtype == first.dtype for v in values)
