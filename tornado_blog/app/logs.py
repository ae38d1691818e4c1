"""One line a request, with its id in every line written meanwhile."""

import json
import logging
import re
import uuid
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from tornado.httputil import HTTPHeaders

from app.config import Settings

REQUEST_ID = re.compile("[A-Za-z0-9_-]{1,64}")
MEMBERS = ("method", "route", "status", "duration_ms")

logger = logging.getLogger(__name__)
current_request_id: ContextVar[str] = ContextVar("request_id", default="-")


def request_id_of(headers: HTTPHeaders) -> str:
    """The caller's if it will do, else a new one."""
    given = headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def note_request(method: str, route: str, status: int, seconds: float) -> None:
    duration = round(seconds * 1000, 1)
    values = dict(zip(MEMBERS, (method, route, status, duration), strict=True))
    logger.info("%s %s %s %s ms", method, route, status, duration, extra=values)


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
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
    """For logging.config.dictConfig."""
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
        # Of a request that it cannot read Tornado would show what was sent, tokens too.
        "loggers": {"tornado.general": {"level": "WARNING"}},
        "root": {"handlers": ["stdout"], "level": settings.log_level.upper()},
    }
