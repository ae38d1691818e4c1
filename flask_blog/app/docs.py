"""/api/docs: Swagger UI, from this server alone and without inline script."""

from importlib.resources import files
from pathlib import Path

from flask import Blueprint

# Idiom: APIFlask's own page names a CDN and starts with an inline script. The assets
# come from a package instead, as the static files of this blueprint.
blueprint = Blueprint(
    "docs",
    __name__,
    static_folder=Path(str(files("flask_swagger_ui") / "dist")),
    static_url_path="/static/swagger-ui",
)
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


@blueprint.get("/api/docs")
def read_docs() -> str:
    return PAGE
