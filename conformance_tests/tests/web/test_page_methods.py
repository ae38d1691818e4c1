"""Which methods a page takes, how HEAD is answered, and what may be stored."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_advice, expect_page
from quintet_conformance.web.people import SignedIn

Json = Any

KNOWN = (
    *("/login", "/register", "/password-reset", "/new", "/drafts", "/feed", "/todos"),
    *("/account", "/feed.atom", "/sitemap.xml", "/robots.txt"),
)
POSTED = (
    *("/logout", "/account/password", "/account/delete", "/todos/1", "/todos/1/toggle"),
    *("/todos/1/delete", "/todos/clear-completed", "/authors/{author}/follow"),
    *("/authors/{author}/unfollow", "/posts/{slug}/delete", "/posts/{slug}/like"),
    *(
        "/posts/{slug}/unlike",
        "/posts/{slug}/comments",
        "/posts/{slug}/comments/1/delete",
    ),
)
READ = ("/", "/drafts", "/feed", "/posts/{slug}", "/tags/{tag}", "/authors/{author}")


def allowed(answer: Any) -> set[str]:
    return {each.strip() for each in answer.headers["Allow"].split(",")}


@pytest.mark.requirement("WEB-17")
@pytest.mark.parametrize("path", POSTED)
def test_a_form_alone_cannot_be_read(
    author: SignedIn, place: Callable[[str], str], path: str
) -> None:
    answer = expect_advice(author.get(place(path)), 405)
    assert "POST" in allowed(answer)
    assert not {"GET", "HEAD"} & allowed(answer)
    head = author.request("HEAD", place(path))
    assert head.status == 405
    assert allowed(head) == allowed(answer)


@pytest.mark.requirement("WEB-17")
@pytest.mark.parametrize("path", READ)
def test_a_page_alone_takes_no_form(
    author: SignedIn, place: Callable[[str], str], path: str
) -> None:
    answer = expect_advice(author.post(place(path), author.proof()), 405)
    assert {"GET", "HEAD"} <= allowed(answer)
    assert "POST" not in allowed(answer)


@pytest.mark.requirement("WEB-17", "CSRF-02")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/new", "/logout", "/posts/{slug}", "/todos"])
def test_other_methods_are_refused(
    author: SignedIn, place: Callable[[str], str], method: str, path: str
) -> None:
    answer = author.request(method, place(path))
    assert answer.status in {400, 403, 405}
    if answer.status == 405:
        assert method not in allowed(answer)
    author.open(place("/posts/{slug}"))


@pytest.mark.requirement("WEB-18")
@pytest.mark.parametrize("who", ["visitor", "author"])
def test_head_is_answered_like_get(
    request: pytest.FixtureRequest, place: Callable[[str], str], who: str
) -> None:
    browser: Browser = request.getfixturevalue(who)
    paths = [place(path) for path in (*KNOWN, *READ, "/nothing", "/?page=0")]
    own = {"date", "x-request-id", "set-cookie", "content-length", "etag"}
    for path in paths:
        answers = [browser.request(method, path) for method in ("GET", "HEAD")]
        found = [
            {name: text for name, text in each.headers.items() if name not in own}
            for each in answers
        ]
        assert answers[0].status == answers[1].status, path
        assert found[0] == found[1], path


@pytest.mark.requirement("WEB-19")
def test_pages_of_the_signed_in_are_never_stored(
    author: SignedIn, visitor: Browser, place: Callable[[str], str]
) -> None:
    for path in (*READ, "/new", "/account", "/todos", "/nothing", "/?page=0"):
        answer = author.get(place(path))
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.is_signed_in, path
    for path in ("/", "/login", "/posts/{slug}", "/nothing"):
        expect_page(answer := visitor.get(place(path)), answer.status)
        assert "no-store" not in answer.headers["Cache-Control"]
