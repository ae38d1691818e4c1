"""Parts of paths, and the paths that answers point to."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Path, Request, Response
from pydantic import Field

from app.validation import MAX_ID, SLUG, TAG_NAME, USERNAME, Digits

# What cannot be one of these is a path that does not exist: 404, without a look-up.
UsernamePath = Annotated[
    str, Path(min_length=3, max_length=30, pattern=f"^{USERNAME}$")
]
SlugPath = Annotated[str, Path(max_length=90, pattern=f"^{SLUG}$")]
TagPath = Annotated[str, Path(max_length=30, pattern=f"^{TAG_NAME}$")]
IdPath = Annotated[int, Path(), Field(ge=1, le=MAX_ID), Digits]


def path_of(request: Request, operation: str, **parts: str | int) -> str:
    return str(request.app.url_path_for(operation, **parts))


def link_next_page(
    request: Request, response: Response, next_cursor: str | None
) -> None:
    """Adds `Link` to the next page, which keeps the other parameters of this one."""
    if next_cursor is None:
        return
    kept = [(k, v) for k, v in request.query_params.multi_items() if k != "cursor"]
    query = urlencode([*kept, ("cursor", next_cursor)])
    response.headers["Link"] = f'<{quote(request.url.path)}?{query}>; rel="next"'
