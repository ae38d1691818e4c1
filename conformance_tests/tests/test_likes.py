"""Liking and unliking, one by one."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_conflict, expect_problem, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
NewPost = Callable[..., Json]
NewPrivilegedMember = Callable[[str], Member]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def reader(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def other_reader(site: Site) -> Member:
    return site.new_member()


@pytest.fixture
def slug(site: Site, author: Member) -> str:
    """The slug of a published post that nobody likes yet."""
    return str(site.new_post(author)["slug"])


def like_of(reader: Client, slug: str) -> tuple[int, bool]:
    """Give the count and the caller's own like as the post shows them."""
    post = expect(reader.get_post(slug), 200)
    return post["likes_count"], post["is_liked"]


def expect_done(response: httpx.Response) -> None:
    __tracebackhide__ = True
    assert (response.status_code, response.content) == (204, b"")


@pytest.mark.requirement("LIKE-01", "LIKE-05")
def test_a_like_counts_once_however_often(
    reader: Member, anonymous: Client, slug: str
) -> None:
    assert like_of(reader, slug) == (0, False)
    for _ in range(3):
        expect_done(reader.like_post(slug))
        assert like_of(reader, slug) == (1, True)
        assert like_of(anonymous, slug) == (1, False)


@pytest.mark.requirement("LIKE-01", "LIKE-05")
def test_a_like_is_taken_back_once_however_often(
    reader: Member, other_reader: Member, slug: str
) -> None:
    for user in (reader, other_reader):
        expect_done(user.like_post(slug))
    for _ in range(3):
        expect_done(reader.unlike_post(slug))
        assert like_of(reader, slug) == (1, False)
        assert like_of(other_reader, slug) == (1, True)


@pytest.mark.requirement("LIKE-01")
def test_unliking_what_was_never_liked_changes_nothing(
    reader: Member, other_reader: Member, slug: str
) -> None:
    expect_done(other_reader.like_post(slug))
    expect_done(reader.unlike_post(slug))
    assert like_of(other_reader, slug) == (1, True)


@pytest.mark.requirement("LIKE-01")
def test_a_like_can_come_again(reader: Member, slug: str) -> None:
    for _ in range(2):
        expect_done(reader.like_post(slug))
        assert like_of(reader, slug) == (1, True)
        expect_done(reader.unlike_post(slug))
        assert like_of(reader, slug) == (0, False)


@pytest.mark.requirement("LIKE-01", "LIKE-05")
def test_a_like_is_of_one_post(
    member: Member, author: Member, new_post: NewPost
) -> None:
    first, second = (new_post(author)["slug"] for _ in range(2))
    expect_done(member.like_post(first))
    expect_done(member.like_post(second))
    expect_done(member.unlike_post(first))
    assert (like_of(member, first), like_of(member, second)) == ((0, False), (1, True))
    found = items(member.list_posts, liked_by=member.username)
    assert [(post["slug"], post["is_liked"]) for post in found] == [(second, True)]


@pytest.mark.requirement("LIKE-03", "LIKE-05")
def test_authors_may_like_their_own_posts(author: Member, slug: str) -> None:
    expect_done(author.like_post(slug))
    assert like_of(author, slug) == (1, True)
    expect_done(author.unlike_post(slug))
    assert like_of(author, slug) == (0, False)


@pytest.mark.requirement("LIKE-05")
def test_the_like_of_another_is_not_the_callers(
    author: Member, reader: Member, other_reader: Member, slug: str
) -> None:
    expect_done(reader.like_post(slug))
    assert like_of(other_reader, slug) == (1, False)
    assert like_of(author, slug) == (1, False)
    assert like_of(reader, slug) == (1, True)


@pytest.mark.requirement("LIKE-05", "POST-16")
def test_the_answer_to_a_change_tells_the_callers_like(
    author: Member, slug: str
) -> None:
    expect_done(author.like_post(slug))
    for title in ("Changed", "Changed"):
        changed = expect(author.update_post(slug, title=title), 200)
        assert (changed["likes_count"], changed["is_liked"]) == (1, True)


@pytest.mark.requirement("LIKE-05", "POST-14")
def test_an_editors_change_tells_the_editors_like(
    author: Member, editor: Member, slug: str
) -> None:
    expect_done(author.like_post(slug))
    changed = expect(editor.update_post(slug, title="Edited"), 200)
    assert (changed["likes_count"], changed["is_liked"]) == (1, False)


@pytest.mark.requirement("LIKE-04", "HTTP-24")
@pytest.mark.parametrize("reader", ["author", "editor", "admin"])
def test_a_draft_cannot_be_liked_by_those_who_see_it(
    author: Member, request: pytest.FixtureRequest, slug: str, reader: str
) -> None:
    client = author if reader == "author" else request.getfixturevalue(reader)
    expect(author.update_post(slug, status="draft"), 200)
    expect_conflict(client.like_post(slug), {"status": "state"})
    expect(author.update_post(slug, status="published"), 200)
    assert like_of(client, slug) == (0, False)


@pytest.mark.requirement("LIKE-04", "HTTP-24")
def test_a_draft_that_is_liked_already_is_still_a_conflict(
    author: Member, slug: str
) -> None:
    expect_done(author.like_post(slug))
    expect(author.update_post(slug, status="draft"), 200)
    expect_conflict(author.like_post(slug), {"status": "state"})
    expect(author.update_post(slug, status="published"), 200)
    assert like_of(author, slug) == (1, True)


@pytest.mark.requirement("LIKE-04")
@pytest.mark.parametrize("reader", ["author", "editor"])
def test_a_like_of_a_draft_can_be_taken_back(
    author: Member, request: pytest.FixtureRequest, slug: str, reader: str
) -> None:
    client = author if reader == "author" else request.getfixturevalue(reader)
    expect_done(client.like_post(slug))
    expect(author.update_post(slug, status="draft"), 200)
    for _ in range(2):
        expect_done(client.unlike_post(slug))
    expect(author.update_post(slug, status="published"), 200)
    assert like_of(client, slug) == (0, False)


@pytest.mark.requirement("LIKE-01")
@pytest.mark.parametrize("operation", ["like_post", "unlike_post"])
def test_a_post_that_is_not_there_cannot_be_liked(
    reader: Member, operation: str
) -> None:
    response = getattr(reader, operation)(names.word())
    expect_problem(response, 404, "not_found")
