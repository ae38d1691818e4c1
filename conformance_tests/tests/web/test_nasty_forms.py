"""What no browser would send: a refusal or a page, never an error, nothing stored."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import FORM, Browser
from quintet_conformance.web.people import SignedIn

Json = Any

pytestmark = pytest.mark.requirement("FORM-01", "HTTP-15")

TITLE = "Nasty"
BODIES: dict[str, bytes] = {
    "empty": b"",
    "no-equals": b"title",
    "only-equals": b"=",
    "ampersands": b"&&&&",
    "bad-percent": b"title=%&%=%zz&%G1=1",
    "not-utf-8": b"title=%ff%fe&notes=%c3",
    "raw-bytes": b"title=\xff\xfe\x00",
    "raw-utf-8": "title=ü&ö=ä".encode(),
    "lone-surrogate": b"title=%ed%a0%80",
    "nul": b"title=%00&%00=1",
    "semicolons": b"title=a;title=b",
    "brackets": b"title[]=a&title[0]=b&title[x][y]=c",
    "json": b'{"title": "Nasty"}',
    "xml": b'<?xml version="1.0"?><title>Nasty</title>',
    "thousands-of-fields": b"&".join(b"f%d=1" % number for number in range(5000)),
    "one-field-often": b"&".join([b"title=Nasty"] * 5000),
    "long-name": b"x" * 100_000 + b"=1",
}
BOUNDARY = "----quintet"
PART = 'Content-Disposition: form-data; name="{0}"\r\n\r\n{1}\r\n'
FILE = (
    'Content-Disposition: form-data; name="{0}"; filename="a.txt"\r\n'
    "Content-Type: text/plain\r\n\r\n{1}\r\n"
)
TYPES = (
    *("application/json", "text/plain", "application/octet-stream", "text/html", "x"),
    *(f"{FORM}; charset=utf-16", f"{FORM}; charset=nonsense", f"{FORM};;", ""),
    *(
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=x",
    ),
)
TARGETS = (
    *(
        "/?page=%FF",
        "/?q=%FF",
        "/?q=%00",
        "/?q=%ED%A0%80",
        "/?page=1&page=2",
        "/?%00=1",
    ),
    *(
        "/login?next=%00",
        "/login?next=%FF",
        "/login?next=%ED%A0%80",
        "/login?next=/&next=//x",
    ),
    *("/posts/%FF", "/tags/%FF", "/authors/%FF", "/static/%FF", "/static/%00", "/%FF"),
    *("/password-reset/%FF", "/posts/a?before=x", "/?" + "a=1&" * 2000, "/?page[]=1"),
    *(
        "/todos?show=%00",
        "/todos?show=all&show=done",
        "//",
        "///evil.example",
        "/./",
        "/..;/",
    ),
)


def multipart(parts: list[str]) -> bytes:
    written = "".join(f"--{BOUNDARY}\r\n{part}" for part in parts)
    return f"{written}--{BOUNDARY}--\r\n".encode()


@pytest.fixture
def send(author: SignedIn) -> Callable[..., Answer]:
    """Send a body as the form of a to-do, whose proof comes first."""
    proof = "".join(f"{name}={value}&" for name, value in author.proof())

    def post(body: bytes, content_type: str = FORM) -> Answer:
        return author.request(
            "POST",
            "/todos",
            headers={"Content-Type": content_type},
            content=proof.encode() + body,
        )

    return post


@pytest.fixture(autouse=True)
def _served(author: SignedIn) -> Any:
    """Whatever was sent, the site goes on, and nothing strange is stored."""
    yield
    assert author.open("/drafts").is_signed_in
    for todo in expect(author.member.list_todos(limit=100), 200)["items"]:
        if todo["title"].startswith((TITLE, "a", "b", "ü")):
            expect(author.member.delete_todo(todo["id"]), 204)


@pytest.mark.parametrize("kind", BODIES)
def test_a_malformed_form_is_no_error(send: Callable[..., Answer], kind: str) -> None:
    answer = send(BODIES[kind])
    assert answer.status in {302, 303, 400, 403, 413, 415, 422}


@pytest.mark.parametrize("kind", ["empty", "no-equals", "only-equals", "nul", "json"])
def test_a_form_without_a_good_title_stores_nothing(
    send: Callable[..., Answer], author: SignedIn, kind: str
) -> None:
    before = author.member.list_todos(limit=100).content
    assert send(BODIES[kind]).status in {400, 415, 422}
    assert author.member.list_todos(limit=100).content == before


@pytest.mark.parametrize("content_type", TYPES)
def test_a_body_of_another_type_is_no_error(
    send: Callable[..., Answer], content_type: str
) -> None:
    answer = send(b"title=Nasty", content_type)
    assert answer.status in {302, 303, 400, 403, 415, 422}


@pytest.mark.parametrize("kind", ["fields", "file", "cut", "empty", "no-name"])
def test_a_body_in_parts_is_no_error(author: SignedIn, kind: str) -> None:
    proof = [PART.format(name, value) for name, value in author.proof()]
    title = {"fields": PART, "file": FILE, "cut": PART}.get(kind, "X: y\r\n\r\nz\r\n")
    body = multipart([*proof, title.format("title", TITLE)])
    if kind in {"cut", "empty"}:
        body = body[: len(body) // 2] if kind == "cut" else b""
    headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    answer = author.request("POST", "/todos", headers=headers, content=body)
    assert answer.status in {302, 303, 400, 403, 415, 422}


@pytest.mark.parametrize("target", TARGETS)
def test_a_strange_address_is_no_error(
    visitor: Browser, author: SignedIn, target: str
) -> None:
    for browser in (visitor, author):
        answer = browser.request("GET", target, server_may_refuse=True)
        assert answer.status in {200, 302, 303, 400, 404, 414, 422, 431}


@pytest.mark.parametrize("size", [1_048_577, 3_000_000])
@pytest.mark.requirement("WEB-17")
def test_a_large_body_is_refused_whatever_its_type(
    author: SignedIn, visitor: Browser, size: int
) -> None:
    for browser in (author, visitor):
        for kind in (FORM, f"multipart/form-data; boundary={BOUNDARY}", "text/plain"):
            content = b"x" * size
            headers = {"Content-Type": kind}
            answer = browser.request("POST", "/login", headers=headers, content=content)
            assert answer.status == 413


@pytest.mark.parametrize("path", ["/", "/feed.atom", "/static/blog.css", "/login"])
def test_a_body_with_get_is_ignored(visitor: Browser, path: str) -> None:
    answer = visitor.request("GET", path, content=b"title=Nasty&next=//evil.example")
    assert answer.status == 200


def test_repeated_fields_are_no_error(author: SignedIn) -> None:
    proof = author.proof()
    pairs = [*proof, *proof, ("title", TITLE), ("title", TITLE), ("due_on", "x")]
    answer = author.post("/todos", [*pairs, ("show", "all"), ("show", "//x")])
    assert answer.status in {302, 303, 400, 403, 404, 422}


def test_a_name_that_no_database_takes_is_no_error(visitor: Browser) -> None:
    for name in ("\0", "a\0b", "\ufffe", "\U0001f600" * 200, "' OR 1=1 --", "%s%n{0}"):
        answer = visitor.fill("/login", username=name, password=names.PASSWORD)
        assert answer.status == 422
