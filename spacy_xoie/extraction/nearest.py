"""From what is known of languages to weights of adapters."""

import math
from functools import lru_cache, partial
from typing import Dict, Mapping, Sequence, Union

from ..errors import ConfigError
from ..network.routing import Relatives


def make_relatives(
    profile: Union[str, Mapping[str, float]] = "overall", temperature: float = 0.1
) -> Relatives:
    """Make what weighs the adapters of a bank for a language that has none.

    profile (Union[str, Mapping[str, float]]): Which distances count, and how much. See
        `spacy_xoie.language.distances`.
    temperature (float): Softness: near 0, the nearest relative takes all.
    RETURNS (Relatives): From a language and experts to weights; empty for a language of
        which too little is known.
    RAISES (ConfigError): If the profile or the temperature cannot work.
    """
    from ..language.distances import resolve_profile

    resolve_profile(profile)
    if not 0 < temperature < math.inf:
        raise ConfigError(
            f"The router's temperature is {temperature}; it must be above 0."
        )
    return partial(_weigh, profile=profile, temperature=temperature)


def _weigh(
    language: str,
    experts: Sequence[str],
    *,
    profile: Union[str, Mapping[str, float]],
    temperature: float,
) -> Dict[str, float]:
    from ..language.distances import relative_weights

    among = [expert for expert in experts if _is_language(expert)]
    if not among or not _is_language(language):
        return {}
    try:
        return relative_weights(
            language, among, profile=profile, temperature=temperature
        )
    except ConfigError:
        # Settings and names are right, so no distance between them is known.
        return {}


@lru_cache(maxsize=1024)
def _is_language(code: str) -> bool:
    from ..language.facts import find_language

    try:
        find_language(code)
    except ConfigError:
        return False
    return True
