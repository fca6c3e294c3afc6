"""Networks as bytes: msgpack with safetensors inside, no pickle."""

from hashlib import blake2b
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Set

import safetensors.torch
import srsly
import torch
from pydantic import BaseModel, ConfigDict
from safetensors import SafetensorError
from srsly import msgpack
from torch import Tensor

from ..errors import DAMAGE, ModelDataError, XoieError
from ..network.blocks import unpack
from ..network.compress import (
    BLOCKS,
    SCALE,
    compress_state,
    expand_state,
    is_in_blocks,
)
from ..network.model import TripleNetwork
from ..network.storage import (
    STACK,
    Unfilled,
    fault_of_numbers,
    stack_state,
    unstack_state,
)
from .parts import Parts

FORMAT = 2
"""Version of the serialised form: from 2 on, the adapters of a layer lie in one tensor,
since thousands of small ones take long to read."""

READABLE = (1, 2)

MAX_PARTS, MAX_ENTRIES = 100_000, 20_000
"""Lists and dicts in the data, and entries of one of them: there is a handful, and a
few remarks on each adapter. A small file can ask for many."""
MAX_FILE_BYTES = 2**32 + 2**28
"""Bytes; msgpack can say no more of the weights, and what is beside them is small."""


class Stored(BaseModel):
    """The data as they are stored, but for the tensors within `state`."""

    model_config = ConfigDict(strict=True)

    experts: List[str]
    plugged: Dict[str, Dict[str, Any]] = {}
    routed: bool
    files: Dict[str, bytes]
    state: bytes


def write_network(
    parts: Parts, network: TripleNetwork, compress: bool = False
) -> bytes:
    """parts (Parts): What the network was built from.
    network (TripleNetwork): The network.
    compress (bool): Whether to round its weights to 8 bits.
    RETURNS (bytes): All that `read_network` needs but the config.
    """
    files = parts.encoder.files(network.encoder)
    outside = _outside(parts, network, files)
    state = {
        name: value.contiguous()
        for name, value in network.state_dict().items()
        if name not in outside
    }
    if compress:
        spared = parts.encoder.spared(network.encoder)
        state = compress_state(state, {f"encoder.{name}" for name in spared})
    content: Dict[str, Any] = {
        "format": FORMAT,
        "experts": network.experts,
        "plugged": {} if network.bank is None else network.bank.plugged,
        "routed": network.routed,
        "files": files,
        "state": safetensors.torch.save(stack_state(state, network.experts)),
    }
    content["digest"] = _digest(content)
    message: bytes = srsly.msgpack_dumps(content)
    return message


def read_weights(path: Path) -> bytes:
    """RETURNS (bytes): A file with what `write_network` returned.
    RAISES (ModelDataError): If it is none."""
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise ValueError(f"it has {size:,} bytes, and can have {MAX_FILE_BYTES:,}")
        return path.read_bytes()
    except (OSError, ValueError) as e:
        raise ModelDataError(
            f"The weights {path} cannot be read: {e}. Copy or download the model again."
        ) from e


def read_network(parts: Parts, data: bytes) -> TripleNetwork:
    """parts (Parts): What the config says of the network.
    data (bytes): What `write_network` returned.
    RETURNS (TripleNetwork): The network.
    RAISES (ModelDataError): If the data is damaged, or of another model.
    """
    try:
        content = _read_message(data)
        tensors = safetensors.torch.load(content.state)
        with Unfilled():
            # Without memory first: sizes in a config may be anything.
            with torch.device("meta"):
                form = _assemble(parts, content)
            outside = _outside(parts, form, content.files)
            target_state = form.state_dict()
            for name in outside:
                del target_state[name]
            state = _read_state(tensors, content.experts, target_state)
            network = _assemble(parts, content)
        with torch.no_grad():
            # All have been checked: `load_state_dict` takes ten times as long for that.
            for name, value in network.state_dict().items():
                if name not in outside:
                    value.copy_(state[name])
        network.routed = content.routed and network.bank is not None
    except XoieError:
        raise
    except (*DAMAGE, SafetensorError) as e:
        raise ModelDataError(
            f"The model data is damaged or cut short ({type(e).__name__}: {e}). Copy "
            f"or download the pipeline again."
        ) from e
    return network


def _read_message(data: bytes) -> Stored:
    parts = 0

    def limit(part: Any) -> Any:
        nonlocal parts
        parts += 1
        if parts > MAX_PARTS:
            raise ValueError(f"it has more than {MAX_PARTS:,} parts")
        return part

    message = msgpack.unpackb(
        data,
        raw=False,
        max_array_len=MAX_ENTRIES,
        max_map_len=MAX_ENTRIES,
        max_ext_len=0,
        list_hook=limit,
        object_pairs_hook=lambda pairs: limit(dict(pairs)),
    )
    if message["format"] not in READABLE:
        raise ModelDataError(
            f"The model data has format {message['format']!r}, but this version of "
            f"spacy_xoie reads format {FORMAT}. Update spacy_xoie."
        )
    digest = message.pop("digest", None)
    if digest is not None and digest != _digest(message):
        raise ModelDataError(
            "The model data is damaged: it is not what was written, going by its "
            "digest. Copy or download the pipeline again."
        )
    return Stored.model_validate(message)


def _assemble(parts: Parts, content: Stored) -> TripleNetwork:
    encoder = parts.encoder.restore(content.files)
    base = [expert for expert in content.experts if expert not in content.plugged]
    network = parts.assemble(encoder, base)
    for expert, notes in content.plugged.items():
        if network.bank is not None:
            network.bank.plug(expert, notes)
    return network


def _outside(parts: Parts, network: TripleNetwork, files: Dict[str, bytes]) -> Set[str]:
    """Names of the weights that are not stored, see `EncoderSpec.outside`."""
    return {f"encoder.{n}" for n in parts.encoder.outside(network.encoder, files)}


def _digest(content: Mapping[str, Any]) -> bytes:
    """Tells damage, not tampering: whoever changes the data can renew it."""
    rest = {name: value for name, value in content.items() if name != "state"}
    digest = blake2b(srsly.msgpack_dumps(rest), digest_size=16)
    digest.update(content["state"])
    return digest.digest()


def _read_state(
    tensors: Mapping[str, Tensor],
    experts: Sequence[str],
    target_state: Mapping[str, Tensor],
) -> Dict[str, Tensor]:
    """RETURNS (Dict[str, Tensor]): The weights by name, of the shapes and types of the
    expected ones, and finite."""
    some = experts[0] if experts else STACK
    names = {name: name.replace(STACK, some) for name in tensors}
    _fit(
        f"{name} is unknown"
        for name, one in names.items()
        if one not in target_state
        and one.removesuffix(SCALE) not in target_state
        and one.removesuffix(BLOCKS) not in target_state
    )
    for name, value in tensors.items():
        like = target_state.get(names[name])
        if is_in_blocks(name, value):
            fault = fault_of_numbers(unpack(value))
        elif like is None or like.is_floating_point():
            is_packed = value.dtype == torch.int8 and name + SCALE in tensors
            fault = None if is_packed else fault_of_numbers(value)
        else:
            fault = None if value.dtype == like.dtype else f"is no {like.dtype}"
        if fault is not None:
            raise ModelDataError(
                f"The stored weights cannot be used: {name} {fault}. Copy or download "
                f"the pipeline again; if it was trained so, train it with a lower "
                f"learning rate."
            )
    state = unstack_state(expand_state(tensors), experts)
    _fit(f"{name} is missing" for name in target_state if name not in state)
    _fit(
        f"{name} has shape {tuple(state[name].shape)}, not {tuple(value.shape)}"
        for name, value in target_state.items()
        if state[name].shape != value.shape
    )
    return state


def _fit(faults: Iterable[str]) -> None:
    faults = list(faults)
    if faults:
        rest = f", and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise ModelDataError(
            f"The stored weights do not fit the model of the config: "
            f"{'; '.join(faults[:3])}{rest}. Load the pipeline with the config with "
            f"which it was trained."
        )
