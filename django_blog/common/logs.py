"""How lines of the log look; each written during a request has the request's id."""

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# Errors to uvicorn: text that is no UTF-8, and a handshake refused with a status.
NOISE = ("Invalid UTF-8", "ASGI callable returned without completing handshake")
MEMBERS = ("method", "route", "status", "duration_ms")

current_request_id: ContextVar[str] = ContextVar("request_id", default="-")


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id.get()
        return True


class UnexpectedErrors(logging.Filter):
    """Lets of Django's own lines on answers those pass that tell of an exception."""

    # Idiom: Django logs each answer from 400 up, with the path as the client sent it.
    def filter(self, record: logging.LogRecord) -> bool:
        status = record.__dict__.get("status_code")
        if status is None:
            return True
        record.msg, record.args = "Unexpected error", ()
        return bool(status >= 500 and record.exc_info)


class NoiseFilter(logging.Filter):
    """Drops what the server says of sockets whose clients are at fault."""

    def filter(self, record: logging.LogRecord) -> bool:
        is_of_server = record.name == "uvicorn.error"
        return not (is_of_server and record.getMessage().startswith(NOISE))


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


def logging_config(level: str, form: str) -> dict[str, Any]:
    """For `LOGGING`, and for gunicorn's own lines."""
    text = {"format": "%(asctime)s %(levelname)-7s %(message)s [%(request_id)s]"}
    line = {"()": "common.logs.JsonFormatter"} if form == "json" else text
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "common.logs.RequestIdFilter"},
            "noise": {"()": "common.logs.NoiseFilter"},
            "unexpected": {"()": "common.logs.UnexpectedErrors"},
        },
        "formatters": {"line": line},
        "handlers": {
            "stdout": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "filters": ["request_id", "unexpected", "noise"],
            }
        },
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": ["stdout"], "propagate": False},
        },
        "root": {"handlers": ["stdout"], "level": level.upper()},
    }
