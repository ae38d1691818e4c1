"""Parts of paths, and the paths that answers point to."""

from urllib.parse import parse_qsl, quote, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls.converters import register_converter
from rest_framework.request import Request

from common.validation import ID, MAX_ID, SLUG, TAG_NAME, USERNAME

FOR_MONITORS = {"/healthz", "/readyz", "/metrics"}


# What cannot be one of these is a path that does not exist: 404, without a look-up.
class _Part:
    min_length = 1
    max_length = 90

    def to_python(self, value: str) -> str:
        if not self.min_length <= len(value) <= self.max_length:
            raise ValueError(value)
        return value

    def to_url(self, value: str) -> str:
        return value


class UsernamePart(_Part):
    regex = USERNAME
    min_length, max_length = 3, 30


class SlugPart(_Part):
    regex = SLUG


class TagPart(_Part):
    regex = TAG_NAME
    max_length = 30


class IdPart:
    regex = ID

    def to_python(self, value: str) -> int:
        if int(value) > MAX_ID:
            raise ValueError(value)
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


class AnyPart:
    """Whatever it is, line feeds included, which Django's own `path` does not take."""

    regex = "(?s:.+)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class ResetTokenPart:
    regex = "[A-Za-z0-9_-]{43}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(UsernamePart, "username")
register_converter(SlugPart, "post_slug")
register_converter(TagPart, "tag")
register_converter(IdPart, "id")
register_converter(AnyPart, "any")
register_converter(ResetTokenPart, "reset_token")


def is_page(path: str) -> bool:
    """Whether people look at it: then a session counts, and errors are pages."""
    return not path.startswith("/api/") and path not in FOR_MONITORS


def public_url(request: HttpRequest | Request) -> str:
    """From the settings or the socket, never from what the client sends as `Host`."""
    port = request.META["SERVER_PORT"]
    return settings.PUBLIC_URL or f"http://127.0.0.1:{port}"


def link_to_next_page(request: Request, next_cursor: str) -> str:
    """Keeps the other parameters of this page."""
    given = parse_qsl(request.META["QUERY_STRING"], keep_blank_values=True)
    kept = [(name, value) for name, value in given if name != "cursor"]
    query = urlencode([*kept, ("cursor", next_cursor)])
    return f'<{quote(request.path)}?{query}>; rel="next"'
