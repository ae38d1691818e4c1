"""Cookies: which are set, how they are kept from others, and what a bad one does."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.site import Site
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.cookies import OWN_HOST, Cookie, Jar
from quintet_conformance.web.people import Blog, SignedIn

Json = Any

FORTNIGHT = 14 * 24 * 3600
BAD_VALUES: dict[str, Callable[[str], str]] = {
    "empty": lambda value: "",
    "half": lambda value: value[: len(value) // 2],
    "first-left-out": lambda value: value[1:],
    "one-letter-more": lambda value: f"{value}x",
    "one-letter-changed": lambda value: _changed(value, len(value) // 3),
    "another-letter-changed": lambda value: _changed(value, len(value) // 2),
    "letters": lambda value: names.word(len(value)),
    "digits": lambda value: "1",
    "very-long": lambda value: value + "x" * 3000,
    "percent": lambda value: "%00%ff%",
    "punctuation": lambda value: "..:|!,{}[]()<>@?=/",
    "quoted": lambda value: f'"{value}',
    "base64": lambda value: "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "pickle": lambda value: "gASVGgAAAAAAAACMBXBvc2l4lIwGc3lzdGVtlJOUjAJpZJSFlFKULg==",
}
BAD_FIELDS = (
    "",
    ";",
    "=",
    ";;=;",
    "a",
    "a=b; a=c",
    "=x",
    "\x7f=1",
    "ü=ö",
    ", ,",
    "$a=1",
)
PAGES = ("/", "/tags/{tag}", "/authors/{author}", "/posts/{slug}", "/no-such-page")
FILES = ("/feed.atom", "/sitemap.xml", "/robots.txt", "/static/blog.css")


def _changed(value: str, place: int) -> str:
    letter = "B" if value[place : place + 1] == "A" else "A"
    return value[:place] + letter + value[place + 1 :]


def set_at_sign_in(browser: Browser, person: SignedIn) -> list[Cookie]:
    typed = {"username": person.username, "password": person.member.password}
    return browser.fill("/login", **typed).cookies


def needed(browser: Browser) -> set[str]:
    """Name the cookies without which nobody is signed in."""
    return {
        name
        for name in browser.jar.values
        if not _without(browser, name).open("/").is_signed_in
    }


def _without(browser: Browser, name: str) -> Browser:
    copied = browser.copy()
    copied.jar.values.pop(name)
    return copied


@pytest.mark.requirement("SESS-07")
def test_the_cookies_of_a_session_are_kept_from_others(visitor: Browser) -> None:
    """The flags are checked by the browser; over http nothing is called secure."""
    typed = {"username": names.username(), "email": names.email()}
    cookies = visitor.fill("/register", **typed, password=names.PASSWORD).cookies
    kept = [cookie for cookie in cookies if not cookie.is_removal]
    assert kept
    if not visitor.is_secure:
        assert not any(cookie.name.startswith(OWN_HOST) for cookie in kept)
        assert not any("secure" in cookie.attributes for cookie in kept)


@pytest.mark.requirement("SESS-08")
def test_a_session_lasts_fourteen_days_at_most(
    visitor: Browser, author: SignedIn
) -> None:
    cookies = set_at_sign_in(visitor, author)
    wanted = needed(visitor)
    assert wanted
    lasting = {cookie.name: cookie.seconds for cookie in cookies}
    for name in wanted & lasting.keys():
        seconds = lasting[name]
        assert seconds is None or seconds <= FORTNIGHT


@pytest.mark.requirement("SESS-07", "SESS-02", "SESS-03", "HEAD-05", "CSRF-01")
def test_over_https_cookies_are_secure(
    secure_blog: Blog, short_lived: Site, permanent_post: Json
) -> None:
    """The browser would drop a `__Host-` cookie that breaks its rules."""
    browser = secure_blog.sign_in(short_lived.new_member())
    assert all(name.startswith(OWN_HOST) for name in browser.jar.values)
    assert needed(browser)
    assert browser.open("/drafts").is_signed_in
    path = f"/posts/{permanent_post['slug']}"
    assert browser.fill(path, f"{path}/like").location == path
    copied = browser.copy()
    browser.fill("/", "/logout")
    assert not copied.open("/").is_signed_in


@pytest.mark.requirement("SESS-09")
@pytest.mark.parametrize("kind", BAD_VALUES)
def test_a_bad_cookie_is_anonymous(author: SignedIn, kind: str) -> None:
    spoiled = {
        name: BAD_VALUES[kind](value) for name, value in author.jar.values.items()
    }
    browser = author.copy()
    browser.jar = Jar(spoiled)
    assert not browser.open("/").is_signed_in
    browser.jar = Jar(spoiled)
    assert browser.get("/drafts").status in {302, 303}
    browser.jar = Jar(spoiled)
    browser.open("/login").form("/login")


@pytest.mark.requirement("SESS-09")
@pytest.mark.parametrize("field", BAD_FIELDS)
def test_a_malformed_field_of_cookies_is_anonymous(
    visitor: Browser, field: str
) -> None:
    for path in ("/", "/login"):
        headers = {"Cookie": field}
        answer = visitor.request("GET", path, headers=headers, server_may_refuse=True)
        assert answer.status in {200, 400}
        assert answer.status == 400 or not answer.is_signed_in


@pytest.mark.requirement("SESS-09", "WEB-21")
def test_the_api_is_served_whatever_the_cookies(author: SignedIn) -> None:
    for kind, spoil in BAD_VALUES.items():
        browser = author.copy()
        browser.jar = Jar(
            {name: spoil(each) for name, each in author.jar.values.items()}
        )
        assert browser.api().list_posts(limit=1).status_code == 200, kind


@pytest.mark.requirement("WEB-21")
def test_pages_without_a_form_set_no_cookie(
    new_visitor: Callable[[], Browser], site: Site, author: SignedIn
) -> None:
    tag = names.tag()
    post = site.new_post(author.member, tags=[tag])
    things = {"tag": tag, "author": author.username, "slug": post["slug"]}
    for path in (*PAGES, *FILES):
        answer = new_visitor().get(path.format(**things))
        assert not answer.cookies, path


@pytest.mark.requirement("WEB-21", "CSRF-01")
def test_a_visitor_is_given_what_the_form_needs_once(visitor: Browser) -> None:
    visitor.open("/login")
    before = dict(visitor.jar.values)
    visitor.open("/")
    visitor.open("/login")
    assert visitor.jar.values.keys() == before.keys()
