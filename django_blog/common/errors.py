"""What can go wrong. Services raise these; `problems.py` tells the client."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

ProblemCode = Literal[
    "malformed_json",
    "not_authenticated",
    "invalid_token",
    "invalid_credentials",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "conflict",
    "stale_version",
    "length_required",
    "content_too_large",
    "unsupported_media_type",
    "validation_error",
    "rate_limited",
    "internal_error",
    "unavailable",
]
# In the order in which the specification names the faults of one member.
FieldErrorCode = Literal[
    "required",
    "unknown",
    "type",
    "blank",
    "too_short",
    "too_long",
    "too_small",
    "too_big",
    "too_many",
    "format",
    "choice",
    "invalid",
    "incorrect",
    "too_common",
    "taken",
    "self",
    "state",
]


@dataclass(frozen=True, slots=True)
class FieldError:
    """One fault of one member: its dotted path, a code, a sentence."""

    field: str
    code: FieldErrorCode
    message: str


class AppError(Exception):
    code: ClassVar[ProblemCode] = "internal_error"
    detail: ClassVar[str] = "Something went wrong on this side."
    errors: Sequence[FieldError] = ()
    retry_after: int | None = None

    def __str__(self) -> str:
        faults = (f"{error.field}: {error.message}" for error in self.errors)
        return " ".join((self.detail, *faults))


class MalformedJson(AppError):
    code = "malformed_json"
    detail = "The body is not valid JSON."


class NotAuthenticated(AppError):
    code = "not_authenticated"
    detail = "This needs an access token."


class InvalidToken(AppError):
    code = "invalid_token"
    detail = "The token is not valid."


class InvalidCredentials(AppError):
    code = "invalid_credentials"
    detail = "User name or password is wrong."


class Forbidden(AppError):
    code = "forbidden"
    detail = "You may not do this."


class ForgedRequest(Forbidden):
    detail = "This form has expired, or it was not made here."


class NotFound(AppError):
    code = "not_found"
    detail = "There is no such thing here."


class MethodNotAllowed(AppError):
    code = "method_not_allowed"
    detail = "This path does not take that method."

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = allowed


class StaleVersion(AppError):
    code = "stale_version"
    detail = "The post has changed since you read it."

    def __init__(self, current_version: int) -> None:
        self.current_version = current_version


class LengthRequired(AppError):
    code = "length_required"
    detail = "Send the body with a Content-Length."


class ContentTooLarge(AppError):
    code = "content_too_large"
    detail = "The body may have at most 1048576 bytes."


class UnsupportedMediaType(AppError):
    code = "unsupported_media_type"
    detail = "Send JSON in UTF-8, and name its media type."

    def __init__(self, accept_patch: Sequence[str] = ()) -> None:
        self.accept_patch = accept_patch


class FieldErrors(AppError):
    """A refusal that names the members at fault."""

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors


class Conflict(FieldErrors):
    code = "conflict"
    detail = "A value is taken, or the state does not allow this."


class Invalid(FieldErrors):
    code = "validation_error"
    detail = "One or more values are not valid."


class RateLimited(AppError):
    code = "rate_limited"
    detail = "Too many attempts. Try again later."

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after


class Unavailable(AppError):
    code = "unavailable"
    detail = "Try again in a moment."
    retry_after = 1
