"""Static files: for ever under an address that holds their hash, else for an hour."""

from functools import cache
from hashlib import sha256
from pathlib import Path
from posixpath import normpath
from typing import Any

from flask import Flask, Response, request

from app.errors import NotFound

FOLDER = Path(__file__).parent / "static"
AN_HOUR = 3600
A_YEAR = 31_536_000


def add_static_files(app: Flask) -> None:
    # Idiom: Flask sends static files itself, and asks here what is to be added to the
    # address that `url_for("static", filename=…)` makes.
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = AN_HOUR
    app.url_defaults(_add_version)
    app.before_request(_refuse_other_spellings)
    app.after_request(_keep_for_ever)


def _refuse_other_spellings() -> None:
    """Of a path, which Werkzeug would tidy up."""
    if request.endpoint == "static" and normpath(request.path) != request.path:
        raise NotFound


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    """Another one as soon as the file is another."""
    if endpoint == "static":
        values["v"] = _version(values["filename"])


def _version(name: str) -> str:
    file = FOLDER / name
    return _hash(file, file.stat().st_mtime_ns)


@cache
def _hash(file: Path, _modified: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:16]


def _keep_for_ever(response: Response) -> Response:
    if request.endpoint != "static" or response.status_code not in {200, 304}:
        return response
    name = (request.view_args or {})["filename"]
    if request.args.getlist("v") == [_version(name)]:
        response.cache_control.max_age = A_YEAR
        response.cache_control.immutable = True
        del response.headers["Expires"]
    return response
