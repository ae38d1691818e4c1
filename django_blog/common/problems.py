"""How every refusal looks to the client: RFC 9457 problem details."""

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse
from rest_framework import exceptions

from common.errors import (
    AppError,
    ContentTooLarge,
    Forbidden,
    Invalid,
    MalformedJson,
    MethodNotAllowed,
    NotAuthenticated,
    NotFound,
    StaleVersion,
    Unavailable,
    UnsupportedMediaType,
)
from common.validation import field_errors

# The phrases of RFC 9110 and RFC 6585; http.HTTPStatus spells two of them by version.
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
STATUSES = {
    "malformed_json": 400,
    "not_authenticated": 401,
    "invalid_token": 401,
    "invalid_credentials": 401,
    "forbidden": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "stale_version": 409,
    "length_required": 411,
    "content_too_large": 413,
    "unsupported_media_type": 415,
    "validation_error": 422,
    "rate_limited": 429,
    "internal_error": 500,
    "unavailable": 503,
}
# What Django and REST framework raise, in the words of the specification.
FRAMEWORK_ERRORS: dict[type[Exception], type[AppError]] = {
    exceptions.ParseError: MalformedJson,
    exceptions.NotAuthenticated: NotAuthenticated,
    exceptions.PermissionDenied: Forbidden,
    PermissionDenied: Forbidden,
    Http404: NotFound,
    RequestDataTooBig: ContentTooLarge,
    OperationalError: Unavailable,
    InterfaceError: Unavailable,
}

logger = logging.getLogger(__name__)


class ProblemResponse(HttpResponse):
    def __init__(self, error: AppError) -> None:
        status = STATUSES[error.code]
        body = json.dumps(
            _problem(error, status), ensure_ascii=False, separators=(",", ":")
        )
        super().__init__(
            body, "application/problem+json", status, headers=_problem_headers(error)
        )


def _problem(error: AppError, status: int) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES[status],
        "status": status,
        "detail": error.detail,
        "code": error.code,
    }
    if error.errors:
        problem["errors"] = [asdict(fault) for fault in error.errors]
    if isinstance(error, StaleVersion):
        problem["current_version"] = error.current_version
    return problem


def _problem_headers(error: AppError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store", **headers_of(error)}
    if STATUSES[error.code] == 401:
        reason = ' error="invalid_token"' if error.code == "invalid_token" else ""
        headers["WWW-Authenticate"] = "Bearer" + reason
    return headers


def headers_of(error: AppError) -> dict[str, str]:
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, UnsupportedMediaType) and error.accept_patch:
        headers["Accept-Patch"] = ", ".join(error.accept_patch)
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    return headers


def exception_handler(error: Exception, _context: Mapping[str, Any]) -> HttpResponse:
    """The one place where REST framework's views end up with whatever was raised."""
    return ProblemResponse(translate(error))


def translate(error: Exception) -> AppError:
    """What is to be told; what is nobody's fault but ours is noted in the log."""
    problem = _translate(error)
    if isinstance(problem, Unavailable):
        logger.error("Unavailable: %r", error.__cause__ or error)
    return problem


def _translate(error: Exception) -> AppError:
    if isinstance(error, AppError):
        return error
    if isinstance(error, exceptions.ValidationError):
        return Invalid(*field_errors(error.detail))
    for known, ours in FRAMEWORK_ERRORS.items():
        if isinstance(error, known):
            return ours()
    logger.error("Unexpected error", exc_info=error)
    return AppError()
