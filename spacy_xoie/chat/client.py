"""A client of any server that speaks OpenAI's chat completions."""

import os
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import Any, Dict, List, Optional, Sequence, Union

from pydantic import SecretStr

from ..errors import EngineError
from ..registries import clients
from .exchange import Exchange
from .pace import Pace
from .prompts import Message
from .reasons import Failure
from .settings import ChatSettings, check_url

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
    environment variable that holds it. See `ChatSettings`.

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
        self, model: str, *, api_key: Optional[str] = None, **settings: Any
    ) -> None:
        """Create a client. Nothing is sent before the first question.

        model (str): The model, by the server's name for it.
        api_key (Optional[str]): The key; if None, that of the environment.
        settings (Any): See `ChatSettings`.
        RAISES (ConfigError): If a setting cannot work.
        """
        self.settings = ChatSettings(model, **settings)
        self._key = None if api_key is None else SecretStr(api_key)
        self._pace = Pace(self.settings.requests_per_minute)

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
        check_url(url)
        url = url.rstrip("/")
        return url if url.endswith(_PATH) else url + _PATH

    def _find_key(self) -> SecretStr:
        key = self._key
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
