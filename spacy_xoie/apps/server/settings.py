"""What the server may be asked for, and how it says that it will not."""

from dataclasses import dataclass
from typing import Optional

from ...errors import ConfigError, XoieError


@dataclass(frozen=True)
class Limits:
    """How much the server takes on. What is more is refused, never cut.

    chars (int): Most characters of a text.
    texts (int): Most texts of a batch.
    bytes (int): Most bytes of a request.
    seconds (float): Longest time until an answer.
    waiting (int): Most requests that are worked on or wait.
    connections (int): Most connections; those that wait for a request make room.
    idle_seconds (float): Longest wait for a client: for the head of a request to be
        there whole, or for it to take what it was sent.
    RAISES (ConfigError): If one of them is not above zero.
    """

    chars: int = 200_000
    texts: int = 100
    bytes: int = 2_000_000
    seconds: float = 60.0
    waiting: int = 16
    connections: int = 200
    idle_seconds: float = 10.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not value > 0:
                raise ConfigError(
                    f"The limit on {name} is {value}; it must be above 0."
                )


class Refusal(XoieError):
    """A request, or one text of it, that gets no triples.

    reason (str): Why, as one of the keys of STATUS.
    message (str): What was wrong, and what to do.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


STATUS = {
    "bad request": 400,
    "not found": 404,
    "wrong method": 405,
    "slow request": 408,
    "too large": 413,
    "wrong host": 421,
    "invalid": 422,
    "failed": 500,
    "not available": 501,
    "busy": 503,
    "timeout": 504,
}
"""The reasons of refusals, and the HTTP status of each."""


def check_text(text: str, limits: Limits) -> None:
    """Check that a text can be read.

    text (str): The text.
    limits (Limits): How long it may be.
    RAISES (Refusal): If it is too long, or has half of a surrogate pair.
    """
    if len(text) > limits.chars:
        raise Refusal(
            "too large",
            f"The text has {len(text)} characters; at most {limits.chars} are taken. "
            f"Send it in parts.",
        )
    place = find_surrogate(text)
    if place is not None:
        raise Refusal(
            "invalid",
            f"The text has half of a surrogate pair (U+{ord(text[place]):04X}) at "
            f"character {place}. Send whole characters.",
        )


def find_surrogate(text: str) -> Optional[int]:
    """RETURNS (Optional[int]): Where a text has a lone surrogate, if it has one."""
    try:
        text.encode("utf8")
    except UnicodeEncodeError as error:
        return error.start
    return None
