"""How the weights of many adapters are stored and read without taking long."""

import math
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

STACK = "*"
"""Stands for the names of all experts in the name of a stacked tensor."""

ADAPTERS = (".lora_A.", ".lora_B.")

RANDOM_STARTS = {
    nn.init.normal_,
    nn.init.uniform_,
    nn.init.kaiming_uniform_,
    Tensor.normal_,
    Tensor.uniform_,
}

FLOATS = (torch.float16, torch.bfloat16, torch.float32)
"""Types that weights are stored in, beside those of `compress_state`."""

MAX_WEIGHT = 1e9
"""Of a weight: those of any real model are far smaller, and products of larger ones
soon reach beyond single precision, where there is nothing to extract any more."""


class Unfilled(TorchFunctionMode):
    """Leaves out the random start of weights in a `with` block, because they are about
    to be read from a file.

    weightless (bool): Whether to leave out the weights themselves, which will then be
        assigned: they get no memory.
    """

    def __init__(self, weightless: bool = False) -> None:
        super().__init__()
        self.weightless = weightless

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func in RANDOM_STARTS:
            return args[0] if args else kwargs["tensor"]
        if self.weightless and func is torch.empty:
            kwargs = {**kwargs, "device": "meta"}
        return func(*args, **kwargs)


def is_weightless() -> bool:
    """RETURNS (bool): Whether weights get no memory here: it is only asked which there
    are (`with torch.device("meta")`)."""
    return torch.empty(0).is_meta


def fault_of_numbers(value: Tensor) -> Optional[str]:
    """RETURNS (Optional[str]): Why the numbers of a tensor cannot be weights; None if
    they can. One pass, without a copy."""
    if value.dtype not in FLOATS:
        return f"holds what is no number of a weight, but {value.dtype}"
    if not value.numel():
        return None
    low, high = (float(bound) for bound in torch.aminmax(value))
    # One NaN among the numbers makes both of them NaN.
    if not (math.isfinite(low) and math.isfinite(high)):
        return "holds what is no number"
    if max(-low, high) > MAX_WEIGHT:
        return f"holds {max(-low, high):g}, and a weight can be {MAX_WEIGHT:g}"
    return None


def stack_state(
    state: Mapping[str, Tensor], experts: Sequence[str]
) -> Dict[str, Tensor]:
    """Lay the adapters of a layer into one tensor each.

    state (Mapping[str, Tensor]): The weights by name, compressed or not.
    experts (Sequence[str]): The experts of the bank.
    RETURNS (Dict[str, Tensor]): The same; what adapters of a layer have in the same
        shape and type is a tensor (experts, …), whose name has a `*` for the expert.
    """
    names = set(experts)
    stacked: Dict[str, Tensor] = {}
    groups: Dict[str, Dict[str, Tensor]] = {}
    for name, value in state.items():
        place, expert = _split(name)
        if expert in names:
            groups.setdefault(place, {})[expert] = value
        else:
            stacked[name] = value
    for place, group in groups.items():
        if list(group) == list(experts) and _alike(list(group.values())):
            stacked[place] = torch.stack(list(group.values()))
            continue
        for expert, value in group.items():
            stacked[place.replace(STACK, expert)] = value
    return stacked


def unstack_state(
    stacked: Mapping[str, Tensor], experts: Sequence[str]
) -> Dict[str, Tensor]:
    """The inverse of `stack_state`. Weights that are not stacked pass unchanged.

    RAISES (ValueError): If a stack has not as many parts as there are experts.
    """
    for name, value in stacked.items():
        # Looked at before anything is taken apart: a stack of nothing can be endless.
        if STACK in name and value.shape[:1] != (len(experts),):
            raise ValueError(
                f"{name} has shape {tuple(value.shape)}, and not a part for each of "
                f"{len(experts)} adapters"
            )
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
        before, match, rest = name.rpartition(kind)
        if match:
            expert, dot, ending = rest.partition(".")
            return f"{before}{kind}{STACK}{dot}{ending}", expert
    return name, ""


def _alike(values: List[Tensor]) -> bool:
    first = values[0]
    return all(v.shape == first.shape and v.dtype == first.dtype for v in values)
