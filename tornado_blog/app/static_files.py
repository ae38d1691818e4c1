"""Static files: for ever under an address that holds their hash, else for an hour."""

from importlib.resources import files
from pathlib import Path

from tornado.routing import URLSpec
from tornado.web import StaticFileHandler

from app.pages import SharedHandler

FOLDER = Path(__file__).parent / "static"
SWAGGER_UI = Path(str(files("swagger_ui") / "static"))
FILE_PART = "(?P<path>[^/]+)"
AN_HOUR = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"


class StaticFiles(StaticFileHandler, SharedHandler):
    # Idiom: Tornado's own handler knows hashes, tags and ranges. By default whatever is
    # in `v` makes an address good for ten years, also the hash of an older file.
    def get_cache_time(self, *_: object) -> int:
        return 0

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002 - as in Tornado
        versions = self.request.query_arguments.get("v", [])
        current = [f'"{version.decode()}"' for version in versions] == [
            self.compute_etag()
        ]
        self.set_header("Cache-Control", FOR_EVER if current else AN_HOUR)


class SwaggerUiFiles(StaticFiles):
    """Those of the package."""


routes = [
    URLSpec(f"/static/{FILE_PART}", StaticFiles, {"path": str(FOLDER)}),
    URLSpec(
        f"/static/swagger-ui/{FILE_PART}", SwaggerUiFiles, {"path": str(SWAGGER_UI)}
    ),
]
