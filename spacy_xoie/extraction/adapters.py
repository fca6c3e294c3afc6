"""Languages as plug-ins of a trained extractor: adapters added, removed, renamed,
listed, and exchanged with PEFT. The base and the other adapters stay as they are."""

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Union

import srsly
from torch import Tensor, nn

from ..doc.codes import UNDETERMINED, code_or
from ..errors import ConfigError, ModelDataError
from ..network.adapters import AdapterBank
from ..network.adapters.exchange import (
    StoredAdapter,
    fill_adapter,
    fill_shared_adapter,
    match_adapter,
    match_shared_adapter,
    read_adapter,
    shared_layers,
    write_adapter,
    write_shared_adapter,
)
from ..network.adapters.routed import bare_name
from ..network.adapters.tuned import SHARED as SHARED_WEIGHTS
from ..network.adapters.tuned import untune
from ..network.model import TripleNetwork
from ..network.routing import NearestRouter
from .encoders import JointSpec, TransformerSpec
from .model import ExtractionModel
from .nearest import make_relatives

LANGUAGE, BASE, NOTES = "xoie_language", "xoie_base", "xoie_notes"
"""Our remarks in an exported adapter."""

SHARED = "shared"
"""Name of the adapter that all languages share."""


@dataclass
class AdapterInfo:
    """An adapter of a model.

    name (str): Its name, usually a language code.
    plugged (bool): Whether it was added after the model had been trained.
    rank (int): Its rank.
    size (int): Bytes of its weights, in single precision.
    notes (Dict[str, Any]): How it was made and what it scored, if that is known.
    """

    name: str
    plugged: bool
    rank: int
    size: int
    notes: Dict[str, Any] = field(default_factory=dict)


class AdapterMixin:
    """The methods of an extractor for languages as plug-ins, named as those of PEFT's
    models."""

    name: str
    model: ExtractionModel

    @property
    def serves_any_language(self) -> bool:
        """RETURNS (bool): Whether languages without an adapter are served as others
        are: by an encoder that reads wordpieces, and has learnt without adapters."""
        reads_pieces = self.model.parts.encoder.reads_pieces
        return reads_pieces and not self.model.network.base_experts

    @property
    def adapters(self) -> List[AdapterInfo]:
        """RETURNS (List[AdapterInfo]): The adapters of a model, in its order."""
        bank = self.model.network.bank
        if bank is None:
            return []
        layers = [layer for _, layer in (*bank.layers, *bank.head_layers)]
        return [
            AdapterInfo(
                name=name,
                plugged=name in bank.plugged,
                rank=layers[0].rank,
                size=_size_of(part for layer in layers for part in layer.factors(name)),
                notes=dict(bank.plugged.get(name, {})),
            )
            for name in bank.experts
        ]

    @property
    def shared_adapter(self) -> Optional[AdapterInfo]:
        """RETURNS (Optional[AdapterInfo]): The adapter that all languages share, on
        which theirs lie; None if there is no such one."""
        layers = list(shared_layers(self.model.network.encoder).values())
        if not layers:
            return None
        size = _size_of(part for layer in layers for part in layer.factors())
        return AdapterInfo(SHARED, plugged=False, rank=layers[0].rank, size=size)

    def add_adapter(
        self,
        name: str,
        *,
        start: Optional[Mapping[str, float]] = None,
        notes: Mapping[str, Any] = {},
    ) -> None:
        """Add an adapter that changes nothing yet, or that starts from others. It
        serves the sentences whose language is more likely `name` than not, and no
        others.

        name (str): The language code.
        start (Optional[Mapping[str, float]]): Adapters to start from, with their
            weights.
        notes (Mapping[str, Any]): What is to be known of it, as JSON allows it.
        RAISES (ConfigError): If there is such an adapter already, the name is none, or
            the model has no bank.
        """
        bank, name = self._bank(), _new_name(name)
        for other in start or {}:
            bank.check_name(other)
        bank.plug(name, notes)
        if start:
            bank.start(name, start)
        self.model.network.routed = True
        self._forget_derived()

    def nearest_adapters(self, language: str) -> Dict[str, float]:
        """Weigh the adapters of the nearest relatives of a language, to start from.

        language (str): Code of the language.
        RETURNS (Dict[str, float]): Weights that sum to 1, by adapter; empty if nothing
            is known of the language, or the model has none of another.
        """
        language = code_or(language, language)
        others = [expert for expert in self._bank().experts if expert != language]
        return NearestRouter(make_relatives()).mixture_for(language, others)

    def remove_adapter(self, name: str) -> None:
        """Remove an adapter. Its language is then one without adapter, see `fallback`
        of the router.

        RAISES (ConfigError): If there is no such adapter, or a learned router counts on
            it.
        """
        bank, name = self._bank(), self._known_name(name)
        bank.check_name(name)
        router = self.model.network.router
        learned = router is not None and any(True for _ in router.parameters())
        if learned and name not in bank.plugged:
            added = ", ".join(bank.plugged)
            raise ConfigError(
                f"The adapter {name!r} cannot be removed: the learned router "
                f"({type(router).__name__}) was trained to choose it as well. Adapters "
                f"that were added afterwards can be removed"
                + (f" ({added})." if added else ", but none was.")
            )
        bank.remove(name)
        self._forget_derived()

    def rename_adapter(self, name: str, new: str) -> None:
        """Give an adapter another name, under which it serves another language code.

        RAISES (ConfigError): If there is no such adapter, or the new name is none or
            taken.
        """
        self._bank().rename(self._known_name(name), _new_name(new))
        self._forget_derived()

    def save_adapter(
        self, name: str, folder: Union[str, Path], *, whole: bool = False
    ) -> int:
        """Store an adapter as a folder of PEFT, which PEFT loads onto what
        `base_encoder` gives: of a transformer, the pretrained model as it is published.

        Where all languages share an adapter, that of a language does on the pretrained
        model what it does here beside the shared one, or as the sum of both.
        `load_adapter` takes either.

        name (str): The adapter; "shared" for the one that all languages share.
        whole (bool): Whether to store the sum, which is some times as large.
        RETURNS (int): Size of the folder in bytes.
        RAISES (ConfigError): If there is no such adapter, PEFT has no layer for it, or
            PEFT is not installed.
        """
        network = self.model.network
        prefix, base_model = _prefix(network), self._base_model()
        if name == SHARED:
            self._check_shared()
            return write_shared_adapter(
                network.encoder,
                Path(folder),
                prefix=prefix,
                base_model=base_model,
                notes={LANGUAGE: SHARED, BASE: fingerprint(network, shared=False)},
            )
        bank, name = self._bank(), self._known_name(name)
        return write_adapter(
            bank,
            name,
            Path(folder),
            encoder=network.encoder if whole else None,
            prefix=prefix,
            base_model=base_model,
            notes={
                LANGUAGE: name,
                BASE: fingerprint(network),
                NOTES: srsly.json_dumps(bank.plugged.get(name, {})),
            },
        )

    def load_adapter(
        self,
        folder: Union[str, Path],
        name: Optional[str] = None,
        *,
        any_base: bool = False,
    ) -> str:
        """Add an adapter from a folder of PEFT. Either all of it is added or nothing.

        An adapter that was made elsewhere comes on top of the one that all languages
        share, if the model has such a one.

        folder (Union[str, Path]): The folder.
        name (Optional[str]): Its name here; None for that under which it was exported.
            "shared" puts it in the place of the one that all languages share, with
            which the head and the adapters of languages have learnt.
        any_base (bool): Whether to take adapters that were trained on another base
            model of the same structure, which then hardly do what they did.
        RETURNS (str): Its name.
        RAISES (ModelDataError): If it is damaged or does not fit, with the reason.
        RAISES (ConfigError): If the name is missing, none, or taken.
        """
        adapter = read_adapter(Path(folder))
        name = name or adapter.notes.get(LANGUAGE)
        network = self.model.network
        if name == SHARED:
            self._check_shared()
            shared = match_shared_adapter(
                network.encoder, adapter, prefix=_prefix(network)
            )
            self._check_base(adapter, any_base, shared=False)
            fill_shared_adapter(network.encoder, shared)
            self._forget_derived()
            return SHARED
        if not name:
            raise ConfigError(
                f"The adapter in {folder} does not say which language it is for: give "
                f"a name."
            )
        name, bank = _new_name(name), self._bank()
        try:
            notes = srsly.json_loads(adapter.notes.get(NOTES, "{}"))
        except ValueError:
            notes = {}
        # An empty bank has no layers that it could fit.
        routed = network.routed
        self.add_adapter(name, notes=notes if isinstance(notes, dict) else {})
        try:
            updates = match_adapter(
                bank, adapter, encoder=network.encoder, prefix=_prefix(network)
            )
            self._check_base(adapter, any_base)
        except BaseException:
            self.remove_adapter(name)
            network.routed = routed
            raise
        fill_adapter(bank, name, updates)
        self._forget_derived()
        return name

    def base_encoder(self) -> nn.Module:
        """RETURNS (nn.Module): A copy of the encoder without adapters, which PEFT loads
        a saved adapter onto; of a transformer, the Hugging Face model itself."""
        prefix = _prefix(self.model.network)
        network = deepcopy(self.model.network).eval()
        network.merge({})
        encoder: nn.Module = network.encoder
        untune(encoder)
        return encoder.get_submodule(prefix.removesuffix("."))

    def _base_model(self) -> Optional[str]:
        """The name on the model hub of what `base_encoder` gives."""
        spec = self.model.parts.encoder
        spec = spec.pieces if isinstance(spec, JointSpec) else spec
        if not isinstance(spec, TransformerSpec) or not _prefix(self.model.network):
            return None
        # A path means nothing to others.
        return None if Path(spec.name).exists() else spec.name

    def _check_base(
        self, adapter: StoredAdapter, any_base: bool, *, shared: bool = True
    ) -> None:
        """RAISES (ModelDataError): If an adapter was trained on another base model. See
        `fingerprint`."""
        base = adapter.notes.get(BASE)
        if any_base or base in (None, fingerprint(self.model.network, shared=shared)):
            return
        raise ModelDataError(
            f"The adapter in {adapter.place} was trained on another base model, whose "
            f"layers only have the same shapes as this one's. Add it to the model from "
            f"which it was exported, or ask for it on any base (`any_base`, "
            f"`--any-base`)."
        )

    def _check_shared(self) -> None:
        """RAISES (ConfigError): If the languages share no adapter."""
        if self.shared_adapter is None:
            raise ConfigError(
                f"{self.name!r} has no adapter that all languages share. The setting "
                f"`rank` of spacy-xoie.TransformerEncoder.v2 gives a model one when it "
                f"is first trained."
            )

    def _bank(self) -> AdapterBank:
        bank = self.model.network.bank
        if bank is None:
            raise ConfigError(
                f"{self.name!r} has no bank of adapters: it was trained without one, "
                f"or its adapter was merged for a package of one language. Use the "
                f"multilingual model, such as xx_xoie_sm, or load this one with an "
                f"empty bank and a router in its config (`model.bank`, whose setting "
                f"`languages` is [], and `model.router`)."
            )
        return bank

    def _known_name(self, name: str) -> str:
        """The adapter of this name, else of this language, whatever the form."""
        return name if name in self._bank().experts else code_or(name, name)

    def _forget_derived(self) -> None:
        # Switching the mode drops all layers that were worked out from the adapters.
        self.model.network.eval()


def _size_of(tensors: Iterable[Tensor]) -> int:
    return 4 * sum(tensor.numel() for tensor in tensors)


def _new_name(name: str) -> str:
    """The code of the language that an adapter is to be named after; else the name."""
    code = code_or(name, name)
    if code == UNDETERMINED:
        raise ConfigError(
            f"{name!r} cannot name an adapter: the code says nothing of a language, so "
            f"no sentence would ever be served by it."
        )
    if code == SHARED:
        raise ConfigError(
            f"{name!r} cannot name an adapter: that is what the one is called which "
            f"all languages share."
        )
    return code


def fingerprint(network: TripleNetwork, *, shared: bool = True) -> str:
    """Find what tells apart the base models that adapters belong to.

    network (TripleNetwork): The network.
    shared (bool): Whether what all languages share belongs to the base.
    RETURNS (str): A digest of the weights that adapters were put on: those of the
        encoder, and of the head if it has adapters too.
    """
    digest = hashlib.sha256()
    weights = sorted(network.encoder.state_dict().items())
    if network.bank is not None and network.bank.head_layers:
        weights += sorted(network.head.state_dict(prefix="head.").items())
    for name, value in weights:
        if not shared and name.endswith(SHARED_WEIGHTS):
            continue
        if ".lora_A." not in name and ".lora_B." not in name:
            digest.update(bare_name(name).encode("utf8"))
            digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def _prefix(network: TripleNetwork) -> str:
    """Start of the names of layers that PEFT does not know: its users load the Hugging
    Face model, not what we put around it. Nothing if adapters lie outside of that."""
    published = network.encoder.published
    prefix = f"{published}." if published else ""
    names = [*shared_layers(network.encoder)]
    if network.bank is not None:
        names += [name for name, _ in network.bank.layers]
    return prefix if all(name.startswith(prefix) for name in names) else ""
