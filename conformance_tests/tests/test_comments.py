"""Comments: written, read and deleted by whom, under which post."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.comments import comment_on, comments_of, count_of
from quintet_conformance.helpers import (
    expect,
    expect_conflict,
    expect_errors,
    expect_problem,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Together = Callable[..., list[Any]]

MARKUP = (
    "<script>alert(1)</script> **bold** &amp; <b>b</b>\n\n# Title\n[a](javascript:x)\n"
    "'; DROP TABLE comments; --"
)


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    """The author of the posts."""
    return site.new_member()


@pytest.fixture(scope="module")
def commenter(site: Site) -> Member:
    return site.new_member()


@pytest.fixture
def slug(site: Site, author: Member) -> str:
    """The slug of a published post without comments."""
    return str(site.new_post(author)["slug"])


@pytest.mark.requirement("COMM-01", "HTTP-22")
def test_a_new_comment_is_answered_whole_with_its_path(
    commenter: Member, anonymous: Client, slug: str
) -> None:
    response = commenter.create_comment(slug, body=" Well said. ")
    comment = expect(response, 201)
    assert comment == {
        "id": comment["id"],
        "body": "Well said.",
        "author": {"username": commenter.username, "bio": ""},
        "created_at": comment["created_at"],
    }
    path = f"/api/v1/posts/{slug}/comments/{comment['id']}"
    assert response.headers["Location"] == path
    assert expect(anonymous.request("GET", path), 200) == comment


@pytest.mark.requirement("COMM-01", "PAGE-08")
def test_comments_are_counted_and_listed_oldest_first(
    author: Member, commenter: Member, anonymous: Client, slug: str
) -> None:
    assert (comments_of(slug, anonymous), count_of(slug, anonymous)) == ([], 0)
    made = [
        comment_on(slug, user, f"Number {number}.")
        for number, user in enumerate((commenter, author, commenter))
    ]
    assert comments_of(slug, anonymous) == made
    assert count_of(slug, anonymous) == 3
    [listed] = [
        post
        for post in expect(anonymous.list_posts(author=author.username), 200)["items"]
        if post["slug"] == slug
    ]
    assert listed["comments_count"] == 3


@pytest.mark.requirement("COMM-01")
def test_the_same_comment_may_be_made_twice(commenter: Member, slug: str) -> None:
    first, second = (comment_on(slug, commenter, "Again.") for _ in range(2))
    assert first["id"] < second["id"]
    assert comments_of(slug, commenter) == [first, second]


@pytest.mark.requirement("COMM-02")
def test_markup_comes_back_as_it_was_sent(
    commenter: Member, anonymous: Client, slug: str
) -> None:
    comment = comment_on(slug, commenter, MARKUP)
    assert comment["body"] == MARKUP
    assert expect(anonymous.get_comment(slug, comment["id"]), 200) == comment
    assert comments_of(slug, anonymous) == [comment]


@pytest.mark.requirement("COMM-01", "TEXT-10", "HTTP-24")
@pytest.mark.parametrize("name", ["id", "author", "created_at", "post", "Body"])
def test_an_unknown_member_is_refused(commenter: Member, slug: str, name: str) -> None:
    response = commenter.create_comment(slug, json={"body": "Text.", name: 1})
    expect_errors(response, {name: "unknown"})
    assert comments_of(slug, commenter) == []


@pytest.mark.requirement("COMM-01")
def test_without_a_post_there_are_no_comments(member: Member) -> None:
    slug = names.word()
    for response in (
        member.create_comment(slug, body="Text."),
        member.list_comments(slug),
        member.get_comment(slug, 1),
        member.delete_comment(slug, 1),
    ):
        expect_problem(response, 404, "not_found")


@pytest.mark.requirement("COMM-03", "HTTP-24")
@pytest.mark.parametrize("reader", ["author", "editor", "admin"])
def test_a_draft_cannot_be_commented_by_those_who_see_it(
    author: Member, request: pytest.FixtureRequest, slug: str, reader: str
) -> None:
    client = author if reader == "author" else request.getfixturevalue(reader)
    expect(author.update_post(slug, status="draft"), 200)
    expect_conflict(client.create_comment(slug, body="Hm."), {"status": "state"})
    assert comments_of(slug, author) == []
    expect(author.update_post(slug, status="published"), 200)
    assert count_of(slug, author) == 0


@pytest.mark.requirement("COMM-04", "HTTP-24")
@pytest.mark.parametrize("operation", ["get_comment", "delete_comment"])
def test_the_comment_of_another_post_is_404(
    author: Member, site: Site, slug: str, operation: str
) -> None:
    other_slug = site.new_post(author)["slug"]
    comment = comment_on(slug, author)
    comment_on(other_slug, author)
    response = getattr(author, operation)(other_slug, comment["id"])
    expect_problem(response, 404, "not_found")
    assert comments_of(slug, author) == [comment]


@pytest.mark.requirement("COMM-01")
def test_parallel_comments_are_all_kept_and_counted(
    author: Member, commenter: Member, slug: str, together: Together
) -> None:
    writers = (author, commenter)
    made = [
        expect(response, 201)
        for response in together(
            25,
            lambda number: writers[number % 2].create_comment(
                slug, body=f"No. {number}"
            ),
        )
    ]
    assert [comment["body"] for comment in made] == [f"No. {n}" for n in range(25)]
    listed = expect(author.list_comments(slug, limit=100), 200)["items"]
    assert listed == sorted(made, key=lambda comment: int(comment["id"]))
    assert count_of(slug, author) == 25
