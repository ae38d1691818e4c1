"""What is left of a deleted account for whoever takes its name: nothing."""

from typing import Any

import pytest

from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
    items,
)
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.ties import counts_of, delete, entangle, profile_of

Json = Any


@pytest.fixture(scope="module")
def friend(site: Site) -> Member:
    """Stays, and keeps nothing of those who are deleted."""
    return site.new_member()


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
    site: Site, member: Member, friend: Member
) -> None:
    """The name and the address come back in another case of letters."""
    theirs = site.new_post(friend)["slug"]
    own = site.new_post(member)["slug"]
    site.new_post(member, status="draft")
    todo = expect(member.create_todo(title="A quiet walk"), 201)
    expect(member.update_account(bio="I weave."), 200)
    entangle(member, friend, theirs)
    entangle(friend, member, own)
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
    assert profile_of(friend, successor.username) == (0, 0, False)
    assert profile_of(successor, friend.username) == (0, 0, False)
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
    site: Site, member: Member, friend: Member
) -> None:
    post = site.new_post(member)
    assert delete(member) == 204
    assert site.new_post(friend, title=post["title"])["slug"] == post["slug"]
