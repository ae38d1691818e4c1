"""Every way in which tokens end, and that none of them is taken afterwards.

Each account has two families, and the first of them was refreshed once, so that an
older and a newer pair of it exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from quintet_conformance.helpers import expect, expect_problem, expect_unauthorized
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Json = Any

OTHER_PASSWORD = "another quiet walk home"


@dataclass(frozen=True)
class Families:
    """The tokens of one account."""

    older: Member
    newer: Member
    elsewhere: Member


Way = Callable[[Families, pytest.FixtureRequest], None]
End = Callable[[Way], Families]


def logout(account: Families, _: pytest.FixtureRequest) -> None:
    expect(account.newer.logout(refresh_token=account.newer.refresh_token), 204)


def reuse(account: Families, _: pytest.FixtureRequest) -> None:
    expect_unauthorized(refreshed(account.older), "invalid_token")


def change_password(account: Families, _: pytest.FixtureRequest) -> None:
    passwords = {
        "current_password": account.newer.password,
        "new_password": OTHER_PASSWORD,
    }
    expect(account.newer.change_password(**passwords), 200)


def reset_password(account: Families, request: pytest.FixtureRequest) -> None:
    mailbox: Mailbox = request.getfixturevalue("mailbox")
    email = account.newer.email
    expect(account.newer.request_password_reset(email=email), 202)
    token = mailbox.wait_for_reset_token(email)
    confirmation = {"token": token, "new_password": OTHER_PASSWORD}
    expect(account.newer.confirm_password_reset(**confirmation), 204)


def deactivation(account: Families, request: pytest.FixtureRequest) -> None:
    admin: Member = request.getfixturevalue("admin")
    expect(admin.update_user(account.newer.username, is_active=False), 200)


def reactivation(account: Families, request: pytest.FixtureRequest) -> None:
    deactivation(account, request)
    admin: Member = request.getfixturevalue("admin")
    expect(admin.update_user(account.newer.username, is_active=True), 200)


def deletion(account: Families, _: pytest.FixtureRequest) -> None:
    password = account.newer.password
    expect(account.newer.delete_account(current_password=password), 204)


def ended_by(way: Way, *requirements: str) -> Any:
    marks = pytest.mark.requirement(*requirements)
    return pytest.param(way, id=way.__name__, marks=marks)


OF_ONE_FAMILY = [
    ended_by(logout, "AUTH-16", "TOKEN-09"),
    ended_by(reuse, "AUTH-13", "TOKEN-09"),
]
OF_A_NEW_PASSWORD = [
    ended_by(change_password, "AUTH-17", "TOKEN-10"),
    ended_by(reset_password, "AUTH-20", "TOKEN-10"),
]
OF_THE_ACCOUNT = [
    *OF_A_NEW_PASSWORD,
    ended_by(deactivation, "TOKEN-11", "ADMIN-05"),
    ended_by(reactivation, "TOKEN-10", "ADMIN-04"),
    ended_by(deletion, "TOKEN-11", "ACCT-08"),
]
ALL = OF_ONE_FAMILY + OF_THE_ACCOUNT


@pytest.fixture(scope="module")
def ended_accounts() -> dict[Way, Families]:
    """One account for each way, whose tokens have ended."""
    return {}


@pytest.fixture
def end(
    request: pytest.FixtureRequest, site: Site, ended_accounts: dict[Way, Families]
) -> End:
    """Give an account whose tokens ended in a way; it is made once for all tests."""

    def make(way: Way) -> Families:
        if way not in ended_accounts:
            families = new_families(site)
            way(families, request)
            ended_accounts[way] = families
        return ended_accounts[way]

    return make


def new_families(site: Site) -> Families:
    older = site.new_member()
    pair = expect(refreshed(older), 200)
    newer = Member(older.connection, older.account, older.password, pair)
    return Families(older, newer, site.sign_in(older.account, older.password))


def refreshed(member: Member) -> httpx.Response:
    return member.without_token().refresh_tokens(refresh_token=member.refresh_token)


@pytest.mark.parametrize("way", ALL)
def test_the_newest_access_token_is_refused(end: End, way: Way) -> None:
    account = end(way)
    expect_unauthorized(account.newer.get_account(), "invalid_token")


@pytest.mark.parametrize("way", ALL)
def test_an_older_access_token_is_refused(end: End, way: Way) -> None:
    account = end(way)
    expect_unauthorized(account.older.get_account(), "invalid_token")


@pytest.mark.parametrize("way", ALL)
def test_the_access_token_is_refused_where_none_is_needed(end: End, way: Way) -> None:
    account = end(way)
    expect_unauthorized(account.newer.list_posts(limit=1), "invalid_token")


@pytest.mark.parametrize("way", ALL)
def test_the_newest_refresh_token_is_refused(end: End, way: Way) -> None:
    account = end(way)
    expect_unauthorized(refreshed(account.newer), "invalid_token")


@pytest.mark.parametrize("way", OF_THE_ACCOUNT)
def test_the_access_token_of_another_family_is_refused(end: End, way: Way) -> None:
    account = end(way)
    expect_unauthorized(account.elsewhere.get_account(), "invalid_token")


@pytest.mark.parametrize("way", OF_THE_ACCOUNT)
def test_the_refresh_token_of_another_family_is_refused(end: End, way: Way) -> None:
    account = end(way)
    expect_unauthorized(refreshed(account.elsewhere), "invalid_token")


@pytest.mark.parametrize("way", OF_ONE_FAMILY)
def test_another_family_goes_on(end: End, way: Way) -> None:
    account = end(way)
    assert expect(account.elsewhere.get_account(), 200) == account.elsewhere.account
    expect(refreshed(account.elsewhere), 200)


@pytest.mark.parametrize("way", OF_A_NEW_PASSWORD)
def test_the_old_password_signs_nobody_in(
    end: End, way: Way, anonymous: Client
) -> None:
    account = end(way)
    login = {"username": account.older.username, "password": account.older.password}
    expect_problem(anonymous.login(**login), 401, "invalid_credentials")


@pytest.mark.parametrize("way", OF_A_NEW_PASSWORD)
def test_the_new_password_signs_in(end: End, way: Way, anonymous: Client) -> None:
    account = end(way)
    login = {"username": account.older.username, "password": OTHER_PASSWORD}
    pair = expect(anonymous.login(**login), 200)
    mine = anonymous.with_token(pair["access_token"]).get_account()
    assert expect(mine, 200) == account.older.account
