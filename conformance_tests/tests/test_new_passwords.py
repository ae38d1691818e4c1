"""Which passwords are taken where one is set for an account that exists.

Those of `register` are in the cases of the specification: test_registration_texts.py.
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
SetPassword = Callable[[str], httpx.Response]

REFUSED = [
    pytest.param(lambda user: user.username, "too_common", id="name"),
    pytest.param(
        lambda user: user.username.lower(), "too_common", id="lower-case name"
    ),
    pytest.param(
        lambda user: user.username.upper(), "too_common", id="upper-case name"
    ),
    pytest.param(lambda user: user.email, "too_common", id="address"),
    pytest.param(
        lambda user: user.email.swapcase(), "too_common", id="address in other case"
    ),
    pytest.param(
        lambda user: user.email.partition("@")[0], "too_common", id="local part"
    ),
    pytest.param(
        lambda user: user.email.partition("@")[0].upper(),
        "too_common",
        id="upper-case local part",
    ),
    pytest.param(lambda _: "quiet walk!", "too_short", id="11"),
    pytest.param(lambda _: "😀" * 11, "too_short", id="11 emoji"),
    pytest.param(lambda _: "x" * 129, "too_long", id="129"),
    pytest.param(lambda _: "😀" * 129, "too_long", id="129 emoji"),
]
TAKEN = [
    pytest.param(lambda _: "quiet walks!", id="12"),
    pytest.param(lambda _: "😀" * 128, id="128 emoji"),
    pytest.param(lambda _: " " * 12, id="12 spaces"),
    pytest.param(lambda user: f"{user.username}!", id="name and a sign"),
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
@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_change_password_refuses(user: Member, password: Password, code: str) -> None:
    expect_errors(change(user, password(user)), {"new_password": code})


@pytest.mark.requirement("AUTH-05", "AUTH-22")
@pytest.mark.parametrize(("password", "code"), REFUSED)
def test_confirm_password_reset_refuses(
    anonymous: Client, user: Member, reset_token: str, password: Password, code: str
) -> None:
    confirmation = {"token": reset_token, "new_password": password(user)}
    response = anonymous.confirm_password_reset(**confirmation)
    expect_errors(response, {"new_password": code})


@pytest.mark.requirement("AUTH-05")
@pytest.mark.parametrize("password", TAKEN)
def test_change_password_takes(
    anonymous: Client, member: Member, password: Password
) -> None:
    expect(change(member, password(member)), 200)
    login = {"username": member.username, "password": password(member)}
    expect(anonymous.login(**login), 200)


@pytest.mark.requirement("AUTH-05")
@pytest.mark.parametrize("password", TAKEN)
def test_confirm_password_reset_takes(
    anonymous: Client, member: Member, mailbox: Mailbox, password: Password
) -> None:
    expect(anonymous.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    confirmation = {"token": token, "new_password": password(member)}
    expect(anonymous.confirm_password_reset(**confirmation), 204)
    login = {"username": member.username, "password": password(member)}
    expect(anonymous.login(**login), 200)


@pytest.mark.requirement("AUTH-05")
def test_the_rule_reads_the_address_of_now(anonymous: Client, member: Member) -> None:
    old, new = member.email, f"Quiet.{names.word()}@example.com"
    changes = {"email": new, "current_password": member.password}
    expect(member.update_account(**changes), 200)
    expect_errors(change(member, new.upper()), {"new_password": "too_common"})
    expect(change(member, old), 200)
