"""Answers that are no triples."""

import json
from typing import Any, Dict, List

from starlette.responses import Response

from .settings import STATUS, Refusal

MEDIA_TYPE = "application/json"
RETRY = 2
"""Seconds after which a client that was refused for the moment may try again."""


def error_record(reason: str, message: str) -> Dict[str, Any]:
    """RETURNS (Dict[str, Any]): A refusal, JSON-ready."""
    return {"error": {"reason": reason, "message": message}}


def json_reply(value: Any, status: int = 200) -> Response:
    """RETURNS (Response): A value as JSON, in ASCII: messages may quote what cannot be
    encoded."""
    return Response(json.dumps(value), status, media_type=MEDIA_TYPE)


def refusal_reply(refusal: Refusal) -> Response:
    """RETURNS (Response): What a client gets that is refused."""
    record = error_record(refusal.reason, refusal.message)
    reply = json_reply(record, STATUS[refusal.reason])
    if refusal.reason == "busy":
        reply.headers["retry-after"] = str(RETRY)
    return reply


def describe_faults(faults: List[Any]) -> Refusal:
    """Say what is wrong with a body.

    faults (List[Any]): Errors of pydantic.
    RETURNS (Refusal): The refusal, which names the place of the first fault.
    """
    fault = faults[0]
    place = ".".join(str(part) for part in fault["loc"] if part != "body")
    if fault["type"] == "json_invalid":
        why = fault.get("ctx", {}).get("error", "")
        return Refusal("bad request", f"The body is not JSON: {why}, at {place}.")
    rest = f" ({len(faults) - 1} more faults)" if len(faults) > 1 else ""
    message = "it has half of a surrogate pair; send whole characters"
    if fault["type"] != "string_unicode":
        message = str(fault["msg"])
    return Refusal("invalid", f"{place or 'The body'}: {message}{rest}")
