"""Send questions to a server, again where that may help, and judge what comes back."""

import json
import logging
import random
import re
import threading
import time
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any, Dict, List, NamedTuple, Optional, Union

import requests
import urllib3
from pydantic import SecretStr

from ..errors import EngineError
from .pace import Pace
from .prompts import Message, shorten
from .reasons import (
    CONNECTION_LOST,
    NOT_AN_ANSWER,
    REFUSED,
    TIMEOUT,
    TOO_LONG,
    Failure,
)
from .settings import ChatSettings

logger = logging.getLogger(__name__)

_CHUNK = 8192
_MAX_ERROR_BYTES = 2000
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)


class _Again(NamedTuple):
    """An attempt that failed in a way that may pass."""

    failure: Failure
    after: Optional[float] = None
    unreachable: bool = False


class Exchange:
    """What the threads of one call share."""

    def __init__(
        self, settings: ChatSettings, url: str, key: SecretStr, pace: Pace
    ) -> None:
        """Create an exchange.

        settings (ChatSettings): Those of the client.
        url (str): The address to send to.
        key (SecretStr): The key; empty for none.
        pace (Pace): The rate limit.
        """
        self.settings = settings
        self.url = url
        self.key = key
        self.pace = pace
        self.stop = threading.Event()
        self.session = requests.Session()
        adapter = requests.adapters.HTTPAdapter(pool_maxsize=settings.max_concurrent)
        self.session.mount("http://", adapter)
        self.session.mount("https://", adapter)

    def ask(self, messages: List[Message]) -> Union[str, Failure]:
        """Ask one question, as often as it takes."""
        settings = self.settings
        for attempt in count():
            self.pace.wait(self.stop)
            if self.stop.is_set():
                break
            outcome = self._try(messages)
            if not isinstance(outcome, _Again):
                return outcome
            seconds = settings.backoff * 2 ** min(attempt, 30)
            seconds = min(seconds, settings.max_wait) * _jitter()
            if outcome.after is not None and outcome.after > settings.max_wait:
                wish = f"; it asks to wait {outcome.after:g} s"
                return Failure(outcome.failure.reason, outcome.failure.detail + wish)
            if attempt >= settings.max_retries:
                if outcome.unreachable:
                    raise EngineError(
                        f"The server of language models at {self.url} cannot be "
                        f"reached ({outcome.failure.detail}). Start it, or set "
                        f"base_url or OPENAI_BASE_URL to the right address."
                    )
                return outcome.failure
            seconds = max(seconds, outcome.after or 0.0)
            logger.info("%s: again in %.1f s", outcome.failure, seconds)
            self.stop.wait(seconds)
        return Failure(CONNECTION_LOST, "broken off")

    def _try(self, messages: List[Message]) -> Union[str, Failure, _Again]:
        settings = self.settings
        payload: Dict[str, Any] = {
            "model": settings.model,
            "messages": messages,
            **settings.options,
        }
        if settings.temperature is not None:
            payload["temperature"] = settings.temperature
        deadline = time.monotonic() + settings.timeout
        try:
            with self.session.post(
                self.url,
                json=payload,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
                # Given as a function, it is not replaced by what ~/.netrc says.
                auth=self._authorize,
                timeout=settings.timeout,
                stream=True,
                # The key goes to the server that was named, and nowhere else.
                allow_redirects=False,
            ) as response:
                return self._judge(response, deadline)
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as e:
            unreachable = isinstance(e, requests.ConnectTimeout)
            detail = f"no answer within {settings.timeout:g} s"
            return _Again(Failure(TIMEOUT, detail), unreachable=unreachable)
        except (requests.ConnectionError, urllib3.exceptions.HTTPError) as e:
            failure = Failure(CONNECTION_LOST, self._show(str(e)))
            return _Again(failure, unreachable=_is_unreachable(e))
        except requests.RequestException as e:
            raise EngineError(
                f"Nothing can be sent to {self.url} ({self._show(str(e))}). Correct "
                f"base_url or OPENAI_BASE_URL, and options."
            ) from None

    def _authorize(self, request: requests.PreparedRequest) -> Any:
        key = self.key.get_secret_value()
        if key:
            request.headers["Authorization"] = f"Bearer {key}"
        return request

    def _judge(
        self, response: requests.Response, deadline: float
    ) -> Union[str, Failure, _Again]:
        status = response.status_code
        if status == 200:
            body = _read_body(response, self.settings.max_answer_bytes, deadline)
            if len(body) > self.settings.max_answer_bytes:
                limit = self.settings.max_answer_bytes
                return Failure(TOO_LONG, f"more than {limit} bytes")
            outcome = _read_answer(body)
            if isinstance(outcome, Failure):
                kind = response.headers.get("Content-Type", "no content type")
                detail = self._show(f"{kind}: {outcome.detail}")
                return Failure(outcome.reason, detail)
            return outcome
        body = _read_body(response, _MAX_ERROR_BYTES, deadline)
        text = self._show(body.decode("utf8", "replace"))
        detail = f"HTTP {status}: {text}"
        if status == 401:
            raise EngineError(
                f"The server of language models at {self.url} does not take the key "
                f"({detail}). Set {self.settings.api_key_variable} to a key that is "
                f"valid there."
            )
        if status == 404:
            raise EngineError(
                f"The server at {self.url} does not have this address or not the model "
                f"{self.settings.model!r} ({detail}). Set base_url or OPENAI_BASE_URL, "
                f"and model."
            )
        if status == 402 or (status == 429 and b"insufficient_quota" in body):
            raise EngineError(
                f"The account at {self.url} is used up ({detail}). Go on when it is "
                f"filled again, or set another key in {self.settings.api_key_variable}."
            )
        failure = Failure(REFUSED, detail)
        if status == 429 or status >= 500:
            after = read_retry_after(response.headers.get("Retry-After", ""))
            return _Again(failure, after=after)
        return failure

    def _show(self, text: str) -> str:
        """A text for a message: short, and without the key, which servers and
        libraries may repeat."""
        key = self.key.get_secret_value()
        return shorten(text.replace(key, "***") if key else text)


def read_retry_after(value: str) -> Optional[float]:
    """RETURNS (Optional[float]): The seconds of a Retry-After header, which holds
    seconds or a date; None if it says nothing."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if seconds == seconds else None


def _jitter() -> float:
    # So that those who were refused together do not come back together.
    return random.uniform(0.5, 1.0)  # noqa: S311


def _read_body(response: requests.Response, limit: int, deadline: float) -> bytes:
    """The body, or a little more than `limit` bytes of it."""
    body = bytearray()
    # `read1` gives what has come, so that an answer in drips meets its deadline.
    while chunk := response.raw.read1(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            break
        if time.monotonic() > deadline:
            raise requests.Timeout("too slow")
    return bytes(body)


def _read_answer(body: bytes) -> Union[str, Failure]:
    excerpt = body[:200].decode("utf8", "replace")
    try:
        choice = json.loads(body)["choices"][0]
        message, end = choice["message"], choice.get("finish_reason")
        content, refusal = message.get("content"), message.get("refusal")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return Failure(NOT_AN_ANSWER, excerpt)
    if refusal or end == "content_filter":
        return Failure(REFUSED, str(refusal or end))
    if end == "length":
        return Failure(TOO_LONG, "cut off by the server: raise max_tokens in options")
    if not isinstance(content, str):
        return Failure(NOT_AN_ANSWER, excerpt)
    # Some servers hand out what the model thinks before it answers.
    return _THOUGHTS.sub("", content, count=1)


def _is_unreachable(error: Exception) -> bool:
    """Whether there was no connection at all, rather than one that broke."""
    if isinstance(
        error, (requests.exceptions.SSLError, requests.exceptions.ProxyError)
    ):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(cause, urllib3.exceptions.MaxRetryError)
