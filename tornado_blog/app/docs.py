"""/api/docs: Swagger UI, from this server alone and without inline script."""

from typing import ClassVar

from tornado.routing import URLSpec

from app.api import ApiHandler
from app.headers import DOCS_POLICY
from app.openapi import build_document
from app.routing import unlisted

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


class DocumentHandler(ApiHandler):
    @unlisted
    async def get(self) -> None:
        self.write(build_document(self.application))


class DocsHandler(ApiHandler):
    content_policy: ClassVar[str] = DOCS_POLICY

    @unlisted
    async def get(self) -> None:
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.write(PAGE)


routes = [
    URLSpec(r"/api/v1/openapi\.json", DocumentHandler, name="openapi"),
    URLSpec("/api/docs", DocsHandler, name="docs"),
]
