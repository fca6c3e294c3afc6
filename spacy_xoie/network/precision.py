"""Copies of a network that predict with fewer bits."""

import warnings
from copy import deepcopy
from typing import Dict, Literal, Sequence

import torch
from torch import Tensor, nn

from ..errors import ConfigError
from .adapters import GateState
from .adapters.tuned import fold

Precision = Literal["float32", "bfloat16", "int8"]
PRECISIONS: Sequence[Precision] = ("float32", "bfloat16", "int8")


def check_precision(precision: str) -> None:
    """RAISES (ConfigError): If there is no such precision."""
    if precision not in PRECISIONS:
        raise ConfigError(
            f"The encoder's precision is {precision!r}; it can be one of "
            f"{', '.join(map(repr, PRECISIONS))}."
        )


def lower_precision(module: nn.Module, precision: Precision) -> nn.Module:
    """Copy a module to predict with. The copy obeys the same gates, if there are
    adapters in it; these stay in single precision with int8.

    module (nn.Module): The module, of which nothing changes.
    precision (Precision): "bfloat16" rounds all weights and states; "int8" rounds the
        weights of linear layers, one scale a row, and their inputs as they come, one
        scale a tensor, and has all else in common with the module.
    RETURNS (nn.Module): The copy, in evaluation mode.
    RAISES (ConfigError): If the device or the version of torch has no int8.
    """
    # Gates are no weights: those in force are meant for the copy as well.
    shared: Dict[int, object] = {
        id(state): state
        for layer in module.modules()
        if isinstance(state := getattr(layer, "state", None), GateState)
    }
    if precision == "bfloat16":
        copy = deepcopy(module, shared)
        fold(copy)
        return copy.to(torch.bfloat16).eval()
    tensors: Sequence[Tensor] = [*module.parameters(), *module.buffers()]
    if precision == "int8" and any(tensor.device.type != "cpu" for tensor in tensors):
        raise ConfigError(
            "The encoder's precision is 'int8', which works on the CPU only. Choose "
            "'bfloat16' or 'float32' for other devices."
        )
    shared.update({id(tensor): tensor for tensor in tensors})
    copy = deepcopy(module, shared).eval()
    fold(copy)
    if precision == "float32":
        return copy
    with warnings.catch_warnings():
        # Of torch's plans for this function; there will be another package for it.
        warnings.simplefilter("ignore")
        try:
            from torch.ao.quantization import (
                per_channel_dynamic_qconfig,
                quantize_dynamic,
            )
        except ImportError as e:
            raise ConfigError(
                f"The encoder's precision is 'int8', for which torch "
                f"{torch.__version__} has nothing any more. Install an older torch, or "
                f"choose 'bfloat16' or 'float32'."
            ) from e
        quantize_dynamic(copy, {nn.Linear: per_channel_dynamic_qconfig}, inplace=True)
    return copy
