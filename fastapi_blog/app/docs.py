"""/api/docs: Swagger UI, from this server alone and without inline script."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from app.openapi import build_document

# Idiom: FastAPI's own page loads its assets from another host and starts them inline.
# Here they come from a package, through the same mount as the application's own files.
router = APIRouter(include_in_schema=False)
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Quintet blog API</title>
<link rel="stylesheet" href="/static/swagger-ui.css">
<link rel="icon" href="/static/favicon.png">
</head>
<body>
<div id="docs"></div>
<script src="/static/swagger-ui-bundle.js"></script>
<script src="/static/docs.js"></script>
</body>
</html>
"""


@router.get("/api/v1/openapi.json")
async def read_openapi(request: Request) -> JSONResponse:
    return JSONResponse(build_document(request.app))


@router.get("/api/docs")
async def read_docs() -> HTMLResponse:
    return HTMLResponse(PAGE)
