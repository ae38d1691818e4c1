"""JSON in, JSON out: what is taken for a body, and how answers are written."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

PARAMETER = re.compile(r'\s*charset="?utf-8"?\s*', re.IGNORECASE)


class CompactJSONRenderer(BaseRenderer):
    # Idiom: JSONRenderer does nearly this, but escapes U+2028 and U+2029.
    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if data is None:
            return b""
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


class StrictJSONParser(JSONParser):
    """RFC 8259 alone; what is nested too deep is refused like what is malformed."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError from error


class MergePatchParser(StrictJSONParser):
    media_type = "application/merge-patch+json"


class JSONOnly(BaseContentNegotiation):
    """Never looks at `Accept`; takes a body by its exact media type, in UTF-8."""

    def select_parser(
        self, request: Request, parsers: Iterable[BaseParser]
    ) -> BaseParser | None:
        essence, *parameters = request.content_type.split(";")
        utf_8 = all(PARAMETER.fullmatch(parameter) for parameter in parameters)
        if not utf_8 or "HTTP_CONTENT_ENCODING" in request.META:
            return None
        wanted = essence.strip().lower()
        return next((each for each in parsers if each.media_type == wanted), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type
