"""Deleting one's account, and all that goes with it."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    items,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.ties import counts_of, delete, entangle, profile_of

Json = Any


@pytest.fixture(scope="module")
def kept(site: Site) -> tuple[Member, str, Json]:
    """Somebody who is never deleted, with the slug of a post and a to-do."""
    member = site.new_member()
    todo = expect(member.create_todo(title="A quiet walk"), 201)
    return member, site.new_post(member)["slug"], todo


@pytest.fixture(scope="module")
def friend(site: Site) -> Member:
    """Stays, and keeps nothing of those who are deleted."""
    return site.new_member()


@pytest.mark.requirement("ACCT-07", "HTTP-24")
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({}, "required", id="none"),
        pytest.param(
            {"current_password": "wrong, wrong, wrong"}, "incorrect", id="wrong"
        ),
        pytest.param({"current_password": "x"}, "incorrect", id="short"),
        pytest.param(
            {"current_password": names.PASSWORD.upper()}, "incorrect", id="case"
        ),
        pytest.param(
            {"current_password": names.PASSWORD + " "}, "incorrect", id="space"
        ),
        pytest.param({"current_password": ""}, "blank", id="empty"),
        pytest.param({"current_password": None}, "type", id="null"),
        pytest.param({"current_password": True}, "type", id="true"),
    ],
)
def test_without_the_password_the_account_stays(
    kept: tuple[Member, str, Json], anonymous: Client, body: Json, code: str
) -> None:
    member, slug, todo = kept
    client = member.from_address(names.address())
    expect_errors(client.delete_account(json=body), {"current_password": code})
    assert expect(member.get_account(), 200) == member.account
    assert (
        expect(anonymous.get_post(slug), 200)["author"]["username"] == member.username
    )
    assert items(member.list_todos) == [todo]


@pytest.mark.requirement("TEXT-10", "HTTP-24")
@pytest.mark.parametrize("name", ["username", "id", "password", "force"])
def test_a_deletion_takes_no_other_member(
    kept: tuple[Member, str, Json], name: str
) -> None:
    member = kept[0]
    body = {"current_password": member.password, name: member.username}
    expect_errors(member.delete_account(json=body), {name: "unknown"})
    assert expect(member.get_account(), 200) == member.account


@pytest.mark.requirement("ACCT-07")
def test_the_posts_go_with_the_account(
    member: Member, friend: Member, site: Site
) -> None:
    tag = names.tag()
    post = site.new_post(member, tags=[tag])
    draft = site.new_post(member, status="draft")
    comment_id = entangle(friend, member, post["slug"])
    assert delete(member) == 204
    for gone in (
        friend.get_post(post["slug"]),
        member.without_token().get_post(draft["slug"]),
        friend.list_comments(post["slug"]),
        friend.get_comment(post["slug"], comment_id),
        friend.get_tag(tag),
        friend.get_profile(member.username),
    ):
        expect_problem(gone, 404, "not_found")
    for query in ({"author": member.username}, {"tag": tag}, {"q": post["title"]}):
        assert items(friend.list_posts, **query) == []
    assert items(friend.list_posts, liked_by=friend.username) == []
    assert items(friend.list_feed) == []


@pytest.mark.requirement("ACCT-07")
def test_likes_and_comments_go_with_the_account(
    member: Member, friend: Member, site: Site
) -> None:
    slug = site.new_post(friend)["slug"]
    own = expect(friend.create_comment(slug, body="Thanks."), 201)
    gone = entangle(member, friend, slug)
    assert counts_of(friend, slug) == (1, 2)
    assert delete(member) == 204
    assert counts_of(friend, slug) == (0, 1)
    assert items(friend.list_comments, slug=slug) == [own]
    expect_problem(friend.get_comment(slug, gone), 404, "not_found")
    assert items(friend.list_posts, liked_by=member.username) == []


@pytest.mark.requirement("ACCT-07")
def test_follows_go_with_the_account_in_both_directions(
    member: Member, friend: Member
) -> None:
    expect(member.follow(friend.username), 204)
    expect(friend.follow(member.username), 204)
    assert profile_of(member, friend.username) == (1, 1, True)
    assert delete(member) == 204
    assert profile_of(friend, friend.username) == (0, 0, False)


@pytest.mark.requirement("ACCT-07", "ADMIN-07")
def test_an_admin_does_not_find_the_account_either(scene: Any, member: Member) -> None:
    assert delete(member) == 204
    assert items(scene.admin.list_users, q=member.username) == []
    response = scene.admin.update_user(member.username, role="editor")
    expect_problem(response, 404, "not_found")


@pytest.mark.requirement("ACCT-07")
def test_an_admin_who_is_not_the_last_can_go(admin: Member, anonymous: Client) -> None:
    assert delete(admin) == 204
    expect_problem(anonymous.get_profile(admin.username), 404, "not_found")
