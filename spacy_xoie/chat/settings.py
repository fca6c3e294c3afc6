"""The settings of a client."""

import re
from dataclasses import dataclass, field
from typing import Any, Mapping, Optional
from urllib.parse import urlsplit

from ..errors import ConfigError
from .prompts import shorten


@dataclass(frozen=True)
class ChatSettings:
    """Where and how a client asks.

    model (str): The model, by the server's name for it.
    base_url (str): Address of the server, such as "http://127.0.0.1:8000/v1"; if
        empty, the environment variable OPENAI_BASE_URL.
    api_key_variable (str): The environment variable that holds the key. Servers of
        one's own mostly want none: then it need not be set.
    temperature (Optional[float]): Temperature of sampling; None to send none, which
        some models ask for.
    timeout (float): Seconds to wait for a whole answer.
    max_retries (int): How often to try again after 429, 5xx, timeouts and lost
        connections.
    backoff (float): Seconds to wait before the first retry. Doubles every time, with
        jitter; never shorter than the server's Retry-After.
    max_wait (float): The longest wait. A server that asks for a longer one costs the
        record.
    requests_per_minute (Optional[float]): Rate limit, None for none.
    max_concurrent (int): How many requests are under way at most.
    max_answer_bytes (int): The reading of longer answers is broken off.
    options (Mapping[str, Any]): Further fields of the request, such as max_tokens.
    RAISES (ConfigError): If a setting cannot work.
    """

    model: str
    base_url: str = ""
    api_key_variable: str = "OPENAI_API_KEY"
    temperature: Optional[float] = 0.0
    timeout: float = 60.0
    max_retries: int = 5
    backoff: float = 1.0
    max_wait: float = 60.0
    requests_per_minute: Optional[float] = None
    max_concurrent: int = 4
    max_answer_bytes: int = 200_000
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.model:
            raise ConfigError("model is empty. Name a model that the server has.")
        if self.base_url:
            check_url(self.base_url)
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", self.api_key_variable):
            raise ConfigError(
                "api_key_variable has to be the name of an environment variable in "
                "capitals, such as OPENAI_API_KEY. (What it is now is not shown, "
                "as it may be a key.) Put the key into that variable."
            )
        for name, minimum in (
            ("timeout", 0.001),
            ("max_retries", 0),
            ("backoff", 0),
            ("max_wait", 0),
            ("max_concurrent", 1),
            ("max_answer_bytes", 1),
        ):
            value = getattr(self, name)
            if not value >= minimum:
                raise ConfigError(f"{name} is {value}. Set it to at least {minimum}.")


def check_url(url: str) -> None:
    """RAISES (ConfigError): If that is no address of a server alone."""
    try:
        parts = urlsplit(url.strip())
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname)
        has_secret = parts.username is not None or bool(parts.query)
    except ValueError:
        is_url = has_secret = False
    if has_secret:
        raise ConfigError(
            "base_url has a user, a password or a query in it (it is not shown here). "
            "Give the address alone, and the key in its environment variable."
        )
    if not is_url:
        raise ConfigError(
            f"{shorten(url)!r} is no address of a server. Set base_url or "
            f"OPENAI_BASE_URL to something like http://127.0.0.1:8000/v1."
        )
