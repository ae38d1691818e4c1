"""What every page is made of: frame, messages, redirects, the rule for `next`."""

import re
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import unquote

import jinja2
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from fastapi.templating import Jinja2Templates
from pydantic import BeforeValidator

from app.csrf import CSRF_CHECKED, csrf_token
from app.routing import PageRoute
from app.sessions import Visitor
from app.static_files import static_url
from app.validation import WHITE_SPACE, format_day, format_timestamp

PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")
UNSAFE = re.compile(rf"[{WHITE_SPACE}\\\x00-\x1f\x7f-\x9f]")
# What those who are signed in find in the navigation.
NAVIGATION = (
    ("/new", "Write"),
    ("/feed", "Following"),
    ("/drafts", "Drafts"),
    ("/todos", "To-dos"),
    ("/account", "Account"),
)

templates = Jinja2Templates(
    env=jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=jinja2.select_autoescape(),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
)
templates.env.globals |= {"static_url": static_url, "navigation": NAVIGATION}
templates.env.filters |= {"day": format_day, "timestamp": format_timestamp}


class Page:
    """A request for a page: who makes it, and how it is answered."""

    def __init__(self, request: Request, caller: Visitor) -> None:
        self.request = request
        self.session = request.session  # once looked at, it adds Cookie to Vary
        self.caller = caller

    def render(
        self,
        template: str,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **context: Any,
    ) -> Response:
        frame = {
            "caller": self.caller,
            "path": self.request.scope["path"],
            "csrf_token": lambda: csrf_token(self.request),
            "take_messages": lambda: self.session.pop("messages", []),
            "title_prefix": "Error: " if status in {409, 422} else "",
            "q": "",
            "q_error": "",
        }
        return templates.TemplateResponse(
            self.request,
            template,
            frame | context,
            status_code=status,
            headers=self._cache_headers() | (headers or {}),
        )

    def redirect(self, path: str, message: str = "") -> Response:
        """To a page that will show the message, once."""
        if message:
            waiting = self.session.get("messages", [])
            self.session["messages"] = [*waiting, message]
        return RedirectResponse(path, 303, self._cache_headers())

    def _cache_headers(self) -> dict[str, str]:
        return {"Cache-Control": "no-store" if self.caller else "private, no-cache"}


def next_path(value: str) -> str:
    """Where to go on: a path of this site, never another one that looks like it."""
    return value if _is_local(value) and _is_local(unquote(value)) else "/"


def _is_local(value: str) -> bool:
    begins_well = value.startswith("/") and not value.startswith("//")
    return begins_well and not UNSAFE.search(value)


def _parse_page_number(value: object) -> int:
    if isinstance(value, str) and PAGE_NUMBER.fullmatch(value):
        return int(value)
    raise ValueError(value)


PageDep = Annotated[Page, Depends()]
Next = Annotated[str, Query(alias="next")]
PageNumber = Annotated[int, BeforeValidator(_parse_page_number), Query(alias="page")]


def page_router() -> APIRouter:
    """For handlers that answer with pages, and take forms that were made here."""
    return APIRouter(
        route_class=PageRoute, dependencies=[CSRF_CHECKED], include_in_schema=False
    )
