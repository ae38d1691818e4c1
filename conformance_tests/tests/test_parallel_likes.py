"""Likes of many at once, and of one many times at once."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance.helpers import expect, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Bystanders = Callable[[int], list[Member]]
NewPost = Callable[..., Json]
Together = Callable[..., list[Any]]

THREADS = 25


@pytest.fixture(scope="module")
def readers(bystanders: Bystanders) -> list[Member]:
    return bystanders(5)


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
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


@pytest.mark.requirement("LIKE-02")
def test_likes_of_many_at_once_are_all_counted(
    bystanders: Bystanders, anonymous: Client, slug: str, together: Together
) -> None:
    crowd = bystanders(THREADS)
    for response in together(THREADS, lambda number: crowd[number].like_post(slug)):
        expect_done(response)
    assert like_of(anonymous, slug) == (THREADS, False)
    for response in together(THREADS, lambda number: crowd[number].unlike_post(slug)):
        expect_done(response)
    assert like_of(anonymous, slug) == (0, False)


@pytest.mark.requirement("LIKE-02")
def test_parallel_likes_of_one_user_count_once(
    member: Member, slug: str, together: Together
) -> None:
    for response in together(THREADS, lambda _: member.like_post(slug)):
        expect_done(response)
    assert like_of(member, slug) == (1, True)
    found = items(member.list_posts, liked_by=member.username)
    assert [post["slug"] for post in found] == [slug]
    for response in together(THREADS, lambda _: member.unlike_post(slug)):
        expect_done(response)
    assert like_of(member, slug) == (0, False)


@pytest.mark.requirement("LIKE-02", "LIKE-01")
def test_likes_and_unlikes_at_once_leave_one_or_none(
    readers: list[Member], slug: str, together: Together
) -> None:
    member, other_member, *_ = readers
    expect_done(other_member.like_post(slug))
    operations = (member.like_post, member.unlike_post)
    for response in together(THREADS, lambda number: operations[number % 2](slug)):
        expect_done(response)
    count, is_liked = like_of(member, slug)
    assert count == 1 + is_liked
    expect_done(member.unlike_post(slug))
    assert like_of(other_member, slug) == (1, True)


@pytest.mark.requirement("LIKE-02", "LIKE-05")
def test_likes_of_different_posts_at_once_stay_apart(
    readers: list[Member], author: Member, new_post: NewPost, together: Together
) -> None:
    slugs = [new_post(author)["slug"] for _ in range(5)]
    pairs = [(reader, slug) for reader in readers for slug in slugs[:4]]
    together(len(pairs), lambda number: pairs[number][0].like_post(pairs[number][1]))
    for reader in readers:
        assert [like_of(reader, slug) for slug in slugs] == [(5, True)] * 4 + [
            (0, False)
        ]


@pytest.mark.requirement("LIKE-01", "POST-16", "POST-19")
def test_likes_while_the_post_is_changed_are_counted(
    readers: list[Member], author: Member, slug: str, together: Together
) -> None:
    def act(number: int) -> httpx.Response:
        if number % 2:
            return author.update_post(slug, title=f"Title {number}")
        return readers[number // 2].like_post(slug)

    statuses = [response.status_code for response in together(10, act)]
    assert statuses == [204, 200] * 5
    seen = expect(author.get_post(slug), 200)
    assert (seen["likes_count"], seen["version"]) == (5, 6)
