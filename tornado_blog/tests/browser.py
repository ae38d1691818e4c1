"""A client that keeps cookies, and fills in the forms of pages."""

from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tornado.httputil import HTTPHeaders

from tests.cases import PASSWORD, Answer, BlogTestCase, Client


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
            self.fields[values["name"]] = values["value"]


class Browser(Client):
    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.cookies: dict[str, str] = {}

    async def request(
        self, method: str, path: str, *, headers: Any = None, **options: Any
    ) -> Answer:
        fields = HTTPHeaders(headers or {})
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            fields["Cookie"] = "; ".join(pairs)
        answer = await super().request(method, path, headers=fields, **options)
        self._store(answer.headers.get_list("Set-Cookie"))
        return answer

    def _store(self, fields: list[str]) -> None:
        for name, cookie in SimpleCookie("\n".join(fields)).items():
            if cookie.value:
                self.cookies[name] = cookie.coded_value
            else:
                self.cookies.pop(name, None)

    async def send(self, path: str, **fields: str) -> Answer:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.post(path, body=urlencode(fields), headers=form)

    async def fill_in(
        self, page: str, action: str | None = None, **fields: str
    ) -> Answer:
        """Opens a page and sends its form with that action, hidden fields included."""
        forms = _Forms((await self.get(page)).text).forms
        action = action or page
        return await self.send(action, **forms[action] | fields)

    async def xsrf_token(self, page: str) -> str:
        return _Forms((await self.get(page)).text).forms[page]["_xsrf"]

    async def sign_in(self, name: str = "ada", password: str = PASSWORD) -> None:
        answer = await self.fill_in("/login", username=name, password=password)
        assert answer.code == 303, answer.text


class PageTestCase(BlogTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.browser = self.another_browser()

    def another_browser(self) -> Browser:
        return Browser(self.get_http_port())


def assert_page(answer: Answer, status: int, *texts: str) -> None:
    """A page of the site, with these texts somewhere."""
    assert answer.code == status, answer.text
    assert answer.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert answer.text.count("<h1") == 1
    for text in texts:
        assert text in answer.text


def assert_redirect(answer: Answer, path: str) -> None:
    assert (answer.code, answer.headers["Location"]) == (303, path)
