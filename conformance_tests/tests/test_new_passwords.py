"""Passwords that repeat the account, where one is set for an account that exists.

Their lengths and characters are in test_strings.py, those of a registration in
test_registration_texts.py.
"""

from collections.abc import Callable

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site

Password = Callable[[Member], str]

REPEATING = [
    pytest.param(lambda user: user.username, id="name"),
    pytest.param(lambda user: user.username.lower(), id="lower-case name"),
    pytest.param(lambda user: user.username.upper(), id="upper-case name"),
    pytest.param(lambda user: user.email, id="address"),
    pytest.param(lambda user: user.email.swapcase(), id="address in other case"),
    pytest.param(lambda user: user.email.partition("@")[0], id="local part"),
    pytest.param(
        lambda user: user.email.partition("@")[0].upper(),
        id="upper-case local part",
    ),
]


@pytest.fixture(scope="module")
def user(site: Site) -> Member:
    """A user whose name and address are long enough to be passwords."""
    return site.new_member(
        username=f"Quiet_{names.word().title()}",
        email=f"Quiet.{names.word().title()}@Example.com",
    )


@pytest.fixture(scope="module")
def reset_token(user: Member, mailbox: Mailbox) -> str:
    expect(user.request_password_reset(email=user.email), 202)
    return mailbox.wait_for_reset_token(user.email)


def change(user: Member, password: str) -> httpx.Response:
    passwords = {"current_password": user.password, "new_password": password}
    return user.from_address(names.address()).change_password(**passwords)


@pytest.mark.requirement("AUTH-05")
@pytest.mark.parametrize("password", REPEATING)
def test_change_password_refuses(user: Member, password: Password) -> None:
    expect_errors(change(user, password(user)), {"new_password": "too_common"})


@pytest.mark.requirement("AUTH-05", "AUTH-22")
@pytest.mark.parametrize("password", REPEATING)
def test_confirm_password_reset_refuses(
    anonymous: Client, user: Member, reset_token: str, password: Password
) -> None:
    confirmation = {"token": reset_token, "new_password": password(user)}
    response = anonymous.confirm_password_reset(**confirmation)
    expect_errors(response, {"new_password": "too_common"})


@pytest.mark.requirement("AUTH-05")
def test_what_only_holds_the_name_or_the_address_is_taken(member: Member) -> None:
    password = f"{member.username} {member.email}"
    expect(change(member, password), 200)


@pytest.mark.requirement("AUTH-05")
def test_the_rule_reads_the_address_of_now(member: Member) -> None:
    old, new = member.email, f"Quiet.{names.word()}@example.com"
    changes = {"email": new, "current_password": member.password}
    expect(member.update_account(**changes), 200)
    expect_errors(change(member, new.upper()), {"new_password": "too_common"})
    expect(change(member, old), 200)
