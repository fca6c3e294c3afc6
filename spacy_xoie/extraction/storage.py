"""Networks as bytes: msgpack with safetensors inside, no pickle."""

from hashlib import blake2b
from typing import Any, Dict, Mapping

import safetensors.torch
import srsly
import torch
from safetensors import SafetensorError

from ..errors import ModelDataError, XoieError
from ..network.compress import compress_state, expand_state
from ..network.model import TripleNetwork
from ..network.storage import Unfilled, stack_state, unstack_state
from .parts import Parts

FORMAT = 2
"""Version of the serialised form: from 2 on, the adapters of a layer lie in one tensor,
since thousands of small ones take long to read."""

READABLE = (1, 2)

DAMAGE = (
    SafetensorError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What damaged model data provokes in the libraries that read it."""


def write_network(
    parts: Parts, network: TripleNetwork, compress: bool = False
) -> bytes:
    """parts (Parts): What the network was built from.
    network (TripleNetwork): The network.
    compress (bool): Whether to round its weights to 8 bits.
    RETURNS (bytes): All that `read_network` needs but the config.
    """
    state = {name: value.contiguous() for name, value in network.state_dict().items()}
    if compress:
        state = compress_state(state)
    content: Dict[str, Any] = {
        "format": FORMAT,
        "experts": network.experts,
        "plugged": {} if network.bank is None else network.bank.plugged,
        "routed": network.routed,
        "files": parts.encoder.files(network.encoder),
        "state": safetensors.torch.save(stack_state(state, network.experts)),
    }
    content["digest"] = _digest(content)
    message: bytes = srsly.msgpack_dumps(content)
    return message


def read_network(parts: Parts, data: bytes) -> TripleNetwork:
    """parts (Parts): What the config says of the network.
    data (bytes): What `write_network` returned.
    RETURNS (TripleNetwork): The network.
    RAISES (ModelDataError): If the data is damaged, or of another model.
    """
    try:
        message = srsly.msgpack_loads(data)
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
        stored = expand_state(safetensors.torch.load(message["state"]))
        state = unstack_state(stored, message["experts"])
        with Unfilled():
            # Without memory first: sizes in a config may be anything.
            with torch.device("meta"):
                _check_state(_assemble(parts, message), state)
            network = _assemble(parts, message)
        with torch.no_grad():
            # All have been checked: `load_state_dict` takes ten times as long for that.
            for name, value in network.state_dict().items():
                value.copy_(state[name])
        network.routed = bool(message["routed"]) and network.bank is not None
    except XoieError:
        raise
    except DAMAGE as e:
        raise ModelDataError(
            f"The model data is damaged or cut short ({type(e).__name__}: {e}). Copy "
            f"or download the pipeline again."
        ) from e
    return network


def _assemble(parts: Parts, message: Mapping[str, Any]) -> TripleNetwork:
    encoder = parts.encoder.restore(message["files"])
    plugged = message.get("plugged", {})
    base = [expert for expert in message["experts"] if expert not in plugged]
    network = parts.assemble(encoder, base)
    for expert, notes in plugged.items():
        if network.bank is not None:
            network.bank.plug(expert, notes)
    return network


def _digest(content: Mapping[str, Any]) -> bytes:
    """Tells damage, not tampering: whoever changes the data can renew it."""
    rest = {name: value for name, value in content.items() if name != "state"}
    digest = blake2b(srsly.msgpack_dumps(rest), digest_size=16)
    digest.update(content["state"])
    return digest.digest()


def _check_state(network: TripleNetwork, state: Mapping[str, torch.Tensor]) -> None:
    expected = network.state_dict()
    faults = [f"{name} is missing" for name in expected if name not in state]
    faults += [f"{name} is unknown" for name in state if name not in expected]
    faults += [
        f"{name} has shape {tuple(state[name].shape)}, not {tuple(value.shape)}"
        for name, value in expected.items()
        if name in state and state[name].shape != value.shape
    ]
    if faults:
        more = f", and {len(faults) - 3} more" if len(faults) > 3 else ""
        raise ModelDataError(
            f"The stored weights do not fit the model of the config: "
            f"{'; '.join(faults[:3])}{more}. Load the pipeline with the config with "
            f"which it was trained."
        )
