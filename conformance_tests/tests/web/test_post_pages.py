"""A post's page: what it shows, to whom, and which forms it offers."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member, Site
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_advice, number
from quintet_conformance.web.markup import attribute
from quintet_conformance.web.people import SignedIn

Json = Any

DRAFT = "article.post .draft, article.post.draft"
EDITING = {"edit", "delete"}
JOINING = {"like", "comments"}


def offered(page: Answer, slug: str) -> set[str]:
    """Tell which links and forms of a post its page offers."""
    path = f"/posts/{slug}"
    forms = {form.action.removeprefix(f"{path}/") for form in page.forms}
    links = {link.removeprefix(f"{path}/") for link in page.links("main a[href]")}
    return (forms & {"delete", "like", "unlike", "comments"}) | (links & {"edit"})


@pytest.mark.requirement("WEB-04")
def test_a_page_shows_the_post(
    site: Site, author: SignedIn, reader: SignedIn, visitor: Browser
) -> None:
    tag = names.tag()
    body = "# Part\n\nSome *text*.\n\n```\n<b> &amp;\n```\n\n| a |\n|---|\n| b |\n"
    post = site.new_post(author.member, body=body, tags=[tag])
    expect(reader.member.like_post(post["slug"]), 204)
    comment = expect(reader.member.create_comment(post["slug"], body="So so."), 201)
    page = visitor.open(f"/posts/{post['slug']}")
    assert page.heading == post["title"]
    assert post["title"] in page.title
    article = page.one("article.post")
    assert post["body_html"].strip() in page.text
    assert page.one("article.post .body").text.strip().startswith("Part")
    targets = [attribute(each, "href") for each in article.select("a")]
    assert {f"/authors/{author.username}", f"/tags/{tag}"} <= set(targets)
    stamps = [attribute(each, "datetime")[:19] for each in article.select("time")]
    assert post["published_at"][:19] in stamps
    assert number(page, "article.post .likes") == 1
    found = page.one(f"#comments #comment-{comment['id']}")
    assert found.select(".text")[0].text.strip() == "So so."
    assert f"/authors/{reader.username}" in page.links("#comments a")


@pytest.mark.requirement("WEB-04", "WEB-16")
@pytest.mark.parametrize(
    "slug", ["no-such-post-at-all", "Ada", "a" * 91, "%00", "a%2Fb"]
)
def test_an_unknown_post_is_nothing(visitor: Browser, slug: str) -> None:
    expect_advice(visitor.get(f"/posts/{slug}"), 404)


@pytest.mark.requirement("WEB-05")
def test_a_draft_is_marked_for_those_who_see_it(
    author: SignedIn,
    editor_browser: SignedIn,
    admin_browser: SignedIn,
    draft: Json,
    post: Json,
) -> None:
    for browser in (author, editor_browser, admin_browser):
        page = browser.open(f"/posts/{draft['slug']}")
        assert page.select(DRAFT)
        assert offered(page, draft["slug"]) == EDITING
    assert not author.open(f"/posts/{post['slug']}").select(DRAFT)


@pytest.mark.requirement("WEB-05")
def test_a_draft_is_nothing_for_others(
    visitor: Browser, reader: SignedIn, draft: Json
) -> None:
    for browser in (visitor, reader):
        expect_advice(browser.get(f"/posts/{draft['slug']}"), 404)


@pytest.mark.requirement("WEB-05", "FORM-01")
@pytest.mark.parametrize(
    "form", ["edit", "delete", "like", "unlike", "comments", "comments/{id}/delete"]
)
def test_every_form_under_a_draft_is_nothing_for_others(
    author: SignedIn, reader: SignedIn, post: Json, form: str
) -> None:
    slug = post["slug"]
    comment = expect(reader.member.create_comment(slug, body="Mine."), 201)
    expect(author.member.update_post(slug, status="draft"), 200)
    before = author.member.get_post(slug).content
    path = f"/posts/{slug}/{form.format(id=comment['id'])}"
    values = {"title": "Taken", "body": "x", "tags": "", "status": "published"}
    fields = [*reader.proof(), *values.items(), ("version", "1")]
    expect_advice(reader.post(path, fields), 404)
    assert author.member.get_post(slug).content == before


@pytest.mark.requirement("WEB-05", "WEB-22")
def test_a_post_taken_back_is_gone_for_others_and_comes_back(
    author: SignedIn, visitor: Browser, post: Json
) -> None:
    path = f"/posts/{post['slug']}"
    visitor.open(path)
    answer = author.fill(f"{path}/edit", status="draft")
    assert answer.location == path
    expect_advice(visitor.get(path), 404)
    author.fill(f"{path}/edit", status="published")
    visitor.open(path)


@pytest.mark.requirement("WEB-10")
def test_visitors_are_offered_no_form_of_a_post(visitor: Browser, post: Json) -> None:
    page = visitor.open(f"/posts/{post['slug']}")
    assert not offered(page, post["slug"])
    assert not page.is_signed_in


@pytest.mark.requirement("WEB-10")
def test_a_reader_may_like_and_comment(reader: SignedIn, post: Json) -> None:
    path = f"/posts/{post['slug']}"
    assert offered(reader.open(path), post["slug"]) == JOINING
    expect(reader.member.like_post(post["slug"]), 204)
    assert offered(reader.open(path), post["slug"]) == {"unlike", "comments"}


@pytest.mark.requirement("WEB-10")
def test_author_editor_and_admin_may_edit_and_delete(
    author: SignedIn, editor_browser: SignedIn, admin_browser: SignedIn, post: Json
) -> None:
    for browser in (author, editor_browser, admin_browser):
        page = browser.open(f"/posts/{post['slug']}")
        assert offered(page, post["slug"]) == EDITING | JOINING


@pytest.mark.requirement("WEB-10", "FORM-01", "WEB-17")
@pytest.mark.parametrize("form", ["edit", "delete"])
def test_others_may_not_change_or_delete_a_post(
    author: SignedIn, reader: SignedIn, post: Json, form: str
) -> None:
    path = f"/posts/{post['slug']}/{form}"
    values = {"title": "Taken", "body": "x", "tags": "", "status": "published"}
    fields = [*reader.proof(), *values.items(), ("version", "1")]
    expect_advice(reader.post(path, fields), 403)
    if form == "edit":
        expect_advice(reader.get(path), 403)
    now = expect(author.member.get_post(post["slug"]), 200)
    assert (now["title"], now["version"]) == (post["title"], 1)


@pytest.mark.requirement("WEB-10", "SESS-06")
def test_editor_and_admin_change_and_delete_through_pages(
    editor_browser: SignedIn,
    admin_browser: SignedIn,
    author: SignedIn,
    new_post: Callable[..., Json],
) -> None:
    for browser in (editor_browser, admin_browser):
        slug = new_post(author.member)["slug"]
        title = names.title()
        browser.fill(f"/posts/{slug}/edit", title=title)
        assert expect(author.member.get_post(slug), 200)["title"] == title
        path = f"/posts/{slug}"
        assert browser.fill(path, f"{path}/delete").location == "/"
        expect(author.member.get_post(slug), 404)


@pytest.mark.requirement("SESS-06", "WEB-10")
def test_a_role_counts_from_the_next_request_on(
    writer: SignedIn, member: Member, administrator: Any, post: Json
) -> None:
    path = f"/posts/{post['slug']}/edit"
    expect_advice(writer.get(path), 403)
    administrator.set_role(member.username, "editor")
    writer.open(path)
    administrator.set_role(member.username, "member")
    expect_advice(writer.get(path), 403)
