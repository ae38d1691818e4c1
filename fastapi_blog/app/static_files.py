"""Static files: for ever under an address that holds their hash, else for an hour."""

from functools import cache
from hashlib import sha256
from os import PathLike, stat_result
from pathlib import Path
from urllib.parse import parse_qs

from fastapi import HTTPException
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
AN_HOUR = "public, max-age=3600"
FOR_EVER = "public, max-age=31536000, immutable"


def static_url(name: str) -> str:
    """The address for a page; another one as soon as the file is another."""
    file = FOLDER / name
    return f"/static/{name}?v={_version(file, file.stat().st_mtime_ns)}"


@cache
def _version(file: Path, _modified: int) -> str:
    return sha256(file.read_bytes()).hexdigest()[:16]


class HashedStaticFiles(StaticFiles):
    # Idiom: Starlette's own sends no Cache-Control, and drops a slash at the end.
    async def get_response(self, path: str, scope: Scope) -> Response:
        if scope["path"].endswith("/"):
            raise HTTPException(404)
        return await super().get_response(path, scope)

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        versions = parse_qs(scope["query_string"].decode("latin-1")).get("v")
        current = _version(Path(full_path), stat_result.st_mtime_ns)
        response.headers["Cache-Control"] = (
            FOR_EVER if versions == [current] else AN_HOUR
        )
        return response


# The files of Swagger UI come from a package, through the same mount.
static_files = HashedStaticFiles(
    directory=FOLDER, packages=[("fastapi_offline", "static")]
)
