"""Deleting comments: by whom, under which post, and what is left."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance.comments import comment_on, comments_of, count_of
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.site import Member, Site

Json = Any
Together = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    """The author of the posts."""
    return site.new_member()


@pytest.fixture(scope="module")
def commenter(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def stranger(bystanders: Callable[[int], list[Member]]) -> Member:
    return bystanders(1)[0]


@pytest.fixture
def slug(site: Site, author: Member) -> str:
    """The slug of a published post without comments."""
    return str(site.new_post(author)["slug"])


@pytest.mark.requirement("COMM-05")
@pytest.mark.parametrize("who", ["author", "commenter", "editor", "admin"])
def test_a_comment_is_deleted_by_those_who_may(
    request: pytest.FixtureRequest, commenter: Member, slug: str, who: str
) -> None:
    kept, gone = (comment_on(slug, commenter) for _ in range(2))
    client = request.getfixturevalue(who)
    response = client.delete_comment(slug, gone["id"])
    assert (response.status_code, response.content) == (204, b"")
    assert comments_of(slug, commenter) == [kept]
    assert count_of(slug, commenter) == 1
    expect_problem(client.get_comment(slug, gone["id"]), 404, "not_found")
    expect_problem(client.delete_comment(slug, gone["id"]), 404, "not_found")


@pytest.mark.requirement("COMM-05", "HTTP-24")
@pytest.mark.parametrize("writer", ["author", "commenter"])
def test_a_comment_is_not_deleted_by_others(
    request: pytest.FixtureRequest, stranger: Member, slug: str, writer: str
) -> None:
    comment = comment_on(slug, request.getfixturevalue(writer))
    comment_on(slug, stranger, "Mine, beside it.")
    expect_problem(stranger.delete_comment(slug, comment["id"]), 403, "forbidden")
    assert comments_of(slug, stranger)[0] == comment


@pytest.mark.requirement("COMM-05", "HTTP-24")
def test_a_commenter_does_not_delete_the_authors_comment(
    author: Member, commenter: Member, slug: str
) -> None:
    comment = comment_on(slug, author)
    comment_on(slug, commenter)
    expect_problem(commenter.delete_comment(slug, comment["id"]), 403, "forbidden")
    assert expect(commenter.get_comment(slug, comment["id"]), 200) == comment


@pytest.mark.requirement("COMM-05", "HTTP-24")
def test_the_author_of_another_post_is_one_of_the_others(
    commenter: Member, stranger: Member, site: Site, slug: str
) -> None:
    site.new_post(stranger)
    comment = comment_on(slug, commenter)
    expect_problem(stranger.delete_comment(slug, comment["id"]), 403, "forbidden")
    assert comments_of(slug, stranger) == [comment]


@pytest.mark.requirement("COMM-06")
@pytest.mark.parametrize("who", ["author", "editor", "admin"])
def test_the_comments_of_a_draft_are_read_and_deleted_by_those_who_see_it(
    request: pytest.FixtureRequest,
    author: Member,
    commenter: Member,
    slug: str,
    who: str,
) -> None:
    comments = [comment_on(slug, user) for user in (commenter, author)]
    expect(author.update_post(slug, status="draft"), 200)
    client = request.getfixturevalue(who)
    assert comments_of(slug, client) == comments
    for comment in comments:
        assert expect(client.get_comment(slug, comment["id"]), 200) == comment
    expect(client.delete_comment(slug, comments[0]["id"]), 204)
    assert comments_of(slug, client) == comments[1:]
    expect(author.update_post(slug, status="published"), 200)
    assert comments_of(slug, commenter) == comments[1:]


@pytest.mark.requirement("COMM-06", "POST-11", "HTTP-24")
def test_a_commenter_cannot_delete_under_a_draft_they_do_not_see(
    author: Member, commenter: Member, slug: str
) -> None:
    comment = comment_on(slug, commenter)
    expect(author.update_post(slug, status="draft"), 200)
    for response in (
        commenter.get_comment(slug, comment["id"]),
        commenter.delete_comment(slug, comment["id"]),
    ):
        expect_problem(response, 404, "not_found")
    assert comments_of(slug, author) == [comment]


@pytest.mark.requirement("COMM-05")
def test_of_parallel_deletions_of_a_comment_one_is_made(
    author: Member, commenter: Member, slug: str, together: Together
) -> None:
    kept, gone = (comment_on(slug, commenter) for _ in range(2))
    writers = (author, commenter)
    responses = together(
        10, lambda number: writers[number % 2].delete_comment(slug, gone["id"])
    )
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [204] + [404] * 9
    assert (comments_of(slug, author), count_of(slug, author)) == ([kept], 1)


@pytest.mark.requirement("TOKEN-14")
def test_the_id_of_a_deleted_comment_is_not_given_again(
    commenter: Member, slug: str
) -> None:
    gone = comment_on(slug, commenter)
    expect(commenter.delete_comment(slug, gone["id"]), 204)
    assert comment_on(slug, commenter)["id"] > gone["id"]
