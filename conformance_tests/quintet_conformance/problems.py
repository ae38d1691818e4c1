"""The form of problem documents (RFC 9457), equal for all operations."""

from collections.abc import Iterator
from typing import Any

import httpx

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
CODES = {
    400: {"malformed_json"},
    401: {"not_authenticated", "invalid_token", "invalid_credentials"},
    403: {"forbidden"},
    404: {"not_found"},
    405: {"method_not_allowed"},
    409: {"conflict", "stale_version"},
    411: {"length_required"},
    413: {"content_too_large"},
    415: {"unsupported_media_type"},
    422: {"validation_error"},
    429: {"rate_limited"},
    500: {"internal_error"},
    503: {"unavailable"},
}
FIELD_CODES = frozenset(
    {"required", "unknown", "type", "blank", "too_short", "too_long", "too_small"}
    | {"too_big", "too_many", "format", "choice", "invalid", "incorrect"}
    | {"too_common", "taken", "self", "state"}
)
MEMBERS = ["type", "title", "status", "detail", "code"]
MERGE_PATCH = "application/merge-patch+json"
LISTS_ERRORS = frozenset({"validation_error", "conflict"})

Json = Any


def faults_of_problem(problem: Json, status: int) -> Iterator[str]:
    """Say what is wrong with the body of a problem."""
    if not isinstance(problem, dict):
        yield "a problem is a JSON object"
        return
    code = problem.get("code")
    members = MEMBERS + _extra_members(code)
    if list(problem) != members:
        yield f"members should be {members}, are {list(problem)}"
    if problem.get("type") != "about:blank":
        yield f"type should be 'about:blank', is {problem.get('type')!r}"
    if problem.get("title") != TITLES.get(status):
        yield f"title should be {TITLES.get(status)!r}, is {problem.get('title')!r}"
    if problem.get("status") != status:
        yield f"status should be {status}, is {problem.get('status')!r}"
    if code not in CODES.get(status, set()):
        yield f"code {code!r} does not belong to status {status}"
    yield from _faults_of_detail(problem.get("detail"))
    if code in LISTS_ERRORS:
        yield from _faults_of_errors(problem.get("errors"))


def faults_of_problem_headers(response: httpx.Response, code: str) -> Iterator[str]:
    """Say which header fields the status asks for and the response lacks."""
    headers, status = response.headers, response.status_code
    challenge = headers.get("WWW-Authenticate")
    if status == 401 and challenge != (expected := _challenge(code)):
        yield f"WWW-Authenticate should be {expected!r}, is {challenge!r}"
    if status == 405 and not headers.get("Allow"):
        yield "405 needs Allow"
    pause = headers.get("Retry-After")
    if status in {429, 503} and not _is_positive(pause or ""):
        yield f"Retry-After should be 1 or more, is {pause!r}"
    patch = headers.get("Accept-Patch")
    is_patch = response.request.method == "PATCH"
    if status == 415 and is_patch and MERGE_PATCH not in (patch or ""):
        yield f"Accept-Patch should name {MERGE_PATCH}, is {patch!r}"


def _challenge(code: str) -> str:
    return 'Bearer error="invalid_token"' if code == "invalid_token" else "Bearer"


def _extra_members(code: object) -> list[str]:
    if code == "stale_version":
        return ["current_version"]
    return ["errors"] if code in LISTS_ERRORS else []


def _faults_of_detail(detail: object) -> Iterator[str]:
    if not isinstance(detail, str) or not detail.strip() or "\n" in detail:
        yield f"detail should be one sentence, is {detail!r}"


def _faults_of_errors(errors: object) -> Iterator[str]:
    if not isinstance(errors, list) or not errors:
        yield f"errors should be a list with entries, is {errors!r}"
        return
    for error in errors:
        if not isinstance(error, dict) or list(error) != ["field", "code", "message"]:
            yield f"an error has the members field, code, message: {error!r}"
        elif error["code"] not in FIELD_CODES:
            yield f"unknown error code {error['code']!r}"
        elif not all(isinstance(value, str) for value in error.values()):
            yield f"members of an error are strings: {error!r}"
    fields = [error.get("field") for error in errors if isinstance(error, dict)]
    if len(fields) != len(set(map(str, fields))):
        yield f"one entry a field, are {fields}"


def _is_positive(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) >= 1
