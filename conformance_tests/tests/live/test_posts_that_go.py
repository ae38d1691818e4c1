"""The sockets of a post that is taken back or deleted, and of one that only changes."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect
from quintet_conformance.live.handshake import PATIENCE
from quintet_conformance.live.helpers import expect_next
from quintet_conformance.live.sockets import Live
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.web.people import SignedIn

Json = Any
End = Callable[[Client, str], Json]

GONE = 4404
ENDS: dict[str, End] = {
    "taken back": lambda client, slug: expect(
        client.update_post(slug, status="draft"), 200
    ),
    "taken back and changed": lambda client, slug: expect(
        client.update_post(slug, title="Anew", tags=[], status="draft"), 200
    ),
    "deleted": lambda client, slug: expect(client.delete_post(slug), 204),
}
CHANGES: dict[str, Json] = {
    "title": {"title": "Quite another title"},
    "text": {"body": "Quite *another* text."},
    "tags": {"tags": ["quite", "other"]},
    "no tags": {"tags": []},
    "published as it is": {"status": "published"},
    "nothing": {},
}
each_end = pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)


@pytest.mark.requirement("LIVE-08")
@each_end
def test_the_sockets_of_a_post_that_goes_are_closed_and_no_others(
    live: Live, site: Site, followed_author: Member, followed: str, end: End
) -> None:
    other_slug = str(site.new_post(followed_author)["slug"])
    sockets, other = [live.follow(followed) for _ in range(3)], live.follow(other_slug)
    end(followed_author, followed)
    for socket in sockets:
        socket.expect_closed(GONE)
    live.follow(followed).expect_closed(GONE, PATIENCE)
    expect_next(other_slug, followed_author, other)


@pytest.mark.requirement("LIVE-08")
@pytest.mark.parametrize("who", ["editor", "admin"])
@each_end
def test_whoever_takes_it_away(
    request: pytest.FixtureRequest, live: Live, followed: str, who: str, end: End
) -> None:
    client: Client = request.getfixturevalue(who)
    socket = live.follow(followed)
    end(client, followed)
    socket.expect_closed(GONE)


@pytest.mark.requirement("LIVE-08")
def test_the_sockets_of_all_posts_of_a_deleted_account_are_closed(
    live: Live, site: Site, member: Member, commenter: Member, followed: str
) -> None:
    slugs = [str(site.new_post(member)["slug"]) for _ in range(3)]
    site.new_post(member, status="draft")
    sockets, others = [live.follow(each) for each in slugs], live.follow(followed)
    comment_on(followed, member)
    others.take()
    expect(member.delete_account(current_password=member.password), 204)
    for socket in sockets:
        socket.expect_closed(GONE)
    expect_next(followed, commenter, others)


@pytest.mark.requirement("LIVE-08", "LIVE-01")
def test_a_post_that_is_published_again_is_followed_again(
    live: Live, followed_author: Member, commenter: Member, followed: str
) -> None:
    socket = live.follow(followed)
    expect(followed_author.update_post(followed, status="draft"), 200)
    expect(followed_author.update_post(followed, status="published"), 200)
    socket.expect_closed(GONE)
    expect_next(followed, commenter, live.follow(followed))


@pytest.mark.requirement("LIVE-08", "WEB-22")
@pytest.mark.parametrize("form", ["edit", "delete"])
def test_a_page_takes_a_post_away_as_well(
    live: Live, author: SignedIn, post: Json, form: str
) -> None:
    path = f"/posts/{post['slug']}"
    socket = live.follow(post["slug"])
    page = f"{path}/edit" if form == "edit" else path
    values = {"status": "draft"} if form == "edit" else {}
    assert author.fill(page, f"{path}/{form}", **values).status in {302, 303}
    socket.expect_closed(GONE)


@pytest.mark.requirement("LIVE-08", "WEB-22")
def test_a_page_deletes_an_account_with_its_posts_as_well(
    live: Live, site: Site, writer: SignedIn
) -> None:
    socket = live.follow(site.new_post(writer.member)["slug"])
    password = {"current_password": writer.member.password}
    answer = writer.fill("/account", "/account/delete", **password)
    assert answer.status in {302, 303}
    socket.expect_closed(GONE)


@pytest.mark.requirement("LIVE-08")
def test_an_account_that_stays_takes_nothing_away(
    live: Live, site: Site, member: Member, commenter: Member
) -> None:
    slug = str(site.new_post(member)["slug"])
    socket = live.follow(slug)
    response = member.delete_account(current_password="not this one")
    assert response.status_code == 422
    expect_next(slug, commenter, socket)


@pytest.mark.requirement("LIVE-08")
def test_a_refused_deletion_takes_nothing_away(
    live: Live, commenter: Member, followed: str
) -> None:
    socket = live.follow(followed)
    for response in (
        commenter.update_post(followed, status="draft"),
        commenter.delete_post(followed),
    ):
        assert response.status_code == 403
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-08")
def test_a_stale_change_takes_nothing_away(
    live: Live, followed_author: Member, commenter: Member, followed: str
) -> None:
    socket = live.follow(followed)
    stale = followed_author.update_post(followed, status="draft", version=7)
    assert stale.status_code == 409
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-09")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_closes_nothing_and_is_not_told(
    live: Live, followed_author: Member, commenter: Member, followed: str, change: Json
) -> None:
    socket = live.follow(followed)
    expect(followed_author.update_post(followed, **change), 200)
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-09")
def test_likes_are_not_told(live: Live, commenter: Member, followed: str) -> None:
    socket = live.follow(followed)
    expect(commenter.like_post(followed), 204)
    expect(commenter.unlike_post(followed), 204)
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-09", "WEB-22")
def test_a_change_by_page_closes_nothing(
    live: Live, author: SignedIn, commenter: Member, post: Json
) -> None:
    path = f"/posts/{post['slug']}/edit"
    socket = live.follow(post["slug"])
    changes = {"title": "Another", "body": "Other.", "tags": "other"}
    assert author.fill(path, **changes).status in {302, 303}
    expect_next(post["slug"], commenter, socket)
