"""A client of any server that speaks OpenAI's chat completions."""

import os
import re
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, Dict, List, Optional, Sequence, Union
from urllib.parse import urlsplit

from pydantic import SecretStr

from ..errors import ConfigError, EngineError
from ..registries import clients
from .exchange import Exchange, Settings
from .pace import Pace
from .prompts import Message, shorten
from .reasons import Failure

_PATH = "/chat/completions"


@clients("spacy-xoie.ChatClient.v1")
def make_chat_client(
    model: str,
    base_url: str = "",
    api_key_variable: str = "OPENAI_API_KEY",
    temperature: Optional[float] = 0.0,
    timeout: float = 60.0,
    max_retries: int = 5,
    backoff: float = 1.0,
    max_wait: float = 60.0,
    requests_per_minute: Optional[float] = None,
    max_concurrent: int = 4,
    max_answer_bytes: int = 200_000,
    options: Dict[str, Any] = {},
) -> "ChatClient":
    """Make a client. The key itself is not part of a config: a config names the
    environment variable that holds it. See `ChatClient` for the settings.

    RETURNS (ChatClient): The client.
    RAISES (ConfigError): If a setting cannot work.
    """
    return ChatClient(
        model,
        base_url=base_url,
        api_key_variable=api_key_variable,
        temperature=temperature,
        timeout=timeout,
        max_retries=max_retries,
        backoff=backoff,
        max_wait=max_wait,
        requests_per_minute=requests_per_minute,
        max_concurrent=max_concurrent,
        max_answer_bytes=max_answer_bytes,
        options=options,
    )


class ChatClient:
    """Asks a server of a language model, several questions at a time."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str = "",
        api_key: Optional[str] = None,
        api_key_variable: str = "OPENAI_API_KEY",
        temperature: Optional[float] = 0.0,
        timeout: float = 60.0,
        max_retries: int = 5,
        backoff: float = 1.0,
        max_wait: float = 60.0,
        requests_per_minute: Optional[float] = None,
        max_concurrent: int = 4,
        max_answer_bytes: int = 200_000,
        options: Dict[str, Any] = {},
    ) -> None:
        """Create a client. Nothing is sent before the first question.

        model (str): The model, by the server's name for it.
        base_url (str): Address of the server, such as "http://127.0.0.1:8000/v1"; if
            empty, the environment variable OPENAI_BASE_URL.
        api_key (Optional[str]): The key; if None, that of the environment.
        api_key_variable (str): The environment variable that holds the key. Servers
            of one's own mostly want none: then it need not be set.
        temperature (Optional[float]): Temperature of sampling; None to send none, which
            some models ask for.
        timeout (float): Seconds to wait for a whole answer.
        max_retries (int): How often to try again after 429, 5xx, timeouts and lost
            connections.
        backoff (float): Seconds to wait before the first retry. Doubles every time,
            with jitter; never shorter than the server's Retry-After.
        max_wait (float): The longest wait. A server that asks for a longer one costs
            the record.
        requests_per_minute (Optional[float]): Rate limit, None for none.
        max_concurrent (int): How many requests are under way at most.
        max_answer_bytes (int): The reading of longer answers is broken off.
        options (Dict[str, Any]): Further fields of the request, such as max_tokens.
        RAISES (ConfigError): If a setting cannot work.
        """
        self.settings = Settings(
            model=model,
            base_url=base_url,
            api_key_variable=api_key_variable,
            temperature=temperature,
            timeout=timeout,
            max_retries=max_retries,
            backoff=backoff,
            max_wait=max_wait,
            max_concurrent=max_concurrent,
            max_answer_bytes=max_answer_bytes,
            options=dict(options),
        )
        self._given_key = None if api_key is None else SecretStr(api_key)
        self._pace = Pace(requests_per_minute)
        self._check_settings()

    def __repr__(self) -> str:
        return (
            f"ChatClient({self.settings.model!r}, base_url={self.settings.base_url!r})"
        )

    def complete(
        self, conversations: Sequence[Sequence[Message]]
    ) -> List[Union[str, Failure]]:
        """Ask for the next message of conversations.

        conversations (Sequence[Sequence[Message]]): Messages, each with a "role" and
            a "content".
        RETURNS (List[Union[str, Failure]]): For each conversation the answer or why
            there is none, in order.
        RAISES (EngineError): If the server cannot be reached, does not take the key,
            or does not have the model, with what to set.
        """
        exchange = Exchange(
            self.settings, self._find_url(), self._find_key(), self._pace
        )
        pool = ThreadPoolExecutor(
            self.settings.max_concurrent, thread_name_prefix="chat"
        )
        try:
            futures = [pool.submit(exchange.ask, list(c)) for c in conversations]
            # An exception ends them all.
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
            return [future.result() for future in futures]
        finally:
            exchange.stop.set()
            pool.shutdown(cancel_futures=True)
            exchange.session.close()

    def _find_url(self) -> str:
        url = (self.settings.base_url or os.environ.get("OPENAI_BASE_URL", "")).strip()
        if not url:
            raise EngineError(
                "There is no address of a server of language models. Set base_url in "
                "the config, or the environment variable OPENAI_BASE_URL, for instance "
                "to http://127.0.0.1:8000/v1."
            )
        _check_url(url)
        url = url.rstrip("/")
        return url if url.endswith(_PATH) else url + _PATH

    def _find_key(self) -> SecretStr:
        key = self._given_key
        if key is None:
            key = SecretStr(os.environ.get(self.settings.api_key_variable, ""))
        value = key.get_secret_value().strip()
        if not (value.isascii() and value.isprintable() and " " not in value):
            raise EngineError(
                "The key of the server of language models has white space or letters "
                "in it that no key has (it is not shown here). Correct "
                f"{self.settings.api_key_variable}."
            )
        return SecretStr(value)

    def _check_settings(self) -> None:
        if not self.settings.model:
            raise ConfigError("model is empty. Name a model that the server has.")
        if self.settings.base_url:
            _check_url(self.settings.base_url)
        if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", self.settings.api_key_variable):
            raise ConfigError(
                "api_key_variable has to be the name of an environment variable in "
                "capitals, such as OPENAI_API_KEY. (What it is now is not shown, "
                "as it may be a key.) Put the key into that variable."
            )
        for name, least in (
            ("timeout", 0.001),
            ("max_retries", 0),
            ("backoff", 0),
            ("max_wait", 0),
            ("max_concurrent", 1),
            ("max_answer_bytes", 1),
        ):
            value = getattr(self.settings, name)
            if not value >= least:
                raise ConfigError(f"{name} is {value}. Set it to at least {least}.")


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url.strip())
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
        secret = parts.username is not None or bool(parts.query)
    except ValueError:
        good = secret = False
    if secret:
        raise ConfigError(
            "base_url has a user, a password or a query in it (it is not shown here). "
            "Give the address alone, and the key in its environment variable."
        )
    if not good:
        raise ConfigError(
            f"{shorten(url)!r} is no address of a server. Set base_url or "
            f"OPENAI_BASE_URL to something like http://127.0.0.1:8000/v1."
        )
