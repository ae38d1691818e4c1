"""What happens at one server is told by every other."""

from contextlib import ExitStack

import pytest

from quintet_conformance.comments import comment_on
from quintet_conformance.helpers import expect
from quintet_conformance.live.helpers import created, delete, deleted
from quintet_conformance.live.sockets import Live
from quintet_conformance.web.people import Blog

GONE = 4404


@pytest.fixture
def follow(players):
    """Open a socket of a post at each server."""
    with ExitStack() as stack:
        places = [stack.enter_context(Live(each.site.connection)) for each in players]
        yield lambda slug: [place.follow(slug) for place in places]


@pytest.fixture
def slug(player, member):
    return player.site.new_post(member)["slug"]


def expect_at_each(sockets, event):
    for socket in sockets:
        socket.expect(event)


def test_a_comment_comes_and_goes_everywhere(player, others, member, slug, follow):
    sockets = follow(slug)
    comment = comment_on(slug, player.knows(member), "First!\n\n🎻 <b>")
    expect_at_each(sockets, created(comment))
    deletion = others[0].knows(member)
    delete(slug, deletion, comment)
    expect_at_each(sockets, deleted(comment))
    expect_at_each(sockets, created(comment_on(slug, deletion)))


def test_all_tell_in_the_order_of_the_changes(player, others, member, slug, follow):
    sockets, expected = follow(slug), []
    for each in [player, *others] * 3:
        comment = comment_on(slug, each.knows(member), each.name)
        expected.append(created(comment))
    for socket in sockets:
        assert [socket.take() for _ in expected] == expected


def test_a_form_of_one_is_told_by_every_other(player, member, slug, follow):
    sockets, path = follow(slug), f"/posts/{slug}"
    connection = player.site.connection
    browser = Blog(connection, str(connection.url)).sign_in(member)
    browser.fill(path, f"{path}/comments", body="By page.")
    (comment,) = expect(member.list_comments(slug), 200)["items"]
    expect_at_each(sockets, created(comment))
    browser.fill(path, f"{path}/comments/{comment['id']}/delete")
    expect_at_each(sockets, deleted(comment))


@pytest.mark.parametrize("end", ["taken back", "deleted", "deleted with its author"])
def test_a_post_that_goes_is_gone_everywhere(player, others, follow, end):
    author = player.site.new_member()
    slug = player.site.new_post(author)["slug"]
    sockets, elsewhere = follow(slug), others[0].knows(author)
    if end == "taken back":
        expect(elsewhere.update_post(slug, status="draft"), 200)
    elif end == "deleted":
        expect(elsewhere.delete_post(slug), 204)
    else:
        expect(elsewhere.delete_account(current_password=author.password), 204)
    for socket in sockets:
        socket.expect_closed(GONE)


def test_what_only_changes_stays_open_everywhere(player, others, member, slug, follow):
    sockets = follow(slug)
    for each in others:
        expect(each.knows(member).update_post(slug, title=each.name), 200)
    expect_at_each(sockets, created(comment_on(slug, player.knows(member))))
