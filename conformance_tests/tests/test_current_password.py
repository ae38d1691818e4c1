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
Ask = Callable[[Client, str], httpx.Response]

WRONG = "not the right password"
OTHER_PASSWORD = "another quiet walk home"
LIMIT, WINDOW = 10, 300
CROWD = 30


def change_password(member: Client, password: str) -> httpx.Response:
    return member.change_password(
        current_password=password, new_password=OTHER_PASSWORD
    )


def change_email(member: Client, password: str) -> httpx.Response:
    return member.update_account(current_password=password, email=names.email())


def delete_account(member: Client, password: str) -> httpx.Response:
    return member.delete_account(current_password=password)


ASKING = [change_password, change_email, delete_account]


@pytest.fixture(scope="module")
def someone(site: Site) -> Member:
    """A user whom no test of this module changes."""
    return site.new_member()


@pytest.fixture
def capital(site: Site) -> Member:
    """A user whose name is counted in another spelling than its own."""
    return site.new_member(username=names.username().title())


def elsewhere(member: Member) -> Client:
    """Give the user another address, with no attempts counted yet."""
    return member.from_address(names.address())


def sign_in(client: Client, member: Member) -> httpx.Response:
    return client.login(username=member.username, password=member.password)


@pytest.mark.requirement("AUTH-18", "HTTP-24")
@pytest.mark.parametrize("ask", ASKING)
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda _: WRONG, id="another"),
        pytest.param(str.upper, id="upper case"),
        pytest.param(lambda password: f"{password} ", id="a space more"),
    ],
)
def test_a_wrong_one_changes_nothing(
    someone: Member, ask: Ask, spoil: Callable[[str], str]
) -> None:
    response = ask(elsewhere(someone), spoil(someone.password))
    expect_errors(response, {"current_password": "incorrect"})
    assert expect(someone.get_account(), 200) == someone.account


@pytest.mark.requirement("AUTH-18")
def test_a_wrong_one_is_refused_where_none_is_needed(someone: Member) -> None:
    caller = elsewhere(someone)
    response = caller.update_account(bio="A bio.", current_password=WRONG)
    expect_errors(response, {"current_password": "incorrect"})
    assert expect(someone.get_account(), 200) == someone.account


@pytest.mark.requirement("AUTH-18", "HTTP-24")
def test_after_wrong_ones_password_and_tokens_are_as_before(
    member: Member, anonymous: Client
) -> None:
    for ask in ASKING:
        expect_errors(ask(member, WRONG), {"current_password": "incorrect"})
    expect(member.refresh_tokens(refresh_token=member.refresh_token), 200)
    expect(sign_in(anonymous, member), 200)


@pytest.mark.requirement("RATE-06", "RATE-02", "AUTH-18")
def test_every_one_counts_as_an_attempt(capital: Member) -> None:
    def ask(number: int) -> httpx.Response:
        return ASKING[number % len(ASKING)](capital, WRONG)

    statuses = Counter(each.status_code for each in together(CROWD, ask))
    assert statuses == {422: LIMIT, 429: CROWD - LIMIT}
    expect_all_limited(capital)
    expect(sign_in(elsewhere(capital), capital), 200)


@pytest.mark.requirement("RATE-06", "RATE-02")
def test_attempts_to_sign_in_count_too(capital: Member) -> None:
    name = capital.username.lower()
    failed = together(LIMIT, lambda _: capital.login(username=name, password=WRONG))
    assert Counter(each.status_code for each in failed) == {401: LIMIT}
    expect_all_limited(capital)
    expect(change_password(elsewhere(capital), capital.password), 200)


def expect_all_limited(member: Member) -> None:
    """Expect that the right password is not even looked at."""
    answers = [ask(member, member.password) for ask in ASKING]
    for answer in (*answers, sign_in(member, member)):
        expect_problem(answer, 429, "rate_limited")
        assert 1 <= int(answer.headers["Retry-After"]) <= WINDOW
    assert expect(member.get_account(), 200) == member.account
