"""Adapters as folders of PEFT: `adapter_config.json`, `adapter_model.safetensors`.

PEFT loads such a folder onto the bare encoder, without this package. What only we want
to know stands in the metadata of the tensors, and the weights of adapters on the head
in a file of their own, `head_model.safetensors`: PEFT passes over both.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple

import safetensors
import safetensors.torch
import srsly
import torch
from safetensors import SafetensorError
from torch import Tensor

from ...errors import DAMAGE, ConfigError, ModelDataError
from ..layers import BagEmbedding
from ..patterns import compile_pattern
from ..storage import fault_of_numbers
from .bank import AdapterBank
from .lora import LoraConv1d, LoraEmbedding
from .routed import RoutedLora

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
HEAD_WEIGHTS = "head_model.safetensors"
PICKLE = "adapter_model.bin"
MAX_CONFIG_BYTES = 2**18
"""Bytes; settings that name a thousand layers take less."""
MAX_NOTE_CHARS = 2**16
MAX_ALPHA = 1e6
START = "base_model.model."

# Settings that change what is computed in a way that our layers do not know, and the
# values with which they do not.
NEUTRAL_VALUES: Dict[str, Tuple[Any, ...]] = {
    "use_dora": (False, None),
    "use_qalora": (False, None),
    "lora_bias": (False, None),
    "bias": ("none", None),
    "modules_to_save": (None, []),
    "layer_replication": (None, []),
    "target_parameters": (None, []),
    "trainable_token_indices": (None, [], {}),
    "alora_invocation_tokens": (None, []),
}


@dataclass
class StoredAdapter:
    """An adapter as it was read from a folder.

    place (str): The folder.
    config (Dict[str, Any]): PEFT's settings.
    tensors (Dict[str, Tensor]): The weights, by PEFT's names.
    head (Dict[str, Tensor]): Those for layers of the head, by names alike.
    notes (Dict[str, str]): Our own remarks.
    """

    place: str
    config: Dict[str, Any]
    tensors: Dict[str, Tensor]
    head: Dict[str, Tensor]
    notes: Dict[str, str]


def write_adapter(
    bank: AdapterBank,
    expert: str,
    folder: Path,
    *,
    prefix: str = "",
    base_model: Optional[str] = None,
    notes: Mapping[str, str] = {},
) -> int:
    """Store an adapter as PEFT does.

    bank (AdapterBank): The bank.
    expert (str): Its name in the bank.
    folder (Path): Where to; made if need be.
    prefix (str): Start of our names of layers that is left out in PEFT's.
    base_model (Optional[str]): Name on the model hub of the model that it adapts.
    notes (Mapping[str, str]): Our own remarks.
    RETURNS (int): Size of the files in bytes.
    RAISES (ConfigError): If PEFT cannot run one of the layers.
    """
    bank.check_name(expert)
    layers = _layers_of(bank, prefix)
    bags = [n for n, layer in layers.items() if isinstance(layer.base, BagEmbedding)]
    if bags:
        others = [name for name in layers if name not in bags]
        raise ConfigError(
            f"The adapter {expert!r} cannot be exported: {', '.join(bags)} sum several "
            f"rows of a table for each token, which PEFT has no layer for. Train with "
            f"`model.bank.targets` that leave them out; {', '.join(others) or 'none'} "
            f"of its layers could be exported."
        )
    some = next(iter(layers.values()))
    alpha = some.scaling * some.rank
    config = {
        "peft_type": "LORA",
        "task_type": None,
        "base_model_name_or_path": base_model,
        "inference_mode": True,
        "r": some.rank,
        "lora_alpha": int(alpha) if alpha == int(alpha) else alpha,
        "lora_dropout": 0.0,
        "bias": "none",
        "fan_in_fan_out": False,
        "use_rslora": False,
        "target_modules": list(layers),
    }
    folder.mkdir(parents=True, exist_ok=True)
    tensors = _tensors_of(layers, expert)
    data = safetensors.torch.save(tensors, metadata={**notes, "format": "pt"})
    (folder / WEIGHTS).write_bytes(data)
    (folder / HEAD_WEIGHTS).unlink(missing_ok=True)
    if bank.head_layers:
        data = safetensors.torch.save(_tensors_of(dict(bank.head_layers), expert))
        (folder / HEAD_WEIGHTS).write_bytes(data)
    srsly.write_json(folder / CONFIG, config)
    paths = (folder / name for name in (CONFIG, WEIGHTS, HEAD_WEIGHTS))
    return sum(path.stat().st_size for path in paths if path.exists())


def read_adapter(folder: Path) -> StoredAdapter:
    """Read a folder that PEFT or `write_adapter` wrote. Pickled weights are refused
    unread, since reading them can run code.

    folder (Path): The folder.
    RETURNS (StoredAdapter): What is in it.
    RAISES (ModelDataError): If it is no LoRA adapter, or damaged.
    """
    if not (folder / CONFIG).is_file():
        raise ModelDataError(
            f"{folder} is no adapter in PEFT's format: it has no {CONFIG}."
        )
    if not (folder / WEIGHTS).is_file():
        has_pickle = (folder / PICKLE).is_file()
        raise ModelDataError(
            f"{folder} has no {WEIGHTS}"
            + (
                f", but a {PICKLE}, which is not read since pickled data can run code "
                f"of anyone's. Load it with PEFT where you trust it, and save it with "
                f"`save_pretrained(…, safe_serialization=True)`."
                if has_pickle
                else ". Copy or download the adapter again."
            )
        )
    try:
        config = _read_config(folder / CONFIG)
        tensors, notes = _read_tensors(folder / WEIGHTS)
        head: Dict[str, Tensor] = {}
        if (folder / HEAD_WEIGHTS).is_file():
            head, _ = _read_tensors(folder / HEAD_WEIGHTS)
    except (*DAMAGE, SafetensorError) as e:
        raise ModelDataError(
            f"The adapter in {folder} is damaged or cut short ({type(e).__name__}: "
            f"{e}). Copy or download it again."
        ) from e
    longest = max(map(len, notes.values()), default=0)
    if longest > MAX_NOTE_CHARS:
        raise ModelDataError(
            f"The adapter in {folder} brings a remark of {longest:,} characters; one "
            f"can have {MAX_NOTE_CHARS:,}."
        )
    if not isinstance(config, dict):
        raise ModelDataError(f"{folder / CONFIG} holds no settings.")
    return StoredAdapter(str(folder), config, tensors, head, notes)


def check_adapter(
    bank: AdapterBank, adapter: StoredAdapter, *, prefix: str = ""
) -> None:
    """RAISES (ModelDataError): If an adapter does not fit the layers of a bank. The
    message names all that is wrong, up to three of each kind."""
    config, layers = adapter.config, _layers_of(bank, prefix)
    faults: List[str] = []
    kind = config.get("peft_type")
    if kind != "LORA":
        faults.append(f"it is of PEFT's type {kind!r}, and only 'LORA' can be added")
    faults += [
        f"its setting {name} is {config[name]!r:.80}, which our layers do not know"
        for name, plain in NEUTRAL_VALUES.items()
        if name in config and config[name] not in plain
    ]
    try:
        if not faults:
            faults += _faults_of_names(adapter, layers)
            faults += _faults_of_tensors(adapter.config, adapter.tensors, layers)
            faults += _faults_of_head(adapter, dict(bank.head_layers))
    except (AttributeError, OverflowError, TypeError, ValueError) as e:
        faults.append(f"its settings cannot be made out ({type(e).__name__}: {e})")
    if faults:
        more = f"; and {len(faults) - 3} more faults" if len(faults) > 3 else ""
        raise ModelDataError(
            f"The adapter in {adapter.place} does not fit this model: "
            f"{'; '.join(faults[:3])}{more}."
        )


def fill_adapter(
    bank: AdapterBank, expert: str, adapter: StoredAdapter, *, prefix: str = ""
) -> None:
    """Give an expert of the bank the weights of an adapter that `check_adapter` let
    pass. Layers that it does not adapt get an update of zero.

    expert (str): Name of the expert, which is in the bank.
    """
    for layers, tensors in (
        (_layers_of(bank, prefix), adapter.tensors),
        (dict(bank.head_layers), adapter.head),
    ):
        for name, layer in layers.items():
            down_key, up_key = _keys(name, layer)
            down, up = layer.factors(expert)
            if down_key not in tensors:
                layer.set_factors(expert, down, torch.zeros_like(up))
                continue
            new_down = tensors[down_key].float().flatten(1)
            new_up = tensors[up_key].float().flatten(1)
            # Another scale than the bank's becomes part of the weights.
            scale = _scaling(adapter.config, name) / layer.scaling
            new_up = new_up if scale == 1 else new_up * scale
            layer.set_factors(expert, new_down, new_up)


def _read_config(path: Path) -> Any:
    size = path.stat().st_size
    if size > MAX_CONFIG_BYTES:
        raise ValueError(
            f"{path.name} has {size:,} bytes, and can have {MAX_CONFIG_BYTES:,}"
        )
    return srsly.read_json(path)


def _read_tensors(path: Path) -> Tuple[Dict[str, Tensor], Dict[str, str]]:
    """RETURNS (Tuple[Dict[str, Tensor], Dict[str, str]]): Tensors and metadata."""
    with safetensors.safe_open(path, framework="pt") as file:
        names: List[str] = file.keys()
        tensors = {name: file.get_tensor(name) for name in names}
        return tensors, dict(file.metadata() or {})


def _tensors_of(layers: Mapping[str, RoutedLora], expert: str) -> Dict[str, Tensor]:
    """The weights of an expert by PEFT's names, in PEFT's shapes."""
    tensors: Dict[str, Tensor] = {}
    for name, layer in layers.items():
        down, up = layer.factors(expert)
        weights = _shape(layer, down, up)
        for key, value in zip(_keys(name, layer), weights, strict=True):
            tensors[key] = value.float().cpu().contiguous()
    return tensors


def _layers_of(bank: AdapterBank, prefix: str) -> Dict[str, RoutedLora]:
    return {name.removeprefix(prefix): layer for name, layer in bank.layers}


def _keys(name: str, layer: RoutedLora) -> Tuple[str, str]:
    if isinstance(layer, LoraEmbedding):
        return f"{START}{name}.lora_embedding_A", f"{START}{name}.lora_embedding_B"
    return f"{START}{name}.lora_A.weight", f"{START}{name}.lora_B.weight"


def _shape(layer: RoutedLora, down: Tensor, up: Tensor) -> Tuple[Tensor, Tensor]:
    """A and B as PEFT's layer of the kind has them."""
    if isinstance(layer, LoraConv1d):
        kernel = layer.base.kernel_size[0]
        return down.reshape(len(down), -1, kernel), up[:, :, None]
    return down, up


def _faults_of_names(
    adapter: StoredAdapter, layers: Mapping[str, RoutedLora]
) -> List[str]:
    """What of the adapter has no place in the model, or is not there."""
    pairs = {name: _keys(name, layer) for name, layer in layers.items()}
    ours = {key for keys in pairs.values() for key in keys}
    faults = [f"{key} has no place in it" for key in adapter.tensors if key not in ours]
    adapted = [
        name for name, keys in pairs.items() if any(k in adapter.tensors for k in keys)
    ]
    targets = adapter.config.get("target_modules") or []
    if isinstance(targets, str):
        names = [name for name in layers if compile_pattern(targets).fullmatch(name)]
    else:
        names = []
        for target in targets:
            matches = [n for n in layers if n == target or n.endswith(f".{target}")]
            names += matches
            if not matches:
                faults.append(f"the bank adapts no layer {target!r}")
    if adapter.config.get("layers_to_transform") or adapter.config.get(
        "exclude_modules"
    ):
        names = []
    for name in dict.fromkeys((*adapted, *names)):
        faults += [
            f"{key} is missing" for key in pairs[name] if key not in adapter.tensors
        ]
    if not adapted:
        faults.append("it adapts none of the layers")
    return faults


def _faults_of_head(
    adapter: StoredAdapter, layers: Mapping[str, RoutedLora]
) -> List[str]:
    pairs = [_keys(name, layer) for name, layer in layers.items()]
    ours = {key for keys in pairs for key in keys}
    faults = [
        f"{key} has no place in the head's adapters"
        for key in adapter.head
        if key not in ours
    ]
    for keys in pairs:
        present = [key for key in keys if key in adapter.head]
        if len(present) == 1:
            faults.append(f"of the head's {keys}, only {present[0]} is there")
    return faults + _faults_of_tensors(adapter.config, adapter.head, layers)


def _faults_of_tensors(
    config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    layers: Mapping[str, RoutedLora],
) -> List[str]:
    faults: List[str] = []
    for name, layer in layers.items():
        keys = _keys(name, layer)
        if not all(key in tensors for key in keys):
            continue
        rank = _value(config, "rank_pattern", "r", name)
        if not isinstance(rank, int) or not 1 <= rank <= layer.rank:
            faults.append(
                f"its rank at {name} is {rank}, and the bank has room for 1 to "
                f"{layer.rank}"
            )
            continue
        alpha = _value(config, "alpha_pattern", "lora_alpha", name)
        if not isinstance(alpha, (int, float)) or not abs(alpha) <= MAX_ALPHA:
            faults.append(f"its lora_alpha at {name} is {alpha!r}, which is no scale")
        down, up = layer.factors(layer.experts[0]) if layer.experts else _blank(layer)
        models = _shape(layer, down[:rank], up[:, :rank])
        for key, like in zip(keys, models, strict=True):
            value = tensors[key]
            if value.shape != like.shape:
                faults.append(
                    f"{key} has shape {tuple(value.shape)}, not {tuple(like.shape)}"
                )
            elif fault := fault_of_numbers(value):
                faults.append(f"{key} {fault}")
    return faults


def _blank(layer: RoutedLora) -> Tuple[Tensor, Tensor]:
    down, up = layer.shapes()
    first = torch.zeros(down)
    flat = first.T if isinstance(layer, LoraEmbedding) else first.flatten(1)
    return flat, torch.zeros(up)


def _scaling(config: Mapping[str, Any], name: str) -> float:
    rank = float(_value(config, "rank_pattern", "r", name))
    alpha = float(_value(config, "alpha_pattern", "lora_alpha", name))
    return alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)


def _value(config: Mapping[str, Any], patterns: str, default: str, name: str) -> Any:
    """A setting of a layer: that of the first pattern which its name ends with."""
    for pattern, value in (config.get(patterns) or {}).items():
        if compile_pattern(rf"(.*\.)?({pattern})$").match(name):
            return value
    return config.get(default, 8)
