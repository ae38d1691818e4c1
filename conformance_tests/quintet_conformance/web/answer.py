"""An answer as a test looks at it."""

from urllib.parse import urljoin, urlsplit

import httpx
from turbohtml import Element

from quintet_conformance.web.answer_rules import REDIRECTS
from quintet_conformance.web.forms import Form, FormError
from quintet_conformance.web.markup import attribute, words
from quintet_conformance.web.visit import Visit


class UnexpectedAnswerError(AssertionError):
    """An answer is another than the test goes on with."""


class Answer(Visit):
    """What came back, as a test looks at it."""

    @property
    def headers(self) -> httpx.Headers:
        return self.response.headers

    @property
    def location(self) -> str:
        """Give the path that a redirect leads to, query and fragment included."""
        __tracebackhide__ = True
        if self.status not in REDIRECTS:
            msg = f"expected a redirect, got {self.status}"
            raise UnexpectedAnswerError(msg)
        parts = urlsplit(urljoin(self.target, self.headers["Location"]))
        return parts._replace(scheme="", netloc="").geturl()

    @property
    def title(self) -> str:
        return words(self.document.select_one("title"))

    @property
    def heading(self) -> str:
        return words(self.document.select_one("main h1"))

    @property
    def success(self) -> str:
        """The message of success that is shown, if there is one."""
        found = self.document.select("[role=status]")
        return " ".join(filter(None, map(words, found)))

    def select(self, selector: str) -> list[Element]:
        return self.document.select(selector)

    def one(self, selector: str) -> Element:
        __tracebackhide__ = True
        found = self.document.select(selector)
        if len(found) != 1:
            msg = f"{len(found)} elements of {self.target} are {selector!r}, not one"
            raise UnexpectedAnswerError(msg)
        return found[0]

    def shown(self, selector: str) -> str:
        return words(self.one(selector))

    def links(self, selector: str) -> list[str]:
        """List where links lead to, as a browser would tell."""
        found = [attribute(each, "href") for each in self.document.select(selector)]
        return [urljoin(self.target, each) for each in found]

    def find_form(self, action: str, method: str = "post") -> Form | None:
        same = (form for form in self.forms if form.method == method)
        return next((form for form in same if form.action == action), None)

    def form(self, action: str, method: str = "post") -> Form:
        """Find a form by the path of its action."""
        found = self.find_form(action, method)
        if found is None:
            known = sorted(f"{form.method} {form.action}" for form in self.forms)
            msg = f"no form {method} {action} on {self.target}, only {known}"
            raise FormError(msg)
        return found
