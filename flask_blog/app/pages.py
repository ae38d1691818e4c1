"""What every page is made of: frame, messages, the rule for `next`."""

import re
from typing import Any, cast
from urllib.parse import unquote

from flask import Flask, Response, make_response, redirect, render_template, request
from flask_login import current_user
from jinja2 import StrictUndefined

from app.errors import NotFound
from app.validation import WHITE_SPACE, format_day, format_timestamp

PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")
UNSAFE = re.compile(rf"[{WHITE_SPACE}\\\x00-\x1f\x7f-\x9f]")
# What those who are signed in find in the navigation.
NAVIGATION = (
    ("post_pages.create_post", "Write"),
    ("blog_pages.list_feed", "Following"),
    ("blog_pages.list_drafts", "Drafts"),
    ("todo_pages.list_todos", "To-dos"),
    ("account_pages.update_account", "Account"),
)


def add_templates(app: Flask) -> None:
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.globals["navigation"] = NAVIGATION
    environment.filters |= {"day": format_day, "timestamp": format_timestamp}


def render(
    template: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    user: Any = current_user,
    **context: Any,
) -> Response:
    frame = {
        "current_user": user,
        "title_prefix": "Error: " if status in {409, 422} else "",
        "q": "",
        "q_error": "",
    }
    response = make_response(render_template(template, **frame | context), status)
    is_private = user.is_authenticated
    response.headers["Cache-Control"] = (
        "no-store" if is_private else "private, no-cache"
    )
    response.headers.update(headers or {})
    response.vary.add("Cookie")
    return response


def see_other(location: str) -> Response:
    # Idiom: Flask's redirect brings a small document, which is no page of this site.
    response = redirect(location, 303)
    response.set_data("")
    del response.headers["Content-Type"]
    return cast("Response", response)


def parameter(name: str, default: str = "") -> str:
    """Of the query; of a repeated one the last."""
    return request.args.getlist(name)[-1] if name in request.args else default


def page_number() -> int:
    """Raises NotFound for what is not written as the number of a page."""
    text = parameter("page", "1")
    if not PAGE_NUMBER.fullmatch(text):
        raise NotFound
    return int(text)


def next_path(value: str | None) -> str:
    """Where to go on: a path of this site, never another one that looks like it."""
    if value and _is_local(value) and _is_local(unquote(value)):
        return value
    return "/"


def _is_local(value: str) -> bool:
    begins_well = value.startswith("/") and not value.startswith("//")
    return begins_well and not UNSAFE.search(value)
