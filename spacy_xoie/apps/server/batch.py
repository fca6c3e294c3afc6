"""A batch: its good texts are read in groups, its bad ones answered in their places."""

import json
from typing import (
    Any,
    Awaitable,
    Callable,
    Dict,
    List,
    Optional,
    Sequence,
    Tuple,
    Union,
)

from pydantic import ValidationError

from .desk import Desk
from .engine import Answer, Item, Job
from .replies import describe_faults, error_record
from .schema import BatchRequest, TextItem
from .settings import Limits, Refusal, check_text

GROUP_TEXTS = 16
GROUP_CHARS = 8_000
"""How much of a batch is read at a time. What others ask for comes in between."""

Place = Tuple[int, Item]


async def read_batch(
    request: BatchRequest,
    desk: Desk,
    deadline: float,
    is_gone: Callable[[], Awaitable[bool]],
) -> bytes:
    """Answer a batch.

    request (BatchRequest): The batch.
    desk (Desk): Where the jobs go.
    deadline (float): When to give up, by the clock of the event loop. Texts that were
        not read by then are answered by an error, the others as they should be.
    is_gone (Callable[[], Awaitable[bool]]): See `Desk.ask`.
    RETURNS (bytes): JSON, see `BatchReply`.
    RAISES (Refusal): If there are too many texts.
    """
    limits = desk.limits
    if len(request.texts) > limits.texts:
        raise Refusal(
            "too large",
            f"The batch has {len(request.texts)} texts; at most {limits.texts} are "
            f"taken. Send them in parts.",
        )
    answers: Dict[int, Answer] = {}
    ids: Dict[int, Union[str, int]] = {}
    good: List[Place] = []
    for index, value in enumerate(request.texts):
        try:
            text = _check_item(value, limits)
        except Refusal as refusal:
            answers[index] = Answer(b"", refusal.reason, refusal.message)
        else:
            good.append((index, Item(text.text, text.language)))
        identifier = _id_of(value)
        if identifier is not None:
            ids[index] = identifier
    for group in _groups(good):
        replies = await _read_group(group, request, desk, deadline, is_gone)
        answers.update(zip((index for index, _ in group), replies, strict=True))
    items = [answers[index] for index in range(len(request.texts))]
    return _compose(items, ids)


async def _read_group(
    group: Sequence[Place],
    request: BatchRequest,
    desk: Desk,
    deadline: float,
    is_gone: Callable[[], Awaitable[bool]],
) -> List[Answer]:
    job = Job(
        tuple(item for _, item in group),
        target=request.target,
        min_score=request.min_score,
        asserted=request.asserted,
    )
    try:
        return await desk.ask(job, deadline, is_gone)
    except Refusal as refusal:
        return [Answer(b"", refusal.reason, refusal.message)] * len(group)


def _check_item(value: Any, limits: Limits) -> TextItem:
    if isinstance(value, str):
        value = {"text": value}
    try:
        item = TextItem.model_validate(value)
    except ValidationError as error:
        raise describe_faults(list(error.errors())) from error
    check_text(item.text, limits)
    return item


def _id_of(value: Any) -> Optional[Union[str, int]]:
    """The id of an item, also of a bad one."""
    identifier = value.get("id") if isinstance(value, dict) else None
    return identifier if isinstance(identifier, (str, int)) else None


def _groups(places: Sequence[Place]) -> List[List[Place]]:
    groups: List[List[Place]] = []
    size = 0
    for place in places:
        size += len(place[1].text)
        if not groups or len(groups[-1]) == GROUP_TEXTS or size > GROUP_CHARS:
            groups.append([])
            size = len(place[1].text)
        groups[-1].append(place)
    return groups


def _compose(answers: Sequence[Answer], ids: Dict[int, Union[str, int]]) -> bytes:
    entries = []
    for index, answer in enumerate(answers):
        fields: Dict[str, Any] = {"index": index}
        if index in ids:
            fields["id"] = ids[index]
        if answer.reason:
            fields.update(error_record(answer.reason, answer.message))
        entry = json.dumps(fields).encode("ascii")
        if not answer.reason:
            entry = entry[:-1] + b', "result": ' + answer.body + b"}"
        entries.append(entry)
    errors = sum(1 for answer in answers if answer.reason)
    return b'{"results": [%s], "errors": %d}' % (b", ".join(entries), errors)
