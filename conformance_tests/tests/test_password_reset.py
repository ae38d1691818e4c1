"""A forgotten password: a mailed token sets another, once, and tells nothing before."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
)
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any
Spoil = Callable[[str], str]

OTHER_PASSWORD = "another quiet walk home"


@pytest.fixture(scope="module")
def unused(site: Site, mailbox: Mailbox) -> tuple[Member, str]:
    """A user with a reset token that no test of this module uses as it is."""
    member = site.new_member()
    return member, token_for(member, mailbox)


def token_for(member: Member, mailbox: Mailbox, *, count: int = 1) -> str:
    """Ask for a reset and give the token of the `count`-th mail."""
    request = member.without_token().request_password_reset(email=member.email)
    expect(request, 202)
    return mailbox.wait_for_reset_token(member.email, count=count)


def confirm(client: Client, token: str, password: str) -> httpx.Response:
    return client.confirm_password_reset(token=token, new_password=password)


def sign_in(client: Client, member: Member, password: str) -> httpx.Response:
    return client.login(username=member.username, password=password)


@pytest.mark.requirement("AUTH-20")
def test_the_mailed_token_sets_the_password(
    anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    token = token_for(member, mailbox)
    assert expect(confirm(anonymous, token, OTHER_PASSWORD), 204) is None
    old = sign_in(anonymous, member, member.password)
    expect_problem(old, 401, "invalid_credentials")
    pair = expect(sign_in(anonymous, member, OTHER_PASSWORD), 200)
    mine = anonymous.with_token(pair["access_token"])
    assert expect(mine.get_account(), 200) == member.account


@pytest.mark.requirement("AUTH-20", "HTTP-25")
def test_a_confirmation_signs_nobody_in(
    anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    response = confirm(anonymous, token_for(member, mailbox), OTHER_PASSWORD)
    expect(response, 204)
    assert response.headers.keys().isdisjoint({"set-cookie", "authorization"})
    expect_unauthorized(member.get_account(), "invalid_token")


@pytest.mark.requirement("AUTH-20", "AUTH-21")
def test_a_confirmation_ends_the_other_mailed_tokens(
    anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    tokens = [token_for(member, mailbox, count=number) for number in (1, 2)]
    expect(confirm(anonymous, tokens[0], OTHER_PASSWORD), 204)
    again = confirm(anonymous, tokens[1], "a third quiet walk")
    expect_errors(again, {"token": "invalid"})
    expect(sign_in(anonymous, member, OTHER_PASSWORD), 200)


@pytest.mark.requirement("AUTH-20")
def test_a_confirmation_touches_no_other_account(
    anonymous: Client, member: Member, other_member: Member, mailbox: Mailbox
) -> None:
    expect(confirm(anonymous, token_for(member, mailbox), OTHER_PASSWORD), 204)
    expect(other_member.get_account(), 200)
    refused = sign_in(anonymous, other_member, OTHER_PASSWORD)
    expect_problem(refused, 401, "invalid_credentials")


@pytest.mark.requirement("AUTH-21")
def test_a_token_works_once(
    anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    token = token_for(member, mailbox)
    expect(confirm(anonymous, token, OTHER_PASSWORD), 204)
    for password in (OTHER_PASSWORD, "a third quiet walk"):
        again = confirm(anonymous, token, password)
        expect_errors(again, {"token": "invalid"})
    expect(sign_in(anonymous, member, OTHER_PASSWORD), 200)


@pytest.mark.requirement("AUTH-21")
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: names.word(43), id="never given out"),
        pytest.param(lambda _: "x", id="one letter"),
        pytest.param(lambda token: token[:-1], id="shortened"),
        pytest.param(lambda token: f"{token}x", id="a letter more"),
        pytest.param(lambda token: f" {token} ", id="spaces around it"),
        pytest.param(lambda token: f"{token}=", id="padded"),
        pytest.param(lambda token: token.swapcase(), id="swapped case"),
        pytest.param(lambda _: "%", id="a wildcard"),
        pytest.param(lambda _: "日本" * 20, id="another script"),
    ],
)
def test_an_unknown_token_is_refused(
    anonymous: Client, unused: tuple[Member, str], spoil: Spoil
) -> None:
    response = confirm(anonymous, spoil(unused[1]), OTHER_PASSWORD)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-21")
@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_a_token_of_another_kind_is_refused(
    anonymous: Client, unused: tuple[Member, str], kind: str
) -> None:
    token = getattr(unused[0], kind)[:500]
    response = confirm(anonymous, token, OTHER_PASSWORD)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-14")
def test_a_reset_token_is_no_refresh_token(
    anonymous: Client, unused: tuple[Member, str]
) -> None:
    response = anonymous.refresh_tokens(refresh_token=unused[1])
    expect_unauthorized(response, "invalid_token")


@pytest.mark.requirement("AUTH-21", "ADMIN-05")
def test_a_token_of_an_inactive_account_is_refused(
    anonymous: Client, member: Member, mailbox: Mailbox, admin: Member
) -> None:
    token = token_for(member, mailbox)
    expect(admin.update_user(member.username, is_active=False), 200)
    response = confirm(anonymous, token, OTHER_PASSWORD)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-21", "ACCT-08")
def test_a_token_of_a_deleted_account_is_refused(
    anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    token = token_for(member, mailbox)
    expect(member.delete_account(current_password=member.password), 204)
    response = confirm(anonymous, token, OTHER_PASSWORD)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-22")
@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("too short", "too_short"),
        ("x" * 129, "too_long"),
        ("quiet\nwalk home", "format"),
        (12, "type"),
        (None, "too_common"),
    ],
    ids=["short", "long", "line feed", "number", "user name"],
)
def test_a_refused_password_does_not_use_the_token_up(
    anonymous: Client, member: Member, mailbox: Mailbox, password: Json, code: str
) -> None:
    token = token_for(member, mailbox)
    refused = member.username if password is None else password
    expect_errors(confirm(anonymous, token, refused), {"new_password": code})
    expect(member.get_account(), 200)
    expect(confirm(anonymous, token, OTHER_PASSWORD), 204)
