"""What views do beyond REST framework's own: methods, bodies, entity tags."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import reverse
from django.utils.http import parse_etags
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.viewsets import ViewSetMixin

from common.errors import (
    MalformedJson,
    MethodNotAllowed,
    UnsupportedMediaType,
)
from common.negotiation import MergePatchParser, StrictJSONParser

if TYPE_CHECKING:
    from accounts.models import User

PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
SHARED = {"Cache-Control": "no-cache"}


class ApiView(GenericAPIView[Any]):
    """A path: which methods it takes is told to anybody, before anything else."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(self.allowed_methods)
        if request.method != "OPTIONS":
            super().initial(request, *args, **kwargs)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        allowed = {"Allow": ", ".join(self.allowed_methods)}
        response = HttpResponse(status=204, headers=allowed)
        del response["Content-Type"]
        return response

    @property
    def default_response_headers(self) -> dict[str, str]:
        return {}


class OpenView(ApiView):
    """Beside the contract: looks at no token, and is in no OpenAPI document."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None


class ApiViewSet(ViewSetMixin, ApiView):
    """Some operations, each by its name in the specification: see `urls.py`."""

    conditional: ClassVar[Mapping[str, Mapping[str, str]]] = {}

    def get_parsers(self) -> list[Any]:
        request: Any = self.request  # None while the operation is documented
        patches = request and request.method == "PATCH"
        return [StrictJSONParser(), *([MergePatchParser()] if patches else [])]

    def get_body(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        """The body's members, checked."""
        self._check_body(self.request)
        return self._checked(serializer_class, self.request.data)

    def _check_body(self, request: Request) -> None:
        """Raises what is wrong with a body as such, whatever it says."""
        parsers = self.get_parsers()
        if self.get_content_negotiator().select_parser(request, parsers) is None:
            accepted = [parser.media_type for parser in parsers]
            raise UnsupportedMediaType(accepted if request.method == "PATCH" else ())
        # Idiom: REST framework takes an empty body for an empty object.
        if not request.body:
            raise MalformedJson

    def get_query(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        """The query's parameters, checked; lists need them to find their page."""
        self.query = self._checked(serializer_class, self.request.query_params.dict())
        return self.query

    def _checked(
        self, serializer_class: type[Serializer[Any]], data: Any
    ) -> dict[str, Any]:
        serializer = serializer_class(data=data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        checked: dict[str, Any] = serializer.validated_data
        return checked

    @property
    def caller(self) -> "User":
        """Who is signed in, where the permissions let nobody else through."""
        return cast("User", self.request.user)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        headers = self.conditional.get(self.action or "")
        if headers and response.status_code == 200:
            tag = partial(with_entity_tag, request, headers)
            response.add_post_render_callback(tag)
        return response


def created(data: BaseSerializer[Any], location: str, *parts: Any) -> Response:
    return Response(
        data.data, status=201, headers={"Location": reverse(location, args=parts)}
    )


# Idiom: Django's ConditionalGetMiddleware does this for all answers, but not for HEAD.
def with_entity_tag(
    request: HttpRequest | Request,
    headers: Mapping[str, str],
    response: HttpResponse,
) -> HttpResponse:
    """Sends an entity tag, and 304 to a caller who holds that very answer."""
    digest = urlsafe_b64encode(sha256(response.content).digest())[:22].decode()
    tag = f'"{digest}"'
    held = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in held or tag in (each.removeprefix("W/") for each in held):
        return HttpResponseNotModified(headers={**headers, "ETag": tag})
    for name, value in (("ETag", tag), *headers.items()):
        response[name] = value
    return response
