"""What ends the sessions of a user: passwords, deactivation, deletion."""

from collections.abc import Callable
from typing import Any

import pytest

from quintet_conformance.helpers import expect
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.site import Member
from quintet_conformance.web.helpers import expect_redirect, is_nobody
from quintet_conformance.web.people import SignedIn

Json = Any
SignIn = Callable[[Member], SignedIn]

NEW_PASSWORD = "another long quiet walk"


@pytest.mark.requirement("SESS-04", "FORM-15", "WEB-22")
def test_a_change_by_page_ends_all_but_its_own_session(
    writer: SignedIn, sign_in: SignIn
) -> None:
    member, elsewhere, before = writer.member, sign_in(writer.member), writer.copy()
    typed = {"current_password": member.password, "new_password": NEW_PASSWORD}
    answer = writer.fill("/account", "/account/password", **typed)
    expect_redirect(answer, "/account")
    assert not is_nobody(writer)
    assert is_nobody(elsewhere)
    assert is_nobody(before)
    expect(member.get_account(), 401)
    refresh = member.without_token().refresh_tokens(refresh_token=member.refresh_token)
    expect(refresh, 401)


@pytest.mark.requirement("SESS-04", "WEB-22")
def test_a_change_by_the_api_ends_every_session(writer: SignedIn) -> None:
    member = writer.member
    changed = member.change_password(
        current_password=member.password, new_password=NEW_PASSWORD
    )
    expect(changed, 200)
    assert is_nobody(writer)


@pytest.mark.requirement("SESS-04", "WEB-22")
def test_a_reset_ends_every_session(writer: SignedIn, mailbox: Mailbox) -> None:
    member = writer.member
    expect(member.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    answer = member.confirm_password_reset(token=token, new_password=NEW_PASSWORD)
    expect(answer, 204)
    assert is_nobody(writer)


@pytest.mark.requirement("SESS-05")
def test_deactivation_ends_sessions_for_good(writer: SignedIn, admin: Member) -> None:
    expect(admin.update_user(writer.username, is_active=False), 200)
    assert is_nobody(writer)
    expect(admin.update_user(writer.username, is_active=True), 200)
    assert is_nobody(writer)
    typed = {"username": writer.username, "password": writer.member.password}
    writer.fill("/login", **typed)
    assert not is_nobody(writer)


@pytest.mark.requirement("SESS-05")
def test_sessions_unseen_while_inactive_have_ended_too(
    writer: SignedIn, admin: Member
) -> None:
    for is_active in (False, True):
        expect(admin.update_user(writer.username, is_active=is_active), 200)
    assert is_nobody(writer)


@pytest.mark.requirement("SESS-05", "WEB-22")
def test_deletion_by_the_api_ends_sessions(writer: SignedIn) -> None:
    member = writer.member
    expect(member.delete_account(current_password=member.password), 204)
    assert is_nobody(writer)


@pytest.mark.requirement("SESS-05", "FORM-15", "WEB-22")
def test_deletion_by_page_ends_other_sessions_and_tokens(
    writer: SignedIn, sign_in: SignIn
) -> None:
    member, elsewhere = writer.member, sign_in(writer.member)
    typed = {"current_password": member.password}
    expect_redirect(writer.fill("/account", "/account/delete", **typed), "/")
    assert is_nobody(writer)
    assert is_nobody(elsewhere)
    expect(member.get_account(), 401)
    assert writer.get(f"/authors/{member.username}").status == 404
