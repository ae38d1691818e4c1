"""Setting a password with a mailed token: once, for its account, signing nobody in."""

from collections.abc import Callable
from dataclasses import dataclass
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
THIRD_PASSWORD = "a third quiet walk home"


@dataclass(frozen=True)
class Forgetful:
    """An account with a reset token that was mailed to it."""

    account: Json
    token: str


def forgetful(site: Site, mailbox: Mailbox) -> Forgetful:
    details = {"username": names.username(), "email": names.email()}
    response = site.anonymous().register(**details, password=names.PASSWORD)
    account = expect(response, 201)
    return Forgetful(account, mailed_token(site, mailbox, account["email"]))


def mailed_token(site: Site, mailbox: Mailbox, email: str, *, count: int = 1) -> str:
    """Ask for a reset and give the token of the `count`-th mail."""
    expect(site.anonymous().request_password_reset(email=email), 202)
    return mailbox.wait_for_reset_token(email, count=count)


@pytest.fixture
def user(site: Site, mailbox: Mailbox) -> Forgetful:
    return forgetful(site, mailbox)


@pytest.fixture(scope="module")
def unused(site: Site, mailbox: Mailbox) -> Forgetful:
    """An account whose token no test of this module uses as it is."""
    return forgetful(site, mailbox)


def confirm(client: Client, token: str, password: Json) -> httpx.Response:
    return client.confirm_password_reset(token=token, new_password=password)


def sign_in(client: Client, user: Forgetful, password: str) -> httpx.Response:
    return client.login(username=user.account["username"], password=password)


@pytest.mark.requirement("AUTH-20", "HTTP-25")
def test_the_mailed_token_sets_the_password_and_signs_nobody_in(
    anonymous: Client, user: Forgetful
) -> None:
    response = confirm(anonymous, user.token, OTHER_PASSWORD)
    assert expect(response, 204) is None
    assert response.headers.keys().isdisjoint({"set-cookie", "authorization"})
    old = sign_in(anonymous, user, names.PASSWORD)
    expect_problem(old, 401, "invalid_credentials")
    pair = expect(sign_in(anonymous, user, OTHER_PASSWORD), 200)
    mine = anonymous.with_token(pair["access_token"])
    assert expect(mine.get_account(), 200) == user.account


@pytest.mark.requirement("AUTH-20", "AUTH-21")
def test_a_confirmation_ends_the_other_mailed_tokens(
    site: Site, anonymous: Client, user: Forgetful, mailbox: Mailbox
) -> None:
    other = mailed_token(site, mailbox, user.account["email"], count=2)
    expect(confirm(anonymous, user.token, OTHER_PASSWORD), 204)
    expect_errors(confirm(anonymous, other, THIRD_PASSWORD), {"token": "invalid"})
    expect(sign_in(anonymous, user, OTHER_PASSWORD), 200)


@pytest.mark.requirement("AUTH-21")
def test_a_token_works_once(anonymous: Client, user: Forgetful) -> None:
    expect(confirm(anonymous, user.token, OTHER_PASSWORD), 204)
    for password in (OTHER_PASSWORD, THIRD_PASSWORD):
        again = confirm(anonymous, user.token, password)
        expect_errors(again, {"token": "invalid"})
    expect(sign_in(anonymous, user, OTHER_PASSWORD), 200)


@pytest.mark.requirement("AUTH-20", "HTTP-24")
def test_a_confirmation_touches_no_other_account(
    anonymous: Client, user: Forgetful, unused: Forgetful, member: Member
) -> None:
    expect(confirm(anonymous, user.token, OTHER_PASSWORD), 204)
    expect(member.get_account(), 200)
    refused = sign_in(anonymous, unused, OTHER_PASSWORD)
    expect_problem(refused, 401, "invalid_credentials")


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
    anonymous: Client, unused: Forgetful, spoil: Spoil
) -> None:
    response = confirm(anonymous, spoil(unused.token), OTHER_PASSWORD)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-21", "AUTH-14")
def test_a_token_of_another_kind_is_refused(
    anonymous: Client, unused: Forgetful, member: Member
) -> None:
    for token in (member.refresh_token, member.access_token[:500]):
        response = confirm(anonymous, token, OTHER_PASSWORD)
        expect_errors(response, {"token": "invalid"})
    refresh = anonymous.refresh_tokens(refresh_token=unused.token)
    expect_unauthorized(refresh, "invalid_token")
    account = anonymous.with_token(unused.token).get_account()
    expect_unauthorized(account, "invalid_token")


@pytest.mark.requirement("AUTH-21", "ADMIN-05")
def test_a_token_of_an_inactive_account_is_refused(
    anonymous: Client, user: Forgetful, admin: Member
) -> None:
    expect(admin.update_user(user.account["username"], is_active=False), 200)
    response = confirm(anonymous, user.token, OTHER_PASSWORD)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-21", "ACCT-08")
def test_a_token_of_a_deleted_account_is_refused(
    site: Site, anonymous: Client, member: Member, mailbox: Mailbox
) -> None:
    token = mailed_token(site, mailbox, member.email)
    expect(member.delete_account(current_password=member.password), 204)
    response = confirm(anonymous, token, OTHER_PASSWORD)
    expect_errors(response, {"token": "invalid"})


@pytest.mark.requirement("AUTH-22")
def test_refused_passwords_do_not_use_the_token_up(
    anonymous: Client, user: Forgetful
) -> None:
    refused: list[tuple[Json, str]] = [
        ("too short", "too_short"),
        ("x" * 129, "too_long"),
        ("quiet\nwalk home", "format"),
        (12, "type"),
        (user.account["username"], "too_common"),
        (user.account["email"], "too_common"),
    ]
    for password, code in refused:
        response = confirm(anonymous, user.token, password)
        expect_errors(response, {"new_password": code})
    expect(confirm(anonymous, user.token, OTHER_PASSWORD), 204)
