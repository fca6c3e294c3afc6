"""Languages as plug-ins of a trained extractor: adapters added, removed, renamed,
listed, and exchanged with PEFT. The base and the other adapters stay as they are."""

import hashlib
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

import srsly
from spacy.language import Language
from torch import nn

from ..errors import ConfigError, ModelDataError
from ..language import ExtendedDetector, LangidDetector, LanguageDetector
from ..network.adapters import AdapterBank
from ..network.adapters.exchange import (
    check_adapter,
    fill_adapter,
    read_adapter,
    write_adapter,
)
from ..network.encoders import TransformerEncoder
from ..network.model import TripleNetwork
from ..network.routing import NearestRouter
from .component import UNKNOWN, TripleExtractor
from .encoders import TransformerSpec
from .relatives import make_relatives

LANGUAGE, BASE, NOTES = "xoie_language", "xoie_base", "xoie_notes"
"""Our remarks in an exported adapter."""


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


def add_adapter(
    pipe: TripleExtractor,
    name: str,
    *,
    start: Optional[Mapping[str, float]] = None,
    notes: Mapping[str, Any] = {},
) -> None:
    """Add an adapter that changes nothing yet, or that starts from others. It serves
    the sentences whose language is more likely `name` than not, and no others.

    pipe (TripleExtractor): The extractor.
    name (str): The language code.
    start (Optional[Mapping[str, float]]): Adapters to start from, with their weights.
    notes (Mapping[str, Any]): What is to be known of it, as JSON allows it.
    RAISES (ConfigError): If there is such an adapter already, the name is none, or the
        model has no bank.
    """
    bank = _bank_of(pipe)
    if name in UNKNOWN:
        raise ConfigError(
            f"{name!r} cannot name an adapter: the code says nothing of a language, so "
            f"no sentence would ever be served by it."
        )
    for other in start or {}:
        bank.check_known(other)
    bank.plug(name, notes)
    if start:
        bank.start(name, start)
    pipe.network.routed = True
    _forget_derived(pipe)


def nearest_adapters(pipe: TripleExtractor, language: str) -> Dict[str, float]:
    """Weigh the adapters of the nearest relatives of a language, to start from.

    pipe (TripleExtractor): The extractor.
    language (str): Code of the language.
    RETURNS (Dict[str, float]): Weights that sum to 1, by adapter; empty if nothing is
        known of the language, or the model has none of another.
    """
    others = [expert for expert in _bank_of(pipe).experts if expert != language]
    return NearestRouter(make_relatives()).mixture_for(language, others)


def remove_adapter(pipe: TripleExtractor, name: str) -> None:
    """Remove an adapter. Its language is then one without adapter, see `fallback` of
    the router.

    RAISES (ConfigError): If there is no such adapter, or a learned router counts on it.
    """
    bank = _bank_of(pipe)
    bank.check_known(name)
    router = pipe.network.router
    learned = router is not None and any(True for _ in router.parameters())
    if learned and name not in bank.plugged:
        raise ConfigError(
            f"The adapter {name!r} cannot be removed: the learned router "
            f"({type(router).__name__}) was trained to choose it as well. Adapters "
            f"that were added afterwards can be removed"
            + (f" ({', '.join(bank.plugged)})." if bank.plugged else ", but none was.")
        )
    bank.remove(name)
    _forget_derived(pipe)


def rename_adapter(pipe: TripleExtractor, name: str, new: str) -> None:
    """Give an adapter another name, under which it serves another language code.

    RAISES (ConfigError): If there is no such adapter, or the new name is none or taken.
    """
    if new in UNKNOWN:
        raise ConfigError(f"{new!r} cannot name an adapter: it names no language.")
    _bank_of(pipe).rename(name, new)
    _forget_derived(pipe)


def list_adapters(pipe: TripleExtractor) -> List[AdapterInfo]:
    """RETURNS (List[AdapterInfo]): The adapters of a model, in its order."""
    bank = pipe.network.bank
    if bank is None:
        return []
    layers = [layer for _, layer in (*bank.layers, *bank.head_layers)]
    return [
        AdapterInfo(
            name=name,
            plugged=name in bank.plugged,
            rank=layers[0].rank,
            size=4 * sum(f.numel() for layer in layers for f in layer.factors(name)),
            notes=dict(bank.plugged.get(name, {})),
        )
        for name in bank.experts
    ]


def export_adapter(pipe: TripleExtractor, name: str, folder: Union[str, Path]) -> int:
    """Store an adapter as a folder of PEFT, which PEFT loads onto what `base_encoder`
    gives.

    RETURNS (int): Size of the folder in bytes.
    RAISES (ConfigError): If there is no such adapter, or PEFT has no layer for it.
    """
    bank = _bank_of(pipe)
    spec = pipe.model.parts.encoder
    return write_adapter(
        bank,
        name,
        Path(folder),
        prefix=_prefix(pipe.network),
        base_model=spec.name if isinstance(spec, TransformerSpec) else None,
        notes={
            LANGUAGE: name,
            BASE: fingerprint(pipe.network),
            NOTES: srsly.json_dumps(bank.plugged.get(name, {})),
        },
    )


def import_adapter(
    pipe: TripleExtractor,
    folder: Union[str, Path],
    name: Optional[str] = None,
    *,
    any_base: bool = False,
) -> str:
    """Add an adapter from a folder of PEFT. Either all of it is added or nothing.

    folder (Union[str, Path]): The folder.
    name (Optional[str]): Its name here; None for that under which it was exported.
    any_base (bool): Whether to take adapters that were trained on another base model
        of the same structure, which then hardly do what they did.
    RETURNS (str): Its name.
    RAISES (ModelDataError): If it is damaged or does not fit, with the reason.
    RAISES (ConfigError): If the name is missing, none, or taken.
    """
    bank = _bank_of(pipe)
    stored = read_adapter(Path(folder))
    check_adapter(bank, stored, prefix=_prefix(pipe.network))
    base = stored.notes.get(BASE)
    if base not in (None, fingerprint(pipe.network)) and not any_base:
        raise ModelDataError(
            f"The adapter in {folder} was trained on another base model, whose layers "
            f"only have the same shapes as this one's. Add it to the model from which "
            f"it was exported, or ask for it on any base (`any_base`, `--any-base`)."
        )
    name = name or stored.notes.get(LANGUAGE)
    if not name:
        raise ConfigError(
            f"The adapter in {folder} does not say which language it is for: give a "
            f"name."
        )
    try:
        notes = srsly.json_loads(stored.notes.get(NOTES, "{}"))
    except ValueError:
        notes = {}
    add_adapter(pipe, name, notes=notes if isinstance(notes, dict) else {})
    fill_adapter(bank, name, stored, prefix=_prefix(pipe.network))
    _forget_derived(pipe)
    return name


def base_encoder(pipe: TripleExtractor) -> nn.Module:
    """RETURNS (nn.Module): A copy of the encoder without adapters, which PEFT loads an
    exported adapter onto; of a transformer, the Hugging Face model itself."""
    network = deepcopy(pipe.network).eval()
    network.merge({})
    encoder: nn.Module = network.encoder
    return encoder.model if isinstance(encoder, TransformerEncoder) else encoder


def fingerprint(network: TripleNetwork) -> str:
    """RETURNS (str): A digest of the weights that adapters were put on, which tells
    apart the base models that they belong to: those of the encoder, and of the head if
    it has adapters too."""
    digest = hashlib.sha256()
    weights = sorted(network.encoder.state_dict().items())
    if network.bank is not None and network.bank.head_layers:
        weights += sorted(network.head.state_dict(prefix="head.").items())
    for name, value in weights:
        if ".lora_A." not in name and ".lora_B." not in name:
            digest.update(name.replace(".base.", ".").encode("utf8"))
            digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:16]


def update_config(nlp: Language, component: str = "xoie") -> None:
    """Bring what a pipeline says of its languages up to what its extractor has
    adapters for.

    nlp (Language): The pipeline.
    component (str): Name of the extractor.
    """
    pipe: Any = nlp.get_pipe(component)
    model = nlp.get_pipe_config(component).get("model", {})
    bank = model.get("bank") if isinstance(model, dict) else None
    if bank and bank.get("languages") is not None:
        bank["languages"] = list(pipe.languages)
    if "languages" in nlp.meta:
        nlp.meta["languages"] = list(pipe.languages)


def extend_detector(nlp: Language, language: str) -> bool:
    """Let the language detector of a pipeline find a further language. What it says of
    texts in the others stays the same.

    nlp (Language): The pipeline.
    language (str): The language code.
    RETURNS (bool): Whether texts in that language are detected, or need not be since
        the pipeline has no detector of ours. False if the detector cannot know it.
    """
    for name, pipe in nlp.pipeline:
        if not isinstance(pipe, LanguageDetector):
            continue
        config = nlp.get_pipe_config(name)
        if language in getattr(pipe.detector, "languages", ()):
            continue
        if isinstance(pipe.detector, ExtendedDetector):
            added = [*pipe.detector.added, language]
            languages = pipe.detector.languages[: -len(pipe.detector.added)]
        elif isinstance(pipe.detector, LangidDetector):
            added, languages = [language], pipe.detector.languages
        else:
            return False
        try:
            pipe.detector = ExtendedDetector(added, languages)
        except ConfigError:
            return False
        config["detector"] = {
            "@misc": "spacy-xoie.ExtendedDetector.v1",
            "added": added,
            "languages": list(languages),
        }
    return True


def restrict_detector(nlp: Language, languages: Sequence[str]) -> bool:
    """Let the language detector of a pipeline tell only some languages apart. A
    detector that is not ours, or does not know all of them, stays as it is.

    nlp (Language): The pipeline.
    languages (Sequence[str]): The language codes.
    RETURNS (bool): Whether there is a detector that does so.
    """
    restricted = False
    for name, pipe in nlp.pipeline:
        detector = getattr(pipe, "detector", None)
        if not isinstance(detector, (LangidDetector, ExtendedDetector)):
            continue
        if isinstance(pipe, LanguageDetector) and set(languages) <= set(
            detector.languages
        ):
            pipe.detector = LangidDetector(languages)
            nlp.get_pipe_config(name)["detector"] = {
                "@misc": "spacy-xoie.LangidDetector.v1",
                "languages": list(languages),
            }
            restricted = True
    return restricted


def _bank_of(pipe: TripleExtractor) -> AdapterBank:
    bank = pipe.network.bank
    if bank is None:
        raise ConfigError(
            f"{pipe.name!r} has no bank of adapters: it was trained without one, or "
            f"its adapter was merged for a package of one language. Use the "
            f"multilingual model, such as xx_xoie_sm."
        )
    return bank


def _prefix(network: TripleNetwork) -> str:
    # PEFT users load the Hugging Face model, not our wrapper around it.
    return "model." if isinstance(network.encoder, TransformerEncoder) else ""


def _forget_derived(pipe: TripleExtractor) -> None:
    # Switching the mode drops all layers that were worked out from the adapters.
    pipe.network.eval()
