"""What forms of pages change is told as well, and pages name the socket."""

from typing import Any

import pytest

from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect
from quintet_conformance.live.helpers import (
    created,
    deleted,
    expect_next,
)
from quintet_conformance.live.sockets import Live, path_of
from quintet_conformance.site import Member
from quintet_conformance.web.answer import Answer
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import expect_forged, expect_mistakes
from quintet_conformance.web.people import SignedIn

Json = Any

SHOWN = 50
LIVE_THREAD = ".thread[data-live]"


@pytest.fixture
def discussed(post: Json) -> str:
    """The slug of a post whose pages are used."""
    return str(post["slug"])


def page_of(slug: str) -> str:
    return f"/posts/{slug}"


def thread(page: Answer) -> dict[str, str | None]:
    """What the thread tells the script of the page."""
    element = page.one(LIVE_THREAD)
    return {
        name: element.attr(f"data-{name}") for name in ("live", "username", "moderates")
    }


@pytest.mark.requirement("LIVE-05", "WEB-22")
def test_a_comment_by_page_is_told(
    live: Live, reader: SignedIn, discussed: str
) -> None:
    socket, path = live.follow(discussed), page_of(discussed)
    answer = reader.fill(path, f"{path}/comments", body=" Quite so.\nIndeed. ")
    event = socket.take()
    (comment,) = expect(reader.member.list_comments(discussed), 200)["items"]
    assert event == created(comment)
    assert comment["body"].splitlines() == ["Quite so.", "Indeed."]
    assert answer.location == f"{path}#comment-{comment['id']}"


@pytest.mark.requirement("LIVE-05", "WEB-22")
@pytest.mark.parametrize("who", ["author", "reader", "editor_browser"])
def test_a_deletion_by_page_is_told(
    request: pytest.FixtureRequest,
    live: Live,
    reader: SignedIn,
    discussed: str,
    who: str,
) -> None:
    browser: SignedIn = request.getfixturevalue(who)
    socket, path = live.follow(discussed), page_of(discussed)
    comment = comment_on(discussed, reader.member)
    socket.expect(created(comment))
    browser.fill(path, f"{path}/comments/{comment['id']}/delete")
    socket.expect(deleted(comment))


@pytest.mark.requirement("LIVE-05", "LIVE-06", "WEB-22")
def test_pages_and_api_are_told_in_one_order(
    live: Live, reader: SignedIn, author: SignedIn, discussed: str
) -> None:
    socket, path = live.follow(discussed), page_of(discussed)
    first = comment_on(discussed, author.member)
    reader.fill(path, f"{path}/comments", body="Second.")
    author.fill(path, f"{path}/comments/{first['id']}/delete")
    third = comment_on(discussed, author.member)
    second, _ = expect(reader.member.list_comments(discussed), 200)["items"]
    expected = [created(first), created(second), deleted(first), created(third)]
    assert [socket.take() for _ in expected] == expected


@pytest.mark.requirement("LIVE-07", "FORM-01", "CSRF-02")
def test_a_form_that_is_refused_is_not_told(
    live: Live, reader: SignedIn, writer: SignedIn, discussed: str
) -> None:
    socket, path = live.follow(discussed), page_of(discussed)
    own = comment_on(discussed, reader.member)
    socket.expect(created(own))
    mistaken = reader.fill(path, f"{path}/comments", body="x" * 5_001)
    expect_mistakes(mistaken, f"{path}/comments", "body")
    expect_forged(reader.post(f"{path}/comments", [("body", "Forged.")]))
    expect_forged(reader.post(f"{path}/comments/{own['id']}/delete", []))
    deletion = f"{path}/comments/{own['id']}/delete"
    assert writer.post(deletion, writer.proof()).status == 403
    expect_next(discussed, reader.member, socket)


@pytest.mark.requirement("LIVE-01", "WEB-06")
@pytest.mark.parametrize("who", ["visitor", "reader", "author"])
def test_the_page_of_a_post_names_its_socket(
    request: pytest.FixtureRequest,
    live: Live,
    reader: SignedIn,
    discussed: str,
    who: str,
) -> None:
    browser: Browser = request.getfixturevalue(who)
    page = browser.open(page_of(discussed))
    assert thread(page)["live"] == path_of(discussed)
    expect_next(discussed, reader.member, live.follow(discussed))


@pytest.mark.requirement("LIVE-01", "WEB-10")
@pytest.mark.parametrize(
    ("who", "moderates"),
    [
        ("visitor", None),
        ("reader", None),
        ("author", ""),
        ("editor_browser", ""),
        ("admin_browser", ""),
    ],
)
def test_the_page_says_what_its_reader_may_delete(
    request: pytest.FixtureRequest, discussed: str, who: str, moderates: str | None
) -> None:
    browser: Browser = request.getfixturevalue(who)
    told = thread(browser.open(page_of(discussed)))
    assert told["username"] == getattr(browser, "username", None)
    assert told["moderates"] == moderates


@pytest.mark.requirement("LIVE-02", "WEB-05")
@pytest.mark.parametrize("who", ["author", "editor_browser"])
def test_the_page_of_a_draft_names_no_socket(
    request: pytest.FixtureRequest, draft: Json, who: str
) -> None:
    browser: SignedIn = request.getfixturevalue(who)
    page = browser.open(page_of(draft["slug"]))
    assert page.one(".thread").attr("data-live") is None


@pytest.mark.requirement("LIVE-01", "WEB-06")
def test_older_comments_name_no_socket(
    visitor: Browser, reader: SignedIn, discussed: str
) -> None:
    """What is new does not belong below them."""
    for _ in range(SHOWN + 1):
        comment_on(discussed, reader.member)
    newest = visitor.open(page_of(discussed))
    assert len(newest.select(LIVE_THREAD)) == 1
    (older,) = newest.links("#comments a[rel=prev]")
    page = visitor.open(older.partition("#")[0])
    assert page.one(".thread").attr("data-live") is None


@pytest.mark.requirement("LIVE-01", "FORM-02")
def test_a_form_that_comes_back_is_a_live_page_too(
    reader: SignedIn, discussed: str
) -> None:
    path = page_of(discussed)
    page = reader.fill(path, f"{path}/comments", body="x" * 5_001)
    assert thread(page)["live"] == path_of(discussed)


@pytest.mark.requirement("LIVE-01", "WEB-10")
def test_a_page_after_a_sign_out_names_nobody(
    writer: SignedIn, member: Member, discussed: str
) -> None:
    path = page_of(discussed)
    assert thread(writer.open(path))["username"] == member.username
    writer.fill(path, "/logout")
    assert thread(writer.open(path))["username"] is None
