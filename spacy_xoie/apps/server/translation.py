"""Which translations the server can make: those of a config, or those of the engines
that are found on the machine."""

from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, cast

from spacy.util import registry
from thinc.api import Config

from ...doc.codes import code_setting, language_tag
from ...errors import ConfigError
from ...projection.aligners.intrinsic import IntrinsicAligner
from ...projection.aligners.lexical import LexicalAligner
from ...projection.component import Projector
from ...projection.spans import Mode
from ...projection.translators.apertium import ApertiumTranslator, installed_pairs
from ...projection.ty import Aligner, Translator

SECTIONS = ("translator", "aligner", "projection")
SETTINGS = ("targets", "mode")


class Engines(NamedTuple):
    """Translators and what they are used for.

    translator (Translator): The translator.
    aligner (Aligner): The aligner.
    targets (Tuple[str, …]): Codes of the languages to translate to.
    pairs (Optional[Tuple[Tuple[str, str], …]]): Source and target of what it can do;
        None if only a try tells.
    mode (Mode): "recall" or "precise", see `Projector`.
    """

    translator: Translator
    aligner: Aligner
    targets: Tuple[str, ...]
    pairs: Optional[Tuple[Tuple[str, str], ...]]
    mode: Mode = "recall"

    def projector(self, target: str) -> Projector:
        """RETURNS (Projector): What carries triples over to a language."""
        return Projector(
            target=target,
            translator=self.translator,
            aligner=self.aligner,
            mode=self.mode,
        )


def find_engines() -> Optional[Engines]:
    """RETURNS (Optional[Engines]): Apertium, if it is installed with any pair of
    languages."""
    pairs = installed_pairs()
    if not pairs:
        return None
    return _make_engines(ApertiumTranslator(), _default_aligner(), pairs)


def read_engines(path: Path, languages: Sequence[str]) -> Engines:
    """Read a config of a translator.

    path (Path): A file with [translator]; perhaps [aligner], and [projection] with
        `targets` (a list of language codes) and `mode`.
    languages (Sequence[str]): The targets, where the config and the engine name none.
    RETURNS (Engines): The translator.
    RAISES (ConfigError): If the file is no such config.
    """
    try:
        config = Config().from_disk(path)
    except ValueError as error:
        raise ConfigError(f"{path} is not a config: {error}") from error
    extras = sorted(set(config) - set(SECTIONS))
    if "translator" not in config or extras:
        raise ConfigError(
            f"{path} must have [translator], and can have [aligner] and [projection]; "
            f"it has {', '.join(f'[{name}]' for name in config) or 'nothing'}."
        )
    settings = config.get("projection", {})
    if not set(settings) <= set(SETTINGS):
        raise ConfigError(
            f"[projection] of {path} can have {', '.join(SETTINGS)}, but it has "
            f"{', '.join(settings)}."
        )
    parts = {name: config[name] for name in ("translator", "aligner") if name in config}
    try:
        objects: Dict[str, Any] = registry.resolve(Config(parts))
    except ValueError as error:
        raise ConfigError(f"{path} cannot be used: {error}") from error
    translator = objects["translator"]
    if not isinstance(translator, Translator):
        raise ConfigError(f"[translator] of {path} makes no translator.")
    pairs = None
    if isinstance(translator, ApertiumTranslator):
        pairs = installed_pairs(translator.modes)
    engines = _make_engines(
        translator, objects.get("aligner") or _default_aligner(), pairs
    )
    targets = settings.get("targets")
    if targets is not None and not (
        isinstance(targets, list) and all(isinstance(code, str) for code in targets)
    ):
        raise ConfigError(
            f"targets of {path} is {targets!r}; it must be a list of language codes."
        )
    mode = settings.get("mode", "recall")
    place = f"targets of {path}"
    for code in targets or ():
        code_setting(place, code)
    codes = tuple(map(language_tag, targets or engines.targets or languages))
    engines = engines._replace(targets=codes, mode=cast(Mode, mode))
    for code in codes:
        # Faults of the settings are told now, not with the first text.
        engines.projector(code)
    return engines


def _make_engines(
    translator: Translator,
    aligner: Aligner,
    pairs: Optional[List[Tuple[str, str]]],
) -> Engines:
    targets = tuple(sorted({target for _, target in pairs or ()}))
    return Engines(
        translator, aligner, targets, None if pairs is None else tuple(pairs)
    )


def _default_aligner() -> Aligner:
    return IntrinsicAligner(otherwise=LexicalAligner())
