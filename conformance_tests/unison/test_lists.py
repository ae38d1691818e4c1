"""A list may be read on at another server: a cursor of one is every other's."""

from itertools import chain, cycle

import pytest

from quintet_conformance.helpers import expect

ROUNDS = 2


@pytest.fixture(scope="module")
def writer(players):
    """A member whose posts, drafts and to-dos were written at all servers in turn."""
    member = players[0].site.new_member()
    for number, player in enumerate(players * ROUNDS):
        client = player.knows(member)
        for status in ("draft", "published"):
            title = f"{member.username} {number}"
            expect(client.create_post(title=title, body="x", status=status), 201)
        expect(client.create_todo(title=str(number)), 201)
    return member


@pytest.fixture(scope="module")
def discussed(players, writer):
    """The slug of a post with comments that were written at all servers in turn."""
    slug = expect(writer.create_post(title="On", body="x", status="published"), 201)[
        "slug"
    ]
    for number, player in enumerate(players * ROUNDS):
        expect(player.knows(writer).create_comment(slug, body=str(number)), 201)
    return slug


@pytest.fixture
def lists(writer, discussed, demo_member):
    """Who reads which list, and what of it."""
    return {
        "list_posts": (writer, (), {"author": writer.username}),
        "list_drafts": (writer, (), {}),
        "list_todos": (writer, (), {}),
        "list_comments": (writer, (discussed,), {}),
        "list_feed": (demo_member("ruth"), (), {}),
        "list_users": (demo_member("astrid"), (), {}),
    }


@pytest.mark.parametrize(
    "name",
    [
        "list_posts",
        "list_drafts",
        "list_todos",
        "list_comments",
        "list_feed",
        "list_users",
    ],
)
def test_the_pages_of_a_list_may_come_from_one_after_the_other(
    name, player, others, lists
):
    caller, parts, query = lists[name]

    def read(each, **page):
        return expect(getattr(each.knows(caller), name)(*parts, **query, **page), 200)

    whole = read(player, limit=100)["items"]
    pages = [read(player, limit=1)]
    readers = cycle([*others, player])
    while (cursor := pages[-1]["next_cursor"]) is not None:
        pages.append(read(next(readers), limit=1, cursor=cursor))
    assert len(whole) > len(others)
    assert list(chain.from_iterable(page["items"] for page in pages)) == whole
