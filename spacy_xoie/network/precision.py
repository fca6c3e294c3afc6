"""Copies of a network that predict with fewer bits."""

import warnings
from copy import deepcopy
from typing import Dict, Literal, Mapping, Sequence

import torch
from torch import Tensor, nn

from ..errors import ConfigError
from .adapters import GateState
from .adapters.tuned import fold

Precision = Literal["float32", "bfloat16", "int8", "auto"]
PRECISIONS: Sequence[Precision] = ("float32", "bfloat16", "int8", "auto")


def check_precision(precision: str) -> None:
    """RAISES (ConfigError): If there is no such precision."""
    if precision not in PRECISIONS:
        raise ConfigError(
            f"The encoder's precision is {precision!r}; it can be one of "
            f"{', '.join(map(repr, PRECISIONS))}."
        )


def choose_precision(precision: Precision, device: torch.device) -> Precision:
    """RETURNS (Precision): For "auto", "bfloat16" where the device multiplies such
    numbers faster, else "float32"; any other precision as it is."""
    if precision != "auto":
        return precision
    return "bfloat16" if has_fast_bfloat16(device.type) else "float32"


def has_fast_bfloat16(device: str) -> bool:
    """RETURNS (bool): Whether a type of device ("cpu", "cuda") multiplies numbers in
    bfloat16 faster than in single precision. Processors without instructions for it
    take several times as long; Intel's since Sapphire Rapids do it with their tiles
    (AMX), and where a virtual machine hides these they take nearly twice as long."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported())  # type: ignore[no-untyped-call]
    if device != "cpu" or not torch.backends.cpu.get_cpu_capability().startswith(
        ("AVX512", "AMX")
    ):
        return False
    # Older versions of torch cannot tell.
    knows: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    if knows.get("amx_bf16"):
        return True
    return bool(knows.get("avx512_bf16")) and not knows.get("avx512_fp16")


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
    shared.update({id(tensor): tensor for tensor in tensors})
    copy = deepcopy(module, shared).eval()
    fold(copy)
    if precision == "int8":
        quantize(copy)
    return copy


def quantize(module: nn.Module) -> None:
    """Round the weights of linear layers to 8 bits, in place.

    RAISES (ConfigError): If the device or the version of torch has no int8.
    """
    tensors: Sequence[Tensor] = [*module.parameters(), *module.buffers()]
    if any(tensor.device.type != "cpu" for tensor in tensors):
        raise ConfigError(
            "The encoder's precision is 'int8', which works on the CPU only. Choose "
            "'bfloat16' or 'float32' for other devices."
        )
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
        quantize_dynamic(module, {nn.Linear: per_channel_dynamic_qconfig}, inplace=True)
