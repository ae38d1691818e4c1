"""/api/docs: Swagger UI, from this server alone and without inline script."""

from importlib.resources import files
from pathlib import Path
from typing import ClassVar

from tornado.routing import URLSpec
from tornado.web import StaticFileHandler

from app.handler import Handler
from app.headers import DOCS_POLICY
from app.openapi import build_document
from app.routing import unlisted

FILE_PART = "(?P<path>[^/]+)"
OWN_FILES = Path(__file__).parent / "static"
SWAGGER_UI = Path(str(files("swagger_ui") / "static"))
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quintet blog API</title>
<link rel="stylesheet" href="/static/swagger-ui/swagger-ui.css">
<link rel="icon" href="/static/swagger-ui/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/static/swagger-ui/swagger-ui-bundle.js"></script>
<script src="/static/docs.js"></script>
</body>
</html>
"""


class DocumentHandler(Handler):
    @unlisted
    async def get(self) -> None:
        self.write(build_document(self.application))


class DocsHandler(Handler):
    content_policy: ClassVar[str] = DOCS_POLICY

    @unlisted
    async def get(self) -> None:
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.write(PAGE)


class StaticFiles(StaticFileHandler, Handler):
    """Tornado's own handler, with the header fields and refusals of ours."""

    @unlisted
    async def get(self, path: str, include_body: bool = True) -> None:  # noqa: FBT001, FBT002 - as in Tornado
        await super().get(path, include_body)


class SwaggerUiFiles(StaticFiles):
    """Those of the package."""


routes = [
    URLSpec(r"/api/v1/openapi\.json", DocumentHandler, name="openapi"),
    URLSpec("/api/docs", DocsHandler, name="docs"),
    URLSpec(f"/static/{FILE_PART}", StaticFiles, {"path": OWN_FILES}, name="static"),
    URLSpec(
        f"/static/swagger-ui/{FILE_PART}",
        SwaggerUiFiles,
        {"path": SWAGGER_UI},
        name="swagger-ui",
    ),
]
