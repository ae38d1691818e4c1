"""What belongs into list_posts, and what an item of them shows."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member

Json = Any
Bystanders = Callable[[int], list[Member]]
NewPost = Callable[..., Json]


def slugs(posts: list[Json]) -> list[str]:
    return [post["slug"] for post in posts]


def summary_of(post: Json) -> Json:
    return {name: post[name] for name in post if name not in {"body", "body_html"}}


@pytest.mark.requirement("POST-21", "POST-25", "LIKE-05")
def test_list_posts_shows_the_posts_without_their_bodies(
    member: Member, other_member: Member, anonymous: Client, new_post: NewPost
) -> None:
    posts = [new_post(member, tags=["b", "a", "c"]) for _ in range(3)]
    expect(other_member.like_post(posts[1]["slug"]), 204)
    for reader in (member, other_member, anonymous):
        expected = [
            summary_of(expect(reader.get_post(post["slug"]), 200))
            for post in posts[::-1]
        ]
        assert items(reader.list_posts, author=member.username) == expected


@pytest.mark.requirement("POST-21", "LIKE-01", "COMM-01")
def test_likes_comments_and_tags_do_not_multiply_each_other(
    member: Member, bystanders: Bystanders, anonymous: Client, new_post: NewPost
) -> None:
    tags = [names.tag() for _ in range(3)]
    slug = new_post(member, tags=tags)["slug"]
    bare = new_post(member)["slug"]
    for user in (member, *bystanders(2)):
        expect(user.like_post(slug), 204)
    for number in range(4):
        expect(member.create_comment(slug, body=f"Comment {number}."), 201)
    found = items(anonymous.list_posts, author=member.username)
    counts = [
        (post["likes_count"], post["comments_count"], post["tags"]) for post in found
    ]
    assert slugs(found) == [bare, slug]
    assert counts == [(0, 0, []), (3, 4, sorted(tags))]
    assert items(anonymous.list_posts, tag=tags[1]) == found[1:]


@pytest.mark.requirement("POST-21", "LIKE-05")
def test_liked_by_tells_nothing_of_the_callers_own_likes(
    member: Member, other_member: Member, anonymous: Client, new_post: NewPost
) -> None:
    first, second = (new_post(member)["slug"] for _ in range(2))
    for slug in (first, second):
        expect(other_member.like_post(slug), 204)
    expect(member.like_post(second), 204)

    def likes_seen_by(reader: Client) -> list[bool]:
        found = items(reader.list_posts, liked_by=other_member.username)
        return [post["is_liked"] for post in found]

    assert likes_seen_by(anonymous) == [False, False]
    assert likes_seen_by(member) == [True, False]
    assert likes_seen_by(other_member) == [True, True]


@pytest.mark.requirement("POST-21", "POST-11")
@pytest.mark.parametrize("reader", ["author", "other", "anonymous", "editor", "admin"])
def test_list_posts_holds_no_drafts_for_anybody(
    member: Member,
    bystanders: Bystanders,
    request: pytest.FixtureRequest,
    new_post: NewPost,
    reader: str,
) -> None:
    author, word, tag = member, names.word(), names.tag()
    published = new_post(author, title=f"{word} one", tags=[tag])["slug"]
    draft = new_post(author, title=f"{word} two", tags=[tag])["slug"]
    expect(author.like_post(draft), 204)
    expect(author.like_post(published), 204)
    expect(author.update_post(draft, status="draft"), 200)
    readers = {
        "author": author,
        "other": bystanders(1)[0],
    }
    client = readers.get(reader) or request.getfixturevalue(reader)
    for query in (
        {"author": author.username},
        {"tag": tag},
        {"liked_by": author.username},
        {"q": word},
        {"author": author.username, "tag": tag, "q": word},
    ):
        assert slugs(items(client.list_posts, **query)) == [published]


@pytest.mark.requirement("POST-21")
def test_list_posts_without_a_filter_begins_with_the_newest(
    member: Member, anonymous: Client, new_post: NewPost
) -> None:
    draft, post = new_post(member, status="draft"), new_post(member)
    found = expect(anonymous.list_posts(limit=100), 200)["items"]
    dates = [each["published_at"] for each in found]
    assert dates == sorted(dates, reverse=True)
    assert {each["status"] for each in found} == {"published"}
    assert draft["slug"] not in slugs(found)
    newer = [each for each in found if each["published_at"] > post["published_at"]]
    assert post["slug"] in slugs(found) or len(newer) == 100
