"""Changing one's password: what it answers, and what does not count as one."""

import pytest

from quintet_conformance.helpers import (
    expect,
    expect_errors,
    expect_problem,
    expect_unauthorized,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site
from quintet_conformance.tokens import claims_of

OTHER_PASSWORD = "another quiet walk home"
PARTICULAR = "  Été — quiet walk  "


@pytest.fixture(scope="module")
def someone(site: Site) -> Member:
    """A user whose password no test of this module changes."""
    return site.new_member()


def passwords(member: Member, **changed: str) -> dict[str, str]:
    return {
        "current_password": member.password,
        "new_password": OTHER_PASSWORD,
        **changed,
    }


@pytest.mark.requirement("AUTH-17", "TOKEN-10")
def test_the_new_pair_works_and_is_of_a_new_family_and_version(
    member: Member, anonymous: Client
) -> None:
    pair = expect(member.change_password(**passwords(member)), 200)
    caller = anonymous.with_token(pair["access_token"])
    assert expect(caller.get_account(), 200) == member.account
    expect(anonymous.refresh_tokens(refresh_token=pair["refresh_token"]), 200)
    old, new = claims_of(member.access_token), claims_of(pair["access_token"])
    assert new["sub"] == old["sub"]
    assert new["sid"] != old["sid"]
    assert new["ver"] > old["ver"]
    assert pair["expires_in"] == new["exp"] - new["iat"]


@pytest.mark.requirement("AUTH-17", "AUTH-09", "TEXT-02")
def test_the_new_password_is_taken_as_it_is_and_can_be_changed_again(
    member: Member, anonymous: Client
) -> None:
    changed = member.change_password(**passwords(member, new_password=PARTICULAR))
    caller = anonymous.with_token(expect(changed, 200)["access_token"])
    for mistaken in (PARTICULAR.strip(), PARTICULAR.lower(), member.password):
        wrong = passwords(member, current_password=mistaken)
        response = caller.change_password(**wrong)
        expect_errors(response, {"current_password": "incorrect"})
    right = passwords(member, current_password=PARTICULAR)
    expect(caller.change_password(**right), 200)


@pytest.mark.requirement("AUTH-17", "HTTP-24")
@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("too short", "too_short"),
        ("x" * 129, "too_long"),
        ("quiet\nwalks", "too_short"),
    ],
    ids=["short", "long", "short with a line feed"],
)
def test_a_refused_password_ends_no_token(
    site: Site, someone: Member, new: str, code: str
) -> None:
    family = site.sign_in(someone.account, someone.password)
    response = family.change_password(**passwords(someone, new_password=new))
    expect_errors(response, {"new_password": code})
    expect(family.get_account(), 200)
    expect(family.refresh_tokens(refresh_token=family.refresh_token), 200)


@pytest.mark.requirement("TOKEN-01", "TOKEN-02", "HTTP-24")
def test_nobody_changes_a_password_without_an_access_token(
    someone: Member, anonymous: Client
) -> None:
    expect_unauthorized(anonymous.change_password(**passwords(someone)))
    for token in ("not-a-token", someone.refresh_token):
        caller = anonymous.with_token(token)
        response = caller.change_password(**passwords(someone))
        expect_unauthorized(response, "invalid_token")
    login = {"username": someone.username, "password": OTHER_PASSWORD}
    expect_problem(anonymous.login(**login), 401, "invalid_credentials")
