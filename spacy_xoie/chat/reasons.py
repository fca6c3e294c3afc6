"""Why there is no answer: short fixed phrases that can be counted."""

from dataclasses import dataclass

NOT_AN_ANSWER = "not an answer"
TOO_LONG = "answer too long"
TIMEOUT = "timeout"
REFUSED = "refused by the server"
CONNECTION_LOST = "connection lost"
EMPTY_ANSWER = "empty answer"
WRONG_LANGUAGE = "wrong language"
BAD_TEXT = "text that cannot be sent"


@dataclass(frozen=True)
class Failure:
    """Stands in the place of an answer that there is not.

    reason (str): Why, one of the phrases of `chat.reasons`.
    detail (str): More about this case.
    """

    reason: str
    detail: str = ""
