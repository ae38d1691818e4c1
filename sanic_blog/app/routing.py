"""What handlers are wrapped in: bodies, parameters, entity tags."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError
from sanic.response import HTTPResponse, empty
from sanic.views import HTTPMethodView

from app.background import Background
from app.decorators import Arguments, Handler, Result, View, note
from app.errors import Invalid, MalformedJson, UnsupportedMediaType
from app.request import MEDIA_TYPES, Request
from app.validation import field_errors

Model = TypeVar("Model", bound=BaseModel)
Validated = Callable[Concatenate[View, Request, Model, Arguments], Awaitable[Result]]

PARAMETER = re.compile(r'\s*charset="?utf-8"?\s*', re.IGNORECASE)
ENTITY_TAG = re.compile(r'"[^"]*"')


class Resource(HTTPMethodView):
    """A class of handlers for one path, which also answers HEAD and OPTIONS."""

    # Idiom: sanic-ext adds both to any path, but injects nothing into the HEAD that it
    # makes of a class; and where a path has several routes, Sanic's 405 has no Allow.
    def __init_subclass__(cls, **options: Any) -> None:
        if hasattr(cls, "get"):
            cls.head = cls.get  # type: ignore[attr-defined]  # made here
        super().__init_subclass__(**options)

    # Idiom: Sanic cancels a handler whose client goes away, be it in the middle of a
    # statement; the pool would lose that connection. So the handler runs to its end.
    async def dispatch_request(
        self, request: Any, *arguments: Any, **named: Any
    ) -> HTTPResponse:
        work = super().dispatch_request(request, *arguments, **named)
        background: Background = request.app.ctx.background
        return await background.finish(work)

    async def options(self, request: Request, **_parts: object) -> HTTPResponse:
        methods = request.route.methods if request.route else ()
        return empty(headers={"Allow": ", ".join(sorted(methods))})


def read_json(body: bytes) -> Any:
    """JSON as RFC 8259 defines it; Sanic calls this for `request.json`."""
    return json.loads(body.decode(), parse_constant=_refuse_constant)


def write_json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def validate_json(
    model: type[Model],
) -> Callable[
    [Validated[View, Model, Arguments, Result]], Handler[View, Arguments, Result]
]:
    """The handler gets the body as the model, after the request."""

    # Idiom: sanic-ext's `@validate` takes any media type, tells of all faults in one
    # text, and turns pydantic's strictness off.
    def decorate(
        handler: Validated[View, Model, Arguments, Result],
    ) -> Handler[View, Arguments, Result]:
        @wraps(handler)
        async def handle(
            view: View,
            request: Request,
            /,
            *arguments: Arguments.args,
            **named: Arguments.kwargs,
        ) -> Result:
            _check_media_type(request)
            if not request.body:
                raise MalformedJson
            body = _validate(model, request.json)
            return await handler(view, request, body, *arguments, **named)

        return note(handle, json_model=model)

    return decorate


def validate_query(
    model: type[Model],
) -> Callable[
    [Validated[View, Model, Arguments, Result]], Handler[View, Arguments, Result]
]:
    """The handler gets the parameters as the model, after the request."""

    def decorate(
        handler: Validated[View, Model, Arguments, Result],
    ) -> Handler[View, Arguments, Result]:
        @wraps(handler)
        async def handle(
            view: View,
            request: Request,
            /,
            *arguments: Arguments.args,
            **named: Arguments.kwargs,
        ) -> Result:
            query = _validate(
                model, dict(request.get_query_args(keep_blank_values=True))
            )
            return await handler(view, request, query, *arguments, **named)

        return note(handle, query_model=model)

    return decorate


def _validate(model: type[Model], values: object) -> Model:
    try:
        # From attributes: then no fault names a class of ours.
        return model.model_validate(values, from_attributes=True)
    except ValidationError as error:
        raise Invalid(*field_errors(error.errors())) from error


def _check_media_type(request: Request) -> None:
    accepted = MEDIA_TYPES[request.method]
    essence, *parameters = request.headers.get("content-type", "").split(";")
    well_formed = all(PARAMETER.fullmatch(parameter) for parameter in parameters)
    if (
        essence.strip().lower() not in accepted
        or not well_formed
        or "content-encoding" in request.headers
    ):
        raise UnsupportedMediaType(accepted if request.method == "PATCH" else ())


PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
SHARED = {"Cache-Control": "no-cache"}


def conditional(
    cache_headers: dict[str, str],
) -> Callable[
    [Handler[View, Arguments, HTTPResponse]], Handler[View, Arguments, HTTPResponse]
]:
    """Sends an entity tag, and 304 to a caller who holds that very answer."""

    def decorate(
        handler: Handler[View, Arguments, HTTPResponse],
    ) -> Handler[View, Arguments, HTTPResponse]:
        @wraps(handler)
        async def handle(
            view: View,
            request: Request,
            /,
            *arguments: Arguments.args,
            **named: Arguments.kwargs,
        ) -> HTTPResponse:
            response = await handler(view, request, *arguments, **named)
            digest = urlsafe_b64encode(sha256(response.body or b"").digest())
            headers = {"ETag": f'"{digest[:22].decode()}"', **cache_headers}
            if _is_current(request, headers["ETag"]):
                return empty(304, headers)
            response.headers.update(headers)
            return response

        return note(handle, is_conditional=True)

    return decorate


def _is_current(request: Request, entity_tag: str) -> bool:
    held = ",".join(request.headers.getall("if-none-match", []))
    return held.strip() == "*" or entity_tag in ENTITY_TAG.findall(held)
