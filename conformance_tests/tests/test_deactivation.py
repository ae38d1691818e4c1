"""What it means that an account is inactive, and that it is active again."""

from typing import Any

import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_conflict,
    expect_errors,
    expect_problem,
    expect_unauthorized,
)
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any

NEW_PASSWORD = "another long quiet walk"


def set_active(admin: Member, member: Member, *, is_active: bool) -> Json:
    return expect(admin.update_user(member.username, is_active=is_active), 200)


@pytest.mark.requirement("ADMIN-04", "TOKEN-11")
def test_deactivation_ends_every_token_at_once(
    scene: Any, site: Site, member: Member, anonymous: Client
) -> None:
    other_family = site.sign_in(member.account, member.password)
    set_active(scene.admin, member, is_active=False)
    for client in (member, other_family):
        expect_unauthorized(client.get_account(), "invalid_token")
        expect_unauthorized(client.list_posts(), "invalid_token")
        answer = anonymous.refresh_tokens(refresh_token=client.refresh_token)
        expect_unauthorized(answer, "invalid_token")


@pytest.mark.requirement("ADMIN-04", "TOKEN-10")
def test_tokens_stay_refused_after_reactivation(
    scene: Any, site: Site, member: Member, anonymous: Client
) -> None:
    """Also those that were not used in between."""
    set_active(scene.admin, member, is_active=False)
    assert set_active(scene.admin, member, is_active=True) == member.account
    expect_unauthorized(member.get_account(), "invalid_token")
    answer = anonymous.refresh_tokens(refresh_token=member.refresh_token)
    expect_unauthorized(answer, "invalid_token")
    back = site.sign_in(member.account, member.password)
    assert expect(back.get_account(), 200) == member.account
    expect_unauthorized(member.get_account(), "invalid_token")


@pytest.mark.requirement("ADMIN-05")
def test_an_inactive_account_cannot_sign_in(
    scene: Any, site: Site, member: Member, anonymous: Client
) -> None:
    """The answer is the one for a wrong password."""
    set_active(scene.admin, member, is_active=False)
    answers = [
        anonymous.login(username=name, password=password)
        for name in (member.username, member.email)
        for password in (member.password, "not the right password")
    ]
    for answer in answers:
        expect_problem(answer, 401, "invalid_credentials")
    assert len({answer.content for answer in answers}) == 1
    set_active(scene.admin, member, is_active=True)
    site.sign_in(member.account, member.password)


@pytest.mark.requirement("ADMIN-05", "MAIL-05")
def test_an_inactive_account_cannot_reset_its_password(
    scene: Any, member: Member, anonymous: Client, mailbox: Mailbox
) -> None:
    expect(anonymous.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    set_active(scene.admin, member, is_active=False)
    body = {"token": token, "new_password": NEW_PASSWORD}
    expect_errors(anonymous.confirm_password_reset(**body), {"token": "invalid"})
    expect(anonymous.request_password_reset(email=member.email), 202)
    set_active(scene.admin, member, is_active=True)
    login = anonymous.login(username=member.username, password=NEW_PASSWORD)
    expect_problem(login, 401, "invalid_credentials")
    expect(anonymous.login(username=member.username, password=member.password), 200)


@pytest.mark.requirement("ADMIN-05", "MAIL-05")
def test_an_account_that_is_active_again_can_reset_its_password(
    scene: Any, member: Member, anonymous: Client, mailbox: Mailbox
) -> None:
    """The one mail is the one asked for last: an inactive account got none."""
    set_active(scene.admin, member, is_active=False)
    expect(anonymous.request_password_reset(email=member.email), 202)
    set_active(scene.admin, member, is_active=True)
    expect(anonymous.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    body = {"token": token, "new_password": NEW_PASSWORD}
    expect(anonymous.confirm_password_reset(**body), 204)
    expect(anonymous.login(username=member.username, password=NEW_PASSWORD), 200)
    assert len(mailbox.reset_tokens(member.email)) == 1


@pytest.mark.requirement("ADMIN-05")
def test_the_name_of_an_inactive_account_stays_taken(
    scene: Any, member: Member, anonymous: Client
) -> None:
    set_active(scene.admin, member, is_active=False)
    response = anonymous.register(
        username=member.username, email=member.email, password=names.PASSWORD
    )
    expect_conflict(response, {"username": "taken", "email": "taken"})


@pytest.mark.requirement("ADMIN-08", "ADMIN-04")
def test_an_admin_who_is_not_the_last_is_deactivated(scene: Any, admin: Member) -> None:
    changed = set_active(scene.admin, admin, is_active=False)
    assert (changed["role"], changed["is_active"]) == ("admin", False)
    expect_unauthorized(admin.list_users(), "invalid_token")


@pytest.mark.requirement("ADMIN-04", "ADMIN-03")
def test_parallel_changes_of_one_account_all_succeed(
    scene: Any, site: Site, member: Member
) -> None:
    changes = ({"role": "editor"}, {"is_active": False}, {"is_active": True})
    answers = together(
        24,
        lambda number: scene.admin.update_user(member.username, **changes[number % 3]),
    )
    assert [answer.status_code for answer in answers] == [200] * 24
    last = set_active(scene.admin, member, is_active=True)
    assert last == member.account | {"role": "editor"}
    expect_unauthorized(member.get_account(), "invalid_token")
    assert (
        expect(site.sign_in(member.account, member.password).get_account(), 200) == last
    )
