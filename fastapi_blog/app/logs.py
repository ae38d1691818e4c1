"""One line a request, with its id in every line written meanwhile."""

import json
import logging
import re
import time
import uuid
from asyncio import CancelledError
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import metrics
from app.config import Settings

REQUEST_ID = re.compile("[A-Za-z0-9_-]{1,64}")
METHODS = {
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "OPTIONS",
    "TRACE",
    "CONNECT",
}
HANDSHAKES = {"accept": 101, "close": 403}  # what a WebSocket hears first
# Errors to uvicorn: text that is no UTF-8, and a handshake refused with a status.
NOISE = ("Invalid UTF-8", "ASGI callable returned without completing handshake")
MEMBERS = ("method", "route", "status", "duration_ms")

logger = logging.getLogger(__name__)
current_request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestLog:
    """Gives each request an id, and notes its outcome in the log and the metrics."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        started = time.perf_counter()
        request_id = _request_id(Headers(scope=scope))
        current_request_id.set(request_id)
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            kind = message["type"].removeprefix("websocket.")
            if kind == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            elif kind in HANDSHAKES and not status:
                status = HANDSHAKES[kind]
                _note(scope, status, time.perf_counter() - started)
            elif kind == "http.response.body" and not message.get("more_body"):
                _note(scope, status, time.perf_counter() - started)
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except CancelledError:
            # The server stops and waits no longer; a traceback would tell nothing more.
            logger.warning("Request cancelled")


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def _note(scope: Scope, status: int, seconds: float) -> None:
    method = scope.get("method", "GET")  # of a handshake
    method = method if method in METHODS else "other"
    route = getattr(scope.get("route"), "path", "unmatched")
    metrics.observe(method, route, status, seconds)
    duration = round(seconds * 1000, 1)
    values = dict(zip(MEMBERS, (method, route, status, duration), strict=True))
    logger.info("%s %s %s %s ms", method, route, status, duration, extra=values)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        return True


class HandshakeFilter(logging.Filter):
    """Drops what the server tells of sockets: RequestLog tells it, without the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        if Path(record.pathname).parent.name != "websockets":
            return True
        is_noise = record.getMessage().startswith(NOISE)
        return record.levelno > logging.INFO and not is_noise


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            "request_id": record.__dict__.get("request_id"),
        }
        members = {
            name: record.__dict__[name] for name in MEMBERS if name in record.__dict__
        }
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        return json.dumps(line | members, ensure_ascii=False)


def logging_config(settings: Settings) -> dict[str, Any]:
    """For logging.config.dictConfig; uvicorn applies it in each of its processes."""
    text = {"format": "%(asctime)s %(levelname)-7s %(message)s [%(request_id)s]"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "app.logs.RequestIdFilter"},
            "handshake": {"()": "app.logs.HandshakeFilter"},
        },
        "formatters": {
            "line": {"()": "app.logs.JsonFormatter"} if settings.logs_json else text
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "filters": ["request_id"],
            }
        },
        "loggers": {"uvicorn.error": {"filters": ["handshake"]}},
        "root": {"handlers": ["stdout"], "level": settings.log_level.upper()},
    }
