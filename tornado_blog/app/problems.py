"""How every refusal looks to the client: RFC 9457 problem details."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import MISSING
from tornado.web import HTTPError

from app.errors import (
    AppError,
    FieldError,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    ProblemCode,
    Unavailable,
    UnsupportedMediaType,
)
from app.headers import Fields
from app.validation import ResponseModel

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
STATUSES: dict[ProblemCode, int] = {
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


class Problem(ResponseModel):
    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    code: ProblemCode
    errors: Sequence[FieldError] | MISSING = MISSING
    current_version: int | MISSING = MISSING


def error_of(raised: Mapping[str, Any], allowed: Sequence[str]) -> AppError:
    """What Tornado raised, or nobody expected, as an error of ours."""
    cause = raised["exc_info"][1] if "exc_info" in raised else None
    if isinstance(cause, AppError):
        return cause
    if cause is None:  # The server stops, and waits no longer.
        return Unavailable()
    if not isinstance(cause, HTTPError):
        return AppError()
    if cause.status_code == 405 and allowed:
        return MethodNotAllowed(allowed)
    return MalformedJson() if cause.status_code == 400 else NotFound()


def problem_of(error: AppError) -> Problem:
    status = STATUSES[error.code]
    return Problem(
        type="about:blank",
        title=TITLES[status],
        status=status,
        detail=error.detail,
        code=error.code,
        errors=error.errors or MISSING,
        current_version=getattr(error, "current_version", MISSING),
    )


def problem_headers(error: AppError) -> Fields:
    yield "Content-Type", "application/problem+json"
    yield "Cache-Control", "no-store"
    if STATUSES[error.code] == 401:
        reason = ' error="invalid_token"' if error.code == "invalid_token" else ""
        yield "WWW-Authenticate", "Bearer" + reason
    yield from error_headers(error)


def error_headers(error: AppError) -> Fields:
    """Those of problems and error pages alike."""
    if error.retry_after is not None:
        yield "Retry-After", str(error.retry_after)
    if isinstance(error, UnsupportedMediaType) and error.accept_patch:
        yield "Accept-Patch", ", ".join(error.accept_patch)
    if isinstance(error, MethodNotAllowed):
        yield "Allow", ", ".join(error.allowed)
