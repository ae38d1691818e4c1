"""Static files: for ever under an address that holds their hash, else for an hour."""

from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from posixpath import splitext
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class HashedNames(StaticFilesStorage):
    # Idiom: ManifestStaticFilesStorage reads the hashes that `collectstatic` wrote.
    # So few files are hashed while the server starts, and need no collecting.
    def url(self, name: str | None) -> str:
        path = finders.find(name) if name and not settings.DEBUG else None
        return super().url(_hashed(name, path) if name and path else name)


@cache
def _hashed(name: str, path: str) -> str:
    """Turns blog.css into blog.0123456789ab.css."""
    root, extension = splitext(name)
    version = sha256(Path(path).read_bytes()).hexdigest()[:12]
    return f"{root}.{version}{extension}"


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # it has no types
    """Knows each file by its name and by the name that holds its hash."""

    FOREVER = 31_536_000

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        # Idiom: whitenoise sends a file piece by piece; under ASGI Django would warn,
        # and read all of it first in any case.
        found = static_file.get_response(request.method, request.META)
        with found.file or BytesIO() as file:
            response = HttpResponse(file.read(), status=int(found.status))
        del response["Content-Type"]
        for name, value in found.headers:
            response[name] = value
        return response

    def add_file_to_dictionary(
        self, url: str, path: str, stat_cache: Any = None
    ) -> None:
        super().add_file_to_dictionary(url, path, stat_cache)
        hashed = self.get_static_url(url.removeprefix(self.static_prefix))
        super().add_file_to_dictionary(hashed, path, stat_cache)
