"""Every page as a document; the browser checks each, these tests open them all."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Site
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.forms import label_of
from quintet_conformance.web.markup import attribute
from quintet_conformance.web.people import SignedIn

pytestmark = pytest.mark.requirement("WEB-13", "WEB-14", "WEB-15", "WEB-20", "FEED-06")

Json = Any

FOR_ALL = (
    *("/", "/?q={word}", "/posts/{slug}", "/tags/{tag}", "/authors/{author}"),
    *("/register", "/login", "/password-reset", "/password-reset/{token}", "/nothing"),
)
FOR_USERS = (
    *(
        "/",
        "/posts/{slug}",
        "/posts/{draft}",
        "/posts/{slug}/edit",
        "/authors/{author}",
    ),
    *("/authors/{other}", "/new", "/drafts", "/feed", "/account", "/todos"),
    *("/todos?show=active", "/todos?show=completed", "/nothing"),
)


@pytest.fixture(scope="module")
def things(site: Site, author: SignedIn, reader: SignedIn) -> dict[str, str]:
    tag, word = names.tag(), names.word()
    body = (
        "# Head\n\n![A picture](https://example.com/a.png)\n\n[out](https://x.test)\n"
    )
    post = site.new_post(author.member, title=word, body=body, tags=[tag])
    draft = site.new_post(author.member, status="draft")
    expect(author.member.create_comment(post["slug"], body="One\n\ntwo"), 201)
    todo = expect(author.member.create_todo(title="x", due_on="2026-12-24"), 201)
    expect(author.member.update_todo(todo["id"], completed=True), 200)
    expect(author.member.create_todo(title="y", notes="a\nb"), 201)
    return {
        "slug": post["slug"],
        "draft": draft["slug"],
        "tag": tag,
        "word": word,
        "author": author.username,
        "other": reader.username,
        "token": names.word(43),
    }


@pytest.mark.parametrize("path", FOR_ALL)
def test_a_page_for_all_keeps_the_rules(
    visitor: Browser, things: dict[str, str], path: str
) -> None:
    answer = visitor.get(path.format(**things))
    assert answer.status == (404 if path == "/nothing" else 200)


@pytest.mark.parametrize("path", FOR_USERS)
def test_a_page_for_users_keeps_the_rules(
    author: SignedIn, things: dict[str, str], path: str
) -> None:
    answer = author.get(path.format(**things))
    assert answer.status == (404 if path == "/nothing" else 200)
    assert answer.is_signed_in


@pytest.mark.requirement("WEB-13")
def test_every_page_has_a_title_of_its_own(
    visitor: Browser, author: SignedIn, things: dict[str, str]
) -> None:
    shown = [(visitor, path) for path in FOR_ALL]
    shown += [(author, path) for path in FOR_USERS if path not in FOR_ALL]
    titles = {
        path: browser.get(path.format(**things)).title
        for browser, path in shown
        if "show=" not in path and "{token}" not in path
    }
    assert len(set(titles.values())) == len(titles), titles


@pytest.mark.requirement("WEB-14")
def test_the_frame_has_name_navigation_and_search(
    visitor: Browser, author: SignedIn
) -> None:
    for browser in (visitor, author):
        page = browser.open("/")
        for selector in ("header.site", "main#main", "footer.site"):
            page.one(selector)
        assert page.select("header.site nav, nav")
        assert page.form("/", "get").label("q")
    assert {"/login", "/register"} <= set(visitor.open("/").links("a[href]"))
    links = set(author.open("/").links("a[href]"))
    assert {"/new", "/drafts", "/feed", "/todos", "/account"} <= links


@pytest.mark.requirement("WEB-14")
def test_passwords_are_typed_unseen(visitor: Browser, author: SignedIn) -> None:
    fields = [
        (visitor.open("/login").form("/login"), "password"),
        (visitor.open("/register").form("/register"), "password"),
        (author.open("/account").form("/account/password"), "new_password"),
        (author.open("/account").form("/account/password"), "current_password"),
        (author.open("/account").form("/account/delete"), "current_password"),
        (author.open("/account").form("/account"), "current_password"),
    ]
    for form, name in fields:
        assert attribute(form.control(name), "type") == "password"
        assert label_of(form.document, form.control(name))


@pytest.mark.requirement("WEB-15")
def test_pictures_and_links_that_users_wrote_are_shown(
    visitor: Browser, things: dict[str, str]
) -> None:
    page = visitor.open(f"/posts/{things['slug']}")
    pictures = [attribute(each, "src") for each in page.select(".body img")]
    assert pictures == ["https://example.com/a.png"]
    assert page.links(".body a") == ["https://x.test"]


@pytest.mark.requirement("WEB-01", "WEB-20")
@pytest.mark.parametrize("who", ["visitor", "author"])
def test_every_link_of_a_page_leads_somewhere(
    request: pytest.FixtureRequest, things: dict[str, str], who: str
) -> None:
    """Pages of lists that others change meanwhile are left out."""
    browser: Browser = request.getfixturevalue(who)
    paths = FOR_ALL if who == "visitor" else FOR_USERS
    links = {
        link.partition("#")[0]
        for path in paths[2:]
        for link in browser.get(path.format(**things)).links('a:not([href^="#"])')
        if link.startswith("/") and not link.startswith("/api/")
    }
    broken = {link: browser.get(link).status for link in links if link}
    assert not {link: code for link, code in broken.items() if code >= 400}


@pytest.mark.requirement("WEB-13")
def test_a_page_of_mistakes_is_a_document_too(
    visitor: Browser, author: SignedIn, sign_in: Callable[..., SignedIn]
) -> None:
    assert visitor.fill("/register").status == 422
    assert visitor.fill("/login").status == 422
    assert visitor.fill("/password-reset").status == 422
    for path in ("/new", "/todos"):
        assert author.fill(path, title="").status == 422
    assert author.fill("/account", "/account/delete").status == 422
