"""Deleting a post with all that is under it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
NewPost = Callable[..., Json]
NewPrivilegedMember = Callable[[str], Member]
Together = Callable[..., list[Any]]


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def reader(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def crowd(site: Site) -> list[Member]:
    """Users that comment and like while a post is deleted."""
    return [site.new_member() for _ in range(4)]


def slugs(posts: list[Json]) -> list[str]:
    return [post["slug"] for post in posts]


@pytest.mark.requirement("POST-20", "POST-14")
@pytest.mark.parametrize("status", ["draft", "published"])
def test_an_author_deletes_a_post(
    member: Member, anonymous: Client, new_post: NewPost, status: str
) -> None:
    kept, slug = new_post(member), new_post(member, status=status)["slug"]
    response = member.delete_post(slug)
    assert (response.status_code, response.content) == (204, b"")
    for caller in (member, anonymous):
        expect_problem(caller.get_post(slug), 404, "not_found")
    assert items(member.list_drafts) == []
    assert slugs(items(anonymous.list_posts, author=member.username)) == [kept["slug"]]


@pytest.mark.requirement("POST-14")
@pytest.mark.parametrize("status", ["draft", "published"])
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_and_admins_delete_any_post(
    author: Member,
    new_privileged_member: NewPrivilegedMember,
    new_post: NewPost,
    role: str,
    status: str,
) -> None:
    slug = new_post(author, status=status)["slug"]
    expect(new_privileged_member(role).delete_post(slug), 204)
    expect_problem(author.get_post(slug), 404, "not_found")


@pytest.mark.requirement("POST-14", "HTTP-24")
def test_others_may_not_delete_a_post(
    author: Member, reader: Member, new_post: NewPost
) -> None:
    post = new_post(author, tags=["a"])
    expect_problem(reader.delete_post(post["slug"]), 403, "forbidden")
    assert expect(author.get_post(post["slug"]), 200) == post


@pytest.mark.requirement("POST-14", "POST-11", "HTTP-24")
def test_for_others_a_draft_is_not_there_to_delete(
    author: Member, reader: Member, new_post: NewPost
) -> None:
    draft = new_post(author, status="draft")
    expect_problem(reader.delete_post(draft["slug"]), 404, "not_found")
    assert expect(author.get_post(draft["slug"]), 200) == draft


@pytest.mark.requirement("POST-20")
@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("get_post", {}),
        ("update_post", {"title": "Back"}),
        ("delete_post", {}),
        ("like_post", {}),
        ("unlike_post", {}),
        ("list_comments", {}),
        ("create_comment", {"body": "Too late."}),
    ],
)
def test_under_a_deleted_post_there_is_nothing(
    author: Member, new_post: NewPost, operation: str, body: Json
) -> None:
    slug = new_post(author)["slug"]
    expect(author.like_post(slug), 204)
    expect(author.delete_post(slug), 204)
    response = getattr(author, operation)(slug, **body)
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("POST-20", "COMM-04")
@pytest.mark.parametrize("operation", ["get_comment", "delete_comment"])
def test_a_comment_goes_with_its_post(
    author: Member, reader: Member, new_post: NewPost, operation: str
) -> None:
    slug = new_post(author)["slug"]
    comment = expect(reader.create_comment(slug, body="Nice."), 201)
    expect(author.delete_post(slug), 204)
    response = getattr(reader, operation)(slug, comment["id"])
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("POST-20", "TAG-02")
def test_a_deleted_post_leaves_lists_and_counts(
    member: Member, other_member: Member, anonymous: Client, new_post: NewPost
) -> None:
    common, own = names.tag(), names.tag()
    new_post(other_member, tags=[common])
    slug = new_post(member, tags=[common, own])["slug"]
    expect(other_member.follow(member.username), 204)
    expect(other_member.like_post(slug), 204)
    expect(member.delete_post(slug), 204)
    assert items(anonymous.list_posts, author=member.username) == []
    assert items(anonymous.list_posts, tag=own) == []
    assert items(anonymous.list_posts, liked_by=other_member.username) == []
    assert items(other_member.list_feed) == []
    assert expect(anonymous.get_tag(common), 200)["posts_count"] == 1
    expect_problem(anonymous.get_tag(own), 404, "not_found")


@pytest.mark.requirement("POST-20")
def test_a_new_post_under_a_freed_slug_has_nothing_of_the_old_one(
    author: Member, reader: Member, new_post: NewPost
) -> None:
    title = names.title()
    slug = new_post(author, title=title, tags=["old"])["slug"]
    expect(author.update_post(slug, body="Changed."), 200)
    for user in (author, reader):
        expect(user.like_post(slug), 204)
    comment = expect(author.create_comment(slug, body="On the old one."), 201)
    expect(author.delete_post(slug), 204)
    post = new_post(reader, title=title)
    assert post["slug"] == slug
    assert (post["version"], post["tags"]) == (1, [])
    for caller in (author, reader):
        assert expect(caller.get_post(slug), 200) == post
        assert (post["likes_count"], post["comments_count"]) == (0, 0)
        assert expect(caller.list_comments(slug), 200)["items"] == []
        expect_problem(caller.get_comment(slug, comment["id"]), 404, "not_found")
    expect_problem(author.delete_post(slug), 403, "forbidden")


@pytest.mark.requirement("POST-20")
def test_of_parallel_deletions_one_is_made(
    author: Member, new_post: NewPost, together: Together
) -> None:
    slug = new_post(author, tags=["a", "b"])["slug"]
    expect(author.like_post(slug), 204)
    expect(author.create_comment(slug, body="Nice."), 201)
    responses = together(10, lambda _: author.delete_post(slug))
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [204] + [404] * 9


@pytest.mark.requirement("POST-20", "POST-14")
def test_a_change_that_loses_to_the_deletion_is_404(
    author: Member, new_post: NewPost, together: Together
) -> None:
    for _ in range(3):
        slug = new_post(author, tags=["old"])["slug"]

        def act(number: int, slug: str = slug) -> httpx.Response:
            if number == 10:
                return author.delete_post(slug)
            return author.update_post(
                slug, title=f"Title {number}", tags=[f"t{number}"]
            )

        *changes, deletion = together(11, act)
        expect(deletion, 204)
        assert {response.status_code for response in changes} <= {200, 404}
        expect_problem(author.get_post(slug), 404, "not_found")


@pytest.mark.requirement("COMM-07", "POST-20", "HTTP-15")
@pytest.mark.parametrize("operation", ["create_comment", "like_post", "unlike_post"])
def test_what_loses_to_the_deletion_of_its_post_is_404(
    author: Member,
    crowd: list[Member],
    new_post: NewPost,
    together: Together,
    operation: str,
) -> None:
    success = 201 if operation == "create_comment" else 204
    body = {"body": "In time?"} if operation == "create_comment" else {}
    for _ in range(3):
        title = names.title()
        slug = new_post(author, title=title)["slug"]

        def act(number: int, slug: str = slug) -> httpx.Response:
            if number == 10:
                return author.delete_post(slug)
            user = crowd[number % len(crowd)]
            response: httpx.Response = getattr(user, operation)(slug, **body)
            return response

        responses = together(20, act)
        deletion = responses.pop(10)
        expect(deletion, 204)
        assert {response.status_code for response in responses} <= {success, 404}
        expect_nothing_left(author, crowd, new_post(author, title=title), slug)


def expect_nothing_left(
    author: Member, users: list[Member], successor: Json, slug: str
) -> None:
    """Expect that the next post under the slug has nothing of the deleted one."""
    __tracebackhide__ = True
    assert successor["slug"] == slug
    for user in (author, *users):
        assert expect(user.get_post(slug), 200) == successor
        assert items(user.list_posts, liked_by=user.username) == []
    assert expect(author.list_comments(slug), 200)["items"] == []
