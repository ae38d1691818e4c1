"""Publishing a post, taking it back, and publishing it again."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem, items
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
NewPost = Callable[..., Json]
Together = Callable[..., list[Any]]


def publish(author: Member, slug: str) -> Json:
    return expect(author.update_post(slug, status="published"), 200)


def take_back(author: Member, slug: str) -> Json:
    return expect(author.update_post(slug, status="draft"), 200)


@pytest.fixture(scope="module")
def author(site: Site) -> Member:
    return site.new_member()


@pytest.fixture(scope="module")
def reader(site: Site) -> Member:
    return site.new_member()


@pytest.mark.requirement("POST-12")
def test_a_draft_has_no_date_of_publication(author: Member, new_post: NewPost) -> None:
    draft = new_post(author, status="draft")
    assert draft["published_at"] is None
    changed = expect(author.update_post(draft["slug"], title="Changed"), 200)
    assert changed["published_at"] is None


@pytest.mark.requirement("POST-12", "POST-16")
def test_publishing_dates_the_post(author: Member, new_post: NewPost) -> None:
    draft = new_post(author, status="draft")
    post = publish(author, draft["slug"])
    assert post["published_at"] > draft["created_at"]
    assert post == {
        **draft,
        "status": "published",
        "version": 2,
        "updated_at": post["updated_at"],
        "published_at": post["published_at"],
    }


@pytest.mark.requirement("POST-12")
@pytest.mark.parametrize("first_status", ["draft", "published"])
def test_the_date_of_publication_never_changes(
    author: Member, new_post: NewPost, first_status: str
) -> None:
    slug = new_post(author, status=first_status)["slug"]
    first = publish(author, slug)["published_at"]
    seen = [
        take_back(author, slug),
        expect(author.update_post(slug, body="A draft again."), 200),
        expect(author.get_post(slug), 200),
        publish(author, slug),
        expect(author.update_post(slug, title="Changed"), 200),
        take_back(author, slug),
        publish(author, slug),
        expect(author.get_post(slug), 200),
    ]
    assert [post["published_at"] for post in seen] == [first] * 8


@pytest.mark.requirement("POST-12", "POST-14")
def test_an_editor_who_publishes_does_not_become_the_author(
    author: Member, editor: Member, anonymous: Client, new_post: NewPost
) -> None:
    slug = new_post(author, status="draft")["slug"]
    expect(editor.update_post(slug, status="published"), 200)
    assert (
        expect(anonymous.get_post(slug), 200)["author"]["username"] == author.username
    )


@pytest.mark.requirement("POST-11", "POST-13")
def test_a_post_comes_and_goes_for_everybody_at_once(
    author: Member, reader: Member, anonymous: Client, new_post: NewPost
) -> None:
    slug = new_post(author, status="draft")["slug"]
    for caller in (reader, anonymous):
        expect_problem(caller.get_post(slug), 404, "not_found")
    post = publish(author, slug)
    for caller in (reader, anonymous):
        assert expect(caller.get_post(slug), 200) == post
    take_back(author, slug)
    for caller in (reader, anonymous):
        expect_problem(caller.get_post(slug), 404, "not_found")


@pytest.mark.requirement("POST-13")
def test_a_post_taken_back_leaves_every_list(
    member: Member, other_member: Member, anonymous: Client, new_post: NewPost
) -> None:
    word, tag = names.word(), names.tag()
    slug = new_post(member, title=word, tags=[tag])["slug"]
    expect(other_member.follow(member.username), 204)
    expect(other_member.like_post(slug), 204)
    queries: list[dict[str, str]] = [
        {"author": member.username},
        {"tag": tag},
        {"liked_by": other_member.username},
        {"q": word},
    ]

    def lists_with_the_post() -> list[list[str]]:
        lists = [items(anonymous.list_posts, **query) for query in queries]
        lists.append(items(other_member.list_feed))
        return [[post["slug"] for post in found] for found in lists]

    assert lists_with_the_post() == [[slug]] * 5
    assert items(member.list_drafts) == []
    take_back(member, slug)
    assert lists_with_the_post() == [[]] * 5
    assert [post["slug"] for post in items(member.list_drafts)] == [slug]
    publish(member, slug)
    assert lists_with_the_post() == [[slug]] * 5
    assert items(member.list_drafts) == []


@pytest.mark.requirement("POST-13", "TAG-02")
def test_a_post_taken_back_is_not_counted_by_its_tags(
    author: Member, anonymous: Client, new_post: NewPost
) -> None:
    common, own = names.tag(), names.tag()
    new_post(author, tags=[common])
    slug = new_post(author, tags=[common, own])["slug"]
    assert expect(anonymous.get_tag(common), 200) == {"name": common, "posts_count": 2}
    take_back(author, slug)
    assert expect(anonymous.get_tag(common), 200) == {"name": common, "posts_count": 1}
    expect_problem(anonymous.get_tag(own), 404, "not_found")
    publish(author, slug)
    assert expect(anonymous.get_tag(common), 200) == {"name": common, "posts_count": 2}
    assert expect(anonymous.get_tag(own), 200) == {"name": own, "posts_count": 1}


@pytest.mark.requirement("POST-13", "LIKE-05", "COMM-06")
def test_a_post_comes_back_with_its_likes_and_comments(
    author: Member, reader: Member, anonymous: Client, new_post: NewPost
) -> None:
    slug = new_post(author, tags=["a"])["slug"]
    for user in (author, reader):
        expect(user.like_post(slug), 204)
        expect(user.create_comment(slug, body=f"From {user.username}."), 201)
    before = expect(reader.get_post(slug), 200)
    comments = expect(anonymous.list_comments(slug), 200)
    take_back(author, slug)
    publish(author, slug)
    after = expect(reader.get_post(slug), 200)
    assert after == {**before, "version": 3, "updated_at": after["updated_at"]}
    assert (after["likes_count"], after["comments_count"], after["is_liked"]) == (
        2,
        2,
        True,
    )
    assert expect(anonymous.list_comments(slug), 200) == comments


@pytest.mark.requirement("POST-12", "POST-13", "PAGE-08")
def test_a_post_comes_back_to_its_old_place(
    member: Member, anonymous: Client, new_post: NewPost
) -> None:
    slugs = [new_post(member)["slug"] for _ in range(3)]
    take_back(member, slugs[0])
    publish(member, slugs[0])
    found = [
        post["slug"] for post in items(anonymous.list_posts, author=member.username)
    ]
    assert found == slugs[::-1]


@pytest.mark.requirement("POST-12", "PAGE-08")
def test_a_draft_takes_its_place_when_it_is_published(
    member: Member, anonymous: Client, new_post: NewPost
) -> None:
    draft = new_post(member, status="draft")["slug"]
    older = new_post(member)["slug"]
    publish(member, draft)
    found = [
        post["slug"] for post in items(anonymous.list_posts, author=member.username)
    ]
    assert found == [draft, older]


@pytest.mark.requirement("POST-12", "POST-16", "POST-19")
def test_parallel_publications_are_one(
    author: Member, new_post: NewPost, together: Together
) -> None:
    slug = new_post(author, status="draft")["slug"]
    responses = together(20, lambda _: author.update_post(slug, status="published"))
    posts = [expect(response, 200) for response in responses]
    assert {(post["version"], post["published_at"]) for post in posts} == {
        (2, expect(author.get_post(slug), 200)["published_at"])
    }


@pytest.mark.requirement("POST-12", "POST-19")
def test_the_date_of_publication_outlives_parallel_changes_of_status(
    author: Member, new_post: NewPost, together: Together
) -> None:
    post = new_post(author)
    statuses = ("draft", "published")
    responses = together(
        20, lambda number: author.update_post(post["slug"], status=statuses[number % 2])
    )
    dates = {expect(response, 200)["published_at"] for response in responses}
    assert dates == {post["published_at"]}
