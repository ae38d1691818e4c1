"""What belongs into the feed and into the list of drafts."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance.helpers import expect, items
from quintet_conformance.site import Member, Site

Json = Any
NewPost = Callable[..., Json]
NewPrivilegedMember = Callable[[str], Member]


def slugs(posts: list[Json]) -> list[str]:
    return [post["slug"] for post in posts]


def summary_of(post: Json) -> Json:
    return {name: post[name] for name in post if name not in {"body", "body_html"}}


@pytest.mark.requirement("POST-22", "POST-25")
def test_the_feed_holds_the_posts_of_those_who_are_followed(
    member: Member, site: Site, new_post: NewPost
) -> None:
    followed, also_followed, stranger = (site.new_member() for _ in range(3))
    early = new_post(followed, tags=["a"])
    for author in (followed, also_followed):
        expect(member.follow(author.username), 204)
    new_post(stranger)
    new_post(member)
    late = new_post(also_followed)
    new_post(followed, status="draft")
    assert items(member.list_feed) == [summary_of(late), summary_of(early)]


@pytest.mark.requirement("POST-22")
def test_following_has_a_direction(
    member: Member, other_member: Member, new_post: NewPost
) -> None:
    mine, theirs = new_post(member), new_post(other_member)
    expect(member.follow(other_member.username), 204)
    assert slugs(items(member.list_feed)) == [theirs["slug"]]
    assert items(other_member.list_feed) == []
    expect(other_member.follow(member.username), 204)
    assert slugs(items(other_member.list_feed)) == [mine["slug"]]


@pytest.mark.requirement("POST-22")
def test_the_feed_ends_with_following(
    member: Member, other_member: Member, new_post: NewPost
) -> None:
    post = new_post(other_member)
    for _ in range(2):
        expect(member.follow(other_member.username), 204)
    assert slugs(items(member.list_feed)) == [post["slug"]]
    expect(member.unfollow(other_member.username), 204)
    assert items(member.list_feed) == []


@pytest.mark.requirement("POST-22", "POST-11")
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_the_feed_holds_no_drafts_for_editors_and_admins(
    member: Member,
    new_privileged_member: NewPrivilegedMember,
    new_post: NewPost,
    role: str,
) -> None:
    reader = new_privileged_member(role)
    expect(reader.follow(member.username), 204)
    new_post(member, status="draft")
    published = new_post(member)
    assert slugs(items(reader.list_feed)) == [published["slug"]]


@pytest.mark.requirement("POST-22", "LIKE-05")
def test_the_feed_tells_the_callers_own_likes(
    member: Member, other_member: Member, new_post: NewPost
) -> None:
    first, second = (new_post(other_member)["slug"] for _ in range(2))
    expect(member.follow(other_member.username), 204)
    expect(member.like_post(first), 204)
    expect(other_member.like_post(second), 204)
    found = items(member.list_feed)
    assert [
        (post["slug"], post["is_liked"], post["likes_count"]) for post in found
    ] == [
        (second, False, 1),
        (first, True, 1),
    ]


@pytest.mark.requirement("POST-22")
def test_the_feed_of_one_who_follows_nobody_is_empty(
    member: Member, new_post: NewPost
) -> None:
    new_post(member)
    assert expect(member.list_feed(), 200) == {"items": [], "next_cursor": None}


@pytest.mark.requirement("POST-23", "POST-25", "PAGE-08")
def test_drafts_are_listed_newest_first_without_their_bodies(
    member: Member, other_member: Member, new_post: NewPost
) -> None:
    drafts = [new_post(member, status="draft", tags=["b", "a"]) for _ in range(3)]
    new_post(member)
    new_post(other_member, status="draft")
    expect(member.update_post(drafts[0]["slug"], tags=["a", "b"]), 200)
    assert items(member.list_drafts) == [summary_of(draft) for draft in drafts[::-1]]


@pytest.mark.requirement("POST-23", "POST-11")
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_and_admins_list_their_own_drafts_only(
    member: Member,
    new_privileged_member: NewPrivilegedMember,
    new_post: NewPost,
    role: str,
) -> None:
    writer = new_privileged_member(role)
    new_post(member, status="draft")
    assert items(writer.list_drafts) == []
    own = new_post(writer, status="draft")
    expect(writer.follow(member.username), 204)
    assert items(writer.list_drafts) == [summary_of(own)]


@pytest.mark.requirement("POST-23")
def test_a_draft_leaves_the_list_when_it_is_published_or_deleted(
    member: Member, new_post: NewPost
) -> None:
    published, deleted, kept = (new_post(member, status="draft") for _ in range(3))
    expect(member.update_post(published["slug"], status="published"), 200)
    expect(member.delete_post(deleted["slug"]), 204)
    assert items(member.list_drafts) == [summary_of(kept)]
