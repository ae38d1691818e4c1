"""What every page is made of: frame, messages, redirects, the rule for `next`."""

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, unquote

from tornado.web import HTTPError

from app.accounts.users import Caller
from app.error_pages import error_texts
from app.errors import ForgedRequest, NotAuthenticated, NotFound
from app.forms import Typed
from app.headers import PAGES_POLICY
from app.problems import STATUSES, error_headers, error_of
from app.routing import PRIVATE, SHARED, check_length, entity_tag
from app.sessions import SessionHandler
from app.validation import WHITE_SPACE, format_day, format_timestamp

TEMPLATES = Path(__file__).parent / "templates"
PAGE_NUMBER = re.compile("[1-9][0-9]{0,8}")
UNSAFE = re.compile(rf"[{WHITE_SPACE}\\\x00-\x1f\x7f-\x9f]")
XSRF_FIELD = "_xsrf"
SAFE_METHODS = {"GET", "HEAD"}
# What those who are signed in find in the navigation.
NAVIGATION = (
    ("/new", "Write"),
    ("/feed", "Following"),
    ("/drafts", "Drafts"),
    ("/todos", "To-dos"),
    ("/account", "Account"),
)


class PageHandler(SessionHandler):
    """For people; as it is, it is the address at which there is no page."""

    content_policy: ClassVar[str] = PAGES_POLICY

    def set_default_headers(self) -> None:
        super().set_default_headers()
        cache = "no-store" if self.current_user else PRIVATE
        self.set_header("Cache-Control", cache)
        self.set_header("Vary", "Cookie")
        self.set_header("Content-Type", "text/html; charset=UTF-8")
        self.set_header("Cross-Origin-Opener-Policy", "same-origin")

    # Idiom: with the setting `xsrf_cookies` Tornado would compare the cookie with the
    # form before `prepare`, of the API too, and the refusal would be a page on which
    # nobody is known. Here it is one of the things that come after the visitor.
    async def prepare(self) -> None:
        self.current_user = await self.find_visitor()
        self.set_default_headers()
        self.read_path()
        if self.request.method == "OPTIONS":
            return
        if self.request.method not in self.allowed_methods():
            raise HTTPError(405)
        if self.request.method not in SAFE_METHODS:
            self._check_form()

    def _check_form(self) -> None:
        """Raises ContentTooLarge; ForgedRequest for a form that was not made here."""
        check_length(self.request)
        # Tornado would take the proof from the address too, which histories keep.
        if XSRF_FIELD not in self.request.body_arguments:
            raise ForgedRequest
        try:
            self.check_xsrf_cookie()
        except HTTPError as error:
            raise ForgedRequest from error

    @cached_property
    def typed(self) -> Typed:
        """What was typed; files, which no form here asks for, are left aside."""
        # Idiom: `get_body_argument` would put spaces in the place of characters that
        # the schemas refuse.
        fields = self.request.body_arguments.items()
        return {name: values[-1].decode(errors="replace") for name, values in fields}

    @cached_property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(self.request.query, keep_blank_values=True))

    @property
    def page_number(self) -> int:
        """Raises NotFound: a page has no parameters that anybody types."""
        number = self.query.get("page", "1")
        if not PAGE_NUMBER.fullmatch(number):
            raise NotFound
        return int(number)

    def get_template_namespace(self) -> dict[str, Any]:
        status = self.get_status()
        return {
            **super().get_template_namespace(),
            "navigation": NAVIGATION,
            "take_messages": self.take_messages,
            "title_prefix": "Error: " if status in {409, 422} else "",
            "q": "",
            "q_error": "",
            "day": format_day,
            "timestamp": format_timestamp,
        }

    def render_refused(
        self, template: str, *, status: int = 422, **context: Any
    ) -> None:
        """A form again, with what was typed and what is wrong with it."""
        self.set_status(status)
        self.render(template, **context)

    def see_other(self, path: str, message: str = "") -> None:
        """To a page that will show the message, once."""
        if message:
            self.add_message(message)
        self.clear_header("Content-Type")
        self.redirect(path, status=303)

    def write_error(
        self,
        status_code: int,  # noqa: ARG002 - part of the interface
        **kwargs: Any,
    ) -> None:
        """Who is not signed in, or no longer, is sent to do so."""
        error = error_of(kwargs, self.allowed_methods())
        status = STATUSES[error.code]
        if status == 401:
            self.see_other(self._login_path())
            return
        self.set_status(status)
        for name, value in error_headers(error):
            self.set_header(name, value)
        self.render("error.html", **error_texts(error, status))

    def _login_path(self) -> str:
        if self.request.method not in SAFE_METHODS:
            return "/login"
        return "/login?next=" + quote(self.request.uri or "", safe="")

    def compute_etag(self) -> str | None:
        """None: a page is for one visitor, and seldom the same twice."""


class SignedInHandler(PageHandler):
    # Idiom: Tornado's `authenticated` marks one method after the other, and answers 403
    # to the form of somebody whose session has ended meanwhile.
    async def prepare(self) -> None:
        await super().prepare()
        if self.current_user is None and self.request.method != "OPTIONS":
            raise NotAuthenticated


class SharedHandler(PageHandler):
    """For what is alike for everybody: nobody is looked up. Its errors are pages."""

    async def find_visitor(self) -> Caller | None:
        return None

    async def prepare(self) -> None:
        await super().prepare()
        self.set_header("Cache-Control", SHARED)
        self.clear_header("Vary")

    def compute_etag(self) -> str | None:
        return entity_tag(self._write_buffer)


def next_path(value: str) -> str:
    """Where to go on: a path of this site, never another one that looks like it."""
    return value if _is_local(value) and _is_local(unquote(value)) else "/"


def _is_local(value: str) -> bool:
    begins_well = value.startswith("/") and not value.startswith("//")
    return begins_well and not UNSAFE.search(value)
