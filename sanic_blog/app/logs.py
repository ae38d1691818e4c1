"""One line a request or handshake, with its id in every line written meanwhile."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from sanic.exceptions import ServerError
from sanic.response import BaseHTTPResponse
from sanic.signals import Event

from app import metrics
from app.config import Settings
from app.paths import template_of
from app.request import App, Request

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
MEMBERS = ("method", "route", "status", "duration_ms")

logger = logging.getLogger(__name__)


def add_request_log(app: App) -> None:
    """Comes before all other middleware, so that it sees an answer last."""
    app.register_middleware(_note_answer, "response")
    # Idiom: of a handshake middleware sees no answer, but Sanic signals it.
    app.add_signal(_note_handshake, Event.WEBSOCKET_HANDLER_BEFORE)


async def _note_answer(request: Request, response: BaseHTTPResponse) -> None:
    response.headers["X-Request-ID"] = request.id
    _note(request, response.status)


async def _note_handshake(request: Request, **_: object) -> None:
    _note(request, 101)


def _note(request: Request, status: int) -> None:
    seconds = time.perf_counter() - request.started
    method = request.method if request.method in METHODS else "other"
    route = template_of(request.route) if request.route else "unmatched"
    duration = round(seconds * 1000, 1)
    metrics.observe(method, route, status, seconds)
    values = dict(zip(MEMBERS, (method, route, status, duration), strict=True))
    values["request_id"] = request.id
    logger.info("%s %s %s %s ms", method, route, status, duration, extra=values)


class RequestIdFilter(logging.Filter):
    # Idiom: Sanic keeps the request at hand in a context variable, which tasks inherit.
    def filter(self, record: logging.LogRecord) -> bool:
        if not hasattr(record, "request_id"):
            try:
                record.request_id = Request.get_current().id
            except ServerError:
                record.request_id = "-"
        return True


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
    """For logging.config.dictConfig; each process applies it for itself."""
    text = {"format": "%(asctime)s %(levelname)-7s %(message)s [%(request_id)s]"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "app.logs.RequestIdFilter"}},
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
        "loggers": {
            # Some lines of this one hold the whole address of a request.
            "sanic.root": {"level": "WARNING"},
            # To this one it is worth a warning when a client is gone.
            "sanic.websockets": {"level": "ERROR"},
        },
        "root": {"handlers": ["stdout"], "level": settings.log_level.upper()},
    }
