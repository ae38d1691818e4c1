"""How every refusal looks to the client: RFC 9457 problem details."""

import logging
from collections.abc import Sequence
from typing import Literal

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFError
from pydantic import MISSING
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.exceptions import MethodNotAllowed as WrongMethod

from app.database import is_outage
from app.error_pages import error_page
from app.errors import (
    AppError,
    ContentTooLarge,
    FieldError,
    ForgedRequest,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    ProblemCode,
    Unavailable,
    UnsupportedMediaType,
)
from app.extensions import db
from app.paths import is_page
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


def error_response(error: AppError) -> Response:
    """A page for people, a problem for programs."""
    if is_page(request.path):
        return error_page(error, STATUSES[error.code], _headers(error))
    return _problem_response(error)


def _problem_response(error: AppError) -> Response:
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
    return Response(
        problem.model_dump_json(),
        status,
        _problem_headers(error),
        content_type="application/problem+json",
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


UNKNOWN_HOST = "Unknown host.\n"
FRAMEWORK_ERRORS: dict[int, type[AppError]] = {
    400: MalformedJson,
    404: NotFound,
    413: ContentTooLarge,
}


def add_error_handlers(app: Flask) -> None:
    @app.errorhandler(AppError)
    def app_error(error: AppError) -> Response:
        # Idiom: no handler need roll back, since Flask-SQLAlchemy does when the context
        # ends. What shall last in spite of the refusal is committed here.
        if error.keeps_changes:
            db.session.commit()
        if isinstance(error, Unavailable):
            cause = error.__cause__ or error
            logger.error("Unavailable: %r", getattr(cause, "orig", cause))
        return error_response(error)

    # Idiom: what nobody expected comes here as well. Flask has logged it, and made an
    # InternalServerError of it, or with `--debug` shows it in the browser.
    @app.errorhandler(HTTPException)
    def framework_error(error: HTTPException) -> Response:
        if isinstance(error, CSRFError):
            return error_response(ForgedRequest())
        if isinstance(error, WrongMethod):
            return error_response(MethodNotAllowed(sorted(error.valid_methods or ())))
        if isinstance(error, SecurityError):
            return Response(UNKNOWN_HOST, 400, mimetype="text/plain")
        return error_response(FRAMEWORK_ERRORS.get(error.code or 500, AppError)())

    @app.errorhandler(SQLAlchemyError)
    def database_error(error: SQLAlchemyError) -> Response:
        if not is_outage(error):
            raise error
        logger.error("Unavailable: %r", getattr(error, "orig", error))
        return error_response(Unavailable())
