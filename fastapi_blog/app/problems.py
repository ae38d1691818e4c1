"""How every refusal looks to the client: RFC 9457 problem details."""

import logging
from collections.abc import Sequence
from typing import Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import MISSING
from starlette.exceptions import HTTPException

from app.error_pages import error_page
from app.errors import (
    AppError,
    ContentTooLarge,
    FieldError,
    Invalid,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    ProblemCode,
    Unavailable,
    UnsupportedMediaType,
)
from app.paths import is_page
from app.routing import allowed_methods
from app.validation import ResponseModel, field_errors

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


class ProblemResponse(Response):
    media_type = "application/problem+json"

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
        super().__init__(problem.model_dump_json(), status, _problem_headers(error))


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


async def error_response(request: Request, error: AppError) -> Response:
    """A page for people, a problem for programs."""
    if is_page(request.scope["path"]):
        return await error_page(request, error, STATUSES[error.code], _headers(error))
    return ProblemResponse(error)


FRAMEWORK_ERRORS: dict[int, type[AppError]] = {
    400: MalformedJson,
    404: NotFound,
    413: ContentTooLarge,
}


def add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(AppError)
    async def app_error(request: Request, error: AppError) -> Response:
        if isinstance(error, Unavailable):
            cause = error.__cause__ or error
            logger.error("Unavailable: %r", getattr(cause, "orig", cause))
        return await error_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid_request(
        request: Request, error: RequestValidationError
    ) -> Response:
        faults = error.errors()
        in_path = any(fault["loc"][0] == "path" for fault in faults)
        # A page has no parameters that anybody types: what is odd is no address.
        if in_path or is_page(request.scope["path"]):
            return await error_response(request, NotFound())
        inner = [{**fault, "loc": fault["loc"][1:]} for fault in faults]
        return ProblemResponse(Invalid(*field_errors(inner)))

    @app.exception_handler(HTTPException)
    async def framework_error(request: Request, error: HTTPException) -> Response:
        if error.status_code != 405:
            return await error_response(request, FRAMEWORK_ERRORS[error.status_code]())
        # Idiom: Starlette's own Allow names the methods of the first route of the path.
        allowed = allowed_methods(request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": ", ".join(allowed)})
        return await error_response(request, MethodNotAllowed(allowed))
