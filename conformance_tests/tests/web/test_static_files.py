"""Static files: how long they are kept, and what is none."""

import pytest

from quintet_conformance.fixtures import Run
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_advice
from quintet_conformance.web.markup import attribute

FOREVER = "public, max-age=31536000, immutable"
AN_HOUR = "public, max-age=3600"
STYLESHEET = 'link[rel="stylesheet"]'
OUTSIDE = (
    "/static/../app.py",
    "/static/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%2f..%2fetc%2fpasswd",
    "/static/..%5c..%5cetc%5cpasswd",
    "/static/....//....//etc/passwd",
    "/static//etc/passwd",
    "/static/%2fetc%2fpasswd",
    "/static/%00blog.css",
    "/static/blog.css%00.txt",
    "/static/.env",
    "/static/../variant.toml",
    "/static/%2e%2e/variant.toml",
)
NOTHING = (
    "/static/nothing.css",
    "/static/blog.css/",
    "/static/blog",
    "/static/",
    "/static",
)


def files(page: Answer) -> list[str]:
    """List the addresses of the files that a page refers to."""
    found = page.links("link[rel~=stylesheet], link[rel~=icon]")
    return found + [attribute(each, "src") for each in page.select("script[src]")]


def parts(field: str) -> set[str]:
    return {part.strip().lower() for part in field.split(",")}


@pytest.mark.requirement("STAT-01")
def test_the_files_of_a_page_are_kept_for_ever(visitor: Browser) -> None:
    found = {
        address
        for path in ("/", "/login", "/nothing")
        for address in files(visitor.get(path))
    }
    assert any(".css" in address for address in found)
    for address in found:
        answer = visitor.get(address)
        assert answer.status == 200, address
        assert parts(answer.headers["Cache-Control"]) == parts(FOREVER), address


@pytest.mark.requirement("STAT-01", "STAT-02")
def test_another_hash_is_not_kept_for_ever(visitor: Browser) -> None:
    """A page of yesterday must not fix today's file under yesterday's address."""
    (address,) = visitor.open("/").links(STYLESHEET)
    hashed = max(address.replace("=", "/").replace(".", "/").split("/"), key=len)
    answer = visitor.get(address.replace(hashed, "0" * len(hashed)))
    assert answer.status in {200, 404}
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.requirement("STAT-02")
def test_without_a_hash_the_stylesheet_is_kept_an_hour(visitor: Browser) -> None:
    answer = visitor.get("/static/blog.css")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/css")
    assert parts(answer.headers["Cache-Control"]) == parts(AN_HOUR)


@pytest.mark.requirement("STAT-03")
@pytest.mark.parametrize("is_hashed", [False, True])
def test_an_unchanged_file_is_not_sent_again(
    visitor: Browser, *, is_hashed: bool
) -> None:
    (hashed,) = visitor.open("/").links(STYLESHEET)
    address = hashed if is_hashed else "/static/blog.css"
    first = visitor.get(address)
    conditions = {
        field: first.headers[validator]
        for validator, field in (
            ("ETag", "If-None-Match"),
            ("Last-Modified", "If-Modified-Since"),
        )
        if validator in first.headers
    }
    assert conditions
    for field, value in conditions.items():
        answer = visitor.request("GET", address, headers={field: value})
        assert (answer.status, answer.response.content) == (304, b"")
    if "ETag" in first.headers:
        headers = {"If-None-Match": '"another"'}
        assert visitor.request("GET", address, headers=headers).status == 200


@pytest.mark.requirement("STAT-04", "WEB-16")
@pytest.mark.parametrize("path", OUTSIDE)
def test_nothing_outside_the_folder_is_sent(visitor: Browser, path: str) -> None:
    answer = visitor.request("GET", path, server_may_refuse=True)
    assert answer.status in {400, 404}
    assert "root:" not in answer.text


@pytest.mark.requirement("STAT-04", "WEB-16")
@pytest.mark.parametrize("path", NOTHING)
def test_an_unknown_file_is_nothing(visitor: Browser, path: str) -> None:
    expect_advice(visitor.get(path), 404)


@pytest.mark.requirement("STAT-05")
def test_the_stylesheet_is_that_of_the_specification(
    run: Run, visitor: Browser
) -> None:
    expected = (run.settings.spec / "assets" / "blog.css").read_bytes()
    (hashed,) = visitor.open("/").links(STYLESHEET)
    for address in ("/static/blog.css", hashed):
        assert visitor.get(address).response.content == expected


@pytest.mark.requirement("STAT-04", "WEB-18")
def test_files_are_read_only(visitor: Browser) -> None:
    head = visitor.request("HEAD", "/static/blog.css")
    assert head.status == 200
    answer = visitor.post("/static/blog.css", visitor.proof())
    assert answer.status == 405
