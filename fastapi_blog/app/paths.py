"""Parts of paths, and header fields that point to other paths."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import Depends, Path, Request, Response
from pydantic import Field

from app.pagination import Item, Page
from app.validation import MAX_ID, SLUG, TAG_NAME, USERNAME, IdDigits

# What cannot be one of these is a path that does not exist: 404, without a look-up.
UsernamePath = Annotated[
    str, Path(min_length=3, max_length=30, pattern=f"^{USERNAME}$")
]
SlugPath = Annotated[str, Path(max_length=90, pattern=f"^{SLUG}$")]
TagPath = Annotated[str, Path(max_length=30, pattern=f"^{TAG_NAME}$")]
ResetTokenPath = Annotated[str, Path(pattern="^[A-Za-z0-9_-]{43}$")]
IdPath = Annotated[int, Path(), Field(ge=1, le=MAX_ID), IdDigits]


FOR_MONITORS = {"/healthz", "/readyz", "/metrics"}


def is_page(path: str) -> bool:
    """Whether people look at it: then a session counts, and errors are pages."""
    return not path.startswith(("/api/", "/ws/")) and path not in FOR_MONITORS


class LinkHeaders:
    def __init__(self, request: Request, response: Response) -> None:
        self.request = request
        self.response = response

    def created(self, operation: str, **parts: str | int) -> None:
        """Names the path at which the operation answers what was created."""
        path = self.request.app.url_path_for(operation, **parts)
        self.response.headers["Location"] = str(path)

    def next_page(self, page: Page[Item]) -> Page[Item]:
        """Names the page after this one, which keeps the other parameters."""
        if page.next_cursor:
            parameters = self.request.query_params.multi_items()
            kept = [(name, value) for name, value in parameters if name != "cursor"]
            query = urlencode([*kept, ("cursor", page.next_cursor)])
            path = quote(self.request.url.path)
            self.response.headers["Link"] = f'<{path}?{query}>; rel="next"'
        return page


async def _links(request: Request, response: Response) -> LinkHeaders:
    return LinkHeaders(request, response)


Links = Annotated[LinkHeaders, Depends(_links)]
