"""The pages of tags and of authors, and how an author is followed."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect
from quintet_conformance.site import Member
from quintet_conformance.web.browser import Browser
from quintet_conformance.web.helpers import (
    expect_advice,
    expect_redirect,
    expect_success,
    number,
    titles,
)
from quintet_conformance.web.people import SignedIn

Json = Any
NewPost = Callable[..., Json]


@pytest.mark.requirement("WEB-07")
def test_a_tags_page_lists_its_published_posts(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    tag = names.tag()
    made = [new_post(author.member, tags=[tag])["title"] for _ in range(2)]
    new_post(author.member, tags=[names.tag()])
    new_post(author.member, tags=[tag], status="draft")
    for spelled in (tag, tag.upper(), tag.title()):
        page = visitor.open(f"/tags/{spelled}")
        assert titles(page) == made[::-1]
        assert tag in page.heading
    assert titles(author.open(f"/tags/{tag}")) == made[::-1]


@pytest.mark.requirement("WEB-07")
def test_a_tag_without_a_published_post_is_nothing(
    author: SignedIn, new_post: NewPost, visitor: Browser
) -> None:
    tag = names.tag()
    new_post(author.member, tags=[tag], status="draft")
    for name in (tag, names.tag(), "-", "a" * 31, "%00", "%C3%A9"):
        expect_advice(visitor.get(f"/tags/{name}"), 404)
    expect_advice(author.get(f"/tags/{tag}"), 404)


@pytest.mark.requirement("WEB-08")
def test_an_authors_page_shows_name_bio_counts_and_posts(
    member: Member, other_member: Member, new_post: NewPost, visitor: Browser
) -> None:
    expect(member.update_account(bio="Writes about looms."), 200)
    made = [new_post(member)["title"] for _ in range(2)]
    new_post(member, status="draft")
    expect(other_member.follow(member.username), 204)
    for spelled in (member.username, member.username.upper()):
        page = visitor.open(f"/authors/{spelled}")
        assert page.heading == member.username
        assert "Writes about looms." in page.shown("main")
        assert titles(page) == made[::-1]
        assert (number(page, ".followers"), number(page, ".following")) == (1, 0)
    page = visitor.open(f"/authors/{other_member.username}")
    assert (number(page, ".followers"), number(page, ".following")) == (0, 1)


@pytest.mark.requirement("WEB-08")
def test_an_unknown_or_inactive_author_is_nothing(
    member: Member, admin: Member, new_post: NewPost, visitor: Browser
) -> None:
    post = new_post(member)
    expect(admin.update_user(member.username, is_active=False), 200)
    unknown = (names.username(), "a", "a" * 31, "%00", "a%20b")
    for name in (member.username, *unknown):
        expect_advice(visitor.get(f"/authors/{name}"), 404)
    visitor.open(f"/posts/{post['slug']}")


@pytest.mark.requirement("WEB-08", "FORM-16", "FORM-05", "WEB-22")
def test_following_and_unfollowing(reader: SignedIn, member: Member) -> None:
    path = f"/authors/{member.username}"
    answer = reader.fill(path, f"{path}/follow")
    page = expect_success(reader, answer, path)
    assert number(page, ".followers") == 1
    assert page.find_form(f"{path}/follow") is None
    assert expect(reader.member.get_profile(member.username), 200)["is_following"]
    page = expect_success(reader, reader.fill(path, f"{path}/unfollow"), path)
    assert number(page, ".followers") == 0
    assert page.find_form(f"{path}/unfollow") is None
    page.form(f"{path}/follow")


@pytest.mark.requirement("FORM-16")
@pytest.mark.parametrize("form", ["follow", "unfollow"])
def test_following_succeeds_however_often(
    reader: SignedIn, member: Member, form: str
) -> None:
    path = f"/authors/{member.username}"
    for _ in range(3):
        expect_redirect(reader.post(f"{path}/{form}", reader.proof()), path)
    profile = expect(reader.member.get_profile(member.username), 200)
    assert profile["followers_count"] == (1 if form == "follow" else 0)
    expect(reader.member.unfollow(member.username), 204)


@pytest.mark.requirement("WEB-08", "WEB-10")
def test_the_form_to_follow_is_for_other_signed_in_users(
    visitor: Browser, author: SignedIn, reader: SignedIn
) -> None:
    path = f"/authors/{author.username}"
    action = f"{path}/follow"
    reader.open(path).form(action)
    assert visitor.open(path).find_form(action) is None
    assert author.open(path).find_form(action) is None


@pytest.mark.requirement("FORM-01")
def test_nobody_follows_oneself_or_nobody(author: SignedIn) -> None:
    answer = author.post(f"/authors/{author.username}/follow", author.proof())
    expect_advice(answer, 422)
    profile = expect(author.member.get_profile(author.username), 200)
    assert profile["following_count"] == 0
    for name in (names.username(), "a", "%00"):
        answer = author.post(f"/authors/{name}/follow", author.proof())
        expect_advice(answer, 404)


@pytest.mark.requirement("FORM-16", "FORM-05", "WEB-22")
def test_liking_and_unliking(reader: SignedIn, post: Json) -> None:
    path = f"/posts/{post['slug']}"
    page = expect_success(reader, reader.fill(path, f"{path}/like"), path)
    assert number(page, "article.post .likes") == 1
    assert expect(reader.member.get_post(post["slug"]), 200)["is_liked"]
    page = expect_success(reader, reader.fill(path, f"{path}/unlike"), path)
    assert number(page, "article.post .likes") == 0


@pytest.mark.requirement("FORM-16")
@pytest.mark.parametrize(("form", "count"), [("like", 1), ("unlike", 0)])
def test_liking_succeeds_however_often(
    reader: SignedIn, post: Json, form: str, count: int
) -> None:
    path = f"/posts/{post['slug']}"
    for _ in range(3):
        expect_redirect(reader.post(f"{path}/{form}", reader.proof()), path)
    assert expect(reader.member.get_post(post["slug"]), 200)["likes_count"] == count


@pytest.mark.requirement("WEB-09", "SESS-01")
def test_drafts_lists_ones_own_drafts_newest_first(
    writer: SignedIn, author: SignedIn, new_post: NewPost
) -> None:
    made = [new_post(writer.member, status="draft")["title"] for _ in range(3)]
    new_post(writer.member)
    new_post(author.member, status="draft")
    assert titles(writer.open("/drafts")) == made[::-1]


@pytest.mark.requirement("WEB-09")
def test_the_feed_lists_the_posts_of_those_one_follows(
    writer: SignedIn, member: Member, other_member: Member, new_post: NewPost
) -> None:
    expect(writer.member.follow(other_member.username), 204)
    made = [new_post(other_member)["title"] for _ in range(2)]
    new_post(other_member, status="draft")
    new_post(member)
    assert titles(writer.open("/feed")) == made[::-1]
