"""What a method promises, and what is read for it: bodies, parameters, entity tags."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto
from hashlib import sha256
from inspect import get_annotations
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ValidationError
from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.routing import URLSpec
from tornado.util import re_unescape

from app.errors import ContentTooLarge, Invalid, MalformedJson, UnsupportedMediaType
from app.intake import MAX_BODY_BYTES, announced_length
from app.validation import field_errors

Method = TypeVar("Method", bound=Callable[..., Awaitable[None]])
Model = TypeVar("Model", bound=BaseModel)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
MEDIA_TYPES = {
    "POST": ("application/json",),
    "PATCH": ("application/json", "application/merge-patch+json"),
}
PARAMETER = re.compile(r'\s*charset="?utf-8"?\s*', re.IGNORECASE)
GROUP = re.compile(r"\(\?P<(\w+)>[^)]*\)")

# How an answer may be kept: by one caller alone, or by anybody.
PRIVATE = "private, no-cache"
SHARED = "no-cache"


class Access(Enum):
    """Who may do it; a token that is looked at has to be good."""

    UNASKED = auto()  # `Authorization` is not looked at
    ANYBODY = auto()
    USER = auto()
    ADMIN = auto()


@dataclass(frozen=True)
class Operation:
    """What one method of a handler does, for `prepare` and for the document."""

    name: str | None
    answers: type[BaseModel] | None
    status: int
    access: Access
    refuses: tuple[int, ...]
    cache: str | None
    query: type[BaseModel] | None
    body: type[BaseModel] | None


# Idiom: jupyter_server marks its open methods, and refuses all others. Here a method
# without a mark is not served at all, and the mark says what the document says.
def operation(
    name: str | None,
    answers: type[BaseModel] | None = None,
    *,
    status: int | None = None,
    access: Access = Access.USER,
    refuses: tuple[int, ...] = (),
    cache: str | None = None,
) -> Callable[[Method], Method]:
    """Marks a method; what its `query` and `body` have to be, their annotations say."""

    def mark(method: Method) -> Method:
        expected = get_annotations(method)
        vars(method)["operation"] = Operation(
            name=name,
            answers=answers,
            status=status or (200 if answers or name is None else 204),
            access=access,
            refuses=refuses,
            cache=cache,
            query=expected.get("query"),
            body=expected.get("body"),
        )
        return method

    return mark


# For what is no operation of the contract: probes, documents, metrics.
unlisted = operation(None, access=Access.UNASKED)


def operation_of(method: object) -> Operation | None:
    return getattr(method, "operation", None)


def template_of(route: URLSpec) -> str:
    """The path as OpenAPI writes it, and metrics and log."""
    return re_unescape(GROUP.sub(r"{\1}", route.regex.pattern.rstrip("$")))


def read_query(request: HTTPServerRequest, model: type[Model]) -> Model:
    """Of a parameter given twice the last one counts."""
    return _validate(model, dict(parse_qsl(request.query, keep_blank_values=True)))


def read_body(request: HTTPServerRequest, model: type[Model]) -> Model:
    """JSON as RFC 8259 defines it."""
    _check_media_type(request.method or "", request.headers)
    check_length(request)
    try:
        text = request.body.decode()
        return _validate(model, json.loads(text, parse_constant=_refuse_constant))
    except (ValueError, RecursionError) as error:
        raise MalformedJson from error


def check_length(request: HTTPServerRequest) -> None:
    """Raises ContentTooLarge for a body of which only a part was kept."""
    length = max(announced_length(request.headers), len(request.body))
    if length > MAX_BODY_BYTES:
        raise ContentTooLarge


def _validate(model: type[Model], values: Any) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise Invalid(*field_errors(error.errors())) from error


def _check_media_type(method: str, headers: HTTPHeaders) -> None:
    accepted = MEDIA_TYPES[method]
    essence, *parameters = headers.get("Content-Type", "").split(";")
    well_formed = all(PARAMETER.fullmatch(parameter) for parameter in parameters)
    if (
        essence.strip().lower() not in accepted
        or not well_formed
        or "Content-Encoding" in headers
    ):
        raise UnsupportedMediaType(accepted if method == "PATCH" else ())


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def entity_tag(written: Iterable[bytes]) -> str:
    digest = sha256(b"".join(written)).digest()
    return f'"{urlsafe_b64encode(digest)[:22].decode()}"'


def link_to_next(request: HTTPServerRequest, cursor: str) -> str:
    parameters = parse_qsl(request.query, keep_blank_values=True)
    kept = [(name, value) for name, value in parameters if name != "cursor"]
    query = urlencode([*kept, ("cursor", cursor)])
    return f'<{request.path}?{query}>; rel="next"'
