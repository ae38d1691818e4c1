"""What happens at the same moment to one token or one password.

The narrow races are run several times: each of them is lost only now and then.
"""

from collections import Counter
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
from quintet_conformance.site import Member, Site, together

Json = Any

CROWD = 25
ROUNDS = 5
OTHER_PASSWORD = "another quiet walk home"


@pytest.fixture(scope="module")
def user(site: Site) -> Member:
    """A user of whom tests end families, never the account's password."""
    return site.new_member()


def refresh(site: Site, token: str) -> httpx.Response:
    return site.anonymous().refresh_tokens(refresh_token=token)


def pairs_of(answers: list[httpx.Response]) -> list[Json]:
    return [each.json() for each in answers if each.status_code == 200]


def expect_ended(site: Site, pair: Json) -> None:
    caller = site.anonymous().with_token(pair["access_token"])
    expect_unauthorized(caller.get_account(), "invalid_token")
    expect_unauthorized(refresh(site, pair["refresh_token"]), "invalid_token")


def is_alive(site: Site, pair: Json) -> bool:
    caller = site.anonymous().with_token(pair["access_token"])
    return caller.get_account().status_code == 200


@pytest.mark.requirement("AUTH-12", "AUTH-13")
def test_of_parallel_uses_of_a_refresh_token_at_most_one_gives_a_pair(
    site: Site, user: Member
) -> None:
    member = site.sign_in(user.account, user.password)
    answers = together(CROWD, lambda _: refresh(site, member.refresh_token))
    refused = [each for each in answers if each.status_code != 200]
    assert len(refused) >= CROWD - 1
    for each in refused:
        expect_unauthorized(each, "invalid_token")
    for pair in pairs_of(answers):
        expect_ended(site, pair)
    expect_unauthorized(member.get_account(), "invalid_token")


@pytest.mark.requirement("AUTH-13")
def test_a_pair_made_while_a_used_token_comes_back_is_refused(
    site: Site, user: Member
) -> None:
    for _ in range(ROUNDS):
        used = site.sign_in(user.account, user.password).refresh_token
        newest = expect(refresh(site, used), 200)["refresh_token"]
        tokens = [used, newest]
        reuse, last = together(2, lambda n: refresh(site, tokens[n]))  # noqa: B023
        expect_unauthorized(reuse, "invalid_token")
        for pair in pairs_of([last]):
            expect_ended(site, pair)


@pytest.mark.requirement("AUTH-16")
def test_a_pair_made_during_logout_is_refused(site: Site, user: Member) -> None:
    for _ in range(ROUNDS):
        token = site.sign_in(user.account, user.password).refresh_token
        calls: list[Callable[..., httpx.Response]] = [
            site.anonymous().logout,
            site.anonymous().refresh_tokens,
        ]
        ended, answer = together(2, lambda n: calls[n](refresh_token=token))  # noqa: B023
        expect(ended, 204)
        for pair in pairs_of([answer]):
            expect_ended(site, pair)


@pytest.mark.requirement("AUTH-17")
def test_a_pair_made_while_the_password_changes_is_refused(
    site: Site, member: Member
) -> None:
    families = [site.sign_in(member.account, member.password) for _ in range(3)]
    passwords = {"current_password": member.password, "new_password": OTHER_PASSWORD}
    calls: list[Callable[[], httpx.Response]] = [
        lambda: member.change_password(**passwords),
        *(lambda f=family: refresh(site, f.refresh_token) for family in families),
        *(lambda: sign_in_as(site, member, member.password) for _ in range(3)),
    ]
    changed, *others = together(len(calls), lambda number: calls[number]())
    assert is_alive(site, expect(changed, 200))
    for pair in pairs_of(others):
        expect_ended(site, pair)


def sign_in_as(site: Site, member: Member, password: str) -> httpx.Response:
    return site.anonymous().login(username=member.username, password=password)


@pytest.mark.requirement("AUTH-17")
def test_parallel_changes_leave_one_password_and_one_pair(
    site: Site, member: Member
) -> None:
    wanted = [f"quiet walk number {number}" for number in range(5)]

    def change(number: int) -> httpx.Response:
        caller = member.from_address(names.address())
        passwords = {
            "current_password": member.password,
            "new_password": wanted[number],
        }
        return caller.change_password(**passwords)

    answers = together(len(wanted), change)
    living = [
        number
        for number, answer in enumerate(answers)
        if answer.status_code == 200 and is_alive(site, answer.json())
    ]
    signing_in = [
        number
        for number, password in enumerate(wanted)
        if sign_in_as(site, member, password).status_code == 200
    ]
    assert len(living) == 1
    assert signing_in == living


@pytest.fixture
def reset_token(site: Site, member: Member, mailbox: Mailbox) -> str:
    expect(site.anonymous().request_password_reset(email=member.email), 202)
    return mailbox.wait_for_reset_token(member.email)


@pytest.mark.requirement("AUTH-26", "AUTH-21")
def test_of_parallel_confirmations_one_sets_the_password(
    site: Site, member: Member, reset_token: str
) -> None:
    wanted = [f"quiet walk number {number}" for number in range(CROWD)]

    def confirm(number: int) -> httpx.Response:
        confirmation = {"token": reset_token, "new_password": wanted[number]}
        return site.anonymous().confirm_password_reset(**confirmation)

    answers = together(CROWD, confirm)
    assert Counter(each.status_code for each in answers) == {204: 1, 422: CROWD - 1}
    for number, answer in enumerate(answers):
        if answer.status_code == 204:
            expect(sign_in_as(site, member, wanted[number]), 200)
        else:
            expect_errors(answer, {"token": "invalid"})


@pytest.mark.requirement("AUTH-20")
def test_a_pair_made_while_the_password_is_reset_is_refused(
    site: Site, member: Member, reset_token: str
) -> None:
    confirmation = {"token": reset_token, "new_password": OTHER_PASSWORD}
    calls: list[Callable[[], httpx.Response]] = [
        lambda: site.anonymous().confirm_password_reset(**confirmation),
        lambda: refresh(site, member.refresh_token),
        *(lambda: sign_in_as(site, member, member.password) for _ in range(4)),
    ]
    confirmed, *others = together(len(calls), lambda number: calls[number]())
    expect(confirmed, 204)
    for pair in pairs_of(others):
        expect_ended(site, pair)
    refused = sign_in_as(site, member, member.password)
    expect_problem(refused, 401, "invalid_credentials")
