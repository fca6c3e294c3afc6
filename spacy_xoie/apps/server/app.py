"""The application: routes, and what they refuse."""

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any, AsyncIterator, Dict, FrozenSet, List, Optional, Union, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from ...about import __version__
from ...doc.codes import code_or, language_code
from .assets import load_assets
from .backend import Backend
from .batch import read_batch
from .desk import Desk
from .engine import Answer, Item, Job
from .exports import FORMATS
from .guard import Guard
from .replies import MEDIA_TYPE, describe_faults, json_reply, refusal_reply
from .schema import (
    BatchReply,
    BatchRequest,
    ErrorReply,
    Extraction,
    Health,
    Info,
    Options,
    TextItem,
    TextRequest,
)
from .settings import STATUS, Limits, Refusal, check_text

logger = logging.getLogger(__name__)

DESCRIPTION = (
    "Open information extraction: (subject; relation; objects) triples from text in "
    "many languages. Nothing that is sent is kept. All offsets count Unicode code "
    'points; errors are `{"error": {"reason", "message"}}`.'
)

Replies = Dict[Union[int, str], Dict[str, Any]]


def make_app(
    backend: Backend,
    *,
    limits: Limits = Limits(),
    hosts: Optional[FrozenSet[str]] = None,
) -> FastAPI:
    """Make the application.

    backend (Backend): What reads the texts. It is closed when the application stops.
    limits (Limits): How much is taken on.
    hosts (Optional[FrozenSet[str]]): See `Guard`.
    RETURNS (FastAPI): An ASGI application.
    """
    desk = Desk(backend, limits)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(desk.close)

    app = FastAPI(
        title="spacy_xoie",
        version=__version__,
        description=DESCRIPTION,
        # The usual pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(Guard, limits=limits, hosts=hosts)
    _add_handlers(app)
    _add_api(app, desk)
    _add_pages(app)
    return app


def _add_api(app: FastAPI, desk: Desk) -> None:
    limits, info = desk.limits, desk.backend.info

    @app.get("/health", responses=_replies(Health, ()), tags=["state"])
    async def health() -> Response:
        """Whether the server answers, and how much it has to do."""
        state = {"status": "ok", "model": info["model"], "open_jobs": desk.open_jobs}
        return json_reply(state)

    @app.get("/api/info", responses=_replies(Info, ()), tags=["state"])
    async def get_info() -> Response:
        """The model, the languages to translate to, file formats and limits."""
        return json_reply({"version": __version__, **info, "limits": asdict(limits)})

    @app.post("/api/extract", responses=_replies(Extraction), tags=["triples"])
    async def extract(body: TextRequest, request: Request) -> Response:
        """The sentences, languages and triples of a text, and its translation."""
        answer = await ask(body, request)
        return Response(answer.body, media_type=MEDIA_TYPE)

    @app.post("/api/batch", responses=_replies(BatchReply), tags=["triples"])
    async def batch(body: BatchRequest, request: Request) -> Response:
        """The same for several texts."""
        check_target(body)
        content = await read_batch(body, desk, deadline(), request.is_disconnected)
        return Response(content, media_type=MEDIA_TYPE)

    @app.post(
        "/api/export/{name}",
        responses={
            **_replies(None, (400, 404, 413, 422, 500, 501, 503, 504)),
            200: {"content": {kind.media_type: {} for kind in FORMATS.values()}},
        },
        tags=["triples"],
    )
    async def export(name: str, body: TextRequest, request: Request) -> Response:
        """A file with the triples of a text: `json`, `tsv`, `nquads` or `graphml`."""
        if name not in FORMATS:
            raise Refusal(
                "not found", f"There is no format {name!r}, only {', '.join(FORMATS)}."
            )
        if name not in [each["name"] for each in info["formats"]]:
            raise Refusal(
                "not available",
                f"What {FORMATS[name].title} needs is not installed on the server.",
            )
        answer = await ask(body, request, name)
        kind = FORMATS[name]
        disposition = f'attachment; filename="triples.{kind.suffix}"'
        headers = {"content-disposition": disposition}
        return Response(answer.body, media_type=kind.media_type, headers=headers)

    async def ask(
        body: TextRequest, request: Request, file_format: Optional[str] = None
    ) -> Answer:
        check_target(body)
        check_text(body.text, limits)
        job = Job(
            (Item(body.text, body.language),),
            target=body.target,
            min_score=body.min_score,
            asserted=body.asserted,
            format=file_format,
        )
        (answer,) = await desk.ask(job, deadline(), request.is_disconnected)
        if answer.reason:
            raise Refusal(answer.reason, answer.message)
        return answer

    def check_target(body: Options) -> None:
        """From here on the target is named as the translator does: "pt" for "por"."""
        if body.target is None or body.target in info["targets"]:
            return
        code = code_or(body.target, "")
        same = [target for target in info["targets"] if language_code(target) == code]
        if same:
            body.target = same[0]
        else:
            targets = ", ".join(info["targets"]) or "nothing, for want of a translator"
            raise Refusal("invalid", f"target is {body.target!r}; there is {targets}.")

    def deadline() -> float:
        return asyncio.get_running_loop().time() + limits.seconds

    _describe(app)


def _add_pages(app: FastAPI) -> None:
    assets = load_assets()

    def send(name: str, request: Request) -> Response:
        asset = assets[name]
        headers = {"etag": asset.tag, "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == asset.tag:
            return Response(status_code=304, headers=headers)
        return Response(asset.body, media_type=asset.media_type, headers=headers)

    @app.get("/", include_in_schema=False)
    async def page(request: Request) -> Response:
        return send("index.html", request)

    @app.get("/docs", include_in_schema=False)
    async def docs(request: Request) -> Response:
        return send("docs.html", request)

    @app.get("/static/{name}", include_in_schema=False)
    async def static(name: str, request: Request) -> Response:
        if name not in assets:
            raise HTTPException(404)
        return send(name, request)


def _add_handlers(app: FastAPI) -> None:
    reasons = {status: reason for reason, status in STATUS.items()}

    @app.exception_handler(Refusal)
    async def reply_refusal(request: Request, error: Exception) -> Response:
        return refusal_reply(cast(Refusal, error))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: Exception) -> Response:
        faults: List[Any] = list(cast(RequestValidationError, error).errors())
        kind = request.headers.get("content-type", "")
        if "json" not in kind:
            message = f"Send the body as application/json; it came as {kind!r}."
            return refusal_reply(Refusal("invalid", message))
        return refusal_reply(describe_faults(faults))

    @app.exception_handler(HTTPException)
    async def http_error(request: Request, error: Exception) -> Response:
        fault = cast(HTTPException, error)
        reason = reasons.get(fault.status_code, "bad request")
        message = str(fault.detail)
        if reason == "not found":
            message = f"There is nothing at {request.url.path}. See /docs."
        elif reason == "bad request":
            message = "The body must be JSON in UTF-8, and not nested too deeply."
        reply = refusal_reply(Refusal(reason, message))
        reply.headers.update(fault.headers or {})
        return reply

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        logger.error("A request failed.", exc_info=error)
        return refusal_reply(Refusal("failed", "A fault of the server; see its log."))


def _replies(
    model: Any, statuses: Any = (400, 408, 413, 422, 500, 503, 504)
) -> Replies:
    """What a route answers, for the description of the API."""
    reasons = {status: reason for reason, status in STATUS.items()}
    replies: Replies = {
        status: {"model": ErrorReply, "description": reasons[status].capitalize()}
        for status in statuses
    }
    if model is not None:
        replies[200] = {"model": model}
    return replies


def _describe(app: FastAPI) -> None:
    """Add what the description of the API refers to without a route of its own."""
    make = app.openapi

    def openapi() -> Dict[str, Any]:
        schema = make()
        schemas = schema["components"]["schemas"]
        schemas.setdefault("TextItem", TextItem.model_json_schema())
        # Faults have a form of our own.
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        return schema

    app.openapi = openapi  # type: ignore[method-assign]
