"""Regular expressions that come with a model or an adapter: they are matched against
names of layers, and must not take forever on any."""

import re
from functools import lru_cache
from typing import Sequence

from ..errors import ConfigError

MAX_LENGTH, MAX_REPEATS = 1000, 6
"""Of a pattern, in characters, and of its parts that may match more or less."""

REPEAT = re.compile(r"[*+{]|(?<!\()\?")
REPEATED_GROUP = re.compile(r"\)[*+{]")


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> "re.Pattern[str]":
    """pattern (str): A regular expression.
    RETURNS (re.Pattern[str]): The same, whose work grows with a small power of the
        length of a name.
    RAISES (ConfigError): If it is none, or its work could grow faster.
    """
    if len(pattern) > MAX_LENGTH:
        raise ConfigError(
            f"The adapter target {pattern[:40]!r}… has {len(pattern):,} characters; it "
            f"can have {MAX_LENGTH:,}. Name the layers one by one."
        )
    repeats = len(REPEAT.findall(pattern))
    if repeats > MAX_REPEATS or REPEATED_GROUP.search(pattern):
        raise ConfigError(
            f"The adapter target {pattern!r} could take forever: a group in it is "
            f"repeated, or more than {MAX_REPEATS} of its parts are. Name the layers "
            f"one by one."
        )
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as e:
        raise ConfigError(
            f"The adapter target {pattern!r} is no regular expression: {e}."
        ) from e


def is_target(name: str, targets: Sequence[str]) -> bool:
    """RETURNS (bool): Whether one of the patterns is found in the name of a layer; if
    there are none, any layer is a target."""
    return not targets or any(
        compile_pattern(target).search(name) for target in targets
    )
