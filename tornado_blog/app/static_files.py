"""Static files: for ever under an address that holds their hash, else for an hour."""

from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from tornado.routing import URLSpec
from tornado.web import StaticFileHandler

from app.pages import SharedHandler
from app.paths import FILE_NAME_PART, FileNamePath, PathParts

FOLDER = Path(__file__).parent / "static"
SWAGGER_UI = Path(str(files("swagger_ui") / "static"))
AN_HOUR = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"


class StaticFiles(StaticFileHandler, SharedHandler):
    path_parts: ClassVar[PathParts] = {"path": FileNamePath}

    # Idiom: Tornado's own handler knows hashes, tags and ranges. By default whatever is
    # in `v` makes an address good for ten years, also the hash of an older file.
    def get_cache_time(self, *_: object) -> int:
        return 0

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - as in Tornado
        versions = self.request.query_arguments.get("v", [])
        tags = [f'"{version.decode(errors="replace")}"' for version in versions]
        is_current = tags == [self.compute_etag()]
        self.set_header("Cache-Control", FOR_EVER if is_current else AN_HOUR)


class SwaggerUiFiles(StaticFiles):
    """Those of the package."""


routes = [
    URLSpec(f"/static/{FILE_NAME_PART}", StaticFiles, {"path": str(FOLDER)}),
    URLSpec(
        f"/static/swagger-ui/{FILE_NAME_PART}",
        SwaggerUiFiles,
        {"path": str(SWAGGER_UI)},
    ),
]
