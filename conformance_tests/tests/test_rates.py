"""How often somebody may try: limits by address, by name and by both."""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import (
    expect,
    expect_problem,
    expect_unauthorized,
)
from quintet_conformance.operations import Client
from quintet_conformance.site import Member, Site, together

Json = Any
Call = Callable[[int], httpx.Response]

WRONG = "not the right password"
OTHER_PASSWORD = "another quiet walk home"
LOGIN_LIMIT, LOGIN_WINDOW = 10, 300
AUTH_LIMIT, AUTH_WINDOW = 60, 60
CROWD = 30
ROUNDS = 5
PAUSE = 0.1
PATIENCE = 10.0


def fail_to_sign_in(
    client: Client, name: str, count: int = LOGIN_LIMIT
) -> Counter[int]:
    """Try a wrong password `count` times at once; count the statuses."""
    attempts = together(count, lambda _: client.login(username=name, password=WRONG))
    return Counter(each.status_code for each in attempts)


def sign_in(client: Client, member: Member) -> httpx.Response:
    return client.login(username=member.username, password=member.password)


def expect_limited(response: httpx.Response, window: float) -> None:
    """Expect 429 with a time to wait that is not longer than the window."""
    expect_problem(response, 429, "rate_limited")
    assert 1 <= int(response.headers["Retry-After"]) <= window


# Sign-in, by address and name


@pytest.mark.requirement("RATE-01")
def test_of_thirty_wrong_attempts_ten_are_looked_at(anonymous: Client) -> None:
    statuses = fail_to_sign_in(anonymous, names.username(), CROWD)
    assert statuses == {401: LOGIN_LIMIT, 429: CROWD - LOGIN_LIMIT}


@pytest.mark.requirement("RATE-01")
def test_all_spellings_of_a_known_name_are_counted_together(
    anonymous: Client, other_member: Member
) -> None:
    name = other_member.username
    spellings = [name, name.upper(), name.title(), f" {name} ", f"\u00a0{name}"]

    def attempt(number: int) -> httpx.Response:
        spelled = spellings[number % len(spellings)]
        return anonymous.login(username=spelled, password=WRONG)

    statuses = Counter(each.status_code for each in together(CROWD, attempt))
    assert statuses == {401: LOGIN_LIMIT, 429: CROWD - LOGIN_LIMIT}


@pytest.fixture(scope="module")
def limited(site: Site) -> Member:
    """A user whose attempts from the user's own address are used up."""
    member = site.new_member()
    fail_to_sign_in(member, member.username)
    return member


@pytest.mark.requirement("RATE-02")
def test_past_the_limit_the_right_password_is_refused(limited: Member) -> None:
    expect_limited(sign_in(limited, limited), LOGIN_WINDOW)


@pytest.mark.requirement("RATE-02")
def test_past_the_limit_a_wrong_password_is_answered_alike(limited: Member) -> None:
    right = sign_in(limited, limited)
    wrong = limited.login(username=limited.username, password=WRONG)
    expect_limited(wrong, LOGIN_WINDOW)
    assert wrong.content == right.content


@pytest.mark.requirement("RATE-02", "RATE-01")
@pytest.mark.parametrize("respell", [str.upper, str.title, str.swapcase])
def test_past_the_limit_another_spelling_is_refused(
    limited: Member, respell: Callable[[str], str]
) -> None:
    name = respell(limited.username)
    response = limited.login(username=name, password=limited.password)
    expect_limited(response, LOGIN_WINDOW)


@pytest.mark.requirement("RATE-12")
def test_past_the_limit_no_password_is_checked(site: Site, limited: Member) -> None:
    """Checking one takes long; the fastest of some answers says whether it was."""
    assert any(refuses_sooner(site, limited) for _ in range(2))


def refuses_sooner(site: Site, limited: Member) -> bool:
    def seconds(client: Client, name: str) -> float:
        start = time.perf_counter()
        client.login(username=name, password=WRONG)
        return time.perf_counter() - start

    past = [seconds(limited, limited.username) for _ in range(ROUNDS)]
    within = [seconds(site.anonymous(), names.username()) for _ in range(ROUNDS)]
    return min(past) < min(within) / 2


@pytest.mark.requirement("RATE-03")
def test_another_address_is_not_limited_and_lifts_no_limit(
    anonymous: Client, limited: Member
) -> None:
    expect(sign_in(anonymous, limited), 200)
    expect_limited(sign_in(limited, limited), LOGIN_WINDOW)


@pytest.mark.requirement("RATE-03")
def test_another_name_is_not_limited(limited: Member, other_member: Member) -> None:
    expect(sign_in(limited, other_member), 200)


@pytest.mark.requirement("RATE-03", "RATE-01")
def test_the_address_of_the_same_account_counts_as_another_name(
    limited: Member,
) -> None:
    response = limited.login(username=limited.email, password=limited.password)
    expect(response, 200)


@pytest.mark.requirement("RATE-03")
def test_the_limit_of_sign_in_is_none_of_what_needs_no_password(
    limited: Member,
) -> None:
    expect(limited.get_account(), 200)
    expect(limited.request_password_reset(email=names.email()), 202)
    refresh = limited.refresh_tokens(refresh_token=names.word(43))
    expect_unauthorized(refresh, "invalid_token")


@pytest.mark.requirement("RATE-04", "RATE-01")
def test_the_tenth_attempt_may_succeed_and_clears_the_count(member: Member) -> None:
    failed = fail_to_sign_in(member, member.username, LOGIN_LIMIT - 1)
    assert failed == {401: LOGIN_LIMIT - 1}
    expect(sign_in(member, member), 200)
    assert fail_to_sign_in(member, member.username, 2) == {401: 2}


# Registration and password reset


@pytest.mark.requirement("RATE-07", "RATE-02")
def test_requests_for_a_reset_are_limited_by_address(anonymous: Client) -> None:
    def ask(_: int) -> httpx.Response:
        return anonymous.request_password_reset(email=names.email())

    answers = [answer for _ in range(3) for answer in together(CROWD, ask)]
    statuses = Counter(each.status_code for each in answers)
    assert statuses == {202: AUTH_LIMIT, 429: 3 * CROWD - AUTH_LIMIT}
    expect_limited(ask(0), AUTH_WINDOW)
    expect(
        anonymous.from_address(names.address()).request_password_reset(
            email=names.email()
        ),
        202,
    )
