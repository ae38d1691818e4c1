"""What the followers of a post are told, when, and in which order."""

import json
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect
from quintet_conformance.live.helpers import (
    created,
    delete,
    deleted,
    expect_next,
)
from quintet_conformance.live.sockets import SECOND, Live
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Together = Callable[..., list[Any]]
Bystanders = Callable[[int], list[Member]]
Attempt = Callable[[Client, str, int], httpx.Response]

BODIES = {
    "words": "Well said.",
    "several lines": "One.\n\n  Two, indented.\n",
    "markup": "<script>alert(1)</script> **bold** &amp; \"quotes\" 'and' \\n",
    "other scripts": "日本語 и кириллица, naïve café",
    "beyond the first plane": "🎻 𝄞 👩‍👩‍👧‍👦",
    "line separators": "a\u2028b\u2029c",
    "as long as it may be": "𝄞" * 5_000,
}
# What is refused to a stranger, with a comment that somebody else wrote.
REFUSED: dict[str, tuple[int, Attempt]] = {
    "an empty comment": (422, lambda it, slug, _: it.create_comment(slug, body=" ")),
    "one too long": (
        422,
        lambda it, slug, _: it.create_comment(slug, body="x" * 5_001),
    ),
    "one of nobody": (
        401,
        lambda it, slug, _: nobody(it).create_comment(slug, body="x"),
    ),
    "a deletion by another": (403, lambda it, slug, id_: it.delete_comment(slug, id_)),
    "a deletion by nobody": (
        401,
        lambda it, slug, id_: nobody(it).delete_comment(slug, id_),
    ),
    "a deletion of nothing": (404, lambda it, slug, _: it.delete_comment(slug, 2**62)),
}


def nobody(client: Client) -> Client:
    return client.without_token()


def about(event: Json) -> int:
    """Give the id of the comment that an event is about."""
    return int(event["comment"]["id"] if "comment" in event else event["id"])


@pytest.mark.requirement("LIVE-03")
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_comment_is_told_as_it_is_read(
    live: Live, commenter: Member, anonymous: Client, followed: str, body: str
) -> None:
    socket = live.follow(followed)
    comment = comment_on(followed, commenter, body)
    event = socket.take()
    assert event == created(comment)
    assert event["comment"] == anonymous.get_comment(followed, comment["id"]).json()


@pytest.mark.requirement("LIVE-03")
def test_its_author_is_told_with_their_bio(
    live: Live, member: Member, anonymous: Client, followed: str
) -> None:
    expect(member.update_account(bio="I *weave*\n<b>patterns</b>."), 200)
    socket = live.follow(followed)
    comment = comment_on(followed, member)
    event = socket.take()
    author = {"username": member.username, "bio": "I *weave*\n<b>patterns</b>."}
    assert event["comment"]["author"] == author
    assert event["comment"] == anonymous.get_comment(followed, comment["id"]).json()


@pytest.mark.requirement("LIVE-03")
def test_an_event_tells_nothing_that_is_private(
    live: Live, commenter: Member, followed: str
) -> None:
    socket = live.follow(followed)
    comment_on(followed, commenter)
    assert commenter.email not in json.dumps(socket.take())


@pytest.mark.requirement("LIVE-03", "LIVE-04")
def test_each_socket_is_told_once(
    live: Live, commenter: Member, followed_author: Member, followed: str
) -> None:
    sockets = [live.follow(followed) for _ in range(5)]
    comment = comment_on(followed, commenter)
    for socket in sockets:
        socket.expect(created(comment))
    delete(followed, commenter, comment)
    for socket in sockets:
        socket.expect(deleted(comment))
    expect_next(followed, followed_author, *sockets)


@pytest.mark.requirement("LIVE-04")
@pytest.mark.parametrize("who", ["commenter", "followed_author", "editor", "admin"])
def test_a_deletion_is_told_whoever_made_it(
    request: pytest.FixtureRequest,
    live: Live,
    commenter: Member,
    followed: str,
    who: str,
) -> None:
    client: Client = request.getfixturevalue(who)
    socket = live.follow(followed)
    comment = comment_on(followed, commenter)
    socket.expect(created(comment))
    delete(followed, client, comment)
    socket.expect(deleted(comment))


@pytest.mark.requirement("LIVE-06")
def test_only_what_concerns_the_post_is_told(
    live: Live, site: Site, commenter: Member, followed_author: Member, followed: str
) -> None:
    other_slug = str(site.new_post(followed_author)["slug"])
    socket, other_socket = live.follow(followed), live.follow(other_slug)
    others = comment_on(other_slug, commenter)
    other_socket.expect(created(others))
    expect_next(followed, commenter, socket)
    delete(other_slug, commenter, others)
    other_socket.expect(deleted(others))
    expect_next(followed, commenter, socket)
    expect_next(other_slug, commenter, other_socket)


@pytest.mark.requirement("LIVE-06")
def test_only_what_comes_after_the_handshake_is_told(
    live: Live, commenter: Member, followed: str
) -> None:
    earlier = [comment_on(followed, commenter) for _ in range(3)]
    delete(followed, commenter, earlier[0])
    threading.Event().wait(SECOND)  # Until then it may be on its way to a process.
    expect_next(followed, commenter, live.follow(followed))


@pytest.mark.requirement("LIVE-06")
def test_nothing_between_the_handshake_and_the_first_event_is_lost(
    live: Live, site: Site, commenter: Member, followed_author: Member
) -> None:
    for _ in range(10):
        slug = str(site.new_post(followed_author)["slug"])
        expect_next(slug, commenter, live.follow(slug))


@pytest.mark.requirement("LIVE-06")
def test_events_come_in_the_order_of_the_changes(
    live: Live, bystanders: Bystanders, followed: str
) -> None:
    socket, expected, standing = live.follow(followed), [], []
    for number in range(40):
        writer = bystanders(3)[number % 3]
        standing.append((writer, comment_on(followed, writer, f"No. {number}")))
        expected.append(created(standing[-1][1]))
        if number % 4 == 3:
            deleter, comment = standing.pop(0)
            delete(followed, deleter, comment)
            expected.append(deleted(comment))
    assert [socket.take() for _ in expected] == expected


@pytest.mark.requirement("LIVE-03", "LIVE-04", "LIVE-06")
def test_all_are_told_alike_of_what_happens_at_once(
    live: Live, bystanders: Bystanders, together: Together, followed: str
) -> None:
    sockets, writers = [live.follow(followed) for _ in range(3)], bystanders(4)

    def come_and_go(number: int) -> Json:
        comment = comment_on(followed, writers[number % 4], f"No. {number}")
        delete(followed, writers[number % 4], comment)
        return comment

    comments = together(12, come_and_go)
    told = [[socket.take() for _ in range(24)] for socket in sockets]
    assert told == [told[0]] * 3
    for comment in comments:
        its_own = [each for each in told[0] if about(each) == comment["id"]]
        assert its_own == [created(comment), deleted(comment)]


@pytest.mark.requirement("LIVE-07")
@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED)
def test_what_was_refused_is_not_told(
    live: Live,
    commenter: Member,
    bystanders: Bystanders,
    followed: str,
    refused: tuple[int, Attempt],
) -> None:
    socket = live.follow(followed)
    comment = comment_on(followed, commenter)
    socket.expect(created(comment))
    (stranger,), (status, attempt) = bystanders(1), refused
    assert attempt(stranger, followed, comment["id"]).status_code == status
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-07")
def test_a_deletion_under_another_post_is_not_told(
    live: Live, site: Site, followed_author: Member, commenter: Member, followed: str
) -> None:
    other_slug = str(site.new_post(followed_author)["slug"])
    socket, other_socket = live.follow(followed), live.follow(other_slug)
    comment = comment_on(followed, commenter)
    socket.expect(created(comment))
    response = commenter.delete_comment(other_slug, comment["id"])
    assert response.status_code == 404
    delete(followed, commenter, comment)
    response = commenter.delete_comment(followed, comment["id"])
    assert response.status_code == 404
    socket.expect(deleted(comment))
    expect_next(followed, commenter, socket)
    expect_next(other_slug, commenter, other_socket)


@pytest.mark.requirement("LIVE-07")
def test_comments_that_vanish_with_their_author_are_not_told(
    live: Live, member: Member, commenter: Member, followed: str
) -> None:
    socket = live.follow(followed)
    for _ in range(3):
        socket.expect(created(comment_on(followed, member)))
    expect(member.delete_account(current_password=member.password), 204)
    assert len(commenter.list_comments(followed).json()["items"]) == 0
    expect_next(followed, commenter, socket)


@pytest.mark.requirement("LIVE-07", "LIVE-08")
def test_comments_that_vanish_with_their_post_are_not_told(
    live: Live, commenter: Member, followed_author: Member, followed: str
) -> None:
    socket = live.follow(followed)
    for _ in range(3):
        socket.expect(created(comment_on(followed, commenter)))
    expect(followed_author.delete_post(followed), 204)
    socket.expect_closed(4404)


@pytest.mark.requirement("LIVE-07")
def test_what_a_reader_sends_is_told_to_nobody(
    live: Live, commenter: Member, followed: str
) -> None:
    listener, forger = live.follow(followed), live.follow(followed)
    comment = {"id": 1, "body": names.word(), "author": {"username": "x", "bio": ""}}
    for event in (created(comment), deleted(comment), {"type": "post.gone"}):
        forger.send(json.dumps(event))
        forger.expect({"type": "error", "code": "bad_message"})
    expect_next(followed, commenter, listener, forger)
