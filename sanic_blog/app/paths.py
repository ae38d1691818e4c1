"""Parts of paths, and header fields that point to other paths."""

import re
from functools import cache
from typing import Any
from urllib.parse import quote, unquote, urlencode

from sanic_routing.route import Route

from app.pagination import Item, Page
from app.request import App, Request
from app.validation import ID, MAX_ID, SLUG, TAG_NAME, USERNAME

TOKEN = "[A-Za-z0-9_-]{43}"  # noqa: S105 - the form of one
PARAMETER = re.compile("<([a-z_]+)(:[^>]*)?>")
FOR_MONITORS = {"/healthz", "/readyz", "/metrics"}
# What OpenAPI has to say of each type of part.
PARTS: dict[str, dict[str, Any]] = {
    "id": {"type": "integer", "minimum": 1, "maximum": MAX_ID},
    "username": {
        "type": "string",
        "minLength": 3,
        "maxLength": 30,
        "pattern": f"^{USERNAME}$",
    },
    "slug": {"type": "string", "maxLength": 90, "pattern": f"^{SLUG}$"},
    "tag": {"type": "string", "maxLength": 30, "pattern": f"^{TAG_NAME}$"},
    "token": {"type": "string", "maxLength": 43, "pattern": f"^{TOKEN}$"},
}


def is_page(path: str) -> bool:
    """Whether people look at it: then a session counts, and errors are pages."""
    return not path.startswith(("/api/", "/ws/")) and path not in FOR_MONITORS


# Idiom: the types `int`, `slug` and `str` of Sanic take -1, capitals and escapes. What
# these refuse with ValueError is a path that does not exist: 404, without a look-up.
def read_id(part: str) -> int:
    text = unquote(part)
    if not ID.fullmatch(text) or int(text) > MAX_ID:
        raise ValueError(part)
    return int(text)


def read_username(part: str) -> str:
    return _read_name(part, "username")


def read_slug(part: str) -> str:
    return _read_name(part, "slug")


def read_tag(part: str) -> str:
    return _read_name(part, "tag")


def read_token(part: str) -> str:
    return _read_name(part, "token")


def _read_name(part: str, kind: str) -> str:
    text, rules = unquote(part), PARTS[kind]
    well_formed = re.fullmatch(rules["pattern"][1:-1], text)
    if not well_formed or not (
        rules.get("minLength", 1) <= len(text) <= rules["maxLength"]
    ):
        raise ValueError(part)
    return text


def add_patterns(app: App) -> None:
    """For paths such as `/posts/<slug:slug>`; comes before all routes that use them."""
    app.router.register_pattern("id", read_id, ID)
    app.router.register_pattern("username", read_username, USERNAME)
    app.router.register_pattern("slug", read_slug, SLUG)
    app.router.register_pattern("tag", read_tag, TAG_NAME)
    app.router.register_pattern("token", read_token, TOKEN)


def template_of(route: Route) -> str:
    """The route as OpenAPI writes it, and metrics and log."""
    return _template(route.path)


@cache
def _template(path: str) -> str:
    return "/" + PARAMETER.sub(r"{\1}", path)


def link_created(request: Request, view: str, **parts: str | int) -> None:
    """Names the path at which the view answers what was created."""
    request.ctx.headers["Location"] = request.app.url_for(view, **parts)


def link_next_page(request: Request, page: Page[Item]) -> Page[Item]:
    """Names the page after this one, which keeps the other parameters."""
    if page.next_cursor:
        parameters = request.get_query_args(keep_blank_values=True)
        kept = [(name, value) for name, value in parameters if name != "cursor"]
        query = urlencode([*kept, ("cursor", page.next_cursor)])
        path = quote(unquote(request.path))
        request.ctx.headers["Link"] = f'<{path}?{query}>; rel="next"'
    return page
