"""Changing one's password: what it answers, and what does not count as one."""

from typing import Any

import pytest

from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member
from quintet_conformance.tokens import claims_of

Json = Any

OTHER_PASSWORD = "another quiet walk home"
PARTICULAR = "  Été — quiet walk  "


def passwords(member: Member, **changed: str) -> dict[str, str]:
    return {
        "current_password": member.password,
        "new_password": OTHER_PASSWORD,
        **changed,
    }


@pytest.mark.requirement("AUTH-17")
def test_the_new_pair_works(member: Member, anonymous: Client) -> None:
    pair = expect(member.change_password(**passwords(member)), 200)
    caller = anonymous.with_token(pair["access_token"])
    assert expect(caller.get_account(), 200) == member.account
    expect(anonymous.refresh_tokens(refresh_token=pair["refresh_token"]), 200)


@pytest.mark.requirement("AUTH-17", "TOKEN-10")
def test_the_new_pair_is_of_a_new_family_and_version(member: Member) -> None:
    pair = expect(member.change_password(**passwords(member)), 200)
    old, new = claims_of(member.access_token), claims_of(pair["access_token"])
    assert new["sub"] == old["sub"]
    assert new["sid"] != old["sid"]
    assert new["ver"] > old["ver"]
    assert pair["expires_in"] == new["exp"] - new["iat"]


@pytest.mark.requirement("AUTH-17", "TEXT-02")
def test_the_new_password_is_taken_as_it_is(member: Member, anonymous: Client) -> None:
    expect(member.change_password(**passwords(member, new_password=PARTICULAR)), 200)
    login = {"username": member.username, "password": PARTICULAR}
    expect(anonymous.login(**login), 200)
    for mistaken in (PARTICULAR.strip(), PARTICULAR.lower(), member.password):
        response = anonymous.login(**{**login, "password": mistaken})
        expect_problem(response, 401, "invalid_credentials")


@pytest.mark.requirement("AUTH-17")
def test_the_password_can_be_changed_again(member: Member, anonymous: Client) -> None:
    pair = expect(member.change_password(**passwords(member)), 200)
    caller = anonymous.with_token(pair["access_token"])
    back = {"current_password": OTHER_PASSWORD, "new_password": member.password}
    expect(caller.change_password(**back), 200)
    login = {"username": member.username, "password": member.password}
    expect(anonymous.login(**login), 200)


@pytest.mark.requirement("AUTH-17", "HTTP-24")
@pytest.mark.parametrize("new", ["too short", "x" * 129], ids=["short", "long"])
def test_a_refused_password_ends_no_token(member: Member, new: str) -> None:
    code = "too_short" if len(new) < 12 else "too_long"
    response = member.change_password(**passwords(member, new_password=new))
    expect_errors(response, {"new_password": code})
    expect(member.get_account(), 200)
    expect(member.refresh_tokens(refresh_token=member.refresh_token), 200)


@pytest.mark.requirement("TOKEN-01")
def test_nobody_changes_a_password_without_a_token(
    member: Member, anonymous: Client
) -> None:
    expect_unauthorized(anonymous.change_password(**passwords(member)))
    login = {"username": member.username, "password": member.password}
    expect(anonymous.login(**login), 200)


@pytest.mark.requirement("TOKEN-02")
def test_a_refresh_token_changes_no_password(member: Member) -> None:
    caller = member.with_token(member.refresh_token)
    response = caller.change_password(**passwords(member))
    expect_unauthorized(response, "invalid_token")
