"""Accounts that are deleted while others, or they themselves, are busy."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect_problem,
    items,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together
from quintet_conformance.ties import counts_of, delete, entangle, profile_of

Json = Any

ENTANGLED = 5


@pytest.fixture(scope="module")
def friend(site: Site) -> Member:
    """Stays, and keeps nothing of those who are deleted."""
    return site.new_member()


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
    site: Site, member: Member, friend: Member
) -> None:
    slug = site.new_post(member)["slug"]
    actions = (
        lambda: friend.follow(member.username),
        lambda: friend.like_post(slug),
        lambda: friend.create_comment(slug, body="Well said."),
        lambda: friend.unfollow(member.username),
    )

    def act(number: int) -> int:
        if number == 0:
            return delete(member)
        return actions[number % len(actions)]().status_code

    deletion, *answers = together(25, act)
    assert deletion == 204
    assert set(answers) <= {201, 204, 404}
    expect_problem(friend.get_post(slug), 404, "not_found")
    assert profile_of(friend, friend.username) == (0, 0, False)
    assert items(friend.list_posts, liked_by=friend.username) == []


@pytest.mark.requirement("ACCT-07", "ACCT-08")
def test_what_the_account_does_while_it_is_deleted_stays_nowhere(
    site: Site, member: Member, friend: Member
) -> None:
    slug, tag = site.new_post(friend)["slug"], names.tag()
    body = {
        "title": names.title(),
        "body": "Text.",
        "tags": [tag],
        "status": "published",
    }
    actions = (
        lambda: member.follow(friend.username),
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
    assert counts_of(friend, slug) == (0, 0)
    assert items(friend.list_comments, slug=slug) == []
    assert profile_of(friend, friend.username) == (0, 0, False)
    assert items(friend.list_posts, tag=tag) == []
    expect_problem(friend.get_tag(tag), 404, "not_found")
