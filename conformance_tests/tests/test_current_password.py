"""The current password where it is asked for: compared, and counted as an attempt."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_errors, expect_problem
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any
Ask = Callable[[Member, str], httpx.Response]

WRONG = "not the right password"
OTHER_PASSWORD = "another quiet walk home"
LIMIT = 10


def change_password(member: Member, password: str) -> httpx.Response:
    return member.change_password(
        current_password=password, new_password=OTHER_PASSWORD
    )


def change_email(member: Member, password: str) -> httpx.Response:
    return member.update_account(current_password=password, email=names.email())


def delete_account(member: Member, password: str) -> httpx.Response:
    return member.delete_account(current_password=password)


ASKING = [change_password, change_email, delete_account]


@pytest.fixture
def capital(site: Site) -> Member:
    """A user whose name is counted in another spelling than its own."""
    return site.new_member(username=names.username().title())


def sign_in(client: Client, member: Member) -> httpx.Response:
    return client.login(username=member.username, password=member.password)


@pytest.mark.requirement("AUTH-18", "HTTP-24")
@pytest.mark.parametrize("ask", ASKING)
@pytest.mark.parametrize(
    "spoil", [str.upper, str.title, lambda password: f"{password} ", lambda _: WRONG]
)
def test_a_wrong_one_changes_nothing(
    member: Member, anonymous: Client, ask: Ask, spoil: Callable[[str], str]
) -> None:
    response = ask(member, spoil(member.password))
    expect_errors(response, {"current_password": "incorrect"})
    assert expect(member.get_account(), 200) == member.account
    expect(member.refresh_tokens(refresh_token=member.refresh_token), 200)
    expect(sign_in(anonymous, member), 200)


@pytest.mark.requirement("AUTH-18")
def test_a_wrong_one_is_refused_where_none_is_needed(member: Member) -> None:
    response = member.update_account(bio="A bio.", current_password=WRONG)
    expect_errors(response, {"current_password": "incorrect"})
    assert expect(member.get_account(), 200) == member.account


@pytest.mark.requirement("AUTH-18")
@pytest.mark.parametrize("ask", ASKING)
def test_that_of_another_user_is_a_wrong_one(
    member: Member, new_member: Callable[..., Member], ask: Ask
) -> None:
    other = new_member(password=OTHER_PASSWORD)
    response = ask(member, other.password)
    expect_errors(response, {"current_password": "incorrect"})


@pytest.mark.requirement("RATE-06", "RATE-02", "AUTH-18")
@pytest.mark.parametrize("ask", ASKING)
def test_every_one_counts_as_an_attempt(capital: Member, ask: Ask) -> None:
    attempts = together(LIMIT + 2, lambda _: ask(capital, WRONG))
    statuses = Counter(each.status_code for each in attempts)
    assert statuses == {422: LIMIT, 429: 2}
    expect_problem(ask(capital, capital.password), 429, "rate_limited")
    expect_problem(sign_in(capital, capital), 429, "rate_limited")
    assert expect(capital.get_account(), 200) == capital.account


@pytest.mark.requirement("RATE-06", "RATE-03")
def test_attempts_to_sign_in_count_too(capital: Member) -> None:
    name = capital.username.lower()
    failed = together(LIMIT, lambda _: capital.login(username=name, password=WRONG))
    assert Counter(each.status_code for each in failed) == {401: LIMIT}
    for ask in ASKING:
        expect_problem(ask(capital, capital.password), 429, "rate_limited")
    elsewhere = capital.from_address(names.address())
    passwords = {"current_password": capital.password, "new_password": OTHER_PASSWORD}
    expect(elsewhere.change_password(**passwords), 200)
