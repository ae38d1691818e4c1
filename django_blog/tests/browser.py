"""A browser without JavaScript: it keeps cookies and fills in forms."""

from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.conftest import PASSWORD


class _Forms(HTMLParser):
    """The forms of a page: their actions, and the fields that are filled already."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.fields = self.forms.setdefault(values["action"], {})
        elif tag == "input":
            self.fields[values["name"]] = values.get("value", "")


class Browser(Client):
    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True, raise_request_exception=False)

    def fill_in(self, page: str, action: str | None = None, **fields: str) -> Any:
        """Opens a page and sends its form with that action, hidden fields included."""
        action = action or page
        return self.post(action, self.form(page, action) | fields)

    def form(self, page: str, action: str) -> dict[str, str]:
        return _Forms(self.get(page).text).forms[action]

    def csrf_token(self, page: str) -> str:
        return self.form(page, page)["csrfmiddlewaretoken"]

    def sign_in(self, name: str = "ada", password: str = PASSWORD) -> "Browser":
        assert_redirect(self.fill_in("/login", username=name, password=password), "/")
        return self

    @property
    def is_signed_in(self) -> bool:
        page = self.get("/")
        assert page.status_code == 200
        return 'action="/logout"' in page.text


def assert_redirect(answer: Any, path: str) -> None:
    assert (answer.status_code, answer.get("Location")) == (302, path), answer.text


def assert_page(answer: Any, status: int, *texts: str) -> None:
    """A page of the site, with these texts somewhere."""
    assert answer.status_code == status, answer.text
    assert answer["Content-Type"] == "text/html; charset=utf-8"
    assert answer.text.count("<h1") == 1
    for text in texts:
        assert text in answer.text, text
