"""One answer to a browser, with what the browser knew when it asked."""

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

import httpx
from turbohtml import Document

from quintet_conformance.contract import media_type
from quintet_conformance.web.cookies import Cookie
from quintet_conformance.web.forms import Form, forms_of
from quintet_conformance.web.markup import parse

CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


@dataclass(frozen=True)
class Visit:
    """A response, the hosts that are the site's own, and what was typed."""

    response: httpx.Response
    own_hosts: frozenset[str]
    is_secure: bool = False
    had_cookies: bool = False
    secrets: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        return self.response.request.method

    @property
    def status(self) -> int:
        return self.response.status_code

    @cached_property
    def target(self) -> str:
        return self.response.request.url.raw_path.decode("ascii")

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def is_page(self) -> bool:
        """Tell whether somebody looks at it; what a redirect holds nobody sees."""
        is_redirect = 300 <= self.status < 400
        return media_type(self.response) == "text/html" and not is_redirect

    @cached_property
    def cookies(self) -> list[Cookie]:
        return [
            Cookie.read(field) for field in self.response.headers.get_list("Set-Cookie")
        ]

    @cached_property
    def text(self) -> str:
        return self.response.content.decode("utf-8")

    @cached_property
    def document(self) -> Document:
        return parse(self.text)

    @cached_property
    def forms(self) -> list[Form]:
        return forms_of(self.document, self.path)

    @cached_property
    def has_controls(self) -> bool:
        """Tell whether the request held what no HTML can show."""
        sent = self.response.request.content.decode("latin-1") + self.target
        return CONTROLS.search(unquote(sent)) is not None

    @property
    def is_signed_in(self) -> bool:
        return any(form.action == "/logout" for form in self.forms)
