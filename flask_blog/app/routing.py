"""What the routes do beyond Flask's default: bodies, parameters, entity tags."""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from hashlib import sha256
from typing import Any, NoReturn, ParamSpec

from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request, Response, make_response, request
from flask.json.provider import DefaultJSONProvider
from gunicorn.http.errors import ParseException
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from app.errors import (
    ContentTooLarge,
    Invalid,
    MalformedJson,
    UnsupportedMediaType,
)
from app.validation import field_errors

Parameters = ParamSpec("Parameters")
View = Callable[Parameters, Any]

MAX_BODY_BYTES = 1_048_576
MOST_DISCARDED = 8 * MAX_BODY_BYTES
PIECE = 65_536
MEDIA_TYPES = {
    "POST": ("application/json",),
    "PATCH": ("application/json", "application/merge-patch+json"),
}
PARAMETER = re.compile(r'\s*charset="?utf-8"?\s*', re.IGNORECASE)


class StrictAdapter(PydanticAdapter):
    # Idiom: APIFlask reads any body as JSON, whatever its type and encoding, and of a
    # fault keeps the text alone. Its registry of adapters is the place to differ.
    def validate_input(self, request: Request, location: str, **_: Any) -> BaseModel:
        if location == "json":
            data = _read_json(request)
        else:
            data = dict(request.args.items(multi=True))  # of a repeated one the last
        try:
            # From attributes: then no fault names a class of ours.
            return self.model_class.model_validate(data, from_attributes=True)
        except ValidationError as error:
            raise Invalid(*field_errors(error.errors())) from error

    def serialize_output(
        self,
        data: Any,
        many: bool = False,  # noqa: ARG002, FBT001, FBT002 - part of the interface
    ) -> Any:
        """Views return models; the JSON provider writes them at once."""
        return data

    def get_schema_name(self) -> str:
        """OpenAPI takes no brackets in the name of a component."""
        return re.sub(r"\W+", "_", self.model_class.__name__).strip("_")


registry.register("pydantic", StrictAdapter)


class JsonProvider(DefaultJSONProvider):
    # Idiom: Flask sorts members, escapes all but ASCII and ends with a line feed. An
    # application has one place for how it writes JSON: here models write themselves.
    ensure_ascii = False
    sort_keys = False

    def dumps(self, obj: Any, **options: Any) -> str:
        if isinstance(obj, BaseModel):
            return obj.model_dump_json()
        return super().dumps(obj, **{"separators": (",", ":"), **options})

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """For `jsonify` and for views that return a dict."""
        return Response(self.dumps(args[0] if args else kwargs), mimetype=self.mimetype)


def read_body() -> None:
    """Before each view that takes one, whoever asks: has it whole or refuses it."""
    # Idiom: Flask reads a body when the view asks for it. Of one that a refusal leaves
    # unread, gunicorn takes 64 KiB and closes: who still sends does not see the answer.
    if request.method not in MEDIA_TYPES or request.url_rule is None:
        return
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        body = None
    except ParseException as error:  # gunicorn's, for chunks that are none
        raise MalformedJson from error
    if body is None or len(body) > MAX_BODY_BYTES:
        _discard_rest(len(body or b""))
        raise ContentTooLarge
    if len(body) < (request.content_length or 0):
        raise MalformedJson  # The client went away.


def _discard_rest(already_read: int) -> None:
    """Stops where the body ends: WSGI lets a server wait for what is beyond."""
    length = request.content_length
    left = MOST_DISCARDED if length is None else length - already_read
    if left > MOST_DISCARDED:
        return
    stream = request.environ["wsgi.input"]
    with suppress(ParseException, OSError):
        while left > 0 and (piece := stream.read(min(left, PIECE))):
            left -= len(piece)


def _read_json(request: Request) -> Any:
    """JSON as RFC 8259 defines it."""
    _check_media_type(request)
    try:
        return json.loads(request.get_data().decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedJson from error


def _check_media_type(request: Request) -> None:
    accepted = MEDIA_TYPES[request.method]
    essence, *parameters = request.headers.get("Content-Type", "").split(";")
    well_formed = all(PARAMETER.fullmatch(parameter) for parameter in parameters)
    if (
        essence.strip().lower() not in accepted
        or not well_formed
        or "Content-Encoding" in request.headers
    ):
        raise UnsupportedMediaType(accepted if request.method == "PATCH" else ())


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def conditional(
    *, shared: bool = False
) -> Callable[[View[Parameters]], Callable[Parameters, Response]]:
    """Sends an entity tag, and 304 to a caller who holds that very answer."""
    headers = {"Cache-Control": "no-cache"}
    if not shared:
        headers = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}

    def decorate(view: View[Parameters]) -> Callable[Parameters, Response]:
        @wraps(view)
        def conditional_view(
            *args: Parameters.args, **kwargs: Parameters.kwargs
        ) -> Response:
            response = make_response(view(*args, **kwargs))
            entity_tag = _entity_tag(response.get_data())
            # Idiom: `make_conditional` does this in one call, but would also answer
            # If-Match with 412 and add a second Date to the server's.
            if _is_held(entity_tag):
                response = Response(status=304)
            response.set_etag(entity_tag)
            response.headers.update(headers)
            return response

        return conditional_view

    return decorate


def _is_held(entity_tag: str) -> bool:
    """By the caller, as If-None-Match says, of which Werkzeug would miss no quotes."""
    quoted = f'"{entity_tag}"' in request.headers.get("If-None-Match", "")
    held = request.if_none_match
    return held.star_tag or (quoted and held.contains_weak(entity_tag))


def _entity_tag(body: bytes) -> str:
    return urlsafe_b64encode(sha256(body).digest())[:22].decode()
