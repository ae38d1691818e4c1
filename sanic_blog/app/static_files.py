"""Static files: for ever under an address that holds their hash, else for an hour."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from sanic import Blueprint
from sanic.response import BaseHTTPResponse

from app.request import Request

FOLDER = Path(__file__).parent / "static"
SWAGGER_UI = Path(str(files("swagger_ui") / "static"))
AN_HOUR = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"

static = Blueprint("static")
# Idiom: a folder would be searched for any path, and one with U+0000 would be an error.
FILES = {
    f"/static/{file.name}": file
    for file in (
        FOLDER / "blog.css",
        FOLDER / "blog.js",
        FOLDER / "docs.js",
        FOLDER / "favicon.svg",
        SWAGGER_UI / "favicon-32x32.png",
        SWAGGER_UI / "swagger-ui-bundle.js",
        SWAGGER_UI / "swagger-ui.css",
    )
}
for path, file in FILES.items():
    static.static(path, file, name=file.name.replace(".", "_"))


def static_url(name: str) -> str:
    """The address for a page; another one as soon as the file is another."""
    return f"/static/{name}?v={_version(FOLDER / name)}"


def _version(file: Path) -> str:
    return _hash(file, file.stat().st_mtime_ns)


@cache
def _hash(file: Path, _modified: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:16]


async def set_lifetime(request: Request, response: BaseHTTPResponse) -> None:
    # Idiom: Sanic sends "no-cache", and with HEAD the length of nothing.
    if response.status not in {200, 304}:
        return
    file = FILES[request.path]
    is_current = request.args.get("v") == _version(file)
    response.headers["Cache-Control"] = FOR_EVER if is_current else AN_HOUR
    if request.method == "HEAD" and response.status == 200:
        response.headers["Content-Length"] = str(file.stat().st_size)


static.middleware(set_lifetime, "response")
