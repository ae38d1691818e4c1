"""Writing a post: what comes back, what is refused, and that this leaves nothing."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

OF_THE_SERVER = (
    "id",
    "slug",
    "author",
    "author_id",
    "excerpt",
    "likes_count",
    "is_liked",
    "comments_count",
    "version",
    "created_at",
    "updated_at",
    "published_at",
    "body_html",
)


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    """Writes the posts that are accepted."""
    return site.new_member()


@pytest.fixture(scope="module")
def refused_author(site: Site) -> Member:
    """Sends only what is refused, so that nothing may ever be theirs."""
    return site.new_member()


def expect_nothing_written(author: Member) -> None:
    __tracebackhide__ = True
    assert items(author.list_drafts) == []
    assert items(author.list_posts, author=author.username) == []


@pytest.mark.requirement("POST-01", "POST-09", "HTTP-01")
@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_new_post_is_answered_whole(author: Member, status: str) -> None:
    title = names.title()
    response = author.create_post(
        title=title, body="Some *text*.", tags=["b", "a"], status=status
    )
    post = expect(response, 201)
    assert post == {
        "slug": title.lower().replace(" ", "-"),
        "title": title,
        "excerpt": "Some text.",
        "status": status,
        "tags": ["a", "b"],
        "author": {"username": author.username, "bio": ""},
        "likes_count": 0,
        "is_liked": False,
        "comments_count": 0,
        "version": 1,
        "created_at": post["created_at"],
        "updated_at": post["updated_at"],
        "published_at": post["published_at"],
        "body": "Some *text*.",
        "body_html": post["body_html"],
    }
    assert (post["published_at"] is None) == (status == "draft")


@pytest.mark.requirement("POST-01", "HTTP-22")
def test_location_is_the_path_of_the_new_post(author: Member) -> None:
    response = author.create_post(
        title=names.title(), body="Text.", tags=["one", "two"]
    )
    post = expect(response, 201)
    assert response.headers["Location"] == f"/api/v1/posts/{post['slug']}"
    assert expect(author.request("GET", response.headers["Location"]), 200) == post


@pytest.mark.requirement("POST-01", "POST-12")
def test_a_post_is_an_untagged_draft_unless_said(author: Member) -> None:
    post = expect(author.create_post(title=names.title(), body="Text."), 201)
    assert (post["status"], post["published_at"], post["tags"]) == ("draft", None, [])


@pytest.mark.requirement("POST-01", "POST-26")
def test_the_author_is_the_caller(
    author: Member, other_member: Member, anonymous: Client
) -> None:
    response = author.create_post(title=names.title(), body="Text.", status="published")
    seen = expect(anonymous.get_post(expect(response, 201)["slug"]), 200)
    assert seen["author"]["username"] == author.username
    assert items(anonymous.list_posts, author=other_member.username) == []


@pytest.mark.requirement("TEXT-11", "PROB-05", "HTTP-24")
def test_all_missing_members_are_named(refused_author: Member) -> None:
    response = refused_author.create_post(json={})
    expect_errors(response, {"title": "required", "body": "required"})
    expect_nothing_written(refused_author)


@pytest.mark.requirement("POST-24", "TEXT-10", "HTTP-24")
@pytest.mark.parametrize("name", [*OF_THE_SERVER, "Title", "tag", "\U0001f600"])
def test_an_unknown_member_is_refused(refused_author: Member, name: str) -> None:
    body = {"title": names.title(), "body": "Text.", name: 1}
    expect_errors(refused_author.create_post(json=body), {name: "unknown"})
    expect_nothing_written(refused_author)


@pytest.mark.requirement("POST-09", "PROB-04", "HTTP-24")
def test_each_bad_tag_is_named(refused_author: Member) -> None:
    tags = ["ok", "not ok", "fine", "x" * 31, 7, ""]
    response = refused_author.create_post(title=names.title(), body="Text.", tags=tags)
    codes = {
        "tags.1": "format",
        "tags.3": "too_long",
        "tags.4": "type",
        "tags.5": "blank",
    }
    expect_errors(response, codes)
    expect_nothing_written(refused_author)


@pytest.mark.requirement("PROB-05", "HTTP-24")
def test_all_faults_come_in_one_answer(refused_author: Member) -> None:
    response = refused_author.create_post(
        title=" ", body=5, tags=["a", "B!"], status="gone", author="me"
    )
    expect_errors(
        response,
        {
            "title": "blank",
            "body": "type",
            "tags.1": "format",
            "status": "choice",
            "author": "unknown",
        },
    )
    expect_nothing_written(refused_author)
