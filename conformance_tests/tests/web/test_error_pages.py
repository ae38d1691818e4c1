"""A page for each refusal, in the site's frame, that tells what to do next."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_advice
from quintet_conformance.web.people import SignedIn

Json = Any

UNKNOWN = (
    "/nothing",
    "/posts",
    "/tags",
    "/authors",
    "/index.html",
    "/robots",
    "/feed.xml",
    "/static",
    "/api",
    "/todos/1/2",
    "/new/1",
    "/%00",
    "/%E2%82%AC",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"),
    "/" + "a" * 2000,
)
KNOWN = (
    *("/login", "/register", "/password-reset", "/new", "/drafts", "/feed", "/todos"),
    *("/account", "/feed.atom", "/sitemap.xml", "/robots.txt"),
)
FRAME = ("header.site", "main#main", "footer.site", 'link[rel="stylesheet"]')


@pytest.mark.requirement("WEB-16", "WEB-17")
@pytest.mark.parametrize("path", UNKNOWN)
def test_an_unknown_address_is_a_page_of_the_site(
    visitor: Browser, author: SignedIn, path: str
) -> None:
    for browser in (visitor, author):
        answer = expect_advice(browser.get(path), 404)
        assert all(answer.select(each) for each in FRAME)


@pytest.mark.requirement("WEB-16", "WEB-21")
def test_under_api_it_stays_a_problem(author: SignedIn) -> None:
    """Whatever a browser would rather have."""
    client = author.api().with_headers({"Accept": "text/html"})
    for path in ("/api/nothing", "/api/v1/nothing", "/api/v1/posts/no-such-post"):
        expect_problem(client.request("GET", path), 404, "not_found")


@pytest.mark.requirement("WEB-17", "WEB-12")
def test_an_error_page_does_not_run_what_the_address_says(visitor: Browser) -> None:
    word = names.word()
    path = f"/%22%3E%3Cimg%20id={word}%20src=x%3E?q=%3Cb%20id={word}%3E"
    assert not visitor.get(path).select(f"#{word}")


@pytest.mark.requirement("WEB-18")
@pytest.mark.parametrize("path", KNOWN)
def test_no_address_has_a_trailing_slash(author: SignedIn, path: str) -> None:
    expect_advice(author.get(f"{path}/"), 404)


@pytest.mark.requirement("WEB-18")
def test_no_address_of_a_thing_has_a_trailing_slash(
    author: SignedIn, place: Callable[[str], str]
) -> None:
    for path in (
        "/posts/{slug}/",
        "/posts/{slug}/edit/",
        "/tags/{tag}/",
        "/authors/{author}/",
    ):
        expect_advice(author.get(place(path)), 404)
    proof = author.proof()
    for path in (
        "/posts/{slug}/like/",
        "/authors/{author}/follow/",
        "/new/",
        "/logout/",
    ):
        assert author.post(place(path), proof).status in {404, 405}
    assert author.open("/drafts").is_signed_in


@pytest.mark.requirement("WEB-17", "WEB-19")
def test_forbidden_is_a_page(reader: SignedIn, post: Json) -> None:
    answer = expect_advice(reader.get(f"/posts/{post['slug']}/edit"), 403)
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.requirement("WEB-17", "CSRF-02")
def test_a_forged_form_is_a_page(reader: SignedIn) -> None:
    answer = reader.post("/todos", [("title", "Forged")])
    expect_advice(answer, answer.status)
    assert answer.status in {400, 403}


@pytest.mark.requirement("WEB-17", "FORM-10")
def test_a_conflict_is_a_page(author: SignedIn, post: Json) -> None:
    action = f"/posts/{post['slug']}/edit"
    form = author.open(action).form(action)
    expect(author.member.update_post(post["slug"], title="Meanwhile"), 200)
    expect_advice(author.submit(form, title="Late"), 409)


@pytest.mark.requirement("WEB-17", "FORM-01")
def test_too_large_a_form_is_a_page(author: SignedIn, visitor: Browser) -> None:
    for browser, path in ((author, "/new"), (visitor, "/login")):
        content = b"title=" + b"x" * 1_048_571
        expect_advice(browser.request("POST", path, content=content), 413)
    assert author.open("/drafts").is_signed_in


@pytest.mark.requirement("WEB-17", "FORM-12")
def test_too_many_attempts_are_a_page(visitor: Browser, anonymous: Client) -> None:
    client = anonymous.from_address(visitor.headers["X-Forwarded-For"])
    name = names.username()
    for _ in range(10):
        expect(client.login(username=name, password="not the right password"), 401)
    answer = visitor.fill("/login", username=name, password=names.PASSWORD)
    expect_advice(answer, 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 300
