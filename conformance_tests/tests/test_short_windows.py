"""Limits at the second server, whose windows are over after two seconds."""

import time
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from quintet_conformance import names
from quintet_conformance.helpers import expect, expect_problem
from quintet_conformance.mailbox import Mailbox
from quintet_conformance.not_run import NotRunError
from quintet_conformance.operations import Client
from quintet_conformance.site import Site, together

WRONG = "not the right password"
OTHER_PASSWORD = "another quiet walk home"
WINDOW = 2.0
LOGIN_LIMIT, ADDRESS_LIMIT, NAME_LIMIT, AUTH_LIMIT = 3, 6, 6, 4
CROWD = 10
TRIES = 5
PAUSE = 0.1
PATIENCE = 10.0
TOO_SLOW = f"needs a server that answers {CROWD} attempts within {WINDOW} seconds"


def counted_within_a_window(burst: Callable[[], list[httpx.Response]]) -> Counter[int]:
    """Count the statuses of a burst; repeat one that a busy machine stretched."""
    for _ in range(TRIES):
        start = time.monotonic()
        statuses = Counter(each.status_code for each in burst())
        if time.monotonic() - start < WINDOW:
            return statuses
    raise NotRunError(TOO_SLOW)


def fail_to_sign_in(client: Client, name: str) -> httpx.Response:
    return client.login(username=name, password=WRONG)


def register(client: Client, username: str) -> httpx.Response:
    details = {"username": username, "email": names.email()}
    return client.register(**details, password=names.PASSWORD)


@pytest.mark.requirement("RATE-01", "RATE-05")
def test_attempts_are_limited_as_the_setting_says(short_lived: Site) -> None:
    def burst() -> list[httpx.Response]:
        client, name = short_lived.anonymous(), names.username()
        return together(CROWD, lambda _: fail_to_sign_in(client, name))

    statuses = counted_within_a_window(burst)
    assert statuses == {401: LOGIN_LIMIT, 429: CROWD - LOGIN_LIMIT}


@pytest.mark.requirement("RATE-05", "RATE-02")
def test_when_the_window_is_over_the_right_password_signs_in(short_lived: Site) -> None:
    member = short_lived.new_member()
    together(LOGIN_LIMIT, lambda _: fail_to_sign_in(member, member.username))
    login = {"username": member.username, "password": member.password}
    start = time.monotonic()
    while (response := member.login(**login)).status_code == 429:
        assert 1 <= int(response.headers["Retry-After"]) <= WINDOW
        assert time.monotonic() - start < PATIENCE
        time.sleep(PAUSE)
    expect(response, 200)
    expect_problem(fail_to_sign_in(member, member.username), 401, "invalid_credentials")


@pytest.mark.requirement("RATE-11")
def test_attempts_for_one_name_are_limited_from_everywhere(short_lived: Site) -> None:
    def burst() -> list[httpx.Response]:
        name = names.username()
        return together(CROWD, lambda _: fail_to_sign_in(short_lived.anonymous(), name))

    statuses = counted_within_a_window(burst)
    assert statuses == {401: NAME_LIMIT, 429: CROWD - NAME_LIMIT}


@pytest.mark.requirement("RATE-11")
def test_attempts_of_one_address_are_limited_for_all_names(short_lived: Site) -> None:
    def burst() -> list[httpx.Response]:
        client = short_lived.anonymous()
        return together(CROWD, lambda _: fail_to_sign_in(client, names.username()))

    statuses = counted_within_a_window(burst)
    assert statuses == {401: ADDRESS_LIMIT, 429: CROWD - ADDRESS_LIMIT}


@pytest.mark.requirement("RATE-07", "RATE-02")
def test_registrations_are_limited_by_address(short_lived: Site) -> None:
    def burst() -> list[httpx.Response]:
        client = short_lived.anonymous()
        return together(CROWD, lambda _: register(client, names.username()))

    statuses = counted_within_a_window(burst)
    assert statuses == {201: AUTH_LIMIT, 429: CROWD - AUTH_LIMIT}


@pytest.mark.requirement("RATE-07", "HTTP-24")
def test_past_the_limit_nobody_is_registered(short_lived: Site) -> None:
    client = short_lived.anonymous()
    wanted = [names.username() for _ in range(CROWD)]
    answers = together(CROWD, lambda number: register(client, wanted[number]))
    found = [
        (answer.status_code, client.get_profile(name).status_code)
        for name, answer in zip(wanted, answers, strict=True)
    ]
    assert set(found) == {(201, 200), (429, 404)}


@pytest.mark.requirement("RATE-10")
def test_a_password_reset_clears_the_count_of_the_name(
    short_lived: Site, mailbox: Mailbox
) -> None:
    for _ in range(TRIES):
        before, after, control = limit_and_reset(short_lived, mailbox)
        if control.status_code == 429:
            expect_problem(before, 429, "rate_limited")
            expect(after, 200)
            return
    raise NotRunError(TOO_SLOW)


def limit_and_reset(site: Site, mailbox: Mailbox) -> tuple[httpx.Response, ...]:
    """Try a limited name before and after a reset, and another limited one then."""
    other, member = names.username(), site.new_member()
    expect(member.request_password_reset(email=member.email), 202)
    token = mailbox.wait_for_reset_token(member.email)
    limited = [other, member.username] * NAME_LIMIT
    together(len(limited), lambda number: elsewhere(site, limited[number], WRONG))
    before = elsewhere(site, member.username, member.password)
    confirmation = {"token": token, "new_password": OTHER_PASSWORD}
    expect(member.confirm_password_reset(**confirmation), 204)
    after = elsewhere(site, member.username, OTHER_PASSWORD)
    return before, after, elsewhere(site, other, WRONG)


def elsewhere(site: Site, name: str, password: str) -> httpx.Response:
    """Try to sign in from an address that nobody used before."""
    return site.anonymous().login(username=name, password=password)
