"""Deleting one's account: what goes with it, and what a successor finds."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
    items,
)
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any

ENTANGLED = 5


def delete(member: Member) -> int:
    return member.delete_account(current_password=member.password).status_code


def entangle(member: Member, other: Member, slug: str) -> int:
    """Follow the other, like and comment the other's post; give the comment's id."""
    expect(member.follow(other.username), 204)
    expect(member.like_post(slug), 204)
    comment = expect(member.create_comment(slug, body="Well said."), 201)
    return int(comment["id"])


def counts_of(client: Client, slug: str) -> tuple[int, int]:
    post = expect(client.get_post(slug), 200)
    return post["likes_count"], post["comments_count"]


def profile_of(client: Client, username: str) -> tuple[int, int, bool]:
    profile = expect(client.get_profile(username), 200)
    names_of_counts = ("followers_count", "following_count", "is_following")
    followers, following, is_following = [profile[name] for name in names_of_counts]
    return followers, following, is_following


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
    member: Member, anonymous: Client, site: Site, body: Json, code: str
) -> None:
    slug = site.new_post(member)["slug"]
    todo = expect(member.create_todo(title="A quiet walk"), 201)
    expect_errors(member.delete_account(json=body), {"current_password": code})
    assert expect(member.get_account(), 200) == member.account
    expect(anonymous.get_post(slug), 200)
    assert items(member.list_todos) == [todo]
    expect(anonymous.refresh_tokens(refresh_token=member.refresh_token), 200)


@pytest.mark.requirement("TEXT-10", "HTTP-24")
@pytest.mark.parametrize("name", ["username", "id", "password", "force"])
def test_a_deletion_takes_no_other_member(member: Member, name: str) -> None:
    body = {"current_password": member.password, name: member.username}
    expect_errors(member.delete_account(json=body), {name: "unknown"})
    assert expect(member.get_account(), 200) == member.account


@pytest.mark.requirement("ACCT-07")
def test_the_posts_go_with_the_account(
    member: Member, other_member: Member, site: Site
) -> None:
    tag = names.tag()
    post = site.new_post(member, tags=[tag])
    draft = site.new_post(member, status="draft")
    comment_id = entangle(other_member, member, post["slug"])
    assert delete(member) == 204
    for gone in (
        other_member.get_post(post["slug"]),
        member.without_token().get_post(draft["slug"]),
        other_member.list_comments(post["slug"]),
        other_member.get_comment(post["slug"], comment_id),
        other_member.get_tag(tag),
        other_member.get_profile(member.username),
    ):
        expect_problem(gone, 404, "not_found")
    for query in ({"author": member.username}, {"tag": tag}, {"q": post["title"]}):
        assert items(other_member.list_posts, **query) == []
    assert items(other_member.list_posts, liked_by=other_member.username) == []
    assert items(other_member.list_feed) == []


@pytest.mark.requirement("ACCT-07")
def test_likes_and_comments_go_with_the_account(
    member: Member, other_member: Member, site: Site
) -> None:
    slug = site.new_post(other_member)["slug"]
    own = expect(other_member.create_comment(slug, body="Thanks."), 201)
    expect(other_member.like_post(slug), 204)
    gone = entangle(member, other_member, slug)
    assert counts_of(other_member, slug) == (2, 2)
    assert delete(member) == 204
    assert counts_of(other_member, slug) == (1, 1)
    assert items(other_member.list_comments, slug=slug) == [own]
    expect_problem(other_member.get_comment(slug, gone), 404, "not_found")
    assert items(other_member.list_posts, liked_by=member.username) == []


@pytest.mark.requirement("ACCT-07")
def test_follows_go_with_the_account_in_both_directions(
    member: Member, other_member: Member
) -> None:
    expect(member.follow(other_member.username), 204)
    expect(other_member.follow(member.username), 204)
    assert profile_of(member, other_member.username) == (1, 1, True)
    assert delete(member) == 204
    assert profile_of(other_member, other_member.username) == (0, 0, False)


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


@pytest.mark.requirement("ACCT-08", "TOKEN-11")
def test_every_token_of_the_account_is_refused(
    site: Site, member: Member, anonymous: Client
) -> None:
    other_family = site.sign_in(member.account, member.password)
    assert delete(member) == 204
    for client in (member, other_family):
        expect_unauthorized(client.get_account(), "invalid_token")
        expect_unauthorized(client.list_posts(), "invalid_token")
        expect_unauthorized(client.create_todo(title="A walk"), "invalid_token")
        answer = anonymous.refresh_tokens(refresh_token=client.refresh_token)
        expect_unauthorized(answer, "invalid_token")
        expect(anonymous.logout(refresh_token=client.refresh_token), 204)


@pytest.mark.requirement("ACCT-08")
@pytest.mark.parametrize("name", ["username", "email"])
def test_nobody_signs_in_to_a_deleted_account(
    member: Member, anonymous: Client, name: str
) -> None:
    assert delete(member) == 204
    login = anonymous.login(username=getattr(member, name), password=member.password)
    expect_problem(login, 401, "invalid_credentials")


@pytest.mark.requirement("ACCT-08", "TOKEN-14")
def test_a_successor_of_the_same_name_has_nothing_of_the_account(
    site: Site, other_member: Member
) -> None:
    """The name and the address come back in another case of letters."""
    member = site.new_member()
    theirs = site.new_post(other_member)["slug"]
    own = site.new_post(member)["slug"]
    site.new_post(member, status="draft")
    todo = expect(member.create_todo(title="A quiet walk"), 201)
    expect(member.update_account(bio="I weave."), 200)
    entangle(member, other_member, theirs)
    entangle(other_member, member, own)
    assert delete(member) == 204

    successor = site.new_member(
        username=member.username.upper(), email=member.email.upper()
    )
    account = expect(successor.get_account(), 200)
    assert (account["bio"], account["role"]) == ("", "member")
    assert account["id"] > member.id
    assert account["created_at"] > member.account["created_at"]
    for name in ("list_drafts", "list_feed", "list_todos"):
        assert items(getattr(successor, name)) == []
    for query in ({"author": member.username}, {"liked_by": member.username}):
        assert items(successor.list_posts, **query) == []
    expect_problem(successor.get_todo(todo["id"]), 404, "not_found")
    assert profile_of(other_member, successor.username) == (0, 0, False)
    assert profile_of(successor, other_member.username) == (0, 0, False)
    assert counts_of(successor, theirs) == (0, 0)
    assert expect(successor.get_post(theirs), 200)["is_liked"] is False


@pytest.mark.requirement("ACCT-08", "TOKEN-14")
def test_old_tokens_do_not_open_the_account_of_a_successor(
    site: Site, member: Member, anonymous: Client
) -> None:
    assert delete(member) == 204
    password = "another long quiet walk"
    successor = site.new_member(
        username=member.username, email=member.email, password=password
    )
    expect_unauthorized(member.get_account(), "invalid_token")
    answer = anonymous.refresh_tokens(refresh_token=member.refresh_token)
    expect_unauthorized(answer, "invalid_token")
    login = anonymous.login(username=member.username, password=member.password)
    expect_problem(login, 401, "invalid_credentials")
    assert expect(successor.get_account(), 200) == successor.account


@pytest.mark.requirement("ACCT-08", "MAIL-05")
def test_a_reset_token_of_the_account_is_refused(
    site: Site, member: Member, anonymous: Client, mailbox: Mailbox
) -> None:
    """Also once somebody else has the name and the address."""
    expect(anonymous.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    assert delete(member) == 204
    body = {"token": token, "new_password": "another long quiet walk"}
    expect_errors(anonymous.confirm_password_reset(**body), {"token": "invalid"})
    successor = site.new_member(username=member.username, email=member.email)
    expect_errors(anonymous.confirm_password_reset(**body), {"token": "invalid"})
    login = anonymous.login(username=successor.username, password=successor.password)
    expect(login, 200)


@pytest.mark.requirement("ACCT-08", "POST-20")
def test_the_slugs_of_the_account_are_free_again(
    site: Site, member: Member, other_member: Member
) -> None:
    post = site.new_post(member)
    assert delete(member) == 204
    assert site.new_post(other_member, title=post["title"])["slug"] == post["slug"]


@pytest.mark.requirement("ACCT-07", "ACCT-08")
def test_of_parallel_deletions_of_one_account_one_deletes(
    member: Member, anonymous: Client
) -> None:
    """Attempts are rationed, so no more than the ration."""
    answers = together(8, lambda _: delete(member))
    assert set(answers) <= {204, 401}
    assert 204 in answers
    expect_problem(anonymous.get_profile(member.username), 404, "not_found")


@pytest.mark.requirement("ACCT-07")
def test_accounts_that_hold_each_others_things_go_at_once(
    site: Site, anonymous: Client
) -> None:
    """Everybody follows, likes and comments everybody; then all but one leave."""
    members = [site.new_member() for _ in range(ENTANGLED)]
    slugs = [site.new_post(member)["slug"] for member in members]
    for member in members:
        for other, slug in zip(members, slugs, strict=True):
            if member is not other:
                entangle(member, other, slug)
    leaving, staying = members[1:], members[0]
    assert counts_of(anonymous, slugs[0]) == (ENTANGLED - 1, ENTANGLED - 1)
    assert together(len(leaving), lambda number: delete(leaving[number])) == [204] * 4
    assert counts_of(anonymous, slugs[0]) == (0, 0)
    assert profile_of(anonymous, staying.username) == (0, 0, False)
    assert items(staying.list_feed) == []
    assert items(staying.list_posts, liked_by=staying.username) == []
    for slug in slugs[1:]:
        expect_problem(anonymous.get_post(slug), 404, "not_found")


@pytest.mark.requirement("ACCT-07", "COMM-07", "PROF-06")
def test_what_loses_to_the_deletion_of_the_account_is_not_found(
    site: Site, member: Member, other_member: Member
) -> None:
    slug = site.new_post(member)["slug"]
    actions = (
        lambda: other_member.follow(member.username),
        lambda: other_member.like_post(slug),
        lambda: other_member.create_comment(slug, body="Well said."),
        lambda: other_member.unfollow(member.username),
    )

    def act(number: int) -> int:
        if number == 0:
            return delete(member)
        return actions[number % len(actions)]().status_code

    deletion, *answers = together(25, act)
    assert deletion == 204
    assert set(answers) <= {201, 204, 404}
    expect_problem(other_member.get_post(slug), 404, "not_found")
    assert profile_of(other_member, other_member.username) == (0, 0, False)
    assert items(other_member.list_posts, liked_by=other_member.username) == []


@pytest.mark.requirement("ACCT-07", "ACCT-08")
def test_what_the_account_does_while_it_is_deleted_stays_nowhere(
    site: Site, member: Member, other_member: Member
) -> None:
    slug, tag = site.new_post(other_member)["slug"], names.tag()
    body = {
        "title": names.title(),
        "body": "Text.",
        "tags": [tag],
        "status": "published",
    }
    actions = (
        lambda: member.follow(other_member.username),
        lambda: member.like_post(slug),
        lambda: member.create_comment(slug, body="Well said."),
        lambda: member.create_post(**body),
        lambda: member.create_todo(title="A quiet walk"),
        lambda: member.update_account(bio="I weave."),
    )

    def act(number: int) -> int:
        if number == 0:
            return delete(member)
        return actions[number % len(actions)]().status_code

    deletion, *answers = together(25, act)
    assert deletion == 204
    assert set(answers) <= {200, 201, 204, 401, 404}
    assert counts_of(other_member, slug) == (0, 0)
    assert items(other_member.list_comments, slug=slug) == []
    assert profile_of(other_member, other_member.username) == (0, 0, False)
    assert items(other_member.list_posts, tag=tag) == []
    expect_problem(other_member.get_tag(tag), 404, "not_found")
