"""Configs put together from parts, so that no line is written twice."""

from pathlib import Path
from typing import Sequence, Union

from spacy import util
from spacy.language import DEFAULT_CONFIG_PATH
from thinc.api import Config

from ..errors import ConfigError

HEADER = """\
# Made from {parts} by `spacy xoie compose`.
# Change those, where the reasons for the values stand, and make this again.

"""


def compose_config(parts: Sequence[Union[str, Path]]) -> Config:
    """Lay partial configs over each other, on spaCy's defaults.

    parts (Sequence[Union[str, Path]]): Files; what a later one says holds.
    RETURNS (Config): A complete config, with its variables.
    RAISES (ConfigError): If a file is missing or not a config.
    """
    config = util.load_config(DEFAULT_CONFIG_PATH, interpolate=False)
    for part in parts:
        if not Path(part).is_file():
            raise ConfigError(f"There is no config file {str(part)!r}.")
        try:
            config = config.merge(util.load_config(part, interpolate=False))
        except ValueError as e:
            raise ConfigError(f"{part} is not a config: {e}") from e
    return config


def config_text(config: Config, parts: Sequence[Union[str, Path]]) -> str:
    """RETURNS (str): A config as it is written to a file, with its parts named."""
    names = ", ".join(Path(part).name for part in parts)
    ordered = Config(config, section_order=util.CONFIG_SECTION_ORDER)
    text: str = ordered.to_str(interpolate=False)
    return HEADER.format(parts=names) + text + "\n"
