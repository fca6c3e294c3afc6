"""Ask, read the answers, and ask again where an answer cannot be read."""

from typing import Callable, List, Sequence, TypeVar, Union

from .client import ChatClient
from .prompts import Message
from .reasons import NOT_AN_ANSWER, Failure

T = TypeVar("T")

_AGAIN = (
    "Your last answer could not be used ({reason}). Answer once more, and keep exactly "
    "to the form that the instructions ask for."
)


class BadAnswer(ValueError):
    """An answer that cannot be read, with the reason."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def ask(
    client: ChatClient,
    conversations: Sequence[Sequence[Message]],
    read: Sequence[Callable[[str], T]],
    *,
    retries: int = 1,
) -> List[Union[T, Failure]]:
    """Ask, and read the answers.

    client (ChatClient): Whom to ask.
    conversations (Sequence[Sequence[Message]]): The questions.
    read (Sequence[Callable[[str], T]]): For each of them, what reads its answer; it
        raises `BadAnswer` where it cannot.
    retries (int): How often to ask again for an answer that can be read.
    RETURNS (List[Union[T, Failure]]): For each question what was read, or why not.
    RAISES (EngineError): If the server cannot be used at all.
    """
    outcomes: List[Union[T, Failure]] = [Failure(NOT_AN_ANSWER)] * len(conversations)
    pending = list(range(len(conversations)))
    questions = [list(messages) for messages in conversations]
    for _ in range(retries + 1):
        answers = client.complete([questions[number] for number in pending])
        rest = []
        for number, answer in zip(pending, answers, strict=True):
            outcome = outcomes[number] = _read(answer, read[number])
            if isinstance(outcome, _BadForm):
                rest.append(number)
                note = _AGAIN.format(reason=outcome.reason)
                extra: Message = {"role": "user", "content": note}
                questions[number] = [*conversations[number], extra]
        pending = rest
        if not pending:
            break
    return outcomes


class _BadForm(Failure):
    """The server answered, but not in the form that was asked for."""


def _read(answer: Union[str, Failure], read: Callable[[str], T]) -> Union[T, Failure]:
    if isinstance(answer, Failure):
        # A page or a broken body in place of an answer may be gone the next time.
        if answer.reason == NOT_AN_ANSWER:
            return _BadForm(answer.reason, answer.detail)
        return answer
    try:
        return read(answer)
    except BadAnswer as e:
        return _BadForm(e.reason, e.detail)
