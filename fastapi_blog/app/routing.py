"""What the routes do beyond FastAPI's default: media types, limits, entity tags."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Callable, Coroutine
from hashlib import sha256
from typing import Any, ClassVar, NoReturn

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.requests import ClientDisconnect
from starlette.routing import Match, Mount

from app.errors import MalformedJson, UnsupportedMediaType

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

MAX_BODY_BYTES = 1_048_576
MEDIA_TYPES = {
    "POST": ("application/json",),
    "PATCH": ("application/json", "application/merge-patch+json"),
}
PARAMETER = re.compile(r'\s*charset="?utf-8"?\s*', re.IGNORECASE)
ENTITY_TAG = re.compile(r'"[^"]*"')


class BodyRequest(Request):
    """Reads MAX_BODY_BYTES at most, and JSON as RFC 8259 defines it."""

    async def stream(self) -> AsyncGenerator[bytes, None]:
        size = 0
        async for chunk in super().stream():
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise HTTPException(413)
            yield chunk

    async def json(self) -> Any:
        try:
            text = (await self.body()).decode()
            return json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise HTTPException(400) from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


class Route(APIRoute):
    # Idiom: FastAPI takes any "+json" body, of any length, in UTF-16 too. A route class
    # is its own place for rules about a request that has not been parsed yet.
    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        if self.body_field is None:
            return handle

        async def handle_body(request: Request) -> Response:
            _check_media_type(request)
            _check_announced_length(request)
            request = BodyRequest(request.scope, request.receive)
            if not await _read_body(request):
                raise MalformedJson
            return await handle(request)

        return handle_body


class PageRoute(APIRoute):
    """Takes forms, which are no longer than other bodies."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_form(request: Request) -> Response:
            _check_announced_length(request)
            try:
                return await handle(BodyRequest(request.scope, request.receive))
            except ClientDisconnect as error:
                raise HTTPException(400) from error

        return handle_form


def _check_announced_length(request: Request) -> None:
    if int(request.headers.get("content-length", "0")) > MAX_BODY_BYTES:
        raise HTTPException(413)


async def _read_body(request: Request) -> bytes:
    """The request keeps it for FastAPI, which would take an empty one for null."""
    try:
        return await request.body()
    except ClientDisconnect:
        return b""


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


class ConditionalRoute(Route):
    """Sends an entity tag, and 304 to a caller who holds that very answer."""

    cache_headers: ClassVar[dict[str, str]] = {
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization",
    }

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handle_conditionally(request: Request) -> Response:
            response = await handle(request)
            digest = urlsafe_b64encode(sha256(response.body).digest())[:22].decode()
            headers = {"ETag": f'"{digest}"', **self.cache_headers}
            if _is_current(request, headers["ETag"]):
                return Response(status_code=304, headers=headers)
            response.headers.update(headers)
            return response

        return handle_conditionally


class SharedConditionalRoute(ConditionalRoute):
    """The same for answers that are alike for everybody."""

    cache_headers: ClassVar[dict[str, str]] = {"Cache-Control": "no-cache"}


def _is_current(request: Request, entity_tag: str) -> bool:
    held = ",".join(request.headers.getlist("if-none-match"))
    return held.strip() == "*" or entity_tag in ENTITY_TAG.findall(held)


def allowed_methods(request: Request) -> list[str]:
    """Every method that some route takes at this path; none for an unknown path."""
    methods = [
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            and (method == "GET" or not isinstance(route, Mount))  # of static files
            for route in request.app.routes
        )
    ]
    head = ["HEAD"] if "GET" in methods else []
    return [*methods, *head, "OPTIONS"]
