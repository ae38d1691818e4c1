"""One line a request, with its id in every line written meanwhile."""

import json
import logging
import re
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_app_context, request

from app import metrics
from app.config import Settings
from app.paths import template_of

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
MEMBERS = ("method", "route", "status", "duration_ms")

logger = logging.getLogger(__name__)


def add_request_log(app: Flask) -> None:
    """Begins before all other hooks and ends after them."""
    # Idiom: the first `before_request` runs first, the first `after_request` last.
    app.before_request(_begin)
    app.after_request(_note)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.started = time.perf_counter()


def _note(response: Response) -> Response:
    seconds = time.perf_counter() - g.started
    response.headers["X-Request-ID"] = g.request_id
    method = request.method if request.method in METHODS else "other"
    route = template_of(request.url_rule.rule) if request.url_rule else "unmatched"
    status, duration = response.status_code, round(seconds * 1000, 1)
    metrics.observe(method, route, status, seconds)
    values = dict(zip(MEMBERS, (method, route, status, duration), strict=True))
    logger.info("%s %s %s %s ms", method, route, status, duration, extra=values)
    return response


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = g.get("request_id", "-") if has_app_context() else "-"
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
    """For logging.config.dictConfig; gunicorn applies it before its workers start."""
    text = {"format": "%(asctime)s %(levelname)-7s %(message)s [%(request_id)s]"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": "app.logs.RequestIdFilter"}},
        "formatters": {
            "line": {"()": "app.logs.JsonFormatter"} if settings.LOGS_JSON else text
        },
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "filters": ["request_id"],
            }
        },
        # gunicorn's own lines go the same way.
        "loggers": {"gunicorn.error": {"handlers": [], "propagate": True}},
        "root": {"handlers": ["stdout"], "level": settings.LOG_LEVEL.upper()},
    }
