"""Parts of paths, and the header field that points to the next page."""

import re
from functools import cache
from typing import ClassVar
from urllib.parse import quote, urlencode

from flask import Flask, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from app.validation import MAX_ID, SLUG, TAG_NAME, USERNAME

Headers = dict[str, str]


class IdConverter(BaseConverter):
    # Idiom: the `int` converter of Werkzeug takes digits of every script, and zeros
    # before them; an id has one spelling. A ValidationError would send Werkzeug on to
    # the rules for other methods, and make a 405 of a path that does not exist.
    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        if int(value) > MAX_ID:
            raise NotFound
        return int(value)


class NameConverter(BaseConverter):
    """What cannot be such a name is a path that does not exist: no look-up, 404."""

    pattern: ClassVar[str]
    lengths: ClassVar[range]

    @classmethod
    def accepts(cls, value: str) -> bool:
        return len(value) in cls.lengths and bool(re.fullmatch(cls.pattern, value))

    def to_python(self, value: str) -> str:
        if not self.accepts(value):
            raise NotFound
        return value


class UsernameConverter(NameConverter):
    pattern, lengths = USERNAME, range(3, 31)


class SlugConverter(NameConverter):
    pattern, lengths = SLUG, range(1, 91)


class TagConverter(NameConverter):
    pattern, lengths = TAG_NAME, range(1, 31)


class ResetTokenConverter(NameConverter):
    pattern, lengths = "[A-Za-z0-9_-]+", range(43, 44)


def add_converters(app: Flask) -> None:
    """For rules such as `/posts/<slug:slug>`; comes before all rules that use them."""
    app.url_map.converters |= {
        "id": IdConverter,
        "username": UsernameConverter,
        "slug": SlugConverter,
        "tag": TagConverter,
        "reset_token": ResetTokenConverter,
    }
    app.url_map.merge_slashes = False  # A path has one spelling: 404, never a redirect.


FOR_MONITORS = {"/healthz", "/readyz", "/metrics"}
FOR_READERS = {"/feed.atom", "/sitemap.xml", "/robots.txt"}


def is_page(path: str) -> bool:
    """Whether people look at it: then errors are pages."""
    return not path.startswith(("/api/", "/ws/")) and path not in FOR_MONITORS


def has_session(path: str) -> bool:
    """Not what is the same for everybody, and may be kept by any cache."""
    return is_page(path) and path not in FOR_READERS and not path.startswith("/static/")


@cache
def template_of(rule: str) -> str:
    """The rule as OpenAPI writes it, and metrics and log."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def link_next_page(next_cursor: str | None) -> Headers:
    """`Link` to the next page, which keeps the other parameters of this one."""
    if next_cursor is None:
        return {}
    kept = [(k, v) for k, v in request.args.items(multi=True) if k != "cursor"]
    query = urlencode([*kept, ("cursor", next_cursor)])
    return {"Link": f'<{quote(request.path)}?{query}>; rel="next"'}
