"""/api/docs: Swagger UI, from this server alone and without inline script."""

from sanic import Blueprint
from sanic.response import HTTPResponse, html, json

from app.request import Request

# Idiom: sanic-ext's own page loads its assets from another host and starts them inline.
# Here they come from a package, see static_files.py.
docs = Blueprint("docs")
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quintet blog API</title>
<link rel="stylesheet" href="/static/swagger-ui.css">
<link rel="icon" href="/static/favicon-32x32.png">
</head>
<body>
<div id="docs"></div>
<script src="/static/swagger-ui-bundle.js"></script>
<script src="/static/docs.js"></script>
</body>
</html>
"""


@docs.get("/api/v1/openapi.json")
async def read_openapi(request: Request) -> HTTPResponse:
    return json(request.app.ctx.document)


@docs.get("/api/docs")
async def read_docs(_request: Request) -> HTTPResponse:
    return html(PAGE)
