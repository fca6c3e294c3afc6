"""Adapters as folders of PEFT: `adapter_config.json`, `adapter_model.safetensors`.

PEFT itself names, shapes and scales what lies in them, and loads such a folder onto the
bare encoder without this package. What only we want to know stands in the metadata of
the tensors, and the weights of adapters on the head in a file of their own,
`head_model.safetensors`: PEFT passes over both.

Where all languages share an adapter (`TunedLinear`), that of a language is stored alone
or as the sum of both, side by side in one of a higher rank, which on the encoder as it
is published does what both do here. Read again, what is shared is left out.
"""

import math
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

import safetensors
import safetensors.torch
import srsly
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from ...errors import DAMAGE, ConfigError, ModelDataError
from ..layers import BagEmbedding
from ..patterns import compile_pattern
from ..storage import fault_of_numbers
from .bank import AdapterBank
from .routed import RoutedLora
from .tuned import TunedLinear, tuned_layers

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
HEAD_WEIGHTS = "head_model.safetensors"
PICKLE = "adapter_model.bin"
MAX_CONFIG_BYTES = 2**18
"""Bytes; settings that name a thousand layers take less."""
MAX_NOTE_CHARS = 2**16
MAX_ALPHA = 1e6
SHARED_RANK = "xoie_shared_rank"
"""The remark that tells how much of the rank is the shared adapter's."""
HEAD_SETTINGS = ("r", "lora_alpha")
"""Those that stand with the weights of the head, if they are other ones there."""
NAME = "default"
"""PEFT's name of an adapter that is alone."""

READ = (
    "r",
    "lora_alpha",
    "use_rslora",
    "rank_pattern",
    "alpha_pattern",
    "target_modules",
    "exclude_modules",
    "layers_to_transform",
    "layers_pattern",
)
"""PEFT's settings that are obeyed."""

HARMLESS = (
    "peft_type",
    "task_type",
    "auto_mapping",
    "peft_version",
    "base_model_name_or_path",
    "revision",
    "inference_mode",
    "lora_dropout",
    "fan_in_fan_out",
    "megatron_core",
    "runtime_config",
    "qalora_group_size",
)
"""Those that say nothing of what a finished adapter computes on our layers. All others
must be as PEFT has them by itself."""

HARMLESS_STARTS = (True, False, "gaussian", "orthogonal")
"""Of `init_lora_weights`: the other ways to start change the base model too."""

NEUTRAL_VALUES: Tuple[Any, ...] = (None, False, "none", [], {})


class Update(NamedTuple):
    """An adapter's update of a layer.

    down (Tensor): A, (rank, numbers a unit of the output is made of).
    up (Tensor): B, (out, rank).
    scaling (float): Factor on B A.
    """

    down: Tensor
    up: Tensor
    scaling: float


Updates = Dict[str, Update]


@dataclass
class StoredAdapter:
    """An adapter as it was read from a folder.

    place (str): The folder.
    config (Dict[str, Any]): PEFT's settings.
    tensors (Dict[str, Tensor]): The weights, by PEFT's names.
    head (Dict[str, Tensor]): Those for layers of the head, by names alike.
    head_config (Dict[str, Any]): Settings of these.
    notes (Dict[str, str]): Our own remarks.
    """

    place: str
    config: Dict[str, Any]
    tensors: Dict[str, Tensor]
    head: Dict[str, Tensor]
    head_config: Dict[str, Any]
    notes: Dict[str, str]


class LanguageUpdates(NamedTuple):
    """What an adapter adds to the layers of the encoder and of the head, by name."""

    encoder: Updates
    head: Updates


def write_adapter(
    bank: AdapterBank,
    expert: str,
    folder: Path,
    *,
    encoder: Optional[nn.Module] = None,
    prefix: str = "",
    base_model: Optional[str] = None,
    notes: Mapping[str, str] = {},
) -> int:
    """Store an adapter as PEFT does, alone or together with the shared one.

    bank (AdapterBank): The bank.
    expert (str): Its name in the bank.
    folder (Path): Where to; made if need be.
    encoder (Optional[nn.Module]): What the bank was injected into, to store the sum of
        the adapter and the one that all languages share; None for the adapter alone.
    prefix (str): Start of our names of layers that is left out in PEFT's.
    base_model (Optional[str]): Name on the model hub of the model that it adapts.
    notes (Mapping[str, str]): Our own remarks.
    RETURNS (int): Size of the files in bytes.
    RAISES (ConfigError): If PEFT is not installed or cannot run one of the layers.
    """
    bank.check_name(expert)
    layers = dict(bank.layers)
    bags = [n for n, layer in layers.items() if isinstance(layer.base, BagEmbedding)]
    if bags:
        others = [name for name in layers if name not in bags]
        raise ConfigError(
            f"The adapter {expert!r} cannot be exported: {', '.join(bags)} sum several "
            f"rows of a table for each token, which PEFT has no layer for. Train with "
            f"`model.bank.targets` that leave them out; {', '.join(others) or 'none'} "
            f"of its layers could be exported."
        )
    updates = {name: _update_of(layer, expert) for name, layer in layers.items()}
    tuned = shared_layers(encoder)
    for name, layer in tuned.items():
        shared = Update(*layer.factors(), layer.scaling)
        updates[name] = _side_by_side(shared, updates.get(name))
    if tuned:
        rank = next(iter(tuned.values())).rank
        notes = {**notes, SHARED_RANK: str(rank)}
    _write(folder, {**layers, **tuned}, updates, prefix, base_model, notes)
    (folder / HEAD_WEIGHTS).unlink(missing_ok=True)
    if bank.head_layers:
        heads = dict(bank.head_layers)
        tensors, config = _to_peft(
            heads, {name: _update_of(layer, expert) for name, layer in heads.items()}
        )
        settings = {name: str(getattr(config, name)) for name in HEAD_SETTINGS}
        data = safetensors.torch.save(tensors, metadata=settings)
        (folder / HEAD_WEIGHTS).write_bytes(data)
    return _size(folder)


def write_shared_adapter(
    encoder: nn.Module,
    folder: Path,
    *,
    prefix: str = "",
    base_model: Optional[str] = None,
    notes: Mapping[str, str] = {},
) -> int:
    """Store the adapter that all languages share. See `write_adapter`.

    encoder (nn.Module): The encoder, which has one.
    RETURNS (int): Size of the files in bytes.
    """
    tuned = shared_layers(encoder)
    updates = {
        name: Update(*layer.factors(), layer.scaling) for name, layer in tuned.items()
    }
    (folder / HEAD_WEIGHTS).unlink(missing_ok=True)
    _write(folder, tuned, updates, prefix, base_model, notes)
    return _size(folder)


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
        head_notes: Dict[str, str] = {}
        if (folder / HEAD_WEIGHTS).is_file():
            head, head_notes = _read_tensors(folder / HEAD_WEIGHTS)
        numbers = {
            n: _number(float(head_notes[n])) for n in HEAD_SETTINGS if n in head_notes
        }
    except (*DAMAGE, SafetensorError) as e:
        raise ModelDataError(
            f"The adapter in {folder} is damaged or cut short ({type(e).__name__}: "
            f"{e}). Copy or download it again."
        ) from e
    remarks = [*notes.values(), *head_notes.values()]
    longest = max(map(len, remarks), default=0)
    if longest > MAX_NOTE_CHARS:
        raise ModelDataError(
            f"The adapter in {folder} brings a remark of {longest:,} characters; one "
            f"can have {MAX_NOTE_CHARS:,}."
        )
    if not isinstance(config, dict):
        raise ModelDataError(f"{folder / CONFIG} holds no settings.")
    known = {n: config[n] for n in HEAD_SETTINGS if n in config}
    head_config = {"peft_type": "LORA", **known, **numbers}
    return StoredAdapter(str(folder), config, tensors, head, head_config, notes)


def match_adapter(
    bank: AdapterBank,
    adapter: StoredAdapter,
    *,
    encoder: Optional[nn.Module] = None,
    prefix: str = "",
) -> LanguageUpdates:
    """Let PEFT tell what an adapter adds to each layer of a bank. See `write_adapter`
    for the arguments.

    RETURNS (LanguageUpdates): Its updates, without what the shared adapter adds.
    RAISES (ModelDataError): If it does not fit these layers. The message names the
        first three reasons.
    RAISES (ConfigError): If PEFT is not installed.
    """
    tuned = shared_layers(encoder)
    rank = _rank_of(tuned)
    shared = rank if adapter.notes.get(SHARED_RANK) == str(rank) else 0
    layers, heads = dict(bank.layers), dict(bank.head_layers)
    places: Mapping[str, nn.Module] = {**tuned, **layers} if shared else layers
    all_updates, faults = _from_peft(
        adapter.config, adapter.tensors, places, prefix, bank.rank + shared
    )
    updates: Updates = {}
    for name, layer in layers.items():
        if name in all_updates:
            down, up, scaling = all_updates[name]
            n = shared if name in tuned else 0
            updates[name] = Update(down[n:], up[:, n:], scaling)
            if not n <= len(down) <= n + layer.rank:
                faults.append(
                    f"its rank at {name.removeprefix(prefix)} is {len(down)}, and not "
                    f"{n} to {n + layer.rank}"
                )
    head: Updates = {}
    if adapter.head and not faults:
        targets = [
            name for name in heads if any(f".{name}." in k for k in adapter.head)
        ]
        if targets:
            config = {**adapter.head_config, "target_modules": targets}
            head, faults = _from_peft(config, adapter.head, heads, "", bank.rank)
        else:
            faults = ["it has weights for the head, which has no adapters here"]
    _refuse(adapter, faults)
    return LanguageUpdates(updates, head)


def match_shared_adapter(
    encoder: nn.Module, adapter: StoredAdapter, *, prefix: str = ""
) -> Updates:
    """The same for the adapter that all languages share. See `match_adapter`."""
    tuned = shared_layers(encoder)
    updates, faults = _from_peft(
        adapter.config, adapter.tensors, tuned, prefix, _rank_of(tuned)
    )
    _refuse(adapter, faults)
    return updates


def fill_adapter(bank: AdapterBank, expert: str, updates: LanguageUpdates) -> None:
    """Give an expert of the bank the updates of an adapter. Layers that it does not
    adapt get an update of zero.

    expert (str): Name of the expert, which is in the bank.
    updates (LanguageUpdates): What `match_adapter` returned.
    """
    for layers, given in (
        (bank.layers, updates.encoder),
        (bank.head_layers, updates.head),
    ):
        for name, layer in layers:
            down, up = layer.factors(expert)
            if name in given:
                down, up = given[name].down, _rescaled(given[name], layer.scaling)
            else:
                up = torch.zeros_like(up)
            layer.set_factors(expert, down, up)


def fill_shared_adapter(encoder: nn.Module, updates: Updates) -> None:
    """Give the adapter that all languages share the updates of another. See
    `fill_adapter`."""
    for name, layer in shared_layers(encoder).items():
        down, up = layer.factors()
        if name in updates:
            down, up = updates[name].down, _rescaled(updates[name], layer.scaling)
        else:
            up = torch.zeros_like(up)
        layer.set_factors(down, up)


def shared_layers(encoder: Optional[nn.Module]) -> Dict[str, TunedLinear]:
    """RETURNS (Dict[str, TunedLinear]): Layers with a shared adapter, by the names that
    they have where no bank lies on top of it."""
    if encoder is None:
        return {}
    return {
        ".".join(part for part in name.split(".") if part != "base"): layer
        for name, layer in tuned_layers(encoder)
    }


def _rank_of(tuned: Mapping[str, TunedLinear]) -> int:
    return max((layer.rank for layer in tuned.values()), default=0)


def _update_of(layer: RoutedLora, expert: str) -> Update:
    return Update(*layer.factors(expert), layer.scaling)


def _side_by_side(shared: Update, own: Optional[Update]) -> Update:
    """The sum of a shared update and one on top of it, whose scale it has."""
    if own is None:
        return shared
    up = _rescaled(shared, own.scaling)
    return Update(
        torch.cat([shared.down, own.down]), torch.cat([up, own.up], dim=1), own.scaling
    )


def _rescaled(update: Update, scaling: float) -> Tensor:
    """The B of an update that has another scale."""
    ratio = update.scaling / scaling
    return update.up if math.isclose(ratio, 1.0, rel_tol=1e-12) else update.up * ratio


def _write(
    folder: Path,
    layers: Mapping[str, nn.Module],
    updates: Updates,
    prefix: str,
    base_model: Optional[str],
    notes: Mapping[str, str],
) -> None:
    tensors, config = _to_peft(layers, updates, prefix)
    settings = {
        name: sorted(value) if isinstance(value, set) else value
        for name, value in config.to_dict().items()
    }
    settings["base_model_name_or_path"] = base_model
    folder.mkdir(parents=True, exist_ok=True)
    data = safetensors.torch.save(tensors, metadata={**notes, "format": "pt"})
    (folder / WEIGHTS).write_bytes(data)
    srsly.write_json(folder / CONFIG, settings)


def _size(folder: Path) -> int:
    paths = (folder / name for name in (CONFIG, WEIGHTS, HEAD_WEIGHTS))
    return sum(path.stat().st_size for path in paths if path.exists())


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


def _library() -> Any:
    try:
        import peft
    except ImportError as e:
        raise ConfigError(
            f"Adapters are exported and imported by the library peft, which is not "
            f"installed: pip install peft, or 'spacy-xoie[transformers]' ({e})"
        ) from e
    return peft


def _inject(layers: Mapping[str, nn.Module], prefix: str, config: Any) -> Any:
    """Put an adapter of PEFT on layers that stand for ours.

    layers (Mapping[str, nn.Module]): The layers, by name; nothing of them changes.
    RETURNS (PeftModel): A model of these layers alone.
    """
    frame = nn.Module()
    for name, layer in layers.items():
        *path, last = name.removeprefix(prefix).split(".")
        parent = frame
        for part in path:
            if not hasattr(parent, part):
                parent.add_module(part, nn.Module())
            parent = parent.get_submodule(part)
        base = layer.base if isinstance(layer, RoutedLora) else layer
        # Weights in common, so that nothing large is copied.
        shared = {
            id(weight): nn.Parameter(weight.detach(), requires_grad=False)
            for weight in base.parameters()
        }
        parent.add_module(last, deepcopy(base, shared))
    return _library().get_peft_model(frame, config)


def _weights_of(model: Any, name: str) -> Tuple[Tensor, Tensor, float]:
    """RETURNS (Tuple[Tensor, Tensor, float]): A, B and scale of a layer of PEFT's."""
    layer = model.get_base_model().get_submodule(name)
    scaling = float(layer.scaling[NAME])
    if NAME in layer.lora_embedding_A:
        down, up = layer.lora_embedding_A[NAME], layer.lora_embedding_B[NAME]
        return down.detach(), up.detach(), scaling
    down, up = layer.lora_A[NAME].weight, layer.lora_B[NAME].weight
    return down.detach(), up.detach(), scaling


def _state_of(model: Any) -> Dict[str, Tensor]:
    state: Dict[str, Tensor] = _library().get_peft_model_state_dict(
        model, adapter_name=NAME, save_embedding_layers=False
    )
    return state


def _to_peft(
    layers: Mapping[str, nn.Module], updates: Updates, prefix: str = ""
) -> Tuple[Dict[str, Tensor], Any]:
    """RETURNS (Tuple[Dict[str, Tensor], LoraConfig]): Updates by PEFT's names, in its
    shapes, and its settings."""
    by_name = {name.removeprefix(prefix): update for name, update in updates.items()}
    ranks = {name: len(update.down) for name, update in by_name.items()}
    alphas = {
        name: _number(update.scaling * ranks[name]) for name, update in by_name.items()
    }
    rank, alpha = _most_common(ranks), _most_common(alphas)
    config = _library().LoraConfig(
        r=rank,
        lora_alpha=alpha,
        rank_pattern={name: n for name, n in ranks.items() if n != rank},
        alpha_pattern={name: n for name, n in alphas.items() if n != alpha},
        target_modules=list(by_name),
        inference_mode=True,
    )
    # PEFT shortens the names of the targets to what suffices among these layers.
    model = _inject(layers, prefix, deepcopy(config))
    for name, update in by_name.items():
        down, up, _ = _weights_of(model, name)
        down.copy_(update.down.view_as(down))
        up.copy_(update.up.view_as(up))
    state = _state_of(model)
    return {
        key: value.float().cpu().contiguous() for key, value in state.items()
    }, config


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _most_common(values: Mapping[str, Any]) -> Any:
    ((value, _),) = Counter(values.values()).most_common(1)
    return value


def _from_peft(
    config: Mapping[str, Any],
    tensors: Mapping[str, Tensor],
    layers: Mapping[str, nn.Module],
    prefix: str,
    room: int,
) -> Tuple[Updates, List[str]]:
    """RETURNS (Tuple[Updates, List[str]]): What an adapter of PEFT adds to each layer,
    by our names, and all that does not fit."""
    peft = _library()
    faults = _faults_of_settings(config, peft.LoraConfig().to_dict(), room)
    if faults:
        return {}, faults
    settings = {name: config[name] for name in READ if name in config}
    names = [name.removeprefix(prefix) for name in layers]
    try:
        model = _inject(layers, prefix, peft.LoraConfig(**settings))
        wanted = _state_of(model)
    except Exception as e:  # PEFT does not say which there are.
        return {}, [f"its settings cannot be made out ({type(e).__name__}: {e})"]
    targets = config.get("target_modules") or []
    if not isinstance(targets, str):
        faults += [
            f"the bank adapts no layer {target!r}"
            for target in targets
            if not any(name == target or name.endswith(f".{target}") for name in names)
        ]
    faults += [f"{key} has no place in it" for key in tensors if key not in wanted]
    faults += [f"{key} is missing" for key in wanted if key not in tensors]
    for key, like in wanted.items():
        value = tensors.get(key)
        if value is None:
            continue
        if value.shape != like.shape:
            faults.append(
                f"{key} has shape {tuple(value.shape)}, not {tuple(like.shape)}"
            )
        elif fault := fault_of_numbers(value):
            faults.append(f"{key} {fault}")
    if faults:
        return {}, faults
    peft.set_peft_model_state_dict(model, dict(tensors), adapter_name=NAME)
    updates: Updates = {}
    for name, short in zip(layers, names, strict=True):
        if short in model.base_model.targeted_module_names:
            down, up, scaling = _weights_of(model, short)
            updates[name] = Update(down.flatten(1), up.flatten(1), scaling)
    return updates, []


def _faults_of_settings(
    config: Mapping[str, Any], defaults: Mapping[str, Any], room: int
) -> List[str]:
    """What of an adapter's settings PEFT must not be asked to obey, or we could not."""
    kind = config.get("peft_type")
    if kind != "LORA":
        return [f"it is of PEFT's type {kind!r:.80}, and only 'LORA' can be added"]
    faults = [
        f"its setting {name} is {value!r:.80}, which our layers do not know"
        for name, value in config.items()
        if name not in (*READ, *HARMLESS)
        and value not in NEUTRAL_VALUES
        and value != defaults.get(name)
        and not (name == "init_lora_weights" and value in HARMLESS_STARTS)
    ]
    try:
        rank_pattern, alpha_pattern = (
            dict(config.get(name) or {}) for name in ("rank_pattern", "alpha_pattern")
        )
        patterns = [*rank_pattern, *alpha_pattern]
        for name in ("target_modules", "exclude_modules", "layers_pattern"):
            value = config.get(name) or []
            if isinstance(value, str):
                patterns.append(value)
            elif name == "layers_pattern":
                patterns += value
        for pattern in patterns:
            compile_pattern(pattern)
    except (AttributeError, TypeError, ValueError) as e:
        return [*faults, f"its settings cannot be made out ({type(e).__name__}: {e})"]
    ranks = [config.get("r", defaults["r"]), *rank_pattern.values()]
    alphas = [
        config.get("lora_alpha", defaults["lora_alpha"]),
        *alpha_pattern.values(),
    ]
    faults += [
        f"its rank is {rank!r:.80}, and the bank has room for 1 to {room}"
        for rank in ranks
        if type(rank) is not int or not 1 <= rank <= room
    ]
    faults += [
        f"its lora_alpha is {alpha!r:.80}, which is no scale"
        for alpha in alphas
        if type(alpha) not in (int, float) or not abs(alpha) <= MAX_ALPHA
    ]
    return faults


def _refuse(adapter: StoredAdapter, faults: List[str]) -> None:
    """RAISES (ModelDataError): If there are faults."""
    if faults:
        more = f"; and {len(faults) - 3} more faults" if len(faults) > 3 else ""
        raise ModelDataError(
            f"The adapter in {adapter.place} does not fit this model: "
            f"{'; '.join(faults[:3])}{more}."
        )
