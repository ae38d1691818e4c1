"""How every refusal looks to the client: RFC 9457 problem details, or a page."""

import logging
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import MISSING
from sanic.exceptions import (
    BadRequest,
    RequestCancelled,
    RequestTimeout,
    SanicException,
)
from sanic.exceptions import MethodNotAllowed as NoSuchMethod
from sanic.handlers import ErrorHandler
from sanic.response import HTTPResponse

from app.error_pages import error_page
from app.errors import (
    AppError,
    ContentTooLarge,
    FieldError,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    ProblemCode,
    Unavailable,
    UnsupportedMediaType,
)
from app.paths import is_page
from app.request import Request
from app.validation import ResponseModel

logger = logging.getLogger(__name__)

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


class ProblemResponse(HTTPResponse):
    def __init__(self, error: AppError) -> None:
        status = STATUSES[error.code]
        problem = Problem(
            type="about:blank",
            title=TITLES[status],
            status=status,
            detail=error.detail,
            code=error.code,
            errors=error.errors or MISSING,
            current_version=getattr(error, "current_version", MISSING),
        )
        super().__init__(
            problem.model_dump_json(),
            status,
            _problem_headers(error),
            "application/problem+json",
        )


def _problem_headers(error: AppError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store", **_headers(error)}
    if STATUSES[error.code] == 401:
        reason = ' error="invalid_token"' if error.code == "invalid_token" else ""
        headers["WWW-Authenticate"] = "Bearer" + reason
    return headers


def _headers(error: AppError) -> dict[str, str]:
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, UnsupportedMediaType) and error.accept_patch:
        headers["Accept-Patch"] = ", ".join(error.accept_patch)
    if isinstance(error, MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allowed)
    return headers


FRAMEWORK_ERRORS: dict[int, type[AppError]] = {
    400: MalformedJson,
    404: NotFound,
    413: ContentTooLarge,
    426: NotFound,  # A socket is no document.
    503: Unavailable,
}


class ProblemHandler(ErrorHandler):
    # Idiom: Sanic hands every exception to one object, its own refusals included, and
    # leaves it to that object what the log is told. It awaits the answer if need be.
    def default(self, request: Any, exception: BaseException) -> Any:
        """Tells the client; logs what nobody expected, and tells nothing of that."""
        error = _as_app_error(request, exception)
        if error is None:
            return super().default(request, _as_bad_request(exception))
        if type(error) is AppError:
            logger.error("Unexpected error", exc_info=exception)
        if isinstance(error, Unavailable):
            cause = error.__cause__ or error
            logger.error("Unavailable: %r", getattr(cause, "orig", cause))
        if is_page(request.path):
            status = STATUSES[error.code]
            return error_page(request, error, status, _headers(error))
        return ProblemResponse(error)


def _as_app_error(request: Request, exception: BaseException) -> AppError | None:
    if isinstance(exception, AppError):
        return exception
    if isinstance(exception, RequestCancelled):
        return MalformedJson()  # The client went away in the middle of it.
    if isinstance(exception, SanicException):
        return _translate(request, exception)
    return AppError()


def _translate(request: Request, exception: SanicException) -> AppError | None:
    """None for what Sanic tells in its own words, such as a head it could not read."""
    if request.is_made_up:
        return None
    if isinstance(exception, NoSuchMethod):
        return _wrong_method(request, exception)
    if exception.status_code in FRAMEWORK_ERRORS:
        return FRAMEWORK_ERRORS[exception.status_code]()
    return AppError() if exception.status_code >= 500 else None


def _wrong_method(request: Request, error: NoSuchMethod) -> AppError:
    # Idiom: Sanic also looks a path up without its last slash, and tells of a wrong
    # method before it sees that the slash does not belong there.
    if request.path.endswith("/") and request.path != "/":
        return NotFound()
    return MethodNotAllowed(sorted(error.allowed_methods or ()))


def _as_bad_request(exception: BaseException) -> Any:
    """A head that takes too long to come is one more bad head, and not a 408."""
    is_late = isinstance(exception, RequestTimeout)
    return BadRequest("Bad Request") if is_late else exception
