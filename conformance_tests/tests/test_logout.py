"""Signing out: one family ends, whoever asks, and the others go on."""

import pytest

from quintet_conformance.helpers import expect, expect_unauthorized
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site


def expect_ended(member: Member) -> None:
    expect_unauthorized(member.get_account(), "invalid_token")
    refresh = member.refresh_tokens(refresh_token=member.refresh_token)
    expect_unauthorized(refresh, "invalid_token")


def expect_alive(member: Member) -> None:
    expect(member.get_account(), 200)
    expect(member.refresh_tokens(refresh_token=member.refresh_token), 200)


@pytest.fixture(scope="module")
def user(site: Site) -> Member:
    return site.new_member()


@pytest.fixture
def family(site: Site, user: Member) -> Member:
    """A family that the test may end."""
    return site.sign_in(user.account, user.password)


@pytest.mark.requirement("AUTH-16")
def test_logout_needs_nothing_but_the_refresh_token(
    anonymous: Client, family: Member
) -> None:
    response = anonymous.logout(refresh_token=family.refresh_token)
    assert expect(response, 204) is None
    expect_ended(family)


@pytest.mark.requirement("AUTH-16")
def test_logout_a_second_time_is_answered_alike(
    anonymous: Client, family: Member
) -> None:
    for _ in range(2):
        expect(anonymous.logout(refresh_token=family.refresh_token), 204)
    expect_ended(family)


@pytest.mark.requirement("AUTH-16")
def test_logout_with_a_used_token_ends_its_family(
    anonymous: Client, family: Member
) -> None:
    pair = expect(anonymous.refresh_tokens(refresh_token=family.refresh_token), 200)
    expect(anonymous.logout(refresh_token=family.refresh_token), 204)
    expect_ended(Member(family.connection, family.account, family.password, pair))


@pytest.mark.requirement("AUTH-16")
def test_logout_ends_no_other_family(
    site: Site, anonymous: Client, family: Member, other_member: Member
) -> None:
    elsewhere = site.sign_in(family.account, family.password)
    expect(anonymous.logout(refresh_token=family.refresh_token), 204)
    expect_alive(elsewhere)
    expect_alive(other_member)


@pytest.mark.requirement("AUTH-16", "AUTH-10")
def test_the_family_of_the_token_ends_and_not_that_of_the_caller(
    site: Site, family: Member
) -> None:
    elsewhere = site.sign_in(family.account, family.password)
    expect(family.logout(refresh_token=elsewhere.refresh_token), 204)
    expect_ended(elsewhere)
    expect_alive(family)


@pytest.mark.requirement("AUTH-16")
@pytest.mark.parametrize("token", ["z" * 43, "x", "日本", "%"], ids=ascii)
def test_an_unknown_token_is_answered_alike(
    anonymous: Client, user: Member, token: str
) -> None:
    assert expect(anonymous.logout(refresh_token=token), 204) is None
    expect(user.get_account(), 200)


@pytest.mark.requirement("AUTH-16")
def test_an_access_token_ends_no_family(anonymous: Client, family: Member) -> None:
    expect(anonymous.logout(refresh_token=family.access_token[:500]), 204)
    expect_alive(family)


@pytest.mark.requirement("AUTH-16")
def test_signing_in_again_is_possible(
    site: Site, anonymous: Client, family: Member
) -> None:
    expect(anonymous.logout(refresh_token=family.refresh_token), 204)
    expect_alive(site.sign_in(family.account, family.password))
